/** The exported classifier, fed as transformers.js feeds it, against transformers' logits (reference/). */
import { expect, test } from "vitest";
import { readClassifierReference } from "../../test/support/reference";
import { joined } from "../graph/onnx-model";
import { loadRuntime, type Tensor } from "../graph/runtime";

test.each(["right", "left"] as const)("logits of rows padded on the %s are transformers'", async (side) => {
  const { model, weights, sources, logits: expected } = await readClassifierReference();
  const runtime = await loadRuntime();
  const session = await runtime.InferenceSession.create(joined(model.onnxModels!(weights).get("model.onnx")!.pieces()));
  expect(session.inputNames).toEqual(["input_ids", "attention_mask"]);
  const longest = Math.max(...sources.map((source) => source.length));
  expect(new Set(sources.map((source) => source.length)).size).toBeGreaterThan(1);
  const padded = (filler: number, of: (source: readonly number[]) => readonly number[]): Tensor => {
    const rows = sources.map((source) => {
      const gap = new Array<number>(longest - source.length).fill(filler);
      return side === "right" ? [...of(source), ...gap] : [...gap, ...of(source)];
    });
    return new runtime.Tensor("int64", BigInt64Array.from(rows.flat(), BigInt), [rows.length, longest]);
  };
  const { logits } = await session.run({
    input_ids: padded(1, (source) => source),
    attention_mask: padded(0, (source) => source.map(() => 1)),
  });
  await session.release();
  expect(logits!.dims).toEqual([sources.length, model.labels.length]);
  const flat = expected.flat();
  const apart = Math.max(...flat.map((value, at) => Math.abs((logits!.data as Float32Array)[at]! - value)));
  expect(apart / Math.max(...flat.map(Math.abs))).toBeLessThan(1e-4);
});
