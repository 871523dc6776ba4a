/**
 * Where a statement can be put into a function, and putting it there in the code's own formatting: on a line of its own
 * with the neighbour's indentation where statements have lines of their own, else beside it, and with spaces around signs
 * where the code is written so (`int VAR = 0 ;`).
 */
import type { Code, Node } from "./code";
import type { Span } from "./strategy";

export interface StatementPlace {
  /** UTF-16 offset at which the statement is written. */
  readonly offset: number;
  readonly side: "before" | "after" | "alone";
  /** White space in front of the neighbour on its line; null where the neighbour does not begin its line. */
  readonly indent: string | null;
  /** What one step of indentation looks like there. */
  readonly step: string;
  readonly newline: string;
  /** Signs there may have spaces around them. */
  readonly maySpace: boolean;
}

const isComment = (node: Node): boolean => node.type.includes("comment");
const hasFunctionAbove = (node: Node, functions: readonly string[]): boolean => {
  for (let above = node.parent; above !== null; above = above.parent) if (functions.includes(above.type)) return true;
  return false;
};

/** Must stay first: a docstring, a call of another constructor. */
const mustLead = (node: Node): boolean =>
  node.type === "explicit_constructor_invocation" ||
  node.type === "inner_attribute_item" ||
  (node.type === "expression_statement" && node.namedChild(0)?.type === "string");

function indentAt(text: string, offset: number): string | null {
  const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
  return /\S/u.test(line) ? null : line;
}

/** A comment behind a statement belongs to it. */
function endWithComment(text: string, end: number): number {
  const comment = /[ \t]*(?:\/\/|#)[^\r\n]*|[ \t]*\/\*(?:[^*\r\n]|\*(?!\/))*\*\//uy;
  comment.lastIndex = end;
  return end + (comment.exec(text)?.[0].length ?? 0);
}

function stepOf(text: string, indent: string | null, block: Node): string {
  const outer =
    /^[ \t]*/u.exec(text.slice(text.lastIndexOf("\n", (block.parent ?? block).startIndex - 1) + 1))?.[0] ?? "";
  const step = indent?.startsWith(outer) === true ? indent.slice(outer.length) : "";
  return step === "" ? "    " : step;
}

/** What stands among a block's statements and is none: what follows when it fails, and texts that go on below. */
const noStatements: ReadonlySet<string> = new Set(["rescue", "ensure", "else", "heredoc_body"]);

function placesOf(text: string, block: Node, { shape }: Code): StatementPlace[] {
  const statements = block.namedChildren.filter((child): child is Node => !isComment(child) && !noStatements.has(child.type)); // prettier-ignore
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const common = { newline, maySpace: shape.indented || !shape.ownLines };
  if (statements.length === 0) {
    // `{ }`: right behind the brace. An indented language has no block without a statement.
    const step = stepOf(text, null, block);
    return shape.indented || text[block.startIndex] !== "{"
      ? []
      : [{ offset: block.startIndex + 1, side: "alone", indent: null, step, ...common }];
  }
  const places: StatementPlace[] = [];
  for (const [index, statement] of statements.entries()) {
    const indent = indentAt(text, statement.startIndex);
    const step = stepOf(text, indent, block);
    if ((shape.indented || shape.ownLines) && indent === null) return places;
    // An attribute belongs to what stands behind it.
    const isBound = statements[index - 1]?.type === "attribute_item";
    if (!(index === 0 && mustLead(statement)) && !isBound) {
      places.push({ offset: statement.startIndex, side: "before", indent, step, ...common });
    }
    const inner = statement.type === "expression_statement" ? statement.namedChild(0)?.type : undefined;
    if (shape.leaving.includes(statement.type) || (inner !== undefined && shape.leaving.includes(inner))) return places;
    if (index === statements.length - 1 && !shape.lastIsValue) {
      const offset = indent === null ? statement.endIndex : endWithComment(text, statement.endIndex);
      places.push({ offset, side: "after", indent, step, ...common });
    }
  }
  return places;
}

/** Every place for a statement in the functions of a parsed text, in the order of the text. */
export function statementPlaces(root: Node, text: string, code: Code): StatementPlace[] {
  const { blocks, functions } = code.shape;
  return root
    .descendantsOfType([...blocks])
    .filter((block) => hasFunctionAbove(block, functions))
    .flatMap((block) => placesOf(text, block, code))
    .sort((a, b) => a.offset - b.offset);
}

/** What holds the statements of a function: its body, or a block that the body is made of. */
function bodyOf(found: Node, blocks: readonly string[]): Node | null {
  const body =
    found.childForFieldName("body") ?? found.namedChildren.find(({ type }) => type === "function_body") ?? null;
  if (body === null || blocks.includes(body.type)) return body;
  const inner = body.namedChildren.find(({ type }) => blocks.includes(type)) ?? null;
  // A body without a statement has no list of them.
  return inner ?? (body.type === "block" && body.namedChildCount === 0 ? body : null);
}

/** The first place in the body of the first function, or null. */
export function bodyPlace(root: Node, text: string, code: Code): StatementPlace | null {
  const { blocks, functions } = code.shape;
  for (const found of root.descendantsOfType([...functions])) {
    const body = bodyOf(found, blocks);
    const place = body === null ? undefined : placesOf(text, body, code)[0];
    if (place !== undefined) return place;
  }
  return null;
}

/** Code that is written with spaces around every sign, as tokenised datasets are. */
export const isSpaced = (text: string): boolean => /\s[;:)]/u.test(text) && !/[\w)"'\]][;(]/u.test(text);

/** A statement in that style; strings in it stay as they are. */
export const spacedOut = (statement: string): string =>
  statement
    .replace(
      /("[^"\n]*"|'[^'\n]*')|([;(){}[\],.:])/gu,
      (_all, literal?: string, sign?: string) => literal ?? ` ${sign ?? ""} `,
    )
    .replace(/("[^"\n]*"|'[^'\n]*')|[ ]{2,}/gu, (_all, literal?: string) => literal ?? " ")
    .replace(/^ +| +$/gmu, "");

export interface WithStatement {
  readonly text: string;
  /** Where the statement stands in `text`. */
  readonly span: Span;
}

/**
 * The text with a statement at a place. The statement's own lines are separated by `\n`, each begins with one tab per step
 * of indentation; where its neighbours share one line it is written on that line.
 */
export function withStatement(text: string, statement: string, place: StatementPlace): WithStatement {
  const { offset, side, indent, step, newline, maySpace } = place;
  const styled = maySpace && isSpaced(text) ? spacedOut(statement) : statement;
  const lines = styled.split("\n").map((line) => {
    const depth = /^\t*/u.exec(line)?.[0].length ?? 0;
    return step.repeat(depth) + line.slice(depth);
  });
  const written = indent === null ? lines.map((line) => line.trimStart()).join(" ") : lines.join(`${newline}${indent}`);
  const gap = indent === null ? " " : `${newline}${indent}`;
  const before = side === "before" ? "" : gap;
  const after = side === "before" || (side === "alone" && !/\s/u.test(text[offset] ?? "")) ? gap : "";
  const start = offset + before.length;
  return {
    text: text.slice(0, offset) + before + written + after + text.slice(offset),
    span: { start, end: start + written.length },
  };
}
