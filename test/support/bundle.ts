/** Bundles an entry point of src/ with esbuild.js's settings, so that a test runs what is shipped and never a stale dist/. */
import { createRequire } from "node:module";
import path from "node:path";
import { build, type BuildOptions } from "esbuild";

const root = path.resolve(__dirname, "../..");
const { node } = createRequire(__filename)("../../esbuild.js") as { readonly node: BuildOptions };

/** The bundle's path, in the git-ignored out/; `entry` counts from the project's root. */
export async function bundleForTest(entry: string, name: string): Promise<string> {
  const outfile = path.join(root, "out", "test-bundles", `${name}.js`);
  await build({ ...node, absWorkingDir: root, entryPoints: [entry], outfile });
  return outfile;
}
