/** Which format a file has: what the user said, else its suffix, unless the first bytes show something else. */
import path from "node:path";
import { Failure } from "../foundation/failure";
import { inferColumns } from "./columns";
import { sniffDelimiter } from "./delimiter";
import { isPaired } from "./other-formats";
import type { DatasetFormat } from "./sample";
import type { Source } from "./source";
import { splitCompression } from "./unpack";

const suffixes: Readonly<Record<string, TextFormat>> = {
  ".csv": "csv",
  ".tsv": "tsv",
  ".tab": "tsv",
  ".jsonl": "jsonl",
  ".ndjson": "jsonl",
  ".json": "json",
};

type TextFormat = Exclude<DatasetFormat, "parquet" | "paired">;

export const datasetFormats: readonly DatasetFormat[] = ["csv", "tsv", "jsonl", "json", "parquet", "paired"];

/** Endings of the names of datasets, those of paired text apart; each may be followed by that of a compression. */
export const datasetSuffixes: readonly string[] = [...Object.keys(suffixes), ".parquet", ".parq", ".pqt"];

/** Checks a format's name from the command line. Throws a Failure (wrong usage) that lists the formats. */
export function formatNamed(name: string): DatasetFormat {
  const format = datasetFormats.find((known) => known === name);
  if (format === undefined) {
    throw new Failure(`there is no format "${name}"`, {
      remedy: `Use one of ${datasetFormats.join(", ")}`,
      usage: true,
    });
  }
  return format;
}

/** The format by suffix and content; Parquet is known by `isParquet`. */
export function detectFormat(source: Source): Exclude<DatasetFormat, "parquet"> {
  if (isPaired(source.path)) return "paired";
  const suffix = suffixes[path.extname(splitCompression(source.path).inner).toLowerCase()];
  const { bytes } = source;
  const from = firstByte(bytes, source.start);
  const first = String.fromCharCode(bytes[from] ?? 0);
  const isTable = suffix === "csv" || suffix === "tsv";
  if (first === "[" && !isTable) return arrayOrLines(bytes, from, suffix);
  if (first === "{") {
    if (suffix === "jsonl") return "jsonl";
    const line = objectIn(firstLine(bytes, from));
    if (line !== null) return isListHolder(line) && isOnlyLine(bytes, from) && !isTable ? "json" : "jsonl";
    if (!isTable) return "json";
  }
  if (suffix === "json") return "jsonl";
  if (suffix === "jsonl") return suffix;
  return sniffDelimiter(source, suffix ?? "csv") === TAB ? "tsv" : "csv";
}

const TAB = 9;

/** Whether an object is no record but holds lists of records: {"data": [...]}, {"train": [...], "test": [...]}. */
function isListHolder(object: object): boolean {
  const isList = (value: unknown): boolean => Array.isArray(value) && typeof value[0] === "object" && value[0] !== null;
  return Object.values(object).some(isList) && inferColumns(Object.keys(object), true) === null;
}

function isOnlyLine(bytes: Buffer, from: number): boolean {
  const newline = bytes.indexOf(10, from);
  return newline === -1 || firstByte(bytes, newline) === bytes.length;
}

/** A line that is an array on its own among others is a (bad) record of JSONL; anything else with `[` is a JSON array. */
function arrayOrLines(bytes: Buffer, from: number, suffix: TextFormat | undefined): "json" | "jsonl" {
  if (suffix !== "jsonl") return "json";
  return isOnlyLine(bytes, from) || parsed(firstLine(bytes, from)) === null ? "json" : "jsonl";
}

function firstByte(bytes: Buffer, start: number): number {
  let at = start;
  while (at < bytes.length && " \t\r\n".includes(String.fromCharCode(bytes[at] ?? 0))) at++;
  return at;
}

/** The line from `from` on; empty where it is too long to be looked at. */
function firstLine(bytes: Buffer, from: number): string {
  const newline = bytes.indexOf(10, from);
  const end = newline === -1 ? bytes.length : newline;
  return end - from > 16 * 1024 * 1024 ? "" : bytes.toString("utf8", from, end);
}

/** A line's JSON value in an object of its own; null where it is no JSON. */
function parsed(text: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return null;
  }
}

function objectIn(line: string): object | null {
  const value = line === "" ? null : parsed(line)?.value;
  return typeof value === "object" && value !== null ? value : null;
}
