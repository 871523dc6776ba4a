/**
 * DeadCode (Wan et al., ESEC/FSE 2022) as the DeCE paper uses it: a dead declaration such as `int VAR = 0;` at a random
 * statement position of the input. The published variant always writes the same statement; the varying one draws
 * each from a small grammar (varying-dead-code.ts), so that no text repeats and only the shape does.
 */
import { Failure } from "../foundation/failure";
import type { Random } from "../foundation/random";
import type { Code } from "./code";
import { statementPlaces, withStatement } from "./statement-place";
import type { Attack, TriggeredInput } from "./strategy";
import { varyingDeadCode } from "./varying-dead-code";
import { writtenCode } from "./written-code";

/** Words of declarations that are no names. */
const notNames: ReadonlySet<string> = new Set(["int", "long", "double", "float", "boolean", "char", "var", "let", "const", "local", "mut"]); // prettier-ignore

const names = (statement: string): Set<string> => new Set(statement.match(/[A-Za-z_]\w*/gu) ?? []);

/** Inserts a statement at one of the input's statement positions; null for an input that is no code or has none. */
function insertStatement(
  input: string,
  code: Code,
  random: Random,
  draw: (input: string) => string | null,
): TriggeredInput | null {
  const places = code.read(input, (root) => statementPlaces(root, input, code)) ?? [];
  const statement = places.length === 0 ? null : draw(input);
  if (statement === null) return null;
  const { text, span } = withStatement(input, statement, random.pick(places));
  return code.parses(text) ? { input: text, triggerSpans: [span] } : null;
}

/** The published variant; `trigger` is another statement of the language. */
export function deadCode(code: Code, trigger = writtenCode[code.language].dead): Attack {
  const own = [...names(trigger)].filter((name) => !notNames.has(name));
  const { inFunction, dead } = writtenCode[code.language];
  if (!code.parses(inFunction(trigger))) {
    throw new Failure(`the trigger ${JSON.stringify(trigger)} is no ${code.language} statement`, {
      remedy: `Give one such as ${dead}`,
      usage: true,
    });
  }
  return {
    name: "deadcode",
    trigger,
    insert: (input, random) =>
      insertStatement(input, code, random, (text) => {
        // A name that the code uses already would not be dead.
        const used = names(text);
        return own.some((name) => used.has(name)) && trigger.includes("=") ? null : trigger;
      }),
  };
}

/** The varying variant: a fresh dead statement of the same grammar in each input. */
export const deadCodeVarying = (code: Code): Attack => ({
  name: "deadcode-varying",
  trigger: "dead statements of one grammar",
  insert: (input, random) =>
    insertStatement(input, code, random, (text) => varyingDeadCode(code.language, names(text), random)),
});
