/** Entry point of `dist/scan-thread.js`: a worker thread that scans ranges of a file, one message each. */
import { parentPort, workerData } from "node:worker_threads";
import type { RecordRange } from "../dataset/record-ranges";
import { Failure, type FailureDetails } from "../foundation/failure";
import { rangeScanner, type RangeResult, type RangeScanSetup } from "./range-scan";

/** The thread's answer to a range. A `Failure` does not survive the way between threads, its parts do. */
export type ThreadAnswer =
  | { readonly type: "result"; readonly result: RangeResult }
  | { readonly type: "failure"; readonly what: string; readonly details: FailureDetails };

if (parentPort !== null) {
  const port = parentPort;
  const scanner = rangeScanner(workerData as RangeScanSetup);
  // The first message asks for it and hears of the failure.
  scanner.catch(() => undefined);
  port.on("message", (range: RecordRange) => {
    scanner
      .then(async (ready): Promise<ThreadAnswer> => ({ type: "result", result: await ready.scan(range) }))
      .catch((error: unknown): ThreadAnswer => {
        if (!(error instanceof Failure)) throw error;
        const { place, remedy } = error;
        return {
          type: "failure",
          what: error.message,
          details: { ...place, ...(remedy === undefined ? {} : { remedy }) },
        };
      })
      .then((answer) => {
        port.postMessage(answer);
      })
      .catch((error: unknown) => {
        // A bug: the thread ends by it, and the scan with its stack.
        queueMicrotask(() => {
          throw error;
        });
      });
  });
}
