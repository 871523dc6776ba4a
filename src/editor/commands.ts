/** The commands as one table. Each runs with the context; what it throws is told to the user, never swallowed. */
import * as vscode from "vscode";
import type { Context } from "./context";
import { poisonCommand, quarantineCommand, scanCommand } from "./dataset-commands";
import { doctorCommand } from "./doctor-command";
import { fineTuneCommand } from "./fine-tune-command";
import { probeCommand } from "./probe-command";
import { resumeCommand } from "./resume-command";
import { cancelRunCommand, openLastRunCommand, openRunCommand } from "./run-commands";
import {
  cancelScanCommand,
  openAuditViewCommand,
  openDatasetCommand,
  openFindingCommand,
  openSampleAsCodeCommand,
  stepCommand,
} from "./sample-commands";
import { quarantineSamplesCommand, removeSamplesCommand } from "./sample-edits";
import { suppressCommand } from "./suppress-command";

/** `trusted`: it writes files or runs models, so the workspace must be trusted. */
interface CommandEntry {
  readonly trusted: boolean;
  /** Each command states the arguments that it takes; VS Code hands them through unchecked. */
  readonly run: (context: Context, ...values: never[]) => unknown;
}

export const commands: Readonly<Record<string, CommandEntry>> = {
  "deceAudit.fineTune": { trusted: true, run: fineTuneCommand },
  "deceAudit.fineTuneCheckpoint": { trusted: true, run: fineTuneCommand },
  "deceAudit.resume": { trusted: true, run: resumeCommand },
  "deceAudit.scanDataset": { trusted: false, run: scanCommand },
  "deceAudit.probe": { trusted: true, run: probeCommand },
  "deceAudit.probeCheckpoint": { trusted: true, run: probeCommand },
  "deceAudit.poison": { trusted: true, run: poisonCommand },
  "deceAudit.quarantine": { trusted: true, run: quarantineCommand },
  "deceAudit.doctor": { trusted: false, run: doctorCommand },
  "deceAudit.openLastRun": { trusted: false, run: openLastRunCommand },
  "deceAudit.openRun": { trusted: false, run: openRunCommand },
  "deceAudit.cancelRun": { trusted: false, run: cancelRunCommand },
  "deceAudit.openAuditView": { trusted: false, run: openAuditViewCommand },
  "deceAudit.openDataset": { trusted: false, run: openDatasetCommand },
  "deceAudit.openSampleAsCode": { trusted: false, run: openSampleAsCodeCommand },
  "deceAudit.openFinding": { trusted: false, run: openFindingCommand },
  "deceAudit.nextFinding": { trusted: false, run: stepCommand(1) },
  "deceAudit.previousFinding": { trusted: false, run: stepCommand(-1) },
  "deceAudit.cancelScan": { trusted: false, run: cancelScanCommand },
  "deceAudit.removeSamples": { trusted: true, run: removeSamplesCommand },
  "deceAudit.quarantineSamples": { trusted: true, run: quarantineSamplesCommand },
  "deceAudit.suppress": { trusted: true, run: suppressCommand },
  "deceAudit.refreshRuns": { trusted: false, run: (context) => context.runs.refresh() },
};

/** Resolves to what the command gives (other extensions and tests use it), or to undefined after telling of a failure. */
async function runCommand(context: Context, entry: CommandEntry, values: unknown[]): Promise<unknown> {
  if (entry.trusted && !vscode.workspace.isTrusted) {
    void vscode.window.showErrorMessage(
      vscode.l10n.t("This needs a trusted workspace, since it writes files: trust it first. Scanning works without."),
    );
    return undefined;
  }
  try {
    return await entry.run(context, ...(values as never[]));
  } catch (error) {
    void context.tell(error);
    return undefined;
  }
}

export function registerCommands(context: Context): vscode.Disposable {
  return vscode.Disposable.from(
    ...Object.entries(commands).map(([id, entry]) =>
      vscode.commands.registerCommand(id, (...values: unknown[]) => runCommand(context, entry, values)),
    ),
  );
}
