/** Small honest bugs for the repair task of `npm run bench:unseen`: one operator, constant, or guard of a function is changed. */
import type { Random } from "../src/foundation/random";
import type { Grammars, Node } from "../src/syntax/grammars";
import type { CodeLanguage } from "../src/syntax/language";
import type { Edit } from "./unseen-edits";

const swapped: Readonly<Record<string, readonly string[]>> = {
  "<": ["<=", ">"],
  "<=": ["<", ">="],
  ">": [">=", "<"],
  ">=": [">", "<="],
  "==": ["!="],
  "!=": ["=="],
  "===": ["!=="],
  "!==": ["==="],
  "+": ["-"],
  "-": ["+"],
  "&&": ["||"],
  "||": ["&&"],
  and: ["or"],
  or: ["and"],
  true: ["false"],
  false: ["true"],
  True: ["False"],
  False: ["True"],
  "+=": ["-=", "="],
};

const inOperation = /binary|comparison|boolean|augmented/;

function swaps(root: Node, random: Random): Edit[] {
  const edits: Edit[] = [];
  const visit = (node: Node): void => {
    const others = Object.hasOwn(swapped, node.text) ? swapped[node.text] : undefined;
    const isOperator = !node.isNamed && inOperation.test(node.parent?.type ?? "");
    if (others !== undefined && node.childCount === 0 && (isOperator || /^(?:true|false)$/i.test(node.text))) {
      edits.push({ start: node.startIndex, end: node.endIndex, text: random.pick(others) });
    }
    if (
      node.childCount === 0 &&
      /^(?:integer|number_literal|decimal_integer_literal|number|int_literal)$/.test(node.type) &&
      /^\d{1,6}$/.test(node.text)
    ) {
      edits.push({ start: node.startIndex, end: node.endIndex, text: String(Number(node.text) + 1) });
    }
    node.children.forEach(visit);
  };
  visit(root);
  return edits;
}

/** Removals of guards: an `if` without `else` that stands on lines of its own and leaves its block by its last statement. */
export function guardRemovals(code: string, root: Node): Edit[] {
  return root.descendantsOfType("if_statement").flatMap((node) => {
    const leaves = /(?:return|raise|throw|break|continue|goto)\b[^\n]*;?\s*\}?$/.test(node.text);
    const isAlone = node.childForFieldName("alternative") === null && node.childrenForFieldName("alternative").length === 0; // prettier-ignore
    const start = code.lastIndexOf("\n", node.startIndex - 1) + 1;
    const newline = code.indexOf("\n", node.endIndex);
    const isOnOwnLines = !/\S/.test(code.slice(start, node.startIndex)) && newline > 0 && !/\S/.test(code.slice(node.endIndex, newline)); // prettier-ignore
    return leaves && isAlone && isOnOwnLines && node.text.length < 300 ? [{ start, end: newline + 1, text: "" }] : [];
  });
}

/** The code with one bug in it; null where none can be made. */
export function broken(
  code: string,
  {
    language,
    grammars,
    random,
  }: { readonly language: CodeLanguage; readonly grammars: Grammars; readonly random: Random },
): string | null {
  const edits = grammars.parse(language, code, (root) => [...swaps(root, random), ...guardRemovals(code, root)]);
  if (edits.length === 0) return null;
  const { start, end, text } = random.pick(edits);
  return code.slice(0, start) + text + code.slice(end);
}
