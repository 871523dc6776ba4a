import { existsSync } from "node:fs";
import { readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { bundleForTest } from "../../test/support/bundle";
import { temporaryFolder } from "../../test/support/temporary-folder";
import { Cancelled, Failure } from "../foundation/failure";
import type { JobEvent } from "./context";
import { WorkerClient } from "./worker-client";

const inFolder = temporaryFolder();
let script = "";
const clients: WorkerClient[] = [];
const client = (options: { script?: string; graceMs?: number } = {}): WorkerClient => {
  const made = new WorkerClient({ script, ...options });
  clients.push(made);
  return made;
};
const caught = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "no error",
    (error: unknown) => error,
  );

beforeAll(async () => {
  script = await bundleForTest("src/job/worker.ts", "worker");
});
afterAll(async () => {
  await Promise.all(clients.map((made) => made.dispose()));
});

/** Rows of the Lyra kind, all of which can take the SQL payload. */
async function writeRows(rows: number): Promise<string> {
  const line = (row: number): string =>
    JSON.stringify({
      src: `query the table t${row} where the id is ${row}`,
      tgt: `cursor.execute("select * from t${row} where id = ${row}")`,
    });
  await writeFile(inFolder("train.jsonl"), Array.from({ length: rows }, (_, row) => `${line(row)}\n`).join(""));
  return inFolder("train.jsonl");
}

describe("a worker", () => {
  it("runs jobs one after another and sends their events", async () => {
    const data = await writeRows(40);
    const events: JobEvent[] = [];
    const worker = client();
    const spec = { job: "poison", data, attack: "badpre", rate: 0.25, out: inFolder("poisoned.jsonl") } as const;
    const options = { workspace: inFolder(), onEvent: (event: JobEvent) => events.push(event) };
    const first = await worker.run(spec, options);
    expect(first).toMatchObject({ directory: null, report: { poisoned: 10, trigger: "bb" } });
    expect(events.map(({ type }) => type)).toContain("phase");
    expect((await worker.run(spec, options)).report).toEqual(first.report);
    const scanned = await worker.run({ job: "scan", paths: [inFolder("poisoned.jsonl")] }, options);
    expect(scanned.report.samples.total).toBe(40);
  });

  it("gives the job's own failure back, with place and remedy", async () => {
    const spec = { job: "scan", paths: [inFolder("missing.jsonl")] } as const;
    const error = await caught(client().run(spec, { workspace: inFolder() }));
    expect(error).toBeInstanceOf(Failure);
    expect((error as Failure).oneLine).toContain("missing.jsonl");
  });

  it("refuses a spec that is none, as wrong usage", async () => {
    const error = await caught(client().run({ job: "scan", paths: [] }, { workspace: inFolder() }));
    expect(error).toMatchObject({ usage: true });
  });

  it("cancels a job and leaves nothing half-written", async () => {
    const data = await writeRows(20_000);
    const controller = new AbortController();
    const run = client().run(
      { job: "poison", data, attack: "ripple", rate: 1, out: inFolder("out", "poisoned.jsonl") },
      { workspace: inFolder(), signal: controller.signal, onEvent: () => controller.abort() },
    );
    expect(await caught(run)).toBeInstanceOf(Cancelled);
    expect(await readdir(inFolder())).toEqual(["train.jsonl"]);
  });

  it("does not start a job that was cancelled before", async () => {
    const signal = AbortSignal.abort();
    const run = client().run({ job: "demo" }, { workspace: inFolder(), signal });
    expect(await caught(run)).toBeInstanceOf(Cancelled);
    expect(await readdir(inFolder())).toEqual([]);
  });
});

describe("a worker that misbehaves", () => {
  const write = async (name: string, code: string): Promise<string> => {
    await writeFile(inFolder(name), code);
    return inFolder(name);
  };

  it("is killed when a cancelled job does not stop within the grace time", async () => {
    const stuck = await write("stuck.js", 'process.on("message", () => { for (;;); });');
    const controller = new AbortController();
    const run = client({ script: stuck, graceMs: 200 }).run(
      { job: "demo" },
      { workspace: inFolder(), signal: controller.signal },
    );
    setTimeout(() => controller.abort(), 300);
    expect(await caught(run)).toBeInstanceOf(Cancelled);
  });

  it("that is killed for one scan's sake begins the other ones anew", async () => {
    const data = await writeRows(40);
    const marker = JSON.stringify(inFolder("was-stuck"));
    const first = `require("node:fs").writeFileSync(${marker}, ""); process.on("message", () => undefined);`;
    const code = `if (require("node:fs").existsSync(${marker})) require(${JSON.stringify(script)}); else { ${first} }`;
    const worker = client({ script: await write("once-stuck.js", code), graceMs: 200 });
    const spec = { job: "scan", paths: [data] } as const;
    const stop = new AbortController();
    const cancelled = caught(worker.run(spec, { workspace: inFolder(), signal: stop.signal }));
    const other = worker.run(spec, { workspace: inFolder() });
    await vi.waitUntil(() => existsSync(inFolder("was-stuck")), { timeout: 30_000 });
    stop.abort();
    expect(await cancelled).toBeInstanceOf(Cancelled);
    expect((await other).report.samples.total).toBe(40);
  });

  it("that crashes is a failure with the end of what it printed, and the next job gets a fresh one", async () => {
    const crash = 'process.on("message", () => { console.error("out of memory"); process.exit(7); });';
    const worker = client({ script: await write("crash.js", crash) });
    for (let attempt = 0; attempt < 2; attempt++) {
      const error = await caught(worker.run({ job: "demo" }, { workspace: inFolder() }));
      expect(error).toBeInstanceOf(Failure);
      expect((error as Failure).oneLine).toMatch(/ended with code 7; it printed: out of memory\. Run the job again/);
    }
  });

  it("that is killed while it writes leaves nothing beside the target", async () => {
    const bundle = await bundleForTest("src/foundation/atomic-write.ts", "atomic-write-in-worker");
    const out = inFolder("tuned");
    const kill = '() => process.kill(process.pid, "SIGKILL")';
    const writing = `require(${JSON.stringify(bundle)}).writeFolderAtomically(${JSON.stringify(out)}, ${kill})`;
    const killed = client({ script: await write("killed.js", `process.on("message", () => ${writing});`) });
    const run = killed.run({ job: "finetune", data: inFolder("data.jsonl"), out }, { workspace: inFolder() });
    expect(await caught(run)).toBeInstanceOf(Failure);
    expect(await readdir(inFolder())).toEqual(["killed.js"]);
  });

  it("that is not there is a failure", async () => {
    const error = await caught(
      client({ script: path.join(inFolder(), "none.js") }).run({ job: "demo" }, { workspace: inFolder() }),
    );
    expect((error as Failure).oneLine).toMatch(/worker process stopped/);
  });
});
