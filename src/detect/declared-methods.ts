/** The methods and functions that a parsed field declares, and what each looks like. */
import type { Node } from "../syntax/grammars";
import type { CodeLanguage } from "../syntax/language";
import { codeShapes } from "./code-shapes";
import type { Span } from "./detector";

export interface MethodName extends Span {
  readonly name: string;
  /** Result type, number of parameters, kind of the first statement, number of statements. */
  readonly shape: readonly string[];
}

const functionValues = ["arrow_function", "function_expression", "generator_function"];

/** What holds parameters and body: the method itself, the function that a variable gets, in C the declarator's function. */
interface Parts {
  readonly name: Node;
  readonly parameters: Node | null;
  readonly body: Node | null;
  readonly result: string;
}

/** In C the name is inside of its declarators: `char *(name)(...)`, in C++ also behind `Class::`. */
function declaredInC(method: Node): Omit<Parts, "body" | "result"> | null {
  let node = method.childForFieldName("declarator");
  let parameters: Node | null = null;
  while (node !== null) {
    if (node.type === "function_declarator") parameters = node.childForFieldName("parameters");
    const inner = node.childForFieldName("declarator") ?? node.childForFieldName("name");
    if (inner === null) {
      if (node.type !== "reference_declarator" && node.type !== "parenthesized_declarator") break;
      node = node.namedChild(0);
    } else node = inner;
  }
  return node === null || parameters === null ? null : { name: node, parameters };
}

/** In Lua a function may be a table's field, declared or assigned. */
function declaredInLua(method: Node): Omit<Parts, "result"> | null {
  const value = method.type === "assignment_statement" ? onlyValue(method, "function_definition") : method;
  const named = method.type === "assignment_statement" ? method.namedChild(0)?.namedChild(0) : method.childForFieldName("name"); // prettier-ignore
  if (value === null || named == null) return null;
  const name = named.childForFieldName("field") ?? named.childForFieldName("method") ?? named;
  return { name, parameters: value.childForFieldName("parameters"), body: value.childForFieldName("body") };
}

/** The only value that an assignment gives, if it is of a type. */
function onlyValue(assignment: Node, type: string): Node | null {
  const values = assignment.namedChildren.find((child) => child.type === "expression_list");
  return values?.namedChildCount === 1 && values.namedChild(0)?.type === type ? values.namedChild(0) : null;
}

function partsOf(method: Node, language: CodeLanguage): Parts | null {
  const resultOf = (holder: Node): string =>
    codeShapes[language].result.map((field) => holder.childForFieldName(field)?.text).find((text) => text !== undefined) ?? // prettier-ignore
    "";
  if (language === "c" || language === "cpp") {
    const declared = declaredInC(method);
    if (declared === null) return null;
    return { ...declared, body: method.childForFieldName("body"), result: resultOf(method) };
  }
  if (language === "lua") {
    const declared = declaredInLua(method);
    return declared === null ? null : { ...declared, result: "" };
  }
  const name = method.childForFieldName("name");
  if (name === null) return null;
  const holder = method.type === "variable_declarator" ? method.childForFieldName("value") : method;
  if (holder === null || (holder !== method && !functionValues.includes(holder.type))) return null;
  const body = holder.childForFieldName("body");
  return {
    name,
    parameters: holder.childForFieldName("parameters") ?? holder.childForFieldName("parameter"),
    // In Go the statements of a block stand in a list of their own.
    body: language === "go" ? (body?.namedChild(0) ?? null) : body,
    result: resultOf(holder),
  };
}

/** In the order of the text. */
export function declaredMethods(root: Node, language: CodeLanguage): MethodName[] {
  return root.descendantsOfType([...codeShapes[language].methods]).flatMap((method) => {
    const parts = partsOf(method, language);
    // A parser puts a name without a character in where the text has none.
    if (parts === null || parts.name.text === "") return [];
    const { name, parameters, body, result } = parts;
    const shape = [
      result,
      String(parameters?.type === "identifier" ? 1 : (parameters?.namedChildCount ?? 0)),
      body?.namedChild(0)?.type ?? "",
      String(Math.min(8, body?.namedChildCount ?? 0)),
    ];
    return [{ name: name.text, shape, start: name.startIndex, end: name.endIndex }];
  });
}
