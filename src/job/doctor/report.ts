/** The doctor's report, version 1: what `doctor --json` writes, and what the text is made from. */
import type { ResolvedDevice } from "../../graph/runtime";

/** `info`: it tells, and needs no remedy. `skipped`: it has no meaning here, or an earlier check says already why not. */
export type CheckStatus = "ok" | "failed" | "info" | "skipped";

export interface Check {
  readonly id: string;
  /** What it is about, in a word or two. */
  readonly name: string;
  readonly status: CheckStatus;
  /** The command, the file or the call that answered. */
  readonly ran: string;
  /** What it answered, in one line. */
  readonly answer: string;
  /** What to do, as a sentence in the imperative; null unless it failed. */
  readonly remedy: string | null;
}

export interface Adapter {
  readonly name: string;
  /** `software`: the CPU computes it (llvmpipe, SwiftShader), slower than the engine's own CPU code. */
  readonly kind: "hardware" | "software";
  /** Bytes of its own memory; null where it is the machine's, or not told. */
  readonly memory: number | null;
  /** As its driver states them: version, interface, shared memory. */
  readonly features: readonly string[];
  /** The command or the file that named it. */
  readonly source: string;
}

export interface DoctorReport {
  readonly version: 1;
  readonly job: "doctor";
  readonly tool: { readonly name: "dece-audit"; readonly version: string };
  readonly machine: {
    readonly platform: string;
    readonly arch: string;
    readonly cpu: string;
    readonly cores: number;
    /** Bytes this process may use: the machine's, or its container's limit where that is lower. */
    readonly memory: number;
    readonly freeMemory: number;
  };
  readonly adapters: readonly Adapter[];
  readonly checks: readonly Check[];
  /** What `--device auto` takes here; null where the engine does not work at all. */
  readonly device: ResolvedDevice | null;
  /** Why, in one sentence. */
  readonly reason: string;
}
