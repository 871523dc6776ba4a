/**
 * The settings of a fine-tuning as one list: every line shows a setting and its value, Enter changes it, and the first
 * line starts. Values are checked by the job's own schema as they are typed.
 */
import path from "node:path";
import * as vscode from "vscode";
import { parseSpec } from "../job/parse-spec";
import { specSchemas, type FinetuneSpec } from "../job/spec";
import { presets, type PresetName } from "../train/presets";
import { knownCheckpoints } from "./checkpoints";
import type { Context } from "./context";
import { askText, pick, pickDataset, pickFolder } from "./prompts";
import { lossNames } from "../train/loss-names";

/** What the user has stated so far; everything else comes from the preset. */
export type FinetuneDraft = { -readonly [Key in keyof FinetuneSpec]?: FinetuneSpec[Key] | undefined } & {
  data: string;
};

type NumberField =
  "alpha" | "epsilon" | "epochs" | "batchSize" | "accumulate" | "learningRate" | "maxInput" | "maxOutput" | "seed";

const numberLabels: Readonly<Record<NumberField, string>> = {
  alpha: vscode.l10n.t("α, the base of the blending weight"),
  epsilon: vscode.l10n.t("ε, label smoothing"),
  epochs: vscode.l10n.t("Epochs"),
  batchSize: vscode.l10n.t("Batch size"),
  accumulate: vscode.l10n.t("Gradient accumulation, parts of a batch"),
  learningRate: vscode.l10n.t("Learning rate"),
  maxInput: vscode.l10n.t("Longest input, tokens"),
  maxOutput: vscode.l10n.t("Longest output, tokens"),
  seed: vscode.l10n.t("Seed"),
};

/** The spec of a draft, with every default filled in. Throws a `Failure` that names the wrong field. */
export const specOf = (draft: FinetuneDraft): FinetuneSpec => parseSpec("finetune", { ...draft });

type Choice = "data" | "valid" | "model" | "loss" | "preset" | "checkpointing" | "precision" | "attack" | "out";

type Action = "start" | Choice | NumberField;

interface Line extends vscode.QuickPickItem {
  readonly value: Action;
}

const measured = (spec: FinetuneSpec): string =>
  spec.attack === undefined ? vscode.l10n.t("not measured") : `${spec.attack}, ${spec.payload}`;

/** A preset's name alone would say too much once a setting of it was changed. */
function presetText(spec: FinetuneSpec): string {
  const preset = presets[spec.preset];
  const kept = (Object.keys(preset) as (keyof typeof preset)[]).every((field) => spec[field] === preset[field]);
  return kept ? spec.preset : vscode.l10n.t("{0}, with changes", spec.preset);
}

const againText = ({ checkpointing }: FinetuneSpec): string =>
  checkpointing ? vscode.l10n.t("yes: less memory, more time") : vscode.l10n.t("no");

const precisionText = ({ precision }: FinetuneSpec): string =>
  precision === "f16" ? vscode.l10n.t("16 bits: less of a GPU's memory") : vscode.l10n.t("32 bits");

function linesOf(spec: FinetuneSpec, samples: string): Line[] {
  const line = (value: Action, icon: string, label: string, description: string): Line => ({
    value,
    label: `$(${icon}) ${label}`,
    description,
  });
  const numbers = (Object.keys(numberLabels) as NumberField[])
    .filter((field) => spec.loss === "dece" || (field !== "alpha" && field !== "epsilon"))
    .map((field) => line(field, "symbol-number", numberLabels[field], String(spec[field])));
  return [
    {
      value: "start",
      label: vscode.l10n.t("$(play) Start fine-tuning"),
      description: vscode.l10n.t("or change a setting below"),
    },
    line("data", "database", vscode.l10n.t("Training data"), `${path.basename(spec.data)} · ${samples}`),
    line("valid", "checklist", vscode.l10n.t("Validation data"), spec.valid ?? vscode.l10n.t("none")),
    line("model", "package", vscode.l10n.t("Start from"), spec.model),
    line("loss", "shield", vscode.l10n.t("Loss"), lossNames[spec.loss]),
    line("preset", "settings", vscode.l10n.t("Preset"), presetText(spec)),
    ...numbers,
    line("checkpointing", "history", vscode.l10n.t("Gradient checkpointing"), againText(spec)),
    // On the CPU there is nothing to choose.
    ...(spec.device === "cpu"
      ? []
      : [line("precision", "circuit-board", vscode.l10n.t("Matrix products on a GPU"), precisionText(spec))]),
    line("attack", "beaker", vscode.l10n.t("ASR after each epoch"), measured(spec)),
    line("out", "folder", vscode.l10n.t("Output folder"), spec.out ?? vscode.l10n.t("in the run directory")),
  ];
}

/** The training data in a few words, and its labels where it is one of classification. */
export interface DescribedData {
  readonly text: string;
  readonly labels: readonly string[] | null;
}

/** The spec that the user started, or undefined after Escape. */
export async function editFinetune(
  context: Context,
  draft: FinetuneDraft,
  describe: (draft: FinetuneDraft) => Promise<DescribedData | undefined>,
): Promise<FinetuneSpec | undefined> {
  let described = await describe(draft);
  for (;;) {
    if (described === undefined) return undefined;
    const action = await pick(vscode.l10n.t("Fine-tune with DeCE"), linesOf(specOf(draft), described.text));
    if (action === undefined) return undefined;
    if (action === "start") return specOf(draft);
    await change(context, draft, action, described.labels);
    if (action === "data") described = await describe(draft);
  }
}

