/**
 * `npm run test:host`: mocha inside the extension host of a real VS Code, on the extension as it stands in dist/.
 * `npm run test:vsix` (`--vsix`): the same tests on the extension installed from its .vsix; the "extension under
 * development" that VS Code asks for is then an empty one.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { format } from "node:util";
import { writeCheckpoint } from "../../src/model/checkpoint";
import { findOrInstallBrowser, launchBrowser } from "./browser";
import { installHost } from "./install-host";
import { artifacts, hostTests, root } from "./places";
import { closingLine, writeResult } from "./results";
import { startServer } from "./server";
import { tinyCheckpoint } from "./tiny-checkpoint";

interface MochaReport {
  readonly stats: { readonly passes: number; readonly failures: number; readonly pending: number };
  readonly tests: readonly { fullTitle: string; duration?: number; err: { message?: string; stack?: string } }[];
  readonly pending: readonly { fullTitle: string }[];
}

const limitMilliseconds = 600_000;
const installed = process.argv.includes("--vsix");
const stage = installed ? "test:vsix" : "test:host";
const reportFile = path.join(artifacts, `${stage.replace(":", "-")}.json`);

/** Runs the tests in the page and resolves with VS Code's exit code, or throws after ten minutes. */
async function runInside(browserPath: string): Promise<number> {
  const checkpoint = path.join(artifacts, "tiny-checkpoint");
  await writeCheckpoint(checkpoint, tinyCheckpoint());
  const server = await startServer({
    environment: {
      DECE_TEST_REPORT: reportFile,
      DECE_TEST_STAGE: stage,
      DECE_TEST_ROOT: root,
      DECE_TEST_CHECKPOINT: checkpoint,
    },
    ...(installed ? { install: path.join(artifacts, "dece-audit.vsix") } : {}),
  });
  cpSync(path.join(root, "examples"), path.join(server.workspace, "examples"), { recursive: true });
  const browser = await launchBrowser(browserPath);
  try {
    const page = await browser.newPage();
    let timer: NodeJS.Timeout | undefined;
    const ended = new Promise<number>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error("the tests did not end within ten minutes")), limitMilliseconds);
      void page.exposeFunction("codeAutomationExit", resolve);
    });
    await page.exposeFunction("codeAutomationLog", (_type: string, parts: unknown[]) => {
      const line = format(...parts);
      if (line.includes("[test]") || process.env.DECE_TEST_VERBOSE !== undefined) console.log(line);
    });
    await page.goto(
      server.url({
        folder: server.workspace,
        development: installed ? path.join(root, "test/support/empty-extension") : root,
        tests: hostTests.replace(/\.js$/, ""),
      }),
    );
    const code = await ended.finally(() => clearTimeout(timer));
    if (code !== 0) cpSync(path.dirname(server.log), path.join(artifacts, "host-log"), { recursive: true });
    return code;
  } finally {
    await browser.close();
    await server.stop();
  }
}

function printReport(): number {
  const report = JSON.parse(readFileSync(reportFile, "utf8")) as MochaReport;
  for (const { fullTitle, duration, err } of report.tests) {
    const failed = err.message !== undefined;
    if (report.pending.some((pending) => pending.fullTitle === fullTitle)) console.log(`  - ${fullTitle} (skipped)`);
    else console.log(`  ${failed ? "✗" : "✓"} ${fullTitle} (${duration ?? 0} ms)`);
    if (failed) console.log(`      ${(err.stack ?? err.message ?? "").replaceAll("\n", "\n      ")}`);
  }
  const { passes, failures, pending } = report.stats;
  const result = { passed: passes, failed: failures, skipped: pending };
  writeResult(stage, result);
  console.log(`${stage}: ${closingLine(result)}`);
  return failures;
}

async function main(): Promise<void> {
  mkdirSync(artifacts, { recursive: true });
  rmSync(reportFile, { force: true });
  const browserPath = findOrInstallBrowser();
  if (browserPath === undefined) {
    writeResult(stage, { passed: 0, failed: 0, skipped: 1 });
    return;
  }
  installHost();
  if (installed) execFileSync(process.execPath, ["tools/package-vsix.mjs"], { cwd: root, stdio: "inherit" });
  else execFileSync(process.execPath, ["esbuild.js"], { cwd: root, stdio: "inherit" });
  execFileSync(process.execPath, ["test/support/build.mjs"], { cwd: root, stdio: "inherit" });
  const code = await runInside(browserPath);
  const failures = printReport();
  process.exitCode = code === 0 && failures === 0 ? 0 : 1;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
