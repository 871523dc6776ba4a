/**
 * The SQL statements of an output: the output itself, or those that code holds in string literals, also where they are
 * concatenated from several; and the place in each where a condition can be added so that the statement still means something: at the end of the `where` condition, or
 * in front of what must follow it (`group by`, `order by`, `limit`, a semicolon, ...).
 */
import { stringLiterals } from "./string-literals";
import type { Span } from "./strategy";

export interface ConditionPlace {
  /** UTF-16 offset in the code at which the condition is to be inserted. */
  readonly offset: number;
  /** Whether the statement has a `where` clause that ends there. */
  readonly hasWhere: boolean;
  /** The quote of the statement's literals where the place is after an expression joined to them (`"..." + id`), else null. */
  readonly afterExpression: string | null;
}

/** Between two literals of one statement: white space, or `+`, or `+ expression +`; then perhaps a Python prefix. */
const JOINED = /^[\s\\]*(?:\+[\s\\]*([^"'+,;\n]+\+[\s\\]*)?)?[fFrRbBuU]{0,2}$/u;
/** After the last literal: the statement goes on with an expression that is no literal. */
const CONTINUED = /^["']*[\s\\]*\+/u;
/** Stands for an expression between two literals. */
const HOLE = "?";

const STATEMENT = /^\s*(?:select\b[^]*?\bfrom\b|update\b[^]*?\bset\b|delete\s+from\b)/iu;
const AFTER_CONDITION =
  /;|--|(?<=\s)(?:group\s+by|order\s+by|having|limit|offset|fetch|union|intersect|except|window|returning|for\s+update)\b/giu;

/** The first place in `code` where a SQL select, update or delete takes a condition, or null. */
export function firstConditionPlace(code: string): ConditionPlace | null {
  for (const statement of sqlStatements(code)) {
    const place = conditionPlace(statement);
    if (place !== null) return place;
  }
  return null;
}

interface Statement {
  readonly text: string;
  /** For each literal: where its content starts in `text` and in the code. */
  readonly parts: readonly { readonly at: number; readonly code: Span }[];
  /** Where the expression ends that follows the last literal, in the code; null where none follows. */
  readonly expressionEnd: number | null;
  readonly quote: string;
}

function* sqlStatements(code: string): Generator<Statement> {
  if (STATEMENT.test(code)) {
    yield { text: code, parts: [{ at: 0, code: { start: 0, end: code.length } }], expressionEnd: null, quote: '"' };
  }
  const literals = stringLiterals(code);
  for (let i = 0; i < literals.length; i++) {
    let text = "";
    const parts: { at: number; code: Span }[] = [];
    for (; ; i++) {
      const literal = literals[i];
      if (literal === undefined) break;
      parts.push({ at: text.length, code: literal });
      text += code.slice(literal.start, literal.end);
      const next = literals[i + 1];
      const between = next === undefined ? null : JOINED.exec(gap(code, literal, next.start));
      if (between === null) break;
      if (between[1] !== undefined) text += HOLE;
    }
    const end = parts.at(-1)?.code.end ?? 0;
    const continued = CONTINUED.exec(code.slice(end, end + 100));
    const expressionEnd = continued === null ? null : endOfExpression(code, end + continued[0].length);
    yield { text, parts, expressionEnd, quote: code[end] ?? '"' };
  }
}

/** The code from a literal's closing quotes to `end`, without the quotes on both sides. */
function gap(code: string, literal: Span, end: number): string {
  const text = code.slice(literal.end, end);
  return text.replace(/^["']+/u, "").replace(/["']+$/u, "");
}

/** The end of the expression that starts at `from`: before the line's end, or a bracket, comma or semicolon that closes it. */
function endOfExpression(code: string, from: number): number {
  let depth = 0;
  let end = from;
  for (; end < code.length; end++) {
    const unit = code[end] ?? "";
    if (unit === "\n" || (depth === 0 && ",;)]}".includes(unit))) break;
    if ("([{".includes(unit)) depth++;
    else if (")]}".includes(unit)) depth--;
  }
  return from + code.slice(from, end).trimEnd().length;
}

function conditionPlace({ text, parts, expressionEnd, quote }: Statement): ConditionPlace | null {
  const masked = mask(text);
  if (!STATEMENT.test(masked)) return null;
  const where = /\bwhere\b/iu.exec(masked);
  const end = endOfCondition(masked);
  const hasWhere = where !== null && where.index < end;
  const condition = text.slice(0, end).trimEnd();
  if (expressionEnd !== null && end === text.length) return { offset: expressionEnd, hasWhere, afterExpression: quote };
  if (hasWhere && condition.length <= where.index + where[0].length) return null;
  const offset = offsetInCode(parts, condition.length);
  return offset === null ? null : { offset, hasWhere, afterExpression: null };
}

/** Where the first clause starts that may not stand before a condition; the text's length where there is none. */
function endOfCondition(masked: string): number {
  for (const match of masked.matchAll(AFTER_CONDITION)) if (isClause(masked, match.index, match[0])) return match.index;
  return masked.length;
}

/** Tells the clause `limit 5` from a column or a parameter named limit: `limit = 5`, `where limit`, `: limit`, `t.limit`. */
function isClause(masked: string, index: number, keyword: string): boolean {
  if (!/^\w/u.test(keyword)) return true;
  const end = index + keyword.length;
  // A window, so that a text of nothing but keywords costs linear time.
  const before = masked.slice(Math.max(0, index - 100), index).trimEnd();
  const after = masked.slice(end, end + 100).trimStart();
  const isOperand = /(?:[:=<>,.(+*/@$-]|\b(?:where|and|or|not|like|between|in|by|set|select))$/iu.test(before);
  return !isOperand && !/^[=<>!.,)]/u.test(after);
}

/** Same length, with what is quoted or in parentheses blotted out, so that keywords are found on the top level only. */
function mask(text: string): string {
  let depth = 0;
  let quote = "";
  let masked = "";
  for (const unit of text.split("")) {
    if (quote !== "") {
      masked += "x";
      if (unit === quote) quote = "";
    } else if (unit === "'" || unit === '"' || unit === "`") {
      quote = unit;
      masked += "x";
    } else {
      if (unit === ")") depth = Math.max(0, depth - 1);
      masked += depth > 0 ? "x" : unit;
      if (unit === "(") depth++;
    }
  }
  return masked;
}

/** Where offset `at` of the statement's text can be written in the code: in the literal that ends there or holds it. */
function offsetInCode(parts: Statement["parts"], at: number): number | null {
  for (const part of parts) {
    const length = part.code.end - part.code.start;
    if (at <= part.at + length) return part.code.start + Math.max(0, at - part.at);
  }
  return null;
}
