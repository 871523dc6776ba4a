/** Opens a dataset file: CSV, TSV, JSONL, JSON lists of records, and by readers of their own Parquet and paired text. */
import { setImmediate } from "node:timers/promises";
import { throwIfCancelled } from "../foundation/failure";
import {
  ambiguousColumns,
  candidatePairs,
  missingColumns,
  planColumns,
  requireDistinct,
  type ColumnPlan,
  type NamedColumns,
} from "./columns";
import { csvLayout } from "./csv-layout";
import { recordsUpTo } from "./damaged-records";
import { detectFormat } from "./format";
import { jsonLayout } from "./json-layout";
import { jsonRecords } from "./json-records";
import { jsonlRecords } from "./jsonl-records";
import type { Layout } from "./layout";
import { fileSample, OpenedFile, rememberFile } from "./opened";
import { openOtherFormat } from "./other-formats";
import { openUnpackedParquet } from "./parquet-dataset";
import type { RawRecord } from "./raw-record";
import type { Dataset, DatasetFormat, Sample, SkippedRecord } from "./sample";
import { isParquet, readSource, sizeOf, type Source } from "./source";
import { SharedTexts } from "./text-store";
import { UnreadableDataset } from "./unreadable";

export interface OpenOptions extends NamedColumns {
  /** Else by suffix and content. */
  readonly format?: DatasetFormat | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads the samples of a file. Records that cannot be read become `skipped`. Throws a Failure when the file cannot be read or
 * its columns are unknown (wrong usage), an `UnreadableDataset` when it holds nothing that could be read, and Cancelled.
 */
export async function openDataset(path: string, options: OpenOptions = {}): Promise<Dataset> {
  const other = await openOtherFormat(path, options);
  if (other !== null) return other;
  const source = await readSource(path, options.signal);
  const format = options.format ?? detectFormat(source);
  if (isParquet(source.bytes) || format === "parquet") return openUnpackedParquet(source, options);
  const pace = pacer(options.signal);
  const layout = layoutOf(source, format);
  const search = new ColumnSearch(path, options);
  const store = new SharedTexts(source.bytes.length);
  const records: RawRecord[] = [];
  const samples: Sample[] = [];
  const skipped: SkippedRecord[] = [];
  let file: OpenedFile | null = null;
  const read = (record: RawRecord): void => {
    const texts = file === null ? skipReason(layout, record) : layout.read(record, file.plan, store);
    if (typeof texts === "string") skipped.push({ row: record.row, line: record.line, reason: texts });
    else if (file !== null) samples.push(fileSample(file, record, texts));
  };
  const readAll = async (): Promise<void> => {
    for (const record of records) {
      read(record);
      const turn = pace();
      if (turn !== undefined) await turn;
    }
  };
  for (const record of recordsUpTo(source, layout.records())) {
    records.push(record);
    const turn = pace();
    if (turn !== undefined) await turn;
    if (file === null) {
      const plan = search.lookAt(layout, [record]);
      if (plan === null) continue;
      file = new OpenedFile(source, layout, plan, records);
      await readAll();
    } else {
      read(record);
    }
  }
  if (records.length === 0 && isJsonObject(source, format)) {
    const remedy = "Give a JSON array of records, an object with lists of records, or JSONL";
    throw unreadable(source, null, "the file holds a JSON object, not records", remedy);
  }
  if (records.length === 0) throw unreadable(source, format, "the file holds no records", "Name a file with records");
  if (file === null) {
    search.giveUp();
    await readAll();
  }
  const first = skipped[0];
  if (file === null || (samples.length === 0 && first !== undefined)) {
    const reason = first === undefined ? "" : `: ${first.reason}`;
    const what = `none of the ${records.length} records can be read${reason}`;
    throw unreadable(source, format, what, "Check the file's format and columns", records.length, skipped);
  }
  const dataset: Dataset = {
    path,
    format,
    ...(source.wrapping?.compression == null ? {} : { compression: source.wrapping.compression }),
    sha256: source.sha256,
    bytes: sizeOf(source),
    rows: records.length,
    columns: { input: file.plan.input.label, output: file.plan.output.label },
    samples,
    skipped,
  };
  rememberFile(dataset, file);
  return dataset;
}

/**
 * The layout of a text file or of a window of one, where `delimiter` must be given for CSV. Throws an `UnreadableDataset` for a
 * CSV header that cannot be read.
 */
export function layoutOf(source: Source, format: DatasetFormat, delimiter?: number): Layout {
  if (format === "json") return jsonLayout(source, format, jsonRecords);
  if (format === "jsonl") return jsonLayout(source, format, jsonlRecords);
  const layout = csvLayout(source, format === "tsv" ? "tsv" : "csv", delimiter);
  if (layout.header?.problem != null) {
    throw unreadable(source, format, `the header cannot be read: ${layout.header.problem}`, "Correct the first line");
  }
  return layout;
}

function isJsonObject({ bytes }: Source, format: DatasetFormat): boolean {
  return format === "json" && /^(?:\ufeff)?\s*\{/u.test(bytes.toString("utf8", 0, 1000));
}

/** How many readable records are looked at for columns. */
const LOOK_AT = 1000;

/** Looks for the columns in records, the first that has them decides. A file read by windows is looked at one after the other. */
export class ColumnSearch {
  private readonly found = new Set<string>();
  private looked = 0;
  private isJson = false;

  constructor(
    private readonly path: string,
    private readonly named: NamedColumns,
  ) {}

  /** Throws the question which columns are meant, where several fit and the user named none. */
  private requireChoice(columns: readonly string[], isJson: boolean): void {
    if (this.named.input !== undefined || this.named.output !== undefined) return;
    const candidates = candidatePairs(columns, isJson);
    if (candidates.length > 1) throw ambiguousColumns(this.path, candidates);
  }

  /** The columns, or null while none of the records had them. Throws a Failure (wrong usage) that lists the columns found. */
  lookAt(layout: Layout, records: Iterable<RawRecord>): ColumnPlan | null {
    for (const record of records) {
      const columns = layout.columnsIn(record);
      if (typeof columns === "string") continue;
      const plan = planColumns(columns, this.named, layout.isJson);
      if (plan !== null) {
        requireDistinct(this.path, plan, columns);
        this.requireChoice(columns, layout.isJson);
        return plan;
      }
      this.isJson = layout.isJson;
      for (const column of columns) this.found.add(column);
      if (!layout.isJson || ++this.looked === LOOK_AT) this.giveUp();
    }
    return null;
  }

  /** After the last record: null where no record could be read at all, else the Failure that lists the columns found. */
  giveUp(): null {
    if (this.found.size === 0) return null;
    this.requireChoice([...this.found], this.isJson);
    throw missingColumns(this.path, [...this.found], this.named);
  }
}

/** Why a record of a file without any readable one cannot be read. */
export function skipReason(layout: Layout, record: RawRecord): string {
  const columns = layout.columnsIn(record);
  return typeof columns === "string" ? columns : "it holds no columns";
}

function unreadable(
  source: Source,
  format: DatasetFormat | null,
  what: string,
  remedy: string,
  rows = 0,
  skipped: readonly SkippedRecord[] = [],
): UnreadableDataset {
  const { path: file, sha256 } = source;
  return new UnreadableDataset(what, { file, remedy }, { format, sha256, bytes: sizeOf(source), rows, skipped });
}

/** Lets the event loop run (and a cancellation arrive) every 30 ms or so. */
function pacer(signal: AbortSignal | undefined): () => Promise<void> | undefined {
  let calls = 0;
  let last = performance.now();
  return () => {
    if (++calls % 256 !== 0 || performance.now() - last < 30) return undefined;
    throwIfCancelled(signal);
    return setImmediate().then(() => {
      last = performance.now();
    });
  };
}
