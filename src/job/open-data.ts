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
  const { skipped, rows } = dataset;
  const first = skipped[0];
  if (first !== undefined) {
    const why = `the first, on line ${first.line}: ${first.reason}`;
    const message = `${file}: skipped ${skipped.length} of ${rows} records; ${why}`;
    context.report({ type: "log", level: "warning", message });
  }
  return dataset;
}
