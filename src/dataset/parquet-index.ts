/** The rows of a Parquet file by their number: its footer tells how many there are, and row groups are read when they are asked for. */
import { Cancelled } from "../foundation/failure";
import type { NamedColumns } from "./columns";
import type { FileWindows } from "./file-windows";
import { fromFile, openReadable, readParquetRows, type ParquetRow } from "./parquet-dataset";
import type { ParquetGroup } from "./parquet-file";
import type { RecordIndex } from "./record-index";

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
  /** The rows that were read of the group that was asked last: a view asks for one page of it after the other. */
  let last: { readonly group: ParquetGroup; readonly rows: readonly ParquetRow[] } | null = null;

  const rowsUpTo = async (group: ParquetGroup, count: number): Promise<readonly ParquetRow[]> => {
    if (last?.group === group && last.rows.length >= count) return last.rows;
    // The first page must be quick; who pages on reads the group once more, whole.
    const wanted = last?.group === group ? group.rows : count;
    const rows = await readParquetRows(parquet, plan, group, wanted, stop);
    last = { group, rows };
    return rows;
  };

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
      const end = firstRow < 0 ? 0 : Math.min(firstRow + count, parquet.rows);
      const found: ParquetRow[] = [];
      for (const group of parquet.groups) {
        const [from, to] = [Math.max(firstRow, group.first), Math.min(end, group.first + group.rows)];
        if (from >= to) continue;
        found.push(...(await rowsUpTo(group, to - group.first)).slice(from - group.first, to - group.first));
      }
      return found;
    },
    async close() {
      closing.abort();
      last = null;
      await file.close();
    },
  };
}
