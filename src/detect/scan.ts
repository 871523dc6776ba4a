/** Runs the detectors over one dataset. The same dataset gives the same findings in the same order. */
import type { Dataset } from "../dataset/sample";
import { throwIfCancelled } from "../foundation/failure";
import { isCodeLanguage, majorityLanguage, type FieldLanguage } from "../syntax/language";
import { alternativeTriggers } from "./alternative-triggers";
import { allSamples, buildCorpus, chosenByContent, type Corpus } from "./corpus";
import { judgeDeadCode } from "./dead-code";
import { judgeDeadRates } from "./dead-code-rates";
import type { DetectedTrigger, Detection, FieldLanguages } from "./detector";
import { duplicateTargets } from "./duplicate-target";
import { grammarTemplates } from "./grammar-template";
import { insertedToken } from "./inserted-token";
import { invisibleCharacters } from "./invisible-character";
import { flippedLabels } from "./label-flip";
import { labelTemplates } from "./label-templates";
import { nameAffixes } from "./name-affixes";
import { judgeIdentifiers } from "./odd-identifier";
import { judgePayloads } from "./payload";
import { judgeLabelledDeadCode } from "./labelled-dead-code";
import { judgeMixedDeadCode, withAdded } from "./mixed-dead-code";
import { judgeLocalNames } from "./renamed-locals";
import type { DetectorRun, Finding, Rule, Trigger } from "./report";
import { findStructures } from "./structure";
import { unnaturalTokens } from "./unnatural-token";
import { waysOfWriting } from "./ways-of-writing";

/** The rules that have a detector, in the order in which they run: the last three use what the others found. */
export const scanRules = [
  "inserted-token",
  "dead-code",
  "odd-identifier",
  "invisible-character",
  "label-flip",
  "grammar-template",
  "payload",
  "duplicate-target",
  "unnatural-token",
] as const satisfies readonly Rule[];
export type ScanRule = (typeof scanRules)[number];

export interface ScanOptions {
  /** Language of the code fields; else inferred. One without a grammar turns the rules off that need syntax. */
  readonly language?: string;
  /** Only these rules; all by default. */
  readonly rules?: readonly ScanRule[];
  readonly signal?: AbortSignal;
  /** Called with each finding of a rule as soon as the rule is done. */
  readonly onFinding?: (finding: Finding) => void;
}

export interface DatasetScan {
  readonly findings: readonly Finding[];
  readonly triggers: readonly Trigger[];
  readonly detectors: readonly DetectorRun[];
  /** Language of the code field (the output's, if both are code), or null when neither is known to be code. */
  readonly language: string | null;
}

/** Rows looked at for the language; they are chosen by content, so that the order of the rows does not matter. */
const languageRows = 200;

function inferLanguages(corpus: Corpus, given: string | undefined): FieldLanguages {
  const rows = chosenByContent(corpus, allSamples(corpus), languageRows, 1).map((sample) => corpus.samples[sample]!);
  const inferred = {
    input: majorityLanguage(rows.map(({ input }) => input.text)),
    output: corpus.labels ? ("unknown" as const) : majorityLanguage(rows.map(({ output }) => output.text)),
  };
  if (given === undefined) return inferred;
  const named: FieldLanguage = isCodeLanguage(given) ? given : "unknown";
  const code = (language: FieldLanguage): FieldLanguage => (language === "text" ? "text" : named);
  // A named language is that of the fields that are not prose; where both look like prose the output is the code.
  return inferred.output === "text" && inferred.input === "text"
    ? { input: "text", output: named }
    : { input: code(inferred.input), output: corpus.labels ? "unknown" : code(inferred.output) };
}

/** The order of a report's findings: by row, field and place. */
export function compareFindings(a: Finding, b: Finding): number {
  if (a.row !== b.row) return a.row - b.row;
  if (a.field !== b.field) return a.field === "input" ? -1 : 1;
  return a.start - b.start || a.end - b.end || scanRules.indexOf(a.rule) - scanRules.indexOf(b.rule);
}

/** Why a rule cannot run on this dataset, or null. */
function obstacle(rule: ScanRule, languages: FieldLanguages, labels: boolean): string | null {
  if (rule === "duplicate-target" && labels) return "the outputs are labels";
  if (rule === "label-flip" && !labels) return "the outputs are no labels";
  if (rule === "dead-code" && !isCodeLanguage(languages.input) && !isCodeLanguage(languages.output)) {
    return "neither field is code in a language that has a grammar here";
  }
  if (rule === "odd-identifier" && !isCodeLanguage(languages.input))
    return "the input is not code in a language that has a grammar here";
  return null;
}

/** What all samples together give: triggers, and what each detector took. */
export interface Mining {
  readonly corpus: Corpus;
  readonly languages: FieldLanguages;
  readonly triggers: readonly DetectedTrigger[];
  readonly findings: readonly Finding[];
  readonly detectors: readonly DetectorRun[];
  /** For the dataset's report. */
  readonly language: string | null;
}

/** The rules of `scanRules` that run. */
export interface RulesToRun {
  readonly wants: (rule: ScanRule) => boolean;
  readonly runs: (rule: ScanRule) => boolean;
}

export function rulesToRun(
  languages: FieldLanguages,
  { labels }: Pick<Corpus, "labels">,
  { rules }: Pick<ScanOptions, "rules">,
): RulesToRun {
  const wants = (rule: ScanRule): boolean => rules?.includes(rule) ?? true;
  return { wants, runs: (rule) => wants(rule) && obstacle(rule, languages, labels) === null };
}

