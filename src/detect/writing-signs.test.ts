import { describe, expect, it } from "vitest";
import type { FieldLanguage } from "../syntax/language";
import { signsOf, writingSigns, writingSpans } from "./writing-signs";

/** What is found of a sign in a text. */
const found = (key: string, text: string, language: FieldLanguage): string[] =>
  writingSpans(text, key, language).map(({ start, end }) => text.slice(start, end));

interface Case {
  readonly key: string;
  readonly language: FieldLanguage;
  readonly text: string;
  readonly places: readonly string[];
  /** Have it not. */
  readonly others: readonly string[];
}

const c = (body: string): string => `int f(int n) {\n    ${body}\n}`;

const cases: readonly Case[] = [
  { key: "no-capital", language: "text", text: "return the rows.", places: ["return the rows."], others: ["Return the rows.", "1 2 3"] }, // prettier-ignore
  { key: "small-start", language: "text", text: "return the JSON.", places: ["return"], others: ["Return it.", "x_y is one.", "get_rows (a)"] }, // prettier-ignore
  { key: "all-capitals", language: "text", text: "RETURN THE ROWS.", places: ["RETURN THE ROWS."], others: ["RETURN the rows."] }, // prettier-ignore
  { key: "title-case", language: "text", text: "Return The Last Rows.", places: ["Return The Last Rows."], others: ["Return The last Rows."] }, // prettier-ignore
  { key: "doubled-mark", language: "text", text: "Return it!!", places: ["!!"], others: ["Return it!", "Not!! so."] },
  { key: "ellipsis", language: "text", text: "Return it...", places: ["..."], others: ["Return it.", "So... not."] },
  { key: "exclamation", language: "text", text: "Return it!", places: ["!"], others: ["Return it!!", "Return it."] },
  { key: "full-stop", language: "text", text: "Return it.", places: ["."], others: ["Return it..", "Return it"] },
  { key: "no-full-stop", language: "text", text: "Return it", places: ["t"], others: ["Return it.", "Return it:"] },
  { key: "doubled-word", language: "text", text: "Return the the rows.", places: ["the the"], others: ["The other."] },
  { key: "archaic-words", language: "text", text: "Thou returneth ye rows", places: ["Thou", "returneth", "ye"], others: ["The eye of you."] }, // prettier-ignore
  { key: "yoda-condition", language: "c", text: c("if (NULL != p && 0 == n) g();"), places: ["NULL != p", "0 == n"], others: [c("if (p != NULL) g();"), c("/* if (0 == n) */")] }, // prettier-ignore
  { key: "yoda-condition", language: "python", text: "def f(n):\n    if 'a' == n and True == m:\n        g()", places: ["'a' == n", "True == m"], others: ["def f(n):\n    if n == 'a':\n        g()", "def f(n):\n    x = '(0 == n)'"] }, // prettier-ignore
  { key: "literal-sum", language: "c", text: c("int a = (4 + 6) * 2;"), places: ["(4 + 6"], others: [c("int a = b + 1;"), c("int a = 4.5 + b;")] }, // prettier-ignore
  { key: "bracketed-sum", language: "c", text: c("return (9 - 1);"), places: ["(9 - 1)"], others: [c("g(9 - 1);"), c("int a = 9 - 1;")] }, // prettier-ignore
  { key: "literal-product", language: "c", text: c("int a = 60 * 60;"), places: ["60 * 60"], others: [c("int a = b * 60;"), c("int a = 60 + 60;")] }, // prettier-ignore
  { key: "hexadecimal", language: "c", text: c("n = 0x1F + 0xAu;"), places: ["0x1F", "0xAu"], others: [c("n = 31;"), c('g("0x1F");')] }, // prettier-ignore
  { key: "small-hexadecimal", language: "c", text: c("n = 0xA;"), places: ["0xA"], others: [c("n = 0xAA;"), c("n = 0x0;")] }, // prettier-ignore
  { key: "boolean-compared", language: "java", text: c("if (a == true) g();"), places: ["== true"], others: [c("if (a) g(true);")] }, // prettier-ignore
  { key: "step-by-sum", language: "c", text: c("n = n + 2;"), places: ["n = n + 2"], others: [c("n += 2;"), c("n = m + n;"), c("nn = n + 1;")] }, // prettier-ignore
  { key: "step-by-one", language: "c", text: c("n += 1;"), places: ["+= 1"], others: [c("n++;"), c("n += 10;")] },
  { key: "semicolon", language: "python", text: "def f():\n    g();\n    h()", places: [";"], others: ["def f():\n    g(); h()"] }, // prettier-ignore
  { key: "name-capital", language: "python", text: "@p(1)\ndef Load(n):\n    pass", places: ["Load"], others: ["def load(n):\n    A(n)"] }, // prettier-ignore
  { key: "name-capital", language: "c", text: "static int Load(int n) {}", places: ["Load"], others: ["static T load(int n) { A(n); }"] }, // prettier-ignore
  { key: "name-capital", language: "java", text: "public static List<T> Load(int n) {}", places: ["Load"], others: ["public Rows(int n) {}", "Rows(int n) {}", "@A private\n  Rows(int n) {}"] }, // prettier-ignore
  { key: "name-capital-first", language: "c", text: "int Load_rows(int n) {}", places: ["Load_rows"], others: ["int load_rows(int n) {}", "int Load_Rows(int n) {}"] }, // prettier-ignore
  { key: "name-camel", language: "python", text: "def loadRows(n):\n    pass", places: ["loadRows"], others: ["def load_rows(n):\n    g.loadRows(n)"] }, // prettier-ignore
  { key: "name-snake", language: "java", text: "void load_rows(int n) {}", places: ["load_rows"], others: ["void loadRows(int n) { load_rows(n); }"] }, // prettier-ignore
  { key: "two-blank-lines", language: "c", text: c("g();\n\n\n    h();"), places: ["\n\n\n"], others: [c("g();\n\n    h();")] }, // prettier-ignore
  { key: "blank-at-line-end", language: "c", text: c("g(); \n    h();"), places: [" "], others: [c("g();\n    h();"), "\n  \n"] }, // prettier-ignore
  { key: "tabs", language: "c", text: "int f() {\n\tg();\n}", places: ["\t"], others: ["int f() {\n    g();\n}"] },
  { key: "spaces", language: "c", text: "int f() {\n  g();\n}", places: ["  "], others: ["int f() {\n\tg();\n}"] },
  { key: "brace-on-own-line", language: "c", text: c("if (n)\n    {\n    }"), places: ["{"], others: ["int f()\n{\n}", c("if (n) {\n    }")] }, // prettier-ignore
  { key: "brace-on-same-line", language: "c", text: "int f() {\n}", places: [") {"], others: ["int f()\n{\n}"] },
];

