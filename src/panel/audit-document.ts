/** A dataset file that the Audit View shows, read by row in a worker; opened again when the file changes. */
import path from "node:path";
import * as vscode from "vscode";
import type { Anchor, OpenedRows, RowData, RowsState } from "../job/row-protocol";

/** A file opened for reading by row. */
export interface RowReader {
  readonly opened: OpenedRows;
  state(): Promise<RowsState>;
  read(first: number, count: number, most: number, anchors?: readonly Anchor[]): Promise<readonly RowData[]>;
  close(): Promise<void>;
}

/** Changes of a file come in bursts. */
const settleMilliseconds = 300;

export class AuditDocument implements vscode.CustomDocument {
  readonly #reopened = new vscode.EventEmitter<void>();
  /** The file changed and is read anew. */
  readonly onDidReopen = this.#reopened.event;
  readonly #watcher: vscode.FileSystemWatcher;
  #reader: Promise<RowReader> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    readonly uri: vscode.Uri,
    private readonly openRows: (uri: vscode.Uri) => Promise<RowReader>,
  ) {
    const folder = vscode.Uri.file(path.dirname(uri.fsPath));
    const name = path.basename(uri.fsPath).replace(/[*?[\]{}]/g, "?");
    this.#watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, name));
    const changed = (): void => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => {
        this.#let();
        this.#reopened.fire();
      }, settleMilliseconds);
    };
    this.#watcher.onDidChange(changed);
    this.#watcher.onDidCreate(changed);
    this.#watcher.onDidDelete(changed);
  }

  /** The same reader until the file changes; one that could not be opened is tried again. Rejects with a `Failure`. */
  reader(): Promise<RowReader> {
    if (this.#reader === undefined) {
      const opening = this.openRows(this.uri);
      this.#reader = opening;
      opening.catch(() => {
        if (this.#reader === opening) this.#reader = undefined;
      });
    }
    return this.#reader;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#watcher.dispose();
    this.#reopened.dispose();
    this.#let();
  }

  #let(): void {
    void this.#reader?.then(
      (reader) => reader.close(),
      () => undefined,
    );
    this.#reader = undefined;
  }
}
