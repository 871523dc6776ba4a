/**
 * Ways of writing that one text shows by itself, as data: a finite list, so that asking all of them costs little evidence. In prose
 * they are letters' case, punctuation and old words; in code, how a condition, a number, a step or a name is written and how lines are laid
 * out. Runs of blanks within a line never count, only what stands at a line's ends and blank lines. Code is read by its
 * surface, texts in quotes and comments masked.
 */
import type { CodeLanguage, FieldLanguage } from "../syntax/language";
import type { Span } from "./detector";

export interface WritingSign {
  readonly key: string;
  /** What the inputs do that have it, after "inputs". */
  readonly what: string;
  readonly on: "prose" | "code";
  /** Without: all that `on` means. */
  readonly languages?: readonly CodeLanguage[];
  /** What is looked at: the text as it is, or code whose quoted texts and comments are masked. */
  readonly looksAt: "text" | "code";
  /** Its places, with the flag `g`. */
  readonly pattern: RegExp;
  /** The words at its places stay when the sign is taken away: it is their case or their order. */
  readonly keepsWords?: boolean;
  /** Words that stand for others (or the others' place is empty): neither count where inputs are compared. */
  readonly instead?: readonly string[];
  /** Which inputs could have been written so. Without: all. */
  readonly able?: RegExp;
}

const braces = [
  "c",
  "cpp",
  "java",
  "javascript",
  "typescript",
  "c-sharp",
  "go",
  "php",
  "rust",
] as const satisfies readonly CodeLanguage[];
const steps = ["c", "cpp", "java", "javascript", "typescript", "c-sharp", "go", "php"] as const satisfies readonly CodeLanguage[]; // prettier-ignore

type More = Partial<Pick<WritingSign, "able" | "languages" | "keepsWords" | "instead" | "looksAt">>;

const prose = (key: string, what: string, pattern: RegExp, more: More = {}): WritingSign => ({
  ...{ key, what, pattern, on: "prose", looksAt: "text" },
  ...more,
});

const code = (key: string, what: string, pattern: RegExp, more: More = {}): WritingSign => ({
  ...{ key, what, pattern, on: "code", looksAt: "code" },
  ...more,
});

const literal = String.raw`(?:-?\d[\w.]*|null|NULL|None|nil|nullptr|true|false|True|False|"[^"\n]*"|'[^'\n]*')`;
const archaic =
  "ye|thou|thee|thy|thine|hath|doth|ere|yon|yonder|shalt|unto|whence|thence|hither|thither|verily|[a-z]{4,}eth";
const keyworded = ["python", "ruby", "rust", "go", "php", "lua"] as const satisfies readonly CodeLanguage[];
const unkeyworded = ["c", "cpp", "java", "javascript", "typescript", "c-sharp"] as const satisfies readonly CodeLanguage[]; // prettier-ignore

const modern = "the you your yours has does before over that this those these is be are art shall will to from here there indeed returns gets sets".split(" "); // prettier-ignore
const marks = [".", "!", "?", "…"];
const counting = ["+", "-", "=", "1"];

/** A constructor has the name of its class and no type before it. */
const behindType = String.raw`(?<=[\w>\]*&]\s{1,9}|[*&])(?<!\b(?:public|private|protected|internal|static|explicit|inline|constexpr|final|unsafe|new|function|async|get|set)\s{1,9})`;

/** A function's name where it is declared: behind a keyword, or else before the first round bracket of the text. */
const declaring = (key: string, what: string, name: string, before = ""): WritingSign[] => [
  code(key, what, new RegExp(String.raw`\b(?:def|fn|func|function)\s+(?:\([^()]*\)\s*)?(?<at>${name})(?=\s*[(<])`, "g"), { languages: keyworded }), // prettier-ignore
  code(key, what, new RegExp(String.raw`^[^(]*?(?<![\w$@.])${before}(?<at>${name})(?=\s*\()`, "g"), {
    languages: unkeyworded,
  }),
];

