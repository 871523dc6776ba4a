/**
 * Code as the attacks change it: a tree-sitter parser of one language and the names its grammar has for what they need.
 * Nothing here runs code. A text counts as code only where it parses without an error, so what an attack makes of it
 * can be held to the same.
 */
import { loadGrammars, type Node } from "../syntax/grammars";
import { codeLanguages, isCodeLanguage, type CodeLanguage, type FieldLanguage } from "../syntax/language";
import { braceShapes } from "./brace-shapes";
import type { CodeShape } from "./code-shape";
import { lineShapes } from "./line-shapes";

export type { Node } from "../syntax/grammars";

const shapes: Readonly<Record<CodeLanguage, CodeShape>> = { ...braceShapes, ...lineShapes };

/** The languages whose code the attacks can change: all that have a grammar here. */
export const attackLanguages: readonly string[] = codeLanguages;

export interface Code {
  readonly language: CodeLanguage;
  readonly shape: CodeShape;
  /** What `visit` makes of the tree; null for a text that does not parse without an error, or is empty. */
  read<T>(text: string, visit: (root: Node) => T): T | null;
  readonly parses: (text: string) => boolean;
}

/** The reader of a language's code; null for prose, labels, and languages that no attack knows. */
export async function codeOf(language: FieldLanguage): Promise<Code | null> {
  if (!isCodeLanguage(language)) return null;
  const shape = shapes[language];
  const grammars = await loadGrammars([language]);
  const read = <T>(text: string, visit: (root: Node) => T): T | null =>
    grammars.parse(language, text, (root) => (root.hasError || root.namedChildCount === 0 ? null : visit(root)));
  return { language, shape, read, parses: (text) => read(text, () => true) ?? false };
}
