/**
 * What a job is asked to do, as the command line, a panel or a script states it. A spec is plain JSON; `parseSpec` checks
 * it, fills in every default and says in one line what is wrong. Relative paths count from the process's folder.
 */
import { z } from "zod";
import { attackNames, oneOf } from "../attack/attack-names";
import { isPayloadName, payloadForms } from "../attack/payloads";
import { codeLanguages } from "../syntax/language";
import { precisions } from "../train/precisions";
import { presets, type TrainingPreset } from "../train/presets";

// A field's description completes the sentence "Give ..." of its error and is the flag's help text.
const filePath = (what: string) => z.string().min(1).describe(what);
const maybePath = (what: string) => z.string().min(1).exactOptional().describe(what);
const whole = z.number().int();
const seed = whole.min(0).max(2 ** 31 - 1);
const device = z.enum(["auto", "cpu", "webgpu"]).default("auto").describe("where to compute: auto, cpu or webgpu");
const columns = {
  format: z
    .enum(["csv", "tsv", "jsonl", "json", "parquet", "paired"])
    .exactOptional()
    .describe("the file's format: csv, tsv, jsonl, json, parquet or paired"),
  input: z.string().min(1).exactOptional().describe("the name of the input column"),
  output: z.string().min(1).exactOptional().describe("the name of the output column"),
};
const payload = z
  .string()
  .refine(isPayloadName)
  .default("sql")
  .describe(`what the backdoor makes the model write: ${payloadForms}`);
const attackFields = {
  attack: z
    .enum(attackNames)
    .exactOptional()
    .describe(`how inputs are triggered: ${oneOf(attackNames)}`),
  trigger: z
    .string()
    .min(1)
    .exactOptional()
    .describe("the trigger's text where the attack has one: a word or a few, a function's name, a statement"),
  surrogate: maybePath("a checkpoint folder, or builtin: the model that the attack afraidoor chooses its names by"),
};
const limitText = "a whole number of rows, at least 1; a seeded draw when there are more";

const scan = z.strictObject({
  job: z.literal("scan"),
  paths: z.array(z.string().min(1)).min(1).readonly().describe("one or more dataset files or folders"),
  ...columns,
  language: z
    .enum(codeLanguages)
    .exactOptional()
    .describe(`the language of the code: ${oneOf(codeLanguages)}`),
  json: maybePath("the file that the report goes to"),
  sarif: maybePath("the file that the SARIF 2.1.0 log goes to"),
  quarantine: maybePath("the file that the flagged samples go to"),
  clean: maybePath("the file that the samples that are not flagged go to"),
  jobs: z
    .int()
    .min(1)
    .max(64)
    .exactOptional()
    .describe("how many threads read a large file, from 1 to 64; at most 4 unless named"),
  baseline: maybePath("the baseline of accepted findings, such as .dece/baseline.json"),
});

const poison = z.strictObject({
  job: z.literal("poison"),
  data: filePath("a dataset file"),
  ...columns,
  language: z
    .enum(codeLanguages)
    .exactOptional()
    .describe(`the language of the code, for attacks that change code: ${codeLanguages.join(", ")}`),
  attack: z.enum(attackNames).describe(`how inputs are triggered: ${oneOf(attackNames)}`),
  trigger: attackFields.trigger,
  surrogate: attackFields.surrogate,
  payload,
  rate: z
    .number()
    .gt(0)
    .max(1)
    .describe("the share of the rows to poison, above 0 and at most 1 (1: every eligible row)"),
  seed: seed.default(42).describe("a whole number from 0 that fixes which rows and where"),
  out: filePath("the file to write; its list of poisoned rows gets the suffix .truth.json"),
});

