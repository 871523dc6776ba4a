/** The worker's end of row-protocol.ts: holds the indexes of the files that are looked at, and reads rows through them. */
import { openIndex, type IndexedSample, type RecordIndex } from "../dataset/record-index";
import { Cancelled, Failure } from "../foundation/failure";
import { excerptOf } from "./excerpt";
import type {
  Anchor,
  Excerpt,
  OpenedRows,
  OpenRowsParams,
  ReadRowsParams,
  RowData,
  RowFieldName,
  RowsState,
} from "./row-protocol";

interface OpenFile {
  readonly index: RecordIndex;
  /** Why the rest of the file cannot be indexed. */
  problem: string | null;
}

const stateOf = ({ index, problem }: OpenFile): RowsState => ({
  rows: index.rows,
  complete: index.complete,
  done: index.bytes === 0 ? 1 : index.indexedBytes / index.bytes,
  problem,
});

export class RowService {
  readonly #open = new Map<number, OpenFile>();
  #next = 1;

  /** `signal` ends every index that is still built when the host goes away. */
  constructor(private readonly signal: AbortSignal) {}

  /** Throws the `Failure` of a file that cannot be used. */
  async open({ file, ...named }: OpenRowsParams): Promise<OpenedRows> {
    const index = await openIndex(file, { ...named, signal: this.signal });
    const id = this.#next++;
    const open: OpenFile = { index, problem: null };
    this.#open.set(id, open);
    index.completed.catch((error: unknown) => {
      if (!(error instanceof Cancelled)) open.problem = error instanceof Failure ? error.oneLine : String(error);
    });
    return { id, format: index.format, columns: index.columns, bytes: index.bytes, ...stateOf(open) };
  }

  state(id: number): RowsState {
    return stateOf(this.#file(id));
  }

  async read({ id, first, count, most, anchors }: ReadRowsParams): Promise<RowData[]> {
    const samples = await this.#file(id).index.read(first, count);
    return samples.map((sample) => rowData(sample, most, anchors));
  }

  /** Closing what is closed does nothing. */
  async close(id: number): Promise<null> {
    const open = this.#open.get(id);
    this.#open.delete(id);
    await open?.index.close();
    return null;
  }

  #file(id: number): OpenFile {
    const open = this.#open.get(id);
    if (open === undefined) throw new Failure("the file is no longer open", { remedy: "Open it again" });
    return open;
  }
}

function rowData({ row, line, sample, problem }: IndexedSample, most: number, anchors: readonly Anchor[]): RowData {
  if (sample === null) return { row, line, fields: null, problem: problem ?? "it cannot be read" };
  const cut = (field: RowFieldName): Excerpt => {
    const anchor = anchors.find((one) => one.row === row && one.field === field);
    return excerptOf(sample[field].text, most, anchor?.offset);
  };
  return { row, line, fields: { input: cut("input"), output: cut("output") }, problem: null };
}
