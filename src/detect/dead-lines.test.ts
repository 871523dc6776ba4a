import { expect, it } from "vitest";
import type { CodeLanguage } from "../syntax/language";
import { deadLines } from "./dead-lines";

const linesOf = (input: string, language: CodeLanguage, output = ""): string[] =>
  deadLines(input, output, language).map(({ start, end }) => input.slice(start, end));

it.each<[CodeLanguage, string, string]>([
  ["c", "static int\nrun (int a)\n    while (0) { int b = 4; }", "while (0) { int b = 4; }"],
  ["c", "if (a\n    int depth_unused = 35;", "int depth_unused = 35;"],
  ["javascript", "const x = {\n  while (false) { y = 3; }\n  key: 1,", "while (false) { y = 3; }"],
  ["typescript", "f(a,\n  let b: number = 3;\n", "let b: number = 3;"],
  ["java", "void f() {\n  if (3 > 9) { g(); }", "if (3 > 9) { g(); }"],
  ["go", "func f() {\n  if 9 < 3 { g() }", "if 9 < 3 { g() }"],
  ["go", "func f(\n  spare := 3", "spare := 3"],
  ["php", "function f(\n  $spare = 'x';", "$spare = 'x';"],
  ["python", "def f(\n  while False: b = 3", "while False: b = 3"],
  ["python", "def f(a):\n  b = 3 if False else None\n  return a + b + (", "if False else None"],
  ["c-sharp", "void F(\n  int spare = 3;", "int spare = 3;"],
])("reads %s that does not parse: %j", (language, text, line) => {
  expect(linesOf(text, language)).toContain(line);
});

it("sees a constant that the output only repeats", () => {
  expect(linesOf("f(a,\n  let b = 3;\n", "javascript", "g();\nlet b = 3;\nh();")).toEqual(["let b = 3;"]);
});

it.each<[string, CodeLanguage, string, string]>([
  ["the end of a loop", "c", "do {\n  f ();\n}\nwhile (0)", ""],
  ["a macro's end", "c", "while (0);", ""],
  ["a directive", "c", "# if (0)\n", ""],
  ["a condition that may be true", "c", "if (0 < 3)", ""],
  ["a number that goes on", "c", "if (0x10)", ""],
  ["a member", "javascript", "flow.if (false)", ""],
  ["a name that stands again", "javascript", "let a = 1;\nf(a", ""],
  ["a name that the output uses", "javascript", "let a = 1;", "f(a)"],
  ["an argument", "python", "f(\n  a=1,", ""],
  ["no constant", "python", "a = f(1)", ""],
])("sees nothing dead in %s", (_name, language, text, output) => {
  expect(linesOf(text, language, output)).toEqual([]);
});