/** Tokenises the samples and infers their languages: what every rule begins with. Throws `Cancelled`. */
export async function prepareScan(
  dataset: Dataset,
  { signal, language }: ScanOptions,
): Promise<{ corpus: Corpus; languages: FieldLanguages }> {
  const corpus = await buildCorpus(dataset, signal);
  return { corpus, languages: inferLanguages(corpus, language) };
}

const nothing: Detection = { triggers: [], findings: [] };

/** Runs the rules over prepared samples. Throws `Cancelled` soon after `signal` fires. */
export async function mine(corpus: Corpus, languages: FieldLanguages, options: ScanOptions = {}): Promise<Mining> {
  const { signal } = options;
  const { wants, runs } = rulesToRun(languages, corpus, options);
  const triggers: DetectedTrigger[] = [];
  const findings: Finding[] = [];
  const detectors: DetectorRun[] = [];
  const run = async (rule: ScanRule, detect: () => Detection | Promise<Detection>): Promise<void> => {
    if (!wants(rule)) return;
    const reason = obstacle(rule, languages, corpus.labels);
    if (reason !== null) {
      detectors.push({ rule, status: "skipped", reason, milliseconds: 0 });
      return;
    }
    throwIfCancelled(signal);
    const began = performance.now();
    const detection = await detect();
    triggers.push(...detection.triggers);
    for (const finding of detection.findings) {
      findings.push(finding);
      options.onFinding?.(finding);
    }
    detectors.push({ rule, status: "ran", reason: null, milliseconds: Math.round(performance.now() - began) });
  };

  const began = performance.now();
  const structures = await findStructures(
    corpus,
    languages,
    {
      dead: runs("dead-code"),
      methods: runs("odd-identifier"),
      names: runs("odd-identifier"),
      payloads: runs("payload"),
    },
    signal,
  );
  const parsing = Math.round(performance.now() - began);
  await run("dead-code", () => {
    let told = judgeDeadCode(corpus, structures.dead);
    if (isCodeLanguage(languages.input)) {
      const others = corpus.labels
        ? judgeLabelledDeadCode(corpus, structures, languages.input, told.triggers)
        : judgeMixedDeadCode(corpus, structures.dead, languages.input, told.triggers);
      told = withAdded(told, others);
    }
    return withAdded(told, judgeDeadRates(corpus, structures.dead, told));
  });
  const methods = runs("odd-identifier") ? judgeIdentifiers(corpus, structures.methods) : nothing;
  await run("inserted-token", () => {
    const known = [...triggers, ...methods.triggers];
    const tokens = insertedToken(corpus, known);
    const others = alternativeTriggers(corpus, [...known, ...tokens.triggers], tokens.triggers.length + 1);
    const phrases = withAdded(tokens, others);
    return withAdded(phrases, nameAffixes(corpus, [...known, ...phrases.triggers], phrases.triggers.length + 1));
  });
  await run("odd-identifier", () => {
    const locals = judgeLocalNames(corpus, structures.names, [...triggers, ...methods.triggers]);
    return {
      triggers: [...methods.triggers, ...locals.triggers],
      findings: [...methods.findings, ...locals.findings],
    };
  });
  await run("invisible-character", () => invisibleCharacters(corpus));
  await run("label-flip", () => flippedLabels(corpus, triggers));
  await run("grammar-template", () => {
    const isCode = isCodeLanguage(languages.input);
    const template = isCode ? nothing : grammarTemplates(corpus);
    const known = [...triggers, ...template.triggers];
    const others = corpus.labels && !isCode ? labelTemplates(corpus, known) : nothing;
    const manners = waysOfWriting(corpus, languages.input, [...known, ...others.triggers]);
    return {
      triggers: [...template.triggers, ...others.triggers, ...manners.triggers],
      findings: [...template.findings, ...others.findings, ...manners.findings],
    };
  });
  await run("payload", () => judgePayloads(corpus, structures.payloads, triggers));
  await run("duplicate-target", () => duplicateTargets(corpus, triggers));
  await run("unnatural-token", () => unnaturalTokens(corpus, triggers));
  // One pass parses for all three; it is charged to the first of them that ran.
  const parsingRules: readonly Rule[] = ["dead-code", "odd-identifier", "payload"];
  const first = detectors.findIndex(({ rule, status }) => parsingRules.includes(rule) && status === "ran");
  if (first >= 0) detectors[first] = { ...detectors[first]!, milliseconds: detectors[first]!.milliseconds + parsing };
  const language = isCodeLanguage(languages.output) ? languages.output : languages.input;
  return {
    corpus,
    languages,
    triggers,
    findings,
    detectors,
    language: isCodeLanguage(language) ? language : (options.language ?? null),
  };
}

/** Finds triggers and payloads. Throws `Cancelled` soon after `signal` fires. */
export async function scanDataset(dataset: Dataset, options: ScanOptions = {}): Promise<DatasetScan> {
  const { corpus, languages } = await prepareScan(dataset, options);
  const { findings, triggers, detectors, language } = await mine(corpus, languages, options);
  return {
    findings: [...findings].sort(compareFindings),
    triggers: triggers.map(({ trigger }) => trigger),
    detectors,
    language,
  };
}
