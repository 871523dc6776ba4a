/** Opens the directory of a stopped fine-tuning run to go on in it, if it would still come to the same weights. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { clearLeftoversIn, writeFileAtomically } from "../foundation/atomic-write";
import { Failure } from "../foundation/failure";
import { parseAnySpec } from "./parse-spec";
import { readRun } from "./read-run";
import { readProgress, threadsHere } from "./resume";
import { continueRun, type RunDirectory, type RunEvent, type RunRecord } from "./run-directory";

/**
 * `record` is what the run would be recorded as today. Throws a `Failure` where its files have changed; other versions and
 * another number of threads are a warning among its events.
 */
export async function resumeRun(directory: string, record: RunRecord): Promise<RunDirectory> {
  const { record: before } = await readRun(directory);
  if (before === null) throw new Failure("it is no run directory", { file: directory, usage: true });
  checkContents(before, record);
  checkSettings(before, record);
  await clearLeftoversIn(directory);
  const progress = await readProgress(directory);
  await dropEventsAfter(directory, progress?.epoch ?? 0);
  const run = await continueRun(directory);
  const changes = Object.entries(record.versions).filter(([name, version]) => before.versions[name] !== version);
  const reasons = [
    ...changes.map(([name, version]) => `${name} is ${version} and was ${before.versions[name] ?? "absent"}`),
    ...(progress !== null && progress.threads !== threadsHere()
      ? [`there are ${threadsHere()} threads and were ${progress.threads}`]
      : []),
  ];
  const message = `the weights may differ from those of an uninterrupted run: ${reasons.join(", ")}`;
  if (reasons.length > 0) run.append({ type: "log", level: "warning", message });
  return run;
}

/** By their order, which the spec gives: the same files may be named by other paths now. */
function checkContents(before: RunRecord, now: RunRecord): void {
  const old = Object.entries(before.contents);
  const today = Object.entries(now.contents);
  const changed = today.find(([, hash], at) => old[at]?.[1] !== hash) ?? old[today.length];
  if (changed === undefined) return;
  throw new Failure("it is not what it was when the run began, so the run cannot go on", {
    file: changed[0],
    remedy: "Put it back, or start a new run",
    usage: true,
  });
}

/** All but paths, whose files' contents count. */
function checkSettings(before: RunRecord, now: RunRecord): void {
  const paths = ["data", "model", "valid", "test", "out", "resume"];
  // As it would be read today: a version that did not know a setting yet had its default.
  const old: Readonly<Record<string, unknown>> = { ...parseAnySpec(before.spec) };
  const changed = Object.entries(now.spec).find(([name, value]) => !paths.includes(name) && old[name] !== value);
  if (changed === undefined) return;
  throw new Failure(`${changed[0]} is ${String(changed[1])} and was ${String(old[changed[0]])} when the run began`, {
    remedy: "Leave the setting as it was, or start a new run",
    usage: true,
  });
}

/** Of epochs that are trained again, so that no curve shows them twice. */
async function dropEventsAfter(directory: string, epoch: number): Promise<void> {
  const file = path.join(directory, "metrics.jsonl");
  const text = await readFile(file, "utf8").catch(() => "");
  const kept = text.split("\n").filter((line) => {
    try {
      const event = JSON.parse(line) as RunEvent;
      return (event.type !== "step" && event.type !== "epoch") || event.epoch <= epoch;
    } catch {
      return false;
    }
  });
  await writeFileAtomically(file, kept.map((line) => `${line}\n`).join(""));
}
