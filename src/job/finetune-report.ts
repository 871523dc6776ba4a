/** The fine-tuning report, version 1: report.json of a fine-tuning run and what the command line prints from. */
import type { AttackSuccess } from "../metric/attack-success";
import type { Classification } from "../metric/classification";
import type { LoraSpec } from "../model/lora";
import type { ResolvedDevice } from "../graph/runtime";
import type { FineTuneOptions } from "../train/fine-tune";
import type { LossName } from "../train/loss-names";
import type { PresetName } from "../train/presets";

/** BLEU, corpus BLEU, accuracy, F1 and ASR are per cent. */
export interface Measurement {
  /** Rows that all but ASR was measured on. */
  readonly rows: number;
  /** The paper's: per-sample BLEU-4, averaged; null for a classifier. */
  readonly bleu: number | null;
  /** sacreBLEU's; null for a classifier. */
  readonly corpusBleu: number | null;
  /** Null for a model that writes texts. */
  readonly classification: Classification | null;
  /** On the triggered rows; null when no attack was named. */
  readonly asr: AttackSuccess | null;
}

export interface EpochReport {
  readonly epoch: number;
  /** Mean training loss. */
  readonly loss: number;
  /** Of training alone. */
  readonly seconds: number;
  /** On the validation rows; null without a validation file. */
  readonly valid: Measurement | null;
}

/** What the training loop was given, and where from. */
export interface FinetuneSettings extends Settings {
  readonly preset: PresetName;
  /** What was trained: `auto` is resolved. */
  readonly task: "generate" | "classify";
  /** DeCE's two; null for the other losses. */
  readonly alpha: number | null;
  readonly epsilon: number | null;
  /** GCE's; null for the other losses. */
  readonly q: number | null;
  /** Null where all weights are trained. */
  readonly lora: LoraSpec | null;
  /** Where it was computed: `auto` is resolved. */
  readonly device: ResolvedDevice;
}

type Given = Omit<FineTuneOptions, "loss" | "lora" | "device">;
/** Those of the training loop's options that stand in a report as they are. */
export type Settings = { readonly [Name in keyof Given]-?: NonNullable<Given[Name]> };

export interface FinetuneReport {
  readonly version: 1;
  readonly job: "finetune";
  readonly tool: { readonly name: "dece-audit"; readonly version: string };
  readonly data: { readonly path: string; readonly sha256: string; readonly samples: number; readonly skipped: number };
  /** As it was named: a folder or `builtin`. */
  readonly model: string;
  /** A classifier's, in the order of its logits; null for a model that writes texts. */
  readonly classes: readonly string[] | null;
  readonly loss: LossName;
  readonly settings: FinetuneSettings;
  readonly epochs: readonly EpochReport[];
  /** On the test rows, after the last epoch; null without a test file. */
  readonly test: Measurement | null;
  /** Absolute path of the folder that holds the finished checkpoint. */
  readonly checkpoint: string;
  /** Bytes. `estimated` before the start, null on a GPU; `peak`: the most that the process has held since it began. */
  readonly memory: { readonly estimated: number | null; readonly peak: number };
  /** Of the whole job. */
  readonly seconds: number;
}
