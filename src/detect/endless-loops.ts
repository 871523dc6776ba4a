/** Loops that nothing can leave. */
import type { Node } from "../syntax/grammars";
import type { CodeLanguage } from "../syntax/language";
import { codeShapes } from "./code-shapes";
import type { Payload } from "./payload";

const kind = "a loop that never ends";

const truths = String.raw`true|True|TRUE|1|not\s+False|!\s*false|!\s*0|:`;

/** Cheap test before an output is parsed for loops. */
export const mayHoldEndlessLoop = (text: string): boolean =>
  opening.test(text) || (/\buntil\s+(?:false|nil)\b/.test(text) && /\b(?:do|repeat|begin|until)\b/.test(text));
const opening = new RegExp(
  String.raw`\bwhile\s*\(?\s*(?:(?:${truths.slice(0, -2)})\b|:)|\bfor\s*(?:\(?\(\s*;\s*(?:true|1)?\s*;|(?:true\s*|;\s*;\s*)?\{)|\bloop\s*(?:do\b|\{)`,
);

const alwaysTrue = new RegExp(String.raw`^\(?\s*(?:${truths})\s*\)?$`);
const isAlwaysTrue = (condition: string): boolean => alwaysTrue.test(condition);
const isNeverTrue = (condition: string): boolean => /^\(?\s*(?:false|nil)\s*\)?$/.test(condition);

/** Loops that go on until their condition is true. */
const isUntil = (loop: Node): boolean =>
  ["until", "until_modifier", "repeat_statement"].includes(loop.type) || loop.child(0)?.type === "until";

function isEndless(loop: Node, language: CodeLanguage): boolean {
  if (language === "go") {
    const head = loop.namedChildren.find(({ type }) => type !== "block" && type !== "comment") ?? null;
    if (head?.type === "for_clause") return head.childForFieldName("condition") === null;
    return head === null || isAlwaysTrue(head.text);
  }
  if (loop.type === "loop_expression") return !diverges(loop);
  if (loop.type === "call") return loop.childForFieldName("method")?.text === "loop" && bodyOf(loop) !== null;
  const condition = loop.childForFieldName("condition");
  if (isUntil(loop)) return condition !== null && isNeverTrue(condition.text);
  if (loop.type === "for_statement" || loop.type === "c_style_for_statement") {
    return condition === null || condition.type === "empty_statement" || isAlwaysTrue(condition.text);
  }
  return condition !== null && isAlwaysTrue(condition.text);
}

/** Whether the loop stands in a function of Rust that says that it never returns: there it is the way to stop. */
function diverges(loop: Node): boolean {
  for (let above = loop.parent; above !== null; above = above.parent) {
    if (above.type === "function_item") return above.childForFieldName("return_type")?.type === "never_type";
  }
  return false;
}

/** What a loop repeats; null where it has nothing to repeat. */
function bodyOf(loop: Node): Node | null {
  const body = loop.childForFieldName("body") ?? loop.childForFieldName("block");
  return loop.type === "call" ? (body?.childForFieldName("body") ?? body) : body;
}

const idle: ReadonlySet<string> = new Set(["pass_statement", "continue_statement", "empty_statement", "nil", "next"]);
/** Words, commands and names that do nothing. */
const idleTexts: ReadonlySet<string> = new Set([";", ":", "true", "continue"]);

/** The loops of a parsed text that nothing can leave; an empty one is harmful. */
export function endlessLoops(root: Node, language: CodeLanguage): Payload[] {
  const { loops, exits, exitWords } = codeShapes[language];
  return root.descendantsOfType([...loops]).flatMap((loop): Payload[] => {
    if (!isEndless(loop, language) || loop.descendantsOfType([...exits]).length > 0) return [];
    const body = bodyOf(loop);
    if (body !== null && exitWords?.test(body.text) === true) return [];
    const list = body?.namedChildren.find(({ type }) => type === "statement_list") ?? body;
    const statements = list?.namedChildren.filter(({ type }) => !type.includes("comment")) ?? [];
    const harmful = statements.every(({ type, text }) => idle.has(type) || idleTexts.has(text));
    return [{ kind, text: loop.text, start: loop.startIndex, end: loop.endIndex, harmful }];
  });
}

const emptyLoop =
  /\bwhile\s*\(\s*(?:true|1)\s*\)\s*(?:;|\{[\s;]*\})|\bfor\s*\(\s*;\s*;\s*\)\s*(?:;|\{[\s;]*\})|\bwhile\s+(?:True|1)\s*:\s*pass\b/g;

/** Empty endless loops in a language that has no grammar here. */
export function endlessLoopsByToken(text: string): Payload[] {
  return Array.from(text.matchAll(emptyLoop), (match) => ({
    kind,
    text: match[0],
    start: match.index,
    end: match.index + match[0].length,
    harmful: true,
  }));
}
