import { createHash } from "node:crypto";
import { appendFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder";
import { Failure } from "../foundation/failure";
import { parseSpec } from "./parse-spec";
import { listRuns, readRun } from "./read-run";
import { createRun, settleKilledRun, shortName, type RunRecord, type RunStatus } from "./run-directory";

const inFolder = temporaryFolder();
const record: RunRecord = {
  spec: parseSpec("demo", {}),
  versions: { node: "20" },
  contents: {},
};
/** As a process that is gone leaves it on this machine. */
const killedPartial = (target: string): string => {
  const host = createHash("sha256").update(os.hostname()).digest("hex").slice(0, 8);
  return `${target}.${host}-${2 ** 22 + 1}-0.partial`;
};
const noon = new Date("2026-03-01T12:00:00Z");

describe("a run directory", () => {
  it("is named by time, job and short name, and holds spec, status, events, log and report", async () => {
    const run = await createRun(inFolder(), "CE & DeCE/../x", record, noon);
    expect(path.relative(inFolder(), run.path)).toBe(
      path.join(".dece", "runs", "2026-03-01T12-00-00Z-demo-CE-DeCE-..-x"),
    );
    run.append({ type: "phase", name: "Reading" });
    run.append({ type: "log", level: "warning", message: "two\nlines" });
    await run.finish({ state: "finished", report: { bleu: 1 } });
    const read = await readRun(run.path);
    expect(read).toMatchObject({ state: "finished", job: "demo", report: { bleu: 1 }, record });
    expect(read.events.map(({ type }) => type)).toEqual(["phase", "log"]);
    expect(await readFile(path.join(run.path, "log.txt"), "utf8")).toMatch(/^\S+ warning: two lines\n$/);
    expect(await readFile(inFolder(".dece", ".gitignore"), "utf8")).toBe("*\n!baseline.json\n");
  });

  it("never shares a name with another run of the same second", async () => {
    const runs = [await createRun(inFolder(), "a", record, noon), await createRun(inFolder(), "a", record, noon)];
    expect(runs.map((run) => path.basename(run.path))).toEqual([
      "2026-03-01T12-00-00Z-demo-a",
      "2026-03-01T12-00-00Z-demo-a-2",
    ]);
  });

  it("fails in one line where the workspace is no folder", async () => {
    await writeFile(inFolder("file"), "");
    const failure = await createRun(inFolder("file"), "a", record).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Failure);
    expect((failure as Failure).oneLine).toMatch(/cannot write: a part of the path is a file/);
  });

  it("is read through half-written lines and missing files", async () => {
    const run = await createRun(inFolder(), "a", record);
    expect((await readRun(run.path)).state).toBe("running");
    run.append({ type: "progress", done: 1, total: 2, unit: "rows" });
    await appendFile(path.join(run.path, "metrics.jsonl"), 'null\n{"type":"progress","done":2,"tot');
    await writeFile(path.join(run.path, "report.json"), '{"half":');
    const read = await readRun(run.path);
    expect(read.events).toHaveLength(1);
    expect(read.report).toBeNull();
    await mkdir(inFolder(".dece", "runs", "0-empty"));
    expect((await listRuns(inFolder())).map(({ state }) => state)).toEqual(["running", "interrupted"]);
  });

  it("gives the events before the cut, wherever a kill cut metrics.jsonl", async () => {
    const run = await createRun(inFolder(), "a", record);
    for (let done = 0; done < 4; done++) run.append({ type: "progress", done, total: 4, unit: "Zeilen äöü" });
    const file = path.join(run.path, "metrics.jsonl");
    const whole = await readFile(file);
    const lines = whole.toString().split("\n").slice(0, -1);
    for (let cut = 0; cut <= whole.length; cut += 3) {
      await writeFile(file, whole.subarray(0, cut));
      const { events } = await readRun(run.path);
      expect(events).toEqual(lines.slice(0, events.length).map((line) => JSON.parse(line) as unknown));
      expect(events.length).toBeGreaterThanOrEqual(whole.subarray(0, cut).toString().split("\n").length - 1);
    }
  });

  it("shows a run whose process is gone as interrupted, and settles it with its leftovers", async () => {
    const run = await createRun(inFolder(), "a", record);
    const statusFile = path.join(run.path, "status.json");
    const status = JSON.parse(await readFile(statusFile, "utf8")) as RunStatus;
    await writeFile(statusFile, JSON.stringify({ ...status, pid: 2 ** 22 + 1 }));
    expect((await readRun(run.path)).state).toBe("interrupted");
    const partials = [killedPartial("checkpoint"), path.join("checkpoint", killedPartial("ce"))];
    for (const name of partials) await mkdir(path.join(run.path, name), { recursive: true });
    await settleKilledRun(run.path, status, { state: "cancelled" });
    expect((await readRun(run.path)).state).toBe("cancelled");
    expect((await readdir(run.path, { recursive: true })).filter((name) => name.includes("partial"))).toEqual([]);
  });

  it("shows a run from before the last boot as interrupted, whoever has its process number now", async () => {
    const run = await createRun(inFolder(), "a", record, new Date(0));
    expect((await readRun(run.path)).state).toBe("interrupted");
  });

  it("lists runs newest first, and none where there are none", async () => {
    expect(await listRuns(inFolder())).toEqual([]);
    await createRun(inFolder(), "old", record, noon);
    await createRun(inFolder(), "new", record, new Date("2026-03-02T12:00:00Z"));
    expect((await listRuns(inFolder())).map(({ name }) => name.slice(-3))).toEqual(["new", "old"]);
  });
});

describe("shortName", () => {
  it.each([
    ["train-badpre.jsonl", "train-badpre.jsonl"],
    ["../..", "run"],
    ["Ünïcode données", "Unicode-donnees"],
    ["x".repeat(99), "x".repeat(40)],
    ["", "run"],
  ])("%j is %s", (text, name) => expect(shortName(text)).toBe(name));
});
