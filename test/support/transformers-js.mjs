/**
 * Runs one exported checkpoint in transformers.js for transformers-js.test.ts, offline, with nothing told but its folder: answers a
 * question (JSON) with a line of JSON.
 *
 *     node transformers-js.mjs MODULE FOLDER QUESTION
 */
import { createRequire } from "node:module";
import path from "node:path";

const [module, folder, question] = process.argv.slice(2);
const { AutoModelForCausalLM, AutoModelForSeq2SeqLM, Tensor, env, pipeline } = createRequire(import.meta.url)(module);
env.allowRemoteModels = false;
env.localModelPath = path.dirname(folder);
const name = path.basename(folder);
const { task, texts, rows, maxOutput } = JSON.parse(question);

/** Rows as the library's own tokenizers would pad them. */
function padded(filler, of, left) {
  const longest = Math.max(...rows.map((row) => row.length));
  const all = rows.flatMap((row) => {
    const gap = new Array(longest - row.length).fill(filler);
    return left ? [...gap, ...of(row)] : [...of(row), ...gap];
  });
  return new Tensor("int64", BigInt64Array.from(all, BigInt), [rows.length, longest]);
}

async function generated() {
  const isCausal = task === "text-generation";
  const model = await (isCausal ? AutoModelForCausalLM : AutoModelForSeq2SeqLM).from_pretrained(name);
  const input_ids = padded(0, (row) => row, isCausal);
  const attention_mask = padded(0, (row) => row.map(() => 1), isCausal);
  const output = await model.generate({ input_ids, attention_mask, max_new_tokens: maxOutput, do_sample: false });
  const first = isCausal ? input_ids.dims[1] : 1;
  return { className: model.constructor.name, rows: output.tolist().map((row) => row.slice(first).map(Number)) };
}

const answer = { version: env.version, ...(rows === undefined ? {} : await generated()) };
const run = await pipeline(task, name);
if (task === "text-classification") {
  answer.texts = (await run(texts)).map(({ label }) => label);
} else {
  // A decoder-only model is asked as it was trained, which the export remembers.
  const { before, after } = run.model.config.dece_audit?.prompt ?? { before: "", after: "" };
  const prompts = texts.map((text) => `${before}${text}${after}`);
  const asked = { max_new_tokens: maxOutput, do_sample: false, return_full_text: false };
  // One by one: rows of a batch go on behind their end token until the last one ends.
  answer.texts = [];
  for (const prompt of prompts) answer.texts.push((await run(prompt, asked))[0].generated_text);
  answer.inBatch = (await run(prompts, asked)).length;
}
console.log(JSON.stringify(answer));
