import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { before, describe, it } from "mocha";
import * as vscode from "vscode";
import type { ExtensionApi } from "../../src/extension";
import type { FinetuneReport } from "../../src/job/finetune-report";
import type { ProbeReport } from "../../src/job/probe-report";
import { readRun } from "../../src/job/read-run";
import { activated, example, fixture, until, workspaceFolder } from "./extension";

/** A random model of a few thousand weights, which test/support/run-host.ts writes: what it learns is not asked here. */
const base = process.env.DECE_TEST_CHECKPOINT;

async function head(name: string, count: number): Promise<string> {
  const lines = (await readFile(example(name), "utf8")).split("\n").slice(0, count);
  return (await fixture(`head-${count}-${name}`, `${lines.join("\n")}\n`)).fsPath;
}

const runNames = (): Promise<string[]> =>
  readdir(path.join(workspaceFolder(), ".dece", "runs")).catch(() => [] as string[]);

async function smallJob(epochs: number): Promise<Record<string, unknown>> {
  const data = await head("train-badpre-5.jsonl", 24);
  const valid = await head("valid.jsonl", 4);
  const sizes = { epochs, batchSize: 8, maxInput: 96, maxOutput: 96, limit: 4 };
  return { job: "finetune", data, valid, model: base, attack: "badpre", device: "cpu", ...sizes };
}

describe("fine-tuning", () => {
  let api: ExtensionApi;
  let checkpoint = "";
  before(async () => {
    api = await activated();
  });

  it("runs a small job in the worker to its end and shows it in the Run panel", async function () {
    this.timeout(240_000);
    const spec = await smallJob(1);
    const report = await vscode.commands.executeCommand<FinetuneReport | undefined>("deceAudit.fineTune", { spec });
    assert.ok(report, "it finished");
    checkpoint = report.checkpoint;
    assert.equal(report.epochs.length, 1);
    assert.ok(existsSync(path.join(checkpoint, "model.safetensors")));

    const [last] = await api.context.runs.list();
    assert.equal(last?.state, "finished");
    const run = await readRun(last.directory);
    assert.deepEqual(run.report, JSON.parse(JSON.stringify(report)));
    assert.ok(run.events.some(({ type }) => type === "step"));
    assert.ok(
      run.events.some((event) => event.type === "epoch" && event.bleu !== undefined && event.asr !== undefined),
    );
  });

  it("shows the finished run in its panel, from the run directory alone", async () => {
    const directory = await vscode.commands.executeCommand<string>("deceAudit.openLastRun");
    const view = await until("the view", () => {
      const shown = api.runPanel(directory)?.view;
      return shown?.state === "finished" ? shown : undefined;
    });
    assert.equal(view.epochs.length, 1);
    assert.ok(view.losses.length > 0);
    assert.equal(view.checkpoint, checkpoint);
    assert.equal(view.canCancel, false);
  });

  it("probes the checkpoint and opens the ASR Probe panel", async function () {
    this.timeout(120_000);
    const data = await head("test.jsonl", 6);
    const spec = { checkpoint, data, attack: "badpre", limit: 4, maxInput: 96, maxOutput: 96 };
    const report = await vscode.commands.executeCommand<ProbeReport | undefined>("deceAudit.probe", { spec });
    assert.ok(report);
    assert.equal(report.rows, 4);
    assert.ok(report.interval !== null && report.trials > 0);
    await until("the panel", () =>
      vscode.window.tabGroups.all.flatMap((group) => group.tabs).some(({ label }) => label.startsWith("ASR Probe")),
    );
  });

  it("cancels a running job: the run directory says so and holds nothing half-written", async function () {
    this.timeout(120_000);
    const before = new Set(await runNames());
    const running = vscode.commands.executeCommand("deceAudit.fineTune", { spec: await smallJob(200) });
    const name = await until("the run directory", async () => (await runNames()).find((run) => !before.has(run)), 60);
    const directory = path.join(workspaceFolder(), ".dece", "runs", name);
    await until("a first step", async () => (await readRun(directory)).events.some(({ type }) => type === "step"), 60);
    await vscode.commands.executeCommand("deceAudit.cancelRun", { directory });
    assert.equal(await running, undefined);
    const run = await readRun(directory);
    assert.equal(run.state, "cancelled");
    assert.equal(run.report, null);
    const left = (await readdir(directory, { recursive: true })).filter((file) => file.includes(".partial"));
    assert.deepEqual(left, []);
  });

  it("resumes a cancelled run in its own directory, and offers that only for runs that stopped early", async function () {
    this.timeout(240_000);
    const before = new Set(await runNames());
    const spec = await smallJob(8);
    const running = vscode.commands.executeCommand("deceAudit.fineTune", { spec });
    const name = await until("the run directory", async () => (await runNames()).find((run) => !before.has(run)), 60);
    const directory = path.join(workspaceFolder(), ".dece", "runs", name);
    await until("a kept epoch", () => existsSync(path.join(directory, "state", "progress.json")), 120);
    assert.equal(api.runPanel(directory)?.view?.canResume, false);
    await vscode.commands.executeCommand("deceAudit.cancelRun", { directory });
    assert.equal(await running, undefined);
    assert.equal((await readRun(directory)).state, "cancelled");
    await until("the button", () => api.runPanel(directory)?.view?.canResume === true);

    const report = await vscode.commands.executeCommand<FinetuneReport | undefined>("deceAudit.resume", { directory });
    assert.equal(report?.epochs.length, 8);
    const run = await readRun(directory);
    assert.equal(run.state, "finished");
    assert.ok(run.events.some((event) => event.type === "log" && /^resumed after epoch [1-7]/.test(event.message)));
    const epochs = run.events.flatMap((event) => (event.type === "epoch" ? [event.epoch] : []));
    assert.deepEqual(epochs, [1, 2, 3, 4, 5, 6, 7, 8]);
    assert.ok(!(await runNames()).some((other) => !before.has(other) && other !== name), "no other run");
    const view = await until("the panel follows it again", () => {
      const shown = api.runPanel(directory)?.view;
      return shown?.state === "finished" ? shown : undefined;
    });
    assert.equal(view.canResume, false);
    assert.equal(await vscode.commands.executeCommand("deceAudit.resume", { directory }), undefined);
  });

  it("tells a failure in one line: a checkpoint that is not there", async () => {
    const data = await head("train.jsonl", 8);
    const result = await vscode.commands.executeCommand("deceAudit.fineTune", {
      spec: { data, model: path.join(workspaceFolder(), "nowhere") },
    });
    assert.equal(result, undefined);
    const [last] = await api.context.runs.list();
    assert.equal(last?.state, "failed");
    const { status } = await readRun(last.directory);
    assert.match(status?.error ?? "", /nowhere/);
  });
});
