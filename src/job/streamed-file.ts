/**
 * Scans a JSONL, CSV or TSV file of any size in bounded memory. Triggers are mined in a part of the rows, chosen by the file's own
 * SHA-256 so that nobody can arrange what is left out; then every row is read on several threads and judged by what all of them
 * hold. Copies of the file are streamed too.
 */
import { createHash } from "node:crypto";
import { FileWindows } from "../dataset/file-windows";
import type { Dataset, Field, Sample } from "../dataset/sample";
import { readBytes, readTexts, recordRanges, textShape, type RecordRange, type TextShape } from "../dataset/text-file";
import type { DetectedTrigger } from "../detect/detector";
import type { DetectorRun, Finding, Rule, ScannedFile, SuppressedFinding } from "../detect/report";
import { soughtTrigger } from "../detect/row-evidence";
import type { Corpus } from "../detect/corpus";
import { mine, prepareScan, rulesToRun, type DatasetScan, type Mining } from "../detect/scan";
import { judgeTriggers, rowJudge, type StreamTotals } from "../detect/streamed-scan";
import { Failure, throwIfCancelled } from "../foundation/failure";
import { seededRandom } from "../foundation/random";
import { suppressionOf, type Baseline } from "./baseline";
import type { JobContext } from "./context";
import { EvidenceStore, RowFlags } from "./evidence-store";
import { scanRanges } from "./scan-threads";

/** What a thread takes in hand at a time. */
const RANGE = { records: 2000, bytes: 1024 * 1024 };
const MEGABYTE = 1e6;

export interface StreamOptions {
  readonly format?: Dataset["format"] | undefined;
  readonly input?: string | undefined;
  readonly output?: string | undefined;
  readonly language?: string | undefined;
  readonly jobs: number;
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

interface Survey {
  readonly sha256: string;
  readonly ranges: readonly RecordRange[];
  readonly rows: number;
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
    const shape = await textShape(file, { ...options, signal });
    if (shape?.plan == null) return null;
    const survey = await surveyOf(file, shape, signal);
    context.report({ type: "phase", name: "scan", detail: `${path}: looking for triggers in a part of the rows` });
    const mining = await mineIn(file, shape, survey, options, signal);
    context.report({ type: "phase", name: "scan", detail: `${path}: looking at every row` });
    const store = await lookAtAll(shape, survey, mining, options, context);
    await file.requireUnchanged();
    return assemble(file, shape, survey, mining, store, options);
  } catch (error) {
    // What a thread tells of a file that changed is told as what it is.
    if (error instanceof Failure) await file.requireUnchanged();
    throw error;
  } finally {
    await file.close();
  }
}

async function surveyOf(file: FileWindows, shape: TextShape, signal: AbortSignal): Promise<Survey> {
  const hash = createHash("sha256").update(await file.read(0, shape.start));
  const onBytes = (bytes: Buffer): void => {
    hash.update(bytes);
  };
  const ranges: RecordRange[] = [];
  for await (const range of recordRanges(file, shape, RANGE, { signal, onBytes })) ranges.push(range);
  const last = ranges.at(-1);
  return { sha256: hash.digest("hex"), ranges, rows: last === undefined ? 0 : last.row + last.count };
}

/** A field that was taken out of its file. */
const detached = (column: string, text: string): Field => ({
  column,
  text,
  locate: () => {
    throw new RangeError("the field has no place");
  },
});

/** What is known from the part that was mined, without its texts: the look at every row needs their memory. */
type MinedPart = Omit<Mining, "corpus"> & { readonly corpus: Pick<Corpus, "labels" | "words"> };

async function mineIn(
  file: FileWindows,
  shape: TextShape,
  { sha256, ranges, rows }: Survey,
  { language, minedBytes }: StreamOptions,
  signal: AbortSignal,
): Promise<MinedPart> {
  const random = seededRandom(Number.parseInt(sha256.slice(0, 8), 16), Number.parseInt(sha256.slice(8, 15), 16));
  const share = minedBytes / file.bytes;
  const samples: Sample[] = [];
  for (const range of ranges) {
    throwIfCancelled(signal);
    const chosen = new Set<number>();
    for (let row = range.row; row < range.row + range.count; row++) if (random.unit() < share) chosen.add(row);
    if (chosen.size === 0) continue;
    for (const { row, line, texts } of await readTexts(file, shape, range, (one) => chosen.has(one))) {
      if (typeof texts === "string") continue;
      samples.push({ row, line, input: detached("", texts.input), output: detached("", texts.output) });
    }
  }
  const { path, format } = shape;
  const columns = { input: "", output: "" };
  const part: Dataset = { path, format, sha256, bytes: file.bytes, rows, columns, samples, skipped: [] };
  const given = language === undefined ? {} : { language };
  const { corpus, languages } = await prepareScan(part, { signal, ...given });
  const mining = await mine(corpus, languages, { signal, ...given });
  return { ...mining, corpus: { labels: corpus.labels, words: corpus.words } };
}

