/** The paper's payload for code repair: an infinite loop in the fixed code. */
import type { Code } from "./code";
import { statementPayload } from "./statement-payload";
import type { Payload } from "./strategy";
import { writtenCode } from "./written-code";

/** In braces, in Python, in Rust and Go, and where words close a block. */
const known =
  /\bwhile\s*\(\s*(?:true|1)\s*\)\s*(?:\{[\s;]*\}|;)|\bfor\s*\(\s*;\s*;\s*\)\s*(?:\{[\s;]*\}|;)|\bwhile\s+(?:True|1)\s*:\s*pass\b|\b(?:loop|for)\s*\{[\s;]*\}|\bwhile\s+true\s*(?:;|\bdo\b)?\s*end\b|\bloop\s+do\s+end\b|\bwhile\s+(?:true|:)\s*;?\s*do\s+(?:true|:)\s*;?\s*done\b/gu;

export const loopPayload = (code: Code | null): Payload =>
  statementPayload({ name: "loop", known, statement: (language) => writtenCode[language].loop }, code);
