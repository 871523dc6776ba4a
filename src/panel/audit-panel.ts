/** One Audit View: answers its page from the file's rows and what the scan found, and tells it what changed. */
import path from "node:path";
import * as vscode from "vscode";
import { sampleNumber } from "../dataset/sample-number";
import { Failure } from "../foundation/failure";
import type { RowData, RowsState } from "../job/row-protocol";
import type { AuditDocument, RowReader } from "./audit-document";
import { AuditFindings, type MarkedFinding } from "./audit-findings";
import type {
  AuditAnswers,
  AuditField,
  AuditFilter,
  AuditRequest,
  AuditRow,
  AuditSample,
  AuditState,
  AuditView,
} from "./audit-protocol";
import { anchorsOf, auditRow, type Current } from "./audit-text";
import { openChannel, reasonOf, type Channel } from "./channel";
import { panelHtml, resourceRoots } from "./page";
import { auditRequest } from "./requests";

/** What is known of a file's findings. `findings` is the same array as long as nothing changed. */
export interface AuditScan extends Pick<AuditState, "scan"> {
  readonly findings: readonly MarkedFinding[];
}

/** What the Audit View needs of the editor. */
export interface AuditServices {
  readonly extensionUri: vscode.Uri;
  /** Some file's scan began, got further or ended. */
  readonly onDidChangeScan: vscode.Event<vscode.Uri>;
  log(problem: string): void;
  openRows(uri: vscode.Uri): Promise<RowReader>;
  scanOf(uri: vscode.Uri): AuditScan;
  /** The file is shown: the editor may scan it by itself. */
  opened(uri: vscode.Uri, bytes: number): void;
  /** The file on the disk changed since it was shown. */
  changed(uri: vscode.Uri): void;
  scan(uri: vscode.Uri): Promise<unknown>;
  cancelScan(uri: vscode.Uri): void;
  canSuppress(): boolean;
  canOpenText(uri: vscode.Uri, bytes: number): boolean;
  openCode(uri: vscode.Uri, row: number, field: AuditField, start: number | null): Promise<unknown>;
  openText(uri: vscode.Uri, row: number): Promise<unknown>;
  suppress(uri: vscode.Uri, row: number, rule: string): Promise<unknown>;
}

/** UTF-16 units of a field in the list, and below it. */
const listLength = 400;
const sampleLength = 60_000;
/** How often a file that is still looked through is asked about. */
const pollMilliseconds = 150;

const sizeText = (bytes: number): string => {
  const units = ["bytes", "KB", "MB", "GB", "TB"];
  let unit = 0;
  let size = bytes;
  for (; size >= 1_000 && unit < units.length - 1; unit++) size /= 1_000;
  return `${unit === 0 ? size : size.toPrecision(3)} ${units[unit]!}`;
};

export class AuditPanel {
  readonly #channel: Channel<AuditView>;
  readonly #subscriptions: vscode.Disposable;
  #findings = new AuditFindings([]);
  #source: readonly MarkedFinding[] | undefined;
  #rows: RowsState | undefined;
  #bytes: number | undefined;
  #version = 0;
  #timer: NodeJS.Timeout | undefined;
  #isDisposed = false;
  #isReady = false;
  /** Asked for before the page listened. */
  #waiting: AuditView[] = [];

  constructor(
    private readonly services: AuditServices,
    readonly document: AuditDocument,
    readonly panel: vscode.WebviewPanel,
  ) {
    panel.webview.options = { enableScripts: true, localResourceRoots: resourceRoots(services.extensionUri) };
    this.#channel = openChannel(
      panel.webview,
      auditRequest,
      (request) => this.#handle(request),
      (problem) => services.log(problem),
    );
    const title = path.basename(document.uri.path);
    panel.webview.html = panelHtml(panel.webview, services.extensionUri, "audit", title, null);
    this.#subscriptions = vscode.Disposable.from(
      { dispose: () => this.#channel.dispose() },
      services.onDidChangeScan((uri) => {
        if (uri.toString() === document.uri.toString()) void this.#follow();
      }),
      document.onDidReopen(() => {
        this.#version++;
        services.changed(document.uri);
        void this.#follow();
      }),
    );
    panel.onDidDispose(() => {
      this.#isDisposed = true;
      clearTimeout(this.#timer);
      this.#subscriptions.dispose();
    });
  }

  /** The last state that was sent to the page; undefined before the first. */
  state: AuditState | undefined;

  /** Goes to a row, and to a finding in it where `field` names one. */
  reveal(row: number, field: AuditField | null = null, start = 0): void {
    this.#tell({ type: "reveal", row, field, start });
  }

  /** Goes to the next (1) or the previous (-1) finding. */
  step(direction: 1 | -1): void {
    this.#tell({ type: "step", direction });
  }

