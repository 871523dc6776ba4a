import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plantedPairs } from "../detect/generated-samples";
import type { ScanReport } from "../detect/report";
import { Failure } from "../foundation/failure";
import { baselinePath, sampleHash, suppress } from "./baseline";
import { parseSpec } from "./parse-spec";
import { scan, scanExitCode } from "./scan";

const { pairs, poisoned } = plantedPairs(3, { count: 300, rate: 0.05 });
let folder: string;
const inFolder = (...names: string[]): string => path.join(folder, ...names);
const run = (given: Readonly<Record<string, unknown>>): Promise<ScanReport> =>
  scan(parseSpec("scan", given), { signal: new AbortController().signal, report: () => undefined });

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "dece-accepted-"));
  writeFileSync(inFolder("a.jsonl"), pairs.map(([src, tgt]) => `${JSON.stringify({ src, tgt })}\n`).join(""));
  // The same samples backwards in another format: a suppression goes with the sample, not with the row.
  const turned = [...pairs].reverse();
  writeFileSync(inFolder("b.json"), JSON.stringify(turned.map(([src, tgt]) => ({ src, tgt }))));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const accept = (rows: Iterable<number>, rules: readonly string[]): Promise<unknown> =>
  suppress(
    folder,
    [...rows].flatMap((row) => {
      const [input, output] = pairs[row]!;
      return rules.map((rule) => ({ hash: sampleHash(input, output), rule, reason: "a known template" }));
    }),
  );

describe("a scan with a baseline", () => {
  it("counts what was accepted apart, wherever the sample stands", async () => {
    const [first] = poisoned;
    await accept([first!], ["inserted-token", "payload"]);
    const baseline = baselinePath(folder);
    for (const name of ["a.jsonl", "b.json"]) {
      const report = await run({ paths: [inFolder(name)], baseline });
      expect(report.samples.flagged).toBe(poisoned.size - 1);
      expect(report.suppressed?.map(({ rule, reason, trigger }) => [rule, reason, trigger])).toEqual([
        ["inserted-token", "a known template", "inserted-token-1"],
        ["payload", "a known template", "inserted-token-1"],
      ]);
      const row = report.suppressed?.[0]?.row;
      expect(report.findings.some((finding) => finding.row === row)).toBe(false);
    }
  });

  it("is clean when all is accepted, sets nothing apart, and still names the trigger", async () => {
    await accept(poisoned, ["inserted-token", "payload"]);
    const clean = inFolder("clean.jsonl");
    const report = await run({ paths: [inFolder("a.jsonl")], baseline: baselinePath(folder), clean });
    expect([report.verdict, scanExitCode(report), report.samples.flagged]).toEqual(["clean", 0, 0]);
    expect(readFileSync(clean, "utf8")).toBe(readFileSync(inFolder("a.jsonl"), "utf8"));
    expect(report.triggers).toMatchObject([{ text: "bb" }]);
  });

  it("takes no baseline that was not named, also where one stands beside the dataset", async () => {
    const report = await run({ paths: [inFolder("a.jsonl")] });
    expect(report.verdict).toBe("suspect");
    expect(report).not.toHaveProperty("suppressed");
  });

  it("does not begin with a baseline that is none, and never replaces it", async () => {
    const broken = inFolder("broken.json");
    writeFileSync(broken, "[]");
    for (const given of [
      { baseline: broken },
      { baseline: inFolder("none.json") },
      { baseline: broken, json: broken },
    ]) {
      await expect(run({ paths: [inFolder("a.jsonl")], ...given })).rejects.toBeInstanceOf(Failure);
    }
    expect(readFileSync(broken, "utf8")).toBe("[]");
  });
});
