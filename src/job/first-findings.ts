/**
 * What the first samples of a large dataset show by themselves, for a scan of all takes its time: first of a few, told within about
 * a second of processor time, then of more, which show what is too rare in the few. The report does not hang on it and need not hold
 * it, for yet more samples may speak for or against a trigger.
 */
import { FileWindows } from "../dataset/file-windows";
import type { Dataset, Sample } from "../dataset/sample";
import { rangedShape, rangeReader, rangesOf, type ShapeOptions } from "../dataset/record-ranges";
import { scanDataset } from "../detect/scan";
import { Failure, throwIfCancelled } from "../foundation/failure";
import { acceptedBy } from "./accepted-findings";
import type { Baseline } from "./baseline";
import type { JobContext } from "./context";
import { locatedIn } from "./locate-findings";

const PART = { records: 250, bytes: 128 * 1024 };
/** After how many parts what they show together is told. */
const TOLD_AFTER = [1, 4];
const LAST_PART = Math.max(...TOLD_AFTER);
/** A dataset of fewer samples is scanned soon enough. */
const WORTHWHILE = 4 * LAST_PART * PART.records;

interface FirstOptions {
  readonly language?: string | undefined;
  readonly baseline: Baseline | null;
}

type FileOptions = FirstOptions & Omit<ShapeOptions, "signal">;

/** Reports `first` events, where the dataset is large enough to need them. Throws `Cancelled`. */
export async function tellFirstOf(dataset: Dataset, options: FirstOptions, context: JobContext): Promise<void> {
  if (dataset.samples.length < WORTHWHILE) return;
  for (const parts of TOLD_AFTER) {
    await tell({ ...dataset, samples: dataset.samples.slice(0, parts * PART.records) }, options, context);
  }
}

/** As `tellFirstOf`, of a file that is read row by row; what is wrong with the file is the scan's to tell. Throws `Cancelled`. */
export async function tellFirstIn(path: string, options: FileOptions, context: JobContext): Promise<void> {
  const { signal } = context;
  let file: FileWindows | null = null;
  try {
    file = await FileWindows.open(path);
    const shape = await rangedShape(file, { ...options, signal });
    if (shape === null) return;
    const samples: Sample[] = [];
    let parts = 0;
    const reader = await rangeReader(file, shape);
    for await (const range of rangesOf(file, shape, PART, signal)) {
      throwIfCancelled(signal);
      for await (const { sample } of reader.samples(range)) if (sample !== null) samples.push(sample);
      const columns = { input: "", output: "" };
      const rows = range.row + range.count;
      const known = { format: shape.format, sha256: "", bytes: file.bytes, rows, columns, skipped: [] };
      if (TOLD_AFTER.includes(++parts) && samples.length > 0) await tell({ path, ...known, samples }, options, context);
      if (parts === LAST_PART) return;
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
