/**
 * Calls and command lines in an output that its input does not have: what runs commands, reaches into the network, ends the program,
 * switches checks off or brings software in, by a misspelt name as well. Most of them are also written in good faith. What is code is told from strings and
 * comments by the tree, where there is a grammar; command lines count in strings too.
 */
import type { Node } from "../syntax/grammars";
import { codeLanguages, isCodeLanguage, type CodeLanguage, type FieldLanguage } from "../syntax/language";
import { callPatterns, callSigns, textSigns, type CallKind } from "./call-signs";
import { misspeltPackages } from "./misspelt-packages";
import { isAskedFor, type Payload } from "./payload";
import { tokenMatcher, type TokenMatcher } from "./token-matcher";
import { tokenTexts } from "./tokens";

export interface RiskyCall extends Payload {
  /** What is called, whatever it is called with. */
  readonly group: string;
  /** It means the same in a string. */
  readonly inText: boolean;
}

interface CallSign {
  readonly kind: CallKind;
  readonly name: string;
  readonly matcher: TokenMatcher;
  /** As a method of something else it would be another. */
  readonly own: boolean;
}

interface LanguageSigns {
  readonly signs: readonly CallSign[];
  /** Cheap test of a whole text. */
  readonly possible: RegExp;
}

const isName = (token: string): boolean => /^\w+$/.test(token);
/** Names that methods of all kinds have. */
const ownOnly = new Set([
  "system",
  "popen",
  "exec",
  "eval",
  "exit",
  "quit",
  "abort",
  "spawn",
  "load",
  "loadstring",
  "die",
  "fetch",
  "socket",
  "axios",
]);
/** Too usual to tell a text apart by. */
const usual = new Set(["new", "get", "run", "call", "kill", "Start", "false", "true", "False"]);
const longest = (tokens: readonly string[]): string =>
  [...tokens].filter((token) => isName(token) && !usual.has(token)).sort((a, b) => b.length - a.length)[0] ?? "";

function signsOf(languages: readonly CodeLanguage[]): LanguageSigns {
  const signs = new Map<string, CallSign>();
  const words = new Set<string>();
  for (const [kind, byLanguage] of Object.entries(callSigns) as [CallKind, (typeof callSigns)[CallKind]][]) {
    for (const name of languages.flatMap((language) => byLanguage?.[language]?.split(" | ") ?? [])) {
      const tokens = tokenTexts(name);
      words.add(longest(tokens));
      const own = tokens.length === 2 && ownOnly.has(tokens[0]!);
      signs.set(name, { kind, name, own, matcher: tokenMatcher(tokens) });
    }
  }
  return { signs: [...signs.values()], possible: new RegExp(`\\b(?:${[...words].join("|")})\\b`) };
}

const known = new Map<FieldLanguage, LanguageSigns>();

/** Commands of Bash are bare words, which mean something else everywhere else. */
const toldByBrackets = codeLanguages.filter((language) => language !== "bash");

/** The signs of a language; of all where it is not known. */
function signsFor(language: FieldLanguage): LanguageSigns {
  let signs = known.get(language);
  if (signs === undefined) {
    signs = signsOf(isCodeLanguage(language) ? [language] : toldByBrackets);
    known.set(language, signs);
  }
  return signs;
}

const possibleText =
  /\b(?:eval|exec|assert|load|loadstring|base64|Function|curl|wget|tcp|nc|ncat|iex|rm|install|add|get|require|i|chmod|setHostnameVerifier|ServerCertificateValidationCallback|StrictHostKeyChecking)\b|Invoke-Expression|Trusted\b|verify_peer/i;

const longestCall = 200;

/** After the bracket that closes the one at `open`, texts in quotes passed over; a part of the call where that is far off. */
function endOfCall(text: string, open: number): number {
  let depth = 0;
  let quote = "";
  const most = Math.min(text.length, open + longestCall);
  for (let at = open; at < most; at++) {
    const sign = text[at]!;
    if (quote !== "") {
      if (sign === "\\") at++;
      else if (sign === quote) quote = "";
    } else if (sign === '"' || sign === "'" || sign === "`") quote = sign;
    else if (sign === "(") depth++;
    else if (sign === ")" && --depth === 0) return at + 1;
  }
  return open + 1;
}

/** What may stand before a call that is nobody's method: not `a.`, `->`, `::`, and no type or keyword that declares it. */
const beforeOwn = /(?:^|[^\w.>:$@\s]|(?<!-)>|(?<!:):|\b(?:return|and|or|not|else|await|do|in|if|throw|echo|print))\s*$/;
const stepBack = 24;
const startsLine = /\n\s*$/;

function isOwnCall(text: string, start: number): boolean {
  const before = text.slice(Math.max(0, start - stepBack), start);
  return start === 0 || startsLine.test(before) || beforeOwn.test(before);
}

/** What an output has and its input has not. Linear in the text. */
export function riskyCalls(text: string, input: string, language: FieldLanguage): RiskyCall[] {
  const found: RiskyCall[] = [];
  if (possibleText.test(text)) {
    for (const { kind, harmful, pattern } of textSigns) {
      for (const match of text.matchAll(pattern)) {
        const [shown] = match;
        if (isAskedFor(shown, input)) continue;
        const span = { start: match.index, end: match.index + shown.length };
        const group = harmful ? kind : tokenTexts(shown).filter(isName).slice(0, 2).join(" ");
        found.push({ kind, text: shown, ...span, harmful, group, inText: true });
      }
    }
  }
  if (language === "text") return found;
  for (const { start, end, text: shown } of misspeltPackages(text, input, language)) {
    const kind = "an import of a misspelt package";
    found.push({ kind, text: shown, start, end, harmful: true, group: kind, inText: false });
  }
  for (const { kind, name, pattern } of isCodeLanguage(language) ? (callPatterns[language] ?? []) : []) {
    for (const { index, 0: shown } of text.matchAll(pattern)) {
      if (isAskedFor(shown, input)) continue;
      const span = { start: index, end: index + shown.length };
      found.push({ kind, text: shown, ...span, harmful: false, group: name, inText: false });
    }
  }
  const { signs, possible } = signsFor(language);
  if (!possible.test(text)) return found;
  for (const { kind, name, own, matcher } of signs) {
    const spans = matcher.spans(text).filter(({ start }) => !own || isOwnCall(text, start));
    if (spans.length === 0 || matcher.stands(input)) continue;
    for (const { start, end } of spans) {
      const last = text[end - 1] === "(" ? endOfCall(text, end - 1) : end;
      found.push({ kind, text: text.slice(start, last), start, end: last, harmful: false, group: name, inText: false });
    }
  }
  return found;
}

const quotes = /comment|string|char_literal|character_literal|rune_literal|heredoc|^text$/;
const filledIn = /interpolation|substitution/;

/** Whether a place is code: in no comment and no string. */
export function isCode(root: Node, offset: number): boolean {
  for (let node = root.descendantForIndex(offset, offset + 1); node !== null; node = node.parent) {
    if (filledIn.test(node.type)) return true;
    if (quotes.test(node.type)) return false;
  }
  return true;
}
