/** Logits, loss and gradients of every architecture against Hugging Face transformers (src/model/reference/). */
import { beforeAll, describe, expect, test } from "vitest";
import { allReferenceNames, readAnyReference, type Reference } from "../../test/support/reference";
import { createSession, loadRuntime, type Tensor } from "../graph/runtime";
import type { Model } from "../model/model";
import { lossGraph, stateName } from "./training-graph";

/** The largest difference over the largest absolute value expected, or over `floor` where all of them are smaller. */
function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>, floor = 0): number {
  expect(actual.length).toBe(expected.length);
  let difference = 0;
  let largest = floor;
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Math.abs(actual[i]! - expected[i]!));
    largest = Math.max(largest, Math.abs(expected[i]!));
  }
  return difference / largest;
}

describe.each(allReferenceNames)("%s agrees with transformers", (name) => {
  let reference: Reference<Model>;
  let results: Record<string, Tensor>;

  beforeAll(async () => {
    reference = await readAnyReference(name);
    const { model, weights } = reference;
    const { graph, parameters, logits, loss, gradients } = lossGraph(model, { kind: "ce" });
    graph.output("logits", logits);
    graph.output("loss", loss);
    for (const [tensor, gradient] of gradients) graph.output(`gradient:${tensor}`, gradient);
    const { Tensor } = await loadRuntime();
    const batch = reference.sources.map((source, row) => ({ source, target: reference.targets[row]! }));
    const { feeds, tokens } = model.trainingFeeds(batch);
    const inputs: Record<string, Tensor> = {
      inverse_tokens: new Tensor("float32", Float32Array.of(1 / tokens), []),
      blend: new Tensor("float32", Float32Array.of(1), []),
    };
    for (const [input, { type, data, dims }] of Object.entries(feeds)) inputs[input] = new Tensor(type, data, dims);
    for (const [tensor, { shape }] of parameters) {
      inputs[stateName("parameter", tensor)] = new Tensor("float32", weights.get(tensor)!, shape as number[]);
    }
    results = await (await createSession(graph, { device: "cpu", threads: 1 })).run(inputs);
  }, 60_000);

  test("logits of every real target token", () => {
    expect(relativeError(results.logits!.data as Float32Array, reference.logits.flat())).toBeLessThan(1e-4);
  });

  test("loss", () => {
    expect(relativeError(results.loss!.data as Float32Array, [reference.loss])).toBeLessThan(1e-4);
  });

  test("gradient of every weight", () => {
    expect([...reference.gradients.keys()].sort()).toEqual([...reference.model.shapes.keys()].sort());
    const largest = Math.max(...[...reference.gradients.values()].map((gradient) => Math.max(...gradient)));
    for (const [tensor, gradient] of reference.gradients) {
      const actual = results[`gradient:${tensor}`]!.data as Float32Array;
      // The same bias on every key changes no attention: its gradient is rounding alone.
      const floor = tensor.endsWith(".key.bias") ? largest / 100 : 0;
      expect(relativeError(actual, gradient, floor), tensor).toBeLessThan(1e-4);
    }
  });
});
