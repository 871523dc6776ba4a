/* global performance */
/**
 * Decodes in transformers.js for engine-transformers-js.ts: reads a line of JSON (token ids of a batch's rows) and answers with one:
 * the new tokens of each row, wall-clock and processor seconds of `generate`.
 *
 *     node engine-transformers-js.mjs MODULE CHECKPOINT THREADS MAX_OUTPUT
 */
import { existsSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [module, checkpoint, threads, maxOutput] = process.argv.slice(2);
const { AutoModelForCausalLM, AutoModelForSeq2SeqLM, Tensor, env } = await import(pathToFileURL(module).href);
env.allowRemoteModels = false;
env.localModelPath = path.dirname(checkpoint);
const isCausal = existsSync(path.join(checkpoint, "onnx", "model.onnx"));
const session_options = { intraOpNumThreads: Number(threads) };
const kind = isCausal ? AutoModelForCausalLM : AutoModelForSeq2SeqLM;
const model = await kind.from_pretrained(path.basename(checkpoint), { device: "cpu", session_options });

/** On the side on which the library's own pipelines pad. */
function padded(rows) {
  const longest = Math.max(...rows.map((row) => row.length));
  const filled = rows.flatMap((row) => {
    const gap = new Array(longest - row.length).fill(0);
    return isCausal ? [...gap, ...row] : [...row, ...gap];
  });
  return new Tensor("int64", BigInt64Array.from(filled, BigInt), [rows.length, longest]);
}

console.log(JSON.stringify({ version: env.version }));
for await (const line of createInterface({ input: process.stdin })) {
  const rows = JSON.parse(line);
  const input_ids = padded(rows);
  const attention_mask = padded(rows.map((row) => row.map(() => 1)));
  const cpu = process.cpuUsage();
  const started = performance.now();
  const output = await model.generate({ input_ids, attention_mask, max_new_tokens: Number(maxOutput) });
  const wall = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const first = isCausal ? input_ids.dims[1] : 1;
  const tokens = output.tolist().map((row) => row.slice(first).map(Number));
  console.log(JSON.stringify({ tokens, wall, processor: (user + system) / 1e6 }));
}
