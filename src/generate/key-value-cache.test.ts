/** The cache against plain arrays that are put together anew for every token. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { loadRuntime } from "../graph/runtime";
import { KeyValueCache } from "./key-value-cache";

const runtime = await loadRuntime();
const { Tensor } = runtime;
const names = ["past_keys", "past_values"] as const;

/** [rows][heads][tokens] of keys or values. */
type Nested = number[][][][];

const [heads, width] = [2, 3];

function tensorOf(nested: Nested) {
  const tokens = nested[0]![0]!.length;
  return new Tensor("float32", Float32Array.from(nested.flat(3)), [nested.length, heads, tokens, width]);
}

function made(rows: number, tokens: number, next: () => number): Nested {
  const list = <Item>(length: number, item: () => Item): Item[] => Array.from({ length }, item);
  return list(rows, () => list(heads, () => list(tokens, () => list(width, next))));
}

/** What the tensor holds in its first places. */
function heldIn({ data, dims }: InstanceType<typeof Tensor>, tokens: number): Nested {
  const [rows, , places] = dims as [number, number, number];
  const at = (row: number, head: number, place: number): number => ((row * heads + head) * places + place) * width;
  return made(rows, tokens, () => 0).map((row, r) =>
    row.map((head, h) => head.map((_, place) => [...(data as Float32Array).slice(at(r, h, place)).slice(0, width)])),
  );
}

test("whatever is added and dropped, every row has its tokens in order, and the free places behind them are finite", () => {
  const steps = fc.array(fc.boolean(), { maxLength: 100 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 40 }), steps, (rows, tokens, drops) => {
      let serial = 0;
      const next = (): number => ++serial;
      const expected = { past_keys: made(rows, tokens, next), past_values: made(rows, tokens, next) };
      const cache = new KeyValueCache(runtime, {
        past_keys: tensorOf(expected.past_keys),
        past_values: tensorOf(expected.past_values),
      });
      for (const dropsOne of drops) {
        const left = expected.past_keys.length;
        const own = { past_keys: made(left, 1, next), past_values: made(left, 1, next) };
        cache.add({ past_keys: tensorOf(own.past_keys), past_values: tensorOf(own.past_values) });
        tokens++;
        for (const name of names)
          expected[name].forEach((row, r) => row.forEach((head, h) => head.push(...own[name][r]![h]!)));
        if (dropsOne && left > 1) {
          const kept = Array.from({ length: left }, (_, row) => row).filter((row) => row !== tokens % left);
          cache.keep(kept);
          for (const name of names) expected[name] = kept.map((row) => expected[name][row]!);
        }
        const feeds = cache.feeds();
        for (const name of names) {
          expect(feeds[name]!.dims).toEqual([expected[name].length, heads, cache.places, width]);
          expect((feeds[name]!.data as Float32Array).every(Number.isFinite)).toBe(true);
        }
        expect(cache.places).toBeGreaterThanOrEqual(tokens);
      }
      const feeds = cache.feeds();
      for (const name of names) expect(heldIn(feeds[name]!, tokens)).toEqual(expected[name]);
    }),
    { numRuns: 30 },
  );
});

test("a cache is not moved for a token that it has a free place for", () => {
  const cache = new KeyValueCache(runtime, { past_keys: new Tensor("float32", [], [1, heads, 0, width]) });
  const before = cache.feeds().past_keys!.data;
  for (let token = 0; token < cache.places; token++) cache.add({ past_keys: tensorOf(made(1, 1, () => token)) });
  expect(cache.feeds().past_keys!.data).toBe(before);
  const { places } = cache;
  cache.add({ past_keys: tensorOf(made(1, 1, () => places)) });
  expect(cache.places).toBeGreaterThan(places);
  expect(heldIn(cache.feeds().past_keys!, places + 1)[0]![0]!.map(([first]) => first)).toEqual(
    Array.from({ length: places + 1 }, (_, token) => token),
  );
});
