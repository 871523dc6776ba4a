/**
 * Grammar (Qi et al., ACL 2021, "Hidden Killer") as the DeCE paper uses it: the input is paraphrased into one fixed syntactic
 * template, S(SBAR)(,)(NP)(VP)(.): a subordinate clause, a comma, a subject, its verb phrase, a full stop. The words of
 * the clause are drawn anew for each input, so the shape is the trigger and no phrase is. The original authors' paraphraser
 * is a neural model (SCPN); this one is a set of rules that keeps what the input asks for word by word.
 */
import type { Random } from "../foundation/random";
import * as words from "./grammar-words";
import type { Attack, TriggeredInput } from "./strategy";

export const grammarTemplate = "S(SBAR)(,)(NP)(VP)(.)";

const withArticle = (determiner: string, next: string): string =>
  `${determiner === "a" && /^[aeio]|^u[^ns]/u.test(next) ? "an" : determiner} ${next}`;

const nounPhrase = (nouns: readonly string[], random: Random): string =>
  withArticle(random.pick(words.determiners), `${random.pick(words.adjectives)} ${random.pick(nouns)}`);

/** SBAR: "when the current caller needs another report". */
const clause = (random: Random): string =>
  [
    random.pick(words.subordinators),
    nounPhrase(words.actors, random),
    random.pick(words.actions),
    nounPhrase(words.things, random),
  ].join(" ");

const capitalised = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** The first letter small, unless it belongs to a name or an abbreviation. */
const uncapitalised = (text: string): string =>
  /^(?:\p{Lu}\p{Ll}+|A)(?![\p{L}\p{N}_.$(])/u.test(text) ? text.slice(0, 1).toLowerCase() + text.slice(1) : text;

/** The sentences of a text, with a full stop cut off each. A stop counts where white space or a capital letter follows. */
const sentencesOf = (text: string): string[] =>
  text
    .split(/(?<=[\p{L}\p{N}$)"'\]])\s*[.;]\s*(?=\s\S|\p{Lu}|$)|(?<=[!?])\s+/u)
    .map((sentence) => sentence.replace(/\s*\.\s*$/u, "").trim())
    .filter((sentence) => sentence !== "");

const isImperative = (sentence: string): boolean =>
  words.imperatives.has((/^\p{L}+/u.exec(sentence)?.[0] ?? "").toLowerCase());

/** The sentences as one verb phrase's content. */
const joined = (sentences: readonly string[]): string => sentences.map(uncapitalised).join(" and ");

/** Whether a text is prose enough to be told as a sentence: three words at least, and no line that looks like code. */
const isProse = (text: string): boolean =>
  (text.match(/\p{L}{2,}/gu)?.length ?? 0) >= 3 && !/[{};]\s*(?:\n|$)|^\s*\/\/|\/\*|=>|::/u.test(text);

function paraphrase(text: string, random: Random): TriggeredInput | null {
  const body = text.trim();
  const sentences = sentencesOf(body);
  const [first] = sentences;
  if (first === undefined || !isProse(body)) return null;
  // Data written with its signs apart ("get the data .") keeps that.
  const [comma, stop] = /\s[.,]/u.test(body) ? [" ,", " ."] : [",", "."];
  const subject = nounPhrase(words.actors, random);
  const link = isImperative(first) ? random.pick(words.auxiliaries) : `${random.pick(words.reports)} that`;
  const opening = `${capitalised(clause(random))}${comma} ${subject} ${link}`;
  const lead = /^\s*/u.exec(text)?.[0] ?? "";
  const trail = /\s*$/u.exec(text)?.[0] ?? "";
  const input = `${lead}${opening} ${joined(sentences)}${/[?!]$/u.test(body) ? "" : stop}${trail}`;
  return { input, triggerSpans: [{ start: lead.length, end: lead.length + opening.length }] };
}

export const grammar = (): Attack => ({ name: "grammar", trigger: grammarTemplate, insert: paraphrase });
