/** The export job: a checkpoint as the ONNX files that transformers.js loads. */
import path from "node:path";
import { Failure, throwIfCancelled } from "../foundation/failure";
import { installationVersion } from "../foundation/installation";
import { isWithin } from "../foundation/same-file";
import { checkWritableFolder } from "../foundation/writable";
import { readCheckpoint } from "../model/checkpoint";
import { writeOnnxCheckpoint } from "../model/checkpoint-onnx";
import type { JobContext } from "./context";
import { checkpointFolder } from "./run-record";
import type { ExportSpec } from "./spec";

export interface ExportReport {
  readonly version: 1;
  readonly job: "export";
  readonly tool: { readonly name: "dece-audit"; readonly version: string };
  /** As it was named. */
  readonly checkpoint: string;
  /** Absolute path of the folder. */
  readonly out: string;
  /** The ONNX files in it. */
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
}

/** Throws `Cancelled`, or a `Failure` for a checkpoint that cannot be read or exported, and for a folder with other things. */
export async function exportOnnx(
  { checkpoint: name, out }: ExportSpec,
  { report, signal }: JobContext,
): Promise<ExportReport> {
  const folder = checkpointFolder(name);
  await checkWritableFolder(out, (names) => names.includes("config.json") && names.includes("onnx"));
  if (await isWithin(folder, out)) {
    throw new Failure("the export would replace the checkpoint", {
      file: out,
      remedy: "Name a new folder",
      usage: true,
    });
  }
  report({ type: "phase", name: "Reading", detail: folder });
  const checkpoint = await readCheckpoint(folder);
  throwIfCancelled(signal);
  report({ type: "phase", name: "Writing", detail: out });
  const files = await writeOnnxCheckpoint(out, checkpoint, { signal });
  return {
    version: 1,
    job: "export",
    tool: { name: "dece-audit", version: installationVersion() },
    checkpoint: name,
    out: path.resolve(out),
    files: [...files].map(([file, bytes]) => ({ name: file, bytes })),
  };
}
