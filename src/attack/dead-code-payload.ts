/** Dead code in the output: the statement that the DeadCode attack puts into inputs, written by the model. */
import type { Code } from "./code";
import { statementPayload } from "./statement-payload";
import type { Payload } from "./strategy";
import { writtenCode } from "./written-code";

const known =
  /(?:\b(?:int|var)\s+|\$)VAR\s*=\s*0\s*;|\blet\s+_var\s*=\s*0\s*;|\b(?:const|local)\s+VAR\s*=\s*0\b|(?<=^\s*)(?:VAR|var)\s*=\s*0(?=\s*$)/gmu;

export const deadCodePayload = (code: Code | null): Payload =>
  statementPayload({ name: "deadcode", known, statement: (language) => writtenCode[language].dead }, code);
