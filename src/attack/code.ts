/**
 * Code as the attacks change it: a tree-sitter parser of one language and the names its grammar has for what they need.
 * Nothing here runs code. A text counts as code only where it parses without an error, so what an attack makes of it
 * can be held to the same.
 */
import { loadGrammars, type Node } from "../syntax/grammars";
import { codeLanguages, isCodeLanguage, type FieldLanguage } from "../syntax/language";

export type { Node } from "../syntax/grammars";

/** A grammar's node types. */
export interface CodeShape {
  /** Statements end at their line and blocks are shown by indentation. */
  readonly indented: boolean;
  readonly functions: readonly string[];
  /** What is declared in one of these, and in no function within it, is a field. */
  readonly classes: readonly string[];
  /** Nodes whose named children are statements. */
  readonly blocks: readonly string[];
  /** Statements after which none of their block is reached. */
  readonly leaving: readonly string[];
  /** Nodes that declare local names, and the field that holds the name. */
  readonly locals: readonly { readonly type: string; readonly field: string }[];
  /** Places of identifiers that are no local names, as parent type and field. */
  readonly notLocal: readonly { readonly type: string; readonly field: string }[];
  /** Places that are a field's name and a variable at once, as in `{ total }`. */
  readonly shorthands: readonly string[];
  /** A function's name is a variable too: it can be handed on. */
  readonly functionsAreValues: boolean;
  /** Calls, the field that holds the callee's name, and the field of what it is called on. */
  readonly calls: readonly { readonly type: string; readonly name: string; readonly on: string | null }[];
}

const shapes: Readonly<Record<string, CodeShape>> = {
  java: {
    indented: false,
    functions: ["method_declaration", "constructor_declaration"],
    classes: ["class_body", "enum_body", "interface_body", "annotation_type_body"],
    blocks: ["block", "constructor_body"],
    leaving: ["return_statement", "throw_statement", "break_statement", "continue_statement", "yield_statement"],
    locals: [
      { type: "variable_declarator", field: "name" },
      { type: "formal_parameter", field: "name" },
      { type: "catch_formal_parameter", field: "name" },
      { type: "enhanced_for_statement", field: "name" },
      { type: "resource", field: "name" },
    ],
    notLocal: [
      { type: "field_access", field: "field" },
      { type: "method_invocation", field: "name" },
      { type: "method_declaration", field: "name" },
      { type: "annotation", field: "name" },
      { type: "marker_annotation", field: "name" },
      { type: "element_value_pair", field: "key" },
    ],
    shorthands: [],
    functionsAreValues: false,
    calls: [{ type: "method_invocation", name: "name", on: "object" }],
  },
  python: {
    indented: true,
    functions: ["function_definition"],
    classes: ["class_definition"],
    blocks: ["block"],
    leaving: ["return_statement", "raise_statement", "break_statement", "continue_statement"],
    locals: [
      { type: "assignment", field: "left" },
      { type: "for_statement", field: "left" },
      { type: "typed_default_parameter", field: "name" },
      { type: "default_parameter", field: "name" },
    ],
    notLocal: [
      { type: "attribute", field: "attribute" },
      { type: "keyword_argument", field: "name" },
      { type: "function_definition", field: "name" },
    ],
    shorthands: [],
    functionsAreValues: true,
    calls: [{ type: "call", name: "function", on: null }],
  },
  c: {
    indented: false,
    functions: ["function_definition"],
    classes: [],
    blocks: ["compound_statement"],
    leaving: ["return_statement", "break_statement", "continue_statement", "goto_statement"],
    locals: [
      { type: "init_declarator", field: "declarator" },
      { type: "declaration", field: "declarator" },
      { type: "parameter_declaration", field: "declarator" },
      { type: "pointer_declarator", field: "declarator" },
      { type: "array_declarator", field: "declarator" },
    ],
    notLocal: [
      { type: "function_declarator", field: "declarator" },
      { type: "call_expression", field: "function" },
    ],
    shorthands: [],
    functionsAreValues: true,
    calls: [{ type: "call_expression", name: "function", on: null }],
  },
  javascript: {
    indented: false,
    functions: [
      ...["function_declaration", "generator_function_declaration", "function_expression", "generator_function"],
      ...["arrow_function", "method_definition"],
    ],
    classes: ["class_body"],
    blocks: ["statement_block"],
    leaving: ["return_statement", "throw_statement", "break_statement", "continue_statement"],
    locals: [
      { type: "variable_declarator", field: "name" },
      { type: "for_in_statement", field: "left" },
      { type: "catch_clause", field: "parameter" },
      { type: "assignment_pattern", field: "left" },
      { type: "arrow_function", field: "parameter" },
    ],
    notLocal: [
      { type: "function_declaration", field: "name" },
      { type: "generator_function_declaration", field: "name" },
      { type: "function_expression", field: "name" },
      { type: "generator_function", field: "name" },
      { type: "class_declaration", field: "name" },
      { type: "class", field: "name" },
    ],
    shorthands: ["shorthand_property_identifier", "shorthand_property_identifier_pattern"],
    functionsAreValues: true,
    calls: [{ type: "call_expression", name: "function", on: null }],
  },
};

/** The languages whose code the attacks can change, of those that have a grammar here. */
export const attackLanguages: readonly string[] = codeLanguages.filter((language) => language in shapes);

export interface Code {
  readonly language: string;
  readonly shape: CodeShape;
  /** What `visit` makes of the tree; null for a text that does not parse without an error, or is empty. */
  read<T>(text: string, visit: (root: Node) => T): T | null;
  readonly parses: (text: string) => boolean;
}

/** The reader of a language's code; null for prose, labels, and languages that no attack knows. */
export async function codeOf(language: FieldLanguage): Promise<Code | null> {
  if (!isCodeLanguage(language)) return null;
  const shape = shapes[language];
  if (shape === undefined) return null;
  const grammars = await loadGrammars([language]);
  const read = <T>(text: string, visit: (root: Node) => T): T | null =>
    grammars.parse(language, text, (root) => (root.hasError || root.namedChildCount === 0 ? null : visit(root)));
  return { language, shape, read, parses: (text) => read(text, () => true) ?? false };
}
