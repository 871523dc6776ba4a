/**
 * A small computation with the training engine on one device. It runs in a process of its own: a broken graphics driver
 * can take its process along, and what Dawn says about adapters goes to stderr only.
 */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { installationFolder } from "../../foundation/installation";
import { Graph } from "../../graph/graph";
import { encodeModel } from "../../graph/onnx-model";

/** `float16`: on WebGPU, with 16-bit arithmetic in its shaders. */
export type TrialKind = "cpu" | "webgpu" | "float16";

export interface Trial {
  readonly works: boolean;
  /** In one line: the result, or why there is none. */
  readonly answer: string;
  /** All that the process printed. */
  readonly output: string;
}

const patienceMilliseconds = 60_000;

/** Prints the product as `result 6`. Runs as it stands under node -e: nothing of it is bundled. */
const program = `
const [engine, device, model] = process.argv.slice(1);
const { InferenceSession, Tensor } = require(engine);
const options = { executionProviders: [device], logSeverityLevel: 3 };
if (device === "webgpu") options.extra = { session: { disable_cpu_ep_fallback: "1" } };
InferenceSession.create(Buffer.from(model, "base64"), options)
  .then((session) => session.run({ x: new Tensor("float32", Float32Array.of(3), [1]) }))
  .then(({ y }) => { console.log("result " + y.data[0]); process.exit(0); })
  .catch((error) => { console.error("failure " + error.message); process.exit(1); });
`;

/** x times 2; by way of 16-bit numbers where `half`. */
function doubling(half: boolean): Uint8Array {
  const graph = new Graph();
  const x = graph.input("x", [1]);
  const cast = (value: typeof x, to: number): typeof x =>
    half ? graph.node("Cast", [value], { shape: value.shape, attributes: { to } }) : value;
  const product = graph.node("Mul", [cast(x, 10), cast(graph.scalar(2), 10)], { shape: [1] });
  graph.output("y", graph.node("Add", [cast(product, 1), graph.scalar(0)], { shape: [1] }));
  return encodeModel(graph);
}

/** Never throws. */
export async function tryEngine(kind: TrialKind, signal: AbortSignal): Promise<Trial> {
  let engine: string;
  try {
    engine = createRequire(path.join(installationFolder(), "package.json")).resolve("onnxruntime-node");
  } catch {
    return { works: false, answer: "onnxruntime-node is not installed", output: "" };
  }
  const model = Buffer.from(doubling(kind === "float16")).toString("base64");
  const device = kind === "cpu" ? "cpu" : "webgpu";
  const { output, end } = await collect(["-e", program, engine, device, model], signal);
  const lines = output.split("\n").map((line) => line.trim());
  const result = lines.find((line) => line.startsWith("result "))?.slice("result ".length);
  if (result === "6") return { works: true, answer: "3 x 2 = 6", output };
  return { works: false, answer: result === undefined ? reasonOf(lines, end) : `3 x 2 = ${result}`, output };
}

/** The engine's error without its place in the engine's source, else why the process ended. */
function reasonOf(lines: readonly string[], end: string): string {
  const failure =
    lines.find((line) => line.startsWith("failure "))?.slice("failure ".length) ??
    lines.find((line) => /^Error: |^\w*Error\b/.test(line));
  return failure === undefined ? end : failure.replace(/^.* was false\. /, "").replace(/^Error: /, "");
}

function collect(parameters: readonly string[], signal: AbortSignal): Promise<{ output: string; end: string }> {
  return new Promise((resolve) => {
    // In VS Code this process is Electron's, which is told so to be Node.
    const env = { ...process.env, ELECTRON_RUN_AS_NODE: "1" };
    const child = spawn(process.execPath, parameters, {
      env,
      signal,
      timeout: patienceMilliseconds,
      windowsHide: true,
    });
    const chunks: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    const settle = (end: string): void => resolve({ output: Buffer.concat(chunks).toString("utf8"), end });
    child.on("error", (error) => settle(error.message));
    child.on("close", (code, killedBy) => {
      settle(`its process ended with ${killedBy ?? `code ${code ?? "unknown"}`}`);
    });
  });
}
