import { existsSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { installationFolder, installationVersion } from "./installation";

test("finds the folder that holds the grammars and the version of its package", () => {
  expect(existsSync(path.join(installationFolder(), "grammars/languages.json"))).toBe(true);
  expect(installationVersion()).toMatch(/^\d+\.\d+\.\d+/);
});
