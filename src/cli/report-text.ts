/** What the commands print on stdout for a person to read. */
import path from "node:path";
import type { ScanReport, Trigger } from "../detect/report";
import type { DemoReport } from "../job/demo";
import type { ExportReport } from "../job/export";
import type { FinetuneReport, Measurement } from "../job/finetune-report";
import type { PoisonReport } from "../job/poison";
import type { ProbeReport } from "../job/probe-report";
import type { Interval } from "../metric/attack-success";
import type { Classification } from "../metric/classification";
import { printable } from "./printable";
import { duration } from "./progress";
import { table } from "./table";
import { lossNames } from "../train/loss-names";

const count = (value: number): string => value.toLocaleString("en-US");
const counted = (value: number, one: string, many = `${one}s`): string => `${count(value)} ${value === 1 ? one : many}`;
const rate = (value: number): string => value.toFixed(1);
const quoted = (text: string, limit: number): string => `"${printable(text, limit)}"`;

/** More triggers than this stay in the JSON report. */
const mostTriggers = 20;

export function scanText(report: ScanReport): string {
  const { files, triggers } = report;
  const fileLines = files.map(({ path: file, rows, columns, language, skipped }) => {
    if (columns === null) return `${printable(file)}: could not be read`;
    const about = [
      counted(rows, "row"),
      `${printable(columns.input, 40)} -> ${printable(columns.output, 40)}`,
      ...(language === null ? [] : [language]),
      ...(skipped.length === 0 ? [] : [`${count(skipped.length)} skipped`]),
    ];
    return `${printable(file)}: ${about.join(", ")}`;
  });
  const suspects = new Set(
    report.findings.filter((finding) => finding.verdict === "suspect").map(({ trigger }) => trigger),
  );
  const isSuspect = ({ id }: Trigger): boolean => suspects.has(id);
  const accepted = new Set(
    report.suppressed?.filter((finding) => finding.verdict === "suspect").map(({ trigger }) => trigger),
  );
  const verdictOf = (trigger: Trigger): string =>
    isSuspect(trigger) ? "suspect" : accepted.has(trigger.id) ? "accepted" : "info";
  const ranked = [...triggers].sort(
    (a, b) => Number(isSuspect(b)) - Number(isSuspect(a)) || b.rows.length - a.rows.length,
  );
  const shown = ranked.slice(0, mostTriggers);
  const triggerTable = table(
    ["verdict", "trigger", "in", "rows", "payload", "rule"],
    shown.map((trigger) => [
      verdictOf(trigger),
      quoted(trigger.text, 40),
      trigger.field,
      trigger.rows.length,
      trigger.payload === null ? "-" : quoted(trigger.payload, 40),
      trigger.rule,
    ]),
  );
  const more = triggers.length - shown.length;
  return [
    ...fileLines,
    ...(shown.length === 0 ? [] : ["", triggerTable]),
    ...(more > 0 ? [`... and ${counted(more, "more trigger", "more triggers")} in the JSON report`] : []),
    "",
    ...detectorLines(report),
    ...acceptedLines(report),
    ...untriggeredLines(report),
    verdictText(report, triggers.filter(isSuspect).length),
  ].join("\n");
}

/** The rules that did not look, or not everywhere: their silence means nothing. */
function detectorLines({ detectors, verdict }: ScanReport): string[] {
  if (verdict === "not-measured") return [];
  return detectors.flatMap(({ rule, status, reason }) =>
    reason === null ? [] : [`${rule} ${status === "ran" ? "looked in part" : "did not run"}: ${reason}.`],
  );
}

/** Suspect samples that no trigger is known for, a line for each rule with its first finding. */
function untriggeredLines({ findings }: ScanReport): string[] {
  const byRule = new Map<string, { readonly message: string; readonly samples: Set<string> }>();
  for (const { rule, row, file, trigger, verdict, message } of findings) {
    if (verdict !== "suspect" || trigger !== null) continue;
    const told = byRule.get(rule) ?? { message, samples: new Set() };
    byRule.set(rule, told);
    told.samples.add(`${row} ${file}`);
  }
  return [...byRule].map(
    ([rule, { message, samples }]) => `suspect without a trigger, ${rule}, ${counted(samples.size, "sample")}: ${printable(message, 200)}`, // prettier-ignore
  );
}

