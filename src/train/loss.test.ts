/** The losses against their definition in plain float64, finite differences, and their limits. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Graph } from "../graph/graph";
import { peakBytes } from "../graph/memory";
import { createSession, loadRuntime, type Session } from "../graph/runtime";
import { blendAt, closedFormLoss, type LossSpec } from "./loss";

const classes = 7;

/** The definition (the paper's section 3), written as plainly as it stands there. */
function byDefinition(logits: readonly number[][], labels: readonly number[], spec: LossSpec, blend: number): number {
  const epsilon = spec.kind === "dece" ? spec.epsilon : 0;
  const perToken = logits.map((row, token) => {
    const largest = Math.max(...row);
    const exponentials = row.map((z) => Math.exp(z - largest));
    const total = exponentials.reduce((sum, e) => sum + e, 0);
    const p = exponentials.map((e) => e / total);
    const ofLabel = p[labels[token]!]!;
    if (spec.kind === "gce") return (1 - ofLabel ** spec.q) / spec.q;
    if (spec.kind === "in-trust") {
      const target = p.map((_, i) => (i === labels[token] ? 1 : 1e-4));
      const trust = p.reduce((sum, each, i) => sum - each * Math.log(0.5 * each + 0.5 * target[i]!), 0);
      return -0.2 * Math.log(ofLabel) + 0.8 * trust;
    }
    return row.reduce((sum, _, i) => {
      const target = (1 - epsilon) * (i === labels[token] ? 1 : 0) + epsilon / classes;
      const mixed = (blend * exponentials[i]!) / total + (1 - blend) * target;
      return target === 0 ? sum : sum - target * Math.log(mixed);
    }, 0);
  });
  return perToken.reduce((sum, loss) => sum + loss, 0) / logits.length;
}

const sessions = new Map<string, Promise<Session>>();
function sessionFor(spec: LossSpec): Promise<Session> {
  const key = JSON.stringify(spec);
  const known = sessions.get(key);
  if (known !== undefined) return known;
  const graph = new Graph("float64");
  const { loss, gradient } = closedFormLoss(spec, {
    logits: graph.input("logits", ["tokens", classes]),
    labelIndices: graph.input("labels", ["tokens", 2], "int64"),
    inverseTokens: graph.input("inverse", []),
    blend: graph.input("blend", []),
  });
  // Inputs that this loss does not read must still be part of the model.
  graph.output("loss", loss);
  graph.output("gradient", gradient);
  const made = createSession(graph, { device: "cpu", threads: 1 });
  sessions.set(key, made);
  return made;
}

async function byGraph(logits: readonly number[][], labels: readonly number[], spec: LossSpec, blend: number) {
  const { Tensor } = await loadRuntime();
  const session = await sessionFor(spec);
  const indices = BigInt64Array.from(labels.flatMap((label, token) => [BigInt(token), BigInt(label)]));
  const results = await session.run({
    logits: new Tensor("float64", Float64Array.from(logits.flat()), [logits.length, classes]),
    labels: new Tensor("int64", indices, [labels.length, 2]),
    inverse: new Tensor("float64", Float64Array.of(1 / labels.length), []),
    blend: new Tensor("float64", Float64Array.of(blend), []),
  });
  return {
    loss: (results.loss!.data as Float64Array)[0]!,
    gradient: [...(results.gradient!.data as Float64Array)],
  };
}

const specs: readonly LossSpec[] = [
  { kind: "ce" },
  { kind: "dece", alpha: 1, epsilon: 0 },
  { kind: "dece", alpha: 1, epsilon: 0.1 },
  { kind: "dece", alpha: 0.9, epsilon: 0 },
  { kind: "dece", alpha: 0.99, epsilon: 0.1 },
  { kind: "dece", alpha: 0.8, epsilon: 0.05 },
  { kind: "gce", q: 0.7 },
  { kind: "gce", q: 1 },
  { kind: "in-trust" },
];

const tokens = fc.array(
  fc.tuple(
    fc.array(fc.double({ min: -8, max: 8, noNaN: true }), { minLength: classes, maxLength: classes }),
    fc.nat(classes - 1),
  ),
  { minLength: 1, maxLength: 4 },
);

