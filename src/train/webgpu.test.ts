/**
 * The training step and decoding on the WebGPU provider against the CPU provider, with no operator falling back to the CPU
 * unnoticed. Without a GPU it runs on SwiftShader.
 */
import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { readAnyReference } from "../../test/support/reference";
import { hasSwiftShader as runnable, swiftShaderReason as reason } from "../../test/support/swiftshader";
import { temporaryFolder } from "../../test/support/temporary-folder";
import { tinyCheckpoint } from "../../test/support/tiny-checkpoint";
import { resolveDevice } from "../graph/device";
import { createSession, type ResolvedDevice } from "../graph/runtime";
import { partsOf } from "./batch";
import { trainingGraph } from "./training-graph";
import { TrainingSession } from "./training-session";

const loss = { kind: "dece", alpha: 0.9, epsilon: 0.1 } as const;

const inFolder = temporaryFolder();

/** Names of the operators that the session whose profile was written last ran on the CPU. */
async function operatorsOnCpu(): Promise<Set<string>> {
  const [profile] = await readdir(inFolder());
  const events = JSON.parse(await readFile(inFolder(profile!), "utf8")) as {
    readonly args?: { readonly provider?: string; readonly op_name?: string };
  }[];
  const onCpu = events.filter(({ args }) => args?.provider === "CPUExecutionProvider");
  return new Set(onCpu.flatMap(({ args }) => args?.op_name ?? []));
}

const adapters = { rank: 2, alpha: 4, targets: null, seed: 3 };

test.skipIf(!runnable).each([
  { what: "all weights", lora: undefined, inParts: false },
  { what: "adapters", lora: adapters, inParts: false },
  { what: "all weights in parts, with blocks computed again,", lora: undefined, inParts: true },
])(
  `a training step of $what gives the same numbers on WebGPU as on the CPU (${reason})`,
  async ({ lora, inParts }) => {
    const { model, weights } = tinyCheckpoint({ encoderLayers: 1, decoderLayers: 1 });
    const batch = [
      { source: [5, 6, 7, 1], target: [8, 9, 1] },
      { source: [10, 1], target: [11, 12, 13, 1] },
    ];
    const trained = async (device: ResolvedDevice) => {
      const saving = { inParts, checkpointing: inParts };
      const session = await TrainingSession.create(model, weights, { loss, clipNorm: 1, device, lora, ...saving });
      const losses: number[] = [];
      for (let step = 1; step <= 3; step++) {
        const settings = { step, learningRate: 1e-2, weightDecay: 0.01, blend: 0.9 };
        // The last step is in one part, as the last batch of an epoch may be.
        const parts = partsOf(batch, inParts && step < 3 ? 2 : 1).map((part) => model.trainingFeeds(part));
        losses.push((await session.stepInParts(parts, settings)).loss);
      }
      const after = await session.weights();
      await session.dispose();
      return { losses, after };
    };
    const cpu = await trained("cpu");
    const gpu = await trained("webgpu");
    gpu.losses.forEach((value, step) => expect(value).toBeCloseTo(cpu.losses[step]!, 4));
    for (const [name, values] of cpu.after) {
      const others = gpu.after.get(name)!;
      values.forEach((value, at) => expect(Math.abs(value - others[at]!), name).toBeLessThan(1e-3));
    }
  },
  180_000,
);

// Between them, all operators of all architectures; a software GPU compiles each model's shaders for seconds.
test.skipIf(!runnable).each(["t5-gated", "gpt2", "codegen", "glm", "roberta", "roberta-classifier"] as const)(
  `two training steps of %s give the same numbers on WebGPU as on the CPU, and run there (${reason})`,
  async (name) => {
    const { model, weights, sources, targets } = await readAnyReference(name);
    const feeds = () => model.trainingFeeds(sources.map((source, row) => ({ source, target: targets[row]! })));
    const losses = async (device: ResolvedDevice) => {
      const profile = device === "webgpu" ? { profilePrefix: inFolder("profile") } : {};
      const session = await TrainingSession.create(model, weights, { loss, clipNorm: 1, device, ...profile });
      const settings = { step: 1, learningRate: 1e-3, weightDecay: 0.01, blend: 0.9 };
      const first = await session.step(feeds(), settings);
      const second = await session.step(feeds(), { ...settings, step: 2 });
      await session.dispose();
      return [first.loss, second.loss];
    };
    const [cpu, gpu] = [await losses("cpu"), await losses("webgpu")];
    gpu.forEach((value, step) => expect(value).toBeCloseTo(cpu[step]!, 3));
    // Arithmetic on shapes, a few integers, is the CPU's; what computes on tensors is not.
    expect([...(await operatorsOnCpu())].sort()).toEqual(["Concat", "Shape", "Unsqueeze"]);
  },
  180_000,
);

test.skipIf(!runnable)("auto never picks a software adapter", async () => {
  expect(await resolveDevice("auto")).toBe("cpu");
});

test("the training graph is one that the CPU provider takes whole", async () => {
  const { model } = tinyCheckpoint();
  const session = await createSession(trainingGraph(model, loss, 1), { device: "cpu" });
  expect(session.outputNames).toContain("loss");
  await session.release();
});
