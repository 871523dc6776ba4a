import { expect, test } from "vitest";
import { tinyCheckpoint, tinyConfig } from "../../test/support/tiny-checkpoint";
import { Failure } from "../foundation/failure";
import { t5 } from "../model/t5-model";
import { fineTune } from "./fine-tune";
import { checkMemory, leastGpuMemory, memoryEstimate, type StepShape } from "./memory";
import { presets } from "./presets";

const shape = { rows: 16, accumulate: 1, checkpointing: false, source: 200, target: 100 };
/** A part's tokens, halved where blocks are computed again. */
const tokens = ({ rows, accumulate = 1, checkpointing = false, source, target }: StepShape): number =>
  (Math.ceil(rows / accumulate) * (source + target)) / (checkpointing ? 2 : 1);

function remedy(available: number, from = shape, withLora?: () => (size: StepShape) => number): string {
  try {
    checkMemory(tokens, from, available, { withLora });
    return "it fits";
  } catch (error) {
    return (error as Failure).oneLine;
  }
}

test("what does not fit is refused with the mildest change that does", () => {
  expect(remedy(4800)).toBe("it fits");
  expect(remedy(4799)).toMatch(
    /^training takes about .* free \(batches of 16, .* 200 tokens.*100\)\. Use --accumulate 2\.$/,
  );
  expect(remedy(1000)).toMatch(/Use --accumulate 8\.$/);
  expect(remedy(299)).toMatch(/Use --accumulate 16 --checkpointing\.$/);
  expect(remedy(149)).toMatch(/Use --batch-size 1 --checkpointing --max-input 100 --max-output 50\.$/);
  expect(remedy(1)).toMatch(/a machine with more memory\.$/);
});

test("what is in parts already, or computed twice, is refused with what is still left to change", () => {
  expect(remedy(1000, { ...shape, accumulate: 4 })).toMatch(/batches of 16 in 4 parts.* Use --accumulate 8\.$/);
  const again = { ...shape, accumulate: 16, checkpointing: true };
  expect(remedy(149, again)).toMatch(/Use --batch-size 1 --accumulate 1 --max-input 100 --max-output 50\.$/);
});

test("where more parts are not enough, adapters are proposed, then shorter texts", () => {
  const withLora = (): ((size: StepShape) => number) => (size) => tokens(size) / 8;
  const oneLine = (available: number): string => remedy(available, shape, withLora);
  expect(oneLine(1000)).toMatch(/Use --accumulate 8\.$/);
  expect(oneLine(149)).toMatch(/Use --lora-rank 8 --accumulate 8\.$/);
  expect(oneLine(17)).toMatch(/Use --batch-size 1 --checkpointing --max-input 12 --max-output 6\.$|more memory/);
  expect(oneLine(2)).toMatch(/Use --lora-rank 8 --batch-size 1 --checkpointing --max-input 12 --max-output 6\.$/);
});

test.each([
  { what: "a large vocabulary", width: 256, layers: 2, vocabulary: 32100, rows: 16, length: 128, measured: 1.49 },
  { what: "few rows", width: 768, layers: 4, vocabulary: 32100, rows: 2, length: 64, measured: 2.87 },
  { what: "blocks computed again", width: 512, layers: 6, vocabulary: 32100, rows: 16, length: 128, measured: 2.55 },
])(
  "the estimate is above the peak that was measured with $what",
  ({ width, layers, vocabulary, measured, ...size }) => {
    // docs/engine.md, Memory. What the sessions that answer take comes on top there, and is not measured.
    const model = t5(
      tinyConfig({
        ...{ width, vocabulary, headWidth: 64, heads: width / 64, feedForwardWidth: 4 * width },
        ...{ encoderLayers: layers, decoderLayers: layers },
      }),
    );
    const { rows, length } = size;
    const estimate = memoryEstimate(model, { kind: "dece", alpha: 0.9, epsilon: 0.1 });
    const bytes = estimate({ rows, source: length, target: length, checkpointing: width === 512 });
    expect(bytes / 2 ** 30).toBeGreaterThan(measured);
    expect(bytes / 2 ** 30).toBeLessThan(1.2 * measured);
  },
);

test("with adapters less is needed than for all weights", () => {
  const { model } = tinyCheckpoint({ feedForwardWidth: 4096 });
  const size = { ...shape, rows: 1, source: 2, target: 2 };
  const all = memoryEstimate(model, { kind: "ce" })(size);
  expect(memoryEstimate(model, { kind: "ce" }, { rank: 1, alpha: 2, targets: ["q"] })(size)).toBeLessThan(all);
});

test("the estimate grows with rows, lengths and weights", () => {
  const { model } = tinyCheckpoint();
  const estimate = memoryEstimate(model, { kind: "ce" });
  const base = estimate({ ...shape, rows: 4, source: 8, target: 8 });
  expect(estimate({ ...shape, rows: 64, source: 8, target: 8 })).toBeGreaterThan(base);
  expect(estimate({ ...shape, rows: 4, source: 64, target: 8 })).toBeGreaterThan(base);
  expect(estimate({ ...shape, rows: 4, source: 8, target: 64 })).toBeGreaterThan(base);
  const large = { ...shape, rows: 64, source: 64, target: 64 };
  expect(estimate({ ...large, accumulate: 4 })).toBeLessThan(estimate(large));
  expect(estimate({ ...large, checkpointing: true })).toBeLessThan(estimate(large));
  const wide = memoryEstimate(tinyCheckpoint({ feedForwardWidth: 4096 }).model, { kind: "ce" });
  expect(wide({ ...shape, rows: 4, source: 8, target: 8 })).toBeGreaterThan(base);
});

test("training that does not fit is refused before it starts", async () => {
  const examples = [{ input: "select", output: "rows" }];
  const options = { ...presets.default, loss: { kind: "ce" }, device: "cpu" } as const;
  let told = 0;
  const onMemory = (bytes: number): void => void (told = bytes);
  const failure = await fineTune(tinyCheckpoint(), examples, options, { availableMemory: 1, onMemory }).catch(
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(Failure);
  expect((failure as Failure).oneLine).toMatch(/of memory, and 0\.0 GiB are free/);
  expect(told).toBeGreaterThan(0);
});

test("what a GPU cannot hold is refused where its memory is known, with what would fit", async () => {
  const { model } = tinyCheckpoint();
  const loss = { kind: "ce" } as const;
  const size = { rows: 4, source: 8, target: 8 };
  const f32 = leastGpuMemory(model, loss, {})(size);
  expect(leastGpuMemory(model, loss, { precision: "f16" })(size)).toBeLessThan(f32);
  expect(leastGpuMemory(model, loss, {})({ ...size, rows: 64 })).toBeGreaterThan(f32);
  const examples = Array.from({ length: 64 }, () => ({ input: "select ".repeat(20), output: "rows ".repeat(20) }));
  const options = { ...presets.default, loss, device: "webgpu" } as const;
  const refusal = async (gpuMemory: number): Promise<string> => {
    const refused = fineTune(tinyCheckpoint(), examples, options, { gpuMemory });
    return refused.then(
      () => "it fits",
      (error: unknown) => (error as Failure).oneLine,
    );
  };
  expect(await refusal(1)).toMatch(
    /^training takes at least 0\.0 GiB of the GPU's memory, and it has 0\.0 GiB \(batches of 16.*a GPU with more memory\.$/,
  );
  expect(await refusal(2 ** 21)).toMatch(/Use --accumulate \d+\.$/);
});
