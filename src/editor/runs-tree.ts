/** The Runs view: every run directory of the workspace, the newest first. */
import * as vscode from "vscode";
import type { RunSummary, SeenRunState } from "../job/read-run";
import type { Runs } from "./runs";

const icons: Readonly<Record<SeenRunState, vscode.ThemeIcon>> = {
  running: new vscode.ThemeIcon("sync~spin"),
  finished: new vscode.ThemeIcon("pass", new vscode.ThemeColor("testing.iconPassed")),
  failed: new vscode.ThemeIcon("error", new vscode.ThemeColor("testing.iconFailed")),
  cancelled: new vscode.ThemeIcon("circle-slash"),
  interrupted: new vscode.ThemeIcon("warning"),
};

const stateNames: Readonly<Record<SeenRunState, string>> = {
  running: vscode.l10n.t("running"),
  finished: vscode.l10n.t("finished"),
  failed: vscode.l10n.t("failed"),
  cancelled: vscode.l10n.t("cancelled"),
  interrupted: vscode.l10n.t("interrupted"),
};

/** `2026-01-31T12-34-56Z-finetune-dece-train` without what the item shows in other ways. */
const shortName = ({ name, job }: RunSummary): string => name.replace(/^[\dTZ-]+-(?=[a-z])/, "").replace(`${job}-`, "");

export class RunsTree implements vscode.TreeDataProvider<RunSummary>, vscode.Disposable {
  readonly onDidChangeTreeData: vscode.Event<void>;
  readonly #registration: vscode.Disposable;

  constructor(private readonly runs: Runs) {
    this.onDidChangeTreeData = runs.onDidChange;
    this.#registration = vscode.window.registerTreeDataProvider("deceAudit.runs", this);
  }

  getChildren(node?: RunSummary): Promise<RunSummary[]> {
    return node === undefined ? this.runs.list() : Promise.resolve([]);
  }

  getTreeItem(run: RunSummary): vscode.TreeItem {
    const item = new vscode.TreeItem(shortName(run));
    const started = run.started === "" ? "" : new Date(run.started).toLocaleString();
    item.id = run.directory;
    item.description = `${run.job} · ${stateNames[run.state]} · ${started}`;
    item.tooltip = run.directory;
    item.iconPath = icons[run.state];
    item.contextValue = run.state === "running" ? "runningRun" : "run";
    item.command = {
      command: "deceAudit.openRun",
      title: vscode.l10n.t("Open Run"),
      arguments: [run],
    };
    return item;
  }

  dispose(): void {
    this.#registration.dispose();
  }
}
