/**
 * Dataset files written in every odd but valid way, for tests of the readers: each text knows, from how it was written, where
 * each of its UTF-16 offsets stands in the file.
 */
import fc from "fast-check";

export interface Row {
  readonly input: string;
  readonly output: string;
}

export interface Written {
  readonly bytes: Buffer;
  /** Per row and field: for each offset of the text (and its end) the UTF-16 offset in the file's text after the BOM. */
  readonly places: readonly { readonly input: readonly number[]; readonly output: readonly number[] }[];
  readonly text: string;
}

/** Choices that vary how a value is written; the same list gives the same file. */
export type Choices = readonly number[];

class Writer {
  text = "";
  private next = 0;
  constructor(private readonly choices: Choices) {}

  pick(options: number): number {
    return (this.choices[this.next++ % Math.max(1, this.choices.length)] ?? 0) % options;
  }

  space(kinds: readonly string[]): void {
    this.text += kinds[this.pick(kinds.length)] ?? "";
  }

  json(value: string): number[] {
    const places: number[] = [];
    this.text += '"';
    for (const unit of value.split("")) {
      places.push(this.text.length);
      this.text += this.jsonUnit(unit);
    }
    places.push(this.text.length);
    this.text += '"';
    return places;
  }

  private jsonUnit(unit: string): string {
    const code = unit.charCodeAt(0);
    const isSurrogate = code >= 0xd800 && code <= 0xdfff;
    const hex = `\\u${code.toString(16).padStart(4, "0")}`;
    // Both halves of a pair must be written the same way, so they get no choice.
    if (isSurrogate) return this.choices.length % 2 === 0 ? unit : hex;
    const short: Readonly<Record<string, string>> = {
      "\n": "\\n",
      "\r": "\\r",
      "\t": "\\t",
      '"': '\\"',
      "\\": "\\\\",
      "/": "\\/",
      "\b": "\\b",
      "\f": "\\f",
    };
    const options = [short[unit], hex, this.pick(2) === 0 ? hex.toUpperCase().replace("U", "u") : undefined];
    if (code >= 0x20 && unit !== '"' && unit !== "\\") options.push(unit, unit, unit);
    const usable = options.filter((option) => option !== undefined);
    return usable[this.pick(usable.length)] ?? unit;
  }

  csv(value: string, delimiter: string): number[] {
    const mustQuote = /["\r\n]/.test(value) || value.includes(delimiter);
    const quoted = mustQuote || this.pick(2) === 0;
    const places: number[] = [];
    if (quoted) this.text += '"';
    for (const unit of value.split("")) {
      places.push(this.text.length);
      this.text += quoted && unit === '"' ? '""' : unit;
    }
    places.push(this.text.length);
    if (quoted) this.text += '"';
    return places;
  }
}

function record(writer: Writer, { input, output }: Row, spaces: readonly string[]) {
  const parts = { input: [] as number[], output: [] as number[] };
  const keys = writer.pick(2) === 0 ? (["input", "output"] as const) : (["output", "input"] as const);
  const extra = ['"id":[1,{"src":"}]\\""}]', '"x":null', '"deep":{"tgt":"\\\\"}', '"n":-1.5e3'];
  writer.text += "{";
  writer.space(spaces);
  for (const key of keys) {
    if (writer.pick(2) === 0) writer.text += `${extra[writer.pick(extra.length)] ?? ""},`;
    writer.text += key === "input" ? '"src"' : '"tgt"';
    writer.space(spaces);
    writer.text += ":";
    writer.space(spaces);
    parts[key] = writer.json(key === "input" ? input : output);
    writer.space(spaces);
    if (key === keys[0]) writer.text += ",";
    writer.space(spaces);
  }
  writer.text += "}";
  return parts;
}

export function writeJsonl(rows: readonly Row[], choices: Choices): Written {
  const writer = new Writer(choices);
  const ending = writer.pick(2) === 0 ? "\n" : "\r\n";
  const places = rows.map((row, i) => {
    if (writer.pick(4) === 0) writer.text += ` ${ending}`;
    const parts = record(writer, row, ["", " ", "\t"]);
    if (i < rows.length - 1 || writer.pick(2) === 0) writer.text += ending;
    return parts;
  });
  return finish(writer, places);
}

export function writeJson(rows: readonly Row[], choices: Choices): Written {
  const writer = new Writer(choices);
  const spaces = ["", " ", "\n", "\r\n  ", "\t", "\r"];
  writer.space(spaces);
  writer.text += "[";
  const places = rows.map((row, i) => {
    if (i > 0) writer.text += ",";
    writer.space(spaces);
    const parts = record(writer, row, spaces);
    writer.space(spaces);
    return parts;
  });
  writer.text += "]";
  writer.space(spaces);
  return finish(writer, places);
}

export function writeSeparated(delimiter: string): (rows: readonly Row[], choices: Choices) => Written {
  return (rows, choices) => {
    const writer = new Writer(choices);
    const ending = ["\n", "\r\n", "\r"][writer.pick(3)] ?? "\n";
    const swapped = writer.pick(2) === 0;
    writer.text += (swapped ? ["tgt", '"src"', "n"] : ["src", "tgt", '"n"']).join(delimiter) + ending;
    const places = rows.map((row, i) => {
      const parts = { input: [] as number[], output: [] as number[] };
      for (const key of swapped ? (["output", "input"] as const) : (["input", "output"] as const)) {
        parts[key] = writer.csv(row[key], delimiter);
        writer.text += delimiter;
      }
      writer.text += `${i}`;
      if (i < rows.length - 1 || writer.pick(2) === 0) writer.text += ending;
      return parts;
    });
    return finish(writer, places);
  };
}

function finish(writer: Writer, places: Written["places"]): Written {
  const bom = writer.pick(2) === 0 ? "\ufeff" : "";
  return { bytes: Buffer.from(bom + writer.text), places, text: writer.text };
}

/** Texts full of what formats must escape, and characters of one to four bytes. */
export const oddText = fc
  .array(
    fc.constantFrom(
      "a",
      "b c",
      '"',
      '""',
      "\\",
      "\\u0041",
      "/",
      "\n",
      "\r\n",
      "\r",
      "\t",
      ",",
      ";",
      "é",
      "世",
      "😀",
      "\u2028",
      "\u0001",
      "\u0085",
      "\ufeff",
      "{",
      "]",
      "'",
    ),
    { maxLength: 14 },
  )
  .map((pieces) => pieces.join(""));

export const oddRows = fc.array(fc.record({ input: oddText, output: oddText }), { minLength: 1, maxLength: 5 });
export const choices = fc.array(fc.nat(1000), { minLength: 1, maxLength: 20 });
