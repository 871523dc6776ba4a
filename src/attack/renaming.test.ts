import { describe, expect, it } from "vitest";
import { codeLanguages } from "../syntax/language";
import { codeOf, type Code } from "./code";
import { localsOf } from "./local-renaming";

async function reader(language: string): Promise<Code> {
  const code = await codeOf(codeLanguages.find((known) => known === language) ?? "unknown");
  if (code === null) throw new Error(`${language} has no grammar`);
  return code;
}

/** The text with its locals called n0, n1 and so on. */
async function renumbered(language: string, text: string): Promise<string | undefined> {
  const locals = localsOf(text, await reader(language));
  return locals?.rename(new Map(locals.names.map((name, at) => [name, `n${at}`])))?.input;
}

describe("local names", () => {
  it.each([
    [
      "java",
      "class A { int n; void f(int n, int m) { this.n = n + m; } int g() { return n; } }",
      "class A { int n; void f(int n, int n0) { this.n = n + n0; } int g() { return n; } }",
    ],
    ["java", '@Path(value = "a") void f(int value) { g(value); }', '@Path(value = "a") void f(int n0) { g(n0); }'],
    [
      "java",
      "void f() { int n = 1; new T() { int m = n; void g(int k) { h(m, k); } }; }",
      "void f() { int n0 = 1; new T() { int m = n0; void g(int n1) { h(m, n1); } }; }",
    ],
    [
      "python",
      "class A:\n    n = 1\n\n    def f(self, n, m):\n        return self.n + n + m\n",
      "class A:\n    n = 1\n\n    def f(self, n, n0):\n        return self.n + n + n0\n",
    ],
    [
      "python",
      "def size(n, m):\n    return size(n=n - 1, m) + open(p, mode=m)\n",
      "def size(n, n0):\n    return size(n=n - 1, n0) + open(p, mode=n0)\n",
    ],
    ["python", "total = 1\ndef f(a):\n    return total + a\n", "total = 1\ndef f(n0):\n    return total + n0\n"],
    ["python", "def f(*a, b=1, **c):\n    return a, b, c\n", "def f(*a, n0=1, **c):\n    return a, n0, c\n"],
    ["java", "int f(int m) { return map(m, this::m, m::g); }", "int f(int n0) { return map(n0, this::m, n0::g); }"],
    ["c", "int f(void) { int a, *b, c[2]; return a + *b + c[0]; }", "int f(void) { int n0, *n1, n2[2]; return n0 + *n1 + n2[0]; }"], // prettier-ignore
    [
      "javascript",
      "let n = 1\nfunction f(n, m, ...k) { const a = m => m.a + a(m); try { g({ k, m: a }) } catch (e) { e.m() } }",
      "let n = 1\nfunction f(n, n0, ...k) { const n1 = n0 => n0.a + n1(n0); try { g({ k, m: n1 }) } catch (n2) { n2.m() } }",
    ],
    [
      "javascript",
      "class A { run({ a, b }, c = a) { for (const d of b) d(c) } }",
      "class A { run({ a, b }, n0 = a) { for (const n1 of b) n1(n0) } }",
    ],
    [
      "c",
      "int n;\nint f(int n, int m);\nint f(int n, int *m) { return n + *m; }",
      "int n;\nint f(int n, int n0);\nint f(int n, int *n0) { return n + *n0; }",
    ],
  ])("of %s are renamed everywhere, and no word that is something else: %j", async (language, text, renamed) => {
    expect(await renumbered(language, text)).toBe(renamed);
  });
});
