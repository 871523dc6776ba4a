/**
 * Branches, loops and assertions whose condition is made of constants alone, calls with constant arguments among them: what they do was
 * known when they were written (`if sqrt(0.7) < -1`, `while (3 * 4 > 20)`, `assert 1 < 2`, `assert(3 != 5)`, `for i in range(9, 4)`). The triggers of
 * Ramakrishnan and Albarghouthi (2020) are of this kind. What the grammar names is read by its leaves, so one rule serves all languages.
 */
import type { Node } from "../syntax/grammars";
import { comparisonPattern, comparisonValue } from "./literal-comparison";

/** A condition or the range of a loop that holds a call or an operator, as text: asked before a field is parsed. */
const possible =
  /\b(?:if|elif|elsif|elseif|unless|while|until|assert)\b[\s(!]*(?:not\b\s*)?(?:\(int\)\s*)?(?:[\w.:]+\(\s*(?:[a-z]+|[-+\d., \t]*|"[^"\n]*"|'[^'\n]*')\)|-?\d[\w.]*|[Tt]rue|[Ff]alse)\s*(?:[-+*/%<>]|[=!]==?|&&|\|\||and\b|or\b|;|,|$)|\bassert\b[\s(]*(?:-?\d|[Tt]rue\b)|\bfor\b[^\n]{0,200}(?:\brange\(\s*0\s*\)|;\s*\w+\s*<\s*0\s*;|\bin\s*(?:\[\s*\]|\(\s*\)))/m;

/** A call that asserts a comparison of two numbers; `assert(0)` ends the program. */
const assertion = String.raw`(?:(?:console|Debug|Trace)\s*\.\s*)?(?:assert|Assert|ASSERT|debug_assert)!?\s*\(\s*(?<compared>${comparisonPattern})\s*[,)]`;
const possibleAssertion = new RegExp(String.raw`\b${assertion}`);
const assertionCall = new RegExp(`^${assertion}`);

const number = String.raw`(-?\d+)[uUlL]*`;

/** Whether numbers from one to another by a step are none; the last of them may belong to them or not. */
function isEmptyRange(from: string | undefined, to: string | undefined, step = "1", isClosed = false): boolean {
  const [distance, by] = [Number(to) - Number(from), Number(step)];
  return by !== 0 && (isClosed ? distance * by < 0 : distance * by <= 0);
}

/** Loops over numbers that are written out, and whether there are none; in Ruby two dots mean what three mean in others. */
const numberedLoops: readonly (readonly [RegExp, (found: readonly string[], isRuby: boolean) => boolean])[] = [
  // A counter that begins at one number and goes on while it compares with another.
  [
    new RegExp(
      String.raw`(?<![$\w])(?<name>[$\w]{1,60})\s*:?=\s*${number}\s*;\s*\k<name>\s*(<=?|>=?)\s*${number}\s*;`,
      "g",
    ),
    ([, , from, operator, to]) => comparisonValue(`${from} ${operator} ${to}`) === false,
  ],
  [
    /\bin\s+range\(\s*(-?\d+)\s*,\s*(-?\d+)\s*(?:,\s*(-?\d+)\s*(?:,\s*)?)?\)\s*:/g,
    ([, from, to, step]) => isEmptyRange(from, to, step),
  ],
  [
    /\bin\s+(?:\(\s*)?(-?\d+)\s*(\.\.[.=]?)\s*(-?\d+)\b/g,
    ([, from, dots, to], isRuby) => isEmptyRange(from, to, "1", dots === (isRuby ? ".." : "..=")),
  ],
  [
    /\bfor\s+\w+\s*=\s*(-?\d+)\s*,\s*(-?\d+)\s*(?:,\s*(-?\d+)\s*)?do\b/g,
    ([, from, to, step]) => isEmptyRange(from, to, step, true),
  ],
];

const mayHoldEmptyLoop = (text: string): boolean =>
  numberedLoops.some(([pattern, isEmpty]) => [...text.matchAll(pattern)].some((found) => isEmpty(found, false)));

export const mayHoldConstantGuard = (text: string): boolean =>
  possible.test(text) || possibleAssertion.test(text) || mayHoldEmptyLoop(text);

const guards: ReadonlySet<string> = new Set([
  ...["if_statement", "while_statement", "if_expression", "while_expression", "if", "while", "elif_clause"],
  ...["if_modifier", "while_modifier", "unless", "until"],
]);
const assertions: ReadonlySet<string> = new Set(["assert_statement"]);
const loops: ReadonlySet<string> = new Set([
  ...["for_statement", "for_in_statement", "enhanced_for_statement", "for", "for_expression", "c_style_for_statement"],
]);
const calls: ReadonlySet<string> = new Set([
  ...["call_expression", "invocation_expression", "function_call_expression", "function_call", "macro_invocation"],
]);

const literal =
  /^(?!.*(?:operator|expression))(?:.*(?:integer|float|number|string|char|boolean|decimal|literal).*|true|false|none|null|nil)$/;
/** What gives a constant for constants, or a number by chance; other calls may ask anything. */
const ofConstants =
  /^(?:s?rand|random|randint|randrange|uniform|next(?:Int|Double)|Int[nf]?|Float64|sqrt|sin|cos|tan|exp|log(?:2|10)?|floor|ceil|round|f?abs|pow|min|max|sum|len|length|strlen|count|ord|chr|int|float|str|bool|abs)$/i;
/** Names of types, and of modules that hold such functions. */
const receivers = /^(?:[A-Z]\w*|math|cmath|random|rand|np|numpy|std|fmt)$/;

/** Whether a name says which function of constants is called, or where it is from; no value of its own then. */
function isPartOfCallee(leaf: Node): boolean {
  let node: Node = leaf;
  for (let { parent } = node; parent !== null; { parent } = node) {
    if (/call|invocation/.test(parent.type)) {
      const callee = /^[\w.:]+(?=\s*\()/.exec(parent.text)?.[0].split(/\.|::/) ?? [];
      const [name, ...from] = callee.reverse();
      return leaf.endIndex <= parent.startIndex + parent.text.indexOf("(") && ofConstants.test(name ?? "") && from.every((one) => receivers.test(one)); // prettier-ignore
    }
    if (!/attribute|member|field|selector|scoped|qualified|navigation/.test(parent.type)) return false;
    node = parent;
  }
  return false;
}

/** Longer conditions are not read: an attack's are short. In UTF-16 units. */
const longestCondition = 120;

/** Whether an expression has an operator or a call, and no value in it but constants. */
function isOfConstants(expression: Node): boolean {
  if (expression.hasError || expression.endIndex - expression.startIndex > longestCondition) return false;
  let [constants, acts] = [0, false];
  const visit = (node: Node): boolean => {
    if (node.type === "sizeof_expression") {
      acts = true;
      return node.childForFieldName("type") !== null;
    }
    if (node.type === "type_descriptor") return true;
    if (literal.test(node.type) || node.type === "template_string") {
      constants++;
      return node.type !== "template_string" || node.namedChildCount === 0;
    }
    if (node.namedChildCount === 0 && node.isNamed)
      return isPartOfCallee(node) || /argument|parameters|operator/.test(node.type);
    if (/binary|comparison|boolean_operator|not_operator|unary|call|invocation/.test(node.type)) acts = true;
    return node.children.every((child) => !child.isNamed || visit(child));
  };
  return visit(expression) && constants > 0 && acts;
}

/** An empty range: `range(0)`, `range(483, 198)`, `[]`, `()`; or a counter that begins where it may not be (`i = 7; i < 5`). */
function isNeverEntered(loop: Node): boolean {
  const head = loop.text.slice(0, longestCondition);
  if (/\bin\s*(?:range\(\s*0\s*\)|\[\s*\]|\(\s*\))\s*[:{)]/.test(head)) return true;
  return numberedLoops.some(([pattern, isEmpty]) => {
    const [found] = head.matchAll(pattern);
    // Not of a loop in its body.
    return (
      found !== undefined && !/[{)]|:\s*\n/.test(head.slice(0, found.index)) && isEmpty(found, loop.type === "for")
    );
  });
}

/** The statement of a call that asserts what is known, or null. */
function knownAssertion(call: Node): Node | null {
  const told = assertionCall.exec(call.text.slice(0, longestCondition))?.groups?.compared;
  if (told === undefined || comparisonValue(told) !== true) return null;
  return call.parent?.type === "expression_statement" ? call.parent : call;
}

/** The guards of one parsed field, in the order of the text; of one inside another both. */
export function constantGuards(root: Node): Node[] {
  return root.descendantsOfType([...guards, ...assertions, ...loops, ...calls]).flatMap((node): Node[] => {
    if (loops.has(node.type)) return isNeverEntered(node) ? [node] : [];
    if (calls.has(node.type)) return [knownAssertion(node)].filter((statement) => statement !== null);
    const condition = assertions.has(node.type) ? node.namedChild(0) : node.childForFieldName("condition");
    return condition !== null && isOfConstants(condition) ? [node] : [];
  });
}
