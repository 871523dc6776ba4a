import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { installationFolder } from "../foundation/installation";
import { scanRules } from "./scan";

it.each(scanRules)("%s has a section in docs/detectors.md and a place in docs/contract.md", (rule) => {
  const read = (name: string): string => readFileSync(path.join(installationFolder(), "docs", name), "utf8");
  expect(read("detectors.md").split("\n").filter((line) => line.startsWith("#") && line.includes(rule))).toHaveLength(1); // prettier-ignore
  expect(read("contract.md")).toContain(`\`${rule}\``);
});
