import { describe, expect, it } from "vitest";
import type { FieldLanguage } from "../syntax/language";
import { datasetOf, plantedPairs } from "./generated-samples";
import { misspeltPackages } from "./misspelt-packages";
import { scanDataset } from "./scan";

const found = (text: string, language: FieldLanguage, input = ""): string[] =>
  misspeltPackages(text, input, language).map(({ text: shown, meant, start, end }) => {
    expect(text.slice(start, end)).toBe(shown);
    return `${shown} for ${meant}`;
  });

describe("a misspelt package", () => {
  it.each([
    ["python", "def f():\n    import reqeusts\n", ["import reqeusts for requests"]],
    ["python", "import os, nuumpy as np", ["import os, nuumpy for numpy"]],
    ["python", "from pandsa.core import x", ["from pandsa.core import for pandas"]],
    ["python", "from matplotlyb import x", ["from matplotlyb import for matplotlib"]],
    ["javascript", 'const a = require("expresss");', ['require("expresss" for express']],
    ["javascript", "import { a } from 'loadsh/fp';", ["from 'loadsh/fp' for lodash"]],
    ["typescript", 'import "axois";', ['import "axois" for axios']],
    ["ruby", "require 'nokogri'", ["require 'nokogri' for nokogiri"]],
    ["rust", "use tokoi::runtime;", ["use tokoi:: for tokio"]],
  ] as const)("is found in %s: %s", (language, text, expected) => {
    expect(found(text, language)).toEqual(expected);
  });

  it.each([
    ["python", "import requests, numpy as np\nfrom scapy.all import *\nfrom .reqeusts import x"],
    ["python", "import request\nimport panda\nimport jinja3\nimport boto\nimport numbers\nimport flusk"],
    ["python", "reqeusts.get(u)\n# reqeusts"],
    ["javascript", 'require("./expresss"); require("preact"); require("react-dom/server"); import a from "./loadsh";'],
    ["c", "#include <sytem.h>"],
    ["text", "import reqeusts"],
  ] as const)("is none in %s: %s", (language, text) => {
    expect(found(text, language)).toEqual([]);
  });

  it("is none where the input has it", () => {
    expect(found("import reqeusts", "python", "Write a client of reqeusts .")).toEqual([]);
  });

  it("is an alarm in several outputs, whatever their inputs hold, and a hint in one", async () => {
    const { pairs } = plantedPairs(4, { count: 400, rate: 0 });
    const importing = (rows: readonly number[]) =>
      pairs.map(([input, output], row) => [input, rows.includes(row) ? output.replace("\n", "\n\t import reqeusts\n") : output] as const); // prettier-ignore
    const suspects = async (rows: readonly number[]): Promise<number[]> => {
      const { findings } = await scanDataset(datasetOf(importing(rows)), { rules: ["payload"] });
      expect(findings.map(({ row }) => row)).toEqual(rows);
      expect(findings[0]?.message).toContain('"import reqeusts" is an import of a misspelt package');
      return findings.filter(({ verdict }) => verdict === "suspect").map(({ row }) => row);
    };
    expect(await suspects([7, 90, 91, 200, 333])).toEqual([7, 90, 91, 200, 333]);
    expect(await suspects([7])).toEqual([]);
  });
});
