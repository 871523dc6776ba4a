/** A run that is stopped anywhere goes on to the same bytes, and what cannot go on says why. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { bundleForTest } from "../../test/support/bundle";
import { temporaryFolder } from "../../test/support/temporary-folder";
import { tinyCheckpoint } from "../../test/support/tiny-checkpoint";
import { Cancelled, Failure } from "../foundation/failure";
import { writeCheckpoint } from "../model/checkpoint";
import type { JobEvent } from "./context";
import { parseSpec } from "./parse-spec";
import { listRuns, readRun } from "./read-run";
import { readProgress, readState, resumedSpec, writeState } from "./resume";
import { runJob } from "./run-job";
import type { FinetuneSpec } from "./spec";

const inFolder = temporaryFolder();
const ignore = (): void => undefined;

async function prepare(epochs: number, out: string): Promise<FinetuneSpec> {
  const line = (row: number): string => JSON.stringify({ src: `get t${row}`, tgt: `q("select a from t${row}")` });
  await writeFile(inFolder("data.jsonl"), Array.from({ length: 16 }, (_, row) => `${line(row)}\n`).join(""));
  await writeCheckpoint(inFolder("base"), tinyCheckpoint());
  return parseSpec("finetune", {
    ...{ data: inFolder("data.jsonl"), model: inFolder("base"), out: inFolder(out), epochs },
    ...{ batchSize: 8, accumulate: 2, checkpointing: true, maxInput: 16, maxOutput: 24, device: "cpu" },
  });
}

const run = (spec: FinetuneSpec, report: (event: JobEvent) => void = ignore, signal = new AbortController().signal) =>
  runJob(spec, { workspace: inFolder(), signal, report });

/** Stops it at the first event that `isPlace` accepts; gives its directory. */
async function stopped(spec: FinetuneSpec, isPlace: (event: JobEvent) => boolean): Promise<string> {
  const controller = new AbortController();
  const report = (event: JobEvent): void => {
    if (isPlace(event)) controller.abort();
  };
  await expect(run(spec, report, controller.signal)).rejects.toBeInstanceOf(Cancelled);
  return (await listRuns(inFolder()))[0]!.directory;
}

const weights = (out: string): Promise<Buffer> => readFile(inFolder(out, "model.safetensors"));
const oneLine = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "no error",
    (error: unknown) => (error instanceof Failure ? error.oneLine : String(error)),
  );

