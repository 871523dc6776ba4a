/**
 * What the panels' two sides say to each other. The page asks (every request is answered, by an error where the handler
 * threw); the host pushes views. Both sides compile against this file alone, so that neither can drift.
 */

export type RunPanelState = "running" | "finished" | "failed" | "cancelled" | "interrupted";

export interface EpochRow {
  readonly epoch: number;
  readonly epochs: number;
  readonly loss: number;
  /** Per cent; null where it was not measured: BLEU of a classifier, accuracy and F1 of other models. */
  readonly bleu: number | null;
  readonly accuracy: number | null;
  readonly f1: number | null;
  readonly asr: number | null;
  /** Of training. */
  readonly seconds: number;
}

export interface LossPoint {
  /** In epochs from the start, so that runs of different sizes compare. */
  readonly epoch: number;
  readonly loss: number;
}

/** A run directory as the Run panel shows it. */
export interface RunView {
  readonly name: string;
  readonly title: string;
  readonly state: RunPanelState;
  /** Why it failed, in one line. */
  readonly error: string | null;
  /** ISO 8601, UTC. */
  readonly started: string;
  readonly ended: string | null;
  /** What it does now, with the numbers that move; empty when it has ended. */
  readonly activity: string;
  readonly progress: { readonly done: number; readonly total: number } | null;
  readonly losses: readonly LossPoint[];
  readonly epochs: readonly EpochRow[];
  readonly settings: readonly { readonly name: string; readonly value: string }[];
  readonly warnings: readonly string[];
  /** The folder of the finished checkpoint. */
  readonly checkpoint: string | null;
  /** Whether this window runs it and can stop it. */
  readonly canCancel: boolean;
  /** Whether it stopped early and can go on after its last complete epoch. */
  readonly canResume: boolean;
}

/** A piece of dataset or model text; it comes from strangers and is shown as a text node only. */
export interface Piece {
  readonly text: string;
  readonly mark: "trigger" | "payload" | null;
}

export interface ExampleView {
  readonly row: number;
  /** Sentence BLEU in per cent of the clean answer; null for a classifier. */
  readonly bleu: number | null;
  readonly expected: readonly Piece[];
  readonly triggered: { readonly input: readonly Piece[]; readonly output: readonly Piece[] } | null;
  readonly clean: { readonly input: readonly Piece[]; readonly output: readonly Piece[] } | null;
  /** Null without an attack on this row. */
  readonly payloadWritten: boolean | null;
}

/** Per cent, with its 95% interval. */
export interface RateView {
  readonly rate: number;
  readonly low: number;
  readonly high: number;
}

/** A probe's report as the ASR Probe panel shows it. Rates are per cent. */
export interface ProbeView {
  readonly checkpoint: string;
  readonly data: string;
  readonly attack: { readonly name: string; readonly trigger: string; readonly payload: string } | null;
  readonly rows: number;
  readonly skipped: number;
  readonly bleu: number | null;
  readonly corpusBleu: number | null;
  /** Whether the model gives labels: then there is no BLEU. */
  readonly classifies: boolean;
  /** Null where no row is clean, and for models that write texts. */
  readonly classification: {
    readonly accuracy: RateView & { readonly correct: number };
    /** `of`: what it is of, in words. */
    readonly f1: RateView & { readonly of: string };
  } | null;
  readonly asr:
    | (RateView & {
        readonly successes: number;
        readonly trials: number;
      })
    | null;
  readonly seconds: number;
  readonly examples: readonly ExampleView[];
  /** Rows that were measured but are left out of `examples`. */
  readonly more: number;
}

export type PanelRequest =
  /** The page listens; the answer comes before the first view. */
  | { readonly type: "ready" }
  | { readonly type: "cancel" }
  | { readonly type: "resume" }
  | { readonly type: "probe" }
  | { readonly type: "openRow"; readonly row: number };

export type PanelView =
  | { readonly type: "run"; readonly run: RunView }
  | { readonly type: "probe"; readonly probe: ProbeView }
  | { readonly type: "unreadable"; readonly reason: string };

export interface RequestMessage<Request> {
  readonly kind: "request";
  readonly id: number;
  readonly request: Request;
}

export type HostMessage<View> =
  | { readonly kind: "view"; readonly view: View }
  /** `value` is what the request asked for, where it asked for something. */
  | { readonly kind: "answer"; readonly id: number; readonly error: string | null; readonly value: unknown };

/** What survives a reload of the window. */
export interface PanelState {
  readonly directory: string;
}
