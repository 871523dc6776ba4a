/** Bundles an entry point of src/ as esbuild.js does, so that a test runs what is shipped and never a stale dist/. */
import path from "node:path";
import { build } from "esbuild";

const root = path.resolve(__dirname, "../..");

/** The bundle's path, in the git-ignored out/; `entry` counts from the project's root. */
export async function bundleForTest(entry: string, name: string): Promise<string> {
  const outfile = path.join(root, "out", "test-bundles", `${name}-${process.pid}.js`);
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    external: ["vscode", "onnxruntime-node"],
    logLevel: "error",
  });
  return outfile;
}
