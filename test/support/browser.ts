/**
 * The browser that shows the VS Code server: Chromium of the system. As root on Debian or Ubuntu a missing one is
 * installed by apt-get; elsewhere one line says what to install, and the stages that need it are skipped.
 */
import { accessSync, constants } from "node:fs";
import path from "node:path";
import { chromium, type Browser } from "playwright-core";
import { installWithApt } from "./apt";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const elsewhere = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function installedBrowser(): string | undefined {
  const chosen = process.env.CHROMIUM_PATH;
  if (chosen !== undefined) return chosen;
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  const onPath = folders.flatMap((folder) => names.map((name) => path.join(folder, name)));
  return [...onPath, ...elsewhere].find(isExecutable);
}

/** The browser's path, installed first where that can be done; `undefined` after one line that says what is missing. */
export function findOrInstallBrowser(): string | undefined {
  const found = installedBrowser();
  if (found !== undefined) return found;
  installWithApt("chromium");
  const installed = installedBrowser();
  if (installed !== undefined) return installed;
  console.log(
    "No Chromium found: install Chromium or Chrome, or set CHROMIUM_PATH. Skipped for it: test:host, test:vsix, test:e2e.",
  );
  return undefined;
}

/** Starts the browser headless. The sandbox is off because CI runs as root; it shows our own server only. */
export function launchBrowser(executable: string): Promise<Browser> {
  const quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];
  return chromium.launch({
    executablePath: executable,
    headless: true,
    args: ["--no-sandbox", "--disable-component-update", "--disable-sync", ...quiet],
  });
}
