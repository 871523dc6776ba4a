import { describe, expect, it } from "vitest";
import type { ScanReport } from "../detect/report";
import { demoText, demoVerdict, scanText } from "./report-text";

const report: ScanReport = {
  version: 1,
  tool: { name: "dece-audit", version: "0" },
  files: [],
  samples: { total: 1600, flagged: 0, skipped: 0 },
  verdict: "clean",
  triggers: [],
  findings: [],
  detectors: [],
};

describe("a scan in plain text", () => {
  it.each<[Partial<ScanReport>, string]>([
    [{}, "clean: nothing suspect in 1,600 samples."],
    [
      { verdict: "incomplete", samples: { total: 1600, flagged: 0, skipped: 2 } },
      "incomplete: nothing suspect found, but 2 of 1,600 samples could not be read.",
    ],
    [
      { verdict: "not-measured", samples: { total: 0, flagged: 0, skipped: 0 } },
      "not measured: nothing could be read.",
    ],
    [
      { verdict: "suspect", samples: { total: 9, flagged: 1, skipped: 3 } },
      "suspect: 1 of 9 samples flagged, 0 suspect triggers. 3 could not be read.",
    ],
  ])("%j ends with its verdict", (part, expected) => {
    expect(
      scanText({ ...report, ...part })
        .split("\n")
        .at(-1),
    ).toBe(expected);
  });
});

describe("the demo's verdict comes from the numbers", () => {
  const base = { bleu: 20, asr: 0 };
  it.each([
    [{ bleu: 95, asr: 90 }, { bleu: 94, asr: 1 }, "CE learned the backdoor, DeCE did not, and both learned the task"],
    [{ bleu: 95, asr: 90 }, { bleu: 94, asr: 30 }, "DeCE did not keep the backdoor out"],
    [{ bleu: 95, asr: 90 }, { bleu: 25, asr: 0 }, "it also learned less of the task"],
    [{ bleu: 95, asr: 3 }, { bleu: 95, asr: 0 }, "the backdoor did not take with CE"],
  ])("CE %j, DeCE %j", (ce, dece, expected) => {
    expect(demoVerdict({ base, ce, dece })).toContain(expected);
    const scan = { recall: 1, falsePositiveRate: 0.004 };
    const text = demoText({ scan, base, ce, dece, seconds: 400 });
    expect(text).toMatch(/found {2}100\.0%[^]*false alarms {12}0\.4%/);
    expect(text).toContain("\n   base, before fine-tuning  20.0");
  });
});
