/** A fresh folder for each test of a file, removed after it. */
import { mkdtemp, realpath, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach } from "vitest";

/** Call it once at the head of a test file; the function it gives joins names to the current test's folder. */
export function temporaryFolder(): (...names: readonly string[]) => string {
  let folder = "";
  beforeEach(async () => {
    folder = await realpath(await mkdtemp(path.join(os.tmpdir(), "dece-audit-")));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });
  return (...names) => path.join(folder, ...names);
}
