/** What the attacks need to know of each grammar: the types of its nodes. */

import type { Node } from "../syntax/grammars";

export interface NodePlace {
  readonly type: string;
  /** The field; of grammars without one "first" or "last" of more named children, "rest" for all but the first, "*" for all. */
  readonly field: string;
  /** Only of nodes whose text is such. */
  readonly told?: RegExp;
  /** Only where the node, or what it stands in, stands in one of these. */
  readonly under?: readonly string[];
}

/** What stands at a place of a node of its type. */
export function nodesAt(node: Node, { field, told, under }: NodePlace): Node[] {
  if (told?.test(node.text) === false) return [];
  if (under !== undefined && ![node.parent, node.parent?.parent].some((above) => under.includes(above?.type ?? "")))
    return [];
  const children = node.namedChildren;
  switch (field) {
    case "*":
      return children;
    case "rest":
      return children.slice(1);
    case "first":
      return children.length > 1 ? children.slice(0, 1) : [];
    case "last":
      return children.length > 1 ? children.slice(-1) : [];
    default:
      return node.childrenForFieldName(field);
  }
}

/** A grammar's node types. */
export interface CodeShape {
  /** Blocks are shown by indentation. */
  readonly indented: boolean;
  /** Statements end with their line: one is put in only where lines begin. */
  readonly ownLines: boolean;
  /** What a block ends with is its value: nothing can be put in after it. */
  readonly lastIsValue: boolean;
  readonly functions: readonly string[];
  /** What is declared in one of these, and in no function within it, is a field. */
  readonly classes: readonly string[];
  /** Nodes whose named children are statements. */
  readonly blocks: readonly string[];
  /** Statements after which none of their block is reached. */
  readonly leaving: readonly string[];
  /** Names of functions, of variables. */
  readonly names: readonly string[];
  readonly variables: readonly string[];
  /** Nodes that declare local names, and the field that holds the name; "" for their children. */
  readonly locals: readonly NodePlace[];
  /** Places of identifiers that are no local names. */
  readonly notLocal: readonly NodePlace[];
  /** Places whose names cannot be changed: what stands there may be a variable, a field or an argument's name. */
  readonly kept: readonly NodePlace[];
  /** Places that are a field's name and a variable at once, as in `{ total }`. */
  readonly shorthands: readonly string[];
  /** A function's name is a variable too: it can be handed on. */
  readonly functionsAreValues: boolean;
  /** Calls, the field that holds the callee's name ("first" for the first child), and the field of what it is called on. */
  readonly calls: readonly { readonly type: string; readonly name: string; readonly on: string | null }[];
}

/** What most languages with braces have in common. */
export const inBraces = {
  indented: false,
  ownLines: false,
  lastIsValue: false,
  classes: [],
  names: ["identifier"],
  variables: ["identifier"],
  kept: [],
  shorthands: [],
  functionsAreValues: true,
  leaving: ["return_statement", "throw_statement", "break_statement", "continue_statement"],
} as const satisfies Partial<CodeShape>;
