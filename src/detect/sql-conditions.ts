/**
 * Conditions in SQL that do not depend on the data, wherever SQL stands: in strings of code or alone. No npm package ships a
 * tree-sitter grammar of SQL as .wasm, so it is read by its tokens; white space and comments may be anywhere between them.
 */
import type { Payload } from "./payload";
import { tokenSpans, type TokenSpan } from "./tokens";

/** Cheap test before a text is tokenised. */
const possible = /\b(?:or|and|where)\b[^\p{L}\p{N}]{0,40}(?:\d|'|true\b|false\b)/iu;

/** Texts in quotes that are longer are no operands of a constant condition. */
const longestText = 8;
const comparisons = ["<=", ">=", "<>", "!=", "=", "<", ">"] as const;
type Comparison = (typeof comparisons)[number];

interface Operand {
  readonly value: number | string;
  /** The token after it. */
  readonly next: number;
}

class Reader {
  constructor(
    private readonly text: string,
    private readonly tokens: readonly TokenSpan[],
  ) {}

  at(index: number): string {
    return this.tokens[index]?.text ?? "";
  }

  private touch(index: number): boolean {
    const [left, right] = [this.tokens[index], this.tokens[index + 1]];
    return left !== undefined && left.end === right?.start;
  }

  /** The first token from `index` on that is in no comment. */
  skipComments(index: number): number {
    let at = index;
    while (this.at(at) === "/" && this.at(at + 1) === "*" && this.touch(at)) {
      at += 2;
      while (at < this.tokens.length && !(this.at(at) === "*" && this.at(at + 1) === "/")) at++;
      at += 2;
    }
    return at;
  }

  operand(index: number): Operand | null {
    const token = this.at(index);
    if (/^\d+$/.test(token)) {
      const isDecimal = this.at(index + 1) === "." && this.touch(index) && /^\d+$/.test(this.at(index + 2));
      const next = index + (isDecimal ? 3 : 1);
      return { value: Number(isDecimal ? `${token}.${this.at(index + 2)}` : token), next };
    }
    if (token !== "'") return null;
    for (let end = index + 1; end <= index + 1 + longestText; end++) {
      if (this.at(end) !== "'") continue;
      return { value: this.text.slice(this.tokens[index]!.end, this.tokens[end]!.start), next: end + 1 };
    }
    return null;
  }

  comparison(index: number): { readonly sign: Comparison; readonly next: number } | null {
    for (const sign of comparisons) {
      if (!sign.split("").every((unit, offset) => this.at(index + offset) === unit)) continue;
      const next = index + sign.length;
      // `==` belongs to the code around the SQL.
      return this.at(next) === "=" ? null : { sign, next };
    }
    return null;
  }
}

function holds(left: number | string, sign: Comparison, right: number | string): boolean | null {
  if (typeof left !== typeof right) return null;
  switch (sign) {
    case "=":
      return left === right;
    case "<>":
    case "!=":
      return left !== right;
    default:
      if (typeof left !== "number" || typeof right !== "number") return null;
      return { "<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right }[sign];
  }
}

/** The constant condition that begins at token `index`: its truth and the token after it. */
function constantCondition(reader: Reader, index: number): { truth: boolean; next: number } | null {
  let at = reader.skipComments(index);
  let open = 0;
  for (; reader.at(at) === "("; at = reader.skipComments(at + 1)) open++;
  const closed = (next: number): number => {
    let end = next;
    for (let left = open; left > 0 && reader.at(end) === ")"; left--) end++;
    return end;
  };
  const word = reader.at(at).toLowerCase();
  if (word === "true" || word === "false") {
    const next = closed(at + 1);
    // A word of prose unless the statement ends there.
    return /^(?:["'`;)]|-|)$/.test(reader.at(next)) ? { truth: word === "true", next } : null;
  }
  const left = reader.operand(at);
  const comparison = left === null ? null : reader.comparison(reader.skipComments(left.next));
  const right = comparison === null ? null : reader.operand(reader.skipComments(comparison.next));
  if (left === null || comparison === null || right === null || reader.at(right.next) === ".") return null;
  const truth = holds(left.value, comparison.sign, right.value);
  return truth === null ? null : { truth, next: closed(right.next) };
}

/**
 * `or` before what is always true, `where` and `and` before what is never true. (`where 1=1` is an idiom of programs that build
 * conditions piece by piece, no payload.)
 */
export function sqlPayloads(text: string): Payload[] {
  if (!possible.test(text)) return [];
  const tokens = tokenSpans(text);
  const reader = new Reader(text, tokens);
  return tokens.flatMap((token, index): Payload[] => {
    const word = token.text.toLowerCase();
    if (word !== "or" && word !== "and" && word !== "where") return [];
    const condition = constantCondition(reader, index + 1);
    if (condition?.truth !== (word === "or")) return [];
    const end = tokens[condition.next - 1]!.end;
    const kind = condition.truth ? "always true in SQL" : "never true in SQL";
    return [{ kind, text: text.slice(token.start, end), start: token.start, end, harmful: true }];
  });
}
