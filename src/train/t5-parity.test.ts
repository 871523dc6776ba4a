/** Our T5's logits, loss and gradients against Hugging Face transformers (src/model/reference/t5_reference.py). */
import { beforeAll, describe, expect, test } from "vitest";
import { readT5Reference, type T5Reference } from "../../test/support/t5-reference";
import { createSession, loadRuntime, type Tensor } from "../graph/runtime";
import { batchFeeds, LengthTables } from "./batch";
import { lossGraph, stateName } from "./training-graph";

let reference: T5Reference;
let results: Record<string, Tensor>;

beforeAll(async () => {
  reference = await readT5Reference();
  const { config, weights } = reference;
  const { graph, parameters, logits, loss, gradients } = lossGraph(config, { kind: "ce" });
  graph.output("logits", logits);
  graph.output("loss", loss);
  for (const [name, gradient] of gradients) graph.output(`gradient:${name}`, gradient);
  const { Tensor } = await loadRuntime();
  const batch = reference.sources.map((source, row) => ({ source, target: reference.targets[row]! }));
  const { feeds, tokens } = batchFeeds(batch, config, new LengthTables(config));
  const inputs: Record<string, Tensor> = {
    inverse_tokens: new Tensor("float32", Float32Array.of(1 / tokens), []),
    blend: new Tensor("float32", Float32Array.of(1), []),
  };
  for (const [name, { type, data, dims }] of Object.entries(feeds)) inputs[name] = new Tensor(type, data, dims);
  for (const [name, { shape }] of parameters) {
    inputs[stateName("parameter", name)] = new Tensor("float32", weights.get(name)!, shape as number[]);
  }
  results = await (await createSession(graph, { device: "cpu", threads: 1 })).run(inputs);
});

/** The largest difference over the largest absolute value expected. */
function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  let difference = 0;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Math.abs(actual[i]! - expected[i]!));
    largest = Math.max(largest, Math.abs(expected[i]!));
  }
  return difference / largest;
}

describe("T5 agrees with transformers", () => {
  test("logits of every real target token", () => {
    expect(relativeError(results.logits!.data as Float32Array, reference.logits.flat())).toBeLessThan(1e-4);
  });

  test("loss", () => {
    expect(relativeError(results.loss!.data as Float32Array, [reference.loss])).toBeLessThan(1e-4);
  });

  test("gradient of every weight", () => {
    for (const [name, gradient] of reference.gradients) {
      expect(relativeError(results[`gradient:${name}`]!.data as Float32Array, gradient), name).toBeLessThan(1e-4);
    }
  });
});
