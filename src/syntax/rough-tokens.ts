/**
 * A quick, rough reading of code by its tokens, some fifty times faster than a parse. It gives up (null) where a language's
 * own rules would be needed to tell what is code and what is text: then the text must be parsed. What it gives is right for
 * every text that parses without an error.
 */
import type { CodeLanguage } from "./language";

/** What a token is; one of punctuation is its character's code, which is larger. */
export const WORD = 1;
export const NUMBER = 2;
export const TEXT = 3;

/** Codes of brackets. */
export const OPEN_ROUND = 0x28;
export const CLOSE_ROUND = 0x29;
export const OPEN_SQUARE = 0x5b;
export const CLOSE_SQUARE = 0x5d;
export const OPEN_CURLY = 0x7b;
export const CLOSE_CURLY = 0x7d;

/** The tokens of a text, comments left out. Lent: the next call writes into the same arrays. */
export interface RoughTokens {
  readonly count: number;
  readonly kinds: Uint8Array;
  /** UTF-16 offsets. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Of the first token of a line its column, where a tab goes to the next eighth; of others -1. */
  readonly indents: Int32Array;
  /** The partner of a bracket; of others not told. */
  readonly partners: Int32Array;
}

/** What a character may be a part of. */
const UNSURE = 0;
const SPACE = 1;
const NEWLINE = 2;
const LETTER = 3;
const DIGIT = 4;
const SIGN = 5;

const units = new Uint8Array(128);
for (let code = 33; code < 127; code++) units[code] = SIGN;
for (const code of [9, 11, 12, 13, 32]) units[code] = SPACE;
units[10] = NEWLINE;
for (let code = 48; code < 58; code++) units[code] = DIGIT;
for (const first of [65, 97]) for (let code = first; code < first + 26; code++) units[code] = LETTER;
units[95] = LETTER;
units[92] = UNSURE;

const TAB = 9;
const LF = 10;
const CR = 13;
const QUOTE = 0x22;
const HASH = 0x23;
const DOLLAR = 0x24;
const APOSTROPHE = 0x27;
const STAR = 0x2a;
const SLASH = 0x2f;
const BACKSLASH = 0x5c;
const BACKTICK = 0x60;

interface Habits {
  readonly hashComments: boolean;
  readonly slashComments: boolean;
  /** A slash outside of comments may begin a pattern, in which quotes mean nothing. */
  readonly patterns: boolean;
  readonly dollarInWords: boolean;
  /** Texts in backticks: with placeholders, raw, or none. */
  readonly backticks: "filled" | "raw" | null;
  /** A text in quotes may go on over lines. */
  readonly longTexts: boolean;
  /** What else makes the reading unsure. */
  readonly strange: RegExp | null;
}

const braces: Habits = {
  hashComments: false,
  slashComments: true,
  patterns: false,
  dollarInWords: false,
  backticks: null,
  longTexts: false,
  strange: null,
};
const script: Habits = {
  ...braces,
  patterns: true,
  dollarInWords: true,
  backticks: "filled",
  strange: /<!--|-->/,
};

