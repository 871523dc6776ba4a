/** Datasets that are not one text file: Parquet and paired text, known by name, first bytes or the format that the user named. */
import { open, stat } from "node:fs/promises";
import type { NamedColumns } from "./columns";
import { openPaired } from "./paired-dataset";
import { isClearlyPaired, pairOf } from "./pairs";
import { openParquet } from "./parquet-dataset";
import type { Dataset, DatasetFormat } from "./sample";
import { isParquet } from "./source";
import { UnreadableDataset } from "./unreadable";
import { compressionOf, splitCompression } from "./unpack";

const PARQUET = /\.(?:parquet|parq|pqt)$/iu;

/** Whether a file is Parquet by its name, compressed or not. */
export const isParquetName = (file: string): boolean => PARQUET.test(splitCompression(file).inner);

/** Whether a file is one side of paired text, by its name and the file beside it. Throws as `pairOf` does. */
export const isPaired = (file: string, named: NamedColumns = {}): boolean =>
  isClearlyPaired(file) || pairOf(file, named) !== null;

export interface OtherOptions extends NamedColumns {
  readonly format?: DatasetFormat | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Opens such a dataset; null for a file that is to be read as text (a compressed one may turn out as Parquet there). */
export async function openOtherFormat(path: string, options: OtherOptions): Promise<Dataset | null> {
  const { format } = options;
  if (format === "paired" || (format === undefined && isPaired(path, options))) return openPaired(path, options);
  if (format !== undefined && format !== "parquet") return null;
  const head = await headOf(path);
  // What is wrong with the path is told by the one who reads it.
  if (head === null || compressionOf(head) !== null) return null;
  if (isParquet(head)) return openParquet(path, options);
  if (format === undefined && !isParquetName(path)) return null;
  const what =
    head.length === 0 ? "the file is empty" : "the file is no Parquet file: it does not begin as Parquet does";
  throw new UnreadableDataset(
    what,
    { file: path, remedy: "Download it again, or name its format with --format" },
    { format: "parquet", sha256: null, bytes: (await stat(path)).size, rows: 0, skipped: [] },
  );
}

/** The file's first bytes; null for what is no readable file. */
async function headOf(path: string): Promise<Buffer | null> {
  // Before it is opened, for opening a pipe waits for a writer.
  const status = await stat(path).catch(() => null);
  const handle = status?.isFile() === true ? await open(path, "r").catch(() => null) : null;
  if (handle === null) return null;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(64), 0, 64, 0);
    return buffer.subarray(0, bytesRead);
  } catch {
    return null;
  } finally {
    await handle.close();
  }
}
