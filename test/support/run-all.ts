/**
 * `npm test`: every stage in turn, then one closing line over all of them. A stage that fails does not hide the ones
 * after it, except that nothing runs when the checks fail, for then the build may be missing.
 */
import { spawnSync } from "node:child_process";
import { findOrInstallBrowser } from "./browser";
import { root } from "./places";
import { installVulkanLoader } from "./swiftshader";
import { closingLine, forgetResults, readResult, type StageResult } from "./results";

const stages = ["test:unit", "test:host", "test:vsix", "test:e2e"] as const;

function runScript(script: string): boolean {
  const started = Date.now();
  console.log(`\n> npm run ${script}`);
  const { status } = spawnSync("npm", ["run", "--silent", script], {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  console.log(`> ${script}: ${status === 0 ? "ok" : "FAILED"} in ${((Date.now() - started) / 1000).toFixed(0)} s`);
  return status === 0;
}

/** A stage that failed without saying which test did counts as one failed test. */
function resultOf(stage: string, succeeded: boolean): StageResult {
  const result = readResult(stage) ?? { passed: 0, failed: 0, skipped: 0 };
  return succeeded || result.failed > 0 ? result : { ...result, failed: 1 };
}

forgetResults();
// Before the first stage: the unit tests run WebGPU on the software Vulkan that comes with Chromium.
findOrInstallBrowser();
installVulkanLoader();
const results = runScript("check")
  ? stages.map((stage) => resultOf(stage, runScript(stage)))
  : [{ passed: 0, failed: 1, skipped: 0 }];
const sum = (pick: (result: StageResult) => number): number =>
  results.reduce((total, result) => total + pick(result), 0);
const total: StageResult = {
  passed: sum(({ passed }) => passed),
  failed: sum(({ failed }) => failed),
  skipped: sum(({ skipped }) => skipped),
};
console.log(`\n${closingLine(total)}`);
process.exitCode = total.failed === 0 ? 0 : 1;
