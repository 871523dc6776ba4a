/** The commands on dataset files: scan, poison a copy, move flagged samples out. None of them changes the file itself. */
import { existsSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { Failure } from "../foundation/failure";
import { asksSurrogate, attackNames } from "../attack/attack-names";
import { parseSpec } from "../job/parse-spec";
import type { PoisonReport } from "../job/poison";
import type { PoisonSpec } from "../job/spec";
import type { Context } from "./context";
import { pickCheckpoint } from "./fine-tune-form";
import { activeDataset, askSaveFile, askText, besideWith, pick, pickDataset } from "./prompts";
import { runWithProgress } from "./run-with-progress";
import type { ScanState } from "./scans";

/** Scans the named file, else the active one, else one that the user chooses, and says what came of it. */
export async function scanCommand(context: Context, argument?: vscode.Uri): Promise<ScanState | undefined> {
  const uri = argument ?? activeDataset() ?? (await chooseDataset());
  if (uri === undefined) return undefined;
  const name = path.basename(uri.path);
  const options = { location: vscode.ProgressLocation.Window, title: vscode.l10n.t("Scanning {0}", name) };
  const state = await vscode.window.withProgress(options, () => context.scans.scan(uri));
  if (state?.type === "failed") throw new Failure(state.reason.replace(/\.$/, ""), { usage: state.usage });
  if (state?.type === "scanned") void tellVerdict(name, state);
  return state;
}

async function chooseDataset(): Promise<vscode.Uri | undefined> {
  const file = await pickDataset(vscode.l10n.t("Scan which dataset for triggers?"));
  return file === undefined ? undefined : vscode.Uri.file(file);
}

async function tellVerdict(name: string, { result }: Extract<ScanState, { type: "scanned" }>): Promise<void> {
  const { verdict, samples } = result.report;
  const which = result.unsaved ? vscode.l10n.t(" (its unsaved text)") : "";
  const show = vscode.l10n.t("Show Findings");
  const message =
    verdict === "clean"
      ? vscode.l10n.t("{0}{1}: no trigger found in {2} samples.", name, which, samples.total)
      : verdict === "suspect"
        ? vscode.l10n.t("{0}{1}: {2} of {3} samples flagged.", name, which, samples.flagged, samples.total)
        : vscode.l10n.t("{0}{1}: {2}; {3} records could not be read.", name, which, verdict, samples.skipped);
  const choice =
    verdict === "clean"
      ? await vscode.window.showInformationMessage(message)
      : await vscode.window.showWarningMessage(message, show);
  if (choice === show) await vscode.commands.executeCommand("deceAudit.findings.focus");
}

async function askPoison(context: Context): Promise<PoisonSpec | undefined> {
  const data = await pickDataset(vscode.l10n.t("Poison a copy of which dataset?"));
  if (data === undefined) return undefined;
  const attack = await pick(
    vscode.l10n.t("Attack"),
    attackNames.map((value) => ({ label: value, value })),
  );
  if (attack === undefined) return undefined;
  const surrogate = asksSurrogate(attack)
    ? await pickCheckpoint(context, vscode.l10n.t("Surrogate: the model that chooses the names"))
    : undefined;
  if (asksSurrogate(attack) && surrogate === undefined) return undefined;
  const rate = await askText(vscode.l10n.t("Share of the rows to poison, per cent"), {
    value: "5",
    prompt: vscode.l10n.t("Above 0 and at most 100; 100 poisons every eligible row: a test set for ASR"),
    check: (text) => void parseSpec("poison", { data, attack, out: data, rate: Number(text) / 100 }),
  });
  if (rate === undefined) return undefined;
  const proposal = besideWith(data, `${attack}-${rate}`);
  const out = await askSaveFile(vscode.l10n.t("Poisoned copy"), proposal);
  const spec = { data, attack, surrogate, rate: Number(rate) / 100 };
  return out === undefined ? undefined : parseSpec("poison", { ...spec, out });
}

/** Writes a poisoned copy for evaluation and the list of its poisoned rows. */
export async function poisonCommand(context: Context, argument?: PoisonSpec): Promise<PoisonReport | undefined> {
  const spec = argument === undefined ? await askPoison(context) : parseSpec("poison", { ...argument });
  if (spec === undefined) return undefined;
  const { report } = await runWithProgress(context, vscode.l10n.t("Poisoning a copy"), spec);
  void offerFile(
    vscode.l10n.t("{0} rows poisoned in {1}.", report.poisoned, path.basename(report.out)),
    vscode.Uri.file(report.out),
  );
  return report;
}

async function offerFile(message: string, file: vscode.Uri): Promise<void> {
  const open = vscode.l10n.t("Open");
  if ((await vscode.window.showInformationMessage(message, open)) === open) await vscode.window.showTextDocument(file);
}

/** Quarantine writes two files beside the dataset: the flagged samples and the rest, byte for byte as they stand. */
export async function quarantineCommand(
  context: Context,
  argument?: vscode.Uri,
): Promise<{ readonly quarantine: string; readonly clean: string } | undefined> {
  const uri = argument ?? activeDataset() ?? (await chooseDataset());
  if (uri === undefined) return undefined;
  const data = uri.fsPath;
  const files = { quarantine: besideWith(data, "quarantine"), clean: besideWith(data, "clean") };
  if (argument === undefined && !(await confirmQuarantine(data, files))) return undefined;
  const baseline = context.jobs.baseline(uri);
  const spec = { job: "scan" as const, paths: [data], ...files, ...(baseline === undefined ? {} : { baseline }) };
  const { report } = await runWithProgress(context, vscode.l10n.t("Quarantining"), spec);
  const { flagged, total, skipped } = report.samples;
  const message = vscode.l10n.t("{0} flagged samples are in {1}, the other {2} in {3}.", flagged, path.basename(files.quarantine), total - flagged - skipped, path.basename(files.clean)); // prettier-ignore
  void offerFile(message, vscode.Uri.file(flagged > 0 ? files.quarantine : files.clean));
  return files;
}

async function confirmQuarantine(
  data: string,
  { quarantine, clean }: { readonly quarantine: string; readonly clean: string },
): Promise<boolean> {
  const document = vscode.workspace.textDocuments.find(({ uri }) => uri.fsPath === data);
  if (document?.isDirty === true) {
    throw new Failure("it has unsaved changes", { file: data, remedy: "Save it first: quarantine copies the file" });
  }
  const replaced = [quarantine, clean].filter((file) => existsSync(file)).map((file) => path.basename(file));
  const write = replaced.length === 0 ? vscode.l10n.t("Write Both") : vscode.l10n.t("Replace");
  const detail =
    replaced.length === 0
      ? vscode.l10n.t("The dataset itself stays as it is.")
      : vscode.l10n.t("{0} will be replaced. The dataset itself stays as it is.", replaced.join(", "));
  const question = vscode.l10n.t("Write the flagged samples of {0} to {1} and the others to {2}?", path.basename(data), path.basename(quarantine), path.basename(clean)); // prettier-ignore
  return (await vscode.window.showInformationMessage(question, { modal: true, detail }, write)) === write;
}
