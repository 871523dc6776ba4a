/**
 * The other side of worker.ts, without VS Code: forks the worker on the first job, hands out jobs, cancels them, kills a
 * worker that does not stop, and turns its crash into a `Failure`. After a crash the next job gets a fresh worker.
 */
import { fork, type ChildProcess } from "node:child_process";
import { finished } from "node:stream/promises";
import {
  CancellationTokenSource,
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  ResponseError,
  type MessageConnection,
  type RequestType,
} from "vscode-jsonrpc/node";
import { clearLeftovers } from "../foundation/atomic-write";
import { Cancelled, Failure, throwIfCancelled } from "../foundation/failure";
import type { JobEvent } from "./context";
import type { LocatedFinding } from "./locate-findings";
import {
  eventNotification,
  fromWire,
  runJobRequest,
  startedNotification,
  type RunJobResult,
  type WireError,
} from "./protocol";
import { readRun } from "./read-run";
import { settleKilledRun } from "./run-directory";
import type { ReportOf } from "./run-job";
import type { SpecInput } from "./spec";
import { targetsOf } from "./targets";

export interface WorkerOptions {
  /** dist/worker.js. */
  readonly script: string;
  /** How long a cancelled job may take to stop before its worker is killed; 5,000 by default. */
  readonly graceMs?: number;
  /** Lines that the worker prints (ONNX Runtime's warnings, a crash's stack). */
  readonly onOutput?: (text: string) => void;
}

export interface WorkerRunOptions {
  /** The folder whose `.dece/runs` records the run; relative paths in the spec count from the worker's own folder. */
  readonly workspace: string;
  /** Of a scan: answer with the findings' places in their files as well. */
  readonly locate?: boolean;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: JobEvent) => void;
  /** Called with the run directory as soon as it exists (finetune, probe, demo). */
  readonly onDirectory?: (directory: string) => void;
}

export interface WorkerResult<Report> {
  readonly report: Report;
  readonly directory: string | null;
  /** Present when a scan was asked to `locate`. */
  readonly located?: readonly LocatedFinding[];
}

interface Active {
  readonly spec: SpecInput;
  readonly options: WorkerRunOptions;
  directory: string | null;
}

interface Worker {
  readonly process: ChildProcess;
  readonly connection: MessageConnection;
  readonly active: Map<number, Active>;
  /** A cancelled job did not stop in time, so it was killed: no fault of its other jobs. */
  killed: boolean;
  /** Settles when the process has ended, with what to tell about it. */
  readonly ended: Promise<Failure>;
}

/** The worker was killed for another job's sake; this one has changed nothing and can be run again. */
class Bystander extends Error {}

export class WorkerClient {
  #worker: Worker | undefined;
  #runs = 0;
  #disposed = false;

  constructor(private readonly options: WorkerOptions) {}

  /**
   * Runs a job in the worker. Rejects with `Cancelled` after the signal (at the latest when the grace time is over, for
   * then the worker is killed; other scans in it begin anew, other jobs fail with it), with the job's own `Failure`, or with a `Failure` that holds
   * the end of the worker's output when it crashed.
   */
  async run<Spec extends SpecInput>(
    spec: Spec,
    options: WorkerRunOptions,
  ): Promise<WorkerResult<ReportOf[Spec["job"]]>> {
    for (;;) {
      try {
        return await this.#runOnce(spec, options);
      } catch (error) {
        if (!(error instanceof Bystander)) throw error;
      }
    }
  }

