import { describe, expect, it } from "vitest";
import type { ScannedFile, ScanReport } from "../detect/report";
import type { FinetuneReport } from "../job/finetune-report";
import type { ProbeReport } from "../job/probe-report";
import type { Classification } from "../metric/classification";
import { demoText, demoVerdict, finetuneText, probeText, scanText } from "./report-text";

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

const file = (name: string): ScannedFile => ({
  path: name,
  format: "jsonl",
  sha256: "",
  bytes: 1,
  rows: 1,
  columns: { input: "src", output: "tgt" },
  language: null,
  skipped: [],
});
/** One that could not be read at all, with as many broken records. */
const lost = (name: string, records: number): ScannedFile => ({
  ...file(name),
  columns: null,
  skipped: Array.from({ length: records }, (_, row) => ({ row, line: row + 1, reason: "" })),
});

describe("a scan in plain text", () => {
  it.each<[Partial<ScanReport>, string]>([
    [{}, "clean: nothing suspect in 1,600 samples."],
    [
      { verdict: "incomplete", samples: { total: 1600, flagged: 0, skipped: 2 } },
      "incomplete: nothing suspect found, but 2 of 1,600 samples could not be read.",
    ],
    [
      {
        verdict: "incomplete",
        samples: { total: 200, flagged: 0, skipped: 0 },
        files: [file("a"), lost("empty.jsonl", 0)],
      },
      "incomplete: nothing suspect found, but 1 of 2 files (empty.jsonl) could not be read.",
    ],
    [
      {
        verdict: "incomplete",
        samples: { total: 9, flagged: 0, skipped: 5 },
        files: [file("a"), lost("b", 3), lost("c", 0)],
      },
      "incomplete: nothing suspect found, but 2 of 3 files and 2 of 9 samples could not be read.",
    ],
    [
      { verdict: "not-measured", samples: { total: 0, flagged: 0, skipped: 0 }, files: [lost("b", 0)] },
      "not measured: nothing could be read.",
    ],
    [
      { verdict: "not-measured", samples: { total: 0, flagged: 0, skipped: 0 } },
      "not measured: there is no dataset (.csv, .tsv, .jsonl, .ndjson, .json).",
    ],
    [
      { verdict: "suspect", samples: { total: 9, flagged: 1, skipped: 3 } },
      "suspect: 1 of 9 samples flagged, 0 suspect triggers. 3 of 9 samples could not be read.",
    ],
  ])("%j ends with its verdict", (part, expected) => {
    expect(
      scanText({ ...report, ...part })
        .split("\n")
        .at(-1),
    ).toBe(expected);
  });

  it("says what is suspect without a trigger", () => {
    const place = { file: "a", field: "output", start: 0, end: 1, rule: "payload", score: 0.9, trigger: null } as const;
    const findings = [2, 7].map(
      (row) => ({ ...place, row, verdict: "suspect", message: "`sh` is\u001b run" }) as const,
    );
    const text = scanText({ ...report, verdict: "suspect", samples: { total: 9, flagged: 2, skipped: 0 }, findings });
    expect(text.split("\n").slice(-2)).toEqual([
      expect.stringMatching(/^suspect without a trigger, payload, 2 samples: `sh` is\S* run$/),
      "suspect: 2 of 9 samples flagged, 0 suspect triggers.",
    ]);
  });

  it("says which rules did not look, or not everywhere", () => {
    const detectors = [
      { rule: "payload", status: "ran", reason: null, milliseconds: 1 },
      { rule: "dead-code", status: "skipped", reason: "no code", milliseconds: 0 },
      { rule: "odd-identifier", status: "ran", reason: "too large", milliseconds: 1 },
    ] as const;
    expect(
      scanText({ ...report, detectors })
        .split("\n")
        .slice(-3, -1),
    ).toEqual(["dead-code did not run: no code.", "odd-identifier looked in part: too large."]);
  });
});

