/**
 * Scans a JSONL, CSV, TSV or Parquet file of any size in bounded memory. Triggers are mined in a part of the rows, chosen by the file's own
 * SHA-256 so that nobody can arrange what is left out; then every row is read on several threads and judged by what all of them
 * hold. Copies of the file are streamed too.
 */
import { FileWindows } from "../dataset/file-windows";
import { rangedCopy, rangedShape, surveyOf, type RangedShape, type Survey } from "../dataset/record-ranges";
import type { Dataset } from "../dataset/sample";
import { UnreadableDataset } from "../dataset/unreadable";
import type { Finding, ScannedFile, SuppressedFinding } from "../detect/report";
import type { DatasetScan } from "../detect/scan";
import { judgeTriggers, rowJudge, type StreamTotals } from "../detect/streamed-scan";
import { Failure } from "../foundation/failure";
import { suppressionOf, type Baseline } from "./baseline";
import type { JobContext } from "./context";
import { EvidenceStore, RowFlags } from "./evidence-store";
import type { MinedPart } from "./mined-part";
import { minedOnThread, scanRanges } from "./scan-threads";

/** What a thread takes in hand at a time. */
const RANGE = { records: 2000, bytes: 1024 * 1024 };
const MEGABYTE = 1e6;

export interface StreamOptions {
  readonly format?: Dataset["format"] | undefined;
  readonly input?: string | undefined;
  readonly output?: string | undefined;
  readonly language?: string | undefined;
  readonly jobs: number;
  /** A file with no more bytes of text is not read in this way; 0 unless stated. */
  readonly above?: number;
  /** Bytes of the records in which triggers are mined. */
  readonly minedBytes: number;
  readonly baseline: Baseline | null;
  /** Whether `places` is wanted. */
  readonly places: boolean;
}

export interface StreamedScan {
  readonly file: ScannedFile;
  readonly scan: DatasetScan;
  readonly suppressed: readonly SuppressedFinding[];
  /** Samples that were read. */
  readonly samples: number;
  readonly skippedCount: number;
  /** Rows with a finding of verdict `suspect`. */
  readonly flagged: RowFlags;
  readonly unreadable: RowFlags;
  /** Where listed findings stand: by row, the line of the record and its `sampleHash`. Empty unless wanted. */
  readonly places: ReadonlyMap<number, { readonly line: number; readonly hash: string }>;
  /** Samples with findings that are counted, but too many to be listed. */
  readonly unlisted: number;
  /** Share of the rows in which triggers were mined, at most 1. */
  readonly minedShare: number;
  /** The file with some of its rows, in its own bytes, piece by piece. */
  readonly copy: (isWanted: (row: number) => boolean) => AsyncIterable<Uint8Array>;
}

/**
 * Scans the file; null where it is not to be read in this way (another format, nothing readable): then it must be read whole.
 * Throws a `Failure` for unknown columns and a file that changes meanwhile, and `Cancelled`.
 */
export async function scanStreamed(
  path: string,
  options: StreamOptions,
  context: JobContext,
): Promise<StreamedScan | null> {
  const { signal } = context;
  const file = await FileWindows.open(path);
  try {
    const shape = await rangedShape(file, { ...options, signal });
    if (shape === null) return null;
    const survey = await surveyOf(file, shape, RANGE, signal);
    context.report({ type: "phase", name: "scan", detail: `${path}: looking for triggers in a part of the rows` });
    const { language, minedBytes } = options;
    const mined = await minedOnThread({ shape, survey, language, minedBytes }, signal);
    context.report({ type: "phase", name: "scan", detail: `${path}: looking at every row` });
    const store = await lookAtAll(shape, survey, mined, options, context);
    await file.requireUnchanged();
    if (store.samples === 0) throw nothingRead(file, shape, survey, store);
    return assemble(file, shape, survey, mined, store, options);
  } catch (error) {
    // What a thread tells of a file that changed is told as what it is.
    if (error instanceof Failure) await file.requireUnchanged();
    throw error;
  } finally {
    await file.close();
  }
}

function nothingRead(
  { path: file, bytes }: FileWindows,
  { format }: RangedShape,
  { sha256, rows }: Survey,
  store: EvidenceStore,
): UnreadableDataset {
  const [first] = store.skipped;
  const what = `none of the ${rows} records can be read${first === undefined ? "" : `: ${first.reason}`}`;
  const remedy = "Make or download it again";
  return new UnreadableDataset(what, { file, remedy }, { format, sha256, bytes, rows, skipped: store.skipped });
}

async function lookAtAll(
  shape: RangedShape,
  { ranges, rows }: Survey,
  { search }: MinedPart,
  { jobs, baseline, places }: StreamOptions,
  context: JobContext,
): Promise<EvidenceStore> {
  const store = new EvidenceStore(search.triggers.length, rows);
  const total = Math.round((ranges.at(-1)?.end ?? 0) / MEGABYTE);
  let done = 0;
  for await (const result of scanRanges(
    { shape, search, hashes: baseline !== null || places },
    ranges,
    jobs,
    context.signal,
  )) {
    store.add(result);
    const read = Math.round(ranges[done++]!.end / MEGABYTE);
    context.report({ type: "progress", done: read, total, unit: "MB" });
  }
  return store;
}

function assemble(
  file: FileWindows,
  shape: RangedShape,
  { sha256, ranges, rows }: Survey,
  { search, triggers: mined, detectors, language, samples: minedSamples }: MinedPart,
  store: EvidenceStore,
  { baseline, places }: StreamOptions,
): StreamedScan {
  const { path, format, plan } = shape;
  const { samples, counts, harmed, firstDead } = store;
  const totals: StreamTotals = {
    file: path,
    samples,
    labels: search.labels,
    triggers: counts,
    harmed: [...harmed.values()],
    firstDead,
  };
  const judged = judgeTriggers(mined, totals);
  const judge = rowJudge(judged, totals);
  const findings: Finding[] = [];
  const suppressed: SuppressedFinding[] = [];
  const flagged = new RowFlags(rows);
  for (const { row, evidence, hash } of store.found) {
    for (const finding of judge.findingsOf(row, evidence)) {
      const accepted = baseline === null ? undefined : suppressionOf(baseline, hash, finding.rule);
      if (accepted !== undefined) {
        suppressed.push({ ...finding, reason: accepted.reason });
        continue;
      }
      findings.push(finding);
      if (finding.verdict === "suspect") flagged.add(row);
    }
  }
  for (const { rows: alike, ...rest } of store.classes.values()) {
    if (judge.isFlagged(rest)) for (const row of alike) flagged.add(row);
  }
  const triggers = judged.flatMap((one, index) =>
    one === null ? [] : [{ ...one.trigger, rows: store.holders[index]! }],
  );
  const columns = { input: plan.input.label, output: plan.output.label };
  return {
    file: {
      path,
      format,
      sha256,
      bytes: file.bytes,
      rows,
      columns,
      language,
      skipped: store.skipped,
    },
    scan: { findings, triggers, detectors, language },
    suppressed,
    samples,
    skippedCount: store.skippedCount,
    flagged,
    unreadable: store.unreadable,
    places: new Map(places ? store.found.map(({ row, line, hash }) => [row, { line, hash }]) : []),
    unlisted: store.unlisted,
    minedShare: Math.min(1, minedSamples / samples),
    copy: (isWanted) => rangedCopy(shape, ranges, isWanted),
  };
}
