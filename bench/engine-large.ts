/**
 * Checkpoints that an ONNX file could not hold: adapters trained on the CPU on a random checkpoint of a published shape, read from
 * 16-bit files, then answers and a saved checkpoint; what each takes, and the memory beside its estimate. Figures of docs/engine.md.
 *
 *     npx tsx bench/engine-large.ts --data FILE [--shape deepseek-1.3b|qwen-1.5b|codet5p-770m] [--samples 16] [--batch 4]
 *         [--accumulate N] [--checkpointing] [--answers 4]
 */
import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs, promisify } from "node:util";
import { openDataset } from "../src/dataset/open";
import { memoryOfThisProcess } from "../src/foundation/available-memory";
import { generate } from "../src/generate/generate";
import { modelOf } from "../src/model/architectures";
import { readCheckpoint, writeCheckpoint } from "../src/model/checkpoint";
import { fineTune } from "../src/train/fine-tune";
import { presets } from "../src/train/presets";
import { baseFolder, inTemporaryFolder, randomWeights } from "./engine-work";

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    shape: { type: "string", default: "deepseek-1.3b" },
    samples: { type: "string", default: "16" },
    batch: { type: "string", default: "4" },
    accumulate: { type: "string", default: "1" },
    checkpointing: { type: "boolean", default: false },
    answers: { type: "string", default: "4" },
    /** Where a child process writes the checkpoint. */
    write: { type: "string" },
  },
});

/** config.json of the published checkpoints, without the tokens that this bench's tokenizer does not have. */
const shapes: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "deepseek-1.3b": {
    ...{ model_type: "llama", vocab_size: 32256, hidden_size: 2048, intermediate_size: 5504, num_hidden_layers: 24 },
    ...{ num_attention_heads: 16, rope_theta: 100000, rope_scaling: { type: "linear", factor: 4 }, eos_token_id: 2 },
    max_position_embeddings: 16384,
  },
  "qwen-1.5b": {
    ...{ model_type: "qwen2", vocab_size: 151936, hidden_size: 1536, intermediate_size: 8960, num_hidden_layers: 28 },
    ...{ num_attention_heads: 12, num_key_value_heads: 2, rope_theta: 1e6, tie_word_embeddings: true, eos_token_id: 2 },
    max_position_embeddings: 32768,
  },
  "codet5p-770m": {
    ...{ model_type: "t5", vocab_size: 32100, d_model: 1024, d_kv: 64, d_ff: 4096, num_layers: 24, num_heads: 16 },
    ...{ pad_token_id: 0, decoder_start_token_id: 0, eos_token_id: 2 },
  },
};

const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
const peak = (): number => process.resourceUsage().maxRSS * 1024;

async function write(folder: string): Promise<void> {
  const config = shapes[values.shape];
  if (config === undefined) throw new Error(`--shape is one of ${Object.keys(shapes).join(", ")}`);
  const model = modelOf(config, "config.json");
  const weights = randomWeights(model, 0.02);
  const { tokenizer } = await readCheckpoint(baseFolder);
  await mkdir(folder, { recursive: true });
  await writeCheckpoint(folder, { model, tokenizer, weights }, "bfloat16");
  await writeFile(path.join(folder, "config.json"), JSON.stringify(config));
}

async function main(): Promise<void> {
  if (values.write !== undefined) return write(values.write);
  const { data } = values;
  if (data === undefined) throw new Error("name a dataset with --data FILE");
  await inTemporaryFolder(async (folder) => {
    const directory = path.join(folder, "large");
    const [script, ...flags] = process.argv.slice(1);
    await promisify(execFile)(process.execPath, [...process.execArgv, script!, ...flags, "--write", directory]);
    const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
      const began = performance.now();
      const result = await work();
      console.log(`${what}: ${((performance.now() - began) / 1000).toFixed(1)} s, peak so far ${gibibytes(peak())}`);
      return result;
    };
    const checkpoint = await timed("read", () => readCheckpoint(directory));
    const count = [...checkpoint.weights.values()].reduce((sum, { length }) => sum + length, 0);
    console.log(`${values.shape}: ${(count / 1e9).toFixed(2)} billion weights, ${gibibytes(4 * count)}`);
    const { samples } = await openDataset(data);
    const examples = samples.slice(0, Number(values.samples));
    const texts = examples.map(({ input, output }) => ({ input: input.text, output: output.text }));
    const options = {
      ...{ ...presets.default, epochs: 1, batchSize: Number(values.batch), seed: 42, device: "cpu" as const },
      ...{ maxInput: 256, maxOutput: 256, accumulate: Number(values.accumulate), checkpointing: values.checkpointing },
      loss: { kind: "dece", alpha: 0.98, epsilon: 0.05 } as const,
      lora: { rank: 8, alpha: 16, targets: null },
    };
    let before = performance.now();
    const hooks = {
      availableMemory: memoryOfThisProcess(),
      onMemory: (bytes: number) => console.log(`estimated ${gibibytes(bytes)}`),
      onStep: ({ step, steps, loss }: { step: number; steps: number; loss: number }) => {
        const now = performance.now();
        const seconds = ((now - before) / 1000).toFixed(1);
        console.log(`step ${step} of ${steps}: loss ${loss.toFixed(2)}, ${seconds} s, peak ${gibibytes(peak())}`);
        before = now;
      },
    };
    const tuned = await timed("fine-tuned", () => fineTune(checkpoint, texts, options, hooks));
    const inputs = texts.slice(0, Number(values.answers)).map(({ input }) => input);
    const answering = { maxInput: 256, maxOutput: 32, device: "cpu" } as const;
    const answers = await timed(`${inputs.length} answers of up to 32 tokens`, () =>
      generate(tuned, inputs, answering),
    );
    console.log(`characters of the answers: ${answers.map(({ length }) => length).join(", ")}`);
    await timed("saved", () => writeCheckpoint(path.join(folder, "saved"), tuned));
  });
}

void main();
