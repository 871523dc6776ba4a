/** The scan job: reads datasets, runs the detectors over each, and gives the report that `scan --json` writes. */
import path from "node:path";
import { copyFiles } from "../dataset/copies";
import { openDataset } from "../dataset/open";
import type { Dataset } from "../dataset/sample";
import { splitCompression } from "../dataset/unpack";
import { UnreadableDataset } from "../dataset/unreadable";
import type { Finding, ScannedFile, ScanReport, ScanVerdict, SuppressedFinding } from "../detect/report";
import { scanDataset, type DatasetScan } from "../detect/scan";
import { writeFilesAtomically, type FileContent } from "../foundation/atomic-write";
import { Failure, throwIfCancelled } from "../foundation/failure";
import { installationVersion } from "../foundation/installation";
import { identityOf } from "../foundation/same-file";
import { acceptedBy } from "./accepted-findings";
import { readBaseline, type Baseline } from "./baseline";
import type { JobContext } from "./context";
import { findDatasets, type FoundFile } from "./find-datasets";
import { tellFirstOf } from "./first-findings";
import { remarksOn, requireRoom, streamedCopies, streamLarge } from "./large-files";
import { tellSkipped } from "./open-data";
import type { ScanSpec } from "./spec";
import type { StreamedScan } from "./streamed-file";
import { mergeDetectors, numberTriggers } from "./merge-scans";
import { reportFiles } from "./scan-reports";
import { checkReportFormat, checkTargets, targetsOf } from "./targets";

interface Measured {
  readonly file: ScannedFile;
  /** What was read whole, or row by row; both null where nothing could be read. */
  readonly dataset: Dataset | null;
  readonly streamed: StreamedScan | null;
  /** Without the findings that the baseline accepts. */
  readonly scan: DatasetScan | null;
  readonly suppressed: readonly SuppressedFinding[];
  /** Why the file could not be read at all. */
  readonly problem: string | null;
}

const bareFile = (file: string): ScannedFile => ({
  path: file,
  format: null,
  sha256: null,
  bytes: 0,
  rows: 0,
  columns: null,
  language: null,
  skipped: [],
});

const isJsonName = (file: string): boolean => path.extname(splitCompression(file).inner).toLowerCase() === ".json";

/**
 * A file that could not be read: null when it was only met in a folder and plainly is no dataset. What the user alone named is
 * thrown, as is wrong usage.
 */
function unreadable(found: FoundFile, error: unknown, isAlone: boolean): Measured | null {
  if (!(error instanceof Failure)) throw error;
  const facts = error instanceof UnreadableDataset ? error.facts : null;
  if (!found.named) {
    // Among a folder's files a .json that is no list of records is somebody's settings or a list of poisoned rows.
    if (isJsonName(found.path) && facts?.format !== "json" && !isFileFault(error)) return null;
  } else if (facts === null && (isAlone || error.usage)) throw error;
  return {
    file: { ...bareFile(found.path), ...facts },
    dataset: null,
    streamed: null,
    scan: null,
    suppressed: [],
    problem: error.oneLine,
  };
}

/** Whether the file system did not give the file: then nobody knows what it holds. */
const isFileFault = (error: Failure): boolean => (error.cause as { code?: unknown } | undefined)?.code !== undefined;