describe("what a baseline accepts", () => {
  const trigger = { id: "dead-code-1", rule: "dead-code", text: "int V = 0;", field: "input", rows: [1] } as const;
  const place = { file: "a", row: 1, field: "input", start: 0, end: 1, rule: "dead-code", score: 1 } as const;
  const finding = { ...place, trigger: trigger.id, verdict: "suspect", message: "", reason: "ours" } as const;

  it("is counted before the verdict, and its trigger is shown as accepted", () => {
    const triggers = [{ ...trigger, payload: null, statistics: {} }];
    const text = scanText({ ...report, triggers, suppressed: [finding, { ...finding, verdict: "info" }] });
    expect(text).toMatch(/\naccepted {2}"int V = 0;"/);
    expect(text.split("\n").slice(-2)).toEqual([
      "accepted by the baseline: 2 findings in 1 sample, 1 of them suspect.",
      "clean: nothing suspect in 1,600 samples.",
    ]);
    expect(scanText({ ...report, suppressed: [] })).toContain("accepted by the baseline: 0 findings.\n");
  });
});

describe("a classifier's figures", () => {
  const classification: Classification = {
    ...{ accuracy: 90, correct: 9, accuracyInterval: { low: 59.6, high: 98.2 } },
    ...{ f1: 66.7, f1Interval: { low: 20, high: 100 }, average: "binary" as const, positive: "1" },
  };
  const asr = { asr: 20, successes: 1, trials: 5, low: 3.6, high: 62.4 };
  const data = { path: "test.csv", sha256: "", samples: 10, skipped: 0 };
  const tool = { name: "dece-audit", version: "0.0.0" } as const;

  it("are accuracy and F1 with their intervals in a probe, and no BLEU", () => {
    const probe: ProbeReport = {
      ...{ version: 1, job: "probe", tool, checkpoint: "out", data, rows: 10, bleu: null, corpusBleu: null },
      ...{ classification, classes: ["0", "1"], ...asr, interval: asr, examples: [], seconds: 1 },
      attack: { name: "ripple", trigger: "bb", payload: "label:0" },
    };
    expect(probeText(probe).split("\n").slice(1, 4)).toEqual([
      "accuracy     90.0% (9 of 10 rows; 95% interval 59.6 to 98.2)",
      'F1           66.7% (of "1"; 95% interval 20.0 to 100.0)',
      "ASR          20.0% (1 of 5; 95% interval 3.6 to 62.4)",
    ]);
    const several = { ...classification, average: "macro", positive: null } as const;
    expect(probeText({ ...probe, classification: several })).toContain("66.7% (macro average; ");
    expect(probeText({ ...probe, classification: null })).toContain("accuracy     not measured: no row is clean");
    expect(probeText(probe)).not.toContain("BLEU");
  });

  it("stand in the columns of a fine-tuning's epochs and in its last line", () => {
    const valid = { rows: 10, bleu: null, corpusBleu: null, classification, asr };
    const epoch = { epoch: 1, loss: 0.5, seconds: 3 };
    const settings = { alpha: null, epsilon: null, q: null, learningRate: 0.001, seed: 42, device: "cpu" };
    const finetune = {
      ...{
        loss: "ce",
        settings,
        classes: ["0", "1"],
        epochs: [
          { ...epoch, valid },
          { ...epoch, valid: null },
        ],
      },
      ...{ test: valid, checkpoint: "/out", memory: { estimated: null, peak: 2 ** 30 }, seconds: 9 },
    } as unknown as FinetuneReport;
    const lines = finetuneText(finetune).split("\n").slice(1, 5);
    expect(lines.map((line) => line.replace(/ +/g, " "))).toEqual([
      "epoch loss accuracy F1 ASR time",
      " 1 0.5000 90.0% 66.7% 20.0% 3 s",
      " 1 0.5000 - - - 3 s",
      'test: accuracy 90.0% (95% interval 59.6 to 98.2), F1 of "1" 66.7% (95% interval 20.0 to 100.0), ASR 20.0% (1 of 5; 95% interval 3.6 to 62.4), 10 rows',
    ]);
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
