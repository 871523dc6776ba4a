/** The scan report, version 1: exactly what `scan --json` writes (docs/contract.md). */
import type { DatasetFormat, SkippedRecord } from "../dataset/sample";

export type Rule =
  | "inserted-token"
  | "dead-code"
  | "odd-identifier"
  | "grammar-template"
  | "payload"
  | "invisible-character"
  | "label-flip"
  | "duplicate-target"
  | "unnatural-token";

export type FindingVerdict = "suspect" | "info";
export type ScanVerdict = "clean" | "suspect" | "incomplete" | "not-measured";
export type FieldRole = "input" | "output";

export interface Finding {
  readonly file: string;
  readonly row: number;
  readonly field: FieldRole;
  /** UTF-16 offsets in the decoded field. */
  readonly start: number;
  readonly end: number;
  readonly rule: Rule;
  /** `id` of the trigger that it belongs to, or null. */
  readonly trigger: string | null;
  /** From 0 to 1; how sure the rule is. */
  readonly score: number;
  readonly verdict: FindingVerdict;
  /** One sentence for a person; dataset text in it is quoted and cut. */
  readonly message: string;
}

/** A finding that a baseline accepts. */
export interface SuppressedFinding extends Finding {
  /** Why, in the words of who accepted it. */
  readonly reason: string;
}

export interface TriggerStatistics {
  readonly samplesWithTrigger: number;
  readonly samplesWithPayload: number;
  readonly samplesWithBoth: number;
  readonly lift: number;
  /** After correction for the number of pairs tested. */
  readonly pValue: number;
}

export interface Trigger {
  readonly id: string;
  readonly rule: Rule;
  readonly text: string;
  readonly field: FieldRole;
  readonly rows: readonly number[];
  /** The output fragment that it is tied to, or null where none was established. */
  readonly payload: string | null;
  readonly statistics: Partial<TriggerStatistics>;
}

export interface ScannedFile {
  /** Of paired text, the file of the inputs. */
  readonly path: string;
  /** Of paired text, the file of the outputs. */
  readonly outputPath?: string;
  readonly format: DatasetFormat | null;
  /** How the file is compressed as a whole. */
  readonly compression?: "gzip" | "zstd";
  readonly sha256: string | null;
  readonly bytes: number;
  readonly rows: number;
  readonly columns: { readonly input: string; readonly output: string } | null;
  /** Language of the code field (`python`, `java`, ...), or null when it is unknown. */
  readonly language: string | null;
  readonly skipped: readonly SkippedRecord[];
}

export interface DetectorRun {
  readonly rule: Rule;
  readonly status: "ran" | "skipped";
  /** Why it was skipped, or what a rule that ran left out. */
  readonly reason: string | null;
  readonly milliseconds: number;
}

export interface ScanReport {
  readonly version: 1;
  readonly tool: { readonly name: "dece-audit"; readonly version: string };
  readonly files: readonly ScannedFile[];
  readonly samples: { readonly total: number; readonly flagged: number; readonly skipped: number };
  readonly verdict: ScanVerdict;
  readonly triggers: readonly Trigger[];
  readonly findings: readonly Finding[];
  /** Only where a baseline was named: what it accepts of the findings. They stand nowhere else and count in nothing. */
  readonly suppressed?: readonly SuppressedFinding[];
  readonly detectors: readonly DetectorRun[];
}
