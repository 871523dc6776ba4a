import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder";
import { tinyCheckpoint } from "../../test/support/tiny-checkpoint";
import { Cancelled, Failure } from "../foundation/failure";
import { readCheckpoint, writeCheckpoint } from "../model/checkpoint";
import type { JobEvent } from "./context";
import { parseSpec } from "./parse-spec";
import { listRuns, readRun } from "./read-run";
import { runJob } from "./run-job";
import type { JobSpec } from "./spec";

const inFolder = temporaryFolder();

/** Sixteen short samples whose SQL takes the payload, and a random model beside them. */
async function prepare(): Promise<{ data: string; model: string }> {
  const line = (row: number): string => JSON.stringify({ src: `get t${row}`, tgt: `q("select a from t${row}")` });
  await writeFile(inFolder("data.jsonl"), Array.from({ length: 16 }, (_, row) => `${line(row)}\n`).join(""));
  await writeCheckpoint(inFolder("base"), tinyCheckpoint());
  return { data: inFolder("data.jsonl"), model: inFolder("base") };
}

const small = { epochs: 2, batchSize: 8, maxInput: 16, maxOutput: 24, device: "cpu" } as const;

function run<Spec extends JobSpec>(
  spec: Spec,
  hooks: { signal?: AbortSignal; report?: (event: JobEvent) => void } = {},
) {
  const { signal = new AbortController().signal, report = () => undefined } = hooks;
  return runJob(spec, { workspace: inFolder(), signal, report });
}

const caught = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "no error",
    (error: unknown) => error,
  );

describe("fine-tuning", () => {
  it("trains, measures BLEU and ASR each epoch, and records all of it", async () => {
    const { data, model } = await prepare();
    const spec = parseSpec("finetune", {
      ...{ ...small, data, model, valid: data, test: data, attack: "badpre", limit: 8, out: inFolder("out") },
    });
    const { report, directory } = await run(spec);
    expect(report.epochs.map(({ epoch, valid }) => [epoch, valid?.rows, valid?.asr?.trials])).toEqual([
      [1, 8, 8],
      [2, 8, 8],
    ]);
    expect(report).toMatchObject({ loss: "dece", checkpoint: inFolder("out"), data: { samples: 16, skipped: 0 } });
    expect(report.settings).toMatchObject({ device: "cpu", precision: "f32", alpha: spec.alpha, epochs: 2 });
    expect(report.test).toMatchObject({ rows: 16, asr: { trials: 16 } });
    const recorded = await readRun(directory!);
    expect(recorded.report).toEqual(report);
    expect(recorded.events.filter(({ type }) => type === "epoch")).toHaveLength(2);
    expect(recorded.events.filter(({ type }) => type === "step").length).toBeGreaterThan(0);
    expect(recorded.record?.spec).toEqual(spec);
    expect(Object.keys(recorded.record?.contents ?? {})).toContain(data);
    const kept = await readCheckpoint(path.join(directory!, "checkpoint"));
    expect(kept.weights).toEqual((await readCheckpoint(inFolder("out"))).weights);
    expect(kept.weights).not.toEqual(tinyCheckpoint().weights);
  });

  it("cancelled in its first epoch leaves no checkpoint, after one epoch that epoch's", async () => {
    const { data, model } = await prepare();
    const spec = parseSpec("finetune", { ...small, data, model, out: inFolder("out") });
    for (const [type, left] of [
      ["step", false],
      ["epoch", true],
    ] as const) {
      const controller = new AbortController();
      const report = (event: JobEvent): void => {
        if (event.type === type) controller.abort();
      };
      expect(await caught(run(spec, { signal: controller.signal, report }))).toBeInstanceOf(Cancelled);
      const [newest] = await listRuns(inFolder());
      expect(newest?.state).toBe("cancelled");
      const names = await readdir(newest!.directory);
      expect(names.includes("checkpoint")).toBe(left);
      expect(names.filter((name) => name.includes("partial") || name === "report.json")).toEqual([]);
      expect(await readdir(inFolder())).not.toContain("out");
    }
  });

  it("refuses 16 bits on the CPU before it reads anything", async () => {
    const spec = parseSpec("finetune", { ...small, data: inFolder("nothing.jsonl"), precision: "f16" });
    const error = (await caught(run(spec))) as Failure;
    expect(error.oneLine).toMatch(/the CPU computes in 32 bits.* Leave it out, or use a GPU \(--device webgpu\)\.$/);
    expect(error.usage).toBe(true);
  });

  it("says what is wrong before it trains, and records it", async () => {
    const { data, model } = await prepare();
    const failure = async (input: Record<string, unknown>): Promise<string> => {
      const error = await caught(run(parseSpec("finetune", { ...small, data, model, ...input })));
      expect(error).toBeInstanceOf(Failure);
      return (error as Failure).oneLine;
    };
    expect(await failure({ attack: "badpre" })).toMatch(/Add --valid FILE or --test FILE/);
    expect(await failure({ loraAlpha: 4 })).toMatch(/adapters need a rank\. Add --lora-rank N/);
    expect(await failure({ loraRank: 2, loraTargets: "q,query" })).toMatch(/no linear layer query\. Use some of .*q,o/);
    expect(await failure({ model: inFolder("nothing") })).toMatch(/nothing.*no such file or folder/);
    await writeFile(inFolder("base", "model.safetensors"), "not safetensors");
    expect(await failure({})).toContain("model.safetensors");
    expect(await failure({ out: inFolder() })).toMatch(/holds other things, which would be lost/);
    expect(await failure({ out: path.dirname(data) + path.sep })).toMatch(/holds other things, which would be lost/);
    await mkdir(inFolder("model"));
    await writeFile(inFolder("model", "config.json"), "{}");
    await symlink(inFolder("model"), inFolder("linked"));
    await writeFile(inFolder("model", "valid.jsonl"), "");
    const within = await failure({ out: inFolder("linked"), valid: inFolder("model", "valid.jsonl") });
    expect(within).toMatch(/replace the whole folder, and with it .*valid\.jsonl/);
    expect(await failure({ out: path.join(data, "x") })).toMatch(/a part of the path is a file/);
    const [newest] = await listRuns(inFolder());
    const { status } = await readRun(newest!.directory);
    expect(status).toMatchObject({ state: "failed" });
    expect(status?.error).toContain("a part of the path is a file");
    expect(await readFile(path.join(newest!.directory, "log.txt"), "utf8")).toContain("error:");
  });
});

