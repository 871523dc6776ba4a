import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadGrammars } from "../syntax/grammars";
import { mayHoldDeadCode } from "./dead-code-signs";
import { deadStatements } from "./dead-statements";
import { declaredMethods } from "./declared-methods";
import { endlessLoops, endlessLoopsByToken, mayHoldEndlessLoop } from "./endless-loops";
import { quoted } from "./quoted";
import { sqlPayloads } from "./sql-conditions";
import { lift, logFisher, logLikelihoodRatio } from "./significance";

describe("quoted", () => {
  it.each([
    ["plain", '"plain"'],
    ['a "b" \\', '"a \\"b\\" \\\\"'],
    ["a\u001b[31m\u202eb\u0000", '"a\\u{1b}[31m\\u{202e}b\\u{0}"'],
    ["a\n\t b", '"a b"'],
    ["x".repeat(99), `"${"x".repeat(60)}…"`],
  ])("%j", (text, shown) => {
    expect(quoted(text)).toBe(shown);
  });
});

describe("significance", () => {
  it("is Fisher's exact test: the lady tasting tea", () => {
    const table = { inside: 3, insideTotal: 4, outside: 1, outsideTotal: 4 };
    expect(Math.exp(logFisher(table))).toBeCloseTo(17 / 70, 12);
    expect(lift(table)).toBe(3);
  });

  it("has a likelihood ratio of 0 where there is no difference, and 2n log 2 where all is told", () => {
    expect(logLikelihoodRatio({ inside: 2, insideTotal: 4, outside: 3, outsideTotal: 6 })).toBe(0);
    expect(logLikelihoodRatio({ inside: 5, insideTotal: 5, outside: 0, outsideTotal: 5 })).toBeCloseTo(
      20 * Math.log(2),
      10,
    );
  });
});

describe("sqlPayloads", () => {
  it.each([
    ["where id = : id or 1=1", ["or 1=1"]],
    ["where id = : id or 1  =  1", ["or 1  =  1"]],
    ["where a = ? or 'x' = 'x'", ["or 'x' = 'x'"]],
    ["select * from t where 0=1", ["where 0=1"]],
    ["where a = 1 or/**/1/* x */=1--", ["or/**/1/* x */=1"]],
    ["where a = ? or (1 = 1)", ["or (1 = 1)"]],
    ["where a = ? OR 2 > 1", ["OR 2 > 1"]],
    ["where a = ? or 1 <> 2", ["or 1 <> 2"]],
    ["where a = ? or 1.5 = 1.5", ["or 1.5 = 1.5"]],
    ["where a = ? or true;", ["or true"]],
    ["select * from t where false", ["where false"]],
    ["where a = ? and 1 >= 2", ["and 1 >= 2"]],
    ["where a = ? or 'x' <> 'x'", []],
    ["where a = ? or 1 = '1'", []],
    ["where a = ? or 1=1.5", []],
    ["where a = ? or true or false is meant", []],
    ["if a or 1 == 1:", []],
    ["where a = ? or 1 = 12", []],
    ["where v.1 = 2 or 1 /* not closed", []],
    ["where 1=1 and a = ?", []],
    ["where a = 1 or b = 1", []],
    ["where a = 1 or 1 = b", []],
  ])("%j", (text, found) => {
    expect(sqlPayloads(text).map((payload) => payload.text)).toEqual(found);
  });
});

it("conditions in SQL are found where they stand, in any text", () => {
  const parts = fc.constantFrom(
    "or",
    "where",
    "1",
    "=",
    "2",
    "'",
    "x",
    "(",
    ")",
    "/*",
    "*/",
    "/",
    ".",
    "<",
    " ",
    "true",
  );
  fc.assert(
    fc.property(fc.array(parts), fc.string(), (tokens, rest) => {
      const text = tokens.join("") + rest;
      for (const { start, end, text: shown } of sqlPayloads(text)) expect(text.slice(start, end)).toBe(shown);
    }),
  );
});

