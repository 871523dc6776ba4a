/** Which character parts the fields of a CSV file: the one by which header and records fit together. */
import { inferColumns } from "./columns";
import { csvRecords } from "./csv-records";
import type { Source } from "./source";

const COMMA = 0x2c;
const TAB = 0x09;
const SEMICOLON = 0x3b;
const PIPE = 0x7c;

/** Bytes and records looked at. */
const HEAD_BYTES = 256 * 1024;
const RECORDS = 50;

/**
 * The delimiter (a byte) of `source`. With it the header has at least two fields; then counts, in this order, that the header's
 * names tell input and output, how many of the first records have as many fields, and the usual one for the format.
 */
export function sniffDelimiter(source: Source, format: "csv" | "tsv"): number {
  const usual = format === "csv" ? COMMA : TAB;
  const candidates = [usual, ...[COMMA, TAB, SEMICOLON, PIPE].filter((delimiter) => delimiter !== usual)];
  let best = { delimiter: usual, score: 0 };
  for (const delimiter of candidates) {
    const score = fitOf(source, delimiter);
    if (score > best.score) best = { delimiter, score };
  }
  return best.delimiter;
}

/** Above 1 where the header tells the columns, else the share of records that fit the header; 0 where it has one field. */
function fitOf({ bytes, start }: Source, delimiter: number): number {
  const head = bytes.subarray(0, start + HEAD_BYTES);
  let names: readonly string[] | null = null;
  let fitting = 0;
  let looked = 0;
  for (const { fields, problem, end } of csvRecords(head, start, delimiter)) {
    // The head may cut its last record.
    if (names !== null && end === head.length && head.length < bytes.length) break;
    if (names === null) {
      if (problem !== null || fields.length < 4) return 0;
      names = namesIn(head, fields);
    } else {
      looked++;
      if (problem === null && fields.length / 2 === names.length) fitting++;
      if (looked === RECORDS) break;
    }
  }
  if (names === null) return 0;
  const share = looked === 0 ? 1 : fitting / looked;
  return (inferColumns(names, false) === null ? 0 : 1) + share + 0.001;
}

const namesIn = (bytes: Buffer, fields: readonly number[]): string[] =>
  Array.from({ length: fields.length / 2 }, (_, i) =>
    bytes
      .toString("utf8", fields[2 * i], fields[2 * i + 1])
      .replaceAll('"', "")
      .trim(),
  );