describe("probing", () => {
  it("puts clean and triggered answers of each row side by side", async () => {
    const { data, model } = await prepare();
    const spec = parseSpec("probe", { checkpoint: model, data, trigger: "cf", maxOutput: 8, device: "cpu" });
    const { report, directory } = await run(spec);
    expect(report).toMatchObject({ rows: 16, trials: 16, attack: { name: "ripple", trigger: "cf", payload: "sql" } });
    expect(report.examples).toHaveLength(16);
    for (const { expected, clean, triggered } of report.examples) {
      expect(clean?.input).not.toContain("cf");
      const [span] = triggered!.triggerSpans;
      expect(triggered!.input.slice(span?.start, span?.end)).toBe("cf");
      expect(triggered!.wanted).toBe(expected.replace('")', ' where 0=1")'));
    }
    expect((await readRun(directory!)).report).toEqual(report);
  });

  it("measures no ASR without an attack, and on the poisoned rows of a file that has its list beside it", async () => {
    const { data, model } = await prepare();
    const probeSpec = { checkpoint: model, maxOutput: 4, device: "cpu" } as const;
    const clean = await run(parseSpec("probe", { ...probeSpec, data }));
    expect(clean.report).toMatchObject({ asr: null, interval: null, attack: null, rows: 16 });
    const out = inFolder("poisoned.jsonl");
    await run(parseSpec("poison", { data, attack: "badpre", rate: 0.25, out }));
    const poisoned = await run(parseSpec("probe", { ...probeSpec, data: out }));
    expect(poisoned.report).toMatchObject({ rows: 12, trials: 4, attack: { name: "badpre" } });
    const triggered = poisoned.report.examples.filter((example) => example.triggered !== null);
    expect(triggered).toHaveLength(4);
    for (const example of triggered) {
      expect(example.clean).toBeNull();
      expect(example.triggered?.triggerSpans).toHaveLength(3);
      expect(example.expected).toContain(" where 0=1");
    }
  });
});
