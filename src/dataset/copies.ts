/**
 * Copies of a dataset as files: some of its rows, or all of them with some fields rewritten, in the dataset's format and
 * encoding, compressed where the target's name says so. A format that is not one text file brings a writer of its own.
 */
import type { FileContent } from "../foundation/atomic-write";
import { copyRecords, rewriteFields, type FieldChanges } from "./copy";
import type { Dataset } from "./sample";
import { packedFor } from "./unpack";

export interface DatasetWriter {
  copy(rows: ReadonlySet<number>, target: string): Promise<FileContent[]>;
  rewrite(changes: ReadonlyMap<number, FieldChanges>, target: string): Promise<FileContent[]>;
}

const writers = new WeakMap<Dataset, DatasetWriter>();

export function rememberWriter(dataset: Dataset, writer: DatasetWriter): void {
  writers.set(dataset, writer);
}

/**
 * The files that hold the records `rows` when written to `target`: one, or two for paired text. Throws as `copyRecords` does,
 * and a Failure for rows that the format cannot write without a change.
 */
export async function copyFiles(dataset: Dataset, rows: ReadonlySet<number>, target: string): Promise<FileContent[]> {
  const writer = writers.get(dataset);
  if (writer !== undefined) return writer.copy(rows, target);
  return [{ file: target, content: await packedFor(target, copyRecords(dataset, rows)) }];
}

/** The files that hold the whole dataset with new texts in some rows. Throws as `rewriteFields` and `copyFiles` do. */
export async function rewriteFiles(
  dataset: Dataset,
  changes: ReadonlyMap<number, FieldChanges>,
  target: string,
): Promise<FileContent[]> {
  const writer = writers.get(dataset);
  if (writer !== undefined) return writer.rewrite(changes, target);
  return [{ file: target, content: await packedFor(target, rewriteFields(dataset, changes)) }];
}