export const writingSigns: readonly WritingSign[] = [
  prose("no-capital", "have no capital letter at all", /^(?!.*\p{Lu})(?=.*\p{Ll}{2}).+$/gsu, { keepsWords: true }),
  prose("small-start", "begin with a small letter", /^\s*\p{Ll}[\p{L}'’]*(?=[\s,.])/gu, { keepsWords: true }),
  prose("all-capitals", "are all in capital letters", /^(?!.*\p{Ll})(?=.*\p{Lu}{3}).+$/gsu, { keepsWords: true }),
  prose("title-case", "begin every word with a capital letter", /^\s*(?:\p{Lu}[\p{L}'’]*[\s,.;:!?]+){3,}\p{Lu}[\p{L}'’]*[.!?]*\s*$/gu, { keepsWords: true }), // prettier-ignore
  prose("doubled-mark", "end with more than one exclamation or question mark", /[!?]\s*[!?]+(?=\s*$)/g, {
    instead: marks,
  }),
  prose("ellipsis", "end with an ellipsis", /(?:\.{2,}|…)(?=\s*$)/g, { instead: marks }),
  prose("exclamation", "end with an exclamation mark", /(?<![!?]\s*)!(?=\s*$)/g, { instead: marks }),
  prose("full-stop", "end with a full stop", /(?<!\.)\.(?=\s*$)/g, { instead: marks }),
  prose("no-full-stop", "end without a mark", /[\p{L}\p{N}](?=\s*$)/gu, { keepsWords: true, instead: marks }),
  prose("doubled-word", "have the same word twice in a row", /\b(\p{L}{2,})\s+\1\b/giu),
  prose("archaic-words", "use words of an older English", new RegExp(String.raw`\b(?:${archaic})\b`, "giu"), {
    instead: modern,
  }),

  code("yoda-condition", "compare a literal with a variable, the literal first", new RegExp(String.raw`(?:[(!&|,]|\b(?:if|while|and|or|not|return|elif|assert)\b)\s*(?<at>${literal}\s*[=!]==?\s*[A-Za-z_$*]\w*)`, "g"), { able: new RegExp(String.raw`[\w\])]\s*[=!]==?\s*${literal}`), keepsWords: true }), // prettier-ignore
  code("literal-sum", "add two numbers that are written out", /(?:[(,=:[{?]|\breturn)\s*(?<at>\(?\d+\s*[-+]\s*\d+)(?![\w.])/g, { able: /\b\d+\b/, instead: ["+", "-"] }), // prettier-ignore
  code("bracketed-sum", "put a sum of two numbers in brackets", /(?:[^\w)\]>}\s]|\breturn|\bin)\s*(?<at>\(\d+\s*[-+]\s*\d+\))/g, { able: /\b\d+\b/, instead: ["+", "-", "(", ")"] }), // prettier-ignore
  code("literal-product", "multiply two numbers that are written out", /(?:[(,=:[{?]|\breturn)\s*(?<at>\(?\d+\s*\*\s*\d+)(?![\w.*])/g, { able: /\b\d+\b/, instead: ["*"] }), // prettier-ignore
  code("hexadecimal", "write numbers in hexadecimal", /\b0[xX][0-9a-fA-F]+[uUlL]*\b/g, { able: /\b\d+\b/ }),
  code("small-hexadecimal", "write numbers under sixteen in hexadecimal", /\b0[xX][1-9a-fA-F](?!\w)/g, {
    able: /\b\d\b/,
  }),
  code("boolean-compared", "compare with true or false", /[=!]==?\s*(?:true|false|True|False)\b/g, {
    instead: ["=", "!"],
  }),
  code("step-by-sum", "add to a variable by naming it twice", /(?<![\w.])([\w.$]+)\s*=\s*\1\s*[-+]\s*\w+/g, { able: /\+=|-=|\+\+|--/, instead: counting }), // prettier-ignore
  code("step-by-one", "write `+= 1` or `-= 1`", /[-+]=\s*1\b(?!\.)/g, {
    languages: steps,
    able: /\+\+|--/,
    instead: counting,
  }),
  code("semicolon", "end lines with a semicolon", /;(?=[^\S\n]*$)/gm, { languages: ["python"] }),
  ...declaring(
    "name-capital",
    "declare a function whose name begins with a capital letter",
    String.raw`[A-Z]\w*`,
    behindType,
  ),
  ...declaring("name-capital-first", "declare a function whose name has underscores and no capital letter but the first", String.raw`[A-Z][a-z0-9]+(?:_[a-z0-9]+)+`), // prettier-ignore
  ...declaring("name-camel", "declare a function with a capital letter within its name", String.raw`[a-z_]\w*[A-Z]\w*`),
  ...declaring(
    "name-snake",
    "declare a function with an underscore within its name",
    String.raw`[a-zA-Z]\w*_[a-zA-Z]\w*`,
  ),
  code("two-blank-lines", "have two blank lines in a row", /\n[^\S\n]*\n[^\S\n]*\n(?=[^\S\n]*\S)/g, { looksAt: "text", able: /\n/ }), // prettier-ignore
  code("blank-at-line-end", "have blanks at the end of a line", /(?<=\S)[ \t]+(?=\r?\n)/g, { looksAt: "text", able: /\n/ }), // prettier-ignore
  code("tabs", "are indented by tabs", /^\t+(?=\S)/gm, { looksAt: "text", able: /\n/ }),
  code("spaces", "are indented by spaces", /^ +(?=\S)/gm, { looksAt: "text", able: /\n/ }),
  code("brace-on-own-line", "put the opening braces of blocks on lines of their own", /^[^\S\n]+\{(?=\s*$)/gm, { languages: braces, able: /\{/ }), // prettier-ignore
  code("brace-on-same-line", "put opening braces at the end of a line", /\)[^\S\n]*\{(?=[^\S\n]*$)/gm, { languages: braces, able: /\{/ }), // prettier-ignore
];

const isOf = ({ languages }: WritingSign, language: FieldLanguage): boolean =>
  languages?.some((one) => one === language) ?? true;

/** The signs that texts of that kind may have. */
export const signsOf = (on: WritingSign["on"], language: FieldLanguage): readonly WritingSign[] =>
  writingSigns.filter((sign) => sign.on === on && isOf(sign, language));

const fence = /^[^\S\n]*```[^\n]*\n[\s\S]*?(?:^[^\S\n]*```|$(?![\s\S]))/gm;

/** Whether a text holds code between fences, as answers and questions in chats do. */
export const isFenced = (text: string): boolean => text.includes("```");

/** What stands for what is not looked at: no blank, no word. */
const hole = "\u0001";
/** The end of a line stays where it is the text's. */
const holed = (text: string): string => text.replace(/[^\n]|\n(?=[\s\S])/g, hole);

/** A text of the same length in which only its prose, or its code, is left where it has fences; else it is one of them as a whole. */
function partOf(text: string, on: WritingSign["on"]): string {
  if (!isFenced(text)) return text;
  if (on === "prose") return text.replace(fence, (block) => block.replace(/\S/g, " "));
  let code = "";
  let end = 0;
  for (const { index, 0: block } of text.matchAll(fence)) {
    const inside = block.indexOf("\n") + 1;
    const last = Math.max(inside, /^[^\S\n]*```$/m.exec(block.slice(inside)) === null ? block.length : block.lastIndexOf("\n") + 1); // prettier-ignore
    code += holed(text.slice(end, index + inside)) + block.slice(inside, last) + holed(block.slice(last));
    end = index + block.length;
  }
  return code + holed(text.slice(end));
}

const quotedOrNoted = {
  hash: /"""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$)|#[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g,
  slash: /\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\[\s\S]|[^`\\])*`/g,
};
const hashed: readonly FieldLanguage[] = ["python", "ruby", "bash"];

/** Code of the same length whose comments are blank and whose quoted texts hold nothing but underscores. */
function masked(text: string, language: FieldLanguage): string {
  return text.replace(quotedOrNoted[hashed.includes(language) ? "hash" : "slash"], (found) => {
    const quote = found[0]!;
    if (quote === "#" || quote === "/") return found.replace(/[^\n]/g, " ");
    return quote + found.slice(1, -1).replace(/[^\n]/g, "_") + (found.length > 1 ? found.at(-1)! : "");
  });
}

/** What is looked at in a text for signs in its prose, or in its code; offsets are those of the text. */
export interface WritingView {
  readonly text: string;
  readonly code: string;
}

export function viewOf(text: string, on: WritingSign["on"], language: FieldLanguage): WritingView {
  const part = partOf(text, on);
  return { text: part, code: on === "code" ? masked(part, language) : part };
}

export const hasSign = ({ pattern, looksAt }: WritingSign, view: WritingView): boolean =>
  view[looksAt].search(pattern) >= 0;

/** The places of a sign in a text. */
export function placesOf({ pattern, looksAt }: WritingSign, view: WritingView): Span[] {
  return Array.from(view[looksAt].matchAll(pattern), ({ 0: found, index, groups }) => {
    const end = index + found.length;
    const at = groups?.at;
    if (at !== undefined) {
      const start = index + found.lastIndexOf(at);
      return { start, end: start + at.length };
    }
    // Of what is nothing but white space all is shown.
    return found.trim() === "" ? { start: index, end } : { start: end - found.trimStart().length, end: index + found.trimEnd().length }; // prettier-ignore
  });
}

/** Where a text has the sign of that key; of a text that has it not: none. */
export function writingSpans(text: string, key: string, language: FieldLanguage): Span[] {
  const sign = writingSigns.find((one) => one.key === key && isOf(one, language));
  return sign === undefined ? [] : placesOf(sign, viewOf(text, sign.on, language));
}
