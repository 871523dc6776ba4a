/**
 * What the first samples of a large dataset show by themselves, told within about a second: a scan of all takes its time. The
 * report does not hang on it and need not hold it, for more samples may speak for or against a trigger.
 */
import { FileWindows } from "../dataset/file-windows";
import type { Dataset } from "../dataset/sample";
import { readRange, recordRanges, textShape, type TextOptions } from "../dataset/text-file";
import { scanDataset } from "../detect/scan";
import { Failure } from "../foundation/failure";
import { acceptedBy } from "./accepted-findings";
import type { Baseline } from "./baseline";
import type { JobContext } from "./context";
import { locatedIn } from "./locate-findings";

const FIRST = { records: 1000, bytes: 512 * 1024 };
/** A dataset of fewer samples is scanned soon enough. */
const WORTHWHILE = 4 * FIRST.records;

interface FirstOptions {
  readonly language?: string | undefined;
  readonly baseline: Baseline | null;
}

type FileOptions = FirstOptions & Omit<TextOptions, "signal">;

/** Reports a `first` event, where the dataset is large enough to need one. Throws `Cancelled`. */
export async function tellFirstOf(dataset: Dataset, options: FirstOptions, context: JobContext): Promise<void> {
  if (dataset.samples.length < WORTHWHILE) return;
  await tell({ ...dataset, samples: dataset.samples.slice(0, FIRST.records) }, options, context);
}

/** As `tellFirstOf`, of a file that is read row by row; what is wrong with the file is the scan's to tell. Throws `Cancelled`. */
export async function tellFirstIn(path: string, options: FileOptions, context: JobContext): Promise<void> {
  const { signal } = context;
  let file: FileWindows | null = null;
  try {
    file = await FileWindows.open(path);
    const shape = await textShape(file, { ...options, signal });
    if (shape === null) return;
    for await (const range of recordRanges(file, shape, FIRST, { signal })) {
      const samples = (await readRange(file, shape, range)).flatMap(({ sample }) => sample ?? []);
      const columns = { input: "", output: "" };
      const known = { format: shape.format, sha256: "", bytes: file.bytes, rows: range.count, columns, skipped: [] };
      if (samples.length > 0) await tell({ path, ...known, samples }, options, context);
      return;
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
  } finally {
    await file?.close();
  }
}

async function tell(first: Dataset, { language, baseline }: FirstOptions, context: JobContext): Promise<void> {
  const { signal } = context;
  const scan = await scanDataset(first, { signal, ...(language === undefined ? {} : { language }) });
  const { findings } = acceptedBy(baseline, scan.findings, first);
  context.report({
    type: "first",
    file: first.path,
    samples: first.samples.length,
    findings: locatedIn(first.samples, findings),
    triggers: scan.triggers,
  });
}
