/** A dataset file that is read row by row in a worker (row-protocol.ts), for the Audit View and single samples. */
import { sampleNumber } from "../dataset/sample-number";
import { Failure } from "../foundation/failure";
import {
  closeRowsRequest,
  openRowsRequest,
  readRowsRequest,
  rowsStateRequest,
  type Anchor,
  type OpenedRows,
  type RowData,
  type RowsState,
} from "../job/row-protocol";
import type { WorkerClient } from "../job/worker-client";

export interface SampleTexts {
  readonly row: number;
  readonly line: number;
  readonly input: string;
  readonly output: string;
}

export class Rows {
  private constructor(
    private readonly worker: WorkerClient,
    readonly file: string,
    /** As it was when it was opened. */
    readonly opened: OpenedRows,
  ) {}

  /** Throws the `Failure` of a file that cannot be used. */
  static async open(worker: WorkerClient, file: string): Promise<Rows> {
    return new Rows(worker, file, await worker.ask(openRowsRequest, { file }));
  }

  state(): Promise<RowsState> {
    return this.worker.ask(rowsStateRequest, { id: this.opened.id });
  }

  /** Rows that are not known yet are left out; each field is cut to `most` UTF-16 units (0: not at all). */
  read(first: number, count: number, most: number, anchors: readonly Anchor[] = []): Promise<readonly RowData[]> {
    return this.worker.ask(readRowsRequest, { id: this.opened.id, first, count, most, anchors });
  }

  /** Waits until the row is known. Throws a `Failure` where there is no such sample. */
  async sample(row: number): Promise<SampleTexts> {
    for (;;) {
      const { complete, problem } = await this.state();
      const [data] = await this.read(row, 1, 0);
      if (data?.fields != null) {
        return { row, line: data.line, input: data.fields.input.text, output: data.fields.output.text };
      }
      if (complete || problem !== null || data !== undefined) {
        const what = data?.problem ?? problem ?? `there is no sample ${sampleNumber(row)} in it`;
        throw new Failure(what, {
          file: this.file,
          ...(data === undefined ? {} : { line: data.line }),
          remedy: "Scan it again",
        });
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async close(): Promise<void> {
    // A worker that is gone has closed everything.
    await this.worker.ask(closeRowsRequest, { id: this.opened.id }).catch(() => undefined);
  }
}
