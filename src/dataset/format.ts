/** Which format a file has: what the user said, else its suffix, unless the first bytes show something else. */
import path from "node:path";
import { Failure } from "../foundation/failure";
import type { DatasetFormat } from "./sample";
import type { Source } from "./source";

const suffixes: Readonly<Record<string, DatasetFormat>> = {
  ".csv": "csv",
  ".tsv": "tsv",
  ".tab": "tsv",
  ".jsonl": "jsonl",
  ".ndjson": "jsonl",
  ".json": "json",
};

export const datasetFormats: readonly DatasetFormat[] = ["csv", "tsv", "jsonl", "json"];

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

/** The format by suffix and content; null where the content is JSON but no list of records. */
export function detectFormat(source: Source): DatasetFormat | null {
  const suffix = suffixes[path.extname(source.path).toLowerCase()];
  const { bytes } = source;
  const from = firstByte(bytes, source.start);
  const first = String.fromCharCode(bytes[from] ?? 0);
  if (first === "[" && suffix !== "csv" && suffix !== "tsv") return arrayOrLines(bytes, from, suffix);
  if (first === "{") {
    const line = firstLine(bytes, from);
    if (suffix === "jsonl" || (line !== "" && isJson(line))) return "jsonl";
    if (suffix === "json") return null;
  }
  if (suffix === "json") return "jsonl";
  if (suffix !== undefined && suffix !== "csv") return suffix;
  const header = firstLine(bytes, from);
  return header.includes("\t") && !header.includes(",") ? "tsv" : "csv";
}

/** A line that is an array on its own among others is a (bad) record of JSONL; anything else with `[` is a JSON array. */
function arrayOrLines(bytes: Buffer, from: number, suffix: DatasetFormat | undefined): DatasetFormat {
  if (suffix !== "jsonl") return "json";
  const newline = bytes.indexOf(10, from);
  const isOnlyLine = newline === -1 || firstByte(bytes, newline) === bytes.length;
  return isOnlyLine || !isJson(firstLine(bytes, from)) ? "json" : "jsonl";
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

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
