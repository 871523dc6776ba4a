import { expect, test } from "vitest";
import { loadGrammars } from "../syntax/grammars";
import type { CodeLanguage } from "../syntax/language";
import { mayHoldDeadCode } from "./dead-code-signs";
import { deadStatements } from "./dead-statements";

async function kindsIn(language: CodeLanguage, text: string): Promise<string[]> {
  const grammars = await loadGrammars([language]);
  const found = grammars.parse(language, text, (root) => deadStatements(root, text, language));
  if (found.length > 0) expect(mayHoldDeadCode(text, language)).toBe(true);
  return found.map(({ kind }) => kind);
}

const python = (guard: string): string => `def f(a):\n    ${guard}\n        print("x")\n    return a\n`;
const braces = (guard: string): string => `int f(int a) {\n  ${guard}\n    puts("x");\n  }\n  return a;\n}\n`;

test.each<[CodeLanguage, string]>([
  ["python", python("if random.random() < -0.5:")],
  ["python", python("if math.sqrt(0.7) < -1:")],
  ["python", python("if 3 * 4 > 20:")],
  ["python", python("while not True and 1 > 2:")],
  ["python", python("for i in range(0):")],
  ["python", python('if len("abc") < 0:')],
  ["python", "def f(a):\n    assert 1 <= 2\n    return a\n"],
  ["c", braces("if (rand() < -1) {")],
  ["c", braces("if (sqrt(0.7) < -1) {")],
  ["c", braces("while (3 * 4 > 20) {")],
  ["c", braces("if ((int)sizeof(char) > 108) {")],
  ["c", braces('while (strlen("") > 71) {')],
  ["c", braces("for (int i = 0; i < 0; i++) {")],
  ["c", braces("if (1 < 2 && 3 > 4) {")],
  ["java", "int f(int a) {\n  if (Math.sqrt(16) == 5) {\n    g();\n  }\n  return a;\n}"],
  ["javascript", "function f(a) {\n  if (Math.random() < -1) {\n    g();\n  }\n  return a;\n}"],
  ["go", "func f(a int) int {\n\tif 3*4 > 20 {\n\t\tg()\n\t}\n\treturn a\n}"],
  ["php", "function f($a) {\n  if (sqrt(2) < 0) {\n    g();\n  }\n  return $a;\n}"],
])("a guard of constants is dead code in %s: %s", async (language, text) => {
  const kinds = await kindsIn(language, text);
  expect(kinds.some((kind) => kind === "condition of constants" || kind === "never-true condition")).toBe(true);
});

test.each<[CodeLanguage, string]>([
  ["python", python("if a < -0.5:")],
  ["python", python("while True:")],
  ["python", python("if f(a) < 1:")],
  ["python", python("for i in range(10):")],
  ["python", python("if sqrt(a) > 2:")],
  ["python", "def f(a):\n    assert a <= 2\n    return a\n"],
  ["c", braces("if (a) {")],
  ["c", braces("while (1) {")],
  ["c", braces("if (sizeof(a) > 4) {")],
  ["c", braces("if (next(stdin) < 0 || a) {")],
  ["c", braces("for (int i = 0; i < a; i++) {")],
  ["java", "int f(int a) {\n  if (list.size() > 5) {\n    g();\n  }\n  return a;\n}"],
])("what depends on anything is none in %s: %s", async (language, text) => {
  expect(await kindsIn(language, text)).toEqual([]);
});
