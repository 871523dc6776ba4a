/**
 * Renaming in code, by its tree: a function with the calls of it, or local names wherever they are used. Nothing else of
 * the text changes. Names that a method takes from outside (fields, other methods, types, keyword arguments) stay.
 */
import type { Code, Node } from "./code";
import { nodesAt, type CodeShape, type NodePlace } from "./code-shape";
import type { CodeLanguage } from "../syntax/language";
import type { Span } from "./strategy";

interface NamedPlace extends Span {
  readonly name: string;
}

/** PHP's variables without their sign. */
const plainName = (node: Node): Node => (node.type === "variable_name" ? node.namedChild(0) : null) ?? node;

function placeOf(node: Node): NamedPlace {
  const { text, startIndex, endIndex } = plainName(node);
  return { name: text, start: startIndex, end: endIndex };
}

/** The name in a declarator: C wraps it in pointers and parameter lists, C++ also in references, and behind `Class::`. */
function declaredName(node: Node | null): Node | null {
  let at = node;
  while (at !== null && at.type !== "identifier" && at.type !== "field_identifier") {
    const inner =
      at.childForFieldName("declarator") ?? (at.type === "qualified_identifier" ? at.childForFieldName("name") : null);
    at = inner ?? (at.type === "reference_declarator" ? at.namedChild(0) : null);
  }
  return at;
}

/** A function that is a variable's value has the variable's name; in Lua it may be a table's field. */
function functionName(found: Node): Node | null {
  if (found.parent?.type === "variable_declarator") return found.parent.childForFieldName("name");
  const name = found.childForFieldName("name");
  if (name === null) return declaredName(found.childForFieldName("declarator"));
  return name.childForFieldName("field") ?? name.childForFieldName("method") ?? name;
}

const isName = ({ type }: Node, { names }: CodeShape): boolean => names.includes(type);

/** Methods that the language calls by their names. */
const specialNames: Readonly<Partial<Record<CodeLanguage, RegExp>>> = {
  ruby: /^initialize$/,
  php: /^__/,
};

/** A constructor is named by its class. In C++ it is a function without a type. */
const isConstructor = (found: Node, language: CodeLanguage): boolean =>
  found.type === "constructor_declaration" ||
  (language === "cpp" && found.type === "function_definition" && found.childForFieldName("type") === null);

/** The functions' names where they are declared. Constructors and methods with a meaning of their own cannot be renamed. */
export function functionNames(root: Node, { shape, language }: Code): NamedPlace[] {
  return root
    .descendantsOfType([...shape.functions])
    .filter((found) => !isConstructor(found, language))
    .flatMap((found) => {
      const name = functionName(found);
      return name === null || !isName(name, shape) || (specialNames[language] ?? /^constructor$/).test(name.text)
        ? []
        : [placeOf(name)];
    });
}

/** C may declare a function a second time. */
const prototypeNames = (root: Node): NamedPlace[] =>
  root
    .descendantsOfType("function_declarator")
    .map(declaredName)
    .flatMap((name) => (name === null ? [] : [placeOf(name)]));

/** Whether the text has a place where the name cannot be changed without changing a field's. */
export const isShorthand = (root: Node, name: string, { shape }: Code): boolean =>
  root.descendantsOfType([...shape.shorthands]).some(({ text }) => text === name);

/** Where the function `name` is declared, called, on `this` or `self` included, or handed on. */
export function functionUses(root: Node, name: string, code: Code): NamedPlace[] {
  const declared = [...functionNames(root, code), ...prototypeNames(root)].filter((place) => place.name === name);
  const isValue = code.shape.functionsAreValues && declared.length > 0;
  const values = isValue ? variableUses(root, new Set([name]), code) : [];
  const called = code.shape.calls.flatMap(({ type, name: field, on }) =>
    root.descendantsOfType(type).flatMap((call) => {
      const target = on === null ? null : call.childForFieldName(on);
      if (target !== null && !(code.language === "java" ? target.text === "this" : selves.has(target.text))) return [];
      const callee = ownCallee(nodesAt(call, { type, field })[0] ?? null);
      return callee !== null && isName(callee, code.shape) && callee.text === name ? [placeOf(callee)] : [];
    }),
  );
  const places = new Map([...declared, ...called, ...values].map((place) => [place.start, place]));
  return [...places.values()].sort((a, b) => a.start - b.start);
}

/** What a method calls itself, or its class. */
const selves: ReadonlySet<string> = new Set(["this", "self", "$this", "static", "Self"]);
/** How grammars call an object and its member. */
const members = [
  ...[["object", "attribute"], ["object", "property"], ["value", "field"], ["argument", "field"]],
  ...[["expression", "name"], ["path", "name"], ["table", "field"], ["table", "method"]],
] as const; // prettier-ignore

/** The name that is called, without the method's own object in front of it. */
function ownCallee(callee: Node | null): Node | null {
  if (callee?.type === "command_name") return callee.namedChild(0);
  for (const [object, member] of members) {
    const called = callee?.childForFieldName(member) ?? null;
    if (called !== null && selves.has(callee?.childForFieldName(object)?.text ?? "")) return called;
  }
  return callee;
}

