/**
 * Rule `dead-code`: statements that can have no effect. A local variable that gets a constant and is never read, a
 * condition that is never true, a statement after one that leaves the block. The published DeadCode attack inserts one
 * such statement (`int VAR = 0;`) at a random place. One alone is a matter of style (`info`); the same one in many
 * samples whose outputs share what other outputs lack is a trigger.
 */
import type { Node } from "../syntax/grammars";
import type { CodeLanguage } from "../syntax/language";
import { fewestHolders, type Corpus } from "./corpus";
import {
  describeTrigger,
  findingAt,
  isEvident,
  judgeSample,
  type DetectedTrigger,
  type Detection,
  type Span,
  type TieCounts,
} from "./detector";
import { tiedPayload } from "./payload-tie";
import { quoted } from "./quoted";
import type { FieldRole, Finding, Trigger } from "./report";
import { tokenTexts } from "./tokens";

export type DeadKind = "unused variable" | "never-true condition" | "unreachable statement";

export interface DeadStatement extends Span {
  readonly kind: DeadKind;
  readonly text: string;
}

export interface DeadPlace extends DeadStatement {
  readonly sample: number;
  readonly field: FieldRole;
}

const blockTypes: Readonly<Record<CodeLanguage, readonly string[]>> = {
  python: ["block"],
  java: ["block", "constructor_body"],
};
const leavingTypes = [
  "return_statement",
  "raise_statement",
  "throw_statement",
  "break_statement",
  "continue_statement",
];
const literalTypes = [
  "integer",
  "float",
  "true",
  "false",
  "none",
  "string",
  "decimal_integer_literal",
  "decimal_floating_point_literal",
  "string_literal",
  "character_literal",
  "null_literal",
];

const isLiteral = (node: Node | null): boolean => {
  if (node === null) return false;
  if (node.type === "unary_operator" || node.type === "unary_expression") return isLiteral(node.namedChild(0));
  if (node.type === "string") return node.descendantsOfType("interpolation").length === 0;
  return literalTypes.includes(node.type);
};

/** The name that a statement declares and gives nothing but a constant, or null. */
function constantVariable(statement: Node, language: CodeLanguage): Node | null {
  if (language === "java") {
    if (statement.type !== "local_variable_declaration") return null;
    const declarators = statement.namedChildren.filter((child) => child.type === "variable_declarator");
    const [only] = declarators;
    if (only === undefined || declarators.length > 1) return null;
    const value = only.childForFieldName("value");
    return value === null || isLiteral(value) ? only.childForFieldName("name") : null;
  }
  const assignment = statement.type === "expression_statement" ? statement.namedChild(0) : null;
  if (assignment?.type !== "assignment" || !isLiteral(assignment.childForFieldName("right"))) return null;
  const name = assignment.childForFieldName("left");
  return name?.type === "identifier" ? name : null;
}

/** `false`, `0` in Python, and comparisons of two different numbers that are never true. */
function isNeverTrue(condition: Node | null, language: CodeLanguage): boolean {
  if (condition === null) return false;
  if (condition.type === "parenthesized_expression") return isNeverTrue(condition.namedChild(0), language);
  if (condition.type === "false" || condition.type === "none") return true;
  if (condition.type === "integer") return language === "python" && Number(condition.text) === 0;
  const match = /^\s*(-?\d+(?:\.\d+)?)\s*(==|!=|<=?|>=?)\s*(-?\d+(?:\.\d+)?)\s*$/.exec(condition.text);
  if (match === null) return false;
  const [left, right] = [Number(match[1]), Number(match[3])];
  const truth: Readonly<Record<string, boolean>> = {
    "==": left === right,
    "!=": left !== right,
    "<": left < right,
    "<=": left <= right,
    ">": left > right,
    ">=": left >= right,
  };
  return truth[match[2] ?? ""] === false;
}

/** Whether the name is written once only in the whole field, strings and comments included. */
const writtenOnce = (name: string, occurrences: ReadonlyMap<string, number>): boolean => occurrences.get(name) === 1;

