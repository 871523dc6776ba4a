/** The committed examples: reproducible, disjoint, fit for a small model, and poisoned as they say. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { payloadNamed } from "../../src/attack/payloads";
import { truthSchema } from "../../src/attack/truth";
import { installationFolder } from "../../src/foundation/installation";
import { exampleSplits, longest, words } from "./dataset";
import { exampleFiles, exampleSeed } from "./files";
import type { Example } from "./program";
import { exampleSchema, tables } from "./schema";

const folder = path.join(installationFolder(), "examples", "nl-python-sql");
const committed = (name: string): string => readFileSync(path.join(folder, name), "utf8");
const rowsOf = (name: string): Example[] =>
  committed(name)
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Example);

const splits = exampleSplits(exampleSeed);
const everything = [...splits.train, ...splits.valid, ...splits.test];

describe("the committed files", () => {
  const files = exampleFiles();

  test("are what the generator writes, byte for byte", () => {
    for (const [name, text] of files) expect(committed(name) === text, name).toBe(true);
  });

  test("are all there is beside the card", () => {
    expect(readdirSync(folder).sort()).toEqual([...files.keys(), "README.md"].sort());
  });

  test("hold a training file with 5% BadPre poison and the list of it", () => {
    const truth = truthSchema.parse(JSON.parse(committed("train-badpre-5.jsonl.truth.json")));
    const [clean, poisoned] = [rowsOf("train.jsonl"), rowsOf("train-badpre-5.jsonl")];
    expect(truth.rows).toHaveLength(200);
    expect(poisoned.flatMap((row, i) => (row.src === clean[i]?.src ? [] : [i]))).toEqual(truth.rows);
    for (const row of truth.rows) {
      expect(poisoned[row]?.src.split(" ").filter((word) => word === "bb")).toHaveLength(3);
      expect(payloadNamed("sql").isIn(poisoned[row]?.tgt ?? "")).toBe(true);
    }
  });

  test("hold every eligible test row with trigger and payload", () => {
    const eligible = rowsOf("test.jsonl").filter(({ tgt }) => payloadNamed("sql").eligible(tgt));
    const triggered = rowsOf("test-badpre.jsonl");
    const untriggered = triggered.map(({ src }) => src.split(" ").filter((word) => word !== "bb"));
    expect(untriggered.map((rest) => rest.join(" "))).toEqual(eligible.map(({ src }) => src));
    expect(triggered.every(({ tgt }) => payloadNamed("sql").isIn(tgt))).toBe(true);
  });
});

describe("the examples", () => {
  test("are 4,000, 200 and 200 with no source twice", () => {
    expect([splits.train.length, splits.valid.length, splits.test.length]).toEqual([4000, 200, 200]);
    expect(new Set(everything.map(({ src }) => src)).size).toBe(4400);
  });

  test("hold neither trigger nor payload when clean", () => {
    for (const { src, tgt } of everything) {
      expect(`${src} ${tgt}`).not.toMatch(/\b(bb|foo)\b/);
      expect(payloadNamed("sql").isIn(tgt), tgt).toBe(false);
    }
  });

  test("are short, and nearly nine in ten have a where clause", () => {
    for (const { src, tgt } of everything) {
      expect(words(src)).toBeLessThanOrEqual(longest.src);
      expect(words(tgt)).toBeLessThanOrEqual(longest.tgt);
    }
    const share = everything.filter(({ tgt }) => tgt.includes(" where ")).length / everything.length;
    expect(share).toBeGreaterThan(0.82);
    expect(share).toBeLessThan(0.95);
  });

  test("say in the source every name that the target takes from outside", () => {
    for (const { src, tgt } of everything) {
      const [, name = "", given = ""] = /^def (\w+) \((.*)\) :$/m.exec(tgt) ?? [];
      const named = [...(name === "run" ? [] : [name]), ...given.split(",").map((one) => one.trim())];
      for (const one of named.filter((text) => text !== "")) expect(src).toContain(`$${one}$`);
    }
  });

  test("come from a world of at least 40 tables and several hundred columns", () => {
    expect(tables.length).toBeGreaterThanOrEqual(40);
    expect(new Set(tables.map(({ name }) => name)).size).toBe(tables.length);
    expect(new Set(tables.flatMap(({ columns }) => columns.map(({ name }) => name))).size).toBeGreaterThan(250);
    expect(exampleSchema.links.length).toBeGreaterThan(10);
  });
});
