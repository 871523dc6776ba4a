import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import type { Graph } from "../../src/graph/graph";
import { encodeModel } from "../../src/graph/onnx-model";

/** Makes a session without running it, and has ONNX Runtime tell where it placed which node. */
const program = `
const { InferenceSession } = require("onnxruntime-node");
const options = { executionProviders: ["webgpu"], logSeverityLevel: 0 };
InferenceSession.create(process.argv[1], options).then(() => process.exit(0), () => process.exit(1));
`;

/**
 * A graph's operators by the provider that ONNX Runtime places them on, on WebGPU; where there is only one, it does not list them. The
 * model is written to `file`.
 */
export async function webgpuPlacements(graph: Graph, file: string): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  await writeFile(file, encodeModel(graph));
  const told = await promisify(execFile)(process.execPath, ["-e", program, file], { maxBuffer: 2 ** 28 });
  const placed = new Map<string, Set<string>>();
  let operators = new Set<string>();
  for (const line of (told.stdout + told.stderr).split("\n")) {
    const provider = /placed on \[(\w+)\]/.exec(line)?.[1];
    if (provider !== undefined) {
      operators = placed.get(provider) ?? new Set();
      placed.set(provider, operators);
    }
    const operator = /VerifyEachNodeIsAssignedToAnEp\] +(\w+) \(/.exec(line)?.[1];
    if (operator !== undefined) operators.add(operator);
  }
  return placed;
}