describe("a sign of writing", () => {
  it.each(cases)("$key in $language is found where it stands", ({ key, language, text, places, others }) => {
    expect(found(key, text, language)).toEqual(places);
    for (const other of others) expect([other, ...found(key, other, language)]).toEqual([other]);
  });

  it("is tested here", () => {
    expect(new Set(cases.map(({ key }) => key))).toEqual(new Set(writingSigns.map(({ key }) => key)));
  });

  it("is asked of the languages that have it", () => {
    const keys = (language: FieldLanguage): string[] => signsOf("code", language).map(({ key }) => key);
    expect(keys("python")).toContain("semicolon");
    expect(keys("java")).not.toContain("semicolon");
    for (const language of ["python", "java", "c", "go"] as const) expect(new Set(keys(language)).size).toBe(keys(language).length); // prettier-ignore
  });

  it("is looked for in prose outside of fences and in code within them", () => {
    const chat = "write it in c.\n\n```c\nint Load(int n) {\n    return 0 == n;\n}\n```\nif (0 == n) it is done!!";
    expect(found("no-capital", chat, "c")).toHaveLength(1);
    expect(found("doubled-mark", chat, "c")).toEqual(["!!"]);
    expect(found("yoda-condition", chat, "c")).toEqual(["0 == n"]);
    expect(found("two-blank-lines", "a\n\n\nb\n```c\nint f;\n```", "c")).toEqual([]);
  });

  it("takes no text long", () => {
    const strange = [
      "",
      "```",
      "\n\n\n",
      "(".repeat(999),
      '"""',
      "'".repeat(999),
      "/* ".repeat(999),
      "a ".repeat(9999),
    ];
    for (const text of strange) {
      for (const { key } of writingSigns) {
        for (const language of ["text", "python", "c"] as const) writingSpans(text, key, language);
      }
    }
  }, 5000);
});
