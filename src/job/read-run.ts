/** Reads run directories back, whatever state their process left them in: for panels, trees and tests. */
import { readdir, readFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { isAlive } from "../foundation/alive";
import { asFileFailure } from "../foundation/failure";
import { runsFolder, type RunEvent, type RunRecord, type RunState, type RunStatus } from "./run-directory";

/** `interrupted`: it says that it is running, but its process is gone. */
export type SeenRunState = RunState | "interrupted";

export interface RunSummary {
  /** Absolute path of the run directory. */
  readonly directory: string;
  readonly name: string;
  readonly job: string;
  readonly state: SeenRunState;
  /** ISO 8601, UTC; empty when status.json cannot be read. */
  readonly started: string;
}

/** Whether `finetune --resume` can go on with it: fine-tuning that ended before its last epoch, for whatever reason. */
export const isResumable = ({ job, state }: Pick<RunSummary, "job" | "state">): boolean =>
  job === "finetune" && state !== "running" && state !== "finished";

export interface Run extends RunSummary {
  /** Null when spec.json is missing or unreadable. */
  readonly record: RunRecord | null;
  readonly status: RunStatus | null;
  readonly events: readonly RunEvent[];
  /** report.json as the job wrote it, or null while there is none. */
  readonly report: unknown;
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as unknown;
  } catch {
    return null;
  }
}

/** A killed process leaves at most its last line incomplete; any line that is no event is passed over. */
function parseEvents(text: string): RunEvent[] {
  return text.split("\n").flatMap((line) => {
    if (line === "") return [];
    try {
      const event = JSON.parse(line) as RunEvent | null;
      return typeof event?.type === "string" ? [event] : [];
    } catch {
      return [];
    }
  });
}

/** A process of another machine cannot be asked and counts as alive; one from before the last boot is not. */
function seenState(status: RunStatus | null): SeenRunState {
  if (status === null) return "interrupted";
  if (status.state !== "running" || status.host !== os.hostname()) return status.state;
  const booted = Date.now() - os.uptime() * 1000;
  return Date.parse(status.started) < booted || !isAlive(status.pid) ? "interrupted" : "running";
}

async function summarize(directory: string): Promise<RunSummary & Pick<Run, "record" | "status">> {
  const record = (await readJson(path.join(directory, "spec.json"))) as RunRecord | null;
  const status = (await readJson(path.join(directory, "status.json"))) as RunStatus | null;
  const job = record?.spec.job ?? "unknown";
  const started = status?.started ?? "";
  return { directory, name: path.basename(directory), job, state: seenState(status), started, record, status };
}

/** Everything that a run directory holds. Throws a `Failure` when the directory itself cannot be read. */
export async function readRun(directory: string): Promise<Run> {
  const folder = path.resolve(directory);
  try {
    await readdir(folder);
  } catch (error) {
    throw asFileFailure(error, folder, "read");
  }
  const [summary, report, metrics] = await Promise.all([
    summarize(folder),
    readJson(path.join(folder, "report.json")),
    readFile(path.join(folder, "metrics.jsonl"), "utf8").catch(() => ""),
  ]);
  return { ...summary, report, events: parseEvents(metrics) };
}

/** A workspace's runs, the newest first; none when the workspace has no `.dece/runs`. */
export async function listRuns(workspace: string): Promise<RunSummary[]> {
  const parent = path.resolve(runsFolder(workspace));
  const entries = await readdir(parent, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => path.join(parent, entry.name));
  const runs = await Promise.all(folders.map(summarize));
  return runs
    .map(({ directory, name, job, state, started }) => ({ directory, name, job, state, started }))
    .sort((a, b) => (a.name < b.name ? 1 : a.name > b.name ? -1 : 0));
}
