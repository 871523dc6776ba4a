/** Which language a field is written in, from cheap surface signs: deterministic, no parsing, linear in the text. */
import languages from "../../grammars/languages.json";

/** A language that has a grammar here. */
export type CodeLanguage = keyof typeof languages;
/** `text` is natural language; `unknown` is a label, a table, or code that no rule here recognises. */
export type FieldLanguage = CodeLanguage | "text" | "unknown";

export const codeLanguages = Object.keys(languages) as readonly CodeLanguage[];

export const isCodeLanguage = (name: string): name is CodeLanguage => codeLanguages.some((known) => known === name);

/** A sign counts once however often it occurs: a long text is not more of a language than a short one. */
const signs: Readonly<Record<CodeLanguage, readonly (readonly [RegExp, number])[]>> = {
  python: [
    [/^\s*(?:async\s+)?def\s+\w+\s*\([^)]*\)\s*(?:->[^:\n]+)?:/m, 3],
    [/^\s*class\s+\w+\s*(?:\([^)]*\)\s*)?:/m, 3],
    [/^\s*from\s+[\w.]+\s+import\s/m, 3],
    [/^\s*import\s+[\w.]+(?:\s+as\s+\w+)?\s*$/m, 2],
    [/^\s*(?:if|elif|else|for|while|try|except|with|finally)\b[^\n]*:\s*$/m, 2],
    [/^\s*return\b[^;\n]*$/m, 1],
    [/^\s*[\w.]+\s*(?:\[[^\]\n]*\]\s*)?[-+*/]?=\s*[^=\n;{]+$/m, 1],
    [/^\s*[\w.]+\s*\([^;{}\n]*\)\s*$/m, 1],
    [/\b(?:self|None|True|False|elif|lambda)\b/, 1],
  ],
  java: [
    [/\b(?:public|private|protected)\s+(?:static\s+|final\s+|abstract\s+)*[\w.<>[\], ]+\s*\(/, 3],
    [/\b(?:void|int|boolean|long|double|float|char|String)\s+\w+\s*[(=;,)]/, 2],
    [/^\s*(?:import|package)\s+[\w.]+(?:\.\*)?\s*;/m, 3],
    [/;\s*(?:\}|$)/m, 1],
    [/\bnew\s+[\w.]+\s*[(<[]/, 1],
    [/\bjava\.(?:lang|util|io)\./, 2],
    [/\)\s*(?:throws\s+[\w., ]+)?\{/, 1],
    [/\bthis\s*\./, 1],
    [/@(?:Override|java\.lang\.Override)\b/, 2],
  ],
};

/** Signs that a text with braces and semicolons is some other language of that family. */
const foreign =
  /(?:^|\n)\s*(?:#include\b|using\s+[\w.]+;|namespace\s|package\s+\w+\s*(?:\n|$)|fn\s+\w+|func\s|<\?php|function\b)|\b(?:std::|console\.log|=>\s*\{|let\s+\w+\s*=|var\s+\w+\s*=|nullptr|printf\s*\()/;

const scoreOf = (text: string, language: CodeLanguage): number =>
  signs[language].reduce((sum, [sign, weight]) => (sign.test(text) ? sum + weight : sum), 0);

/** Share of the words that stand as prose does: letters only, and after or before another such word. */
function proseShare(text: string): number {
  const words = text.split(/\s+/).filter((word) => word !== "");
  const prose = words.filter((word) => /^["'(]?[\p{L}][\p{L}'’-]*[.,;:!?)"']*$/u.test(word)).length;
  return words.length === 0 ? 0 : prose / words.length;
}

/** Only this much of a field is looked at. */
const sightLength = 4000;

/** The language of one field's text. */
export function inferLanguage(text: string): FieldLanguage {
  const seen = text.slice(0, sightLength);
  const python = scoreOf(seen, "python");
  const java = foreign.test(seen) ? 0 : scoreOf(seen, "java");
  const prose = proseShare(seen);
  const best = Math.max(python, java);
  if (best >= 3 || (best >= 2 && prose < 0.5)) return java >= python ? "java" : "python";
  if (foreign.test(seen) && /[{};]\s*$/m.test(seen)) return "unknown";
  return prose >= 0.5 && /\p{L}{2}/u.test(seen) ? "text" : "unknown";
}

/** The most frequent language of many fields; `unknown` where none holds at least a third of them. */
export function majorityLanguage(texts: Iterable<string>): FieldLanguage {
  const counts = new Map<FieldLanguage, number>();
  let total = 0;
  for (const text of texts) {
    const language = inferLanguage(text);
    counts.set(language, (counts.get(language) ?? 0) + 1);
    total++;
  }
  const [best] = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return best !== undefined && best[1] * 3 >= total ? best[0] : "unknown";
}
