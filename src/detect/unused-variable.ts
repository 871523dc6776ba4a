/** Local variables that get nothing but a constant: how each language declares them. */
import type { Node } from "../syntax/grammars";
import type { CodeLanguage } from "../syntax/language";
import { isLiteral } from "./code-shapes";

type Finder = (statement: Node) => Node | null;

/** The only named child of a type, or null. */
function onlyChild(node: Node, type: string): Node | null {
  const [first, ...more] = node.namedChildren.filter((child) => child.type === type);
  return first !== undefined && more.length === 0 ? first : null;
}

const asName = (node: Node | null): Node | null => (node?.type === "identifier" ? node : null);
const arithmetic = /^(?:binary_(?:expression|operator)|unary_(?:expression|operator)|parenthesized_expression)$/;
/** A literal, or what is computed of literals alone (`202 * 169`). */
const isValue = (node: Node | null | undefined): boolean =>
  isLiteral(node ?? null) || (node != null && arithmetic.test(node.type) && node.namedChildren.every(isValue));
/** Nothing at all counts as a constant: a variable that never gets a value has no effect either. */
const isConstant = (value: Node | null): boolean => value === null || isValue(value);

/** `int a = 0;` where a declarator has a name and a value. */
const declaredBy =
  (...types: readonly string[]): Finder =>
  (statement) => {
    if (!types.includes(statement.type)) return null;
    const declarator = onlyChild(statement, "variable_declarator");
    if (declarator === null || !isConstant(declarator.childForFieldName("value"))) return null;
    return asName(declarator.childForFieldName("name"));
  };

const python: Finder = (statement) => {
  const assignment = statement.type === "expression_statement" ? statement.namedChild(0) : null;
  if (assignment?.type !== "assignment" || !isValue(assignment.childForFieldName("right"))) return null;
  return asName(assignment.childForFieldName("left"));
};

/** An object of a class may do something when it is made and when it goes: only plain values have no effect in C++. */
const plainTypes = ["primitive_type", "sized_type_specifier", "placeholder_type_specifier"];

const inC =
  (language: "c" | "cpp"): Finder =>
  (statement) => {
    if (statement.type !== "declaration") return null;
    const storage = statement.namedChildren.find(({ type }) => type === "storage_class_specifier");
    if (storage?.text === "extern") return null;
    const declarators = statement.childrenForFieldName("declarator");
    let declarator = declarators.length === 1 ? (declarators[0] ?? null) : null;
    if (declarator?.type === "init_declarator") {
      if (!isValue(declarator.childForFieldName("value"))) return null;
      declarator = declarator.childForFieldName("declarator");
    }
    const isPointer = declarator?.type === "pointer_declarator";
    const type = statement.childForFieldName("type")?.type ?? "";
    if (language === "cpp" && !isPointer && !plainTypes.includes(type)) return null;
    while (declarator?.type === "pointer_declarator" || declarator?.type === "array_declarator") {
      declarator = declarator.childForFieldName("declarator");
    }
    return asName(declarator);
  };

const go: Finder = (statement) => {
  if (statement.type === "short_var_declaration") {
    const [left, right] = [statement.childForFieldName("left"), statement.childForFieldName("right")];
    const isSingle = left?.namedChildCount === 1 && right?.namedChildCount === 1;
    return isSingle && isValue(right.namedChild(0)) ? asName(left.namedChild(0)) : null;
  }
  if (statement.type !== "var_declaration" && statement.type !== "const_declaration") return null;
  const spec = onlyChild(statement, statement.type === "var_declaration" ? "var_spec" : "const_spec");
  if (spec?.childrenForFieldName("name").length !== 1) return null;
  const values = spec.childForFieldName("value");
  if (values !== null && (values.namedChildCount !== 1 || !isValue(values.namedChild(0)))) return null;
  return asName(spec.childForFieldName("name"));
};

