/** Where a session's time goes, from the profile that ONNX Runtime writes. */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  /** Microseconds. */
  readonly dur: number;
  readonly args?: { readonly op_name?: string };
}

export interface OperatorTime {
  readonly operator: string;
  readonly calls: number;
  readonly milliseconds: number;
}

/** Matrix products under any of the names that ONNX Runtime's optimisations give them. */
const isMatrixProduct = ({ operator }: OperatorTime): boolean => /MatMul|Gemm/.test(operator);

type Times = Map<string, { readonly calls: number; readonly milliseconds: number }>;

function addTime(times: Times, operator: string, microseconds: number): void {
  const { calls, milliseconds } = times.get(operator) ?? { calls: 0, milliseconds: 0 };
  times.set(operator, { calls: calls + 1, milliseconds: milliseconds + microseconds / 1000 });
}

const longestFirst = (times: Times): OperatorTime[] =>
  [...times].map(([operator, time]) => ({ operator, ...time })).sort((a, b) => b.milliseconds - a.milliseconds);

/** A table of what operators take in a step; shares are of a step's milliseconds where they are given, else of all operators together. */
export function printTimes(what: string, times: readonly OperatorTime[], steps: number, step?: number): void {
  const perStep = (of: readonly OperatorTime[]): number =>
    of.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / steps;
  const all = perStep(times);
  const whole = step ?? all;
  const row = (name: string, calls: string, milliseconds: number): void =>
    console.log(`| ${name} | ${calls} | ${milliseconds.toFixed(2)} | ${((100 * milliseconds) / whole).toFixed(1)}% |`);
  console.log(`\n| operator (${what}) | calls a step | ms a step | share of the step |\n|---|---|---|---|`);
  for (const { operator, calls, milliseconds } of times) {
    if (milliseconds / steps / all > 0.002) row(operator, (calls / steps).toFixed(0), milliseconds / steps);
  }
  row("matrix products together", "", perStep(times.filter(isMatrixProduct)));
  if (step !== undefined) row("the update, and all else outside the operators", "", step - all);
}

/** What WebGPU's shaders took of all runs, by the GPU's clock, from the profiles beside `prefix`. By operator, the longest first. */
export async function shaderTimes(prefix: string): Promise<OperatorTime[]> {
  const folder = path.dirname(prefix);
  const files = (await readdir(folder)).filter((file) => file.startsWith(`${path.basename(prefix)}_`));
  const times: Times = new Map();
  for (const file of files) {
    const events = JSON.parse(await readFile(path.join(folder, file), "utf8")) as readonly ProfileEvent[];
    // A shader is named after its node, the operator and the program.
    for (const { cat, name, dur } of events) if (cat === "Api") addTime(times, name.split("&")[1] ?? name, dur);
  }
  return longestFirst(times);
}

/** By operator, the longest first, without the first `warmUp` runs of the session. */
export async function operatorTimes(file: string, warmUp: number): Promise<OperatorTime[]> {
  const events = JSON.parse(await readFile(file, "utf8")) as readonly ProfileEvent[];
  const times: Times = new Map();
  // A run's own event follows those of its nodes.
  let runs = 0;
  for (const { cat, name, dur, args } of events) {
    if (cat === "Session" && name === "model_run") runs++;
    if (cat !== "Node" || !name.endsWith("_kernel_time") || runs < warmUp || args?.op_name === undefined) continue;
    addTime(times, args.op_name, dur);
  }
  return longestFirst(times);
}