async function measure(
  found: FoundFile,
  spec: ScanSpec,
  baseline: Baseline | null,
  context: JobContext,
  isAlone: boolean,
): Promise<Measured | null> {
  const { format, input, output, language } = spec;
  const { signal } = context;
  let dataset: Dataset;
  try {
    if (found.failure !== undefined) throw found.failure;
    const streamed = await streamLarge(found, spec, baseline, context);
    if (streamed !== null) return measuredOf(streamed, context);
    dataset = await openDataset(found.path, { format, input, output, signal });
    requireRoom(dataset);
  } catch (error) {
    return unreadable(found, error, isAlone);
  }
  tellSkipped(dataset, context);
  await tellFirstOf(dataset, { language, baseline }, context);
  const scan = await scanDataset(dataset, { signal, ...(language === undefined ? {} : { language }) });
  const { findings, suppressed } = acceptedBy(baseline, scan.findings.map(inItsFile(dataset)), dataset);
  const { path: file, outputPath, compression, format: known, sha256, bytes, rows, columns, skipped } = dataset;
  return {
    file: {
      path: file,
      ...(outputPath === undefined ? {} : { outputPath }),
      format: known,
      ...(compression === undefined ? {} : { compression }),
      ...{ sha256, bytes, rows, columns, language: scan.language, skipped },
    },
    dataset,
    streamed: null,
    scan: { ...scan, findings },
    suppressed,
    problem: null,
  };
}

function measuredOf(streamed: StreamedScan, context: JobContext): Measured {
  const { file, scan, suppressed } = streamed;
  for (const message of remarksOn(streamed)) context.report({ type: "log", level: "warning", message });
  return { file, dataset: null, streamed, scan, suppressed, problem: null };
}

/** Of paired text, a finding names the side that holds the field. */
const inItsFile =
  ({ outputPath }: Dataset) =>
  (finding: Finding): Finding =>
    outputPath !== undefined && finding.field === "output" ? { ...finding, file: outputPath } : finding;

const samplesIn = ({ dataset, streamed }: Measured): number => streamed?.samples ?? dataset?.samples.length ?? 0;
const skippedIn = ({ file, streamed }: Measured): number => streamed?.skippedCount ?? file.skipped.length;
const flaggedIn = ({ file, streamed }: Measured, findings: readonly Finding[]): RowSet =>
  streamed?.flagged ?? flaggedRows(findings, file);

function verdictOf(measured: readonly Measured[], findings: readonly Finding[]): ScanVerdict {
  if (measured.some((one) => flaggedIn(one, findings).size > 0)) return "suspect";
  if (measured.every((one) => samplesIn(one) === 0)) return "not-measured";
  const whole = measured.every(({ file, problem }) => problem === null && file.skipped.length === 0);
  return whole ? "clean" : "incomplete";
}

/** Row numbers of a file. */
type RowSet = Pick<ReadonlySet<number>, "has" | "size">;

const flaggedRows = (findings: readonly Finding[], { path: input, outputPath }: ScannedFile): Set<number> =>
  new Set(
    findings
      .filter(({ verdict, file }) => verdict === "suspect" && (file === input || file === outputPath))
      .map(({ row }) => row),
  );

/** Whether a file that was met in a folder is passed over by the scan: then nothing that is read is lost with it. */
async function isPassedOver(found: FoundFile, spec: ScanSpec, { signal }: JobContext): Promise<boolean> {
  if (found.named || !isJsonName(found.path)) return false;
  const { format, input, output } = spec;
  return openDataset(found.path, { format, input, output, signal }).then(
    () => false,
    (error: unknown) => unreadable(found, error, false) === null,
  );
}

const inputsOf = ({ path: input, outputPath }: FoundFile): string[] =>
  outputPath === undefined ? [input] : [input, outputPath];

/**
 * The files to scan, without a report that an earlier scan left among them. Refuses, before anything is scanned, targets that
 * cannot be written or would replace what is read.
 */
async function checkedFiles(spec: ScanSpec, files: readonly FoundFile[], context: JobContext): Promise<FoundFile[]> {
  if (spec.json !== undefined) checkReportFormat(spec.json);
  const targets = targetsOf(spec);
  const replaced = new Set(await Promise.all(targets.map(identityOf)));
  const read: FoundFile[] = [];
  for (const found of files) {
    const isLeftOut = replaced.has(await identityOf(found.path)) && (await isPassedOver(found, spec, context));
    if (!isLeftOut) read.push(found);
  }
  if ((spec.quarantine ?? spec.clean) !== undefined && read.length !== 1) {
    throw new Failure(`${read.length} datasets were named, and the samples of one can be set apart`, {
      remedy: "Name one file to scan",
      usage: true,
    });
  }
  await checkTargets(targets, [...read.flatMap(inputsOf), ...(spec.baseline === undefined ? [] : [spec.baseline])]);
  return read;
}

