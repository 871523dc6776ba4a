/** What a run's result depends on, for its spec.json: the validated spec, versions, and the hashes of all it reads. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { installationFolder, installationVersion } from "../foundation/installation";
import type { RunRecord } from "./run-directory";
import type { DemoSpec, FinetuneSpec, ProbeSpec } from "./spec";

/** Specs of the jobs that keep a run directory. */
export type RecordedSpec = FinetuneSpec | ProbeSpec | DemoSpec;

/** Hashes the spec's inputs and asks for the versions. */
export async function recordOf(spec: RecordedSpec): Promise<RunRecord> {
  return { spec, versions: await versions(), contents: await contentsOf(inputsOf(spec)) };
}

/** The short name in the run directory's name. */
export function nameOf(spec: RecordedSpec): string {
  const stem = (file: string): string => path.parse(file).name;
  if (spec.job === "demo") return "examples";
  if (spec.job === "finetune") return `${spec.loss}-${stem(spec.data)}`;
  return `${stem(path.resolve(spec.checkpoint))}-${stem(spec.data)}`;
}

function inputsOf(spec: RecordedSpec): string[] {
  const examples = examplesFolder();
  if (spec.job === "demo") return [examples, checkpointFolder("builtin")];
  const files =
    spec.job === "finetune"
      ? [spec.data, spec.valid, spec.test, checkpointFolder(spec.model)]
      : [spec.data, spec.truth, checkpointFolder(spec.checkpoint)];
  return files.filter((file) => file !== undefined);
}

/** The generated dataset that comes along. */
export const examplesFolder = (): string => path.join(installationFolder(), "examples", "nl-python-sql");

/** The folder that a spec means by its `model` or `checkpoint`: `builtin` is the model that comes along. */
export const checkpointFolder = (name: string): string =>
  name === "builtin" ? path.join(installationFolder(), "models", "base") : name;

/** SHA-256 by path, for files and for the files directly in folders; what cannot be read is for the job to report. */
async function contentsOf(inputs: readonly string[]): Promise<Record<string, string>> {
  const contents: Record<string, string> = {};
  for (const input of inputs) {
    const names = await readdir(input).catch(() => [""]);
    for (const file of names.sort().map((name) => path.join(input, name))) {
      const isFile = (await stat(file).catch(() => null))?.isFile() ?? false;
      if (isFile) contents[file] = await hashFile(file);
    }
  }
  return contents;
}

async function hashFile(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Uint8Array);
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
