/**
 * What a step's tensors take on a GPU at their peak, in 32 bits and in mixed precision, from the graphs alone (src/graph/memory.ts):
 * the table of docs/engine.md. Nothing is run. Weights, moments and the step's results come on top, the same in both.
 *
 *     npx tsx bench/engine-precision.ts [--rows 12] [--source 64] [--target 90]
 */
import { parseArgs } from "node:util";
import { peakBytes, sizesOf } from "../src/graph/memory";
import { modelOf } from "../src/model/architectures";
import type { Model } from "../src/model/model";
import { t5 } from "../src/model/t5-model";
import { trainingGraph, type StepOptions } from "../src/train/training-graph";
import { codeT5BaseShape, smallShape } from "./engine-work";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "12" },
    source: { type: "string", default: "64" },
    target: { type: "string", default: "90" },
  },
});
const [rows, source, target] = [Number(values.rows), Number(values.source), Number(values.target)];
const loss = { kind: "dece", alpha: 0.99, epsilon: 0.1 } as const;
const lora = { rank: 8, alpha: 16, targets: null };
const gpt2 = { model_type: "gpt2", vocab_size: 50000, n_positions: 1024, n_embd: 768, n_layer: 12, n_head: 12 };
const models: readonly (readonly [string, Model])[] = [
  ["CodeT5 220M", t5(codeT5BaseShape)],
  ["T5 small", t5(smallShape)],
  ["GPT-2 124M", modelOf({ ...gpt2, eos_token_id: 1 }, "config.json")],
];
const ways: readonly (readonly [string, StepOptions])[] = [
  ["all weights", {}],
  ["all weights, checkpointing", { checkpointing: true }],
  ["adapters of rank 8", { lora }],
];

const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20).toLocaleString("en")} MiB`;

function peaks(model: Model, options: StepOptions): string[] {
  const row = { source: new Array<number>(source).fill(0), target: new Array<number>(target).fill(0) };
  const { feeds } = model.trainingFeeds(new Array<typeof row>(rows).fill(row));
  const dims = Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, feed.dims]));
  const [full, half] = (["f32", "f16"] as const).map((precision) => {
    const graph = trainingGraph(model, loss, 1, { ...options, precision });
    return peakBytes(graph, sizesOf(graph, dims));
  });
  return [mebibytes(full!), mebibytes(half!), `${Math.round(100 - (100 * half!) / full!)}%`];
}

console.log(`| ${rows} x ${source} + ${target} tokens | f32 | f16 | less |\n|---|---|---|---|`);
for (const [name, model] of models) {
  for (const [way, options] of ways) console.log(`| ${name}, ${way} | ${peaks(model, options).join(" | ")} |`);
}
