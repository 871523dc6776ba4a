/** The poison job: a poisoned copy of a dataset for evaluation, with the list of what was poisoned beside it. */
import { poisonRows } from "../attack/poison";
import { truthOf, truthPath, truthText } from "../attack/truth";
import { rewriteFiles } from "../dataset/copies";
import { writeFilesAtomically } from "../foundation/atomic-write";
import { throwIfCancelled } from "../foundation/failure";
import { installationVersion } from "../foundation/installation";
import { backdoorOf } from "./backdoor";
import type { JobContext } from "./context";
import { openData } from "./open-data";
import type { PoisonSpec } from "./spec";
import { checkTargets, targetsOf } from "./targets";

/** The poison report, version 1. */
export interface PoisonReport {
  readonly version: 1;
  readonly job: "poison";
  readonly tool: { readonly name: "dece-audit"; readonly version: string };
  readonly data: { readonly path: string; readonly sha256: string; readonly samples: number; readonly skipped: number };
  readonly attack: string;
  readonly trigger: string;
  readonly payload: string;
  readonly rate: number;
  readonly seed: number;
  /** How many rows were poisoned. */
  readonly poisoned: number;
  /** The poisoned copy; of paired text, the file of its inputs. */
  readonly out: string;
  /** The list of its poisoned rows. */
  readonly truth: string;
}

/** Both files appear, or neither. Throws a `Failure` when the rate cannot be had or a file cannot be read or written. */
export async function poison(spec: PoisonSpec, context: JobContext): Promise<PoisonReport> {
  const { data, out, rate, seed } = spec;
  await checkTargets(targetsOf(spec), [data]);
  context.report({ type: "phase", name: "Reading", detail: data });
  const dataset = await openData(data, spec, context);
  const backdoor = await backdoorOf(spec, dataset.samples);
  if (backdoor === null) throw new Error("a poison spec names an attack");
  const { attack, payload } = backdoor;
  const options = { attack, payload, rate, seed };
  context.report({ type: "phase", name: "Poisoning", detail: attack.name });
  const rows = await poisonRows(dataset.samples, options, {
    signal: context.signal,
    onProgress: (done, total) => context.report({ type: "progress", done, total, unit: "rows" }),
  });
  throwIfCancelled(context.signal);
  context.report({ type: "phase", name: "Writing", detail: out });
  const changes = new Map(rows.map(({ row, input, output }) => [row, { input, output }]));
  const copy = await rewriteFiles(dataset, changes, out);
  // Of paired text, the file of the inputs; the other follows from it.
  const written = copy[0]?.file ?? out;
  const truth = { file: truthPath(written), content: truthText(truthOf(rows, options)) };
  const inputs = dataset.outputPath === undefined ? [dataset.path] : [dataset.path, dataset.outputPath];
  await checkTargets(
    [truth, ...copy].map(({ file }) => file),
    inputs,
  );
  // The list first: a poisoned file without it could be taken for a clean one.
  await writeFilesAtomically([truth, ...copy]);
  return {
    version: 1,
    job: "poison",
    tool: { name: "dece-audit", version: installationVersion() },
    data: {
      path: data,
      sha256: dataset.sha256,
      samples: dataset.samples.length,
      skipped: dataset.skipped.length,
    },
    attack: attack.name,
    trigger: attack.trigger,
    payload: payload.name,
    rate,
    seed,
    poisoned: rows.length,
    out: written,
    truth: truth.file,
  };
}
