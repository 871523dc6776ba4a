/** The status-bar item: what is known of the active dataset, or the job that this window runs. */
import * as vscode from "vscode";
import path from "node:path";
import { datasetLanguages } from "./dataset-document";
import { auditedFile } from "./prompts";
import type { Scans, ScanState } from "./scans";

interface StatusText {
  readonly text: string;
  readonly tooltip: string;
  readonly warning?: boolean;
}

function textOf(state: Exclude<ScanState, { type: "scanning" }>): StatusText {
  switch (state.type) {
    case "edited":
      return {
        text: vscode.l10n.t("$(edit) DeCE: edited"),
        tooltip: vscode.l10n.t("The text changed since the scan. Save it, or click to scan it as it is."),
      };
    case "failed":
      return state.usage
        ? { text: vscode.l10n.t("$(circle-slash) DeCE: not scanned"), tooltip: state.reason }
        : { text: vscode.l10n.t("$(error) DeCE: scan failed"), tooltip: state.reason, warning: true };
    case "scanned": {
      const { verdict, samples } = state.result.report;
      const counts = vscode.l10n.t("{0} of {1} samples flagged", samples.flagged, samples.total);
      const which = state.result.unsaved ? vscode.l10n.t(" (the unsaved text was scanned)") : "";
      if (verdict === "suspect") return { text: `$(warning) DeCE: ${counts}`, tooltip: counts + which, warning: true };
      if (verdict === "clean") return { text: vscode.l10n.t("$(pass) DeCE: clean"), tooltip: counts + which };
      return {
        text: vscode.l10n.t("$(question) DeCE: {0}", verdict),
        tooltip: vscode.l10n.t("{0}; {1} records could not be read", counts, samples.skipped) + which,
        warning: true,
      };
    }
  }
}

/** What is being scanned, whatever the active editor shows; a click cancels. */
function scanningText(going: readonly { readonly uri: vscode.Uri; readonly done: number | null }[]): StatusText {
  const names = going.map(({ uri }) => path.basename(uri.path));
  const [first] = going;
  const share = going.length > 1 || first?.done == null ? "" : ` ${Math.floor(first.done * 100)}%`;
  const what = going.length === 1 ? names[0]! : vscode.l10n.t("{0} files", going.length);
  return {
    text: vscode.l10n.t("$(sync~spin) DeCE: scanning {0}{1}", what, share),
    tooltip: vscode.l10n.t("Scanning {0} for backdoor triggers. Click to cancel.", names.join(", ")),
  };
}

export class Status implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem("deceAudit.status", vscode.StatusBarAlignment.Right, 90);
  readonly #subscriptions: vscode.Disposable;
  readonly #jobs: string[] = [];

  constructor(private readonly scans: Scans) {
    this.#item.name = "DeCE Audit";
    this.#subscriptions = vscode.Disposable.from(
      this.#item,
      scans.onDidChange(() => this.#draw()),
      scans.onDidProgress(() => this.#draw()),
      vscode.window.onDidChangeActiveTextEditor(() => this.#draw()),
      vscode.window.tabGroups.onDidChangeTabs(() => this.#draw()),
    );
    this.#draw();
  }

  /** Shows `text` while a job goes on; the returned function changes it, and ends it when called without a text. */
  job(text: string): (text?: string) => void {
    let shown = text;
    this.#jobs.push(shown);
    this.#draw();
    return (next) => {
      const at = this.#jobs.indexOf(shown);
      if (next === undefined) this.#jobs.splice(at, 1);
      else this.#jobs[at] = next;
      shown = next ?? shown;
      this.#draw();
    };
  }

  get text(): string {
    return this.#item.text;
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  #draw(): void {
    const job = this.#jobs.at(-1);
    const document = vscode.window.activeTextEditor?.document;
    const uri = document?.uri ?? auditedFile();
    const state = uri === undefined ? undefined : this.scans.state(uri);
    const going = this.scans.scanning();
    if (job !== undefined) {
      this.#show({ text: `$(sync~spin) ${job}`, tooltip: vscode.l10n.t("Open the run") }, "deceAudit.openLastRun");
    } else if (going.length > 0) {
      this.#show(scanningText(going), "deceAudit.cancelScan");
    } else if (state !== undefined && state.type !== "scanning") {
      this.#show(textOf(state), state.type === "scanned" ? "deceAudit.findings.focus" : "deceAudit.scanDataset");
    } else if (
      document === undefined ? uri !== undefined : (datasetLanguages as readonly string[]).includes(document.languageId)
    ) {
      const tooltip = vscode.l10n.t("Scan this file for backdoor triggers");
      this.#show({ text: "$(search) DeCE", tooltip }, "deceAudit.scanDataset");
    } else {
      this.#item.hide();
    }
  }

  #show({ text, tooltip, warning }: StatusText, command: string): void {
    this.#item.text = text;
    this.#item.tooltip = tooltip;
    this.#item.command = command;
    this.#item.backgroundColor =
      warning === true ? new vscode.ThemeColor("statusBarItem.warningBackground") : undefined;
    this.#item.show();
  }
}