  async #runOnce<Spec extends SpecInput>(
    spec: Spec,
    options: WorkerRunOptions,
  ): Promise<WorkerResult<ReportOf[Spec["job"]]>> {
    throwIfCancelled(options.signal);
    if (this.#disposed) throw new Cancelled();
    const worker = (this.#worker ??= this.#start());
    const run = this.#runs++;
    const active: Active = { spec, options, directory: null };
    worker.active.set(run, active);
    const token = new CancellationTokenSource();
    let killer: NodeJS.Timeout | undefined;
    const cancel = (): void => {
      token.cancel();
      killer = setTimeout(() => {
        worker.killed = true;
        worker.process.kill("SIGKILL");
      }, this.options.graceMs ?? 5000);
    };
    options.signal?.addEventListener("abort", cancel, { once: true });
    const params = { run, spec, workspace: options.workspace, locate: options.locate ?? false };
    const answer = worker.connection.sendRequest(runJobRequest, params, token.token).catch((error: unknown) => {
      rethrowOfWorker(error);
      // The connection broke: only the end of the process says why.
      worker.process.kill("SIGKILL");
      return this.#crash(worker, run);
    });
    try {
      return (await Promise.race([answer, this.#crash(worker, run)])) as WorkerResult<ReportOf[Spec["job"]]>;
    } finally {
      clearTimeout(killer);
      options.signal?.removeEventListener("abort", cancel);
      worker.active.delete(run);
      token.dispose();
    }
  }

  /** Asks the worker for anything but a job. Rejects with the `Failure` that it answers with, or that of its crash. */
  async ask<Params, Answer>(request: RequestType<Params, Answer, WireError>, params: Params): Promise<Answer> {
    if (this.#disposed) throw new Cancelled();
    const worker = (this.#worker ??= this.#start());
    const answer = worker.connection.sendRequest<Answer>(request.method, params).catch(async (error: unknown) => {
      rethrowOfWorker(error);
      throw await worker.ended;
    });
    const crash = worker.ended.then((failure) => Promise.reject(failure));
    crash.catch(() => undefined);
    return Promise.race([answer, crash]);
  }

  /** Ends the worker: its jobs are cancelled and get the grace time. Resolves when the process is gone. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    const worker = this.#worker;
    if (worker === undefined) return;
    if (worker.process.connected) worker.process.disconnect();
    const killer = setTimeout(() => worker.process.kill("SIGKILL"), this.options.graceMs ?? 5000);
    await worker.ended;
    clearTimeout(killer);
  }

  /** Rejects when the worker ends before the job does, after the job's run directory is settled; else never settles. */
  async #crash(worker: Worker, run: number): Promise<RunJobResult> {
    const failure = await worker.ended;
    const active = worker.active.get(run);
    if (active === undefined) return new Promise(() => undefined);
    const cancelled = active.options.signal?.aborted === true || this.#disposed;
    for (const target of targetsOf(active.spec)) await clearLeftovers(target);
    if (active.directory !== null) {
      const { status } = await readRun(active.directory);
      const end = cancelled ? { state: "cancelled" as const } : { state: "failed" as const, error: failure.oneLine };
      if (status !== null) await settleKilledRun(active.directory, status, end);
    }
    if (cancelled) throw new Cancelled();
    throw worker.killed && active.spec.job === "scan" ? new Bystander() : failure;
  }

  #start(): Worker {
    const child = fork(this.options.script, [], {
      env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
      execPath: process.execPath,
      execArgv: [],
      serialization: "advanced",
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    let tail = "";
    const keep = (chunk: Buffer): void => {
      const text = chunk.toString("utf8");
      tail = (tail + text).slice(-2000);
      this.options.onOutput?.(text);
    };
    child.stdout?.on("data", keep);
    child.stderr?.on("data", keep);
    const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
    connection.onError(() => undefined);
    const ended = new Promise<Failure>((resolve) => {
      child.once("error", (error) => resolve(crashFailure(error.message, tail)));
      // Not "close", which never comes when this side disconnected; what it printed is read to its end all the same.
      child.once("exit", (code, signal) => {
        const how = signal === null ? `code ${code ?? "unknown"}` : `signal ${signal}`;
        const streams = [child.stdout, child.stderr].filter((stream) => stream !== null);
        void Promise.allSettled(streams.map((stream) => finished(stream))).then(() =>
          resolve(crashFailure(`it ended with ${how}`, tail)),
        );
      });
    });
    const worker: Worker = { process: child, connection, active: new Map(), killed: false, ended };
    connection.onNotification(eventNotification, ({ run, event }) => worker.active.get(run)?.options.onEvent?.(event));
    connection.onNotification(startedNotification, ({ run, directory }) => {
      const active = worker.active.get(run);
      if (active === undefined) return;
      active.directory = directory;
      active.options.onDirectory?.(directory);
    });
    connection.listen();
    void ended.then(() => {
      if (this.#worker === worker) this.#worker = undefined;
      connection.dispose();
    });
    return worker;
  }
}

/** Throws the error that the worker answered with; returns where it did not answer at all. */
function rethrowOfWorker(error: unknown): void {
  const wire = error instanceof ResponseError ? (error as ResponseError<WireError | undefined>).data : undefined;
  if (wire !== undefined) throw fromWire(wire);
}

function crashFailure(how: string, output: string): Failure {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  // A crash of Node ends with its version and a code frame's rest; the line that names the error comes before.
  const telling = lines.find((line) => /error|fatal|terminate|out of memory/i.test(line));
  const last = (telling ?? lines.slice(-3).join(" / ")).trim().slice(0, 400);
  return new Failure(`the worker process stopped: ${how}${last === "" ? "" : `; it printed: ${last}`}`, {
    remedy: "Run the job again; a smaller batch or --device cpu helps when memory ran out",
  });
}
