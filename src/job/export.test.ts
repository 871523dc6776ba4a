/** What `export` writes and replaces, and what it refuses before anything is written. */
import { existsSync, readFileSync } from "node:fs";
import { cp, mkdir, readdir, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { readAnyReference } from "../../test/support/reference";
import { temporaryFolder } from "../../test/support/temporary-folder";
import { byteTokenizer, tinyCheckpoint } from "../../test/support/tiny-checkpoint";
import { tinyClassifier } from "../../test/support/tiny-classifier";
import { Failure } from "../foundation/failure";
import { modelOf } from "../model/architectures";
import { writeCheckpoint } from "../model/checkpoint";
import { ownKey } from "../model/prompt";
import { exportOnnx } from "./export";
import { parseSpec } from "./parse-spec";

const inFolder = temporaryFolder();

const run = (checkpoint: string, out: string) =>
  exportOnnx(parseSpec("export", { checkpoint, out }), {
    signal: new AbortController().signal,
    report: () => undefined,
  });

const jsonOf = (name: string): unknown => JSON.parse(readFileSync(inFolder("out", name), "utf8"));

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Failure)) throw new Error("no failure");
  return error;
}

describe("export", () => {
  it("writes encoder and decoder, and replaces an earlier export as a whole", async () => {
    await writeCheckpoint(inFolder("checkpoint"), tinyCheckpoint());
    const first = await run(inFolder("checkpoint"), inFolder("out"));
    expect(first.files.map(({ name }) => name).sort()).toEqual([
      "onnx/decoder_model_merged.onnx",
      "onnx/encoder_model.onnx",
    ]);
    for (const { name, bytes } of first.files) expect(readFileSync(inFolder("out", name)).length).toBe(bytes);
    const before = readFileSync(inFolder("out", "onnx/encoder_model.onnx"));
    await writeFile(inFolder("out", "onnx/left-over.onnx"), "");
    await writeCheckpoint(inFolder("other"), tinyCheckpoint({}, 2));
    await run(inFolder("other"), inFolder("out"));
    expect((await readdir(inFolder("out", "onnx"))).sort()).toEqual([
      "decoder_model_merged.onnx",
      "encoder_model.onnx",
    ]);
    expect(readFileSync(inFolder("out", "onnx/encoder_model.onnx")).equals(before)).toBe(false);
  });

  it("refuses a folder with other things, and one that holds the checkpoint", async () => {
    await writeCheckpoint(inFolder("checkpoint"), tinyCheckpoint());
    await mkdir(inFolder("papers"));
    await writeFile(inFolder("papers", "thesis.txt"), "words");
    const other = await failureOf(run(inFolder("checkpoint"), inFolder("papers")));
    expect(other.usage).toBe(true);
    expect(other.message).toMatch(/other things/);
    expect(await readdir(inFolder("papers"))).toEqual(["thesis.txt"]);

    await mkdir(inFolder("earlier", "onnx"), { recursive: true });
    await cp(inFolder("checkpoint"), inFolder("earlier"), { recursive: true });
    const own = await failureOf(run(inFolder("earlier"), inFolder("earlier")));
    expect(own.message).toMatch(/would replace the checkpoint/);
    expect(existsSync(inFolder("earlier", "model.safetensors"))).toBe(true);
  });

  it("writes one file for a decoder-only model, with the prompt that it was trained on", async () => {
    const { model: read, weights } = await readAnyReference("qwen2");
    const prompt = { before: "# ", after: "\n\n" };
    const model = modelOf({ ...read.configJson(), [ownKey]: { prompt } }, "config.json");
    await writeCheckpoint(inFolder("checkpoint"), { model, weights, tokenizer: byteTokenizer() });
    const { files } = await run(inFolder("checkpoint"), inFolder("out"));
    expect(files.map(({ name }) => name)).toEqual(["onnx/model.onnx"]);
    expect(jsonOf("config.json")).toMatchObject({
      ...{ model_type: "qwen2", num_key_value_heads: 2, head_dim: 4, [ownKey]: { prompt } },
      "transformers.js_config": { dtype: "fp32" },
    });
    expect(jsonOf("generation_config.json")).toEqual({ eos_token_id: 1, pad_token_id: 1 });
    expect(jsonOf("tokenizer_config.json")).toMatchObject({ eos_token: "</s>" });
    expect(existsSync(inFolder("out", "tokenizer.json"))).toBe(true);
  });

  it("writes a classifier with the names of its classes", async () => {
    await writeCheckpoint(inFolder("checkpoint"), tinyClassifier(["clean", "smelly"]));
    const { files } = await run(inFolder("checkpoint"), inFolder("out"));
    expect(files.map(({ name }) => name)).toEqual(["onnx/model.onnx"]);
    expect(jsonOf("config.json")).toMatchObject({
      ...{ architectures: ["RobertaForSequenceClassification"], id2label: { 0: "clean", 1: "smelly" } },
    });
    expect(existsSync(inFolder("out", "generation_config.json"))).toBe(false);
  });

  it("refuses what transformers.js has no class for in one line, and writes nothing", async () => {
    const { model, weights } = await readAnyReference("roberta");
    await writeCheckpoint(inFolder("roberta"), { model, weights, tokenizer: byteTokenizer() });
    const failure = await failureOf(run(inFolder("roberta"), inFolder("out")));
    expect(failure.oneLine).toMatch(
      /^transformers\.js has no class for RoBERTa with a decoder, .*\. Export a checkpoint of/,
    );
    expect(existsSync(inFolder("out"))).toBe(false);
  });

  it("refuses a checkpoint whose tensors end too early, and keeps the earlier export", async () => {
    await writeCheckpoint(inFolder("checkpoint"), tinyCheckpoint());
    await run(inFolder("checkpoint"), inFolder("out"));
    const whole = readFileSync(inFolder("checkpoint", "model.safetensors"));
    await writeFile(inFolder("checkpoint", "model.safetensors"), whole.subarray(0, whole.length - 64));
    const failure = await failureOf(run(inFolder("checkpoint"), inFolder("out")));
    expect(failure.place.file).toMatch(/model\.safetensors$/);
    expect((await readdir(inFolder("out", "onnx"))).length).toBe(2);
  });
});