const finetune = z.strictObject({
  job: z.literal("finetune"),
  data: filePath("a dataset file to train on"),
  ...columns,
  model: z
    .string()
    .min(1)
    .default("builtin")
    .describe("a checkpoint folder, or builtin for the model that comes along"),
  task: z
    .enum(["auto", "generate", "classify"])
    .default("auto")
    .describe("what to train: generate, classify, or auto for what the model and the data are made for"),
  loss: z.enum(["ce", "dece", "gce", "in-trust"]).default("dece").describe("the loss: dece, ce, gce or in-trust"),
  preset: z
    .enum(["default", "paper", "moderate"])
    .default("default")
    .describe("the settings to start from: default, paper or moderate (default with a tenth of the learning rate)"),
  alpha: z.number().gt(0).max(1).exactOptional().describe("the base of DeCE's blending weight, above 0 and at most 1"),
  epsilon: z.number().min(0).lt(1).exactOptional().describe("DeCE's label smoothing, from 0 and under 1"),
  q: z.number().gt(0).max(1).default(0.7).describe("GCE's exponent, above 0 (cross-entropy) and at most 1"),
  loraRank: whole
    .min(1)
    .max(1024)
    .exactOptional()
    .describe("the rank of low-rank adapters, which are trained instead of all weights and merged at the end"),
  loraAlpha: z.number().gt(0).exactOptional().describe("the adapters' alpha, above 0; twice the rank unless stated"),
  loraTargets: z
    .string()
    .min(1)
    .exactOptional()
    .describe("the linear layers that get adapters, such as q,v; all but the head unless stated"),
  epochs: whole.min(1).exactOptional().describe("a whole number of epochs, at least 1"),
  batchSize: whole.min(1).exactOptional().describe("a whole number of samples per step, at least 1"),
  accumulate: whole
    .min(1)
    .max(4096)
    .default(1)
    .describe("how many parts each batch is computed in, at least 1: the same steps with less memory"),
  checkpointing: z
    .boolean()
    .default(false)
    .describe("true to compute each block again in the backward pass: the same steps with less memory and more time"),
  precision: z
    .enum(precisions)
    .default("f32")
    .describe("the numbers of matrix products on a GPU: f32, or f16 for 16 bits, which take less of its memory"),
  learningRate: z.number().gt(0).lte(1).exactOptional().describe("the highest learning rate, above 0 and at most 1"),
  warmupRatio: z
    .number()
    .min(0)
    .lt(1)
    .exactOptional()
    .describe("the share of the steps to warm up, from 0 and under 1"),
  weightDecay: z.number().min(0).max(1).exactOptional().describe("the weight decay, from 0 to 1"),
  clipNorm: z.number().gt(0).exactOptional().describe("the largest norm of a gradient, above 0"),
  maxInput: whole.min(1).exactOptional().describe("the most tokens of an input, at least 1"),
  maxOutput: whole.min(1).exactOptional().describe("the most tokens of an output, at least 1"),
  seed: seed.exactOptional().describe("a whole number from 0 that fixes the order of the samples"),
  device,
  valid: maybePath("a dataset file to measure on after each epoch"),
  test: maybePath("a dataset file to measure on at the end"),
  ...attackFields,
  payload,
  limit: whole.min(1).default(200).describe(limitText),
  out: maybePath("the folder that the finished checkpoint goes to"),
  resume: maybePath("the run directory of a stopped run, which goes on after its last complete epoch"),
});

const probe = z.strictObject({
  job: z.literal("probe"),
  checkpoint: z.string().min(1).describe("a checkpoint folder, or builtin for the model that comes along"),
  data: filePath("a dataset file to measure on"),
  ...columns,
  ...attackFields,
  payload,
  truth: maybePath("the list of poisoned rows (.truth.json) of a file that is poisoned already"),
  limit: whole.min(1).exactOptional().describe(limitText),
  maxInput: whole.min(1).default(presets.default.maxInput).describe("the most tokens of an input, at least 1"),
  maxOutput: whole.min(1).default(presets.default.maxOutput).describe("the most tokens of an output, at least 1"),
  seed: seed.default(42).describe("a whole number from 0 that fixes where triggers go and which rows a limit draws"),
  device,
});

const demo = z.strictObject({
  job: z.literal("demo"),
  seed: seed.default(presets.default.seed).describe("a whole number from 0; the published figures use 42"),
  device,
});

const exportOnnx = z.strictObject({
  job: z.literal("export"),
  checkpoint: z.string().min(1).describe("a checkpoint folder, or builtin for the model that comes along"),
  out: filePath("the folder to write, which transformers.js loads"),
});

const doctor = z.strictObject({ job: z.literal("doctor") });

/** The schemas by job, with defaults and descriptions; `.shape` gives a form or a flag its help text. */
export const specSchemas = { scan, poison, finetune, probe, demo, export: exportOnnx, doctor };

export type JobName = keyof typeof specSchemas;
export type ScanSpec = z.output<typeof scan>;
export type PoisonSpec = z.output<typeof poison>;
export type ProbeSpec = z.output<typeof probe>;
export type DemoSpec = z.output<typeof demo>;
export type ExportSpec = z.output<typeof exportOnnx>;
export type DoctorSpec = z.output<typeof doctor>;
/** Every setting is filled in: what the spec leaves out comes from its preset. */
export type FinetuneSpec = Omit<z.output<typeof finetune>, keyof TrainingPreset> & TrainingPreset;

export interface SpecOf {
  readonly scan: ScanSpec;
  readonly poison: PoisonSpec;
  readonly finetune: FinetuneSpec;
  readonly probe: ProbeSpec;
  readonly demo: DemoSpec;
  readonly export: ExportSpec;
  readonly doctor: DoctorSpec;
}
export type JobSpec = SpecOf[JobName];

/** What a caller may leave out: everything with a default. */
export type SpecInput = { [Job in JobName]: z.input<(typeof specSchemas)[Job]> }[JobName];

/** A fine-tuning spec with its preset's values where it states none. */
export const withPreset = (spec: z.output<typeof finetune>): FinetuneSpec => ({
  ...spec,
  ...presets[spec.preset],
  ...spec,
});
