/**
 * The Run panel: follows one run directory. It keeps nothing of its own, so closing it or reloading the window loses
 * nothing; a run of another window or of the command line is followed just the same.
 */
import { stat } from "node:fs/promises";
import path from "node:path";
import * as vscode from "vscode";
import { Failure } from "../foundation/failure";
import { readRun } from "../job/read-run";
import { openChannel, type Channel } from "./channel";
import { panelHtml, resourceRoots } from "./page";
import type { PanelRequest, PanelView, RunView } from "./protocol";
import { panelRequest } from "./requests";
import { runView } from "./run-view";

/** What the panels need of the editor. */
export interface PanelServices {
  readonly extensionUri: vscode.Uri;
  log(problem: string): void;
  /** Whether this window runs the job that writes `directory`. */
  isRunning(directory: string): boolean;
  cancel(directory: string): void;
  /** Goes on with a stopped run in its directory. */
  resume(directory: string): void;
  /** Some run of the workspace began, went on or ended. */
  readonly onDidChangeRuns: vscode.Event<void>;
  probe(checkpoint: string): void;
  openRow(file: string, row: number): Promise<void>;
}

export const runPanelType = "deceAudit.run";

/** How often a running run's directory is looked at. */
const pollMilliseconds = 500;

export class RunPanel {
  static readonly #open = new Map<string, RunPanel>();
  readonly #channel: Channel<PanelView>;
  #timer: NodeJS.Timeout | undefined;
  #seen = "";
  #view: RunView | undefined;
  #disposed = false;

  /** Shows the panel of a run directory, opening it where it is not open. */
  static show(services: PanelServices, directory: string, preserveFocus = false): RunPanel {
    const open = RunPanel.#open.get(directory);
    if (open !== undefined) {
      open.panel.reveal(undefined, preserveFocus);
      return open;
    }
    const panel = vscode.window.createWebviewPanel(
      runPanelType,
      vscode.l10n.t("Run"),
      { viewColumn: vscode.ViewColumn.Active, preserveFocus },
      {},
    );
    return new RunPanel(services, panel, directory);
  }

  static get(directory: string): RunPanel | undefined {
    return RunPanel.#open.get(directory);
  }

  constructor(
    private readonly services: PanelServices,
    readonly panel: vscode.WebviewPanel,
    readonly directory: string,
  ) {
    const title = path.basename(directory);
    panel.iconPath = vscode.Uri.joinPath(services.extensionUri, "media", "icon-panel.svg");
    panel.webview.options = { enableScripts: true, localResourceRoots: resourceRoots(services.extensionUri) };
    this.#channel = openChannel(
      panel.webview,
      panelRequest,
      (request) => this.#handle(request),
      (problem) => services.log(problem),
    );
    panel.webview.html = panelHtml(panel.webview, services.extensionUri, "run", title, { directory });
    const following = services.onDidChangeRuns(() => void this.#follow());
    panel.onDidDispose(() => {
      this.#disposed = true;
      following.dispose();
      clearTimeout(this.#timer);
      this.#channel.dispose();
      RunPanel.#open.delete(directory);
    });
    RunPanel.#open.set(directory, this);
  }

  /** The last view that was sent to the page. */
  get view(): RunView | undefined {
    return this.#view;
  }

  #handle(request: PanelRequest): Promise<void> | void {
    switch (request.type) {
      case "ready":
        this.#seen = "";
        return this.#follow();
      case "cancel":
        if (!this.services.isRunning(this.directory)) {
          throw new Failure("this window does not run the job", { remedy: "Cancel it where it was started" });
        }
        this.services.cancel(this.directory);
        return;
      case "resume":
        this.services.resume(this.directory);
        return;
      case "probe": {
        const checkpoint = this.#view?.checkpoint;
        if (checkpoint === undefined || checkpoint === null)
          throw new Failure("the run has no finished checkpoint yet");
        this.services.probe(checkpoint);
        return;
      }
      case "openRow":
        throw new Failure("a run has no rows to open");
    }
  }

  /** Sends the view, and again as long as it may change. */
  async #follow(): Promise<void> {
    try {
      if (await this.#changed()) {
        const run = await readRun(this.directory);
        if (this.#disposed) return;
        this.#view = runView(run, this.services.isRunning(this.directory), vscode.workspace.isTrusted);
        this.panel.title = this.#view.title;
        this.#channel.show({ type: "run", run: this.#view });
      }
    } catch (error) {
      if (this.#disposed) return;
      const reason = error instanceof Failure ? error.oneLine : String(error);
      this.#channel.show({ type: "unreadable", reason });
      return;
    }
    // A run that this window still holds may be `finished` on disk a moment before it is let go, hence both.
    const mayChange = this.#view?.state === "running" || this.services.isRunning(this.directory);
    clearTimeout(this.#timer);
    if (mayChange && !this.#disposed) this.#timer = setTimeout(() => void this.#follow(), pollMilliseconds);
  }

  /** By the sizes and times of the files that grow, so that a long run is not parsed again for nothing. */
  async #changed(): Promise<boolean> {
    const stamps = await Promise.all(
      ["metrics.jsonl", "status.json", "report.json"].map((name) =>
        stat(path.join(this.directory, name)).then(
          ({ size, mtimeMs }) => `${size}@${mtimeMs}`,
          () => "",
        ),
      ),
    );
    const now = [...stamps, this.services.isRunning(this.directory)].join(" ");
    // A process that died leaves no trace in the files: look at a running run at least every ten seconds.
    const seen = `${now} ${this.#view?.state === "running" ? Math.floor(Date.now() / 10_000) : ""}`;
    const changed = seen !== this.#seen;
    this.#seen = seen;
    return changed;
  }
}
