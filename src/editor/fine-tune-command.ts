/** "Fine-tune with DeCE": data, columns, settings; then the job, followed in the Run panel. */
import { existsSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { Failure } from "../foundation/failure";
import type { FinetuneReport } from "../job/finetune-report";
import type { FinetuneSpec } from "../job/spec";
import type { Context } from "./context";
import { editFinetune, specOf, type DescribedData, type FinetuneDraft } from "./fine-tune-form";
import { askText, pickDataset } from "./prompts";
import { runWithProgress } from "./run-with-progress";

/** A file of that name beside the data is what people mean by it. */
function validationBeside(data: string): string | undefined {
  const folder = path.dirname(data);
  return ["valid", "validation", "dev"]
    .map((name) => path.join(folder, `${name}${path.extname(data)}`))
    .find((file) => file !== data && existsSync(file));
}

/**
 * Rows, columns and labels of the draft's data. Columns whose names do not tell are asked for and put into the
 * draft; undefined when the user gave up. Throws the `Failure` of a file that cannot be read.
 */
async function describeData(context: Context, draft: FinetuneDraft): Promise<DescribedData | undefined> {
  for (;;) {
    const { data, input, output } = draft;
    const named = { ...(input === undefined ? {} : { input }), ...(output === undefined ? {} : { output }) };
    try {
      const { rows, columns, labels } = await context.jobs.describe(data, named);
      return { text: vscode.l10n.t("{0} rows, {1} → {2}", rows, columns.input, columns.output), labels };
    } catch (error) {
      if (!(error instanceof Failure) || !error.usage) throw error;
      const ask = (title: string): Thenable<string | undefined> => askText(title, { value: "", prompt: error.message });
      const from = await ask(vscode.l10n.t("Input column of {0}", path.basename(data)));
      const to = from === undefined ? undefined : await ask(vscode.l10n.t("Output column of {0}", path.basename(data)));
      if (from === undefined || to === undefined) return undefined;
      Object.assign(draft, { input: from, output: to });
    }
  }
}

async function askFinetune(context: Context, start: Partial<FinetuneDraft>): Promise<FinetuneSpec | undefined> {
  const data = start.data ?? (await pickDataset(vscode.l10n.t("Fine-tune with DeCE: training data")));
  if (data === undefined) return undefined;
  const { checkpoint: model, device } = context.settings;
  const draft: FinetuneDraft = { model, device, valid: validationBeside(data), ...start, data };
  return editFinetune(context, draft, (current) => describeData(context, current));
}

/** Arguments of the command: from the explorer, from the Checkpoints view, or a whole spec from a key binding. */
export type FineTuneArgument = vscode.Uri | { readonly reference: string } | { readonly spec: FinetuneDraft };

export async function fineTuneCommand(
  context: Context,
  argument?: FineTuneArgument,
): Promise<FinetuneReport | undefined> {
  const spec = await specFrom(context, argument);
  if (spec === undefined) return undefined;
  return runFineTuning(context, vscode.l10n.t("Fine-tuning on {0}", path.basename(spec.data)), spec);
}

/** Runs the job to its end, shows its run and offers to probe the checkpoint. */
export async function runFineTuning(context: Context, title: string, spec: FinetuneSpec): Promise<FinetuneReport> {
  const { report, directory } = await runWithProgress(context, title, spec, (created) => context.showRun(created));
  context.runs.refresh();
  void offerProbe(context, report, directory);
  return report;
}

function specFrom(context: Context, argument?: FineTuneArgument): Promise<FinetuneSpec | undefined> {
  if (argument === undefined) return askFinetune(context, {});
  if (argument instanceof vscode.Uri) return askFinetune(context, { data: argument.fsPath });
  if ("reference" in argument) return askFinetune(context, { model: argument.reference });
  return Promise.resolve(specOf(argument.spec));
}

async function offerProbe(context: Context, report: FinetuneReport, directory: string | null): Promise<void> {
  const last = report.test ?? report.epochs.at(-1)?.valid ?? null;
  const asr = last?.asr == null ? "" : `, ASR ${last.asr.asr.toFixed(1)}%`;
  const numbers =
    last === null
      ? ""
      : last.classification === null
        ? vscode.l10n.t(" BLEU {0}%{1}.", (last.bleu ?? 0).toFixed(1), asr)
        : vscode.l10n.t(
            " Accuracy {0}%, F1 {1}%{2}.",
            last.classification.accuracy.toFixed(1),
            last.classification.f1.toFixed(1),
            asr,
          );
  const probe = vscode.l10n.t("Probe Checkpoint");
  const open = vscode.l10n.t("Open Run");
  const message = vscode.l10n.t("Fine-tuning finished in {0} s.{1}", Math.round(report.seconds), numbers);
  const choice = await vscode.window.showInformationMessage(message, probe, open);
  if (choice === probe) context.probe(report.checkpoint);
  if (choice === open && directory !== null) context.showRun(directory);
}
