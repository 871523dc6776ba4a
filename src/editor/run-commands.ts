/** The commands on runs: open one in the panel that fits it, open the last one, cancel. */
import path from "node:path";
import * as vscode from "vscode";
import { Failure } from "../foundation/failure";
import type { RunSummary } from "../job/read-run";
import type { Context } from "./context";

/** A probe's report opens in the ASR Probe panel, everything else in the Run panel. */
export function openRunCommand(context: Context, run: Pick<RunSummary, "directory" | "job" | "state">): void {
  if (run.job === "probe" && run.state === "finished") context.showProbe(run.directory);
  else context.showRun(run.directory);
}

export async function openLastRunCommand(context: Context): Promise<string> {
  const [last] = await context.runs.list();
  if (last === undefined) {
    const folder = context.settings.runsFolder;
    throw new Failure("there is no run yet", {
      ...(folder === undefined ? {} : { file: path.join(folder, ".dece", "runs") }),
      remedy: "Fine-tune a model or probe one first",
    });
  }
  openRunCommand(context, last);
  return last.directory;
}

export function cancelRunCommand(context: Context, run: Pick<RunSummary, "directory">): void {
  if (!context.isRunning(run.directory)) {
    void vscode.window.showWarningMessage(
      vscode.l10n.t("Another window or the command line runs it: cancel it there."),
    );
    return;
  }
  context.cancel(run.directory);
}
