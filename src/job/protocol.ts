/**
 * What the extension host and the worker process say to each other, over vscode-jsonrpc on the fork's IPC. A run is a
 * request; its cancellation token stops the job. Events are notifications that carry the run's number.
 */
import { NotificationType, RequestType } from "vscode-jsonrpc/node";
import { Cancelled, Failure, type FailurePlace } from "../foundation/failure";
import type { JobEvent } from "./context";
import type { LocatedFinding } from "./locate-findings";
import type { RemovedRecords, TextPlace } from "./removals";
import type { JobReport } from "./run-job";
import type { SamplePlace } from "./sample-places";
import type { SpecInput } from "./spec";

export interface RunJobParams {
  /** Chosen by the client; unique on a connection. */
  readonly run: number;
  /** Checked by the worker: what came over a wire is not trusted. */
  readonly spec: SpecInput;
  /** The folder whose `.dece/runs` records the run. */
  readonly workspace: string;
  /** Of a scan: answer with the findings' places in their files as well. */
  readonly locate?: boolean;
}

export interface RunJobResult {
  readonly report: JobReport;
  /** The run directory; null for jobs that keep none (scan, poison). */
  readonly directory: string | null;
  /** Present when a scan was asked to `locate`. */
  readonly located?: readonly LocatedFinding[];
}

export interface DescribeParams {
  readonly file: string;
  readonly input?: string;
  readonly output?: string;
}

/** What a dataset file holds, for who is about to run a job on it. */
export interface DatasetDescription {
  readonly rows: number;
  readonly skipped: number;
  readonly columns: { readonly input: string; readonly output: string };
  /** Those of a classification dataset, else null. */
  readonly labels: readonly string[] | null;
}

export interface SampleAtParams extends TextPlace {
  readonly file: string;
}

export interface LineOfRowParams {
  readonly file: string;
  readonly row: number;
}

export interface RemovalParams {
  readonly file: string;
  readonly rows: readonly number[];
}

/** Answers with the `Failure` of a file that cannot be used; a usage failure lists the columns found. */
export const describeRequest = new RequestType<DescribeParams, DatasetDescription, WireError>("describe");
/** Null where no sample stands at the place or before it. */
export const sampleAtRequest = new RequestType<SampleAtParams, SamplePlace | null, WireError>("sampleAt");
/** 1-based; null for a row that is no sample. */
export const lineOfRowRequest = new RequestType<LineOfRowParams, number | null, WireError>("lineOfRow");
export const removalRequest = new RequestType<RemovalParams, RemovedRecords, WireError>("removal");
export const runJobRequest = new RequestType<RunJobParams, RunJobResult, WireError>("runJob");
export const startedNotification = new NotificationType<{ readonly run: number; readonly directory: string }>(
  "started",
);
export const eventNotification = new NotificationType<{ readonly run: number; readonly event: JobEvent }>("event");

/** An error as it crosses the wire. */
export type WireError =
  | { readonly kind: "cancelled" }
  | {
      readonly kind: "failure";
      readonly what: string;
      readonly place: FailurePlace;
      readonly remedy?: string;
      readonly usage: boolean;
    }
  | { readonly kind: "bug"; readonly message: string; readonly stack?: string };

/** JSON-RPC's code for an error that the server defines itself; which one it is stands in the data. */
export const jobErrorCode = -32000;

export function toWire(error: unknown): WireError {
  if (error instanceof Cancelled) return { kind: "cancelled" };
  if (error instanceof Failure) {
    const { message: what, place, remedy, usage } = error;
    return { kind: "failure", what, place, usage, ...(remedy === undefined ? {} : { remedy }) };
  }
  if (!(error instanceof Error)) return { kind: "bug", message: String(error) };
  return { kind: "bug", message: error.message, ...(error.stack === undefined ? {} : { stack: error.stack }) };
}

/** The error that the job threw, rebuilt with its class; a bug keeps the worker's stack. */
export function fromWire(wire: WireError): Error {
  if (wire.kind === "cancelled") return new Cancelled();
  if (wire.kind === "bug") {
    const error = new Error(wire.message);
    if (wire.stack !== undefined) error.stack = wire.stack;
    return error;
  }
  const { what, place, usage, remedy } = wire;
  return new Failure(what, { ...place, usage, ...(remedy === undefined ? {} : { remedy }) });
}
