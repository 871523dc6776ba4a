/** "Resume Fine-Tuning": goes on with a stopped run after its last complete epoch, followed in the Run panel. */
import path from "node:path";
import * as vscode from "vscode";
import { Failure } from "../foundation/failure";
import type { FinetuneReport } from "../job/finetune-report";
import { isResumable, type RunSummary } from "../job/read-run";
import { resumedSpec } from "../job/resume";
import type { Context } from "./context";
import { runFineTuning } from "./fine-tune-command";
import { pick } from "./prompts";
import { runTitle, stateNames } from "./run-names";

/** Resumes the named run, else the one that the user chooses. Throws the `Failure` of a run that cannot go on. */
export async function resumeCommand(
  context: Context,
  argument?: Pick<RunSummary, "directory">,
): Promise<FinetuneReport | undefined> {
  const directory = argument?.directory ?? (await chooseRun(context));
  if (directory === undefined) return undefined;
  if (context.isRunning(directory)) {
    throw new Failure("the run is still going on", { file: directory, remedy: "Wait for its end, or stop it first" });
  }
  const spec = await resumedSpec(directory, context.settings.runsFolder ?? path.dirname(directory));
  return runFineTuning(context, vscode.l10n.t("Resuming fine-tuning on {0}", path.basename(spec.data)), spec);
}

async function chooseRun(context: Context): Promise<string | undefined> {
  const stopped = (await context.runs.list()).filter(isResumable);
  if (stopped.length === 0) {
    throw new Failure("no fine-tuning run was stopped before its end", {
      remedy: "Cancelled, failed and interrupted runs can be resumed",
    });
  }
  const items = stopped.map((run) => ({
    label: runTitle(run),
    description: stateNames[run.state],
    detail: run.started === "" ? "" : new Date(run.started).toLocaleString(),
    value: run.directory,
  }));
  return pick(vscode.l10n.t("Resume which fine-tuning run?"), items);
}
