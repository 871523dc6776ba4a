import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openDataset } from "../dataset/open";
import { plantedPairs } from "../detect/generated-samples";
import type { JobContext, JobEvent } from "./context";
import { tellFirstIn, tellFirstOf } from "./first-findings";
import { scan } from "./scan";

const folder = mkdtempSync(path.join(tmpdir(), "first-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { pairs } = plantedPairs(4, { count: 5000, rate: 0.05 });
const file = path.join(folder, "large.jsonl");
writeFileSync(file, pairs.map(([src, tgt]) => `${JSON.stringify({ src, tgt })}\n`).join(""));

function listening(): { readonly context: JobContext; readonly firsts: Extract<JobEvent, { type: "first" }>[] } {
  const firsts: Extract<JobEvent, { type: "first" }>[] = [];
  const report = (event: JobEvent): void => {
    if (event.type === "first") firsts.push(event);
  };
  return { context: { signal: new AbortController().signal, report }, firsts };
}

describe("first findings", () => {
  it("are those of the first samples, with their places, and the same row by row as in memory", async () => {
    const inMemory = listening();
    await tellFirstOf(await openDataset(file), { baseline: null }, inMemory.context);
    const streamed = listening();
    await tellFirstIn(file, { baseline: null }, streamed.context);
    expect(streamed.firsts).toEqual(inMemory.firsts);
    expect(inMemory.firsts.map(({ samples }) => samples)).toEqual([250, 1000]);
    const { findings, triggers } = inMemory.firsts[1]!;
    expect(triggers.map(({ text }) => text)).toEqual(["bb"]);
    const held = findings.find(({ rule }) => rule === "inserted-token")!;
    const line = JSON.stringify({ src: pairs[held.row]![0], tgt: pairs[held.row]![1] });
    const { startPosition, endPosition } = held;
    expect(startPosition.line).toBe(held.row + 1);
    expect(line.slice(startPosition.column - 1, endPosition.column - 1)).toBe("bb");
  });

  it("come before the report, which does not hang on them", async () => {
    const { context, firsts } = listening();
    const report = await scan({ job: "scan", paths: [file] }, context);
    expect(firsts).toHaveLength(2);
    expect(report.triggers.map(({ text }) => text)).toEqual(["bb"]);
    expect(report.triggers[0]!.statistics.samplesWithTrigger).toBeGreaterThan(200);
  });

  it("are not told of a small dataset, nor where the file cannot be read", async () => {
    const { context, firsts } = listening();
    const dataset = await openDataset(file);
    await tellFirstOf({ ...dataset, samples: dataset.samples.slice(0, 100) }, { baseline: null }, context);
    await tellFirstIn(path.join(folder, "none.jsonl"), { baseline: null }, context);
    expect(firsts).toEqual([]);
  });
});
