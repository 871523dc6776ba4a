/** Where records stand in a file's text, so that an editor can take some of them out and undo that. */
import { openDataset } from "../dataset/open";
import { fileOf, type OpenedFile } from "../dataset/opened";
import type { RawRecord } from "../dataset/raw-record";
import type { Dataset } from "../dataset/sample";
import { sampleNumber } from "../dataset/sample-number";
import { Failure } from "../foundation/failure";

/** 1-based, in UTF-16 units, as an editor shows it. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** A stretch of text whose deletion takes whole records out and leaves a file of the same format. */
export interface Removal {
  readonly start: TextPlace;
  readonly end: TextPlace;
}

export interface RemovedRecords {
  readonly removals: readonly Removal[];
  readonly format: string;
  /** What a file of these records begins with: the CSV header with its line ending, `[`, or nothing. */
  readonly head: string;
  /** The records as they stand in the file, without line endings. */
  readonly records: readonly string[];
}

const textOf = ({ source }: OpenedFile, from: number, to: number): string => source.bytes.toString("utf8", from, to);

function endOf(file: OpenedFile, record: RawRecord): TextPlace {
  const text = textOf(file, record.start, record.end);
  let { line, column } = record;
  let lineStart = 0;
  for (const match of text.matchAll(file.layout.lineBreak)) {
    line++;
    column = 1;
    lineStart = match.index + match[0].length;
  }
  return { line, column: column + text.length - lineStart };
}

const startOf = ({ line, column }: RawRecord): TextPlace => ({ line, column });

/** Of the rows `first` to `last`, which stand beside each other and are all removed. */
function removalOf(file: OpenedFile, isArray: boolean, first: number, last: number): Removal {
  const { records } = file;
  const [begin, finish] = [records[first]!, records[last]!];
  const next = records[last + 1];
  if (next !== undefined) return { start: startOf(begin), end: startOf(next) };
  const before = records[first - 1];
  const end = endOf(file, finish);
  // The comma before the last element goes with it.
  if (isArray) return { start: before === undefined ? startOf(begin) : endOf(file, before), end };
  const hasLineEnding = finish.end < file.source.bytes.length;
  return { start: startOf(begin), end: hasLineEnding ? { line: end.line + 1, column: 1 } : end };
}

/** How to take the samples `rows` out of the text of `dataset`. Throws a `Failure` for a row that is no sample. */
export function removalsOf(dataset: Dataset, rows: ReadonlySet<number>): RemovedRecords {
  const file = fileOf(dataset);
  const samples = new Set(dataset.samples.map(({ row }) => row));
  const sorted = [...rows].sort((a, b) => a - b);
  const unknown = sorted.find((row) => !samples.has(row));
  if (unknown !== undefined) {
    throw new Failure(`there is no sample ${sampleNumber(unknown)} any more`, {
      file: dataset.path,
      remedy: "Scan it again",
    });
  }
  const isArray = dataset.format === "json";
  const removals: Removal[] = [];
  for (let i = 0; i < sorted.length; i++) {
    const first = sorted[i]!;
    while (sorted[i + 1] === sorted[i]! + 1) i++;
    removals.push(removalOf(file, isArray, first, sorted[i]!));
  }
  const firstStart = file.records[0]?.start ?? 0;
  return {
    removals,
    format: dataset.format,
    head: isArray ? "[\n" : textOf(file, file.source.start, firstStart),
    records: sorted.map((row) => textOf(file, file.records[row]!.start, file.records[row]!.end)),
  };
}

/** As `removalsOf`, of a file. Throws what `openDataset` throws. */
export async function removalsFrom(
  file: string,
  rows: readonly number[],
  signal?: AbortSignal,
): Promise<RemovedRecords> {
  return removalsOf(await openDataset(file, { signal }), new Set(rows));
}
