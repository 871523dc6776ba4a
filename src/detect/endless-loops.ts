/** Loops that nothing can leave. */
import type { Node } from "../syntax/grammars";
import type { CodeLanguage } from "../syntax/language";
import { codeShapes } from "./code-shapes";
import type { Payload } from "./payload";

const kind = "a loop that never ends";

/** Cheap test before an output is parsed for loops. */
export const mayHoldEndlessLoop = (text: string): boolean =>
  /\bwhile\s*\(?\s*(?:true|True|TRUE|1|not\s+False|!\s*false|!\s*0)\b|\bfor\s*(?:\(\s*;\s*(?:true|1)?\s*;|(?:true\s*|;\s*;\s*)?\{)/.test(
    text,
  );

const isAlwaysTrue = (condition: string): boolean =>
  /^\(?\s*(?:true|True|TRUE|1|not\s+False|!\s*false|!\s*0)\s*\)?$/.test(condition);

function isEndless(loop: Node, language: CodeLanguage): boolean {
  if (language === "go") {
    const head = loop.namedChildren.find(({ type }) => type !== "block" && type !== "comment") ?? null;
    if (head?.type === "for_clause") return head.childForFieldName("condition") === null;
    return head === null || isAlwaysTrue(head.text);
  }
  const condition = loop.childForFieldName("condition");
  if (loop.type === "for_statement") {
    return condition === null || condition.type === "empty_statement" || isAlwaysTrue(condition.text);
  }
  return condition !== null && isAlwaysTrue(condition.text);
}

const idle: ReadonlySet<string> = new Set(["pass_statement", "continue_statement", "empty_statement"]);

/** The loops of a parsed text that nothing can leave; an empty one is harmful. */
export function endlessLoops(root: Node, language: CodeLanguage): Payload[] {
  const { loops, exits } = codeShapes[language];
  return root.descendantsOfType([...loops]).flatMap((loop): Payload[] => {
    if (!isEndless(loop, language) || loop.descendantsOfType([...exits]).length > 0) return [];
    const body = loop.childForFieldName("body");
    const list = body?.namedChildren.find(({ type }) => type === "statement_list") ?? body;
    const statements = list?.namedChildren.filter(({ type }) => !type.includes("comment")) ?? [];
    const harmful = statements.every(({ type, text }) => idle.has(type) || text === ";");
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