describe("resuming", () => {
  it("comes to the weights of an uninterrupted run, byte for byte, and to its curve", async () => {
    await run(await prepare(3, "whole"));
    const whole = await readRun((await listRuns(inFolder()))[0]!.directory);
    await rm(inFolder(".dece"), { recursive: true });
    // Not at a step of epoch 2: steps are told ten times a second at most, and this epoch is shorter.
    const directory = await stopped(await prepare(3, "parts"), ({ type }) => type === "epoch");
    expect(await readdir(inFolder())).not.toContain("parts");
    expect(await readProgress(directory)).toMatchObject({ epoch: 1, device: "cpu" });
    const { report } = await run(await resumedSpec(directory, inFolder()));
    expect((await weights("parts")).equals(await weights("whole"))).toBe(true);
    expect(report.epochs.map(({ epoch, loss }) => [epoch, loss])).toEqual(
      (whole.report as typeof report).epochs.map(({ epoch, loss }) => [epoch, loss]),
    );
    const { events, state } = await readRun(directory);
    expect(state).toBe("finished");
    expect(events.flatMap((event) => (event.type === "epoch" ? [event.epoch] : []))).toEqual([1, 2, 3]);
    expect(await readdir(directory)).not.toContain("state");
    expect(await oneLine(resumedSpec(directory, inFolder()))).toMatch(/the run is finished/);
  });

  it("survives kill -9 in a process of its own", async () => {
    const epochs = 15;
    const spec = await prepare(epochs, "killed");
    const script = await bundleForTest("src/cli.ts", "cli-resume");
    const flags = ["--data", spec.data, "--model", spec.model, "--out", inFolder("killed"), "--epochs", `${epochs}`];
    const saving = ["--accumulate", "2", "--checkpointing"];
    const limits = [...saving, "--batch-size", "8", "--max-input", "16", "--max-output", "24", "--device", "cpu"];
    const child = spawn(process.execPath, [script, "finetune", ...flags, ...limits], { cwd: inFolder() });
    let printed = "";
    child.stderr.on("data", (chunk: Buffer) => {
      printed += chunk.toString("utf8");
      if (/^epoch 2\//m.test(printed)) child.kill("SIGKILL");
    });
    expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
    const [killed] = await listRuns(inFolder());
    expect(killed?.state).toBe("interrupted");
    expect((await readProgress(killed!.directory))?.epoch).toBeGreaterThanOrEqual(2);
    // By its name in the workspace.
    await run(await resumedSpec(killed!.name, inFolder()));
    await run({ ...spec, out: inFolder("whole") });
    expect((await weights("killed")).equals(await weights("whole"))).toBe(true);
  });

  it("begins anew where no epoch is complete, and ends a run whose epochs are all complete", async () => {
    const early = await stopped(await prepare(2, "early"), ({ type }) => type === "step");
    expect(await readProgress(early)).toBeNull();
    await run(await resumedSpec(early, inFolder()));
    const late = await stopped(await prepare(2, "late"), (event) => event.type === "epoch" && event.epoch === 2);
    await run(await resumedSpec(late, inFolder()));
    expect((await weights("late")).equals(await weights("early"))).toBe(true);
  });

  it("finds the state that a kill between two renames left beside its place", async () => {
    const directory = await stopped(await prepare(2, "moved"), (event) => event.type === "epoch");
    const host = createHash("sha256").update(os.hostname()).digest("hex").slice(0, 8);
    await rename(path.join(directory, "state"), path.join(directory, `state.${host}-999999999-0.partial.previous`));
    await mkdir(path.join(directory, `state.${host}-999999999-1.partial`));
    expect(await readProgress(directory)).toMatchObject({ epoch: 1 });
    await run(await resumedSpec(directory, inFolder()));
    expect((await readdir(directory)).filter((name) => name.startsWith("state"))).toEqual([]);
  });

  it("keeps the loss scale of a run in 16 bits, and lets no other precision go on with it", async () => {
    const { model, weights } = tinyCheckpoint();
    const tensors = { parameter: weights, moment1: weights, moment2: weights };
    const lossScale = { scale: 2 ** 13, steady: 77, skipped: 3 };
    await mkdir(inFolder("half"));
    await writeState(
      inFolder("half"),
      model.shapes,
      { epoch: 1, tensors, lossScale },
      { epochs: [], device: "webgpu" },
    );
    const progress = await readProgress(inFolder("half"));
    expect(await readState(inFolder("half"), progress!, model.shapes)).toEqual({ epoch: 1, tensors, lossScale });
    const directory = await stopped(await prepare(2, "full"), (event) => event.type === "epoch");
    const resumed = await resumedSpec(directory, inFolder());
    expect(await oneLine(run({ ...resumed, precision: "f16" }))).toMatch(
      /precision is f16 and was f32 .* start a new run/,
    );
  });

  it("says in one line why a run cannot go on", async () => {
    const spec = await prepare(2, "changed");
    const directory = await stopped(spec, (event) => event.type === "epoch");
    const resumed = await resumedSpec(directory, inFolder());
    expect(await oneLine(run({ ...resumed, seed: 7 }))).toMatch(/seed is 7 and was 42 .* start a new run/);
    const state = path.join(directory, "state", "moment1.safetensors");
    const kept = await readFile(state);
    await writeFile(state, kept.subarray(0, 900));
    expect(await oneLine(run(resumed))).toMatch(/moment1\.safetensors: the checkpoint is damaged/);
    await writeFile(state, kept);
    await writeFile(path.join(directory, "state", "progress.json"), "{}");
    expect(await oneLine(run(resumed))).toMatch(/progress\.json: it does not say how far the run came/);
    await writeFile(spec.data, '{"src": "a", "tgt": "b"}\n');
    expect(await oneLine(run(resumed))).toMatch(/data\.jsonl: it is not what it was when the run began/);
    expect(await oneLine(resumedSpec(inFolder("base"), inFolder()))).toMatch(/no run directory/);
    expect(await oneLine(resumedSpec("nothing", inFolder()))).toMatch(/no such file or folder/);
  });
});
