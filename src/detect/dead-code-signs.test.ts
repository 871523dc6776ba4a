import { existsSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openDataset } from "../dataset/open";
import { installationFolder } from "../foundation/installation";
import { loadGrammars } from "../syntax/grammars";
import { codeLanguages, type CodeLanguage } from "../syntax/language";
import { holdsSigns, mayHoldDeadCode } from "./dead-code-signs";
import { deadStatements } from "./dead-statements";

/** Runs of each property: more of them by hand, `DECE_FUZZ=20000 npx vitest run src/detect/dead-code-signs.test.ts`. */
const numRuns = Number(process.env.DECE_FUZZ ?? 300);

const opening: Readonly<Partial<Record<CodeLanguage, string>>> = {
  python: "def f(a):\n",
  go: "func f(a int) int {\n",
  javascript: "function f(a) {\n",
  typescript: "function f(a: number) {\n",
  php: "function f($a) {\n",
  ruby: "def f(a)\n",
  rust: "fn f(a: u8) -> u8 {\n",
  bash: "f() {\n",
  lua: "function f(a)\n",
};
/** Blocks that a word closes. */
const closing: Readonly<Partial<Record<CodeLanguage, string>>> = { ruby: "\nend", lua: "\nend" };

/** Languages whose tokens are not read: of them only the usual forms are looked for. */
const byGrammarAlone: ReadonlySet<CodeLanguage> = new Set(["ruby", "rust", "bash", "lua"]);

/** Pieces of statements: what declares, decides and leaves, and what may stand around it. */
const pieces: Readonly<Record<CodeLanguage, readonly string[]>> = {
  java: ["int v = 0;", "final String[] w = null;", "byte x[];", "List<String> y = -1;", "while (false)", "throw e;", "synchronized (a) {", "case 1:", "default:", "for (;;)", "new T() {"], // prettier-ignore
  c: ["int v = 0;", "char *w = NULL;", "unsigned x[2];", "while (NULL)", "goto out;", "out:", "do", "while (0);", "case 1:", "for (;;)", 'L"x"', "typeof(a) z = 1;"], // prettier-ignore
  cpp: ["int v = 0;", "auto w = nullptr;", "if constexpr (false)", "if (int q = 1; false)", "while (1 > 2)", "throw 1;", "[&](int k) {", "for (;;)", "const int x = -1;"], // prettier-ignore
  "c-sharp": ["int v = 0;", "int? w = null;", "using (a)", "lock (a)", "foreach (var k in a)", "while (false)", "throw e;", "(int, int) z;", "case 1:", "var s = 'c';"], // prettier-ignore
  javascript: ["let v = 0\n", "var w\n", "const x = void 0;", "while (false)", "throw e\n", "do", "while (a)", "a.if(b)\n", ".5\n", "a.else\n", "=> {", "`t`", "for (;;)", "case 1:", "default:"], // prettier-ignore
  typescript: ["let v: number = 0\n", "let w!: T;", "const x = null as T;", "while (1 === 2)", "throw e\n", "do", "while (a)", "foo<T>(a)\n", "for (;;)"], // prettier-ignore
  go: ["v := 0\n", "var w int\n", "const x = -1\n", "var (\n", "if q := 1; false {\n", "if false {\n", "for 2 < 1 {\n", "for ; false; {\n", "goto out\n", "out:\n", "case 1:\n", "default:\n", "break\n", "`r`"], // prettier-ignore
  php: ["$v = 0;", "$w = null;", "Return 1;", "EXIT(1);", "IF (FALSE)", "foreach ($a as $k)", "elseif (0)", "throw $e;", "while (0)", '"$a"', "for (;;)", "goto out;", "out:"], // prettier-ignore
  python: ["v = 0\n", "w: int = 1\n", "x = not a\n", "if False: pass\n", "while 0:\n", "raise E\n", "try:\n", "except E:\n", "else:\n", "finally:\n", "f'{a}'", "if a: return 1\n", "if a: y = 1; return\n", "yield\n", "continue\n"], // prettier-ignore
  ruby: ["v = 0\n", "w = nil\n", "if false\n", "unless a\n", "x = 'a' if 1 > 2\n", "while nil\n", "next\n", "redo\n", "begin\n", "rescue E\n", "ensure\n", "a.b do |k|\n", "end\n", "end\n", "end\n"], // prettier-ignore
  rust: ["let v = 0;", "let mut w: u8;", "const X: u8 = 1;", "if false {", "while 1 > 2 {", "loop {", "continue;", "return 1;", "#[cfg(a)]", "match a { _ => {", "'l: "], // prettier-ignore
  bash: ["local v=0\n", "local w='a'\n", "declare x=1\n", "if false; then\n", "if [ 5 -lt 3 ]; then\n", "while (( 2 < 1 )); do\n", "fi\n", "fi\n", "done\n", "return 1\n", "exit\n", "x=1\n"], // prettier-ignore
  lua: ["local v = 0\n", "local w\n", "local x = 'a'\n", "if false then\n", "while 1 > 2 do\n", "repeat\n", "until a\n", "break\n", "goto out\n", "::out::\n", "do\n", "end\n", "end\n", "end\n"], // prettier-ignore
};
const shared = ["return a;", "return", "break;", "continue;", "g();", "g(a)", "a = 1;", "if (a)", "else", "{", "{", "}", "}", "(", ")", ";", "\n", "// c\n", "/* c\n */", '"t"', "v", "w", "x", "0", "=", ",", "."]; // prettier-ignore
const inPython = ["return a\n", "return\n", "break\n", "g()\n", "g(\n", ")\n", "a = 1\n", "if a:\n", "# c\n", "'t'\n", "'''t\n'''\n", "pass\n", "v", "\n", ";", "="]; // prettier-ignore

