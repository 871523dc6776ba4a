/** Opens a job's dataset and tells of what could not be read: nothing is left out in silence. */
import { openDataset } from "../dataset/open";
import type { Dataset, DatasetFormat } from "../dataset/sample";
import { Failure } from "../foundation/failure";
import type { JobContext } from "./context";

export interface DataColumns {
  readonly format?: DatasetFormat;
  readonly input?: string;
  readonly output?: string;
}

/** Throws what `openDataset` throws, and a `Failure` when no record could be read. Skipped records are a warning. */
export async function openData(file: string, columns: DataColumns, context: JobContext): Promise<Dataset> {
  const { format, input, output } = columns;
  const dataset = await openDataset(file, {
    signal: context.signal,
    ...(format === undefined ? {} : { format }),
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
  });
  const { samples, skipped, rows } = dataset;
  const first = skipped[0];
  const why = first === undefined ? "" : `the first, on line ${first.line}: ${first.reason}`;
  if (samples.length === 0) {
    throw new Failure(`none of its ${rows} records can be read; ${why}`, { file, remedy: "Check the file's format" });
  }
  if (first !== undefined) {
    const message = `${file}: skipped ${skipped.length} of ${rows} records; ${why}`;
    context.report({ type: "log", level: "warning", message });
  }
  return dataset;
}
