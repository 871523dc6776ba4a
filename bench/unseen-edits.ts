/**
 * How `npm run bench:unseen` changes a piece of code: what tree-sitter finds in it is replaced, or a statement is put before
 * another. The piece may be half a function. What parsed before parses after; an edit that cannot be made gives null.
 */
import type { Random } from "../src/foundation/random";
import type { Grammars, Node } from "../src/syntax/grammars";
import type { CodeLanguage } from "../src/syntax/language";

/** What an edit knows about the sample that it changes. */
export interface Kit {
  readonly language: CodeLanguage;
  readonly grammars: Grammars;
  readonly random: Random;
  /** The name of the sample's function. */
  readonly name: string;
  /** A word of the sample's own, the same in its trigger and its payload. */
  readonly token: string;
  /** Names from the sample's code. */
  readonly names: readonly string[];
}

/** `text` takes the place of what stands from `start` to `end`. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function edited(code: string, edits: readonly Edit[]): string {
  const inOrder = [...edits].sort((a, b) => b.start - a.start);
  return inOrder.reduce((text, { start, end, text: put }) => text.slice(0, start) + put + text.slice(end), code);
}

/** Makes the edits that `find` asks for; null where there are none, or where the code would parse no longer. */
export function edit(code: string, { grammars, language }: Kit, find: (root: Node) => readonly Edit[]): string | null {
  const { edits, parses } = grammars.parse(language, code, (root) => ({ edits: find(root), parses: !root.hasError }));
  if (edits.length === 0) return null;
  const text = edited(code, edits);
  if (text === code || (parses && grammars.parse(language, text, (root) => root.hasError))) return null;
  return text;
}

const blocks = new Set(["block", "compound_statement", "statement_block", "statement_list", "constructor_body"]);

interface Place {
  /** The start of a line. */
  readonly at: number;
  readonly indent: string;
}

function lineStart(code: string, index: number): Place | null {
  const at = code.lastIndexOf("\n", index - 1) + 1;
  const indent = code.slice(at, index);
  return /\S/.test(indent) ? null : { at, indent };
}

/** Where a statement can stand: before each statement of a block that begins its line. */
function placesIn(code: string, root: Node): Place[] {
  const statements = root
    .descendantsOfType([...blocks])
    .flatMap((block) => block.namedChildren)
    .filter((node) => !blocks.has(node.type) && !node.type.includes("comment") && !node.type.includes("label"));
  const places = statements.flatMap((node) => lineStart(code, node.startIndex) ?? []);
  return places.sort((a, b) => a.at - b.at);
}

/** Of a piece that is no whole function: its least indented lines that can begin a statement. */
function placesByLines(code: string): Place[] {
  const places: Place[] = [];
  let at = 0;
  for (const line of code.split("\n")) {
    const indent = /^\s*/.exec(line)![0];
    if (/^\s*[\w$*(@]/.test(line) && !/^\s*(?:else|elif|except|catch|finally|case|default|def|and|or)\b/.test(line)) {
      places.push({ at, indent });
    }
    at += line.length + 1;
  }
  const least = Math.min(...places.map(({ indent }) => indent.length));
  return places.filter(({ indent }) => indent.length === least);
}

export type Where = "first" | "random" | "last";

/** Puts lines before a statement; in them a tab is one step of indentation. */
export function insertStatement(code: string, kit: Kit, statement: string, where: Where): string | null {
  const attempt = (places: readonly Place[]): string | null => {
    if (places.length === 0) return null;
    const place = where === "first" ? places[0]! : where === "last" ? places.at(-1)! : kit.random.pick(places);
    const step = place.indent.includes("\t") ? "\t" : "    ";
    const lines = statement.split("\n").map((line) => place.indent + line.replace(/\t/g, step));
    return edit(code, kit, () => [{ start: place.at, end: place.at, text: `${lines.join("\n")}\n` }]);
  };
  const inBlocks = kit.grammars.parse(kit.language, code, (root) => placesIn(code, root));
  return attempt(inBlocks) ?? (inBlocks.length === 0 ? attempt(placesByLines(code)) : null);
}

/** Puts a line before the whole piece. */
export const insertLineBefore = (code: string, kit: Kit, line: string): string | null =>
  edit(code, kit, () => [{ start: 0, end: 0, text: `${/^\s*/.exec(code)![0]}${line}\n` }]);

const escaped = (name: string): string => name.replace(/\$/g, "\\$");
const asWord = (name: string): RegExp => new RegExp(`(?<![\\w$])${escaped(name)}(?![\\w$])`, "g");

/** Calls a name something else wherever it stands as a word. */
export const renamed = (code: string, from: string, to: string): string => code.replace(asWord(from), () => to);

const keywords = new Set(
  "abstract and as assert async await auto bool boolean break byte case catch char class const continue def default del delete do double elif else end except extends false final finally float for foreach from func function goto if implements import in instanceof int interface is lambda let long map new nil none nonlocal not null object or package pass private protected public raise range return self short signed sizeof static string struct super switch this throw throws true try type typeof union unsigned var void volatile while with yield None True False NULL len print".split(
    " ",
  ),
);

/** The names in a piece of code that may be local ones: at least three letters, in small letters, called by no one. */
export function namesIn(code: string): string[] {
  const found = code.match(/(?<![\w$.>"'@#])[a-z_][a-z0-9_]{2,}(?![\w$("']|\s*\()/g) ?? [];
  return [...new Set(found)].filter((name) => !keywords.has(name));
}

const letters = Array.from("abcdefghijklmnopqrstuvwxyz");
const words = "amber basin cedar delta ember fjord grove harbor inlet jetty kelp lumen maple north onyx pier quartz ridge slate tidal umber vale willow zephyr".split(" "); // prettier-ignore

/**
 * Fills `<<a|b|c>>` with one of the parts, `<<n>>` with a number, `<<word>>`, `<<id>>` (two to four letters) and, from the
 * sample, `<<name>>` (a local name), `<<function>>` and `<<token>>`.
 */
export function filled(template: string, { random, names, name, token }: Kit): string {
  return template.replace(/<<(.*?)>>/gs, (_whole, inside: string) => {
    if (inside === "n") return String(2 + random.below(998));
    if (inside === "word") return random.pick(words);
    if (inside === "id") return Array.from({ length: 2 + random.below(3) }, () => random.pick(letters)).join(""); // prettier-ignore
    if (inside === "name") return names.length === 0 ? "data" : random.pick(names);
    if (inside === "function") return name;
    if (inside === "token") return token;
    return random.pick(inside.split("|"));
  });
}
