/** What the Audit View gets from the editor: rows, findings with their marks, and ways to act on a sample. */
import * as vscode from "vscode";
import type { AuditScan, AuditServices } from "../panel/audit-panel";
import type { MarkedFinding } from "../panel/audit-findings";
import type { AuditField } from "../panel/audit-protocol";
import type { Context } from "./context";
import { isTextFormat } from "./dataset-document";
import { markKindOf, triggerOf } from "./evidence";
import { largestDocument } from "./open-dataset-file";
import type { ScanResult, ScanState } from "./scans";
import { suppressFindings } from "./suppress-command";

const nothing: readonly MarkedFinding[] = [];
const marked = new WeakMap<ScanResult, readonly MarkedFinding[]>();

/** The same array for the same result. */
function markedFindings(result: ScanResult): readonly MarkedFinding[] {
  const known = marked.get(result);
  if (known !== undefined) return known;
  const findings = result.report.findings.map((finding): MarkedFinding => {
    const { row, field, start, end, rule, score, message } = finding;
    return {
      row,
      field,
      start,
      end,
      rule,
      score,
      message,
      mark: markKindOf(finding, triggerOf(finding, result.triggers)),
    };
  });
  marked.set(result, findings);
  return findings;
}

function scanText(state: ScanState | undefined): string {
  switch (state?.type) {
    case undefined:
      return vscode.l10n.t("Not scanned.");
    case "scanning":
      return state.done === null
        ? vscode.l10n.t("Scanning for backdoor triggers")
        : vscode.l10n.t("Scanning for backdoor triggers: {0}%", Math.floor(state.done * 100));
    case "failed":
      return vscode.l10n.t("Not scanned: {0}", state.reason);
    case "edited":
      return vscode.l10n.t("The text changed since the scan.");
    case "scanned": {
      if (state.result.unsaved) return vscode.l10n.t("What was scanned is the editor's unsaved text: save it first.");
      const { verdict, samples } = state.result.report;
      const flagged = vscode.l10n.t("{0} of {1} samples flagged", samples.flagged, samples.total);
      const skipped = samples.skipped === 0 ? "" : vscode.l10n.t("; {0} could not be read", samples.skipped);
      return `${verdict}: ${flagged}${skipped}`;
    }
  }
}

function scanOf(state: ScanState | undefined): AuditScan {
  const findings = state?.type === "scanned" && !state.result.unsaved ? markedFindings(state.result) : nothing;
  const done = state?.type === "scanning" ? state.done : null;
  return { findings, scan: { state: state?.type ?? "none", text: scanText(state), done } };
}

export class EditorAuditServices implements AuditServices, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChangeScan = this.#changed.event;
  readonly #subscriptions: vscode.Disposable;

  constructor(private readonly context: Context) {
    this.#subscriptions = vscode.Disposable.from(
      this.#changed,
      context.scans.onDidChange((uri) => this.#changed.fire(uri)),
      context.scans.onDidProgress((uri) => this.#changed.fire(uri)),
    );
  }

  get extensionUri(): vscode.Uri {
    return this.context.extensionUri;
  }

  log(problem: string): void {
    this.context.log(problem);
  }

  openRows(uri: vscode.Uri) {
    return this.context.jobs.openRows(uri.fsPath);
  }

  scanOf(uri: vscode.Uri): AuditScan {
    return scanOf(this.context.scans.state(uri));
  }

  scan(uri: vscode.Uri): Promise<unknown> {
    return this.context.scans.scan(uri);
  }

  opened(uri: vscode.Uri, bytes: number): void {
    const isFresh = this.context.scans.state(uri) === undefined;
    if (isFresh && bytes <= largestDocument && this.context.settings.scanOnOpen(uri)) void this.scan(uri);
  }

  changed(uri: vscode.Uri): void {
    // A document that is open as text is scanned again when it is saved.
    const isText = vscode.workspace.textDocuments.some((document) => document.uri.toString() === uri.toString());
    if (!isText) this.context.scans.noteEdit(uri);
  }

  cancelScan(uri: vscode.Uri): void {
    this.context.scans.cancel(uri);
  }

  canSuppress(): boolean {
    return vscode.workspace.isTrusted;
  }

  canOpenText(uri: vscode.Uri, bytes: number): boolean {
    return isTextFormat(uri.path) && bytes <= largestDocument;
  }

  openCode(file: vscode.Uri, row: number, field: AuditField, start: number | null): Promise<unknown> {
    return this.context.samples.open({ file, row, field }, start ?? undefined, vscode.ViewColumn.Beside);
  }

  async openText(uri: vscode.Uri, row: number): Promise<unknown> {
    const line = await this.context.jobs.lineOfRow(uri.fsPath, row);
    // Named, for the Audit View may be what the user chose for such files.
    const selection = new vscode.Range(line - 1, 0, line - 1, 0);
    return vscode.commands.executeCommand("vscode.openWith", uri, "default", { selection });
  }

  suppress(uri: vscode.Uri, row: number, rule: string): Promise<unknown> {
    return suppressFindings(this.context, uri, [{ row, rule }]);
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }
}
