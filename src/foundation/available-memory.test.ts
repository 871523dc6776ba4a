import { expect, test } from "vitest";
import { availableMemory } from "./available-memory";

test("a Mac's free memory is not taken for all that a job may have", () => {
  const total = 2 ** 50;
  expect(availableMemory("darwin", total)).toBe(0.75 * total);
  expect(availableMemory("linux", total)).toBeLessThan(total / 4);
});