describe("endless loops", () => {
  it("are loops that nothing leaves", async () => {
    const grammars = await loadGrammars(["python", "java"]);
    const java = (body: string): number =>
      grammars.parse("java", `void f() { ${body} }`, (root) => endlessLoops(root, "java").length);
    expect(java("while (true) { }")).toBe(1);
    expect(java("for (;;) ;")).toBe(1);
    expect(java("while (true) { if (a) break; }")).toBe(0);
    const python = "def f ( ) :\n\t while True :\n\t \t pass";
    expect(grammars.parse("python", python, (root) => endlessLoops(root, "python")[0]?.harmful)).toBe(true);
    expect(endlessLoopsByToken("x(); while(1) {}")).toHaveLength(1);
  });
});

describe("endless loops by language", () => {
  it.each([
    ["c", "void f() { while (1); }", true],
    ["c", "void f() { for (;;) { if (a) goto out; } }", null],
    ["cpp", "void f() { while (true) { ; } }", true],
    ["javascript", "function f() { for (;;) {} }", true],
    ["javascript", "async function f() { while (true) { await g(); } }", null],
    ["typescript", "function f(): void { while (true) { g(); } }", false],
    ["go", "func f() {\n\tfor {\n\t}\n}", true],
    ["go", "func f() {\n\tfor ;; {\n\t\tg()\n\t}\n}", false],
    ["go", "func f() {\n\tfor i := 0; i < 9; i++ {\n\t}\n}", null],
    ["go", "func f() {\n\tfor {\n\t\tselect {}\n\t}\n}", null],
    ["php", "function f() { while (TRUE) { } }", true],
    ["c-sharp", "void F() { for (;;) ; }", true],
    ["c-sharp", "void F() { while (true) { yield return 1; } }", null],
  ] as const)("%s: %j, empty: %j", async (language, text, empty) => {
    const grammars = await loadGrammars([language]);
    const [loop] = grammars.parse(language, text, (root) => endlessLoops(root, language));
    expect(loop?.harmful ?? null).toBe(empty);
    if (empty !== null) expect(mayHoldEndlessLoop(text)).toBe(true);
  });
});

describe("declaredMethods", () => {
  it.each([
    ["python", "def foo(a, b):\n  return a", ["foo", "", "2", "return_statement", "1"]],
    ["java", "int foo(int a) { return a; }", ["foo", "int", "1", "return_statement", "1"]],
    ["c", "static char *foo(int a, int b) { g(); return 0; }", ["foo", "char", "2", "expression_statement", "2"]],
    ["cpp", "int &Shop::foo() const { return n; }", ["foo", "int", "0", "return_statement", "1"]],
    ["javascript", "async function foo(a) { return a; }", ["foo", "", "1", "return_statement", "1"]],
    ["javascript", "const foo = a => { return a; };", ["foo", "", "1", "return_statement", "1"]],
    ["typescript", "class A { foo(): void {} }", ["foo", ": void", "0", "", "0"]],
    ["go", "func (s *S) foo(a int) error {\n\treturn nil\n}", ["foo", "error", "1", "return_statement", "1"]],
    ["php", "class A { public function foo($a): int { return $a; } }", ["foo", "int", "1", "return_statement", "1"]],
    ["c-sharp", "class A { int foo(int a) { return a; } }", ["foo", "int", "1", "return_statement", "1"]],
    ["c-sharp", "public int foo(int a) { return a; }", ["foo", "int", "1", "return_statement", "1"]],
  ] as const)("%s: %s", async (language, text, [name, ...shape]) => {
    const grammars = await loadGrammars([language]);
    const found = grammars.parse(language, text, (root) => declaredMethods(root, language));
    expect(found).toEqual([{ name, shape, start: text.indexOf(name), end: text.indexOf(name) + name.length }]);
  });

  it("a variable is none, nor is a declaration without parameters", async () => {
    const grammars = await loadGrammars(["javascript", "c"]);
    const count = (language: "javascript" | "c", text: string): number =>
      grammars.parse(language, text, (root) => declaredMethods(root, language).length);
    expect(count("javascript", "const foo = 1; const bar = () => 1;")).toBe(1);
    expect(count("c", "int foo = 1; int bar(void);")).toBe(0);
  });
});