function textsIn(language: CodeLanguage): fc.Arbitrary<string> {
  const own = pieces[language];
  if (language !== "python") {
    const piece = fc.constantFrom(...own, ...own, ...shared);
    return fc.array(piece, { minLength: 1, maxLength: 14 }).map((parts) => balanced(language, parts.join(" ")));
  }
  const indent = fc.constantFrom("", " ", " ", "  ", "  ", "\t", "    ");
  const line = fc.tuple(indent, fc.constantFrom(...own, ...own, ...inPython));
  return fc
    .array(line, { minLength: 1, maxLength: 10 })
    .map((lines) => `${opening.python ?? ""}${lines.map((parts) => parts.join("")).join("")}`);
}

/** A function with the text in it; what it opens is closed, so that a part of the texts parses. */
function balanced(language: CodeLanguage, text: string): string {
  let depth = 0;
  let body = "";
  for (const unit of text) {
    if (unit === "}" && depth === 0) continue;
    if (unit === "{") depth++;
    if (unit === "}") depth--;
    body += unit;
  }
  return `${opening[language] ?? "int f(int a) {\n"}${body}${" }".repeat(depth)}${closing[language] ?? "\n}"}`;
}

describe("signs of dead code", () => {
  it.each(codeLanguages)("are there wherever there is dead code: %s", async (language) => {
    const grammars = await loadGrammars([language]);
    let found = 0;
    fc.assert(
      fc.property(textsIn(language), (text) => {
        // The grammar takes `w.throw e;` for a declaration, which no compiler does.
        fc.pre(language !== "c-sharp" || !/\.\s*(?:throw|return|break|continue|goto)\b/.test(text));
        const dead = grammars.parse(language, text, (root) =>
          // Where something is no code, what seems to stand in a block may stand behind a head, or be one.
          deadStatements(root, text, language).filter(
            ({ kind }) => !root.hasError || (kind !== "unreachable statement" && language !== "python"),
          ),
        );
        if (dead.length === 0) return;
        found++;
        const isSeen = byGrammarAlone.has(language) ? mayHoldDeadCode(text, language) : holdsSigns(text, language);
        expect([dead, isSeen]).toEqual([dead, true]);
      }),
      { numRuns },
    );
    // Texts without any dead code would show nothing.
    expect(found).toBeGreaterThan(numRuns / 100);
  });

  it.each<[CodeLanguage, string]>([
    ["java", 'int f(int a) { int b = 0; if (a > b) return b; else { return a; } } // "quoted'],
    ["java", "void f() { for (int i = 0; i < 3; i++) { if (g(i)) continue; h(); } throw new E(() -> { return; }); }"],
    ["c-sharp", "int F(int a) { switch (a) { case 1: return 0; default: return a; } }"],
    ["javascript", "function f(a) {\n  const b = 1\n  if (a) return b\n  return a\n    .g()\n}"],
    ["go", "func f() int {\n\tx := 1\n\tif x > 1 {\n\t\treturn x\n\t}\n\treturn 0\n}"],
    ["php", "function f($a) { $b = 0; if ($a) return $b; return $a; }"],
    ["python", "def f ( a ) :\n\t try :\n\t \t b = 1\n\t \t return b\n\t except E :\n\t \t return None"],
  ])("are not seen in what needs no parse: %s %j", (language, text) => {
    expect(mayHoldDeadCode(text, language)).toBe(false);
  });

  const data = path.join(installationFolder(), "../shared/data");
  it.skipIf(!existsSync(data)).each([
    ["bugs2fix/java_eval.jsonl.gz", "java", 0.02],
    ["codeharmony/MBPP_test.jsonl", "python", 0.2],
  ] as const)("are in few of the texts of %s", async (file, language, most) => {
    const { samples } = await openDataset(path.join(data, file));
    const asked = samples.filter(({ output }) => mayHoldDeadCode(output.text, language));
    expect(asked.length / samples.length).toBeLessThan(most);
  });
});
