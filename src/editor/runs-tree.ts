/** The Runs view: every run directory of the workspace, the newest first. */
import * as vscode from "vscode";
import { isResumable, type RunSummary, type SeenRunState } from "../job/read-run";
import { runTitle, stateNames } from "./run-names";
import type { Runs } from "./runs";

const icons: Readonly<Record<SeenRunState, vscode.ThemeIcon>> = {
  running: new vscode.ThemeIcon("sync~spin"),
  finished: new vscode.ThemeIcon("pass", new vscode.ThemeColor("testing.iconPassed")),
  failed: new vscode.ThemeIcon("error", new vscode.ThemeColor("testing.iconFailed")),
  cancelled: new vscode.ThemeIcon("circle-slash"),
  interrupted: new vscode.ThemeIcon("warning"),
};

/** Short, for a narrow list; the tooltip has the whole time. */
const shortTime = new Intl.DateTimeFormat(undefined, {
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
});

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
    const item = new vscode.TreeItem(runTitle(run));
    const started = run.started === "" ? "" : shortTime.format(new Date(run.started));
    const state = stateNames[run.state];
    item.id = run.directory;
    // Its icon says "finished"; whatever else it is stands there as a word, too.
    item.description = [run.state === "finished" ? "" : state, started, run.job]
      .filter((part) => part !== "")
      .join(" · ");
    item.tooltip = [
      `${run.job}, ${state}`,
      run.started === "" ? "" : new Date(run.started).toLocaleString(),
      run.directory,
    ]
      .filter((part) => part !== "")
      .join("\n");
    item.accessibilityInformation = { label: [runTitle(run), run.job, state, started].join(", ") };
    item.iconPath = icons[run.state];
    item.contextValue = run.state === "running" ? "runningRun" : isResumable(run) ? "stoppedFineTuning" : "run";
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
