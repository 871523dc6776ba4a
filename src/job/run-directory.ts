/**
 * The run directory, written by a job's process: `.dece/runs/<UTC time>-<job>-<short name>/` with spec.json, status.json,
 * metrics.jsonl (one event a line), log.txt, report.json and checkpoint/. Everything a panel shows comes from it
 * (read-run.ts), so a reloaded window loses nothing. Files appear whole; metrics.jsonl grows by whole lines.
 */
import { appendFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { clearLeftoversIn, writeFileAtomically } from "../foundation/atomic-write";
import { asFileFailure, Failure } from "../foundation/failure";
import type { JobEvent } from "./context";
import { ignoreFolder } from "./ignore-folder";
import type { JobSpec } from "./spec";

export type RunState = "running" | "finished" | "failed" | "cancelled";

/** status.json. */
export interface RunStatus {
  readonly state: RunState;
  readonly pid: number;
  readonly host: string;
  /** ISO 8601, UTC. */
  readonly started: string;
  readonly ended?: string;
  /** Why it failed, in one line. */
  readonly error?: string;
}

/** spec.json: the validated spec and what else the result depends on. */
export interface RunRecord {
  readonly spec: JobSpec;
  readonly versions: Readonly<Record<string, string>>;
  /** SHA-256 by path, of every file the job reads. */
  readonly contents: Readonly<Record<string, string>>;
  /** Absolute path of the folder that the spec's relative paths count from. */
  readonly folder?: string;
}

/** A line of metrics.jsonl. */
export type RunEvent = JobEvent & {
  /** ISO 8601, UTC. */
  readonly time: string;
};

export interface RunDirectory {
  readonly path: string;
  /** Appends to metrics.jsonl; a `log` event goes to log.txt as well. Never throws: `finish` tells of a full disk. */
  append(event: JobEvent): void;
  /** Writes report.json if there is one, then status.json. Throws a `Failure` when the run could not be recorded. */
  finish(end: RunEnd): Promise<void>;
}

export interface RunEnd {
  readonly state: Exclude<RunState, "running">;
  readonly report?: unknown;
  readonly error?: string;
}

/** The folder that holds a workspace's runs. */
export const runsFolder = (workspace: string): string => path.join(workspace, ".dece", "runs");

export const asJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** `2026-01-31T12-34-56Z`: sorts by time and is a file name on every system. */
const timeStamp = (time: Date): string => `${time.toISOString().slice(0, 19).replace(/:/g, "-")}Z`;

/** At most 40 characters that are safe in a file name; `run` when nothing is left of the text. */
export function shortName(text: string): string {
  const plain = text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .replace(/[^A-Za-z0-9._-]+/g, "-");
  return plain.replace(/^[-.]+|[-.]+$/g, "").slice(0, 40) || "run";
}

async function claim(parent: string, name: string): Promise<string> {
  try {
    await mkdir(parent, { recursive: true });
  } catch (error) {
    throw asFileFailure(error, parent, "write");
  }
  for (let attempt = 1; attempt <= 1000; attempt++) {
    const folder = path.join(parent, attempt === 1 ? name : `${name}-${attempt}`);
    try {
      await mkdir(folder);
      return folder;
    } catch (error) {
      if ((error as { code?: unknown }).code !== "EEXIST") throw asFileFailure(error, folder, "write");
    }
  }
  throw new Failure("a thousand runs of this name started in one second", { file: parent });
}

/**
 * Creates the directory of a new run, in the state `running`. Throws a `Failure` when the workspace cannot be written.
 * `name` is shortened to what a file name may hold.
 */
export async function createRun(
  workspace: string,
  name: string,
  record: RunRecord,
  now: Date = new Date(),
): Promise<RunDirectory> {
  const folder = await claim(runsFolder(workspace), `${timeStamp(now)}-${record.spec.job}-${shortName(name)}`);
  await ignoreFolder(workspace);
  await writeFileAtomically(path.join(folder, "spec.json"), asJson(record));
  return open(folder, now);
}

/** Goes on with a run that was stopped: `running` again, its later events appended. */
export const continueRun = (folder: string): Promise<RunDirectory> => open(folder, new Date());

async function open(folder: string, now: Date): Promise<RunDirectory> {
  const begin: RunStatus = { state: "running", pid: process.pid, host: os.hostname(), started: now.toISOString() };
  await writeFileAtomically(path.join(folder, "status.json"), asJson(begin));
  let broken: unknown;
  const appendLine = (file: string, line: string): void => {
    try {
      appendFileSync(path.join(folder, file), `${line}\n`);
    } catch (error) {
      broken ??= error;
    }
  };
  return {
    path: folder,
    append(event) {
      const time = new Date().toISOString();
      appendLine("metrics.jsonl", JSON.stringify({ time, ...event } satisfies RunEvent));
      if (event.type === "log") appendLine("log.txt", `${time} ${event.level}: ${event.message.replace(/\s+/g, " ")}`);
    },
    async finish({ state, report, error }) {
      if (error !== undefined) appendLine("log.txt", `${new Date().toISOString()} error: ${error}`);
      if (report !== undefined) await writeFileAtomically(path.join(folder, "report.json"), asJson(report));
      await writeStatus(folder, begin, state, error);
      if (broken !== undefined) throw asFileFailure(broken, path.join(folder, "metrics.jsonl"), "write");
    },
  };
}

const writeStatus = (folder: string, begin: RunStatus, state: RunState, error?: string): Promise<void> =>
  writeFileAtomically(
    path.join(folder, "status.json"),
    asJson({
      ...begin,
      state,
      ended: new Date().toISOString(),
      ...(error === undefined ? {} : { error }),
    } satisfies RunStatus),
  );

/**
 * Settles the directory of a run whose process was killed or crashed: removes what it left half-written and records the
 * end, which the process could not. A run that had settled its own end is left as it is.
 */
export async function settleKilledRun(folder: string, before: RunStatus, end: Omit<RunEnd, "report">): Promise<void> {
  await clearLeftoversIn(folder);
  // The demo keeps a checkpoint for each loss there.
  await clearLeftoversIn(path.join(folder, "checkpoint"));
  if (before.state === "running") await writeStatus(folder, before, end.state, end.error);
}