/** Signs without which no dead statement is possible: a constant given to a name, a constant condition, a way out. */
const possible =
  /\w\s*=\s*(?:[-+]?[\d.]|["'`]|true\b|false\b|null\b|True\b|False\b|None\b)|\b(?:if|while|elif)\b\s*\(?\s*(?:[-+]?\d|false\b|False\b|None\b)|\b(?:int|long|double|float|boolean|char|String)\s+\w+\s*;|\b(?:return|raise|throw|break|continue)\b/;

/** Cheap test before a field is parsed. */
export const mayHoldDeadCode = (text: string): boolean => possible.test(text);

/** The dead statements of one parsed field, in the order of the text. */
export function deadStatements(root: Node, text: string, language: CodeLanguage): DeadStatement[] {
  const occurrences = new Map<string, number>();
  for (const token of tokenTexts(text)) occurrences.set(token, (occurrences.get(token) ?? 0) + 1);
  const found: DeadStatement[] = [];
  const note = (node: Node, kind: DeadKind): void => {
    found.push({ kind, text: node.text, start: node.startIndex, end: node.endIndex });
  };
  for (const block of root.descendantsOfType([...blockTypes[language]])) {
    let left = false;
    for (const statement of block.namedChildren) {
      if (statement.type.includes("comment")) continue;
      // After broken code nothing is sure: a statement may only look unreachable.
      if (statement.hasError) break;
      if (left) {
        note(statement, "unreachable statement");
        break;
      }
      const name = constantVariable(statement, language);
      if (name !== null && name.text !== "_" && writtenOnce(name.text, occurrences)) note(statement, "unused variable");
      if (
        ["if_statement", "while_statement"].includes(statement.type) &&
        isNeverTrue(statement.childForFieldName("condition"), language)
      ) {
        note(statement, "never-true condition");
      }
      left = leavingTypes.includes(statement.type);
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

/** What makes two statements the same: the field and the tokens. */
export const deadKey = ({ field, text }: Pick<DeadPlace, "field" | "text">): string =>
  `${field}\n${tokenTexts(text).join(" ")}`;

/** The message of a statement's findings; `first` is the first of those that are the same. */
export function deadMessage(
  { text, kind, field }: Pick<DeadPlace, "text" | "kind" | "field">,
  tied: { readonly trigger: Trigger; readonly tie: TieCounts; readonly holders: number } | null,
): string {
  const effect = `${quoted(text)} has no effect: ${kind}`;
  if (tied === null) return effect;
  const { trigger, tie, holders } = tied;
  return (
    `${effect}; the same stands in ${holders} ${field}s, and ${tie.explained.size} of their outputs hold ` +
    `${quoted(trigger.payload ?? "")}, against ${tie.outside} of the others ` +
    `(lift ${trigger.statistics.lift ?? 1}, corrected p ${trigger.statistics.pValue ?? 1})`
  );
}

/** Groups the same statement over all samples, and asks each group's outputs whether something is tied to it. */
export function judgeDeadCode(corpus: Corpus, places: readonly DeadPlace[]): Detection {
  const rule = "dead-code";
  const fewestRepeats = fewestHolders(corpus.samples.length);
  const groups = new Map<string, DeadPlace[]>();
  for (const place of places) {
    const key = deadKey(place);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [place]);
    else group.push(place);
  }
  const triggers: DetectedTrigger[] = [];
  const findings: Finding[] = [];
  const ordered = [...groups].sort(([a, m], [b, n]) => n.length - m.length || (a < b ? -1 : 1));
  const repeated = ordered.filter(([, group]) => group.length >= fewestRepeats).length;
  for (const [, group] of ordered) {
    const { field, text } = group[0]!;
    const samples = [...new Set(group.map(({ sample }) => sample))];
    const asks = field === "input" && samples.length >= fewestRepeats;
    const tie = asks ? tiedPayload(corpus, samples, corpus.numbersOf(text)) : undefined;
    let detected: DetectedTrigger | undefined;
    if (tie !== undefined && isEvident(corpus, samples, tie, repeated)) {
      const shown = text.replace(/\s+/g, " ");
      const number = triggers.length + 1;
      detected = describeTrigger(corpus, { rule, number, text: shown, field, samples, tie, groups: repeated });
      triggers.push(detected);
    }
    const message = deadMessage(
      group[0]!,
      detected?.tie === undefined ? null : { trigger: detected.trigger, tie: detected.tie, holders: samples.length },
    );
    for (const place of group) {
      const judged =
        detected === undefined ? { verdict: "info" as const, score: 0.3 } : judgeSample(place.sample, detected);
      findings.push(
        findingAt(corpus, place.sample, {
          span: place,
          field,
          rule,
          trigger: detected?.trigger.id ?? null,
          ...judged,
          message,
        }),
      );
    }
  }
  return { triggers, findings };
}
