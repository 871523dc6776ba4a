import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plantedPairs } from "../detect/generated-samples";
import type { ScanReport } from "../detect/report";
import { Failure } from "../foundation/failure";
import type { JobContext } from "./context";
import { parseSpec } from "./parse-spec";
import { scan, scanExitCode } from "./scan";

let folder: string;
const inFolder = (...names: string[]): string => path.join(folder, ...names);
const quiet: JobContext = { signal: new AbortController().signal, report: () => undefined };
const run = (given: Readonly<Record<string, unknown>>): Promise<ScanReport> => scan(parseSpec("scan", given), quiet);

const lines = (pairs: readonly (readonly [string, string])[]): string =>
  pairs.map(([src, tgt]) => `${JSON.stringify({ src, tgt })}\n`).join("");
const { pairs, poisoned } = plantedPairs(3, { count: 300, rate: 0.05 });
const clean = plantedPairs(4, { count: 100, rate: 0 }).pairs;

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "dece-scan-"));
  writeFileSync(inFolder("poisoned.jsonl"), lines(pairs));
  writeFileSync(inFolder("clean.jsonl"), lines(clean));
  writeFileSync(inFolder("torn.jsonl"), `${lines(clean)}{"src": \n`);
  writeFileSync(inFolder("empty.jsonl"), "");
  mkdirSync(inFolder("tree", "b"), { recursive: true });
  mkdirSync(inFolder("none"));
  writeFileSync(inFolder("tree", "z.jsonl"), lines(clean));
  writeFileSync(inFolder("tree", "b", "a.jsonl"), lines(clean));
  writeFileSync(inFolder("tree", "settings.json"), "{}");
  symlinkSync(inFolder("tree"), inFolder("tree", "b", "loop"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("scan", () => {
  it("reports a poisoned file, and sets its flagged samples apart byte by byte", async () => {
    const [bad, good] = [inFolder("bad.jsonl"), inFolder("good.jsonl")];
    const report = await run({ paths: [inFolder("poisoned.jsonl")], quarantine: bad, clean: good });
    expect(report).toMatchObject({
      version: 1,
      verdict: "suspect",
      samples: { total: 300, flagged: poisoned.size, skipped: 0 },
    });
    expect(scanExitCode(report)).toBe(1);
    expect(report.files[0]).toMatchObject({ path: inFolder("poisoned.jsonl"), format: "jsonl", language: "python" });
    expect(readFileSync(bad, "utf8")).toBe(lines(pairs.filter((_pair, row) => poisoned.has(row))));
    expect(readFileSync(good, "utf8")).toBe(lines(pairs.filter((_pair, row) => !poisoned.has(row))));
  });

  it.each([
    ["clean.jsonl", "clean", 0],
    ["torn.jsonl", "incomplete", 3],
    ["empty.jsonl", "not-measured", 3],
    ["none", "not-measured", 3],
  ])("%s is %s", async (name, verdict, code) => {
    const report = await run({ paths: [inFolder(name)] });
    expect([report.verdict, scanExitCode(report)]).toEqual([verdict, code]);
  });

  it("walks a folder once, in order, and follows no linked folder", async () => {
    const report = await run({ paths: [inFolder("tree"), inFolder("tree", "z.jsonl")] });
    expect(report.files.map((file) => file.path)).toEqual([
      inFolder("tree", "b", "a.jsonl"),
      inFolder("tree", "z.jsonl"),
    ]);
    expect(report.samples).toEqual({ total: 200, flagged: 0, skipped: 0 });
  });

  it.each<[string, (file: string) => Readonly<Record<string, unknown>>]>([
    ["a dataset with its clean samples", (file) => ({ clean: file })],
    ["a dataset with a report", (file) => ({ json: file })],
    ["a dataset that it met in a folder", (file) => ({ paths: [path.dirname(file)], json: file })],
    ["a dataset behind a symbolic link", (file) => ({ paths: [inFolder("over", "linked.jsonl")], json: file })],
    ["a dataset that has two names", (file) => ({ quarantine: inFolder("over", "hard.jsonl"), paths: [file] })],
    ["a report with flagged samples", () => ({ json: inFolder("new"), quarantine: inFolder("over", "..", "new") })],
    ["flagged samples with the others", () => ({ clean: inFolder("new"), quarantine: inFolder("new") })],
    ["a folder", () => ({ json: inFolder("none") })],
    ["what stands below a file", (file) => ({ quarantine: path.join(file, "below") })],
  ])("never replaces %s, and says so before it reads", async (_what, spec) => {
    rmSync(inFolder("over"), { recursive: true, force: true });
    mkdirSync(inFolder("over"));
    const file = inFolder("over", "a.jsonl");
    writeFileSync(file, lines(clean));
    symlinkSync(file, inFolder("over", "linked.jsonl"));
    linkSync(file, inFolder("over", "hard.jsonl"));
    const phases: unknown[] = [];
    const given = parseSpec("scan", { paths: [file], ...spec(file) });
    const error = await scan(given, { ...quiet, report: (event) => phases.push(event) }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(Failure);
    expect(phases).toEqual([]);
    expect(readFileSync(file, "utf8")).toBe(lines(clean));
    expect(existsSync(inFolder("new"))).toBe(false);
  });

  it("replaces the report of the scan before, also in the folder that it scans", async () => {
    mkdirSync(inFolder("again"));
    writeFileSync(inFolder("again", "a.jsonl"), lines(clean));
    const again = (): Promise<ScanReport> =>
      run({ paths: [inFolder("again")], json: inFolder("again", "report.json") });
    expect((await again()).files).toHaveLength(1);
    expect((await again()).files).toHaveLength(1);
  });

  it("refuses to split two files into one, and to call the JSON report SARIF", async () => {
    const file = inFolder("poisoned.jsonl");
    const two = run({ paths: [file, inFolder("clean.jsonl")], quarantine: inFolder("q.jsonl") });
    await expect(two).rejects.toMatchObject({ usage: true });
    const sarif = run({ paths: [inFolder("empty.jsonl")], json: inFolder("r.SARIF") });
    await expect(sarif).rejects.toMatchObject({ usage: true });
  });

  it("names a file that is not there", async () => {
    await expect(run({ paths: [inFolder("nowhere.csv")] })).rejects.toMatchObject({
      place: { file: inFolder("nowhere.csv") },
    });
  });
});
