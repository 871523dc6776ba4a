/** Exports whose weights stand in files beside the model, as those above 2 GiB do: here from a few hundred bytes on. */
import { readdir, readFile, stat } from "node:fs/promises";
import { expect, test } from "vitest";
import { readAnyReference, type Reference } from "../../test/support/reference";
import { temporaryFolder } from "../../test/support/temporary-folder";
import { byteTokenizer, tinyCheckpoint } from "../../test/support/tiny-checkpoint";
import type { OnnxModel, PlaceConstant } from "../graph/onnx-model";
import { loadRuntime } from "../graph/runtime";
import type { Checkpoint } from "./checkpoint";
import { writeOnnxCheckpoint } from "./checkpoint-onnx";
import { Tokenizer } from "./tokenizer";

const inFolder = temporaryFolder();
const configOf = async (folder: string): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(inFolder(folder, "config.json"), "utf8")) as Record<string, unknown>;

const toCheckpoint = ({ model, weights }: Pick<Reference, "model" | "weights">): Checkpoint => ({
  ...{ model, weights, tokenizer: byteTokenizer() },
});

test("weights above the limit stand in numbered files, and give the same logits to the last bit", async () => {
  const checkpoint = toCheckpoint((await readAnyReference("codegen")) as Reference);
  const whole = await writeOnnxCheckpoint(inFolder("whole"), checkpoint);
  const largest = 40_000;
  const parts = await writeOnnxCheckpoint(inFolder("parts"), checkpoint, { largest });
  const names = [...parts.keys()];
  expect([...whole.keys()]).toEqual(["onnx/model.onnx"]);
  expect(names.slice(0, 3)).toEqual(["onnx/model.onnx", "onnx/model.onnx_data", "onnx/model.onnx_data_1"]);
  expect(names.length).toBeGreaterThan(3);
  for (const [name, bytes] of parts) {
    expect((await stat(inFolder("parts", name))).size).toBe(bytes);
    if (name.includes("_data")) expect(bytes).toBeLessThanOrEqual(largest);
  }
  expect((await configOf("whole"))["transformers.js_config"]).toEqual({ dtype: "fp32" });
  expect((await configOf("parts"))["transformers.js_config"]).toEqual({
    ...{ dtype: "fp32", use_external_data_format: { "model.onnx": names.length - 1 } },
  });
  const logits = async (folder: string): Promise<Float32Array> => {
    const { InferenceSession, Tensor } = await loadRuntime();
    const session = await InferenceSession.create(inFolder(folder, "onnx/model.onnx"));
    const integers = (...values: bigint[]) => new Tensor("int64", BigInt64Array.from(values), [1, values.length]);
    const past = session.inputNames
      .filter((name) => name.startsWith("past"))
      .map((name) => [name, new Tensor("float32", new Float32Array(0), [1, 8, 0, 4])] as const);
    const feeds = { input_ids: integers(5n, 9n), attention_mask: integers(1n, 1n), position_ids: integers(0n, 1n) };
    const results = await session.run({ ...feeds, ...Object.fromEntries(past) });
    await session.release();
    return results.logits!.data as Float32Array;
  };
  expect(await logits("parts")).toEqual(await logits("whole"));
});

test("a constant that alone is above the limit has a file of its own; each model file counts by itself", async () => {
  const { model, tokenizer, weights } = tinyCheckpoint({ decoderLayers: 1 });
  const models = model.onnxModels!(weights);
  const [encoder, decoder] = ["encoder_model.onnx", "decoder_model_merged.onnx"].map(
    (name) => models.get(name)!.constantBytes,
  );
  expect(encoder).toBeGreaterThan(decoder!);
  const parts = await writeOnnxCheckpoint(inFolder("t5"), { model, tokenizer, weights }, { largest: decoder! });
  const external = [...parts.keys()].filter((name) => name.includes("_data"));
  expect(external[0]).toBe("onnx/encoder_model.onnx_data");
  expect(external.every((name) => name.includes("encoder_model"))).toBe(true);
  const table = await writeOnnxCheckpoint(inFolder("small"), { model, tokenizer, weights }, { largest: 2_000 });
  expect(table.get("onnx/encoder_model.onnx_data")).toBe(4 * 259 * 16);
  const { InferenceSession } = await loadRuntime();
  for (const name of models.keys()) {
    await (await InferenceSession.create(inFolder("small", "onnx", name))).release();
  }
});

test("cancelled between two files it leaves nothing behind", async () => {
  const controller = new AbortController();
  const { model, ...rest } = tinyCheckpoint();
  // The second file's bytes are asked for when the first is written.
  const onnxModels: typeof model.onnxModels = (weights) => {
    const [first, [name, second]] = [...model.onnxModels!(weights)] as [[string, OnnxModel], [string, OnnxModel]];
    const pieces = (place?: PlaceConstant): Uint8Array[] => {
      controller.abort();
      return second.pieces(place);
    };
    return new Map([first, [name, { ...second, pieces }]]);
  };
  const { signal } = controller;
  const writing = writeOnnxCheckpoint(inFolder("out"), { model: { ...model, onnxModels }, ...rest }, { signal });
  await expect(writing).rejects.toThrow("cancelled");
  expect(await readdir(inFolder())).toEqual([]);
});

test("a tokenizer that names no token to pad with gets the end token, which batches are padded with", async () => {
  const checkpoint = tinyCheckpoint();
  const { tokenizer: text, specialTokens } = checkpoint.tokenizer.files;
  const bare = new Tokenizer(
    { tokenizer: text, config: '{"model_max_length":64}', specialTokens },
    1,
    "tokenizer.json",
  );
  await writeOnnxCheckpoint(inFolder("bare"), { ...checkpoint, tokenizer: bare });
  const written = await readFile(inFolder("bare", "tokenizer_config.json"), "utf8");
  expect(JSON.parse(written)).toEqual({ model_max_length: 64, eos_token: "</s>" });
  await writeOnnxCheckpoint(inFolder("named"), checkpoint);
  const kept = await readFile(inFolder("named", "tokenizer_config.json"), "utf8");
  expect(JSON.parse(kept)).toEqual(JSON.parse(checkpoint.tokenizer.files.config));
});

test("the same checkpoint gives the same bytes", async () => {
  const checkpoint = tinyCheckpoint();
  const bytes = async (folder: string): Promise<Buffer[]> => {
    const names = [...(await writeOnnxCheckpoint(inFolder(folder), checkpoint, { largest: 10_000 })).keys()];
    return Promise.all(names.map((name) => readFile(inFolder(folder, name))));
  };
  expect(await bytes("one")).toEqual(await bytes("other"));
});