describe("deadStatements", () => {
  it.each([
    ["c", "void f() { int VAR = 0; g(); }", ["int VAR = 0;"]],
    ["c", 'void f() { char *s = "x"; int t; int u = g(); extern int v; }', ['char *s = "x";', "int t;"]],
    ["c", "int f() { int a = 0; return a; }", []],
    ["c", "void f() { if (0) { g(); } if (1) { g(); } while (NULL) g(); }", ["if (0) { g(); }", "while (NULL) g();"]],
    ["c", "int f() { goto out; g(); }", ["g();"]],
    ["c", "int f() { return 1; out: g(); }", []],
    ["c", "int f() { return 1;; }", []],
    ["cpp", "void f() { int VAR = 0; auto x = 1; std::lock_guard<M> l(m); Lock k; }", ["int VAR = 0;", "auto x = 1;"]],
    ["cpp", "int A::f() { if (1 > 2) { g(); } throw 1; g(); }", ["if (1 > 2) { g(); }", "g();"]],
    ["javascript", "function f() { var VAR = 0; let a = g(); const b = 1; return b; }", ["var VAR = 0;"]],
    ["javascript", "function f() { if (1 === 2) { g(); } return h(); function h() {} }", ["if (1 === 2) { g(); }"]],
    ["javascript", "function f() { const a = `x${b}`; throw 1; g(); }", ["g();"]],
    ["javascript", 'function f() { var a = 0; eval("1"); }', []],
    ["typescript", "function f(): number { const VAR: number = 0; return 1; }", ["const VAR: number = 0;"]],
    ["typescript", "class A { private n = 0; f(a: number): number { return a; } }", []],
    [
      "go",
      "func f() {\n\tconst VAR = 0\n\tvar u int\n\tx := -1\n\t_ = 1\n}",
      ["const VAR = 0", "var u int", "x := -1"],
    ],
    ["go", "func f() int {\n\tx := g()\n\tif false {\n\t\tg()\n\t}\n\treturn x\n}", ["if false {\n\t\tg()\n\t}"]],
    ["go", "func f() int {\n\treturn 1\n\tg()\n}", ["g()"]],
    ["php", "function f() { $VAR = 0; return 1; }", ["$VAR = 0;"]],
    ["php", "function f() { if (false) { g(); } exit(1); g(); }", ["if (false) { g(); }", "g();"]],
    ["php", "function f() { $a = 'x'; include 'page.php'; }", []],
    ["php", 'function f($b) { $a = "x $b"; $c = 1; return $c; }', []],
    ["c-sharp", "void F() { int VAR = 0; var a = G(); }", ["int VAR = 0;"]],
    ["c-sharp", "int F() { if (false) { G(); } return H(); int H() { return 1; } }", ["if (false) { G(); }"]],
    ["c-sharp", "class A { int n = 0; int P { get { return n; } } }", []],
    ["java", "int f(int a) { if (5 < 0) { a = 7; } if (a > b) { g(", ["if (5 < 0) { a = 7; }"]],
    ["c", "int f(int a)\n{\n  while (0) { a = 7; }\n  if (a)\n    {", ["while (0) { a = 7; }"]],
    ["javascript", "function f(a) {\n  if (5 < 0) { a = 7; }\n  if (a) {\n    g(", ["if (5 < 0) { a = 7; }"]],
    ["python", "class A :\n\t VAR = 0\n\t def f ( self ) :\n\t \t raise E\n\t \t yield", []],
    ["java", "void f() { int VAR = 0; g(); }", ["int VAR = 0;"]],
    ["java", "void f() { int a = 0; g(a); }", []],
    ["java", "void f() { int a = g(); }", []],
    ["java", "void f() { if (1 > 2) { g(); } }", ["if (1 > 2) { g(); }"]],
    ["java", "int f() { return 1; g(); }", ["g();"]],
    ["python", "def f ( ) :\n\t VAR = 0\n\t return 1", ["VAR = 0"]],
    ["python", "def f ( ) :\n\t if False :\n\t \t g ( )\n\t return 1", ["if False :\n\t \t g ( )"]],
    ["python", "def f ( ) :\n\t a = 0\n\t return a", []],
  ] as const)("%s %j", async (language, text, found) => {
    const grammars = await loadGrammars([language]);
    expect(
      grammars.parse(language, text, (root) => deadStatements(root, text, language)).map((dead) => dead.text),
    ).toEqual(found);
    if (found.length > 0) expect(mayHoldDeadCode(text, language)).toBe(true);
  });
});