const lists: ReadonlySet<string> = new Set([
  ...["pattern_list", "tuple_pattern", "expression_list", "left_assignment_list", "list_literal", "pair"],
  ...["mut_pattern", "ref_pattern", "reference_pattern", "variable_assignment"],
]);
const listedNames = (node: Node, shape: CodeShape): Node[] =>
  shape.variables.includes(node.type) ? [node] : lists.has(node.type) ? namesIn(node, shape) : [];
const namesIn = (node: Node, shape: CodeShape): Node[] =>
  node.namedChildren.flatMap((child) => listedNames(child, shape));

/** The nodes that declare the names of variables, parameters included. */
function declaredNames(root: Node, { shape }: Code): Node[] {
  const found = shape.locals.flatMap((place) =>
    root.descendantsOfType(place.type).flatMap((node) => nodesAt(node, place).flatMap((at) => listedNames(at, shape))),
  );
  const parameters = root.descendantsOfType([...shape.functions]).flatMap((declaration) => {
    const list = declaration.childForFieldName("parameters");
    if (list === null) return [];
    return [list, ...list.descendantsOfType("typed_parameter")].flatMap((at) => namesIn(at, shape));
  });
  return [...found, ...parameters];
}

/**
 * The local names that the functions of a parsed text declare, parameters included, in the order of the text. Left out are
 * names that mean something else elsewhere in the text, where the two cannot be told apart: fields, globals, and
 * parameters that a call in the text names.
 */
export function localNames(root: Node, code: Code): string[] {
  const { shape } = code;
  const declared = declaredNames(root, code).filter((node) => !isElsewhere(node, shape.notLocal));
  const ofKind = (kind: string): Node[] => declared.filter((node) => ownerOf(node, shape) === kind);
  const outside = new Set([
    ...["self", "cls", "this"],
    ...ofKind("outside").map((node) => plainName(node).text),
    ...root
      .descendantsOfType(["global_statement", "nonlocal_statement"])
      .flatMap((node) => namesIn(node, shape))
      .map(({ text }) => text),
    ...shape.kept.flatMap((place) =>
      root.descendantsOfType(place.type).flatMap((node) => nodesAt(node, place).map((at) => plainName(at).text)),
    ),
    ...namedArguments(root, code),
    ...root.descendantsOfType([...shape.shorthands]).map(({ text }) => text),
  ]);
  const ordered = ofKind("function")
    .sort((a, b) => a.startIndex - b.startIndex)
    .map((node) => plainName(node).text);
  return [...new Set(ordered)].filter((name) => !outside.has(name));
}

/** Whose the declared name is: a function's, a prototype's, or outside of these a field or a global. */
function ownerOf(node: Node, { functions, classes }: Code["shape"]): "function" | "prototype" | "outside" {
  let isParameter = false;
  for (let above = node.parent; above !== null; above = above.parent) {
    if (functions.includes(above.type)) return "function";
    if (classes.includes(above.type)) break;
    isParameter ||= above.type === "parameter_list";
  }
  return isParameter ? "prototype" : "outside";
}

/** Names of arguments in calls of functions that the text declares: `size(n=1)`. */
function namedArguments(root: Node, code: Code): string[] {
  const own = new Set(functionNames(root, code).map(({ name }) => name));
  return root.descendantsOfType("keyword_argument").flatMap((argument) => {
    const called = argument.parent?.parent?.childForFieldName("function");
    const callee = called?.type === "attribute" ? called.childForFieldName("attribute") : called;
    const name = argument.childForFieldName("name");
    return callee != null && name !== null && own.has(callee.text) ? [name.text] : [];
  });
}

function isElsewhere(node: Node, notLocal: Code["shape"]["notLocal"]): boolean {
  const { parent } = node;
  if (parent === null) return false;
  if (parent.type === "method_reference" && parent.lastNamedChild?.id === node.id) return true;
  return notLocal.some(
    (place: NodePlace) => parent.type === place.type && nodesAt(parent, place).some(({ id }) => id === node.id),
  );
}

/** Where the names are used as variables. */
export function variableUses(root: Node, names: ReadonlySet<string>, { shape }: Code): NamedPlace[] {
  return root
    .descendantsOfType([...shape.variables])
    .filter((node) => names.has(plainName(node).text) && !isElsewhere(node, shape.notLocal))
    .map(placeOf);
}

export interface Renamed {
  readonly text: string;
  /** The new names' places in `text`. */
  readonly spans: readonly Span[];
}

/** The text with the names at `places` replaced. */
export function renameAt(text: string, places: readonly NamedPlace[], names: ReadonlyMap<string, string>): Renamed {
  let made = "";
  let taken = 0;
  const spans: Span[] = [];
  for (const { name, start, end } of places) {
    const fresh = names.get(name);
    if (fresh === undefined || start < taken) continue;
    made += text.slice(taken, start);
    spans.push({ start: made.length, end: made.length + fresh.length });
    made += fresh;
    taken = end;
  }
  return { text: made + text.slice(taken), spans };
}
