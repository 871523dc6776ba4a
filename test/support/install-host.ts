/**
 * Installs a real VS Code server (of the npm package code-server) into tools/vscode-host, unless the same one is there
 * already. Only `lib/vscode` of that package is used, so no native module has to be compiled.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { hostFolder, serverFolder } from "./places";

const stampFile = path.join(hostFolder, "node_modules/.host-ready");

/** What the installation depends on: its lockfile, the stand-in for spdlog, and the Node ABI. */
function wantedStamp(): string {
  const hash = createHash("sha256");
  for (const name of ["package.json", "package-lock.json", "spdlog-shim.js"]) {
    hash.update(readFileSync(path.join(hostFolder, name)));
  }
  return `${hash.digest("hex")} ${process.versions.modules} ${process.platform}-${process.arch}`;
}

function npm(folder: string, ...parameters: string[]): void {
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  execFileSync("npm", [...parameters, ...quiet], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
}

/** Takes about 20 s the first time and nothing later. Throws when npm fails. */
export function installHost(): void {
  const stamp = wantedStamp();
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return;
  const started = Date.now();
  console.log("vscode host: installing ...");
  npm(hostFolder, "ci");
  npm(serverFolder, "ci", "--omit=dev", "--legacy-peer-deps");

  // The server looks its modules up here when it runs as a product and not from sources.
  const archive = path.join(serverFolder, "node_modules.asar");
  rmSync(archive, { force: true });
  symlinkSync("node_modules", archive, "junction");

  const modules = path.join(serverFolder, "node_modules");
  copyFileSync(path.join(hostFolder, "spdlog-shim.js"), path.join(modules, "@vscode/spdlog/index.js"));
  writeFileSync(path.join(modules, "native-watchdog/index.js"), "exports.start = () => {};\n");
  const ripgrep = path.join(hostFolder, `node_modules/@vscode/ripgrep-${process.platform}-${process.arch}/bin/rg`);
  if (existsSync(ripgrep)) {
    const target = path.join(modules, "@vscode/ripgrep/bin");
    mkdirSync(target, { recursive: true });
    copyFileSync(ripgrep, path.join(target, "rg"));
  }
  writeFileSync(stampFile, stamp);
  console.log(`vscode host: installed in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}
