// Bundles the tests that run inside the extension host into out/ (mocha and the API stay outside of the bundle).
import path from "node:path";
import { build } from "esbuild";

const root = path.resolve(import.meta.dirname, "../..");
await build({
  absWorkingDir: root,
  entryPoints: ["test/host/index.ts"],
  outdir: "out/test/host",
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  sourcemap: "inline",
  external: ["vscode", "mocha"],
  logLevel: "warning",
});
