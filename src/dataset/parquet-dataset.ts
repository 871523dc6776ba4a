/**
 * Parquet files as datasets. Rows have no place in a text: they are located by their number (see `FilePosition`). Rows whose
 * pages cannot be read are told one by one, and the others are read.
 */
import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { Failure, throwIfCancelled } from "../foundation/failure";
import {
  ambiguousColumns,
  candidatePairs,
  missingColumns,
  planColumns,
  requireDistinct,
  type ColumnPlan,
  type NamedColumns,
} from "./columns";
import { rememberWriter } from "./copies";
import { FileWindows } from "./file-windows";
import { ParquetProblem } from "./parquet-check";
import { parquetWriter, type Reopen } from "./parquet-copy";
import { MOST_ROWS_WHOLE, openParquetFile, type ParquetFile, type RandomBytes } from "./parquet-file";
import { ParquetRows, type RowRange } from "./parquet-rows";
import { columnsOf, textsAt } from "./parquet-values";
import type { Dataset, Field, FilePosition, Sample, SkippedRecord } from "./sample";
import { sizeOf, type Source } from "./source";
import { UnreadableDataset, type UnreadableFacts } from "./unreadable";
import { MAX_FILE_BYTES, tooLarge } from "./whole-file";

class ParquetField implements Field {
  constructor(
    readonly column: string,
    readonly text: string,
    private readonly row: number,
  ) {}

  locate(offset: number): FilePosition {
    if (!Number.isInteger(offset) || offset < 0 || offset > this.text.length) {
      throw new RangeError(`offset ${offset} in a text of ${this.text.length} units`);
    }
    return { byte: 0, line: this.row + 1, column: 1 };
  }
}

/** A row that was read: its sample, or why there is none. */
export interface ParquetRow {
  readonly row: number;
  readonly line: number;
  readonly sample: Sample | null;
  readonly problem: string | null;
}

/** The rows whose values the fields are made of. */
export const plannedRows = (file: ParquetFile, plan: ColumnPlan): ParquetRows =>
  new ParquetRows(
    file,
    columnsOf(plan).filter((name) => file.columns.includes(name)),
  );

/** The samples of a range of rows. Throws Cancelled, and a Failure where the file changed. */
export async function* readSamples(
  rows: ParquetRows,
  plan: ColumnPlan,
  range: RowRange,
  signal?: AbortSignal,
): AsyncGenerator<ParquetRow> {
  for await (const stretch of rows.read(range)) {
    throwIfCancelled(signal);
    for (let i = 0; i < stretch.count; i++) {
      const place = { row: stretch.row + i, line: stretch.row + i + 1 };
      const texts = textsAt({ schema: rows.file.schema, stretch }, plan, i);
      if (typeof texts === "string") {
        yield { ...place, sample: null, problem: texts };
        continue;
      }
      const input = new ParquetField(plan.input.label, texts.input, place.row);
      const output = new ParquetField(plan.output.label, texts.output, place.row);
      yield { ...place, sample: { ...place, input, output }, problem: null };
    }
    // A page of texts takes a while.
    await setImmediate();
  }
}

/** Input and output of a Parquet file. Throws a Failure (wrong usage) as for every format. */
function parquetPlan(path: string, { columns }: ParquetFile, named: NamedColumns): ColumnPlan {
  const chat = planColumns(columns, named, true);
  const plan = chat?.input.kind === "chat" ? chat : planColumns(columns, named, false);
  const isOpen = named.input === undefined && named.output === undefined;
  const candidates = isOpen ? candidatePairs(columns, chat?.input.kind === "chat") : [];
  if (candidates.length > 0) throw ambiguousColumns(path, candidates);
  if (plan === null) throw missingColumns(path, columns, named);
  requireDistinct(path, plan, columns);
  return plan;
}

export type ParquetOptions = NamedColumns & { readonly signal?: AbortSignal | undefined };

/** Opens a Parquet file. Throws as `openDataset` does. */
export async function openParquet(path: string, options: ParquetOptions): Promise<Dataset> {
  const windows = await FileWindows.open(path);
  try {
    const facts = { sha256: await hashOf(windows, options.signal), bytes: windows.bytes };
    return await readDataset(path, fromFile(windows), facts, options, async () => {
      const again = await FileWindows.open(path);
      if ((await hashOf(again)) === facts.sha256) return { bytes: fromFile(again), close: () => again.close() };
      await again.close();
      throw new Failure("the file changed since it was read", { file: path, remedy: "Scan it again" });
    });
  } finally {
    await windows.close();
  }
}

