/** Runs a job with a notification that shows what it does and can cancel it, and the same in the status bar. */
import * as vscode from "vscode";
import type { JobEvent } from "../job/context";
import type { ReportOf } from "../job/run-job";
import type { SpecInput } from "../job/spec";
import type { WorkerResult } from "../job/worker-client";
import type { Context } from "./context";

/** One line for an event, or undefined for those that say nothing new. */
export function progressText(event: JobEvent): string | undefined {
  switch (event.type) {
    case "phase":
      return event.detail === undefined ? event.name : `${event.name}: ${event.detail}`;
    case "progress":
      return vscode.l10n.t("{0} of {1} {2}", event.done, event.total, event.unit);
    case "step":
      return vscode.l10n.t("epoch {0}, step {1} of {2}, loss {3}", event.epoch, event.step, event.steps, event.loss.toFixed(3)); // prettier-ignore
    case "epoch":
      return vscode.l10n.t("epoch {0} of {1} done, loss {2}", event.epoch, event.epochs, event.loss.toFixed(3));
    case "log":
    case "first":
      return undefined;
  }
}

/** From 0 to 1, or undefined where the event tells no share. */
function shareOf(event: JobEvent): number | undefined {
  if (event.type === "step") return event.steps === 0 ? undefined : event.step / event.steps;
  if (event.type === "progress") return event.total === 0 ? undefined : event.done / event.total;
  return undefined;
}

/** Throws `Cancelled` when the user cancelled here, in the Run panel or in the Runs view; else what the job throws. */
export async function runWithProgress<Spec extends SpecInput>(
  context: Context,
  title: string,
  spec: Spec,
  onDirectory?: (directory: string) => void,
): Promise<WorkerResult<ReportOf[Spec["job"]]>> {
  const showStatus = context.status.job(title);
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  try {
    return await vscode.window.withProgress(options, (progress, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort());
      let shown = 0;
      return context.jobs.run(spec, {
        signal: controller.signal,
        ...(onDirectory === undefined ? {} : { onDirectory }),
        onEvent: (event) => {
          const message = progressText(event);
          const share = shareOf(event);
          if (event.type === "log" && event.level === "warning") context.log(event.message);
          if (event.type === "phase") shown = Math.min(shown, 0);
          // VS Code adds increments up; measuring between epochs starts its own count, which never moves it back.
          const increment = share === undefined ? 0 : Math.max(0, share * 100 - shown);
          if (event.type === "step") shown += increment;
          progress.report({
            ...(message === undefined ? {} : { message }),
            ...(event.type === "step" ? { increment } : {}),
          });
          if (share !== undefined) showStatus(`${title}: ${Math.round(share * 100)}%`);
        },
      });
    });
  } finally {
    showStatus();
  }
}
