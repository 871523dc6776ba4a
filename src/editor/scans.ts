/**
 * What is known of each dataset file in this window: the last scan, whether one is going on, and whether the text was
 * edited since. Highlights, diagnostics, hovers, the tree and the status bar all draw from here.
 */
import * as vscode from "vscode";
import { Cancelled, Failure } from "../foundation/failure";
import type { Trigger } from "../detect/report";
import type { JobEvent } from "../job/context";
import type { LocatedFinding } from "../job/locate-findings";
import { triggersById } from "./evidence";
import type { JobHooks, Jobs, LocatedScan } from "./jobs";
import { withCopy } from "./unsaved-copy";

export interface ScanResult extends LocatedScan {
  readonly triggers: ReadonlyMap<string, Trigger>;
  /** By line from 0, for what is visible and what is pointed at. */
  readonly byLine: readonly LocatedFinding[];
  /** The scan read the editor's unsaved text instead of the file. */
  readonly unsaved: boolean;
}

/** The findings by line from 0, and their triggers. */
export type Marked = Pick<ScanResult, "byLine" | "triggers">;

export interface FirstFindings extends Marked {
  /** How many samples were looked at. */
  readonly samples: number;
}

export type ScanState =
  /** `done`: from 0 to 1, null while nobody knows. `first`: what the first samples show alone, null while nobody knows. */
  | { readonly type: "scanning"; readonly done: number | null; readonly first: FirstFindings | null }
  | { readonly type: "scanned"; readonly result: ScanResult }
  /** Edited since: places may have moved, so nothing is marked until the next scan. */
  | { readonly type: "edited"; readonly result: ScanResult }
  /** `usage`: not a dataset that can be scanned (no usable columns), as opposed to one that could not be. */
  | { readonly type: "failed"; readonly reason: string; readonly usage: boolean };

type ScanHooks = Pick<JobHooks, "signal" | "onEvent">;

interface Entry {
  readonly uri: vscode.Uri;
  state: ScanState;
  running?: AbortController;
}

export class Scans implements vscode.Disposable {
  readonly #entries = new Map<string, Entry>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #progressed = new vscode.EventEmitter<vscode.Uri>();
  /** A scan that goes on got further. */
  readonly onDidProgress = this.#progressed.event;

  constructor(private readonly jobs: Jobs) {}

  state(uri: vscode.Uri): ScanState | undefined {
    return this.#entries.get(uri.toString())?.state;
  }

  /** The result that still fits the text, else undefined. */
  result(uri: vscode.Uri): ScanResult | undefined {
    const state = this.state(uri);
    return state?.type === "scanned" ? state.result : undefined;
  }

  /** What can be marked in the file: its result, or what is known while the scan goes on. */
  marked(uri: vscode.Uri): Marked | undefined {
    const state = this.state(uri);
    return state?.type === "scanning" ? (state.first ?? undefined) : this.result(uri);
  }

  /** The result that fits the file on the disk, else undefined. */
  savedResult(uri: vscode.Uri): ScanResult | undefined {
    const result = this.result(uri);
    return result?.unsaved === true ? undefined : result;
  }

  /** Every file with a result, edited ones included, in the order of their first scan. */
  results(): { readonly uri: vscode.Uri; readonly result: ScanResult }[] {
    return [...this.#entries.values()].flatMap(({ uri, state }) =>
      state.type === "scanned" || state.type === "edited" ? [{ uri, result: state.result }] : [],
    );
  }

  /** The files that are being scanned. */
  scanning(): { readonly uri: vscode.Uri; readonly done: number | null }[] {
    return [...this.#entries.values()].flatMap(({ uri, state }) =>
      state.type === "scanning" ? [{ uri, done: state.done }] : [],
    );
  }

  /** Every file that could not be scanned, with the reason. */
  failures(): { readonly uri: vscode.Uri; readonly reason: string }[] {
    return [...this.#entries.values()].flatMap(({ uri, state }) =>
      state.type === "failed" && !state.usage ? [{ uri, reason: state.reason }] : [],
    );
  }