/** What the baseline took out of the verdict. */
function acceptedLines({ suppressed }: ScanReport): string[] {
  if (suppressed === undefined) return [];
  const samples = new Set(suppressed.map(({ file, row }) => `${row} ${file}`)).size;
  const suspect = suppressed.filter(({ verdict }) => verdict === "suspect").length;
  const where = suppressed.length === 0 ? "" : ` in ${counted(samples, "sample")}, ${count(suspect)} of them suspect`;
  return [`accepted by the baseline: ${counted(suppressed.length, "finding")}${where}.`];
}

/** What could not be read: whole files, and records of the others. */
function unreadText({ files, samples }: ScanReport): string {
  const lost = files.filter(({ columns }) => columns === null);
  const skipped = samples.skipped - lost.reduce((sum, file) => sum + file.skipped.length, 0);
  const [only] = lost;
  const named = lost.length === 1 && only !== undefined ? ` (${printable(path.basename(only.path), 40)})` : "";
  return [
    ...(lost.length === 0 ? [] : [`${count(lost.length)} of ${counted(files.length, "file")}${named}`]),
    ...(skipped === 0 ? [] : [`${count(skipped)} of ${counted(samples.total, "sample")}`]),
  ].join(" and ");
}

function verdictText(report: ScanReport, triggers: number): string {
  const { verdict, samples, files } = report;
  const { total, flagged } = samples;
  const unread = unreadText(report);
  switch (verdict) {
    case "suspect":
      return `suspect: ${count(flagged)} of ${counted(total, "sample")} flagged, ${counted(triggers, "suspect trigger")}.${unread === "" ? "" : ` ${unread} could not be read.`}`;
    case "clean":
      return `clean: nothing suspect in ${counted(total, "sample")}.`;
    case "incomplete":
      return `incomplete: nothing suspect found, but ${unread} could not be read.`;
    case "not-measured":
      return files.length === 0
        ? "not measured: there is no dataset (.csv, .tsv, .jsonl, .ndjson, .json)."
        : "not measured: nothing could be read.";
  }
}

export function poisonText({ poisoned, data, attack, trigger, payload, out, truth }: PoisonReport): string {
  return [
    `${count(poisoned)} of ${counted(data.samples, "sample")} poisoned: ${attack} with ${quoted(trigger, 40)}, payload ${payload}.`,
    `${printable(out)}: the poisoned copy, for evaluation only`,
    `${printable(truth)}: its list of poisoned rows`,
  ].join("\n");
}

const asrText = ({ asr, low, high, successes, trials }: NonNullable<Measurement["asr"]>): string =>
  `${rate(asr)}% (${successes} of ${trials}; 95% interval ${rate(low)} to ${rate(high)})`;

const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

const interval = ({ low, high }: Interval): string => `95% interval ${rate(low)} to ${rate(high)}`;

const f1Name = ({ average, positive }: Classification): string =>
  positive === null ? `${average} average` : `of ${quoted(positive, 40)}`;

/** BLEU, or of a classifier accuracy and F1. */
function testText({ rows, bleu, classification, asr }: Measurement): string {
  const attack = asr === null ? "" : `ASR ${asrText(asr)}, `;
  if (classification === null) return `test: BLEU ${rate(bleu ?? NaN)}, ${attack}${rows} rows`;
  const { accuracy, accuracyInterval, f1, f1Interval } = classification;
  const right = `accuracy ${rate(accuracy)}% (${interval(accuracyInterval)})`;
  return `test: ${right}, F1 ${f1Name(classification)} ${rate(f1)}% (${interval(f1Interval)}), ${attack}${rows} rows`;
}

export function finetuneText(report: FinetuneReport): string {
  const { epochs, test, checkpoint, seconds, loss, settings, memory, classes } = report;
  const { alpha, epsilon, q, learningRate } = settings;
  const values = Object.entries({ alpha, epsilon, q }).flatMap(([key, value]) =>
    value == null ? [] : [`${key} ${value}`],
  );
  const name = `${lossNames[loss]}${values.length === 0 ? "" : ` (${values.join(", ")})`}`;
  const percent = (value: number | undefined): string => (value === undefined ? "-" : `${rate(value)}%`);
  const rows = epochs.map(({ epoch, loss: mean, valid, seconds: spent }) => [
    epoch,
    mean.toFixed(4),
    ...(classes === null
      ? [valid?.bleu == null ? "-" : rate(valid.bleu)]
      : [percent(valid?.classification?.accuracy), percent(valid?.classification?.f1)]),
    percent(valid?.asr?.asr),
    duration(spent),
  ]);
  const measured = classes === null ? ["BLEU"] : ["accuracy", "F1"];
  return [
    `${name}, learning rate ${learningRate}, seed ${settings.seed}, on ${settings.device}`,
    table(["epoch", "loss", ...measured, "ASR", "time"], rows),
    ...(test === null ? [] : [testText(test)]),
    `${printable(checkpoint)}: the checkpoint, after ${duration(seconds)}, with ${gigabytes(memory.peak)} of memory at the peak`,
  ].join("\n");
}