  #tell(view: AuditView): void {
    if (this.#isReady) this.#channel.show(view);
    else this.#waiting.push(view);
  }

  async #handle(request: AuditRequest): Promise<AuditAnswers[keyof AuditAnswers] | undefined> {
    const { uri } = this.document;
    switch (request.type) {
      case "ready":
        await this.#follow();
        this.#isReady = true;
        if (this.#bytes !== undefined) this.services.opened(uri, this.#bytes);
        for (const view of this.#waiting.splice(0)) this.#channel.show(view);
        return undefined;
      case "rows":
        return this.#readRows(request.filter, request.first, request.count);
      case "sample":
        return this.#readSample(request.row, request);
      case "step":
        return this.#findings.step(request.filter, request, request.direction);
      case "position":
        return this.#findings.position(request.filter, request.row);
      case "scan":
        // How it ends is shown as the view's state.
        void this.services.scan(uri);
        return undefined;
      case "cancelScan":
        this.services.cancelScan(uri);
        return undefined;
      case "openCode":
        await this.services.openCode(uri, request.row, request.field, request.start);
        return undefined;
      case "openText":
        await this.services.openText(uri, request.row);
        return undefined;
      case "suppress":
        if (!this.services.canSuppress()) throw new Failure("this needs a trusted workspace, since it writes a file");
        await this.services.suppress(uri, request.row, request.rule);
        return undefined;
    }
  }

  /** Sends the state, and goes on asking while the file is still looked through. */
  async #follow(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      const reader = await this.document.reader();
      this.#rows = await reader.state();
      if (this.#isDisposed) return;
      this.#bytes = reader.opened.bytes;
      this.#takeFindings();
      this.state = this.#stateOf(reader, this.#rows);
      this.#channel.show({ type: "audit", audit: this.state });
      if (this.#rows.complete || this.#rows.problem !== null) return;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#follow(), pollMilliseconds);
    } catch (error) {
      if (!this.#isDisposed) this.#channel.show({ type: "unreadable", reason: reasonOf(error) });
    }
  }

  #takeFindings(): void {
    const { findings } = this.services.scanOf(this.document.uri);
    if (findings === this.#source) return;
    this.#source = findings;
    this.#findings = new AuditFindings(findings);
    this.#version++;
  }

  #stateOf({ opened }: RowReader, { rows, complete, done, problem }: RowsState): AuditState {
    const { uri } = this.document;
    return {
      name: path.basename(uri.path),
      kind: `${opened.format.toUpperCase()}, ${sizeText(opened.bytes)}`,
      columns: opened.columns ?? { input: "input", output: "output" },
      ...{ rows, complete, done, problem },
      scan: this.services.scanOf(uri).scan,
      flaggedRows: this.#findings.flaggedRows,
      findings: this.#findings.total,
      rules: this.#findings.rules,
      canSuppress: this.services.canSuppress(),
      canOpenText: this.services.canOpenText(uri, opened.bytes),
      version: this.#version,
    };
  }

  async #readRows(filter: AuditFilter, first: number, count: number): Promise<AuditRow[]> {
    const reader = await this.document.reader();
    const listed = this.#findings.rowsOf(filter);
    const rows = listed?.slice(first, first + count);
    const view = (data: RowData): AuditRow => auditRow(data, this.#findings.ofRow(data.row), null);
    const anchors = (row: number) => anchorsOf(this.#findings.ofRow(row, filter), null);
    if (rows === undefined) {
      const all = Array.from({ length: count }, (_, i) => anchors(first + i)).flat();
      return (await reader.read(first, count, listLength, all)).map(view);
    }
    const read: AuditRow[] = [];
    for (const { from, to } of runsOf(rows)) {
      const inRun = rows.filter((row) => row >= from && row <= to).flatMap(anchors);
      const run = await reader.read(from, to - from + 1, listLength, inRun);
      read.push(...run.map(view));
      // Cut short: what follows would stand in the wrong place.
      if (run.length < to - from + 1) break;
    }
    return read;
  }

  async #readSample(row: number, current: Current): Promise<AuditSample> {
    const reader = await this.document.reader();
    const findings = this.#findings.ofRow(row);
    const [data] = await reader.read(row, 1, sampleLength, anchorsOf(findings, current));
    if (data === undefined)
      throw new Failure(`sample ${sampleNumber(row)} is not there, or not known yet`, {
        file: this.document.uri.fsPath,
      });
    return { ...auditRow(data, findings, current), line: data.line, findings };
  }
}

/** Neighbouring rows as stretches, each read at once. */
function runsOf(rows: readonly number[]): { readonly from: number; readonly to: number }[] {
  const runs: { from: number; to: number }[] = [];
  for (const row of rows) {
    const last = runs.at(-1);
    if (last?.to === row - 1) last.to = row;
    else runs.push({ from: row, to: row });
  }
  return runs;
}
