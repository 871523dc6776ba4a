/** Loaded by VS Code inside the extension host (`extensionTestsPath`): runs the tests and writes mocha's JSON report. */
import Mocha from "mocha";

export async function run(): Promise<void> {
  const mocha = new Mocha({
    timeout: 150_000,
    ...(process.env.DECE_TEST_GREP === undefined ? {} : { grep: new RegExp(process.env.DECE_TEST_GREP) }),
    color: false,
    reporter: "json",
    reporterOptions: { output: process.env.DECE_TEST_REPORT },
  });
  // One bundle: the tests register themselves with the suite that is current while they load.
  mocha.suite.emit("pre-require", globalThis, null, mocha);
  await import("./activation");
  await import("./findings");
  await import("./scanning");
  await import("./dataset-commands");
  await import("./audit-view");
  await import("./quick-fixes");
  await import("./fine-tuning");
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} tests failed`);
}
