/**
 * Cuts functions out of a folder of real source code: each with its name, its text at the left margin, and the first paragraph
 * of its comment where it has one. The files are only read and parsed. The same folder, language and seed give the same list.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import languages from "../grammars/languages.json";
import { seededRandom } from "../src/foundation/random";
import type { Grammars, Node } from "../src/syntax/grammars";
import type { CodeLanguage } from "../src/syntax/language";

export interface CutFunction {
  readonly name: string;
  /** Without the comment before it, and without a docstring. */
  readonly code: string;
  readonly comment: string | null;
}

const functionNodes = new Set([
  "function_definition",
  "function_declaration",
  "method_declaration",
  "method_definition",
]);

/** Generated and minified files, and tables, teach nothing about how people write. */
const sizes = { file: 900_000, least: 60, most: 2_200, lines: 60, perFile: 60 } as const;

function filesUnder(folder: string, suffixes: readonly string[]): string[] {
  const names = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return names.flatMap((entry) => {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) return filesUnder(full, suffixes);
    const isWanted = entry.isFile() && suffixes.some((suffix) => entry.name.endsWith(suffix));
    return isWanted && !/\.(?:d\.ts|min\.js)$/.test(entry.name) && statSync(full).size <= sizes.file ? [full] : [];
  });
}

/** Moves a text to the left margin by the indentation of its first line. */
function dedented(text: string, indent: string): string {
  const lines = text.split("\n").map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
  return lines.map((line) => line.trimEnd()).join("\n");
}

/** The first paragraph of a comment or docstring as one line, up to its list of parameters; null where it says too little. */
function sentenceOf(raw: string): string | null {
  const lines = raw
    .replace(/^[rRbBuUfF]*("""|'''|"|')|("""|'''|"|')$/g, "")
    .split("\n")
    .map((line) => line.replace(/^\s*(?:\/\*+!?|\*+\/|\*(?!\/)|\/\/+!?|#+)?\s?/, "").replace(/\s*\*+\/\s*$/, "").trim()); // prettier-ignore
  const first = lines.findIndex((line) => /\p{L}/u.test(line));
  const rest = lines.slice(Math.max(first, 0));
  const end = rest.findIndex(
    (line, at) => at > 0 && (line === "" || /^(?:@|:\w+|Args|Parameters|Returns|-{3}|={3}|<p>)/.test(line)),
  );
  const text = rest.slice(0, end < 0 ? 8 : Math.min(end, 8)).join(" ").replace(/\s+/g, " ").trim(); // prettier-ignore
  const isProse = text.split(" ").length >= 4 && /^[\p{L}"'`([{]/u.test(text) && !/copyright|SPDX|^@/i.test(text);
  return isProse ? text.slice(0, 400) : null;
}

/** Where the function begins with what belongs to it: decorators, and `export`. */
function outermost(node: Node): Node {
  const { parent } = node;
  return parent !== null && (parent.type === "decorated_definition" || parent.type === "export_statement")
    ? outermost(parent)
    : node;
}

function commentBefore(node: Node): string | null {
  const parts: string[] = [];
  let at: Node | null = node.previousSibling;
  let row = node.startPosition.row;
  while (at?.type.includes("comment") === true && at.endPosition.row >= row - 1) {
    parts.unshift(at.text);
    row = at.startPosition.row;
    at = at.previousSibling;
  }
  return parts.length === 0 ? null : sentenceOf(parts.join("\n"));
}

/** A Python function's docstring: its statement, and what it says. */
function docstringOf(node: Node): { readonly node: Node; readonly text: string } | null {
  const statement = node.childForFieldName("body")?.namedChild(0);
  const string = statement?.type === "expression_statement" ? statement.namedChild(0) : null;
  return statement != null && string?.type === "string" ? { node: statement, text: string.text } : null;
}

function nameOf(node: Node): string | null {
  // C wraps the name in declarators: the pointer's, then the function's.
  let at = node.childForFieldName("name") ?? node.childForFieldName("declarator");
  while (at?.childForFieldName("declarator") != null) at = at.childForFieldName("declarator");
  return at !== null && /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(at.text) ? at.text : null;
}

function cut(node: Node, source: string, language: CodeLanguage): CutFunction | null {
  const name = nameOf(node);
  if (name === null || node.hasError || node.childForFieldName("body") === null) return null;
  const whole = outermost(node);
  const lineStart = source.lastIndexOf("\n", whole.startIndex - 1) + 1;
  const indent = source.slice(lineStart, whole.startIndex);
  if (/\S/.test(indent)) return null;
  const docstring = language === "python" ? docstringOf(node) : null;
  let text = source.slice(whole.startIndex, whole.endIndex);
  if (docstring !== null) {
    const next = docstring.node.nextNamedSibling;
    if (next === null) return null;
    const after = source.slice(source.lastIndexOf("\n", next.startIndex - 1) + 1, whole.endIndex);
    text = source.slice(whole.startIndex, source.lastIndexOf("\n", docstring.node.startIndex - 1) + 1) + after;
  }
  const code = dedented(text, indent).trim();
  const lines = code.split("\n").length;
  if (code.length < sizes.least || code.length > sizes.most || lines < 3 || lines > sizes.lines) return null;
  return { name, code, comment: docstring === null ? commentBefore(whole) : sentenceOf(docstring.text) };
}

/** At most `limit` functions of a language, no text twice, from files in an order drawn by the seed. */
export function cutFunctions(
  folder: string,
  language: CodeLanguage,
  { grammars, limit, seed }: { readonly grammars: Grammars; readonly limit: number; readonly seed: number },
): CutFunction[] {
  const found = new Map<string, CutFunction>();
  const files = seededRandom(seed, 1).shuffle(filesUnder(folder, languages[language].suffixes));
  for (const file of files) {
    if (found.size >= limit) break;
    const source = readFileSync(file, "utf8").replace(/\r\n/g, "\n");
    if (/[^\n]{2000}/.test(source) || source.includes("\uFFFD")) continue;
    grammars.parse(language, source, (root) => {
      const here = root.descendantsOfType([...functionNodes]).flatMap((node) => cut(node, source, language) ?? []);
      for (const one of here.slice(0, sizes.perFile)) if (!found.has(one.code)) found.set(one.code, one);
    });
  }
  return [...found.values()].slice(0, limit);
}
