/**
 * Mixed precision on the WebGPU provider, as far as SwiftShader goes, which does not compute in 16 bits: that it is refused, that every
 * operator has a kernel there, and that a step that overflows is left out. No GPU has run it.
 */
import { expect, test } from "vitest";
import { widened } from "../../test/support/float16-graphs";
import { readAnyReference } from "../../test/support/reference";
import { hasSwiftShader, swiftShaderReason } from "../../test/support/swiftshader";
import { temporaryFolder } from "../../test/support/temporary-folder";
import { tinyCheckpoint } from "../../test/support/tiny-checkpoint";
import { webgpuPlacements } from "../../test/support/webgpu-placements";
import { checkFloat16 } from "../graph/device";
import { createSession, loadRuntime, type Tensor } from "../graph/runtime";
import { adamWScalarsAt } from "./adamw";
import { nextName, stateKinds, stateName, trainingGraph } from "./training-graph";

const loss = { kind: "dece", alpha: 0.9, epsilon: 0.1 } as const;
const inFolder = temporaryFolder();

// Between them, all operators of all architectures.
test.skipIf(!hasSwiftShader).each(["t5-gated", "gpt2", "codegen", "glm", "roberta", "roberta-classifier"] as const)(
  `a 16-bit step of %s is WebGPU's but for arithmetic on shapes (${swiftShaderReason})`,
  async (name) => {
    const { model } = await readAnyReference(name);
    const placed = await webgpuPlacements(trainingGraph(model, loss, 1, { precision: "f16" }), inFolder("step.onnx"));
    expect(placed.get("WebGpuExecutionProvider")?.has("Cast")).toBe(true);
    expect([...(placed.get("CPUExecutionProvider") ?? [])].sort()).toEqual(["Concat", "Mul", "Shape", "Unsqueeze"]);
  },
  60_000,
);

test.skipIf(!hasSwiftShader)(
  `a GPU without 16-bit shaders is refused in one line, and so is the CPU (${swiftShaderReason})`,
  async () => {
    await expect(checkFloat16("webgpu")).rejects.toMatchObject({
      oneLine: expect.stringMatching(
        /^this GPU does not compute in 16 bits: .*requires f16 but the device does not.* Use --precision f32; .*doctor/,
      ) as string,
    });
    await expect(checkFloat16("cpu")).rejects.toMatchObject({ usage: true });
  },
  60_000,
);

test.skipIf(!hasSwiftShader)(
  `a step whose gradients are no numbers changes nothing on a GPU (${swiftShaderReason})`,
  async () => {
    const { model, weights } = tinyCheckpoint({ encoderLayers: 1, decoderLayers: 1 });
    const graph = widened(trainingGraph(model, loss, 1, { precision: "f16" }));
    const session = await createSession(graph, { device: "webgpu" });
    const { Tensor } = await loadRuntime();
    const scalar = (value: number): Tensor => new Tensor("float32", Float32Array.of(value), []);
    const { feeds, tokens } = model.trainingFeeds([{ source: [5, 6, 7, 1], target: [8, 9, 1] }]);
    const inputs: Record<string, Tensor> = { inverse_tokens: scalar(1 / tokens), blend: scalar(0.9) };
    for (const [name, { type, data, dims }] of Object.entries(feeds)) inputs[name] = new Tensor(type, data, dims);
    for (const [name, value] of Object.entries(adamWScalarsAt(3, 1e-2, 0.01))) inputs[name] = scalar(value);
    const state = [...model.shapes].flatMap(([name, shape]) =>
      stateKinds.map((kind) => ({ name: stateName(kind, name), shape, data: weights.get(name)!.map(Math.abs) })),
    );
    for (const { name, shape, data } of state) inputs[name] = new Tensor("float32", data, shape);
    const changed = async (scale: number) => {
      const results = await session.run({ ...inputs, loss_scale: scalar(scale) });
      const [norm] = results.gradient_norm!.data as Float32Array;
      const stays = ({ name, data }: (typeof state)[number]): boolean => {
        const next = results[nextName(name)]!.data as Float32Array;
        return data.every((value, at) => next[at] === value);
      };
      return { isNumber: Number.isFinite(norm), kept: state.filter(stays).length };
    };
    expect(await changed(2 ** 100)).toEqual({ isNumber: false, kept: state.length });
    expect(await changed(Number.NaN)).toEqual({ isNumber: false, kept: state.length });
    expect(await changed(1024)).toEqual({ isNumber: true, kept: 0 });
    await session.release();
  },
  180_000,
);
