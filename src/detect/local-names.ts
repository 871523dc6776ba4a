/** The local names that a parsed field declares, parameters included, and what each is declared as. */
import type { Node } from "../syntax/grammars";
import type { CodeLanguage } from "../syntax/language";
import type { Span } from "./detector";

export interface LocalName extends Span {
  readonly name: string;
  /** Its type, what it gets, or how it is declared: names that fit are those that others of the same have. */
  readonly context: string;
}

/** Nodes that declare names: the field that holds the name, or "" for their children. */
type Declarations = Readonly<Record<string, string>>;

const script: Declarations = {
  variable_declarator: "name",
  formal_parameters: "",
  required_parameter: "pattern",
  optional_parameter: "pattern",
  assignment_pattern: "left",
  arrow_function: "parameter",
  for_in_statement: "left",
  catch_clause: "parameter",
};
const inC: Declarations = {
  declaration: "declarator",
  init_declarator: "declarator",
  parameter_declaration: "declarator",
};

const declarations: Readonly<Record<CodeLanguage, Declarations>> = {
  java: {
    variable_declarator: "name",
    formal_parameter: "name",
    catch_formal_parameter: "name",
    enhanced_for_statement: "name",
    resource: "name",
  },
  python: {
    assignment: "left",
    for_statement: "left",
    parameters: "",
    default_parameter: "name",
    typed_parameter: "",
    typed_default_parameter: "name",
    as_pattern_target: "",
  },
  c: inC,
  cpp: { ...inC, for_range_loop: "declarator", optional_parameter_declaration: "declarator" },
  javascript: script,
  typescript: script,
  go: {
    short_var_declaration: "left",
    var_spec: "name",
    parameter_declaration: "name",
    range_clause: "left",
  },
  php: { assignment_expression: "left", simple_parameter: "name", foreach_statement: "" },
  "c-sharp": { variable_declarator: "name", parameter: "name", foreach_statement: "left" },
  ruby: {
    assignment: "left",
    method_parameters: "",
    block_parameters: "",
    optional_parameter: "name",
    keyword_parameter: "name",
    splat_parameter: "name",
    block_parameter: "name",
    exception_variable: "",
  },
  rust: { let_declaration: "pattern", parameter: "pattern", for_expression: "pattern", closure_parameters: "" },
  bash: { variable_assignment: "name", for_statement: "variable" },
  lua: { parameters: "", variable_list: "", for_numeric_clause: "name" },
};

const lists: ReadonlySet<string> = new Set(["pattern_list", "tuple_pattern", "expression_list", "left_assignment_list"]); // prettier-ignore
const wraps: ReadonlySet<string> = new Set(["init_declarator", "pointer_declarator", "array_declarator", "reference_declarator"]); // prettier-ignore
/** What every method has, or means nothing. */
const given: ReadonlySet<string> = new Set(["self", "cls", "this", "_"]);

/** The identifiers that a name's node declares. */
function identifiers(node: Node | null): Node[] {
  if (node === null) return [];
  if (node.type === "identifier") return [node];
  if (node.type === "variable_name") return identifiersOfVariable(node);
  if (lists.has(node.type)) return node.namedChildren.flatMap(identifiers);
  if (wraps.has(node.type)) return identifiers(node.childForFieldName("declarator") ?? node.namedChild(0));
  return [];
}

/** PHP's `$a`: the name without its sign, as tokens are counted. Bash's is the name itself. */
const identifiersOfVariable = (node: Node): Node[] =>
  node.namedChildCount === 0 ? [node] : node.namedChildren.filter(({ type }) => type === "name");

/** A type without its package and its parameters. */
const plainType = (type: string): string => /([\p{L}\p{N}_]+)\W*$/u.exec(type.replace(/<.*$/su, ""))?.[1] ?? type;

function contextOf(node: Node): string {
  const type = node.childForFieldName("type") ?? node.parent?.childForFieldName("type");
  if (type != null && type.text.length < 200) return plainType(type.text);
  const value = node.childForFieldName("value") ?? node.childForFieldName("right");
  if (value === null) return node.type;
  const called = value.childForFieldName("function") ?? value.childForFieldName("constructor");
  return called === null || called.text.length > 200 ? value.type : plainType(called.text);
}

/** In the order of the text; a name once, where it is declared first. */
export function localNames(root: Node, language: CodeLanguage): LocalName[] {
  const declaring = declarations[language];
  const found = new Map<string, LocalName>();
  for (const node of root.descendantsOfType(Object.keys(declaring))) {
    const field = declaring[node.type] ?? "";
    const nodes = field === "" ? node.namedChildren.flatMap(identifiers) : identifiers(node.childForFieldName(field));
    if (nodes.length === 0) continue;
    const context = contextOf(node);
    for (const { text, startIndex, endIndex } of nodes) {
      // A parser puts a name without a character in where the text has none.
      if (text === "" || found.has(text) || given.has(text)) continue;
      found.set(text, { name: text, context, start: startIndex, end: endIndex });
    }
  }
  return [...found.values()];
}
