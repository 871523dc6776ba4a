/** Where a session's time goes, from the profile that ONNX Runtime writes. */
import { readFile } from "node:fs/promises";

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
export const isMatrixProduct = ({ operator }: OperatorTime): boolean => /MatMul|Gemm/.test(operator);

/** By operator, the longest first, without the first `warmUp` runs of the session. */
export async function operatorTimes(file: string, warmUp: number): Promise<OperatorTime[]> {
  const events = JSON.parse(await readFile(file, "utf8")) as readonly ProfileEvent[];
  const times = new Map<string, { calls: number; milliseconds: number }>();
  // A run's own event follows those of its nodes.
  let runs = 0;
  for (const { cat, name, dur, args } of events) {
    if (cat === "Session" && name === "model_run") runs++;
    if (cat !== "Node" || !name.endsWith("_kernel_time") || runs < warmUp || args?.op_name === undefined) continue;
    const time = times.get(args.op_name) ?? { calls: 0, milliseconds: 0 };
    times.set(args.op_name, { calls: time.calls + 1, milliseconds: time.milliseconds + dur / 1000 });
  }
  return [...times].map(([operator, time]) => ({ operator, ...time })).sort((a, b) => b.milliseconds - a.milliseconds);
}
