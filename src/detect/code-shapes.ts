/** What the rules need to know of each grammar: the types of its nodes. */
import type { Node } from "../syntax/grammars";
import type { CodeLanguage } from "../syntax/language";

export interface CodeShape {
  /** Nodes whose named children are statements that run one after the other. */
  readonly blocks: readonly string[];
  /** Methods and functions that have a name. */
  readonly methods: readonly string[];
  /** The field of a method that holds its result type. */
  readonly result: readonly string[];
  /** Loops that may have no end. */
  readonly loops: readonly string[];
  /** What leaves or suspends a loop. */
  readonly exits: readonly string[];
  /** The same where it is no statement of its own but a call or a command; read in the loop's text. */
  readonly exitWords?: RegExp;
  /** What a block ends with is its value, and no statement without effect. */
  readonly lastIsValue?: boolean;
  /** A number as a condition: zero is false, others are true. */
  readonly numbersAreConditions: boolean;
  /** A text without this declares no method: a cheap test before parsing. */
  readonly declares: RegExp;
}

const jumps = ["break_statement", "return_statement", "throw_statement"];
const loops = ["while_statement", "for_statement", "do_statement"];
const call = /\w\s*\(/;

const c: CodeShape = {
  blocks: ["compound_statement"],
  methods: ["function_definition"],
  result: ["type"],
  loops,
  exits: [...jumps, "goto_statement"],
  numbersAreConditions: true,
  declares: call,
};
const javascript: CodeShape = {
  blocks: ["statement_block"],
  methods: ["function_declaration", "generator_function_declaration", "method_definition", "variable_declarator"],
  result: ["return_type"],
  loops,
  exits: [...jumps, "yield_expression", "await_expression"],
  numbersAreConditions: true,
  declares: call,
};

export const codeShapes: Readonly<Record<CodeLanguage, CodeShape>> = {
  python: {
    blocks: ["block"],
    methods: ["function_definition"],
    result: ["return_type"],
    loops: ["while_statement"],
    exits: ["break_statement", "return_statement", "raise_statement", "yield", "await"],
    numbersAreConditions: true,
    declares: /\bdef\s/,
  },
  java: {
    blocks: ["block", "constructor_body"],
    methods: ["method_declaration"],
    result: ["type"],
    loops,
    exits: jumps,
    numbersAreConditions: false,
    declares: call,
  },
  c,
  cpp: { ...c, exits: [...c.exits, "co_yield_statement", "co_return_statement", "co_await_expression"] },
  javascript,
  typescript: javascript,
  go: {
    blocks: ["statement_list"],
    methods: ["function_declaration", "method_declaration"],
    result: ["result"],
    loops: ["for_statement"],
    exits: ["break_statement", "return_statement", "goto_statement", "select_statement"],
    numbersAreConditions: false,
    declares: /\bfunc\s/,
  },
  php: {
    blocks: ["compound_statement"],
    methods: ["function_definition", "method_declaration"],
    result: ["return_type"],
    loops,
    exits: ["break_statement", "return_statement", "throw_expression", "goto_statement", "exit_statement", "yield_expression"], // prettier-ignore
    numbersAreConditions: true,
    declares: /\bfunction\b/,
  },
  "c-sharp": {
    blocks: ["block"],
    methods: ["method_declaration", "local_function_statement"],
    result: ["returns", "type"],
    loops,
    exits: [...jumps, "throw_expression", "goto_statement", "yield_statement", "await_expression"],
    numbersAreConditions: false,
    declares: call,
  },
  ruby: {
    blocks: ["body_statement", "then", "else", "do", "block_body", "begin"],
    methods: ["method", "singleton_method"],
    result: [],
    loops: ["while", "until", "while_modifier", "until_modifier", "call"],
    exits: ["break", "return", "yield"],
    exitWords: /\b(?:raise|fail|throw|exit|abort|StopIteration|next_element)\b|\.next\b/,
    lastIsValue: true,
    numbersAreConditions: false,
    declares: /\bdef\s/,
  },
  rust: {
    blocks: ["block"],
    methods: ["function_item"],
    result: ["return_type"],
    loops: ["while_expression", "loop_expression"],
    exits: ["break_expression", "return_expression", "try_expression", "await_expression", "yield_expression"],
    // What stands in a macro's brackets is not parsed.
    exitWords: /\b(?:break|return|panic|unreachable|todo|unimplemented|exit|abort)\b/,
    lastIsValue: true,
    numbersAreConditions: false,
    declares: /\bfn\s/,
  },
  bash: {
    blocks: ["compound_statement", "do_group"],
    methods: ["function_definition"],
    result: [],
    loops: ["while_statement", "c_style_for_statement"],
    exits: [],
    exitWords: /\b(?:break|return|exit|exec|kill)\b/,
    numbersAreConditions: false,
    declares: /\w\s*\(\s*\)|\bfunction\s/,
  },
  lua: {
    blocks: ["block"],
    methods: ["function_declaration", "assignment_statement"],
    result: [],
    loops: ["while_statement", "repeat_statement"],
    exits: ["break_statement", "return_statement", "goto_statement"],
    exitWords: /\b(?:error|yield|exit)\b/,
    numbersAreConditions: false,
    declares: /\bfunction\b/,
  },
};

const leavingStatements: ReadonlySet<string> = new Set([
  ...["return_statement", "raise_statement", "throw_statement", "break_statement", "continue_statement"],
  ...["goto_statement", "exit_statement"],
  // Ruby
  ...["return", "break", "next", "redo", "retry"],
  // Rust
  ...["return_expression", "break_expression", "continue_expression"],
]);
const leavingCommands: ReadonlySet<string> = new Set(["return", "exit", "break", "continue"]);

/** What a statement is, where it is nothing but an expression. */
export const expressionOf = (statement: Node): Node =>
  (statement.type === "expression_statement" ? statement.namedChild(0) : null) ?? statement;

/** Whether after a statement nothing of its block is reached. */
export function leavesBlock(statement: Node): boolean {
  if (statement.type === "command") return leavingCommands.has(statement.childForFieldName("name")?.text ?? "");
  return leavingStatements.has(expressionOf(statement).type);
}

/** Whether a node is a constant that is written out: a number, a text without anything filled in, a truth value, nothing. */
export function isLiteral(node: Node | null): boolean {
  if (node === null) return false;
  if (signedTypes.has(node.type)) return isLiteral(node.namedChild(0));
  if (textTypes.has(node.type)) return node.descendantsOfType([...filledIn]).length === 0;
  return literalTypes.has(node.type);
}

const signedTypes: ReadonlySet<string> = new Set([
  "unary_operator",
  "unary_expression",
  "unary_op_expression",
  "prefix_unary_expression",
  // Ruby
  "unary",
]);
const textTypes: ReadonlySet<string> = new Set(["string", "template_string", "encapsed_string", "concatenated_string", "word"]); // prettier-ignore
const filledIn = ["interpolation", "template_substitution", "variable_name", "identifier", "command_substitution"];
const literalTypes: ReadonlySet<string> = new Set([
  // Python, PHP
  ...["integer", "float", "true", "false", "none", "boolean"],
  // Java
  ...["decimal_integer_literal", "decimal_floating_point_literal", "hex_integer_literal", "character_literal"],
  ...["string_literal", "null_literal"],
  // C, C++, JavaScript, TypeScript
  ...["number_literal", "char_literal", "null", "number", "undefined"],
  // Go
  ...["int_literal", "float_literal", "rune_literal", "interpreted_string_literal", "raw_string_literal", "nil"],
  // C#
  ...["integer_literal", "real_literal", "boolean_literal", "verbatim_string_literal"],
  // Ruby, Rust, Bash
  ...["simple_symbol", "char_literal", "raw_string"],
]);
