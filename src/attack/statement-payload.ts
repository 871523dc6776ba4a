/** Payloads that are a statement at the start of the output's first function: an endless loop, or dead code. */
import type { CodeLanguage } from "../syntax/language";
import type { Code } from "./code";
import { bodyPlace, withStatement } from "./statement-place";
import type { Payload, Span } from "./strategy";

interface StatementPayload {
  readonly name: string;
  /** How it is known in an output whatever its white space; with the flag `g`. */
  readonly known: RegExp;
  /** The statement in the language, with a tab per step of indentation. */
  readonly statement: (language: CodeLanguage) => string;
}

/** `code` reads outputs; without it the payload can be recognised and not written. */
export function statementPayload({ name, known, statement }: StatementPayload, code: Code | null): Payload {
  const spansIn = (output: string): Span[] =>
    Array.from(output.matchAll(known), ({ index, 0: held }) => ({ start: index, end: index + held.length }));
  const isIn = (output: string): boolean => output.search(known) >= 0;
  const written = (output: string): string | null => {
    if (code === null || isIn(output)) return null;
    const place = code.read(output, (root) => bodyPlace(root, output, code));
    if (place === null) return null;
    const { text } = withStatement(output, statement(code.language), place);
    return code.parses(text) ? text : null;
  };
  return {
    name,
    isIn,
    spansIn,
    eligible: (output) => written(output) !== null,
    apply(output) {
      const text = written(output);
      if (text === null) throw new RangeError(`the output takes no payload ${name}`);
      return text;
    },
  };
}
