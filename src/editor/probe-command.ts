/** "Probe Checkpoint (ASR and BLEU)": which checkpoint, on which rows, with which attack; then the panel. */
import { existsSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { truthPath } from "../attack/truth";
import { parseSpec } from "../job/parse-spec";
import type { ProbeReport } from "../job/probe-report";
import type { ProbeSpec } from "../job/spec";
import type { Context } from "./context";
import { pickAttack, pickCheckpoint, pickPayload } from "./fine-tune-form";
import { askText, pickDataset } from "./prompts";
import { runWithProgress } from "./run-with-progress";

const defaultLimit = 200;

/** From the Checkpoints view, or a spec from a key binding. */
export type ProbeArgument = { readonly reference: string } | { readonly spec: Partial<ProbeSpec> };

async function askProbe(context: Context, reference?: string): Promise<ProbeSpec | undefined> {
  const checkpoint = reference ?? (await pickCheckpoint(context, vscode.l10n.t("Probe: which checkpoint?")));
  if (checkpoint === undefined) return undefined;
  const data = await pickDataset(vscode.l10n.t("Probe: on which data? Use rows that it was not trained on."));
  if (data === undefined) return undefined;
  // A list of poisoned rows beside the file says what the attack was.
  const poisoned = existsSync(truthPath(data));
  const attack = poisoned ? "none" : await pickAttack(vscode.l10n.t("Probe: with which attack?"));
  if (attack === undefined) return undefined;
  // What cannot be read is told by the probe itself.
  const labels = attack === "none" ? null : await context.jobs.describe(data).then(({ labels: found }) => found, () => null); // prettier-ignore
  const payload = attack === "none" ? undefined : await pickPayload(labels);
  if (attack !== "none" && payload === undefined) return undefined;
  const draft = {
    checkpoint,
    data,
    device: context.settings.device,
    ...(attack === "none" || payload === undefined ? {} : { attack, payload }),
  };
  const limit = await askText(vscode.l10n.t("Probe: how many rows at most?"), {
    value: String(defaultLimit),
    check: (text) => void parseSpec("probe", { ...draft, limit: Number(text) }),
  });
  return limit === undefined ? undefined : parseSpec("probe", { ...draft, limit: Number(limit) });
}

/** Resolves to the report after the panel was opened; undefined when the user gave up. */
export async function probeCommand(context: Context, argument?: ProbeArgument): Promise<ProbeReport | undefined> {
  const spec =
    argument !== undefined && "spec" in argument
      ? parseSpec("probe", { device: context.settings.device, ...argument.spec })
      : await askProbe(context, argument?.reference);
  if (spec === undefined) return undefined;
  const name = spec.checkpoint === "builtin" ? spec.checkpoint : path.basename(spec.checkpoint);
  const { report, directory } = await runWithProgress(context, vscode.l10n.t("Probing {0}", name), spec);
  context.runs.refresh();
  if (directory !== null) context.showProbe(directory);
  return report;
}
