/** What a run's result depends on, for its spec.json: the validated spec, versions, and the hashes of all it reads. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { Cancelled, throwIfCancelled } from "../foundation/failure";
import { installationFolder, installationVersion } from "../foundation/installation";
import { findDatasets, type FoundFile } from "./find-datasets";
import type { RunRecord } from "./run-directory";
import type { DemoSpec, FinetuneSpec, ProbeSpec } from "./spec";

/** Specs of the jobs that keep a run directory. */
export type RecordedSpec = FinetuneSpec | ProbeSpec | DemoSpec;

/** Hashes the spec's inputs and asks for the versions. Throws `Cancelled`. */
export async function recordOf(spec: RecordedSpec, signal: AbortSignal): Promise<RunRecord> {
  const contents = await contentsOf(inputsOf(spec), signal);
  return { spec, versions: await versions(), contents, folder: process.cwd() };
}

/** The short name in the run directory's name. */
export function nameOf(spec: RecordedSpec): string {
  const stem = (file: string): string => path.parse(file).name;
  if (spec.job === "demo") return "examples";
  if (spec.job === "finetune") return `${spec.loss}-${stem(spec.data)}`;
  return `${stem(path.resolve(spec.checkpoint))}-${stem(spec.data)}`;
}

interface Inputs {
  /** Files, or folders with files in them. */
  readonly datasets: readonly (string | undefined)[];
  readonly files: readonly (string | undefined)[];
  readonly folders: readonly string[];
}

function inputsOf(spec: RecordedSpec): Inputs {
  if (spec.job === "demo") return { files: [], folders: [examplesFolder(), checkpointFolder("builtin")], datasets: [] };
  const checkpoints = [spec.job === "finetune" ? spec.model : spec.checkpoint, spec.surrogate];
  const folders = checkpoints.filter((name) => name !== undefined).map(checkpointFolder);
  return spec.job === "finetune"
    ? { datasets: [spec.data, spec.valid, spec.test], files: [], folders }
    : { datasets: [spec.data], files: [spec.truth], folders };
}

/** The generated dataset that comes along. */
export const examplesFolder = (): string => path.join(installationFolder(), "examples", "nl-python-sql");

/** The folder that a spec means by its `model` or `checkpoint`: `builtin` is the model that comes along. */
export const checkpointFolder = (name: string): string =>
  name === "builtin" ? path.join(installationFolder(), "models", "base") : name;

/** SHA-256 by path, for files and for the files directly in folders. */
async function contentsOf(inputs: Inputs, signal: AbortSignal): Promise<Record<string, string>> {
  const files = inputs.files.filter((file) => file !== undefined);
  for (const dataset of inputs.datasets.filter((file) => file !== undefined)) {
    // What is not there or cannot be read is for the job to report.
    const found: readonly Pick<FoundFile, "path" | "outputPath">[] = await findDatasets([dataset], signal).catch(
      (error: unknown) => {
        if (error instanceof Cancelled) throw error;
        return [{ path: dataset }];
      },
    );
    for (const { path: input, outputPath } of found)
      files.push(input, ...(outputPath === undefined ? [] : [outputPath]));
  }
  for (const folder of inputs.folders) {
    const names = await readdir(folder).catch(() => []);
    files.push(...names.sort().map((name) => path.join(folder, name)));
  }
  const contents: Record<string, string> = {};
  for (const file of files) {
    const hash = await hashFile(file, signal);
    if (hash !== null) contents[file] = hash;
  }
  return contents;
}

/** Null for what is no file or cannot be read: that is for the job to report. */
async function hashFile(file: string, signal: AbortSignal): Promise<string | null> {
  const hash = createHash("sha256");
  try {
    if (!(await stat(file)).isFile()) return null;
    for await (const chunk of createReadStream(file)) {
      throwIfCancelled(signal);
      hash.update(chunk as Uint8Array);
    }
  } catch (error) {
    if (error instanceof Cancelled) throw error;
    return null;
  }
  return hash.digest("hex");
}

async function versions(): Promise<Record<string, string>> {
  const manifest = path.join(installationFolder(), "node_modules", "onnxruntime-node", "package.json");
  const engine = await readFile(manifest, "utf8").then(
    (text) => (JSON.parse(text) as { version: string }).version,
    () => "not installed",
  );
  return { "dece-audit": installationVersion(), node: process.versions.node, "onnxruntime-node": engine };
}
