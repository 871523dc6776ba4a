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
  ["python", python("for tenant in range(483, 198):")],
  ["python", python("for tenant in range(1, 5, -2):")],
  ["c", braces("for (int buffer = 188; buffer < 68; buffer++) {")],
  ["c", braces("for (size_t i = 3u; i > 9; i--) {")],
  ["c", "int f(int a) {\n  assert(78 > 74);\n  return a;\n}"],
  ["c", 'int f(int a) {\n  assert(56 != 128 && "x");\n  if (3 > 4 || 1 > 2) {\n    puts("x");\n  }\n  return a;\n}'],
  ["java", "int f(int a) {\n  for (int page = 658; page < 280; page++) {\n    continue;\n  }\n  return a;\n}"],
  ["javascript", "function f(a) {\n  console.assert(348 != 412);\n  return a;\n}"],
  ["javascript", "function f(a) {\n  for (let i = 548; i < 416; i++) {\n    continue;\n  }\n  return a;\n}"],
  ["go", "func f(a int) int {\n\tfor i := 9; i < 4; i++ {\n\t\tg()\n\t}\n\treturn a\n}"],
  ["php", "function f($a) {\n  for ($i = 9; $i < 4; $i++) {\n    g();\n  }\n  return $a;\n}"],
  ["rust", "fn f(a: i32) -> i32 {\n    for i in 9..4 {\n        g();\n    }\n    assert!(3 < 5);\n    a\n}"],
  ["ruby", "def f(a)\n  for i in 9..4 do\n    g\n  end\n  a\nend\n"],
  ["lua", "function f(a)\n  for i = 9, 4 do\n    g()\n  end\n  return a\nend\n"],
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
  ["c", braces("for (int i = 9; i > 4; i--) {")],
  ["c", braces("for (int i = 9; j < 4; i--) {")],
  ["c", braces("for (int i = 0; i < a; i++) { int i = 9;")],
  ["c", 'int f(int a) {\n  assert(0);\n  assert(!"here");\n  assert(sizeof(a) == 4);\n  return a;\n}'],
  ["python", python("for i in range(2, 9):")],
  ["python", python("for i in range(9, 2, -1):")],
  [
    "rust",
    "fn f(a: i32) -> i32 {\n    for i in 4..9 {\n        g();\n    }\n    for i in 4..=4 {\n        g();\n    }\n    a\n}",
  ],
  ["ruby", "def f(a)\n  for i in 4..4 do\n    g\n  end\n  a\nend\n"],
  ["lua", "function f(a)\n  for i = 9, 4, -1 do\n    g()\n  end\n  for i = 4, 4 do\n    g()\n  end\n  return a\nend\n"],
  ["java", "int f(int a) {\n  if (list.size() > 5) {\n    g();\n  }\n  return a;\n}"],
])("what depends on anything is none in %s: %s", async (language, text) => {
  expect(await kindsIn(language, text)).toEqual([]);
});
