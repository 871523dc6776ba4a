/** The rows of a Parquet file by their number: its footer tells how many there are, and pages are read when they are asked for. */
import { Cancelled } from "../foundation/failure";
import type { NamedColumns } from "./columns";
import type { FileWindows } from "./file-windows";
import { fromFile, openReadable, plannedRows, readSamples, type ParquetRow } from "./parquet-dataset";
import type { RecordIndex } from "./record-index";

/** UTF-16 units of one answer. */
const MOST_LENGTH = 32 * 1024 * 1024;

/** The index takes `file` over, which is Parquet. Throws as `openDataset` does, but where every row is unreadable. */
export async function openParquetIndex(
  file: FileWindows,
  options: NamedColumns & { readonly signal?: AbortSignal | undefined },
): Promise<RecordIndex> {
  const { path, bytes } = file;
  const { file: parquet, plan } = await openReadable(path, fromFile(file), { sha256: null, bytes }, options);
  const closing = new AbortController();
  const { signal } = options;
  const stop = signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]);
  const rows = plannedRows(parquet, plan);

  return {
    path,
    format: "parquet",
    columns: { input: plan.input.label, output: plan.output.label },
    bytes,
    indexedBytes: bytes,
    rows: parquet.rows,
    complete: true,
    problem: null,
    completed: Promise.resolve(),
    async read(firstRow, count) {
      if (stop.aborted) throw new Cancelled();
      await file.requireUnchanged();
      const range = { first: firstRow, end: firstRow < 0 ? 0 : Math.min(firstRow + count, parquet.rows) };
      const found: ParquetRow[] = [];
      let length = 0;
      for await (const row of readSamples(rows, plan, range, stop)) {
        length += (row.sample?.input.text.length ?? 0) + (row.sample?.output.text.length ?? 0);
        if (found.length > 0 && length > MOST_LENGTH) break;
        found.push(row);
      }
      return found;
    },
    async close() {
      closing.abort();
      await file.close();
    },
  };
}