export const fromFile = (windows: FileWindows): RandomBytes => ({
  length: windows.bytes,
  read: (start, end) => windows.read(start, end),
});

export async function hashOf(windows: FileWindows, signal?: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of windows.pieces(0, windows.bytes, signal)) hash.update(piece);
  return hash.digest("hex");
}

/** Opens what a compressed file unpacked to. Throws as `openDataset` does. */
export function openUnpackedParquet(source: Source, options: ParquetOptions): Promise<Dataset> {
  const { path, bytes, sha256, wrapping } = source;
  const facts = { sha256, bytes: sizeOf(source), compression: wrapping?.compression ?? undefined };
  if (wrapping?.damage != null) {
    throw unreadable(path, { ...facts, rows: 0, skipped: [] }, `the file cannot be read: ${wrapping.damage}`);
  }
  const whole = fromMemory(bytes);
  return readDataset(path, whole, facts, options, () =>
    Promise.resolve({ bytes: whole, close: () => Promise.resolve() }),
  );
}

const fromMemory = (bytes: Buffer): RandomBytes => ({
  length: bytes.length,
  read: (start, end) => Promise.resolve(bytes.subarray(start, end)),
});

type Facts = Pick<Dataset, "sha256" | "bytes" | "compression">;

/** Reads the footer and finds the columns. Throws an `UnreadableDataset` for a file that is none or holds nothing, and as `parquetPlan`. */
export async function openReadable(
  path: string,
  bytes: RandomBytes,
  facts: Pick<UnreadableFacts, "sha256" | "bytes">,
  named: NamedColumns,
): Promise<{ readonly file: ParquetFile; readonly plan: ColumnPlan }> {
  const file = await openParquetFile(bytes).catch((error: unknown) => {
    if (!(error instanceof ParquetProblem)) throw error;
    throw unreadable(path, { ...facts, rows: 0, skipped: [] }, `the file is no whole Parquet file: ${error.message}`);
  });
  if (file.rows === 0) throw unreadable(path, { ...facts, rows: 0, skipped: [] }, "the file holds no records");
  return { file, plan: parquetPlan(path, file, named) };
}

async function readDataset(
  path: string,
  bytes: RandomBytes,
  facts: Facts,
  options: ParquetOptions,
  reopen: Reopen,
): Promise<Dataset> {
  const { file, plan } = await openReadable(path, bytes, facts, options);
  const samples: Sample[] = [];
  const skipped: SkippedRecord[] = [];
  let length = 0;
  const { rows } = file;
  if (rows > MOST_ROWS_WHOLE)
    throw tooLarge(path, `the file has more than ${MOST_ROWS_WHOLE} rows, the most that can be read whole`);
  const all = { first: 0, end: rows };
  for await (const { row, line, sample, problem } of readSamples(plannedRows(file, plan), plan, all, options.signal)) {
    if (sample === null) skipped.push({ row, line, reason: problem ?? "" });
    else samples.push(sample);
    length += (sample?.input.text.length ?? 0) + (sample?.output.text.length ?? 0);
    if (length <= MAX_FILE_BYTES) continue;
    const most = MAX_FILE_BYTES / 1024 / 1024;
    throw tooLarge(path, `the texts of the file have more than ${most} MB, the most that can be read whole`);
  }
  const [first] = skipped;
  if (samples.length === 0) {
    const what = `none of the ${rows} records can be read${first === undefined ? "" : `: ${first.reason}`}`;
    throw unreadable(path, { ...facts, rows, skipped }, what);
  }
  const columns = { input: plan.input.label, output: plan.output.label };
  const dataset: Dataset = { path, format: "parquet", ...facts, rows, columns, samples, skipped };
  rememberWriter(dataset, parquetWriter(dataset, plan, reopen));
  return dataset;
}

function unreadable(file: string, facts: Omit<UnreadableFacts, "format">, what: string): UnreadableDataset {
  const { sha256, bytes, rows, skipped } = facts;
  return new UnreadableDataset(
    what,
    { file, remedy: "Make or download it again" },
    { format: "parquet", sha256, bytes, rows, skipped },
  );
}
