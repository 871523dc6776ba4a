/** The ASR Probe panel: the report of one probe, read from its run directory. */
import path from "node:path";
import * as vscode from "vscode";
import { Failure } from "../foundation/failure";
import type { ProbeReport } from "../job/probe-report";
import { readRun } from "../job/read-run";
import { openChannel, type Channel } from "./channel";
import { panelHtml, resourceRoots } from "./page";
import { probeView } from "./probe-view";
import type { PanelRequest, PanelView } from "./protocol";
import { panelRequest } from "./requests";
import type { PanelServices } from "./run-panel";

export const probePanelType = "deceAudit.probe";

export class ProbePanel {
  static readonly #open = new Map<string, ProbePanel>();
  readonly #channel: Channel<PanelView>;
  #report: ProbeReport | undefined;

  static show(services: PanelServices, directory: string): ProbePanel {
    const open = ProbePanel.#open.get(directory);
    if (open !== undefined) {
      open.panel.reveal();
      return open;
    }
    const title = vscode.l10n.t("ASR Probe");
    const panel = vscode.window.createWebviewPanel(probePanelType, title, vscode.ViewColumn.Active, {});
    return new ProbePanel(services, panel, directory);
  }

  constructor(
    private readonly services: PanelServices,
    readonly panel: vscode.WebviewPanel,
    readonly directory: string,
  ) {
    panel.iconPath = vscode.Uri.joinPath(services.extensionUri, "media", "icon-panel.svg");
    panel.webview.options = { enableScripts: true, localResourceRoots: resourceRoots(services.extensionUri) };
    this.#channel = openChannel(
      panel.webview,
      panelRequest,
      (request) => this.#handle(request),
      (problem) => services.log(problem),
    );
    panel.webview.html = panelHtml(panel.webview, services.extensionUri, "probe", panel.title, { directory });
    panel.onDidDispose(() => {
      this.#channel.dispose();
      ProbePanel.#open.delete(directory);
    });
    ProbePanel.#open.set(directory, this);
  }

  async #handle(request: PanelRequest): Promise<void> {
    if (request.type === "ready") {
      this.#channel.show(await this.#read());
      return;
    }
    if (request.type !== "openRow" || this.#report === undefined) throw new Failure(`a probe cannot ${request.type}`);
    await this.services.openRow(this.#report.data.path, request.row);
  }

  async #read(): Promise<PanelView> {
    try {
      const { report, name } = await readRun(this.directory);
      if (!isProbeReport(report)) {
        throw new Failure("the run holds no probe report", {
          file: this.directory,
          remedy: "Probe the checkpoint again",
        });
      }
      this.#report = report;
      this.panel.title = vscode.l10n.t("ASR Probe: {0}", checkpointName(report.checkpoint) || name);
      return { type: "probe", probe: probeView(report) };
    } catch (error) {
      return { type: "unreadable", reason: error instanceof Failure ? error.oneLine : String(error) };
    }
  }
}

/** Every run calls its checkpoint's folder `checkpoint`: then the run's own folder says which. */
function checkpointName(checkpoint: string): string {
  const name = path.basename(checkpoint);
  return name === "checkpoint" ? path.basename(path.dirname(checkpoint)).replace(/^[\dTZ-]+Z-/, "") : name;
}

function isProbeReport(report: unknown): report is ProbeReport {
  const candidate = report as Partial<ProbeReport> | null;
  return candidate?.job === "probe" && candidate.version === 1 && Array.isArray(candidate.examples);
}
