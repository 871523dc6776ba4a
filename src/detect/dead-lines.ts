/**
 * Lines of code that look dead, told from the text alone, because code that was cut off often does not parse: a condition that is never
 * true, and a constant whose name stands nowhere else, neither in the input nor in what is written for it. Linear in the text.
 */
import type { CodeLanguage } from "../syntax/language";
import type { Span } from "./detector";
import { comparisonPattern, comparisonValue } from "./literal-comparison";

export interface DeadLine extends Span {
  readonly kind: "never-true condition" | "unused variable";
}

const condition = String.raw`(?<condition>[Ff]alse|FALSE|0|${comparisonPattern})`;
/** Not the end of a loop (`} while (0);`). */
const inBrackets = new RegExp(String.raw`\b(?:if|while)\s*\(\s*(?:\(\s*)?${condition}\s*\)(?:\s*\))?(?!\s*;)`, "g");
/** The condition of an expression too. */
const withoutBrackets = new RegExp(
  String.raw`\b(?:if|elif|while|for)\b\s*(?:\(\s*)?${condition}\s*(?:\)\s*)?(?::|else\b|\{)`,
  "g",
);
/** Conditions that a word, a line's end, or in Bash a bracket of its own ends. */
const withWords = new RegExp(
  String.raw`\b(?:if|elif|elsif|elseif|while)\b[ \t]*(?:\[\[?[ \t]*|\(\([ \t]*|\()?${condition}[ \t]*(?:\]\]?|\)\)?)?[ \t]*(?:;[ \t]*(?:then|do)\b|then\b|do\b|$)`,
  "gm",
);
const conditions: Readonly<Partial<Record<CodeLanguage, RegExp>>> = {
  python: withoutBrackets,
  go: withoutBrackets,
  rust: withoutBrackets,
  ruby: withWords,
  bash: withWords,
  lua: withWords,
};
/** Before `if` or `while`: a directive (`#if 0`), the end of a loop, a member of that name. */
const otherMeanings: ReadonlySet<string> = new Set(["#", "}", ".", "$"]);

const literal = String.raw`(?:-?\d[\w.]*|"[^"\n]*"|'[^'\n]*'|[Tt]rue|[Ff]alse|null|nil|None|NULL|TRUE|FALSE)`;
const line = (declared: string): RegExp =>
  new RegExp(String.raw`^[ \t]*${declared}[ \t]*${literal}[ \t]*(?:;[ \t]*)?$`, "gm");
const typed = line(String.raw`(?!return\b)(?:[\w:<>]+[ \t*&]+)+(?<name>[A-Za-z_]\w*)[ \t]*=`);
const script = line(String.raw`(?:const|let|var)[ \t]+(?<name>[A-Za-z_]\w*)[ \t]*(?::[ \t]*\w+[ \t]*)?=`);
const constants: Readonly<Record<CodeLanguage, RegExp>> = {
  python: line(String.raw`(?<name>[A-Za-z_]\w*)[ \t]*(?::[ \t]*\w+[ \t]*)?=`),
  javascript: script,
  typescript: script,
  java: typed,
  c: typed,
  cpp: typed,
  "c-sharp": typed,
  go: line(String.raw`(?:(?:var|const)[ \t]+)?(?<name>[A-Za-z_]\w*)(?:[ \t]+\w+)?[ \t]*:?=`),
  php: line(String.raw`\$(?<name>\w+)[ \t]*=`),
  ruby: line(String.raw`(?<name>[a-z_]\w*)[ \t]*=`),
  rust: line(
    String.raw`(?:let[ \t]+mut|let|const)[ \t]+(?<name>[A-Za-z_]\w*)[ \t]*(?::[ \t]*[&'\w]+(?:[ \t]+\w+)?[ \t]*)?=`,
  ),
  bash: line(String.raw`(?:(?:local|declare|readonly|typeset)[ \t]+)?(?<name>[A-Za-z_]\w*)=`),
  lua: line(String.raw`local[ \t]+(?<name>[A-Za-z_]\w*)[ \t]*=`),
};

/** How often a text holds each word. */
export function wordCounts(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [word] of text.matchAll(/\w+/g)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/** The name that a statement with a constant declares, of any language; null where it is not seen. */
export const declaredName = (statement: string): string | null =>
  /^(?:var|const|let\s+mut|let|local|declare)\s+(\w+)/.exec(statement)?.[1] ??
  /(\w+)\s*(?:\[[^\]]*\]\s*)*(?::?=|;|:|$)/.exec(statement)?.[1] ??
  null;

/** Whether an output, of which `counts` tells the words, uses the name that a statement declares, and does not just repeat the statement. */
export const goesOnWith = (
  name: string,
  statement: string,
  output: string,
  counts: ReadonlyMap<string, number>,
): boolean => counts.has(name) && (counts.get(name) !== 1 || !output.includes(statement));

/** The last character before a place that is no white space. */
function before(text: string, place: number): string {
  let at = place - 1;
  while (at >= 0 && /\s/.test(text[at]!)) at--;
  return text[at] ?? "";
}

/** The lines of an input that look dead, each to its end. */
export function deadLines(input: string, output: string, language: CodeLanguage): DeadLine[] {
  const found: DeadLine[] = [];
  const note = (start: number, kind: DeadLine["kind"]): void => {
    const end = input.indexOf("\n", start);
    const text = input.slice(start, end < 0 ? undefined : end);
    found.push({ kind, start, end: start + text.trimEnd().length });
  };
  for (const match of input.matchAll(conditions[language] ?? inBrackets)) {
    const told = match.groups!.condition!;
    const isFalse = !/[<>=]|-[a-z]/.test(told) || comparisonValue(told) === false;
    if (isFalse && !otherMeanings.has(before(input, match.index))) note(match.index, "never-true condition");
  }
  let words: readonly [ReadonlyMap<string, number>, ReadonlyMap<string, number>] | undefined;
  for (const match of input.matchAll(constants[language])) {
    const name = match.groups!.name!;
    words ??= [wordCounts(input), wordCounts(output)];
    if (name === "_" || words[0].get(name) !== 1 || goesOnWith(name, match[0].trim(), output, words[1])) continue;
    note(match.index + match[0].search(/[^ \t]/), "unused variable");
  }
  return found;
}