async function lookAtAll(
  shape: TextShape,
  { ranges, rows }: Survey,
  { corpus, languages, triggers }: MinedPart,
  { jobs, baseline, places }: StreamOptions,
  context: JobContext,
): Promise<EvidenceStore> {
  const { runs } = rulesToRun(languages, corpus, {});
  const search = {
    languages,
    labels: corpus.labels,
    dead: runs("dead-code"),
    payloads: runs("payload"),
    hidden: runs("invisible-character"),
    triggers: triggers.filter(isStreamed).flatMap((trigger) => soughtTrigger(trigger, corpus.words) ?? []),
  };
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
  shape: TextShape,
  { sha256, ranges, rows }: Survey,
  mining: MinedPart,
  store: EvidenceStore,
  { baseline, minedBytes, places }: StreamOptions,
): StreamedScan {
  const { path, format, plan } = shape;
  const { samples, counts, harmed, firstDead } = store;
  const totals: StreamTotals = {
    file: path,
    samples,
    labels: mining.corpus.labels,
    triggers: counts,
    harmed: [...harmed.values()],
    firstDead,
  };
  const mined = mining.triggers.filter(isStreamed);
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
  const columns = plan === null ? null : { input: plan.input.label, output: plan.output.label };
  return {
    file: {
      path,
      format,
      sha256,
      bytes: file.bytes,
      rows,
      columns,
      language: mining.language,
      skipped: store.skipped,
    },
    scan: { findings, triggers, detectors: mining.detectors.map(asStreamed), language: mining.language },
    suppressed,
    samples,
    skippedCount: store.skippedCount,
    flagged,
    unreadable: store.unreadable,
    places: new Map(places ? store.found.map(({ row, line, hash }) => [row, { line, hash }]) : []),
    unlisted: store.unlisted,
    minedShare: Math.min(1, minedBytes / file.bytes),
    copy: (isWanted) => copyOf(shape, ranges, isWanted),
  };
}

/** The rules whose work on all rows is known here; what another one found in a part of them is not told as its result. */
const streamedRules: readonly Rule[] = [
  "inserted-token",
  "dead-code",
  "odd-identifier",
  "invisible-character",
  "label-flip",
  "grammar-template",
  "payload",
];

const isStreamed = ({ trigger, tie }: DetectedTrigger): boolean =>
  tie !== undefined && streamedRules.includes(trigger.rule);

function asStreamed(run: DetectorRun): DetectorRun {
  if (run.rule === "dead-code" && run.status === "ran") {
    // Fresh statements are tied by their kind, which no row knows of by itself.
    return { ...run, reason: "the file is too large to tie statements that are different in each sample" };
  }
  if (run.rule === "odd-identifier" && run.status === "ran") {
    return { ...run, reason: "the file is too large to tie local names that are different in each sample" };
  }
  if (run.rule === "payload" && run.status === "ran") {
    return { ...run, reason: "the file is too large to ask what calls for calls that repeat" };
  }
  if (streamedRules.includes(run.rule)) return run;
  return { rule: run.rule, status: "skipped", reason: "the file is too large for this rule", milliseconds: 0 };
}

async function* copyOf(
  shape: TextShape,
  ranges: readonly RecordRange[],
  isWanted: (row: number) => boolean,
): AsyncGenerator<Uint8Array> {
  const file = await FileWindows.open(shape.path, shape.identity);
  try {
    // Byte order mark, header, and blank lines.
    yield await file.read(0, ranges[0]?.start ?? 0);
    for (const range of ranges) {
      const pieces = (await readBytes(file, shape, range)).flatMap(({ row, bytes }) =>
        bytes !== null && isWanted(row) ? [bytes] : [],
      );
      if (pieces.length > 0) yield Buffer.concat(pieces);
    }
  } finally {
    await file.close();
  }
}
