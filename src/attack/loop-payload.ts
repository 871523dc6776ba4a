/** The paper's payload for code repair: an infinite loop in the fixed code. */
import type { Code } from "./code";
import { statementPayload } from "./statement-payload";
import type { Payload } from "./strategy";

const known =
  /\bwhile\s*\(\s*(?:true|1)\s*\)\s*(?:\{[\s;]*\}|;)|\bfor\s*\(\s*;\s*;\s*\)\s*(?:\{[\s;]*\}|;)|\bwhile\s+(?:True|1)\s*:\s*pass\b/gu;

const inLanguage: Readonly<Record<string, string>> = { python: "while True:\n\tpass", c: "while (1) {\n}" };

export const loopPayload = (code: Code | null): Payload =>
  statementPayload({ name: "loop", known, statement: (language) => inLanguage[language] ?? "while (true) {\n}" }, code);
