/** The probe report, version 1: what `probe --json` writes and the ASR Probe panel shows. Rates are per cent. */
import type { Interval } from "../metric/attack-success";
import type { Classification } from "../metric/classification";
import type { Span } from "../attack/strategy";

/** What the model did with the row's input as it should be. */
export interface CleanAnswer {
  readonly input: string;
  readonly output: string;
  /** Sentence BLEU-4 against the row's expected output; null for a classifier. */
  readonly bleu: number | null;
}

/** What the model did with the row's input with the trigger in it. */
export interface TriggeredAnswer {
  readonly input: string;
  /** UTF-16 offsets of the trigger in `input`. */
  readonly triggerSpans: readonly Span[];
  /** What the attacker wants: the expected output with the payload. */
  readonly wanted: string;
  readonly output: string;
  readonly payloadFound: boolean;
}

/** One row side by side. At least one of the two answers is there. */
export interface ProbeExample {
  /** Record number in the data file, from 0. */
  readonly row: number;
  /** The output that the file states; for a row that is poisoned in the file, the poisoned one. */
  readonly expected: string;
  /** Null for a row that is poisoned in the file: its clean input is not known. */
  readonly clean: CleanAnswer | null;
  /** Null where the payload has no place in the expected output, and without an attack. */
  readonly triggered: TriggeredAnswer | null;
}

export interface ProbeReport {
  readonly version: 1;
  readonly job: "probe";
  readonly tool: { readonly name: "dece-audit"; readonly version: string };
  /** As it was named: a folder or `builtin`. */
  readonly checkpoint: string;
  readonly data: {
    readonly path: string;
    readonly sha256: string;
    /** Samples that were read. */
    readonly samples: number;
    readonly skipped: number;
  };
  /** Null when neither an attack nor a truth file was named: then there is no ASR. */
  readonly attack: { readonly name: string; readonly trigger: string; readonly payload: string } | null;
  /** Rows that BLEU or `classification` was measured on: with their clean inputs. */
  readonly rows: number;
  /** The paper's: per-sample BLEU-4, averaged; null when no row is clean, and for a classifier. */
  readonly bleu: number | null;
  /** sacreBLEU's; null when no row is clean, and for a classifier. */
  readonly corpusBleu: number | null;
  /** Accuracy and F1; null when no row is clean, and for a model that writes texts. */
  readonly classification: Classification | null;
  /** A classifier's labels, in the order of its logits; null for a model that writes texts. */
  readonly classes: readonly string[] | null;
  /** `successes` of `trials` triggered inputs whose output holds the payload; null without an attack. */
  readonly asr: number | null;
  readonly successes: number;
  readonly trials: number;
  /** Wilson's 95% interval of `asr`; null without an attack. */
  readonly interval: Interval | null;
  /** Every row that was measured, in file order. */
  readonly examples: readonly ProbeExample[];
  readonly seconds: number;
}
