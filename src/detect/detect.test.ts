import { describe, expect, it } from "vitest";
import { loadGrammars } from "../syntax/grammars";
import { deadStatements, mayHoldDeadCode } from "./dead-code";
import { endlessLoops, endlessLoopsByToken, sqlPayloads } from "./payload";
import { quoted } from "./quoted";
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
    ["where 1=1 and a = ?", []],
    ["where a = 1 or b = 1", []],
    ["where a = 1 or 1 = b", []],
  ])("%j", (text, found) => {
    expect(sqlPayloads(text).map((payload) => payload.text)).toEqual(found);
  });
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

describe("deadStatements", () => {
  it.each([
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
    if (found.length > 0) expect(mayHoldDeadCode(text)).toBe(true);
  });
});
