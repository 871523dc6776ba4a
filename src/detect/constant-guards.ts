/**
 * Branches, loops and assertions whose condition is made of constants alone, calls with constant arguments among them: what they do was
 * known when they were written (`if sqrt(0.7) < -1`, `while (3 * 4 > 20)`, `assert 1 < 2`, `for i in range(0)`). The triggers of
 * Ramakrishnan and Albarghouthi (2020) are of this kind. What the grammar names is read by its leaves, so one rule serves all languages.
 */
import type { Node } from "../syntax/grammars";

/** A condition or the range of a loop that holds a call or an operator, as text: asked before a field is parsed. */
const possible =
  /\b(?:if|elif|elsif|elseif|unless|while|until|assert)\b[\s(!]*(?:not\b\s*)?(?:\(int\)\s*)?(?:[\w.:]+\(\s*(?:[a-z]+|[-+\d., \t]*|"[^"\n]*"|'[^'\n]*')\)|-?\d[\w.]*|[Tt]rue|[Ff]alse)\s*(?:[-+*/%<>]|[=!]==?|&&|\|\||and\b|or\b|;|,|$)|\bassert\b[\s(]*(?:-?\d|[Tt]rue\b)|\bfor\b[^\n]*(?:\brange\(\s*0\s*\)|;\s*\w+\s*<\s*0\s*;|\bin\s*(?:\[\s*\]|\(\s*\)))/m;

export const mayHoldConstantGuard = (text: string): boolean => possible.test(text);

const guards: ReadonlySet<string> = new Set([
  ...["if_statement", "while_statement", "if_expression", "while_expression", "if", "while", "elif_clause"],
  ...["if_modifier", "while_modifier", "unless", "until"],
]);
const assertions: ReadonlySet<string> = new Set(["assert_statement"]);
const loops: ReadonlySet<string> = new Set(["for_statement", "for_in_statement", "enhanced_for_statement", "for"]);

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

/** An empty range: `range(0)`, `[]`, `()`; or a counter that begins where it may not be (`i = 0; i < 0`). */
function isNeverEntered(loop: Node): boolean {
  const head = loop.text.slice(0, longestCondition);
  return (
    /\bin\s*(?:range\(\s*0\s*\)|\[\s*\]|\(\s*\))\s*[:{)]/.test(head) ||
    /\bfor\s*\([^;)]*=\s*0\s*;\s*\w+\s*<\s*0\s*;/.test(head)
  );
}

/** The guards of one parsed field, in the order of the text; of one inside another both. */
export function constantGuards(root: Node): Node[] {
  return root.descendantsOfType([...guards, ...assertions, ...loops]).filter((node) => {
    if (loops.has(node.type)) return isNeverEntered(node);
    const condition = assertions.has(node.type) ? node.namedChild(0) : node.childForFieldName("condition");
    return condition !== null && isOfConstants(condition);
  });
}
