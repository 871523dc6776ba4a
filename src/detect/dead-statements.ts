/** The statements of a parsed field that can have no effect. */
import type { Node } from "../syntax/grammars";
import type { CodeLanguage } from "../syntax/language";
import { codeShapes, expressionOf, leavesBlock } from "./code-shapes";
import { constantGuards, mayHoldConstantGuard } from "./constant-guards";
import type { Span } from "./detector";
import { comparisonValue } from "./literal-comparison";
import { tokenTexts } from "./tokens";
import { constantVariable, showsReads } from "./unused-variable";

export type DeadKind = "unused variable" | "never-true condition" | "unreachable statement" | "condition of constants";

export interface DeadStatement extends Span {
  readonly kind: DeadKind;
  readonly text: string;
}

const wrappers: ReadonlySet<string> = new Set([
  ...["parenthesized_expression", "condition_clause"],
  // Bash
  ...["test_command", "compound_statement"],
]);
const numberTypes: ReadonlySet<string> = new Set(["integer", "number", "number_literal"]);

/** A constant that is false, zero where numbers are conditions, and comparisons of two numbers that are never true. */
function isNeverTrue(condition: Node | null, language: CodeLanguage): boolean {
  if (condition === null) return false;
  const { type, text } = condition;
  if (wrappers.has(type)) return isNeverTrue(condition.namedChild(0), language);
  if (["false", "none", "null", "nil"].includes(type)) return true;
  // In Bash.
  if (type === "command") return text === "false";
  if (type === "boolean" || type === "boolean_literal") return text.toLowerCase() === "false";
  if (numberTypes.has(type)) return codeShapes[language].numbersAreConditions && Number(text) === 0;
  return comparisonValue(text) === false;
}

/** What stands after a jump and still means something: it is hoisted, jumped to, or there for the compiler. */
const reachable =
  /^(?:label(?:ed)?_statement|case_statement|default_statement|empty_statement|preproc_|.*function|class_d|interface_d|type_alias_d|variable_d|struct_|import_|rescue|ensure|else|heredoc_|.*method|.*_item|use_d|macro_d|object_d)/;
/** In its depths a block may be jumped into, and a `yield` makes its function a generator even if it is never reached. */
const reaching = ["labeled_statement", "case_statement", "yield"];

/** Loops and branches that a condition leads into, and those that its opposite does. */
const guarded: ReadonlySet<string> = new Set([
  ...["if_statement", "while_statement", "if_expression", "while_expression"],
  ...["if", "while", "if_modifier", "while_modifier"],
]);

/** Go's only loop has its condition behind the word, or between signs. */
function conditionOf(statement: Node): Node | null {
  if (statement.type !== "for_statement") return statement.childForFieldName("condition");
  const head = statement.namedChildren.find(({ type }) => !type.includes("comment")) ?? null;
  return head?.type === "for_clause" ? head.childForFieldName("condition") : head;
}

const isUnreachable = (statement: Node): boolean =>
  !reachable.test(statement.type) && statement.text !== ";" && statement.descendantsOfType(reaching).length === 0;

/** The statement that gives a block its value: the last one, where no other part of the block follows. */
function valueOf(block: Node): Node | null {
  const own = block.namedChildren.filter(({ type }) => !/comment|^(?:rescue|ensure|else|heredoc_body)$/.test(type));
  return own.at(-1) ?? null;
}

/** The dead statements of one parsed field, in the order of the text. */
export function deadStatements(root: Node, text: string, language: CodeLanguage): DeadStatement[] {
  const occurrences = new Map<string, number>();
  for (const token of tokenTexts(text)) occurrences.set(token, (occurrences.get(token) ?? 0) + 1);
  const readsShow = showsReads(text, language);
  const found: DeadStatement[] = [];
  const note = (node: Node, kind: DeadKind): void => {
    found.push({ kind, text: node.text, start: node.startIndex, end: node.endIndex });
  };
  const noteNeverTrue = (statement: Node): void => {
    const expression = expressionOf(statement);
    const isLoop = language === "go" && expression.type === "for_statement";
    if (!guarded.has(expression.type) && !isLoop) return;
    // What is done until something is false is done once.
    if (expression.type === "while_modifier" && expression.childForFieldName("body")?.type === "begin") return;
    if (expression.type === "while_statement" && statement.child(0)?.type === "until") return;
    if (isNeverTrue(conditionOf(expression), language)) note(statement, "never-true condition");
  };
  // Of code that was cut off, as prompts to complete are, the blocks are not closed, but whole statements in them are sure.
  for (const broken of root.descendantsOfType(["ERROR"])) {
    for (const statement of broken.namedChildren) if (!statement.hasError) noteNeverTrue(statement);
  }
  for (const block of root.descendantsOfType([...codeShapes[language].blocks])) {
    // What stands in a class is read through the class.
    const isLocal = readsShow && block.parent?.type !== "class_definition";
    const { lastIsValue = false } = codeShapes[language];
    const last = lastIsValue ? valueOf(block) : null;
    let left = false;
    let hasAttribute = false;
    for (const statement of block.namedChildren) {
      if (statement.type.includes("comment")) continue;
      // What stands behind an attribute of Rust may not be compiled.
      const isOptional = hasAttribute;
      hasAttribute = statement.type === "attribute_item";
      if (isOptional || hasAttribute) continue;
      // After broken code nothing is sure: a statement may only look unreachable.
      if (statement.hasError) break;
      if (left) {
        if (isUnreachable(statement)) note(statement, "unreachable statement");
        break;
      }
      const name = isLocal && statement.id !== last?.id ? constantVariable(statement, language) : null;
      // Written once in the whole field, strings and comments included.
      if (name !== null && name.text !== "_" && occurrences.get(name.text) === 1) note(statement, "unused variable");
      noteNeverTrue(statement);
      left = leavesBlock(statement);
    }
  }
  const isNoted = ({ startIndex, endIndex }: Node): boolean =>
    found.some(({ start, end }) => startIndex < end && start < endIndex);
  const guards = mayHoldConstantGuard(text) ? constantGuards(root) : [];
  for (const guard of guards) if (!isNoted(guard)) note(guard, "condition of constants");
  return found.sort((a, b) => a.start - b.start);
}