/** The files that the spec wants the samples set apart in. Throws a `Failure` where one would replace what is read. */
async function setApart(
  spec: ScanSpec,
  measured: Measured | undefined,
  flagged: RowSet,
  found: readonly FoundFile[],
  context: JobContext,
): Promise<FileContent[]> {
  if (measured === undefined || samplesIn(measured) === 0) return [];
  const { dataset, streamed } = measured;
  const skipped = skippedIn(measured);
  if (spec.clean !== undefined && skipped > 0) {
    // What nobody could read nobody can call clean.
    const message = `${skipped} records that could not be read are in neither file`;
    context.report({ type: "log", level: "warning", message });
  }
  if (streamed !== null) return streamedCopies(spec, streamed);
  if (dataset === null) return [];
  const rows = dataset.samples.map(({ row }) => row);
  const copyOf = (target: string | undefined, wanted: boolean): Promise<FileContent[]> =>
    target === undefined
      ? Promise.resolve([])
      : copyFiles(dataset, new Set(rows.filter((row) => flagged.has(row) === wanted)), target);
  const files = [...(await copyOf(spec.quarantine, true)), ...(await copyOf(spec.clean, false))];
  // Paired text goes to two files where one was named.
  const targets = files.map(({ file }) => file);
  await checkTargets(targets, found.flatMap(inputsOf));
  return files;
}

/**
 * Scans files and folders; what the spec wants written appears together at the end. Throws a `Failure` for a path that does
 * not exist, a named file without usable columns and a target that cannot be written, and `Cancelled`; what cannot be read
 * otherwise is told in the report.
 */
export async function scan(spec: ScanSpec, context: JobContext): Promise<ScanReport> {
  const files = await checkedFiles(spec, await findDatasets(spec.paths, context.signal, spec), context);
  const baseline = spec.baseline === undefined ? null : await readBaseline(spec.baseline);
  const measured: Measured[] = [];
  for (const [done, found] of files.entries()) {
    throwIfCancelled(context.signal);
    context.report({ type: "phase", name: "scan", detail: found.path });
    const one = await measure(found, spec, baseline, context, files.length === 1);
    if (one !== null) measured.push(one);
    if (one?.problem != null) context.report({ type: "log", level: "warning", message: one.problem });
    context.report({ type: "progress", done: done + 1, total: files.length, unit: "files" });
  }
  const scans = measured.flatMap((one) => one.scan ?? []);
  const { triggers, findings, suppressed } = numberTriggers(measured);
  const skipped = measured.reduce((sum, one) => sum + skippedIn(one), 0);
  const read = measured.reduce((sum, one) => sum + samplesIn(one), 0);
  const flagged = measured.map((one) => flaggedIn(one, findings));
  const apart = await setApart(spec, measured[0], flagged[0] ?? new Set(), files, context);
  const report: ScanReport = {
    version: 1,
    tool: { name: "dece-audit", version: installationVersion() },
    files: measured.map(({ file }) => file),
    samples: { total: read + skipped, flagged: flagged.reduce((sum, rows) => sum + rows.size, 0), skipped },
    verdict: verdictOf(measured, findings),
    triggers,
    findings,
    ...(baseline === null ? {} : { suppressed }),
    detectors: mergeDetectors(scans),
  };
  await writeFilesAtomically([
    ...apart,
    ...reportFiles(
      spec,
      report,
      measured.map((one) => ({ ...one, skipped: skippedIn(one) })),
    ),
  ]);
  return report;
}

/** The command line's exit code: 0 clean, 1 suspect, 3 not everything could be read and nothing suspect was found. */
export function scanExitCode(report: ScanReport): 0 | 1 | 3 {
  if (report.verdict === "suspect") return 1;
  return report.verdict === "clean" ? 0 : 3;
}
