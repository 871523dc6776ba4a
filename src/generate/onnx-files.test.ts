/** The exported files, run as transformers.js runs them, against the engine's own decoder: the same tokens. */
import { expect, test } from "vitest";
import { tinyCheckpoint, tinyConfig } from "../../test/support/tiny-checkpoint";
import { joined } from "../graph/onnx-model";
import { loadRuntime, type Tensor } from "../graph/runtime";
import type { Weights } from "../model/model";
import type { T5Config } from "../model/t5-config";
import type { T5Model } from "../model/t5-model";
import { GreedyDecoder } from "./greedy-decoder";

const maximum = 20;
const sources = [[7, 8], [30], [9, 10, 11, 12, 13, 14, 15], [4, 44, 5], Array.from({ length: 40 }, (_, at) => 3 + at)];

/** Greedy decoding of rows padded to one length: the merged decoder's first step, then steps on its own cache. */
async function decodeFiles(files: ReadonlyMap<string, Uint8Array>, config: T5Config): Promise<number[][]> {
  const { InferenceSession, Tensor } = await loadRuntime();
  const encoder = await InferenceSession.create(files.get("encoder_model.onnx")!);
  const decoder = await InferenceSession.create(files.get("decoder_model_merged.onnx")!);
  const longest = Math.max(...sources.map((source) => source.length));
  const integers = (rows: readonly (readonly number[])[]): Tensor =>
    new Tensor("int64", BigInt64Array.from(rows.flat(), BigInt), [rows.length, rows[0]!.length]);
  const padded = (filler: number, of: (id: number) => number): Tensor =>
    integers(sources.map((source) => Array.from({ length: longest }, (_, at) => of(source[at] ?? filler))));
  const attention = integers(
    sources.map((source) => Array.from({ length: longest }, (_, at) => (at < source.length ? 1 : 0))),
  );
  const ids = padded(config.padToken, (id) => id);
  const { last_hidden_state: hidden } = await encoder.run({ input_ids: ids, attention_mask: attention });
  const past: Record<string, Tensor> = {};
  for (const name of decoder.inputNames.filter((input) => input.startsWith("past_"))) {
    past[name] = new Tensor("float32", new Float32Array(0), [sources.length, config.heads, 0, config.headWidth]);
  }
  const rows = sources.map((): number[] => []);
  let last = sources.map(() => config.startToken);
  for (let step = 0; step < maximum; step++) {
    const results = await decoder.run({
      ...{ ...past, encoder_attention_mask: attention, encoder_hidden_states: hidden! },
      input_ids: integers(last.map((id) => [id])),
      use_cache_branch: new Tensor("bool", [step > 0], [1]),
    });
    for (const [name, tensor] of Object.entries(results)) {
      if (name.startsWith("present.") && (step === 0 || !name.includes(".encoder."))) {
        past[name.replace("present", "past_key_values")] = tensor;
      }
    }
    const { data, dims } = results.logits!;
    expect(dims).toEqual([sources.length, 1, config.vocabulary]);
    last = sources.map((_, row) => {
      const logits = [...(data as Float32Array).subarray(row * config.vocabulary, (row + 1) * config.vocabulary)];
      return logits.indexOf(Math.max(...logits));
    });
    last.forEach((id, row) => rows[row]!.push(id));
  }
  return rows.map((row) => (row.includes(config.endToken) ? row.slice(0, row.indexOf(config.endToken)) : row));
}

const encoded = (model: T5Model, weights: Weights): ReadonlyMap<string, Uint8Array> =>
  new Map([...model.onnxModels!(weights)].map(([name, { pieces }]) => [name, joined(pieces())]));

test.each([
  { name: "tied", overrides: {} },
  {
    name: "gated, with a head of its own",
    overrides: { tiedEmbeddings: false, feedForward: { activation: "gelu_new", gated: true } },
  },
] as const)("$name: the exported files give the tokens that the engine gives", async ({ overrides }) => {
  const { model, weights } = tinyCheckpoint(overrides, 11);
  const decoder = await GreedyDecoder.create(model, weights, { device: "cpu" });
  const expected = await decoder.decode(sources, maximum);
  await decoder.dispose();
  expect(new Set(expected.flat()).size).toBeGreaterThan(3);
  expect(await decodeFiles(encoded(model, weights), tinyConfig(overrides))).toEqual(expected);
});
