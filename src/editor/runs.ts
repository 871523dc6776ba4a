/** The workspace's runs, watched: those of this window and those that the command line starts beside it. */
import path from "node:path";
import * as vscode from "vscode";
import { listRuns, type RunSummary } from "../job/read-run";
import { runsFolder } from "../job/run-directory";
import type { Jobs } from "./jobs";
import type { Settings } from "./settings";

export class Runs implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #subscriptions: { dispose(): unknown }[] = [];
  #watcher: vscode.Disposable | undefined;

  constructor(
    jobs: Jobs,
    private readonly settings: Settings,
  ) {
    this.#watch();
    this.#subscriptions.push(
      this.#changed,
      jobs.onDidChangeRuns(() => this.refresh()),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (!change.affectsConfiguration("deceAudit.runsFolder")) return;
        this.#watch();
        this.refresh();
      }),
    );
  }

  /** The newest first; none without a folder to look in. */
  async list(): Promise<RunSummary[]> {
    const folder = this.settings.runsFolder;
    return folder === undefined ? [] : listRuns(folder);
  }

  refresh(): void {
    this.#changed.fire();
  }

  dispose(): void {
    this.#watcher?.dispose();
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  /** status.json changes when a run begins and when it ends; nothing else matters to a list. */
  #watch(): void {
    this.#watcher?.dispose();
    const folder = this.settings.runsFolder;
    if (folder === undefined) return;
    const base = vscode.Uri.file(folder);
    const runs = path.relative(folder, runsFolder(folder)).split(path.sep).join("/");
    const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(base, `${runs}/*/status.json`));
    const refresh = (): void => this.refresh();
    this.#watcher = vscode.Disposable.from(
      watcher,
      watcher.onDidCreate(refresh),
      watcher.onDidChange(refresh),
      watcher.onDidDelete(refresh),
    );
  }
}