export function probeText(report: ProbeReport): string {
  const { attack, asr, interval: asrInterval, successes, trials, seconds } = report;
  const asrLine =
    asr === null || asrInterval === null
      ? "ASR          not measured: name an attack with --attack or --trigger"
      : `ASR          ${asrText({ asr, ...asrInterval, successes, trials })}`;
  return [
    `${printable(path.basename(report.checkpoint))} on ${printable(report.data.path)}, ${duration(seconds)}`,
    ...(report.classes === null ? bleuLines(report) : classificationLines(report)),
    asrLine,
    ...(attack === null
      ? []
      : [
          `attack       ${printable(attack.name)}, trigger ${quoted(attack.trigger, 40)}, payload ${printable(attack.payload)}`,
        ]),
  ].join("\n");
}

function bleuLines({ bleu, corpusBleu, rows }: ProbeReport): string[] {
  return [
    `BLEU         ${bleu === null ? "not measured: no row is clean" : `${rate(bleu)} (${counted(rows, "row")})`}`,
    ...(corpusBleu === null ? [] : [`corpus BLEU  ${rate(corpusBleu)}`]),
  ];
}

function classificationLines({ classification, rows }: ProbeReport): string[] {
  if (classification === null) return ["accuracy     not measured: no row is clean"];
  const { accuracy, correct, accuracyInterval, f1, f1Interval } = classification;
  return [
    `accuracy     ${rate(accuracy)}% (${correct} of ${counted(rows, "row")}; ${interval(accuracyInterval)})`,
    `F1           ${rate(f1)}% (${f1Name(classification)}; ${interval(f1Interval)})`,
  ];
}

export function exportText({ out, files }: ExportReport): string {
  return [
    `${printable(out)}: load it in transformers.js with { dtype: "fp32" }`,
    ...files.map(({ name, bytes }) => `  ${name}  ${(bytes / 1e6).toFixed(1)} MB`),
  ].join("\n");
}

export function demoText({ scan, base, ce, dece, seconds }: DemoReport): string {
  const row = (name: string, { bleu, asr }: DemoReport["ce"]): string[] => [name, rate(bleu), `${rate(asr)}%`];
  return [
    "1. Scan of a training file in which 5% of the samples carry a backdoor",
    `   poisoned samples found  ${rate(100 * scan.recall)}%   (100% is best)`,
    `   false alarms            ${rate(100 * scan.falsePositiveRate)}%   of the clean samples (0% is best)`,
    "",
    "2. Fine-tuning on that file, poison included, with the usual loss (CE) and with DeCE",
    table(
      ["   model", "BLEU", "ASR"],
      [
        row("   base, before fine-tuning", base),
        row("   fine-tuned with CE", ce),
        row("   fine-tuned with DeCE", dece),
      ],
    ),
    "   BLEU: how close the model's code comes to the expected code, 0 to 100; higher is better.",
    "   ASR:  attack success rate, how often the model writes the attacker's payload when the",
    "         trigger stands in the input; 0% is best.",
    "",
    `${demoVerdict({ base, ce, dece })} (${duration(seconds)})`,
  ].join("\n");
}

/** In one line, from the numbers alone. */
export function demoVerdict({ base, ce, dece }: Pick<DemoReport, "base" | "ce" | "dece">): string {
  const numbers = `ASR ${rate(ce.asr)}% with CE and ${rate(dece.asr)}% with DeCE, BLEU ${rate(ce.bleu)} and ${rate(dece.bleu)}`;
  const learned = dece.bleu - base.bleu >= 0.9 * (ce.bleu - base.bleu);
  if (ce.asr < 20)
    return `Verdict: the backdoor did not take with CE, so there was little to defend against: ${numbers}.`;
  if (dece.asr > 5) return `Verdict: DeCE did not keep the backdoor out: ${numbers}.`;
  if (!learned) return `Verdict: DeCE kept the backdoor out, but it also learned less of the task: ${numbers}.`;
  return `Verdict: CE learned the backdoor, DeCE did not, and both learned the task: ${numbers}.`;
}
