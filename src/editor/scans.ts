/**
 * What is known of each dataset file in this window: the last scan, whether one is going on, and whether the text was
 * edited since. Highlights, diagnostics, hovers, the tree and the status bar all draw from here.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import * as vscode from "vscode";
import { Cancelled, Failure } from "../foundation/failure";
import type { Trigger } from "../detect/report";
import type { LocatedFinding } from "../job/locate-findings";
import { triggersById } from "./evidence";
import type { Jobs, LocatedScan } from "./jobs";

export interface ScanResult extends LocatedScan {
  readonly triggers: ReadonlyMap<string, Trigger>;
  /** By line from 0, for what is visible and what is pointed at. */
  readonly byLine: readonly LocatedFinding[];
  /** The scan read the editor's unsaved text instead of the file. */
  readonly unsaved: boolean;
}

export type ScanState =
  | { readonly type: "scanning" }
  | { readonly type: "scanned"; readonly result: ScanResult }
  /** Edited since: places may have moved, so nothing is marked until the next scan. */
  | { readonly type: "edited"; readonly result: ScanResult }
  /** `usage`: not a dataset that can be scanned (no usable columns), as opposed to one that could not be. */
  | { readonly type: "failed"; readonly reason: string; readonly usage: boolean };

interface Entry {
  readonly uri: vscode.Uri;
  state: ScanState;
  running?: AbortController;
}

export class Scans implements vscode.Disposable {
  readonly #entries = new Map<string, Entry>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;

  constructor(private readonly jobs: Jobs) {}

  state(uri: vscode.Uri): ScanState | undefined {
    return this.#entries.get(uri.toString())?.state;
  }

  /** The result that still fits the text, else undefined. */
  result(uri: vscode.Uri): ScanResult | undefined {
    const state = this.state(uri);
    return state?.type === "scanned" ? state.result : undefined;
  }

  /** Every file with a result, edited ones included, in the order of their first scan. */
  results(): { readonly uri: vscode.Uri; readonly result: ScanResult }[] {
    return [...this.#entries.values()].flatMap(({ uri, state }) =>
      state.type === "scanned" || state.type === "edited" ? [{ uri, result: state.result }] : [],
    );
  }

  /**
   * Scans the file, or the editor's text where that has unsaved changes; a scan that is going on is given up. Never
   * throws: the outcome is the file's state. Resolves to it, or to undefined when a newer scan took over.
   */
  async scan(uri: vscode.Uri, signal?: AbortSignal): Promise<ScanState | undefined> {
    const key = uri.toString();
    const before = this.#entries.get(key);
    before?.running?.abort();
    const running = new AbortController();
    const entry: Entry = { uri, state: { type: "scanning" }, running };
    this.#entries.set(key, entry);
    this.#changed.fire(uri);
    const stop = signal === undefined ? running.signal : AbortSignal.any([running.signal, signal]);
    const state = await this.#outcome(uri, stop);
    if (this.#entries.get(key) !== entry) return undefined;
    if (state === "cancelled") this.#entries.delete(key);
    else this.#entries.set(key, { uri, state });
    this.#changed.fire(uri);
    return state === "cancelled" ? undefined : state;
  }

  /** Notes that the document's text is no longer what was scanned. */
  noteEdit(uri: vscode.Uri): void {
    const entry = this.#entries.get(uri.toString());
    if (entry?.state.type !== "scanned") return;
    entry.state = { type: "edited", result: entry.state.result };
    this.#changed.fire(uri);
  }

  dispose(): void {
    for (const { running } of this.#entries.values()) running?.abort();
    this.#changed.dispose();
  }

  async #outcome(uri: vscode.Uri, signal: AbortSignal): Promise<ScanState | "cancelled"> {
    const document = vscode.workspace.textDocuments.find((open) => open.uri.toString() === uri.toString());
    const unsaved = document !== undefined && (document.isDirty || document.isUntitled);
    const version = document?.version;
    try {
      const scan = unsaved ? await this.#scanText(document, signal) : await this.jobs.scan(uri.fsPath, signal);
      const result = indexed(scan, unsaved);
      const edited = document !== undefined && !document.isClosed && document.version !== version;
      return { type: edited ? "edited" : "scanned", result };
    } catch (error) {
      if (error instanceof Cancelled) return "cancelled";
      if (error instanceof Failure) return { type: "failed", reason: error.oneLine, usage: error.usage };
      return { type: "failed", reason: error instanceof Error ? error.message : String(error), usage: false };
    }
  }

  /** The worker reads files only, so unsaved text is handed over as one, under the same suffix. */
  async #scanText(document: vscode.TextDocument, signal: AbortSignal): Promise<LocatedScan> {
    const folder = await mkdtemp(path.join(os.tmpdir(), "dece-audit-"));
    try {
      const suffix = path.extname(document.fileName) || `.${document.languageId}`;
      const copy = path.join(folder, `unsaved${suffix}`);
      await writeFile(copy, document.getText(), { mode: 0o600 });
      return await this.jobs.scan(copy, signal);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

const indexed = ({ report, located }: LocatedScan, unsaved: boolean): ScanResult => ({
  report,
  located,
  triggers: triggersById(report),
  byLine: [...located].sort((a, b) => a.startPosition.line - b.startPosition.line),
  unsaved,
});

/** The editor's range of a finding. */
export const rangeOf = ({ startPosition, endPosition }: LocatedFinding): vscode.Range =>
  new vscode.Range(startPosition.line - 1, startPosition.column - 1, endPosition.line - 1, endPosition.column - 1);

/** The findings that begin on lines `first` to `last` (from 0), by binary search. */
export function findingsOnLines(result: ScanResult, first: number, last: number): readonly LocatedFinding[] {
  const { byLine } = result;
  let low = 0;
  let high = byLine.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (byLine[middle]!.startPosition.line - 1 < first) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < byLine.length && byLine[end]!.startPosition.line - 1 <= last) end++;
  return byLine.slice(low, end);
}
