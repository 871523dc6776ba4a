/** Rows on the GPU against rows in the process's memory, on SwiftShader. */
import { afterAll, describe, expect, test } from "vitest";
import { hasSwiftShader, swiftShaderReason } from "../../test/support/swiftshader";
import { seededRandom } from "../foundation/random";
import { createCopier, GpuUploader } from "../graph/gpu-upload";
import { loadRuntime, type Tensor, type TensorsByName } from "../graph/runtime";
import { CpuDecodingRows } from "./decoding-rows";
import { GpuDecodingRows, GpuRowSessions } from "./gpu-decoding-rows";

const runtime = await loadRuntime();
const random = seededRandom(1);

function made(dims: readonly number[]): Tensor {
  const size = dims.reduce((product, length) => product * length, 1);
  return new runtime.Tensor(
    "float32",
    Float32Array.from({ length: size }, () => random.normal()),
    dims,
  );
}

describe.skipIf(!hasSwiftShader)(`decoding's rows on the GPU (${swiftShaderReason})`, () => {
  const uploader = new GpuUploader();
  const sessions = new GpuRowSessions();
  afterAll(async () => {
    await sessions.release();
    await uploader.release();
  });

  async function onGpu(tensors: TensorsByName): Promise<TensorsByName> {
    const uploaded: Record<string, Tensor> = {};
    for (const [name, tensor] of Object.entries(tensors)) uploaded[name] = await uploader.upload(tensor);
    return uploaded;
  }

  test.each([
    ["a prompt", 3],
    ["nothing", 0],
  ])(
    "behind %s whatever is added and dropped is what it is in memory",
    async (_, tokens) => {
      const kinds = [
        ["past_keys_0", 2, 4],
        ["past_values_0", 1, 3],
      ] as const;
      const past = Object.fromEntries(kinds.map(([name, heads, width]) => [name, made([5, heads, tokens, width])]));
      const perRow = { cross_keys_0: made([5, 2, 6, 4]), states: made([5, 3]) };
      const source_mask = made([5, 7]);
      const started = { ...perRow, ...(tokens === 0 ? {} : past) };
      const expected = new CpuDecodingRows(runtime, { ...perRow, ...past, source_mask });
      const rows = await GpuDecodingRows.of(runtime, sessions, { ...past, ...(await onGpu(started)), source_mask });
      let left = 5;
      for (let step = 0; step < 70; step++) {
        const own = Object.fromEntries(
          kinds.map(([name, heads, width]) => [name.replace("past_", "own_"), made([left, heads, 1, width])]),
        );
        await expected.add(own);
        await rows.add(await onGpu(own));
        if (step === 20 || step === 50) {
          const kept = step === 20 ? [0, 2, 4] : [1];
          await expected.keep(kept);
          await rows.keep(kept);
          left = kept.length;
        }
      }
      expect(rows.places).toBe(expected.places);
      const [held, feeds] = [rows.feeds(), expected.feeds()];
      expect(Object.keys(held).sort()).toEqual(Object.keys(feeds).sort());
      for (const [name, tensor] of Object.entries(held)) {
        expect(tensor.dims, name).toEqual(feeds[name]!.dims);
        expect(tensor.location, name).toBe(name === "source_mask" ? "cpu" : "gpu-buffer");
        const copier = await createCopier(tensor.dims.length);
        const { copy } = await copier.run({ original: tensor });
        expect(copy!.data, name).toEqual(feeds[name]!.data);
        await copier.release();
      }
      rows.dispose();
    },
    180_000,
  );
});
