// Packs artifacts/dece-audit.vsix for one platform (this one, or `--target win32-x64`): onnxruntime-node carries native
// libraries for five platforms, some 290 MB, and a .vsix takes only its own.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");
const flag = process.argv.indexOf("--target");
const target = flag > 0 ? process.argv[flag + 1] : `${process.platform}-${process.arch}`;
const libraries = `node_modules/onnxruntime-node/bin/napi-v6/${target.replace("-", "/")}`;
if (!existsSync(path.join(root, libraries))) {
  console.error(`onnxruntime-node has no libraries for ${target}: ${libraries} is missing.`);
  process.exit(1);
}

execFileSync(process.execPath, ["esbuild.js", "--production"], { cwd: root, stdio: "inherit" });
const artifacts = path.join(root, "artifacts");
mkdirSync(artifacts, { recursive: true });
const ignoreFile = path.join(artifacts, ".vscodeignore");
writeFileSync(ignoreFile, `${readFileSync(path.join(root, ".vscodeignore"), "utf8")}\n!${libraries}/**\n`);

const vsix = path.join(artifacts, "dece-audit.vsix");
const vsce = path.join(root, "node_modules/@vscode/vsce/vsce");
execFileSync(
  process.execPath,
  [vsce, "package", "--target", target, "--ignoreFile", ignoreFile, "--allow-missing-repository", "-o", vsix],
  { cwd: root, stdio: ["ignore", "ignore", "inherit"] },
);
console.log(`${path.relative(root, vsix)}: ${(statSync(vsix).size / 1e6).toFixed(1)} MB for ${target}`);