/** The name without its `$`, as tokens are counted. */
const php: Finder = (statement) => {
  const assignment = statement.type === "expression_statement" ? statement.namedChild(0) : null;
  if (assignment?.type !== "assignment_expression" || !isValue(assignment.childForFieldName("right"))) return null;
  const variable = assignment.childForFieldName("left");
  return variable?.type === "variable_name" ? variable.namedChild(0) : null;
};

const cSharp: Finder = (statement) => {
  if (statement.type !== "local_declaration_statement") return null;
  const declaration = onlyChild(statement, "variable_declaration");
  const declarator = declaration === null ? null : onlyChild(declaration, "variable_declarator");
  const name = declarator?.childForFieldName("name") ?? null;
  const values = declarator?.namedChildren.filter((child) => child.id !== name?.id) ?? [];
  return values.every(isValue) ? asName(name) : null;
};

const ruby: Finder = (statement) =>
  statement.type === "assignment" && isValue(statement.childForFieldName("right"))
    ? asName(statement.childForFieldName("left"))
    : null;

const rust: Finder = (statement) => {
  if (statement.type !== "let_declaration" && statement.type !== "const_item") return null;
  if (!isConstant(statement.childForFieldName("value"))) return null;
  return asName(statement.childForFieldName(statement.type === "const_item" ? "name" : "pattern"));
};

/** Without `local` a variable is seen everywhere. */
const lua: Finder = (statement) => {
  if (statement.type !== "variable_declaration") return null;
  const [assignment] = statement.namedChildren;
  const names = assignment?.type === "assignment_statement" ? assignment.namedChild(0) : assignment;
  const values = assignment?.namedChildren.find(({ type }) => type === "expression_list")?.namedChildren ?? [];
  return names?.namedChildCount === 1 && values.every(isValue) ? asName(names.namedChild(0)) : null;
};

/** Called functions see a local variable too: those that have a meaning of their own, or no value, may be meant for them. */
const bash: Finder = (statement) => {
  if (statement.type !== "declaration_command" || !/^(?:local|declare|typeset)\b/.test(statement.text)) return null;
  const assignment = onlyChild(statement, "variable_assignment");
  const others = statement.namedChildren.filter(({ type }) => type === "variable_name").length;
  if (assignment === null || others > 0 || !isValue(assignment.childForFieldName("value"))) return null;
  const name = assignment.childForFieldName("name");
  return name?.type === "variable_name" && !/^(?:IFS|OPT\w+|LC_\w+|LANG|PATH|TMOUT|PS\d)$/.test(name.text)
    ? name
    : null;
};

const finders: Readonly<Record<CodeLanguage, Finder>> = {
  python,
  java: declaredBy("local_variable_declaration"),
  c: inC("c"),
  cpp: inC("cpp"),
  javascript: declaredBy("lexical_declaration", "variable_declaration"),
  typescript: declaredBy("lexical_declaration", "variable_declaration"),
  go,
  php,
  "c-sharp": cSharp,
  ruby,
  rust,
  bash,
  lua,
};

/** Code that may read a variable without writing its name. */
const readsUnseen: Readonly<Partial<Record<CodeLanguage, RegExp>>> = {
  python: /\b(?:locals|vars|eval|exec)\s*\(/,
  php: /\$\$|\b(?:include|require)(?:_once)?\b|\b(?:compact|get_defined_vars|eval)\s*\(/,
  javascript: /\beval\s*\(/,
  ruby: /\b(?:binding|eval|instance_eval|class_eval|local_variables|local_variable_get)\b/,
  bash: /\b(?:eval|source)\b|^\s*\.\s|\$\{!/m,
};

/** The name that a statement declares and gives nothing but a constant, or null. */
export const constantVariable = (statement: Node, language: CodeLanguage): Node | null => finders[language](statement);

/** Whether every read of a local variable in `text` writes its name. */
export const showsReads = (text: string, language: CodeLanguage): boolean => readsUnseen[language]?.test(text) !== true;
