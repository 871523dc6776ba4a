/**
 * What the Audit View's two sides say to each other: requests with their answers, and the views that the host pushes. Texts
 * come from strangers and are shown as text nodes only. Offsets are UTF-16 units in decoded fields; rows count from 0.
 */

export type AuditMark = "trigger" | "payload" | "hint";
export type AuditField = "input" | "output";

/** Which rows are listed: all (``), those with any finding (`*`), or those with findings of a rule (its name). */
export type AuditFilter = string;

export interface AuditPiece {
  readonly text: string;
  readonly mark: AuditMark | null;
  /** Whether it is the finding that was jumped to. */
  readonly current: boolean;
}

/** A field, or the part of it that is shown. */
export interface AuditText {
  readonly pieces: readonly AuditPiece[];
  readonly start: number;
  /** Of the part and of the whole field. */
  readonly shown: number;
  readonly length: number;
}

export interface AuditRow {
  readonly row: number;
  /** Why it cannot be read, or null. */
  readonly problem: string | null;
  readonly input: AuditText | null;
  readonly output: AuditText | null;
  /** The rules that found something in it, each with the strongest mark. */
  readonly rules: readonly { readonly rule: string; readonly mark: AuditMark }[];
}

export interface AuditFinding {
  readonly field: AuditField;
  readonly start: number;
  readonly rule: string;
  readonly mark: AuditMark;
  readonly score: number;
  readonly message: string;
}

/** One sample in full (megabytes are cut; `start` and `shown` say to what). */
export interface AuditSample extends AuditRow {
  /** 1-based. */
  readonly line: number;
  readonly findings: readonly AuditFinding[];
}

/** A finding and where its row stands in the filtered list; `number` counts from 1. */
export interface AuditPlace {
  readonly row: number;
  readonly position: number;
  readonly field: AuditField;
  readonly start: number;
  readonly number: number;
  readonly total: number;
}

export type AuditScanState = "none" | "scanning" | "scanned" | "edited" | "failed";

export interface AuditState {
  readonly name: string;
  /** Format and size in words. */
  readonly kind: string;
  readonly columns: { readonly input: string; readonly output: string };
  /** Known so far; all of them when `complete`. */
  readonly rows: number;
  readonly complete: boolean;
  /** How much of the file was looked through, from 0 to 1. */
  readonly done: number;
  /** Why the rest cannot be listed, or null. */
  readonly problem: string | null;
  readonly scan: { readonly state: AuditScanState; readonly text: string; readonly done: number | null };
  /** Rows with a finding, over all rules and by rule. */
  readonly flaggedRows: number;
  readonly findings: number;
  readonly rules: readonly { readonly rule: string; readonly rows: number }[];
  readonly canSuppress: boolean;
  /** Whether the file can be opened as text with marks in it. */
  readonly canOpenText: boolean;
  /** Changes when rows or marks that were sent before no longer hold. */
  readonly version: number;
}

export type AuditRequest =
  | { readonly type: "ready" }
  /** Rows by their position in the filtered list. */
  | { readonly type: "rows"; readonly filter: AuditFilter; readonly first: number; readonly count: number }
  | { readonly type: "sample"; readonly row: number; readonly field: AuditField | null; readonly start: number }
  /** The finding after or before a place; the first or last one when `row` is -1. */
  | {
      readonly type: "step";
      readonly filter: AuditFilter;
      readonly row: number;
      readonly field: AuditField | null;
      readonly start: number;
      readonly direction: 1 | -1;
    }
  /** The position of a row in the filtered list, or of the next one that is in it. */
  | { readonly type: "position"; readonly filter: AuditFilter; readonly row: number }
  | { readonly type: "scan" }
  | { readonly type: "cancelScan" }
  | { readonly type: "openCode"; readonly row: number; readonly field: AuditField; readonly start: number | null }
  | { readonly type: "openText"; readonly row: number }
  | { readonly type: "suppress"; readonly row: number; readonly rule: string };

/** What the requests that ask for something are answered with. */
export interface AuditAnswers {
  readonly rows: readonly AuditRow[];
  readonly sample: AuditSample;
  readonly step: AuditPlace | null;
  readonly position: number;
}

export type AuditView =
  | { readonly type: "audit"; readonly audit: AuditState }
  /** Go to a row, and to a finding in it where `field` names one. */
  | { readonly type: "reveal"; readonly row: number; readonly field: AuditField | null; readonly start: number }
  | { readonly type: "step"; readonly direction: 1 | -1 }
  | { readonly type: "unreadable"; readonly reason: string };

/** What survives when the view is hidden and when the window is reloaded. */
export interface AuditPageState {
  /** Pixels, by column. */
  readonly widths: Readonly<Record<string, number>>;
  readonly detailHeight: number;
  readonly filter: AuditFilter;
  readonly row: number;
}
