/** The threads of a scan: one that mines triggers, then several for ranges of the file, with the results in their order. */
import { existsSync } from "node:fs";
import path from "node:path";
import { Worker, type ResourceLimits } from "node:worker_threads";
import type { RecordRange } from "../dataset/record-ranges";
import { Cancelled, Failure, throwIfCancelled } from "../foundation/failure";
import { installationFolder } from "../foundation/installation";
import { mineIn, type MinedPart, type MiningRequest } from "./mined-part";
import { rangeScanner, type RangeResult, type RangeScanner, type RangeScanSetup } from "./range-scan";
import type { ThreadAnswer, ThreadQuestion } from "./scan-thread";

/** Megabytes of a thread's JavaScript objects: the texts of a range, many times over. */
const THREAD_MEGABYTES = 160;

/**
 * Gives the result of each range, in their order. At most `jobs` threads, or the scan's own where `dist/` is not there; no result is
 * computed long before its turn. Throws `Cancelled` at once when `signal` fires, and the `Failure` of a thread.
 */
export async function* scanRanges(
  setup: RangeScanSetup,
  ranges: readonly RecordRange[],
  jobs: number,
  signal: AbortSignal,
): AsyncGenerator<RangeResult> {
  throwIfCancelled(signal);
  const script = threadScript();
  const count = Math.min(jobs, ranges.length);
  const scanners: RangeScanner[] =
    script !== null && count > 1
      ? Array.from({ length: count }, () => threadScanner(script, setup, signal))
      : [await rangeScanner(setup)];
  try {
    const started = new Map<number, Promise<RangeResult>>();
    const own = scanners.map((scanner) => ({ scanner, free: Promise.resolve() }));
    let begun = 0;
    for (let next = 0; next < ranges.length; next++) {
      // Each thread has one range in hand and one waiting, so that none waits for the order.
      for (; begun < Math.min(ranges.length, next + 2 * own.length); begun++) {
        const { scanner, free } = own[begun % own.length]!;
        const range = ranges[begun]!;
        const result = free.then(() => scanner.scan(range));
        own[begun % own.length]!.free = result.then(
          () => undefined,
          () => undefined,
        );
        started.set(begun, result);
      }
      const result = await started.get(next)!;
      started.delete(next);
      throwIfCancelled(signal);
      yield result;
    }
  } finally {
    await Promise.allSettled(scanners.map((scanner) => scanner.close()));
  }
}

/**
 * Mines triggers on a thread of its own, which gives the memory that this takes back when it ends; without `dist/`, on the scan's own.
 * Throws `Cancelled` at once when `signal` fires, and the `Failure` of the thread.
 */
export async function minedOnThread(request: MiningRequest, signal: AbortSignal): Promise<MinedPart> {
  throwIfCancelled(signal);
  const script = threadScript();
  if (script === null) return mineIn(request, signal);
  const thread = scanThread(script, null, {}, signal);
  try {
    return (await thread.ask({ type: "mine", request })) as MinedPart;
  } finally {
    await thread.close();
  }
}

/** Null where the project runs from its sources. */
function threadScript(): string | null {
  const script = path.join(installationFolder(), "dist/scan-thread.js");
  return existsSync(script) ? script : null;
}

function threadScanner(script: string, setup: RangeScanSetup, signal: AbortSignal): RangeScanner {
  const limits = { maxOldGenerationSizeMb: THREAD_MEGABYTES, maxYoungGenerationSizeMb: 16 };
  const thread = scanThread(script, setup, limits, signal);
  return {
    scan: async (range) => (await thread.ask({ type: "range", range })) as RangeResult,
    close: thread.close,
  };
}

interface ScanThread {
  /** One question at a time. */
  readonly ask: (question: ThreadQuestion) => Promise<RangeResult | MinedPart>;
  readonly close: () => Promise<void>;
}

function scanThread(
  script: string,
  setup: RangeScanSetup | null,
  resourceLimits: ResourceLimits,
  signal: AbortSignal,
): ScanThread {
  const thread = new Worker(script, { workerData: setup, resourceLimits });
  let settle: { resolve: (result: RangeResult | MinedPart) => void; reject: (error: unknown) => void } | null = null;
  let ended: Error | null = null;
  const end = (error: Error): void => {
    ended ??= error;
    settle?.reject(ended);
  };
  const cancel = (): void => {
    end(new Cancelled());
    void thread.terminate();
  };
  signal.addEventListener("abort", cancel, { once: true });
  thread.on("message", (answer: ThreadAnswer) => {
    if (answer.type === "result") settle?.resolve(answer.result);
    else settle?.reject(new Failure(answer.what, answer.details));
  });
  thread.on("error", end);
  thread.on("exit", () => {
    end(new Error("a scan's thread ended"));
  });
  return {
    ask: (question) =>
      new Promise((resolve, reject) => {
        settle = { resolve, reject };
        if (ended !== null) reject(ended);
        else thread.postMessage(question);
      }),
    close: async () => {
      signal.removeEventListener("abort", cancel);
      await thread.terminate();
    },
  };
}
