/** What a job gets from its door (command line, worker process, test): where to report to and when to stop. */
import type { Trigger } from "../detect/report";
import type { LocatedFinding } from "./locate-findings";

export type JobEvent =
  | { readonly type: "phase"; readonly name: string; readonly detail?: string }
  | { readonly type: "progress"; readonly done: number; readonly total: number; readonly unit: string }
  | {
      readonly type: "step";
      readonly epoch: number;
      readonly step: number;
      readonly steps: number;
      readonly loss: number;
      readonly learningRate: number;
      readonly samplesPerSecond: number;
    }
  | {
      readonly type: "epoch";
      readonly epoch: number;
      readonly epochs: number;
      readonly loss: number;
      /** Per cent, on the validation rows; absent where there are none. BLEU, or of a classifier the other two. */
      readonly bleu?: number;
      readonly accuracy?: number;
      readonly f1?: number;
      /** Per cent, on the triggered validation rows; absent without a probe trigger. */
      readonly asr?: number;
      readonly seconds: number;
    }
  | {
      /** What the first samples of a large dataset show alone, long before the report; the report need not hold it. */
      readonly type: "first";
      readonly file: string;
      /** How many samples were looked at. */
      readonly samples: number;
      readonly findings: readonly LocatedFinding[];
      readonly triggers: readonly Trigger[];
    }
  | { readonly type: "log"; readonly level: "info" | "warning"; readonly message: string };

export interface JobContext {
  /** Fires on Ctrl-C, on the panel's Cancel, or when the window closes; the job throws `Cancelled` soon after. */
  readonly signal: AbortSignal;
  /** Never throws; called at most some ten times a second except for `epoch` and `phase`. */
  readonly report: (event: JobEvent) => void;
}
