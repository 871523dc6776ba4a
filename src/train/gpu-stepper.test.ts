/**
 * Steps of a training session in mixed precision on the WebGPU provider, held against the CPU's: loss scale, parts, adapters, going on.
 * SwiftShader has no 16 bits, so every graph is widened to 32 on its way; what rounding does is in precision.test.ts.
 */
import { expect, test, vi } from "vitest";
import { widened } from "../../test/support/float16-graphs";
import { hasSwiftShader, swiftShaderReason } from "../../test/support/swiftshader";
import { tinyCheckpoint } from "../../test/support/tiny-checkpoint";
import type { ResolvedDevice } from "../graph/runtime";
import { partsOf } from "./batch";
import { TrainingSession } from "./training-session";

vi.mock("../graph/runtime", async (original) => {
  const runtime = await original<typeof import("../graph/runtime")>();
  const createSession: typeof runtime.createSession = (graph, options) =>
    runtime.createSession(widened(graph), options);
  return { ...runtime, createSession };
});

const loss = { kind: "dece", alpha: 0.9, epsilon: 0.1 } as const;
const adapters = { rank: 2, alpha: 4, targets: null, seed: 3 };
const batch = [
  { source: [5, 6, 7, 1], target: [8, 9, 1] },
  { source: [10, 1], target: [11, 12, 13, 1] },
];

test.skipIf(!hasSwiftShader).each([
  { what: "all weights", lora: undefined, inParts: false },
  { what: "adapters in parts, with blocks computed again,", lora: adapters, inParts: true },
])(
  `training $what leaves out what overflows and goes on, on WebGPU as on the CPU (${swiftShaderReason})`,
  async ({ lora, inParts }) => {
    const { model, weights } = tinyCheckpoint({ encoderLayers: 1, decoderLayers: 1 });
    const trained = async (device: ResolvedDevice) => {
      const options = { loss, clipNorm: 1, device, lora, inParts, checkpointing: inParts, precision: "f16" } as const;
      const fresh = await TrainingSession.create(model, weights, options);
      const tensors = structuredClone(await fresh.state());
      await fresh.dispose();
      // Squares beyond 32 bits.
      const lossScale = { scale: 2 ** 100, steady: 0, skipped: 0 };
      const session = await TrainingSession.create(model, weights, { ...options, from: { tensors, lossScale } });
      const parts = partsOf(batch, inParts ? 2 : 1).map((part) => model.trainingFeeds(part));
      const settings = { learningRate: 1e-2, weightDecay: 0.01, blend: 0.9 };
      const first = await session.stepInParts(parts, { ...settings, step: 1 });
      const untouched = await session.state();
      await session.dispose();
      const next = { tensors: untouched, lossScale: { ...session.lossScale!, scale: 1024 } };
      const second = await TrainingSession.create(model, weights, { ...options, from: next });
      const losses: number[] = [];
      for (let step = 2; step <= 4; step++) {
        losses.push((await second.stepInParts(parts, { ...settings, step })).loss);
      }
      const after = await second.weights();
      await second.dispose();
      return { first, untouched, tensors, losses, after, lossScale: second.lossScale };
    };
    const [cpu, gpu] = [await trained("cpu"), await trained("webgpu")];
    for (const { first, untouched, tensors, lossScale, losses } of [cpu, gpu]) {
      expect(first.skipped).toEqual({ scale: 2 ** 99, steady: 0, skipped: 1 });
      expect(first.loss).toBeCloseTo(losses[0]!, 4);
      expect(untouched).toEqual(tensors);
      expect(lossScale).toEqual({ scale: 1024, steady: 3, skipped: 1 });
    }
    gpu.losses.forEach((value, step) => expect(value).toBeCloseTo(cpu.losses[step]!, 4));
    for (const [name, values] of cpu.after) {
      const others = gpu.after.get(name)!;
      values.forEach((value, at) => expect(Math.abs(value - others[at]!), name).toBeLessThan(1e-3));
    }
  },
  180_000,
);
