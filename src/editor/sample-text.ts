/**
 * A decoded field laid out as an editor shows it: lines end where VS Code ends them, and lines so long that VS Code would not
 * draw their end (column 10,000) are continued on the next. Places in it are counted from 0.
 */

/** UTF-16 units of the longest line. */
export const longestLine = 5_000;

export interface LinePlace {
  readonly line: number;
  readonly character: number;
}

export interface LaidOut {
  readonly text: string;
  /** Lines that the field continues on the next one without a line break of its own. */
  readonly continued: readonly number[];
  /** Where a UTF-16 offset of the field stands. */
  readonly place: (offset: number) => LinePlace;
}

export function layOut(field: string, longest = longestLine): LaidOut {
  /** Of each line: its first and its last offset in the field, the latter exclusive. */
  const starts: number[] = [];
  const ends: number[] = [];
  const continued: number[] = [];
  const addLine = (from: number, to: number): void => {
    let start = from;
    while (to - start > longest) {
      const cut = start + longest - (partsPair(field, start + longest) ? 1 : 0);
      continued.push(starts.length);
      starts.push(start);
      ends.push(cut);
      start = cut;
    }
    starts.push(start);
    ends.push(to);
  };
  let from = 0;
  for (const match of field.matchAll(/\r\n|\n|\r/g)) {
    addLine(from, match.index);
    from = match.index + match[0].length;
  }
  addLine(from, field.length);
  const text = starts.map((start, line) => field.slice(start, ends[line])).join("\n");
  return {
    // VS Code takes one byte order mark at the beginning of a document away.
    text: text.startsWith("\uFEFF") ? `\uFEFF${text}` : text,
    continued,
    place(offset) {
      let low = 0;
      let high = starts.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (starts[middle]! <= offset) low = middle;
        else high = middle - 1;
      }
      return { line: low, character: Math.min(offset, ends[low]!) - starts[low]! };
    },
  };
}

const partsPair = (text: string, at: number): boolean =>
  /[\uD800-\uDBFF]/.test(text[at - 1]!) && /[\uDC00-\uDFFF]/.test(text[at] ?? "");