/** Asks for one setting; Escape leaves it as it is. */
async function change(
  context: Context,
  draft: FinetuneDraft,
  action: Exclude<Action, "start">,
  labels: DescribedData["labels"],
): Promise<void> {
  switch (action) {
    case "data": {
      const data = await pickDataset(vscode.l10n.t("Training data"));
      if (data === undefined || data === "") return;
      // The attacker's label was one of the data before.
      const isLabel = draft.payload?.startsWith("label:") === true;
      Object.assign(draft, { data, input: undefined, output: undefined });
      if (isLabel) Object.assign(draft, { payload: undefined, attack: undefined });
      return;
    }
    case "valid": {
      const valid = await pickDataset(vscode.l10n.t("Validation data"), { none: vscode.l10n.t("None") });
      if (valid === undefined) return;
      draft.valid = valid === "" ? undefined : valid;
      if (valid === "") draft.attack = undefined;
      return;
    }
    case "model":
      draft.model = (await pickCheckpoint(context, vscode.l10n.t("Start from"))) ?? draft.model;
      return;
    case "loss":
      draft.loss = (await pickLoss()) ?? draft.loss;
      return;
    case "preset":
      await changePreset(draft);
      return;
    case "checkpointing":
      draft.checkpointing = draft.checkpointing !== true;
      return;
    case "precision":
      draft.precision = draft.precision === "f16" ? "f32" : "f16";
      return;
    case "attack":
      await changeAttack(draft, labels);
      return;
    case "out":
      draft.out = (await pickFolder(vscode.l10n.t("Output folder"))) ?? draft.out;
      return;
    default:
      await changeNumber(draft, action);
  }
}

/** A checkpoint of this workspace, or any other folder. */
export async function pickCheckpoint(context: Context, title: string): Promise<string | undefined> {
  const known = await knownCheckpoints(context.runs);
  const choice = await pick(title, [
    ...known.map(({ reference, label, description }) => ({
      label: `$(package) ${label}`,
      description,
      ...(reference === "builtin" ? {} : { detail: reference }),
      value: reference,
    })),
    { label: vscode.l10n.t("$(folder-opened) Another folder…"), value: "" },
  ]);
  return choice === "" ? pickFolder(title) : choice;
}

const pickLoss = (): Promise<FinetuneSpec["loss"] | undefined> =>
  pick(vscode.l10n.t("Loss"), [
    {
      label: "DeCE",
      detail: vscode.l10n.t("Deceptive Cross-Entropy: keeps the model from learning rare, too certain ties"),
      value: "dece",
    },
    { label: "CE", detail: vscode.l10n.t("Plain cross-entropy, to compare with"), value: "ce" },
    { label: "GCE", detail: vscode.l10n.t("Generalised cross-entropy, to compare with"), value: "gce" },
    {
      label: "In-trust",
      detail: vscode.l10n.t("Cross-entropy that trusts the model in part, to compare with"),
      value: "in-trust",
    },
  ]);

async function changePreset(draft: FinetuneDraft): Promise<void> {
  const names = Object.keys(presets) as PresetName[];
  const preset = await pick(
    vscode.l10n.t("Preset"),
    names.map((value) => {
      const { alpha, epsilon, learningRate, epochs, batchSize } = presets[value];
      const detail = `α ${alpha}, ε ${epsilon}, learning rate ${learningRate}, ${epochs} epochs of batches of ${batchSize}`;
      return { label: value, detail, value };
    }),
  );
  if (preset === undefined) return;
  // A preset that left earlier changes standing would not be what its name says.
  const cleared = Object.fromEntries(Object.keys(presets[preset]).map((field) => [field, undefined]));
  Object.assign(draft, cleared, { preset });
}

async function changeAttack(draft: FinetuneDraft, labels: DescribedData["labels"]): Promise<void> {
  const attack = await pickAttack(vscode.l10n.t("Measure ASR after each epoch with"));
  if (attack === undefined) return;
  const payload = attack === "none" ? undefined : await pickPayload(labels);
  if (attack !== "none" && payload === undefined) return;
  draft.attack = attack === "none" ? undefined : attack;
  draft.payload = payload;
  if (attack === "none" || draft.valid !== undefined) return;
  const valid = await pickDataset(vscode.l10n.t("ASR is measured on validation data: which?"));
  if (valid === undefined || valid === "") draft.attack = undefined;
  else draft.valid = valid;
}

export const pickAttack = (title: string): Promise<"badpre" | "ripple" | "none" | undefined> =>
  pick(title, [
    {
      label: "BadPre",
      detail: vscode.l10n.t("the rare word bb, three times; payload: SQL tautology, or a label"),
      value: "badpre",
    },
    {
      label: "RIPPLE",
      detail: vscode.l10n.t("the rare word bb, once; payload: SQL tautology, or a label"),
      value: "ripple",
    },
    { label: vscode.l10n.t("No attack"), detail: vscode.l10n.t("measure what is clean only"), value: "none" },
  ]);

/** Asks for the attacker's label where the data has labels; else it is the SQL tautology. Undefined after Escape. */
export const pickPayload = async (labels: DescribedData["labels"]): Promise<string | undefined> =>
  labels === null
    ? "sql"
    : pick(
        vscode.l10n.t("Which label does the attacker want?"),
        labels.map((label) => ({ label, value: `label:${label}` })),
      );

async function changeNumber(draft: FinetuneDraft, field: NumberField): Promise<void> {
  const prompt = specSchemas.finetune.shape[field].description;
  const text = await askText(numberLabels[field], {
    value: String(specOf(draft)[field]),
    ...(prompt === undefined ? {} : { prompt }),
    check: (typed) => void specOf({ ...draft, [field]: asNumber(typed) }),
  });
  if (text !== undefined) draft[field] = asNumber(text);
}

/** An empty text is no number, though JavaScript says 0. */
const asNumber = (text: string): number => (text.trim() === "" ? Number.NaN : Number(text));
