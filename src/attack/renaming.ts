/**
 * Renaming in code, by its tree: a function with the calls of it, or local names wherever they are used. Nothing else of
 * the text changes. Names that a method takes from outside (fields, other methods, types, keyword arguments) stay.
 */
import type { Code, Node } from "./code";
import type { Span } from "./strategy";

interface NamedPlace extends Span {
  readonly name: string;
}

const placeOf = (node: Node): NamedPlace => ({ name: node.text, start: node.startIndex, end: node.endIndex });

/** The identifier in a declarator: C wraps it in pointers and parameter lists. */
function declaredName(node: Node | null): Node | null {
  for (let at = node; at !== null; at = at.childForFieldName("declarator")) if (at.type === "identifier") return at;
  return null;
}

/** A function that is a variable's value has the variable's name. */
function functionName(found: Node): Node | null {
  if (found.parent?.type === "variable_declarator") return found.parent.childForFieldName("name");
  return found.childForFieldName("name") ?? declaredName(found.childForFieldName("declarator"));
}

const isName = ({ type }: Node): boolean => type === "identifier" || type === "property_identifier";

/** The functions' names where they are declared. A constructor is named by its class and cannot be renamed. */
export function functionNames(root: Node, { shape }: Code): NamedPlace[] {
  return root
    .descendantsOfType([...shape.functions])
    .filter(({ type }) => type !== "constructor_declaration")
    .flatMap((found) => {
      const name = functionName(found);
      return name === null || !isName(name) || name.text === "constructor" ? [] : [placeOf(name)];
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
      if (target !== null && target.text !== "this") return [];
      let callee = call.childForFieldName(field);
      if (["self", "this"].includes(callee?.childForFieldName("object")?.text ?? "")) {
        callee = callee?.childForFieldName("attribute") ?? callee?.childForFieldName("property") ?? null;
      }
      return callee !== null && isName(callee) && callee.text === name ? [placeOf(callee)] : [];
    }),
  );
  const places = new Map([...declared, ...called, ...values].map((place) => [place.start, place]));
  return [...places.values()].sort((a, b) => a.start - b.start);
}

const listedNames = (node: Node): Node[] =>
  node.type === "identifier" ? [node] : ["pattern_list", "tuple_pattern"].includes(node.type) ? namesIn(node) : [];
const namesIn = (node: Node): Node[] => node.namedChildren.flatMap(listedNames);

/** The nodes that declare the names of variables, parameters included. */
function declaredNames(root: Node, { shape }: Code): Node[] {
  const found = shape.locals.flatMap(({ type, field }) =>
    root.descendantsOfType(type).flatMap((node) => node.childrenForFieldName(field).flatMap(listedNames)),
  );
  const parameters = root.descendantsOfType([...shape.functions]).flatMap((declaration) => {
    const list = declaration.childForFieldName("parameters");
    if (list === null) return [];
    return [...namesIn(list), ...list.descendantsOfType("typed_parameter").flatMap(namesIn)];
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
    ...ofKind("outside").map(({ text }) => text),
    ...root
      .descendantsOfType(["global_statement", "nonlocal_statement"])
      .flatMap(namesIn)
      .map(({ text }) => text),
    ...namedArguments(root, code),
    ...root.descendantsOfType([...shape.shorthands]).map(({ text }) => text),
  ]);
  const ordered = ofKind("function")
    .sort((a, b) => a.startIndex - b.startIndex)
    .map(({ text }) => text);
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
  return notLocal.some(({ type, field }) => parent.type === type && parent.childForFieldName(field)?.id === node.id);
}

/** Where the names are used as variables. */
export function variableUses(root: Node, names: ReadonlySet<string>, { shape }: Code): NamedPlace[] {
  return root
    .descendantsOfType("identifier")
    .filter((node) => names.has(node.text) && !isElsewhere(node, shape.notLocal))
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
