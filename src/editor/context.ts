/** What every feature of the editor works with: settings, workers, scans, runs, status and log, made once and disposed together. */
import * as vscode from "vscode";
import { Cancelled, Failure } from "../foundation/failure";
import { AuditEditors } from "../panel/audit-editor";
import { ProbePanel } from "../panel/probe-panel";
import { RunPanel, type PanelServices } from "../panel/run-panel";
import { EditorAuditServices } from "./audit-services";
import { isTextFormat } from "./dataset-document";
import { Jobs } from "./jobs";
import { Runs } from "./runs";
import { SampleDocuments } from "./sample-documents";
import { Scans } from "./scans";
import { Settings } from "./settings";
import { Status } from "./status";

export class Context implements PanelServices, vscode.Disposable {
  readonly settings = new Settings();
  readonly jobs: Jobs;
  readonly scans: Scans;
  readonly runs: Runs;
  readonly status: Status;
  readonly samples: SampleDocuments;
  readonly audit: AuditEditors;
  readonly #auditServices: EditorAuditServices;

  constructor(
    readonly extensionUri: vscode.Uri,
    readonly output: vscode.LogOutputChannel,
  ) {
    this.jobs = new Jobs(extensionUri, this.settings, output);
    this.scans = new Scans(this.jobs);
    this.runs = new Runs(this.jobs, this.settings);
    this.status = new Status(this.scans);
    this.samples = new SampleDocuments(this.jobs, this.scans);
    this.#auditServices = new EditorAuditServices(this);
    this.audit = new AuditEditors(this.#auditServices);
  }

  log(problem: string): void {
    this.output.warn(problem);
  }

  /** Tells the user what went wrong, in the words of the `Failure`; a cancelled job is no news. */
  async tell(error: unknown): Promise<void> {
    if (error instanceof Cancelled) return;
    const isFailure = error instanceof Failure;
    const message = isFailure ? error.oneLine : error instanceof Error ? error.message : String(error);
    this.output.error(isFailure || !(error instanceof Error) ? message : (error.stack ?? message));
    const showLog = vscode.l10n.t("Show Log");
    if ((await vscode.window.showErrorMessage(message, showLog)) === showLog) this.output.show();
  }

  isRunning(directory: string): boolean {
    return this.jobs.isRunning(directory);
  }

  cancel(directory: string): void {
    this.jobs.cancel(directory);
  }

  get onDidChangeRuns(): vscode.Event<void> {
    return this.runs.onDidChange;
  }

  resume(directory: string): void {
    void vscode.commands.executeCommand("deceAudit.resume", { directory });
  }

  probe(checkpoint: string): void {
    void vscode.commands.executeCommand("deceAudit.probeCheckpoint", { reference: checkpoint });
  }

  showRun(directory: string): void {
    RunPanel.show(this, directory);
  }

  showProbe(directory: string): void {
    ProbePanel.show(this, directory);
  }

  /** Opens the dataset beside the panel at a row's first line, or in the Audit View where it is no text. */
  async openRow(file: string, row: number): Promise<void> {
    if (!isTextFormat(file)) return this.audit.open(vscode.Uri.file(file), { row });
    const line = await this.jobs.lineOfRow(file, row);
    const place = new vscode.Range(line - 1, 0, line - 1, 0);
    await vscode.window.showTextDocument(vscode.Uri.file(file), {
      viewColumn: vscode.ViewColumn.Beside,
      selection: place,
    });
  }

  dispose(): void {
    const { audit, samples, status, runs, scans, jobs } = this;
    for (const part of [audit, this.#auditServices, samples, status, runs, scans, jobs]) part.dispose();
  }
}
