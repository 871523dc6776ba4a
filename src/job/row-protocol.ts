/**
 * Reading a dataset row by row over the worker's wire, for a view of it: requests that open a file's rows, read some of them
 * cut to what is shown, and let them go. The rows known so far may be read while the others are still looked for.
 */
import { RequestType } from "vscode-jsonrpc/node";
import type { WireError } from "./protocol";

export type RowFieldName = "input" | "output";

export interface OpenRowsParams {
  readonly file: string;
  /** Columns that the user named; the others are inferred. */
  readonly input?: string;
  readonly output?: string;
}

export interface RowsState {
  /** How many rows are known so far, those that cannot be read included. */
  readonly rows: number;
  /** Whether the whole file was looked through. */
  readonly complete: boolean;
  /** How much of the file was looked through, from 0 to 1. */
  readonly done: number;
  /** Why the rest of the file cannot be read, or null. */
  readonly problem: string | null;
}

export interface OpenedRows extends RowsState {
  readonly id: number;
  readonly format: string;
  /** Null where not one record can be read. */
  readonly columns: { readonly input: string; readonly output: string } | null;
  /** Size of the file. */
  readonly bytes: number;
}

/** A place that must be in the excerpt of a field. */
export interface Anchor {
  readonly row: number;
  readonly field: RowFieldName;
  /** UTF-16 offset in the decoded field. */
  readonly offset: number;
}

export interface ReadRowsParams {
  readonly id: number;
  readonly first: number;
  readonly count: number;
  /** The most UTF-16 units of a field; 0 for all of it. */
  readonly most: number;
  readonly anchors: readonly Anchor[];
}

/** A part of a field's decoded text. */
export interface Excerpt {
  readonly text: string;
  /** Where it begins in the field, in UTF-16 units, and how long the whole field is. */
  readonly start: number;
  readonly length: number;
}

export interface RowData {
  readonly row: number;
  /** 1-based. */
  readonly line: number;
  /** Null for a record that cannot be read. */
  readonly fields: { readonly input: Excerpt; readonly output: Excerpt } | null;
  /** Why it cannot be read, or null. */
  readonly problem: string | null;
}

/** Answers with the `Failure` of a file that cannot be used. */
export const openRowsRequest = new RequestType<OpenRowsParams, OpenedRows, WireError>("openRows");
export const rowsStateRequest = new RequestType<{ readonly id: number }, RowsState, WireError>("rowsState");
/** Rows past the end, and those not known yet, are left out of the answer. */
export const readRowsRequest = new RequestType<ReadRowsParams, readonly RowData[], WireError>("readRows");
export const closeRowsRequest = new RequestType<{ readonly id: number }, null, WireError>("closeRows");
