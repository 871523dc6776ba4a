/**
 * The worker processes as the editor uses them: one for scans, which must stay quick, one that reads rows for the Audit
 * View while a scan computes, and one for what computes for minutes. None starts before its first job.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { sampleNumber } from "../dataset/sample-number";
import { Cancelled, Failure } from "../foundation/failure";
import type { ScanReport } from "../detect/report";
import { baselinePath } from "../job/baseline";
import type { JobEvent } from "../job/context";
import type { LocatedFinding } from "../job/locate-findings";
import {
  describeRequest,
  lineOfRowRequest,
  removalRequest,
  sampleAtRequest,
  type DatasetDescription,
} from "../job/protocol";
import type { RemovedRecords, TextPlace } from "../job/removals";
import type { ReportOf } from "../job/run-job";
import type { SamplePlace } from "../job/sample-places";
import type { SpecInput } from "../job/spec";
import { WorkerClient, type WorkerResult, type WorkerRunOptions } from "../job/worker-client";
import { Rows, type SampleTexts } from "./rows";
import type { Settings } from "./settings";

export interface LocatedScan {
  readonly report: ScanReport;
  readonly located: readonly LocatedFinding[];
}

/** Columns that the user named; the others are inferred. */
export interface Columns {
  readonly input?: string;
  readonly output?: string;
}

export interface JobHooks {
  readonly signal: AbortSignal;
  readonly onEvent?: (event: JobEvent) => void;
  readonly onDirectory?: (directory: string) => void;
}

export interface ScanHooks extends Pick<JobHooks, "signal" | "onEvent"> {
  /** A file of accepted findings. */
  readonly baseline?: string | undefined;
}

export class Jobs implements vscode.Disposable {
  readonly #scanner: WorkerClient;
  readonly #reader: WorkerClient;
  readonly #trainer: WorkerClient;
  /** By run directory. */
  readonly #running = new Map<string, AbortController>();
  readonly #changed = new vscode.EventEmitter<void>();
  /** A run of this window began or ended. */
  readonly onDidChangeRuns = this.#changed.event;

  constructor(
    extensionUri: vscode.Uri,
    private readonly settings: Settings,
    log: vscode.LogOutputChannel,
  ) {
    const script = path.join(extensionUri.fsPath, "dist", "worker.js");
    const onOutput = (text: string): void => log.info(`worker: ${text.trimEnd()}`);
    this.#scanner = new WorkerClient({ script, onOutput });
    this.#reader = new WorkerClient({ script, onOutput });
    this.#trainer = new WorkerClient({ script, onOutput });
  }

  /** Throws `Cancelled` or a `Failure`. */
  async scan(file: string, { signal, onEvent, baseline }: ScanHooks): Promise<LocatedScan> {
    const spec = { job: "scan" as const, paths: [file], ...(baseline === undefined ? {} : { baseline }) };
    const options = {
      workspace: path.dirname(file),
      signal,
      locate: true,
      ...(onEvent === undefined ? {} : { onEvent }),
    };
    const result = await this.#scanner.run(spec, options);
    return { report: result.report, located: result.located ?? [] };
  }

  /**
   * Runs any other job. With a run directory it can be cancelled by that directory's name as well as by the signal.
   * Throws `Cancelled` or a `Failure`.
   */
  async run<Spec extends SpecInput>(spec: Spec, hooks: JobHooks): Promise<WorkerResult<ReportOf[Spec["job"]]>> {
    const controller = new AbortController();
    const { onEvent } = hooks;
    let directory: string | undefined;
    const options: WorkerRunOptions = {
      workspace: this.settings.runsFolder ?? path.dirname(firstFile(spec)),
      signal: AbortSignal.any([controller.signal, hooks.signal]),
      ...(onEvent === undefined ? {} : { onEvent }),
      onDirectory: (created) => {
        directory = created;
        this.#running.set(created, controller);
        hooks.onDirectory?.(created);
        this.#changed.fire();
      },
    };
    try {
      return await this.#trainer.run(spec, options);
    } finally {
      if (directory !== undefined) this.#running.delete(directory);
      this.#changed.fire();
    }
  }

  /** The file of accepted findings that holds for a dataset; undefined where there is none yet. */
  baseline(uri: vscode.Uri): string | undefined {
    const file = baselinePath(baselineFolder(uri));
    return existsSync(file) ? file : undefined;
  }

  /** Opens a dataset file for reading by row, in a process of its own. Throws the `Failure` of one that cannot be used. */
  openRows(file: string): Promise<Rows> {
    return Rows.open(this.#reader, file);
  }

  /** One sample's whole texts. Throws a `Failure` where the file has no such sample any more. */
  async sample(file: string, row: number): Promise<SampleTexts> {
    const rows = await this.openRows(file);
    try {
      return await rows.sample(row);
    } finally {
      void rows.close();
    }
  }

  /** Where samples stand in the file's text, to take them out of it. Throws a `Failure` for rows that are no samples. */
  removals(file: string, rows: readonly number[]): Promise<RemovedRecords> {
    return this.#scanner.ask(removalRequest, { file, rows });
  }

  /** The sample at a 1-based place of the file or before it, else null. Throws the `Failure` of a file that cannot be used. */
  sampleAt(file: string, place: TextPlace): Promise<SamplePlace | null> {
    return this.#scanner.ask(sampleAtRequest, { file, ...place });
  }

  /** What a dataset file holds. Throws the `Failure` of one that cannot be used. */
  describe(file: string, named: Columns = {}): Promise<DatasetDescription> {
    return this.#scanner.ask(describeRequest, { file, ...named });
  }

  /** The 1-based line on which a row begins. Throws a `Failure` where the file has no such row any more. */
  async lineOfRow(file: string, row: number): Promise<number> {
    const line = await this.#scanner.ask(lineOfRowRequest, { file, row });
    if (line === null)
      throw new Failure(`there is no sample ${sampleNumber(row)} in it`, { file, remedy: "Probe it again" });
    return line;
  }

  isRunning(directory: string): boolean {
    return this.#running.has(directory);
  }

  /** Nothing happens where the run has ended already. */
  cancel(directory: string): void {
    this.#running.get(directory)?.abort(new Cancelled());
  }

  /** Resolves when both processes are gone. */
  async end(): Promise<void> {
    await Promise.all([this.#scanner, this.#reader, this.#trainer].map((worker) => worker.dispose()));
  }

  dispose(): void {
    this.#changed.dispose();
    void this.end();
  }
}

/** The folder whose baseline holds for a dataset: its workspace folder, else its own. */
export const baselineFolder = (uri: vscode.Uri): string =>
  vscode.workspace.getWorkspaceFolder(uri)?.uri.fsPath ?? path.dirname(uri.fsPath);

const firstFile = (spec: SpecInput): string => {
  if (spec.job === "scan") return spec.paths[0] ?? ".";
  return "data" in spec ? spec.data : ".";
};
