/** Opens a job's dataset and tells of what could not be read: nothing is left out in silence. */
import { stat } from "node:fs/promises";
import { openDataset } from "../dataset/open";
import type { Dataset, DatasetFormat } from "../dataset/sample";
import type { JobContext } from "./context";
import { openFolder, type Split } from "./open-folder";

export interface DataColumns {
  readonly format?: DatasetFormat | undefined;
  readonly input?: string | undefined;
  readonly output?: string | undefined;
}

/**
 * Opens a file, or the files of `split` where a folder is named and a split is given. Throws what `openDataset` and `openFolder`
 * throw. Skipped records are a warning that says how many and why the first.
 */
export async function openData(
  file: string,
  columns: DataColumns,
  context: JobContext,
  split?: Split,
): Promise<Dataset> {
  const { format, input, output } = columns;
  const options = { format, input, output, signal: context.signal };
  const isFolder = split !== undefined && (await stat(file).catch(() => null))?.isDirectory() === true;
  const dataset = isFolder ? await openFolder(file, split, options) : await openDataset(file, options);
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
