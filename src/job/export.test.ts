/** What `export` writes and replaces, and what it refuses before anything is written. */
import { existsSync, readFileSync } from "node:fs";
import { cp, mkdir, readdir, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { readAnyReference } from "../../test/support/reference";
import { temporaryFolder } from "../../test/support/temporary-folder";
import { tinyCheckpoint } from "../../test/support/tiny-checkpoint";
import { Failure } from "../foundation/failure";
import { writeCheckpoint } from "../model/checkpoint";
import { exportOnnx } from "./export";
import { parseSpec } from "./parse-spec";

const inFolder = temporaryFolder();

const run = (checkpoint: string, out: string) =>
  exportOnnx(parseSpec("export", { checkpoint, out }), {
    signal: new AbortController().signal,
    report: () => undefined,
  });

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

  it("refuses other architectures in one line, and writes nothing", async () => {
    const { model, weights } = await readAnyReference("gpt2");
    await writeCheckpoint(inFolder("gpt"), { model, weights, tokenizer: tinyCheckpoint().tokenizer });
    const failure = await failureOf(run(inFolder("gpt"), inFolder("out")));
    expect(failure.message).toMatch(/cannot be exported to ONNX yet/);
    expect(failure.remedy).toMatch(/T5/);
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