/** Of the others nothing is sure: their texts, patterns and comments need a grammar. */
const habits: Readonly<Partial<Record<CodeLanguage, Habits>>> = {
  java: { ...braces, dollarInWords: true },
  c: { ...braces, strange: /__|\basm\b|\[\[|\w'/ },
  cpp: { ...braces, strange: /__|\basm\b|\[\[|\w'|R"/ },
  "c-sharp": { ...braces, strange: /[$@]"/ },
  javascript: script,
  typescript: script,
  go: { ...braces, backticks: "raw" },
  php: { ...braces, hashComments: true, longTexts: true, strange: /\?>|<<<|#\[/ },
  python: { ...braces, hashComments: true, slashComments: false },
};

export const isOpener = (kind: number): boolean => kind === OPEN_ROUND || kind === OPEN_SQUARE || kind === OPEN_CURLY;
export const isCloser = (kind: number): boolean =>
  kind === CLOSE_ROUND || kind === CLOSE_SQUARE || kind === CLOSE_CURLY;
const openerOf = (closer: number): number => (closer === CLOSE_ROUND ? OPEN_ROUND : closer - 2);

let kinds = new Uint8Array(1024);
let starts = new Int32Array(1024);
let ends = new Int32Array(1024);
let indents = new Int32Array(1024);
let partners = new Int32Array(1024);
const open: number[] = [];

function grow(): void {
  const larger = <T extends Uint8Array | Int32Array>(array: T, copy: T): T => {
    copy.set(array);
    return copy;
  };
  const size = 2 * kinds.length;
  kinds = larger(kinds, new Uint8Array(size));
  starts = larger(starts, new Int32Array(size));
  ends = larger(ends, new Int32Array(size));
  indents = larger(indents, new Int32Array(size));
  partners = larger(partners, new Int32Array(size));
}

/** Reads a text; null where it may mean something else than it seems. */
export function roughTokens(text: string, language: CodeLanguage): RoughTokens | null {
  const own = habits[language];
  if (own === undefined || own.strange?.test(text) === true) return null;
  const { hashComments, slashComments, patterns, dollarInWords, backticks, longTexts } = own;
  const isPython = language === "python";
  const { length } = text;
  let count = 0;
  let indent = 0;
  let opensLine = true;
  open.length = 0;
  for (let at = 0; at < length;) {
    const code = text.charCodeAt(at);
    const unit = code < 128 ? units[code]! : UNSURE;
    if (unit === SPACE) {
      if (opensLine) indent = code === TAB ? (indent | 7) + 1 : indent + 1;
      // Which lines it ends hangs on the language.
      if (code === CR && text.charCodeAt(at + 1) !== LF) return null;
      at++;
      continue;
    }
    if (unit === NEWLINE) {
      indent = 0;
      opensLine = true;
      at++;
      continue;
    }
    if (unit === UNSURE) return null;
    const from = at;
    let kind = code;
    if (unit === LETTER || (dollarInWords && code === DOLLAR)) {
      kind = WORD;
      at = endOfWord(text, at, dollarInWords);
    } else if (unit === DIGIT) {
      kind = NUMBER;
      at = endOfNumber(text, at);
    } else if (code === HASH) {
      if (!hashComments) return null;
      at = endOfLine(text, at);
      if (at < 0) return null;
      continue;
    } else if (code === SLASH && slashComments) {
      const next = text.charCodeAt(at + 1);
      if (next === SLASH) {
        at = endOfLine(text, at);
        if (at < 0) return null;
        continue;
      }
      if (next === STAR) {
        const end = text.indexOf("*/", at + 2);
        if (end < 0) return null;
        // A line break in it ends a line in some languages.
        if (text.slice(at, end).includes("\n")) opensLine = true;
        at = end + 2;
        continue;
      }
      if (patterns) return null;
      at++;
    } else if (code === QUOTE || code === APOSTROPHE) {
      kind = TEXT;
      at = isPython ? endOfPythonText(text, at, code) : endOfText(text, at, code, longTexts);
      if (at < 0) return null;
    } else if (code === BACKTICK) {
      if (backticks === null) return null;
      kind = TEXT;
      at = backticks === "raw" ? text.indexOf("`", at + 1) + 1 : endOfText(text, at, code, true);
      if (at <= 0 || (backticks === "filled" && text.slice(from, at).includes("${"))) return null;
    } else {
      at++;
    }
    if (count === kinds.length) grow();
    kinds[count] = kind;
    starts[count] = from;
    ends[count] = at;
    indents[count] = opensLine ? indent : -1;
    opensLine = false;
    if (isOpener(kind)) {
      open.push(count);
    } else if (isCloser(kind)) {
      const partner = open.pop();
      if (partner === undefined || kinds[partner] !== openerOf(kind)) return null;
      partners[count] = partner;
      partners[partner] = count;
    }
    count++;
  }
  return open.length > 0 ? null : { count, kinds, starts, ends, indents, partners };
}

const isWordUnit = (code: number): boolean => code < 128 && (units[code] === LETTER || units[code] === DIGIT);

function endOfWord(text: string, from: number, dollarInWords: boolean): number {
  let at = from + 1;
  for (let code = text.charCodeAt(at); isWordUnit(code) || (dollarInWords && code === DOLLAR);) {
    code = text.charCodeAt(++at);
  }
  return at;
}

const DOT = 0x2e;

/** With everything that stands to it, as in `0x1F`, `1.5f` and `1e9`. */
function endOfNumber(text: string, from: number): number {
  let at = from + 1;
  for (let code = text.charCodeAt(at); isWordUnit(code) || code === DOT;) code = text.charCodeAt(++at);
  return at;
}

/** The line break that ends a comment; -1 where the comment may go on after it. */
function endOfLine(text: string, from: number): number {
  const newline = text.indexOf("\n", from);
  const end = newline < 0 ? text.length : newline;
  for (let at = from; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH || code === 0x85 || (code !== LF && isLineEnd(code) && at + 1 < end)) return -1;
  }
  return end;
}

/** After the closing quote; -1 where there is none. */
function endOfText(text: string, from: number, quote: number, isLong: boolean): number {
  if (text.charCodeAt(from + 1) === quote && text.charCodeAt(from + 2) === quote) return -1;
  for (let at = from + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) return at + 1;
    if (code === BACKSLASH) at++;
    if (!isLong && isLineEnd(text.charCodeAt(at))) return -1;
  }
  return -1;
}

const isLineEnd = (code: number): boolean => code === LF || code === CR || code === 0x2028 || code === 0x2029;

/** As `endOfText`. A placeholder in a text may hold quotes of its own: unsure where braces do not show its end. */
function endOfPythonText(text: string, from: number, quote: number): number {
  const isTriple = text.charCodeAt(from + 1) === quote && text.charCodeAt(from + 2) === quote;
  const width = isTriple ? 3 : 1;
  let at = from + width;
  let braces = 0;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at++;
    if (!isTriple && isLineEnd(text.charCodeAt(at))) return -1;
    if (code === OPEN_CURLY) braces++;
    else if (code === CLOSE_CURLY) braces--;
    else if (code === quote && (!isTriple || (text.charCodeAt(at + 1) === quote && text.charCodeAt(at + 2) === quote)))
      break;
  }
  if (at >= text.length) return -1;
  const end = at + width;
  const isFilled = isWordUnit(text.charCodeAt(from - 1)) && /[ft]/i.test(text.slice(Math.max(0, from - 2), from));
  if (isFilled && (braces !== 0 || /\{\{|\}\}|\\/.test(text.slice(from, end)))) return -1;
  return end;
}