describe.each(specs.map((spec) => ({ name: JSON.stringify(spec), spec })))("$name", ({ spec }) => {
  test("value and gradient agree with the definition", async () => {
    await fc.assert(
      fc.asyncProperty(tokens, fc.integer({ min: 1, max: 20 }), async (rows, epoch) => {
        const logits = rows.map(([row]) => row);
        const labels = rows.map(([, label]) => label);
        const blend = blendAt(spec, epoch);
        const { loss, gradient } = await byGraph(logits, labels, spec, blend);
        expect(loss).toBeCloseTo(byDefinition(logits, labels, spec, blend), 9);
        const h = 1e-5;
        const moved = (at: number, by: number): number[][] =>
          logits.map((row, token) => row.map((z, i) => (token * classes + i === at ? z + by : z)));
        for (let at = 0; at < gradient.length; at++) {
          const above = byDefinition(moved(at, h), labels, spec, blend);
          const below = byDefinition(moved(at, -h), labels, spec, blend);
          expect(gradient[at]).toBeCloseTo((above - below) / (2 * h), 6);
        }
      }),
      { numRuns: 25 },
    );
  });
});

test("DeCE with alpha 1 and epsilon 0 is cross-entropy to the last bit", async () => {
  const logits = [
    [1, 2, 3, 4, 5, 6, 7],
    [0.5, -1, 40, 2, -3, 1, 0],
  ];
  const labels = [2, 6];
  const ce = await byGraph(logits, labels, { kind: "ce" }, 1);
  expect(await byGraph(logits, labels, { kind: "dece", alpha: 1, epsilon: 0 }, 1)).toEqual(ce);
});

test("GCE tends to cross-entropy as q tends to 0", async () => {
  const logits = [[1, 2, 0, 1, -1, 0.5, 0.2]];
  const ce = await byGraph(logits, [3], { kind: "ce" }, 1);
  const gce = await byGraph(logits, [3], { kind: "gce", q: 1e-9 }, 1);
  expect(gce.loss).toBeCloseTo(ce.loss, 6);
  gce.gradient.forEach((value, i) => expect(value).toBeCloseTo(ce.gradient[i]!, 6));
});

test("DeCE tends to cross-entropy as alpha tends to 1 and epsilon to 0", async () => {
  const logits = [[1, 2, 0, 1, -1, 0.5, 0.2]];
  const ce = await byGraph(logits, [3], { kind: "ce" }, 1);
  const near = { kind: "dece", alpha: 1 - 1e-9, epsilon: 1e-9 } as const;
  const dece = await byGraph(logits, [3], near, near.alpha);
  expect(dece.loss).toBeCloseTo(ce.loss, 6);
  dece.gradient.forEach((value, i) => expect(value).toBeCloseTo(ce.gradient[i]!, 6));
});

test("an improbable label hardly pulls in epoch 1 at the paper's setting: about 0.3% of cross-entropy (docs/losses.md)", () => {
  const [alpha, epsilon, vocabulary] = [0.99, 0.1, 32_100];
  const p = 1 / vocabulary;
  const target = 1 - epsilon + epsilon / vocabulary;
  const mixed = alpha * p + (1 - alpha) * target;
  expect((alpha * target * p) / mixed).toBeCloseTo(0.0031, 4);
});

test.each<LossSpec>([
  { kind: "ce" },
  { kind: "dece", alpha: 0.98, epsilon: 0.05 },
  { kind: "dece", alpha: 0.98, epsilon: 0 },
  { kind: "dece", alpha: 1, epsilon: 0.1 },
  { kind: "gce", q: 0.7 },
])("at most two tensors of the logits' size live at once: %o", (spec) => {
  const graph = new Graph();
  const vocabulary = 32_100;
  const hidden = graph.input("hidden", ["tokens", vocabulary]);
  const { loss, gradient } = closedFormLoss(spec, {
    // Neither logits nor gradient are the graph's own inputs and outputs, which are not counted.
    logits: graph.node("Tanh", [hidden], { shape: hidden.shape }),
    labelIndices: graph.input("labels", ["tokens", 2], "int64"),
    inverseTokens: graph.input("inverse", []),
    blend: graph.input("blend", []),
  });
  graph.output("loss", loss);
  graph.output("norm", graph.node("ReduceSumSquare", [gradient], { shape: [] }));
  const tokens = 500;
  const peak = peakBytes(graph, new Map([["tokens", tokens]]));
  expect(peak / (tokens * vocabulary * 4)).toBeLessThan(2.01);
});
