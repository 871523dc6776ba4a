// Builds dist/ (one bundle each for extension host, worker, command line and webviews), the generated protobuf
// descriptor in gen/ and the grammars' .wasm files. `node esbuild.js --watch` rebuilds on change.
const { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } = require("node:fs");
const path = require("node:path");
const esbuild = require("esbuild");
const protobuf = require("protobufjs");

const root = __dirname;
const production = process.argv.includes("--production");
const watch = process.argv.includes("--watch");

/** ONNX's own protobuf schema as the JSON descriptor that protobufjs loads without reading .proto text at run time. */
function generateOnnxDescriptor() {
  mkdirSync(path.join(root, "gen"), { recursive: true });
  const descriptor = protobuf.loadSync(path.join(root, "src/graph/onnx.proto")).toJSON();
  writeFileSync(path.join(root, "gen/onnx.json"), JSON.stringify(descriptor));
}

/** grammars/languages.json names the package and file; the .wasm stand beside it, git-ignored. */
function copyGrammars() {
  const languages = JSON.parse(readFileSync(path.join(root, "grammars/languages.json"), "utf8"));
  for (const { package: name, wasm } of Object.values(languages)) {
    copyFileSync(path.join(root, "node_modules", name, wasm), path.join(root, "grammars", wasm));
  }
  const runtime = "web-tree-sitter.wasm";
  copyFileSync(path.join(root, "node_modules/web-tree-sitter", runtime), path.join(root, "grammars", runtime));
}

const node = {
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  // Loaded lazily at run time: it holds native libraries, and scanning must work where they are missing.
  external: ["vscode", "onnxruntime-node"],
  // Its ES module asks for import.meta.url, which a CommonJS bundle has not.
  alias: { "web-tree-sitter": require.resolve("web-tree-sitter") },
  sourcemap: !production,
  minify: production,
  logLevel: "warning",
};
const web = {
  bundle: true,
  platform: "browser",
  target: "es2022",
  format: "iife",
  jsx: "automatic",
  jsxImportSource: "preact",
  minify: true,
  sourcemap: !production,
  logLevel: "warning",
};

const bundles = [
  { ...node, entryPoints: { cli: "src/cli.ts" }, banner: { js: "#!/usr/bin/env node" } },
  { ...node, entryPoints: { extension: "src/extension.ts" } },
  { ...node, entryPoints: { worker: "src/job/worker.ts" } },
  { ...node, entryPoints: { "scan-thread": "src/job/scan-thread.ts" } },
  {
    ...web,
    entryPoints: {
      run: "src/panel/web/run.tsx",
      probe: "src/panel/web/probe.tsx",
      audit: "src/panel/web/audit.tsx",
    },
  },
]
  .filter(({ entryPoints }) => Object.values(entryPoints).every((file) => existsSync(path.join(root, file))))
  .map((bundle) => ({ ...bundle, absWorkingDir: root, outdir: "dist" }));

async function main() {
  generateOnnxDescriptor();
  copyGrammars();
  if (!watch) {
    await Promise.all(bundles.map((bundle) => esbuild.build(bundle)));
    return;
  }
  for (const bundle of bundles) {
    const context = await esbuild.context({ ...bundle, logLevel: "info" });
    await context.watch();
  }
}

if (require.main === module) {
  main().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}

/** The settings of the bundles that run in Node, for tests that bundle an entry point of their own. */
module.exports = { node };
