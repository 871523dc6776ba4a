/* global performance */
/**
 * Decodes in transformers.js for engine-transformers-js.ts: reads a line of JSON (texts of a batch) and answers with one: the
 * new tokens of each row, wall-clock and processor seconds of `generate`, tokenization left out.
 *
 *     node engine-transformers-js.mjs MODULE CHECKPOINT THREADS MAX_INPUT MAX_OUTPUT
 */
import path from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [module, checkpoint, threads, maxInput, maxOutput] = process.argv.slice(2);
const { AutoModelForSeq2SeqLM, AutoTokenizer, env } = await import(pathToFileURL(module).href);
env.allowRemoteModels = false;
env.localModelPath = path.dirname(checkpoint);
const name = path.basename(checkpoint);
const tokenizer = await AutoTokenizer.from_pretrained(name);
const session_options = { intraOpNumThreads: Number(threads) };
const model = await AutoModelForSeq2SeqLM.from_pretrained(name, { dtype: "fp32", device: "cpu", session_options });
console.log(JSON.stringify({ version: env.version }));
for await (const line of createInterface({ input: process.stdin })) {
  const inputs = tokenizer(JSON.parse(line), { padding: true, truncation: true, max_length: Number(maxInput) });
  const cpu = process.cpuUsage();
  const started = performance.now();
  const output = await model.generate({ ...inputs, max_new_tokens: Number(maxOutput), do_sample: false });
  const wall = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const tokens = output.tolist().map((row) => row.slice(1).map(Number));
  console.log(JSON.stringify({ tokens, wall, processor: (user + system) / 1e6 }));
}
