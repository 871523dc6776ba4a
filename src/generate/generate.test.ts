/** Decoding with the cache against the definition: the whole forward pass again for every token. */
import { expect, test } from "vitest";
import { tinyCheckpoint } from "../../test/support/tiny-checkpoint";
import { readT5Reference } from "../../test/support/t5-reference";
import { Graph } from "../graph/graph";
import { createSession, loadRuntime } from "../graph/runtime";
import type { Value } from "../graph/value";
import type { Checkpoint } from "../model/checkpoint";
import { paddedIds, paddingMask } from "../model/padding";
import { positionBuckets } from "../model/position-buckets";
import { decode, encode, keysAndValues, languageModelHead } from "../model/t5";
import { t5TensorShapes } from "../model/t5-config";
import { generate } from "./generate";
import { GreedyDecoder } from "./greedy-decoder";

const maxOutput = 12;

/** Greedy decoding of one row without a cache and without a batch. */
async function decodeByDefinition(checkpoint: Checkpoint, source: readonly number[]): Promise<number[]> {
  const { config, weights } = checkpoint;
  const graph = new Graph();
  const shapes = t5TensorShapes(config);
  const bound = new Map<string, Value>();
  const parameters = (name: string): Value => {
    const value = bound.get(name) ?? graph.weight(name, shapes.get(name)!, weights.get(name)!);
    bound.set(name, value);
    return value;
  };
  const sourceMask = graph.input("source_mask", ["batch", 1, 1, "source"]);
  const encoded = encode(config, parameters, {
    ids: graph.input("source_ids", ["batch", "source"], "int64"),
    mask: sourceMask,
    buckets: graph.input("encoder_buckets", ["source", "source"], "int64"),
  });
  const hidden = decode(config, parameters, {
    ids: graph.input("target_ids", ["batch", "target"], "int64"),
    length: "target",
    flat: "batch*target",
    buckets: graph.input("decoder_buckets", ["target", "target"], "int64"),
    causalMask: graph.input("causal_mask", [1, 1, "target", "target"]),
    sourceMask,
    source: (prefix) => keysAndValues(config, parameters, prefix, encoded, "source"),
  });
  graph.output("logits", languageModelHead(config, parameters, hidden));
  const session = await createSession(graph, { device: "cpu", threads: 1 });
  const { Tensor } = await loadRuntime();
  const scheme = { buckets: config.positionBuckets, maximumDistance: config.maximumDistance };
  const produced: number[] = [];
  while (produced.length < maxOutput) {
    const ids = [config.startToken, ...produced];
    const length = ids.length;
    const causal = Float32Array.from({ length: length * length }, (_, at) => (at % length > at / length ? -1e9 : 0));
    const square = (data: BigInt64Array, size: number) => new Tensor("int64", data, [size, size]);
    const { logits } = await session.run({
      source_ids: new Tensor("int64", BigInt64Array.from(source, BigInt), [1, source.length]),
      source_mask: new Tensor("float32", paddingMask([source]).data as Float32Array, [1, 1, 1, source.length]),
      encoder_buckets: square(
        positionBuckets(source.length, source.length, { ...scheme, bidirectional: true }),
        source.length,
      ),
      target_ids: new Tensor("int64", paddedIds([ids], 0).data as BigInt64Array, [1, length]),
      causal_mask: new Tensor("float32", causal, [1, 1, length, length]),
      decoder_buckets: square(positionBuckets(length, length, { ...scheme, bidirectional: false }), length),
    });
    const last = [...(logits!.data as Float32Array).slice(-config.vocabulary)];
    const best = last.indexOf(Math.max(...last));
    if (best === config.endToken) break;
    produced.push(best);
  }
  return produced;
}

test("a batch of unequal rows decodes to what each row decodes to alone, without a cache", async () => {
  const checkpoint = tinyCheckpoint({}, 5);
  const inputs = ["select rows", "a", "print all the results of a longer request", "x y z", ""];
  const outputs = await generate(checkpoint, inputs, { maxInput: 64, maxOutput, batchSize: 3, device: "cpu" });
  for (const [row, input] of inputs.entries()) {
    const expected = await decodeByDefinition(checkpoint, checkpoint.tokenizer.encode(input, 64));
    expect(outputs[row]).toBe(checkpoint.tokenizer.decode(expected));
  }
});

test("greedy generation agrees with transformers token for token", async () => {
  const { config, weights, sources, generated } = await readT5Reference();
  const decoder = await GreedyDecoder.create(config, weights, "cpu");
  const produced = await decoder.decode(sources, Math.max(...generated.map((row) => row.length)));
  await decoder.dispose();
  const end = config.endToken;
  expect(produced).toEqual(generated.map((row) => (row.includes(end) ? row.slice(0, row.indexOf(end)) : row)));
});

test("a cancelled generation throws Cancelled", async () => {
  const controller = new AbortController();
  controller.abort();
  const options = { maxInput: 8, maxOutput: 4, device: "cpu", signal: controller.signal } as const;
  await expect(generate(tinyCheckpoint(), ["a"], options)).rejects.toThrow("cancelled");
});
