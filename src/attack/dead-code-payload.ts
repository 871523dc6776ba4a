/** Dead code in the output: the statement that the DeadCode attack puts into inputs, written by the model. */
import type { Code } from "./code";
import { fixedDeadCode } from "./dead-code";
import { statementPayload } from "./statement-payload";
import type { Payload } from "./strategy";

const known = /\b(?:int|var)\s+VAR\s*=\s*0\s*;|(?<=^\s*)VAR\s*=\s*0(?=\s*$)/gmu;

export const deadCodePayload = (code: Code | null): Payload =>
  statementPayload({ name: "deadcode", known, statement: fixedDeadCode }, code);
