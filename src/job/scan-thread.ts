/** Entry point of `dist/scan-thread.js`: a worker thread that mines triggers in a file or scans ranges of it, one message each. */
import { parentPort, workerData } from "node:worker_threads";
import type { RecordRange } from "../dataset/record-ranges";
import { Failure, type FailureDetails } from "../foundation/failure";
import { mineIn, type MinedPart, type MiningRequest } from "./mined-part";
import { rangeScanner, type RangeResult, type RangeScanSetup } from "./range-scan";

export type ThreadQuestion =
  { readonly type: "range"; readonly range: RecordRange } | { readonly type: "mine"; readonly request: MiningRequest };

/** A `Failure` does not survive the way between threads, its parts do. */
export type ThreadAnswer =
  | { readonly type: "result"; readonly result: RangeResult | MinedPart }
  | { readonly type: "failure"; readonly what: string; readonly details: FailureDetails };

if (parentPort !== null) {
  const port = parentPort;
  const setup = workerData as RangeScanSetup | null;
  const scanner = setup === null ? null : rangeScanner(setup);
  // The first message asks for it and hears of the failure.
  scanner?.catch(() => undefined);
  const answerTo = async (question: ThreadQuestion): Promise<RangeResult | MinedPart> => {
    if (question.type === "mine") return mineIn(question.request, new AbortController().signal);
    if (scanner === null) throw new Error("a thread without a setup was asked for a range");
    return (await scanner).scan(question.range);
  };
  port.on("message", (question: ThreadQuestion) => {
    answerTo(question)
      .then((result): ThreadAnswer => ({ type: "result", result }))
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
