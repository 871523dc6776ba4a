import { expect, test } from "vitest";
import { tinyCheckpoint } from "../../test/support/tiny-checkpoint";
import { Failure } from "../foundation/failure";
import { fineTune } from "./fine-tune";
import { checkMemory, memoryEstimate, type BatchShape } from "./memory";
import { presets } from "./presets";

const shape = { rows: 16, source: 200, target: 100 };
const tokens = ({ rows, source, target }: BatchShape): number => rows * (source + target);

function remedy(available: number): string {
  try {
    checkMemory(tokens, shape, available);
    return "it fits";
  } catch (error) {
    return (error as Failure).oneLine;
  }
}

test("what does not fit is refused with the mildest change that does", () => {
  expect(remedy(4800)).toBe("it fits");
  expect(remedy(4799)).toMatch(
    /^training takes about .* free \(batches of 16, .* 200 tokens.*100\)\. Use --batch-size 8\.$/,
  );
  expect(remedy(1000)).toMatch(/Use --batch-size 2\.$/);
  expect(remedy(299)).toMatch(/Use --batch-size 1 --max-input 100 --max-output 50\.$/);
  expect(remedy(1)).toMatch(/a machine with more memory\.$/);
});

test("where fewer rows are not enough, adapters are proposed, then shorter texts", () => {
  const withLora = (): ((size: BatchShape) => number) => (size) => tokens(size) / 8;
  const oneLine = (available: number): string => {
    try {
      checkMemory(tokens, shape, available, withLora);
      return "it fits";
    } catch (error) {
      return (error as Failure).oneLine;
    }
  };
  expect(oneLine(1000)).toMatch(/Use --batch-size 2\.$/);
  expect(oneLine(299)).toMatch(/Use --lora-rank 8 --batch-size 4\.$/);
  expect(oneLine(37)).toMatch(/Use --batch-size 1 --max-input 25 --max-output 12\.$/);
  expect(oneLine(5)).toMatch(/Use --batch-size 1 --max-input 25 --max-output 12 --lora-rank 8\.$/);
});

test("with adapters less is needed than for all weights", () => {
  const { model } = tinyCheckpoint({ feedForwardWidth: 4096 });
  const size = { rows: 1, source: 2, target: 2 };
  const all = memoryEstimate(model, { kind: "ce" })(size);
  expect(memoryEstimate(model, { kind: "ce" }, { rank: 1, alpha: 2, targets: ["q"] })(size)).toBeLessThan(all);
});

test("the estimate grows with rows, lengths and weights", () => {
  const { model } = tinyCheckpoint();
  const estimate = memoryEstimate(model, { kind: "ce" });
  const base = estimate({ rows: 4, source: 8, target: 8 });
  expect(estimate({ rows: 64, source: 8, target: 8 })).toBeGreaterThan(base);
  expect(estimate({ rows: 4, source: 64, target: 8 })).toBeGreaterThan(base);
  expect(estimate({ rows: 4, source: 8, target: 64 })).toBeGreaterThan(base);
  const wide = memoryEstimate(tinyCheckpoint({ feedForwardWidth: 4096 }).model, { kind: "ce" });
  expect(wide({ rows: 4, source: 8, target: 8 })).toBeGreaterThan(base);
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
