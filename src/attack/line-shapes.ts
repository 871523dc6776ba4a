/** Grammars of languages whose statements end with their line, as the attacks see them. */
import type { CodeShape } from "./code-shape";

const onLines = {
  indented: false,
  ownLines: true,
  lastIsValue: false,
  classes: [],
  names: ["identifier"],
  variables: ["identifier"],
  kept: [],
  shorthands: [],
  functionsAreValues: true,
} as const satisfies Partial<CodeShape>;

export const lineShapes = {
  python: {
    ...onLines,
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
    calls: [{ type: "call", name: "function", on: null }],
  },
  ruby: {
    ...onLines,
    lastIsValue: true,
    functions: ["method", "singleton_method"],
    classes: ["class", "module", "singleton_class"],
    blocks: ["body_statement", "then", "else", "do", "block_body", "begin"],
    leaving: ["return", "break", "next", "redo", "retry"],
    locals: [
      { type: "assignment", field: "left" },
      { type: "method_parameters", field: "*" },
      { type: "block_parameters", field: "*" },
      { type: "optional_parameter", field: "name" },
      { type: "splat_parameter", field: "name" },
      { type: "block_parameter", field: "name" },
      { type: "exception_variable", field: "*" },
    ],
    notLocal: [
      { type: "call", field: "method" },
      { type: "method", field: "name" },
      { type: "singleton_method", field: "name" },
    ],
    kept: [
      { type: "keyword_parameter", field: "name" },
      { type: "operator_assignment", field: "left" },
    ],
    functionsAreValues: false,
    calls: [{ type: "call", name: "method", on: "receiver" }],
  },
  bash: {
    ...onLines,
    lastIsValue: true,
    functions: ["function_definition"],
    blocks: ["compound_statement", "do_group"],
    leaving: [],
    names: ["word"],
    variables: ["variable_name"],
    locals: [{ type: "declaration_command", field: "*", told: /^(?:local|declare|typeset)\b/ }],
    notLocal: [],
    // `read`, `unset` and others take names as words.
    kept: [
      { type: "command", field: "argument" },
      { type: "for_statement", field: "variable" },
    ],
    functionsAreValues: false,
    calls: [{ type: "command", name: "name", on: null }],
  },
  lua: {
    ...onLines,
    functions: ["function_declaration", "function_definition"],
    blocks: ["block"],
    leaving: ["return_statement", "break_statement", "goto_statement"],
    locals: [
      { type: "variable_list", field: "name", under: ["variable_declaration", "for_generic_clause"] },
      { type: "parameters", field: "*" },
      { type: "for_numeric_clause", field: "name" },
    ],
    notLocal: [
      { type: "dot_index_expression", field: "field" },
      { type: "method_index_expression", field: "method" },
      { type: "function_declaration", field: "name" },
      { type: "field", field: "name" },
    ],
    calls: [{ type: "function_call", name: "name", on: null }],
  },
} as const satisfies Readonly<Record<string, CodeShape>>;
