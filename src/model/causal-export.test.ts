/** The exported decoders, fed as transformers.js feeds them, against transformers' logits and greedy tokens (reference/). */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readReference, referenceNames, type Reference } from "../../test/support/reference";
import { joined } from "../graph/onnx-model";
import { loadRuntime, type Runtime, type Session, type Tensor } from "../graph/runtime";

const names = referenceNames.filter((name) => !name.startsWith("t5") && name !== "roberta");
type Feeds = Record<string, Tensor>;

/** One row that transformers.js would pad: its tokens, and how many of those in front or behind are none. */
interface PaddedRow {
  readonly ids: readonly number[];
  readonly real: readonly boolean[];
}

const padToken = 3;
const padded = (rows: readonly (readonly number[])[], side: "left" | "right"): PaddedRow[] => {
  const longest = Math.max(...rows.map((row) => row.length));
  return rows.map((row) => {
    const gap = new Array<number>(longest - row.length).fill(padToken);
    const [ids, real] = [row, row.map(() => true)];
    const none = gap.map(() => false);
    return side === "left"
      ? { ids: [...gap, ...ids], real: [...none, ...real] }
      : { ids: [...ids, ...gap], real: [...real, ...none] };
  });
};

describe.each(names)("%s", (name) => {
  let reference: Reference;
  let session: Session;
  let TensorOf: Runtime["Tensor"];

  beforeAll(async () => {
    reference = await readReference(name);
    const runtime = await loadRuntime();
    TensorOf = runtime.Tensor;
    const model = reference.model.onnxModels!(reference.weights).get("model.onnx")!;
    session = await runtime.InferenceSession.create(joined(model.pieces()));
  });
  afterAll(() => session.release());

  const integers = (rows: readonly (readonly number[])[]): Tensor =>
    new TensorOf("int64", BigInt64Array.from(rows.flat(), BigInt), [rows.length, rows[0]!.length]);

  /** As transformers.js (4.3) makes it: by the session's own shapes, where `batch_size` is known and other names are 0. */
  const emptyCache = (rows: number): Feeds =>
    Object.fromEntries(
      session.inputMetadata.flatMap((input) => {
        if (!input.name.startsWith("past_key_values.") || !input.isTensor) return [];
        const dims = input.shape.map((size) => (typeof size === "number" ? size : size === "batch_size" ? rows : 0));
        expect(dims[0]).toBe(rows);
        return [[input.name, new TensorOf("float32", new Float32Array(0), dims)]];
      }),
    );

  /** Tokens from `from` to before `to` behind a cache of those before; padding has position 1, as in transformers. */
  async function run(rows: readonly PaddedRow[], past: Feeds, from: number, to: number) {
    const mask = rows.map(({ real }) => real.slice(0, to).map(Number));
    const places = mask.map((row) => {
      let seen = 0;
      return row.map((one) => (one === 1 ? seen++ : 1)).slice(from);
    });
    const results = await session.run({
      ...past,
      input_ids: integers(rows.map(({ ids }) => ids.slice(from, to))),
      attention_mask: integers(mask),
      position_ids: integers(places),
    });
    const cache = Object.entries(results).flatMap(([output, tensor]) =>
      output.startsWith("present.") ? [[output.replace("present", "past_key_values"), tensor] as const] : [],
    );
    const { vocabulary } = reference.model;
    const data = results.logits!.data as Float32Array;
    expect(results.logits!.dims).toEqual([rows.length, to - from, vocabulary]);
    const logits = (row: number, at: number): number[] => {
      const start = (row * (to - from) + at - from) * vocabulary;
      return [...data.subarray(start, start + vocabulary)];
    };
    return { cache: Object.fromEntries<Tensor>(cache), logits };
  }

  test.each(["left", "right"] as const)("greedy tokens of rows padded on the %s are transformers'", async (side) => {
    const { sources, generated, model } = reference;
    const prompts = padded(sources, side);
    const length = prompts[0]!.ids.length;
    const longest = Math.max(...generated.map((row) => row.length));
    let { cache, logits } = await run(prompts, emptyCache(sources.length), 0, length);
    // Of rows padded on the right the last real token predicts the first.
    let last = prompts.map(({ real }, row) => best(logits(row, side === "left" ? length - 1 : real.lastIndexOf(true))));
    let rows = prompts;
    const produced = last.map((id) => [id]);
    for (let step = 1; step < longest; step++) {
      rows = rows.map(({ ids, real }, row) => ({ ids: [...ids, last[row]!], real: [...real, true] }));
      const at = length + step - 1;
      ({ cache, logits } = await run(rows, cache, at, at + 1));
      last = rows.map((_, row) => best(logits(row, at)));
      last.forEach((id, row) => produced[row]!.push(id));
    }
    const ended = (row: readonly number[]): readonly number[] =>
      row.includes(model.endToken) ? row.slice(0, row.indexOf(model.endToken)) : row;
    expect(produced.map(ended)).toEqual(generated.map(ended));
  });

  test("logits are transformers', in one pass and in several tokens at a time behind the cache", async () => {
    const { sources, targets } = reference;
    const rows = padded(
      sources.map((source, row) => [...source, ...targets[row]!]),
      "left",
    );
    const length = rows[0]!.ids.length;
    const inPieces = async (ends: readonly number[]): Promise<number[][]> => {
      const answers: ((row: number, at: number) => number[])[] = [];
      let [cache, from] = [emptyCache(rows.length), 0];
      for (const to of ends) {
        const piece = await run(rows, cache, from, to);
        for (let at = from; at < to; at++) answers[at] = piece.logits;
        [cache, from] = [piece.cache, to];
      }
      return targets.map((target, row) => {
        const first = length - target.length - 1;
        return target.flatMap((_, at) => answers[first + at]!(row, first + at));
      });
    };
    for (const ends of [[length], [length - 7, length - 4, length]]) {
      (await inPieces(ends)).forEach((logits, row) => {
        const expected = reference.logits[row]!;
        expect(logits.length).toBe(expected.length);
        const apart = Math.max(...logits.map((value, at) => Math.abs(value - expected[at]!)));
        expect(apart / Math.max(...expected.map(Math.abs))).toBeLessThan(1e-4);
      });
    }
  });
});

const best = (logits: readonly number[]): number => logits.indexOf(Math.max(...logits));
