/** Which language a field is written in, from cheap surface signs: deterministic, no parsing, linear in the text. */
import languages from "../../grammars/languages.json";
import { othersThan, ownSigns, signs } from "./language-signs";

/** A language that has a grammar here. */
export type CodeLanguage = keyof typeof languages;
/** `text` is natural language; `unknown` is a label, a table, or code that no rule here recognises. */
export type FieldLanguage = CodeLanguage | "text" | "unknown";

export const codeLanguages = Object.keys(languages) as readonly CodeLanguage[];

export const isCodeLanguage = (name: string): name is CodeLanguage => codeLanguages.some((known) => known === name);

const weigh = (text: string, weighed: readonly (readonly [RegExp, number])[]): number =>
  weighed.reduce((sum, [sign, weight]) => (sign.test(text) ? sum + weight : sum), 0);

function scoreOf(text: string, language: CodeLanguage): number {
  const own = ownSigns[language];
  if (own === undefined) return weigh(text, signs[language]);
  const extra = weigh(text, own);
  return extra <= 0 ? 0 : extra + weigh(text, signs[language]);
}

/** Share of the words that stand as prose does: letters only, and after or before another such word. */
function proseShare(text: string): number {
  const words = text.split(/\s+/).filter((word) => word !== "");
  const prose = words.filter((word) => /^["'(]?[\p{L}][\p{L}'’-]*[.,;:!?)"']*$/u.test(word)).length;
  return words.length === 0 ? 0 : prose / words.length;
}

/** Only this much of a field is looked at. */
const sightLength = 4000;

/** Of languages that look alike equally much, the first. */
const byPreference = ["java", "python", "c", "javascript", "c-sharp", "php", "go", "cpp", "typescript", "rust", "ruby", "lua", "bash"] as const satisfies readonly CodeLanguage[]; // prettier-ignore

/** Which of some languages a text looks like most, and how much. */
function mostLike(text: string, among: readonly CodeLanguage[]): { language: CodeLanguage; score: number } {
  let best: { language: CodeLanguage; score: number } = { language: byPreference[0], score: 0 };
  for (const language of among) {
    const score = scoreOf(text, language);
    if (score > best.score) best = { language, score };
  }
  return best;
}

/** The language of one field's text. */
export function inferLanguage(text: string): FieldLanguage {
  const seen = text.slice(0, sightLength);
  const prose = proseShare(seen);
  let { language: best, score } = mostLike(seen, byPreference);
  const others = score > 0 ? othersThan(best, seen) : null;
  if (others !== null) {
    ({ language: best, score } = mostLike(seen, others));
    if (score < 3) return "unknown";
  }
  if (score >= 3 || (score >= 2 && prose < 0.5)) return best;
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
