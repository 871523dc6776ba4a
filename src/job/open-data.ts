/** Opens a job's dataset and tells of what could not be read: nothing is left out in silence. */
import { openDataset } from "../dataset/open";
import type { Dataset, DatasetFormat } from "../dataset/sample";
import type { JobContext } from "./context";

export interface DataColumns {
  readonly format?: DatasetFormat | undefined;
  readonly input?: string | undefined;
  readonly output?: string | undefined;
}

/** Throws what `openDataset` throws. Skipped records are a warning that says how many and why the first. */
export async function openData(file: string, columns: DataColumns, context: JobContext): Promise<Dataset> {
  const { format, input, output } = columns;
  const dataset = await openDataset(file, { format, input, output, signal: context.signal });
  tellSkipped(dataset, context);
  return dataset;
}

/** Warns of the records that could not be read: how many, where the first is and why. */
export function tellSkipped({ path, skipped, rows }: Dataset, { report }: JobContext): void {
  const [first] = skipped;
  if (first === undefined) return;
  const why = `the first, on line ${first.line}: ${first.reason}`;
  report({ type: "log", level: "warning", message: `${path}: skipped ${skipped.length} of ${rows} records; ${why}` });
}
