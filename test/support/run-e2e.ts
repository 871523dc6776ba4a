/** `npm run test:e2e`: mocha and a browser drive a real VS Code from outside, as a user would. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import Mocha from "mocha";
import { findOrInstallBrowser } from "./browser";
import { installHost } from "./install-host";
import { artifacts, root } from "./places";
import { writeResult } from "./results";

async function main(): Promise<void> {
  mkdirSync(artifacts, { recursive: true });
  if (findOrInstallBrowser() === undefined) {
    writeResult("test:e2e", { passed: 0, failed: 0, skipped: 1 });
    return;
  }
  installHost();
  execFileSync(process.execPath, ["esbuild.js"], { cwd: root, stdio: "inherit" });
  const mocha = new Mocha({
    timeout: 120_000,
    reporter: "spec",
    ...(process.env.DECE_TEST_GREP === undefined ? {} : { grep: new RegExp(process.env.DECE_TEST_GREP) }),
  });
  const folder = path.join(root, "test/e2e");
  for (const name of readdirSync(folder)) if (name.endsWith(".test.ts")) mocha.addFile(path.join(folder, name));
  await mocha.loadFilesAsync();
  await new Promise<void>((resolve) => {
    const runner = mocha.run((failures) => {
      const { passes = 0, pending = 0 } = runner.stats ?? {};
      writeResult("test:e2e", { passed: passes, failed: failures, skipped: pending });
      process.exitCode = failures === 0 ? 0 : 1;
      resolve();
    });
  });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
