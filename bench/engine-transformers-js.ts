/**
 * Greedy decoding beside transformers.js: the same checkpoint, decoder-only or T5 (as `dece-audit export` writes it), rows, batches and
 * threads, batches in turn, tokens compared. Figures of docs/engine.md. transformers.js is no dependency: install it in a folder of
 * its own (npm install @huggingface/transformers) and name that.
 *
 *     npx tsx bench/engine-transformers-js.ts --transformers DIR [--checkpoint DIR] [--shape small|llama|gpt2] [--rows N] [--batch N]
 *         [--max-input N] [--max-output N] [--threads N] [--data FILE]
 */
import { createRequire } from "node:module";
import path from "node:path";
import { parseArgs } from "node:util";
import { openDataset } from "../src/dataset/open";
import { GreedyDecoder } from "../src/generate/greedy-decoder";
import { modelOf } from "../src/model/architectures";
import { readCheckpoint, type Checkpoint } from "../src/model/checkpoint";
import { writeOnnxCheckpoint } from "../src/model/checkpoint-onnx";
import { initializeT5 } from "../src/model/initialize";
import { t5 } from "../src/model/t5-model";
import { baseFolder, exampleFile, inTemporaryFolder, randomWeights, smallShape, timed } from "./engine-work";
import { LineProcess } from "./line-process";

const { values } = parseArgs({
  options: {
    transformers: { type: "string", default: "." },
    checkpoint: { type: "string", default: baseFolder },
    shape: { type: "string" },
    data: { type: "string", default: exampleFile },
    rows: { type: "string", default: "256" },
    batch: { type: "string", default: "64" },
    "max-input": { type: "string", default: "256" },
    "max-output": { type: "string", default: "256" },
    threads: { type: "string", default: "1" },
  },
});
const threads = Number(values.threads);
const maxOutput = Number(values["max-output"]);
const maxInput = Number(values["max-input"]);

interface Decoded {
  readonly tokens: readonly (readonly number[])[];
  readonly wall: number;
  readonly processor: number;
}

/** config.json of decoder-only models: one with grouped-query attention, and GPT-2's smallest. */
const decoderOnlyShapes: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  llama: {
    ...{ model_type: "llama", vocab_size: 8192, hidden_size: 256, intermediate_size: 688, num_hidden_layers: 6 },
    ...{ num_attention_heads: 8, num_key_value_heads: 2, max_position_embeddings: 2048 },
  },
  gpt2: { model_type: "gpt2", vocab_size: 50257, n_embd: 768, n_layer: 12, n_head: 12, n_positions: 1024 },
};

/** Random weights hardly ever end a row by themselves: nearly every row takes `--max-output` tokens. */
async function checkpointToDecode(): Promise<Checkpoint> {
  const checkpoint = await readCheckpoint(values.checkpoint);
  const { tokenizer, model: named } = checkpoint;
  if (values.shape === undefined) return checkpoint;
  if (values.shape === "small") {
    const config = { ...smallShape, endToken: named.endToken };
    return { model: t5(config), tokenizer, weights: initializeT5(config, 42) };
  }
  const shape = decoderOnlyShapes[values.shape];
  if (shape === undefined) throw new Error(`--shape is small or one of ${Object.keys(decoderOnlyShapes).join(", ")}`);
  const model = modelOf({ ...shape, eos_token_id: named.endToken }, "config.json");
  return { model, tokenizer, weights: randomWeights(model, 0.06) };
}

async function compare(folder: string): Promise<void> {
  const checkpoint = await checkpointToDecode();
  const { model, tokenizer, weights } = checkpoint;
  if (model.labels !== undefined) throw new TypeError("a classifier is not decoded");
  await writeOnnxCheckpoint(path.join(folder, "checkpoint"), checkpoint);
  const resolve = createRequire(path.resolve(values.transformers, "package.json")).resolve;
  const child = new LineProcess(process.execPath, [
    path.join(__dirname, "engine-transformers-js.mjs"),
    ...[resolve("@huggingface/transformers"), path.join(folder, "checkpoint"), String(threads)],
    String(maxOutput),
  ]);
  const { version } = (await child.read()) as { readonly version: string };
  const decoder = await GreedyDecoder.create(model, weights, { device: "cpu", threads });
  const { samples } = await openDataset(values.data);
  const rows = samples
    .slice(0, Number(values.rows))
    .map(({ input }) => model.encodeSource(tokenizer, input.text, maxInput))
    .sort((a, b) => a.length - b.length);
  const ended = (row: readonly number[]): readonly number[] =>
    row.includes(model.endToken) ? row.slice(0, row.indexOf(model.endToken)) : row;
  const ours: Decoded[] = [];
  const theirs: Decoded[] = [];
  for (let start = 0; start < rows.length; start += Number(values.batch)) {
    const sources = rows.slice(start, start + Number(values.batch));
    const { result, wall, processor } = await timed(() => decoder.decode(sources, maxOutput));
    ours.push({ tokens: result, wall, processor });
    const answer = (await child.ask(sources)) as unknown as Decoded;
    theirs.push({ ...answer, tokens: answer.tokens.map(ended) });
  }
  await child.end();
  await decoder.dispose();
  const flat = (of: readonly Decoded[]) => of.flatMap(({ tokens }) => tokens);
  const total = (of: readonly Decoded[], part: "wall" | "processor"): number =>
    of.reduce((sum, { [part]: seconds }) => sum + seconds, 0);
  const equal = flat(ours).filter((row, at) => row.join() === flat(theirs)[at]!.join()).length;
  const tokens = flat(ours).reduce((sum, row) => sum + row.length, 0);
  const row = (name: string, of: readonly Decoded[]): string =>
    `| ${name} | ${(tokens / total(of, "wall")).toFixed(0)} | ${(tokens / total(of, "processor")).toFixed(0)} |`;
  const ratio = (part: "wall" | "processor"): string => (total(theirs, part) / total(ours, part)).toFixed(2);
  console.log(`${rows.length} rows in batches of ${values.batch}, ${threads} thread(s), transformers.js ${version}`);
  console.log(`${equal} of ${rows.length} rows have the same tokens, ${tokens} in all`);
  console.log("| decoding | tokens per second | per processor second |");
  console.log("|---|---|---|");
  console.log(row("ours", ours));
  console.log(row("transformers.js", theirs));
  console.log(`| transformers.js's time over ours | ${ratio("wall")} | ${ratio("processor")} |`);
}

void inTemporaryFolder(compare);
