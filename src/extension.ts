/** Activation: one line per feature. What goes wrong here is shown to the user, for nothing else would tell of it. */
import * as vscode from "vscode";
import { startAutomaticScans } from "./editor/automatic-scans";
import { CheckpointsTree } from "./editor/checkpoints";
import { registerCommands } from "./editor/commands";
import { Context } from "./editor/context";
import { keepContextKeys } from "./editor/context-keys";
import { Diagnostics } from "./editor/diagnostics";
import { provideDoctorDocument } from "./editor/doctor-command";
import { FindingsTree } from "./editor/findings-tree";
import { Highlights } from "./editor/highlights";
import { Hovers } from "./editor/hovers";
import { offerAuditViewForLargeFiles } from "./editor/large-files";
import { QuickFixes } from "./editor/quick-fixes";
import { RulePages } from "./editor/rule-page";
import { RunsTree } from "./editor/runs-tree";
import { panelSerializer } from "./panel/panel-serializer";
import { ProbePanel, probePanelType } from "./panel/probe-panel";
import { RunPanel, runPanelType } from "./panel/run-panel";

/** What the extension hands to tests and other extensions. */
export interface ExtensionApi {
  readonly context: Context;
  readonly highlights: Highlights;
  readonly findings: FindingsTree;
  readonly runPanel: (directory: string) => RunPanel | undefined;
}

let context: Context | undefined;

function start(extension: vscode.ExtensionContext, output: vscode.LogOutputChannel): ExtensionApi {
  const made = new Context(extension.extensionUri, output);
  context = made;
  const highlights = new Highlights(made.scans, made.samples);
  const findings = new FindingsTree(made.scans);
  extension.subscriptions.push(
    made,
    highlights,
    findings,
    new Diagnostics(made.scans, new RulePages(extension.extensionUri)),
    new Hovers(made.scans, made.samples),
    new QuickFixes(made.scans),
    new RunsTree(made.runs),
    new CheckpointsTree(made.runs),
    registerCommands(made),
    keepContextKeys(made.scans, made.runs),
    provideDoctorDocument(),
    vscode.window.registerWebviewPanelSerializer(
      runPanelType,
      panelSerializer((panel, directory) => new RunPanel(made, panel, directory)),
    ),
    vscode.window.registerWebviewPanelSerializer(
      probePanelType,
      panelSerializer((panel, directory) => new ProbePanel(made, panel, directory)),
    ),
    vscode.commands.registerCommand("deceAudit.showMoreFindings", findings.showMore.bind(findings)),
    offerAuditViewForLargeFiles(made),
    startAutomaticScans(made),
  );
  return { context: made, highlights, findings, runPanel: (directory) => RunPanel.get(directory) };
}

export function activate(extension: vscode.ExtensionContext): ExtensionApi {
  const output = vscode.window.createOutputChannel("DeCE Audit", { log: true });
  extension.subscriptions.push(output);
  try {
    return start(extension, output);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    output.error(error instanceof Error ? error : reason);
    void vscode.window.showErrorMessage(vscode.l10n.t("DeCE Audit could not start: {0}", reason));
    throw error;
  }
}

/** The workers are children of this process: the window waits until they have stopped. */
export async function deactivate(): Promise<void> {
  await context?.jobs.end();
}
