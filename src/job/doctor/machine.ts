/** What the doctor asks a machine, so that tests can be a machine of any kind. Nothing here throws. */
import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import os from "node:os";
import { availableMemory } from "../../foundation/available-memory";
import { installationFolder } from "../../foundation/installation";
import { tryEngine, type Trial, type TrialKind } from "./engine-trial";

export interface Ran {
  /** `missing`: there is no such program. */
  readonly outcome: "ok" | "failed" | "missing";
  readonly output: string;
}

export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** Without the `v`. */
  readonly node: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memory: number;
  readonly freeMemory: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Null for what is not there or cannot be read. */
  readonly read: (file: string) => Promise<string | null>;
  /** The names in a folder; none where there is no such folder. */
  readonly list: (folder: string) => Promise<readonly string[]>;
  readonly run: (program: string, parameters: readonly string[]) => Promise<Ran>;
  /** A small computation with the training engine, in a process of its own. */
  readonly trial: (kind: TrialKind) => Promise<Trial>;
}

const patienceMilliseconds = 20_000;

/** The machine that this process runs on. */
export function thisMachine(signal: AbortSignal): Machine {
  const cpus = os.cpus();
  const total = os.totalmem();
  const limit = process.constrainedMemory();
  // Without a limit Linux answers with a number beyond any memory, other systems with 0 or nothing.
  const memory = limit > 0 && limit < total ? limit : total;
  return {
    platform: process.platform,
    arch: process.arch,
    node: process.versions.node,
    cpu: cpus[0]?.model.trim() ?? "unknown",
    cores: os.availableParallelism(),
    memory,
    freeMemory: Math.min(memory, availableMemory()),
    environment: process.env,
    read: (file) => readFile(file, "utf8").catch(() => null),
    list: (folder) => readdir(folder).catch(() => []),
    run: (program, parameters) => run(program, parameters, signal),
    trial: (kind) => tryEngine(kind, signal),
  };
}

function run(program: string, parameters: readonly string[], signal: AbortSignal): Promise<Ran> {
  return new Promise((resolve) => {
    // Not the current folder, where Windows looks for programs first: a workspace could bring one along.
    const cwd = installationFolder();
    const options = { cwd, encoding: "utf8", timeout: patienceMilliseconds, windowsHide: true, signal } as const;
    execFile(program, parameters, options, (error, stdout, stderr) => {
      if (error === null) resolve({ outcome: "ok", output: stdout });
      else if (error.code === "ENOENT") resolve({ outcome: "missing", output: "" });
      else resolve({ outcome: "failed", output: `${stdout}\n${stderr}`.trim() || error.message });
    });
  });
}
