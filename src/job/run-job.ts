/**
 * Runs any job from its spec, the same for the command line and the worker process. Jobs that a panel follows keep a run
 * directory. A job's code, and with it the training engine, is loaded only when that job runs.
 */
import path from "node:path";
import { Cancelled, Failure } from "../foundation/failure";
import type { ScanReport } from "../detect/report";
import type { JobContext, JobEvent } from "./context";
import type { DemoReport } from "./demo";
import type { DoctorReport } from "./doctor/report";
import type { ExportReport } from "./export";
import type { FinetuneReport } from "./finetune-report";
import type { PoisonReport } from "./poison";
import type { ProbeReport } from "./probe-report";
import { createRun, type RunDirectory } from "./run-directory";
import { nameOf, recordOf, type RecordedSpec } from "./run-record";
import type { JobSpec } from "./spec";

export interface ReportOf {
  readonly scan: ScanReport;
  readonly poison: PoisonReport;
  readonly finetune: FinetuneReport;
  readonly probe: ProbeReport;
  readonly demo: DemoReport;
  readonly export: ExportReport;
  readonly doctor: DoctorReport;
}
export type JobReport = ReportOf[keyof ReportOf];

/** The context of a job that keeps a run directory. */
export interface RunContext extends JobContext {
  /** Absolute path of the run directory: checkpoints go to `checkpoint/` in it. */
  readonly directory: string;
}

export interface RunOptions extends JobContext {
  /** The folder whose `.dece/runs` records the run. */
  readonly workspace: string;
  /** Called with the run directory as soon as it exists. */
  readonly onDirectory?: (directory: string) => void;
}

export interface JobResult<Report> {
  readonly report: Report;
  /** Null for jobs that keep none (scan, poison, export, doctor). */
  readonly directory: string | null;
}

/**
 * Throws `Cancelled` when the signal fired, `Failure` for what a user can mend, anything else for a bug. The run
 * directory then says which, and holds neither a report nor anything half-written; a fine-tuning run keeps the checkpoint
 * of its last complete epoch.
 */
export async function runJob<Spec extends JobSpec>(
  spec: Spec,
  options: RunOptions,
): Promise<JobResult<ReportOf[Spec["job"]]>> {
  return (await dispatch(spec, options)) as JobResult<ReportOf[Spec["job"]]>;
}

function dispatch(spec: JobSpec, options: RunOptions): Promise<JobResult<JobReport>> {
  const context: JobContext = { signal: options.signal, report: paced((event) => options.report(event)) };
  switch (spec.job) {
    case "scan":
      return unrecorded(import("./scan").then(({ scan }) => scan(spec, context)));
    case "poison":
      return unrecorded(import("./poison").then(({ poison }) => poison(spec, context)));
    case "export":
      return unrecorded(import("./export").then((job) => job.exportOnnx(spec, context)));
    case "doctor":
      return unrecorded(import("./doctor/doctor").then((job) => job.doctor(context)));
    case "finetune":
      return recorded(spec, options, async (run) => (await import("./finetune")).finetune(spec, run));
    case "probe":
      return recorded(spec, options, async (run) => (await import("./probe")).probe(spec, run));
    case "demo":
      return recorded(spec, options, async (run) => (await import("./demo")).demo(spec, run));
  }
}

async function unrecorded<Report>(job: Promise<Report>): Promise<JobResult<Report>> {
  return { report: await job, directory: null };
}

async function recorded<Report>(
  spec: RecordedSpec,
  options: RunOptions,
  job: (context: RunContext) => Promise<Report>,
): Promise<JobResult<Report>> {
  const { signal, workspace } = options;
  const record = await recordOf(spec, signal);
  const run =
    spec.job === "finetune" && spec.resume !== undefined
      ? await (await import("./resume-run")).resumeRun(spec.resume, record)
      : await createRun(path.resolve(workspace), nameOf(spec), record);
  options.onDirectory?.(run.path);
  const report = paced((event) => {
    run.append(event);
    options.report(event);
  });
  try {
    const result = await job({ signal, report, directory: run.path });
    await run.finish({ state: "finished", report: result });
    return { report: result, directory: run.path };
  } catch (error) {
    await closeAfter(error, run);
    throw error;
  }
}

/** Records why the run ended early; that error is the one to tell, so a failure to record it is not. */
async function closeAfter(error: unknown, run: RunDirectory): Promise<void> {
  const state = error instanceof Cancelled ? "cancelled" : "failed";
  const reason = error instanceof Failure ? error.oneLine : error instanceof Error ? error.message : String(error);
  await run.finish(state === "cancelled" ? { state } : { state, error: reason }).catch(() => undefined);
}

/** Lets through at most ten `step` and ten `progress` events a second, and the last of each row of them. */
function paced(report: (event: JobEvent) => void): (event: JobEvent) => void {
  const last = { step: -Infinity, progress: -Infinity };
  return (event) => {
    if (event.type === "step" || event.type === "progress") {
      const isLast = event.type === "step" ? event.step === event.steps : event.done === event.total;
      const now = performance.now();
      if (!isLast && now - last[event.type] < 100) return;
      last[event.type] = now;
    }
    report(event);
  };
}