  /** Gives a scan up; nothing happens where none goes on. */
  cancel(uri: vscode.Uri): void {
    this.#entries.get(uri.toString())?.running?.abort();
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
    const entry: Entry = { uri, state: { type: "scanning", done: null, first: null }, running };
    this.#entries.set(key, entry);
    this.#changed.fire(uri);
    const stop = signal === undefined ? running.signal : AbortSignal.any([running.signal, signal]);
    const onEvent = (event: JobEvent): void => {
      if (entry.state.type !== "scanning") return;
      if (event.type === "first") {
        const { samples, findings, triggers } = event;
        const marked = { byLine: byLine(findings), triggers: triggersById({ triggers }) };
        entry.state = { ...entry.state, first: { samples, ...marked } };
      } else if (event.type === "progress" && event.unit !== "files" && event.total > 0) {
        entry.state = { ...entry.state, done: event.done / event.total };
      } else return;
      this.#progressed.fire(uri);
    };
    const state = await this.#outcome(uri, { signal: stop, onEvent });
    if (this.#entries.get(key) !== entry) return undefined;
    if (state === "cancelled") this.#entries.delete(key);
    else this.#entries.set(key, { uri, state });
    this.#changed.fire(uri);
    return state === "cancelled" ? undefined : state;
  }

  /** Notes that the document's text is no longer what was scanned. */
  noteEdit(uri: vscode.Uri): void {
    const entry = this.#entries.get(uri.toString());
    if (entry?.state.type === "scanning") entry.state = { ...entry.state, first: null };
    if (entry?.state.type !== "scanned") return;
    entry.state = { type: "edited", result: entry.state.result };
    this.#changed.fire(uri);
  }

  dispose(): void {
    for (const { running } of this.#entries.values()) running?.abort();
    this.#changed.dispose();
    this.#progressed.dispose();
  }

  async #outcome(uri: vscode.Uri, hooks: ScanHooks): Promise<ScanState | "cancelled"> {
    const document = vscode.workspace.textDocuments.find((open) => open.uri.toString() === uri.toString());
    const unsaved = document !== undefined && (document.isDirty || document.isUntitled);
    const version = document?.version;
    try {
      const scan = unsaved
        ? await this.#scanText(document, hooks)
        : await this.jobs.scan(uri.fsPath, { ...hooks, baseline: this.jobs.baseline(uri) });
      const result = indexed(scan, unsaved);
      const edited = document !== undefined && !document.isClosed && document.version !== version;
      return { type: edited ? "edited" : "scanned", result };
    } catch (error) {
      if (error instanceof Cancelled) return "cancelled";
      if (error instanceof Failure) return { type: "failed", reason: error.oneLine, usage: error.usage };
      return { type: "failed", reason: error instanceof Error ? error.message : String(error), usage: false };
    }
  }

  #scanText(document: vscode.TextDocument, hooks: ScanHooks): Promise<LocatedScan> {
    return withCopy(document, (copy) => this.jobs.scan(copy, { ...hooks, baseline: this.jobs.baseline(document.uri) }));
  }
}

const indexed = ({ report, located }: LocatedScan, unsaved: boolean): ScanResult => ({
  report,
  located,
  triggers: triggersById(report),
  byLine: byLine(located),
  unsaved,
});

const byLine = (located: readonly LocatedFinding[]): readonly LocatedFinding[] =>
  [...located].sort((a, b) => a.startPosition.line - b.startPosition.line);

/** The editor's range of a finding. */
export const rangeOf = ({ startPosition, endPosition }: LocatedFinding): vscode.Range =>
  new vscode.Range(startPosition.line - 1, startPosition.column - 1, endPosition.line - 1, endPosition.column - 1);

/** The findings that begin on lines `first` to `last` (from 0), by binary search. */
export function findingsOnLines({ byLine }: Marked, first: number, last: number): readonly LocatedFinding[] {
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
