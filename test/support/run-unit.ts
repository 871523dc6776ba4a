/** `npm run test:unit`: vitest, with its counts written down for the closing line of `npm test`. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { artifacts, root } from "./places";
import { writeResult } from "./results";

const report = path.join(artifacts, "vitest.json");
const { status } = spawnSync(
  process.execPath,
  [
    path.join(root, "node_modules/vitest/vitest.mjs"),
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: "inherit" },
);
process.exitCode = status ?? 1;

const counts = JSON.parse(readFileSync(report, "utf8")) as {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
};
writeResult("test:unit", {
  passed: counts.numPassedTests,
  failed: counts.numFailedTests,
  skipped: counts.numPendingTests,
});
