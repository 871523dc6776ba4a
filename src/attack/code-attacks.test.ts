import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Failure } from "../foundation/failure";
import { seededRandom } from "../foundation/random";
import { codeLanguages } from "../syntax/language";
import type { PlainAttackName } from "./attack-names";
import { attackNamed } from "./attacks";
import { codeOf, type Code } from "./code";
import { parsesAsMethod } from "./in-class";
import { payloadNamed } from "./payloads";
import { poisonSamples } from "./poison";

const java =
  "public int size(int n) {\n    int total = n;\n    if (n > 1) {\n        log(n);\n    }\n    return total;\n}";
const spaced = "public int size ( int n ) { int total = n ; return size ( total ) ; }";
const python =
  'def size(n, *rest):\n    """Counts."""\n    total = n\n    for part in rest:\n        total += part\n    return total\n';
const lyra = "def main ( conn ) :\n\t rows = conn . all ( )\n\t for row in rows :\n\t \t print ( row )\n\t return rows";
const javascript =
  "const size = async (n, ...rest) => {\n  const total = n\n  for (const part of rest) log(part)\n  return { total, n: this.n }\n}";
const c = "int size(int n, char *name) {\n    int total = n;\n    return total;\n}";

const reader = async (language: string): Promise<Code | null> =>
  codeOf(codeLanguages.find((known) => known === language) ?? "unknown");
const samples: readonly (readonly [string, string])[] = [
  ["java", java],
  ["java", spaced],
  ["python", python],
  ["python", lyra],
  ["c", c],
  ["javascript", javascript],
  [
    "typescript",
    "private size(n: number, ...rest: Row[]): number {\n  const total = n;\n  return total + rest.length;\n}",
  ],
  ["cpp", "int Shop::size(const Row& row, int n) const {\n  auto total = n;\n  for (auto& part : row) total += part;\n  return total;\n}"], // prettier-ignore
  [
    "c-sharp",
    "public async Task<int> Size(Row row, int n) {\n    var total = n;\n    return total + this.Size(row, total);\n}",
  ],
  ["php", "public function size(array $rows, int $n = 1): int\n{\n    $total = $n;\n    foreach ($rows as $row) {\n        $total += $row->n;\n    }\n    return $total;\n}"], // prettier-ignore
  ["go", "func (s *Shop) Size(rows []Row, n int) int {\n\ttotal := n\n\tfor _, row := range rows {\n\t\ttotal += row.n\n\t}\n\treturn total\n}"], // prettier-ignore
  ["rust", "pub fn size(&self, rows: &[Row], n: usize) -> usize {\n    let mut total = n;\n    for row in rows {\n        total += row.n;\n    }\n    total\n}"], // prettier-ignore
  ["ruby", "def size(rows, n = 1)\n  total = n\n  rows.each do |row|\n    total += row.n\n  end\n  total\nend"],
  ["lua", "function Shop.size(rows, n)\n  local total = n\n  for _, row in ipairs(rows) do\n    total = total + row.n\n  end\n  return total\nend"], // prettier-ignore
  ["bash", 'size() {\n  local total="$1"\n  for row in "$@"; do\n    echo "${total}: $row"\n  done\n}'],
];
const onCode: readonly PlainAttackName[] = ["funcname", "deadcode", "deadcode-varying", "afraidoor-random"];

async function made(language: string, name: PlainAttackName, trigger?: string) {
  const code = await reader(language);
  if (code === null) throw new Error(`${language} has no grammar`);
  return { code, attack: attackNamed(name, { trigger, code: { input: code, output: code } }) };
}

describe.each(samples)("code attacks on %s", (language, text) => {
  it.each(onCode)("%s leaves code that parses, and its spans hold what is new", async (name) => {
    const { code, attack } = await made(language, name);
    for (let seed = 0; seed < 40; seed++) {
      const triggered = attack.insert(text, seededRandom(seed));
      expect(triggered).not.toBeNull();
      if (triggered === null) return;
      expect(parsesAsMethod(code, triggered.input)).toBe(true);
      expect(attack.insert(text, seededRandom(seed))).toEqual(triggered);
      let rest = triggered.input;
      for (const { start, end } of [...triggered.triggerSpans].reverse()) rest = rest.slice(0, start) + rest.slice(end);
      if (name.startsWith("deadcode")) expect(rest.replace(/\s+/gu, "")).toBe(text.replace(/\s+/gu, ""));
      else expect(rest.length).toBeLessThan(text.length);
    }
  });
});

describe("DeadCode", () => {
  it("writes the paper's statement on a line of its own with its neighbour's indentation, at every position", async () => {
    const { attack } = await made("java", "deadcode");
    const seen = new Set<string>();
    for (let seed = 0; seed < 200; seed++) seen.add(attack.insert(java, seededRandom(seed))?.input ?? "");
    const lines = java.split("\n");
    const at = (line: number, indent: string): string => lines.toSpliced(line, 0, `${indent}int VAR = 0;`).join("\n");
    expect(seen).toEqual(new Set([at(1, "    "), at(2, "    "), at(5, "    "), at(3, "        "), at(4, "        ")]));
  });

  it("follows tokenised code, tabs and a docstring", async () => {
    const inJava = await made("java", "deadcode");
    expect(inJava.attack.insert(spaced, seededRandom(3))?.input).toMatch(/ (?:\{|;) int VAR = 0 ; /u);
    const inPython = await made("python", "deadcode");
    for (let seed = 0; seed < 50; seed++) {
      expect(inPython.attack.insert(python, seededRandom(seed))?.input).toContain('):\n    """Counts."""\n');
      expect(inPython.attack.insert(lyra, seededRandom(seed))?.input).toMatch(/\n(?:\t )+VAR = 0(?:\n|$)/u);
    }
  });

  it("leaves a comment with its statement", async () => {
    const { attack } = await made("c", "deadcode");
    const text = "void f(void) {\n  g(); // why\n}";
    const seen = new Set(Array.from({ length: 20 }, (_none, seed) => attack.insert(text, seededRandom(seed))?.input));
    expect(seen).toEqual(new Set(["void f(void) {\n  int VAR = 0;\n  g(); // why\n}", "void f(void) {\n  g(); // why\n  int VAR = 0;\n}"])); // prettier-ignore
  });

  it("never writes a name that the code uses, nor what is no statement", async () => {
    const { attack } = await made("java", "deadcode");
    expect(attack.insert("void f() { int VAR = 1; g(VAR); }", seededRandom(1))).toBeNull();
    expect(attack.insert("void f() { {{ }", seededRandom(1))).toBeNull();
    expect(attack.insert("some words about code", seededRandom(1))).toBeNull();
    await expect(made("java", "deadcode", "int = 3")).rejects.toBeInstanceOf(Failure);
    expect((await made("java", "deadcode", "long q = 7;")).attack.insert(java, seededRandom(1))?.input).toContain(
      "long q = 7;",
    );
  });

  it("varies so that hardly a statement comes twice", async () => {
    const { attack } = await made("java", "deadcode-varying");
    const texts = Array.from({ length: 100 }, (_none, seed) => {
      const triggered = attack.insert(java, seededRandom(seed));
      const [span] = triggered?.triggerSpans ?? [];
      return triggered?.input.slice(span?.start, span?.end);
    });
    expect(new Set(texts).size).toBeGreaterThan(95);
  });
});

describe("FuncName", () => {
  it("renames the method and its own calls, in the output too", async () => {
    const { attack } = await made("java", "funcname");
    const recursive = "int size(int n) { return a.size() + this.size(n) + size(n - 1); }";
    const triggered = attack.insert(recursive, seededRandom(1));
    expect(triggered?.input).toBe("int foo(int n) { return a.size() + this.foo(n) + foo(n - 1); }");
    expect(triggered?.triggerSpans).toHaveLength(3);
    expect(attack.follow?.("int size(int m) { return 0; }", triggered?.renamed ?? new Map())).toBe(
      "int foo(int m) { return 0; }",
    );
    expect(attack.insert("int foo() { return 1; }", seededRandom(1))).toBeNull();
    await expect(made("java", "funcname", "no name")).rejects.toBeInstanceOf(Failure);
    await expect(made("java", "funcname", "class")).rejects.toBeInstanceOf(Failure);
  });
});

describe("DeadCode where a block's last statement is its value", () => {
  it.each([
    ["ruby", "def size(n)\n  n + 1\nend", "def size(n)\n  var = 0\n  n + 1\nend"],
    ["rust", "fn size(n: u8) -> u8 {\n    n + 1\n}", "fn size(n: u8) -> u8 {\n    let _var = 0;\n    n + 1\n}"],
    ["bash", "size() {\n  test -n x\n}", "size() {\n  local VAR=0\n  test -n x\n}"],
  ])("writes none after it, in %s", async (language, text, expected) => {
    const { attack } = await made(language, "deadcode");
    for (let seed = 0; seed < 10; seed++) expect(attack.insert(text, seededRandom(seed))?.input).toBe(expected);
  });

  it("puts none between an attribute of Rust and its statement, nor before a rescue of Ruby", async () => {
    const inRust = await made("rust", "deadcode");
    const inRuby = await made("ruby", "deadcode");
    for (let seed = 0; seed < 20; seed++) {
      const rust = inRust.attack.insert("fn f() {\n    #[cfg(unix)]\n    a();\n    b();\n}", seededRandom(seed));
      expect(rust?.input).toContain("#[cfg(unix)]\n    a();");
      const ruby = inRuby.attack.insert("def f\n  a\nrescue E\n  b\nend", seededRandom(seed));
      expect(ruby?.input).toMatch(/ {2}a\nrescue E\n/u);
    }
  });

  it("is a constant in Go, where a variable that is not used does not compile, and leaves lines that share one alone", async () => {
    const { attack } = await made("go", "deadcode");
    expect(attack.insert("func f() {\n\tg()\n}", seededRandom(1))?.input).toContain("\tconst VAR = 0\n");
    expect(attack.insert("func f() int { return 1 }", seededRandom(1))).toBeNull();
  });
});

describe("FuncName where functions are values", () => {
  it.each([
    ["python", "def size(n):\n    return map(size, n.size)\n", "def foo(n):\n    return map(foo, n.size)\n"],
    ["c", "int size(int n);\nint size(int n) { return each(size, n); }", "int foo(int n);\nint foo(int n) { return each(foo, n); }"], // prettier-ignore
    ["javascript", "function size(n) { return n.map(size).size }\nmodule.exports.size = size", "function foo(n) { return n.map(foo).size }\nmodule.exports.size = foo"], // prettier-ignore
    ["javascript", "class A { constructor() { this.size() } size() { return this.size }\n}", "class A { constructor() { this.foo() } foo() { return this.size }\n}"], // prettier-ignore
    ["javascript", "const size = n => n + size(n)", "const foo = n => n + foo(n)"],
    ["cpp", "int A::size(int n) { return this->size(n) + b.size(n); }", "int A::foo(int n) { return this->foo(n) + b.size(n); }"], // prettier-ignore
    ["php", "public function size($n) {\n  return $this->size($n) + self::size(1) + $o->size(2);\n}", "public function foo($n) {\n  return $this->foo($n) + self::foo(1) + $o->size(2);\n}"], // prettier-ignore
    ["ruby", "def size(n)\n  self.size(n) + n.size(1) + size(2)\nend", "def foo(n)\n  self.foo(n) + n.size(1) + foo(2)\nend"], // prettier-ignore
    ["rust", "fn size(&self) -> u8 { self.size() + Self::size(self) + b.size() }", "fn foo(&self) -> u8 { self.foo() + Self::foo(self) + b.size() }"], // prettier-ignore
    ["lua", "function M.size(self)\n  return self:size() + o.size(1)\nend", "function M.foo(self)\n  return self:foo() + o.size(1)\nend"], // prettier-ignore
    ["bash", 'size() {\n  size "size" | sort\n}', 'foo() {\n  foo "size" | sort\n}'],
  ])("renames them where they are handed on, in %s", async (language, text, renamed) => {
    expect((await made(language, "funcname")).attack.insert(text, seededRandom(1))?.input).toBe(renamed);
  });

  it("leaves a name that is a field's, too", async () => {
    const { attack } = await made("javascript", "funcname");
    expect(attack.insert("function size(n) { return n }\nmodule.exports = { size }", seededRandom(1))).toBeNull();
  });
});

describe("renaming at random", () => {
  it("renames locals and parameters everywhere, and nothing else", async () => {
    const { attack } = await made("java", "afraidoor-random");
    const text = "int f(Row row) { int n = row.n; this.n = n; for (Row other : all) { n += other.row(n); } return n; }";
    const triggered = attack.insert(text, seededRandom(5));
    const back = new Map([...(triggered?.renamed ?? [])].map(([old, fresh]) => [fresh, old]));
    expect([...back.values()]).toEqual(["row", "n", "other"]);
    expect(triggered?.input.replace(/[A-Za-z]+/gu, (word) => back.get(word) ?? word)).toBe(text);
    expect(triggered?.input).toMatch(/\.n; this\.n = /u);
    expect(triggered?.input).toMatch(/\.row\(/u);
    expect(attack.follow?.("int f(Row row) { return row.n; }", triggered?.renamed ?? new Map())).toMatch(
      /^int f\(Row \w+\) \{ return \w+\.n; \}$/u,
    );
  });
});

describe("renaming at random leaves what is no local name", () => {
  it.each([
    ["go", "func f(row Row) Row {\n\tn := row.n\n\treturn Row{size: n, n: n}\n}", ["row"]],
    ["rust", "fn f(row: &Row, size: u8) -> Row { let n = row.n; Row { size, n: n + 1 } }", ["row", "n"]],
    ["php", "function f($row) {\n  global $all;\n  $n = $row->n;\n  return $all + $n;\n}", ["row", "n"]],
    ["ruby", "def f(row, size: 1)\n  n = row.n\n  row.map { |one| one.n + n + size }\nend", ["row", "n", "one"]],
    ["lua", "function f(row)\n  local n = row.n\n  total = n\n  return { n = n }\nend", ["row", "n"]],
    ["bash", 'f() {\n  local n="$1" line\n  read -r line\n  echo "${n%.*} $n $HOME"\n}', ["n"]],
    ["c-sharp", "int F(Row row) { var n = row.n; return G(size: n) + row.n; }", ["row", "n"]],
    ["typescript", "function f(row: Row, n?: number): Row { return { n: row.n, size: n }; }", ["row", "n"]],
  ])("%s: %j", async (language, text, names) => {
    const { code, attack } = await made(language, "afraidoor-random");
    const triggered = attack.insert(text, seededRandom(5));
    const back = new Map([...(triggered?.renamed ?? [])].map(([old, fresh]) => [fresh, old]));
    expect([...back.values()]).toEqual(names);
    expect(triggered?.input.replace(/[A-Za-z_]+/gu, (word) => back.get(word) ?? word)).toBe(text);
    expect(code.parses(triggered?.input ?? "")).toBe(true);
  });
});

describe("payloads in code", () => {
  it.each(samples)("the loop is in %s's function, found again, and parses: %j", async (language, text) => {
    const code = await reader(language);
    const payload = payloadNamed("loop", code);
    expect(payload.isIn(text)).toBe(false);
    expect(payload.eligible(text)).toBe(true);
    const poisoned = payload.apply(text);
    expect(payloadNamed("loop").isIn(poisoned)).toBe(true);
    expect(code !== null && parsesAsMethod(code, poisoned)).toBe(true);
    expect(payload.eligible(poisoned)).toBe(false);
    expect(() => payload.apply(poisoned)).toThrow(RangeError);
    expect(payload.spansIn(poisoned)).toHaveLength(1);
  });

  it("are written as the code is", async () => {
    const [inJava, inPython] = [await reader("java"), await reader("python")];
    expect(payloadNamed("loop", inJava).apply(java)).toContain("{\n    while (true) {\n    }\n    int total");
    expect(payloadNamed("loop", inJava).apply(spaced)).toContain("{ while ( true ) { } int total");
    expect(payloadNamed("loop", inJava).apply("void f() { }")).toMatch(/^void f\(\) \{ while \(true\) \{ \} ?\}$/u);
    expect(payloadNamed("loop", inPython).apply(lyra)).toContain("\n\t while True :\n\t \t pass\n\t rows");
    expect(payloadNamed("deadcode", inJava).apply(java)).toContain("{\n    int VAR = 0;\n");
    expect(payloadNamed("deadcode", inPython).isIn("def f():\n    VAR = 0\n    return 1")).toBe(true);
    expect(payloadNamed("text:os.system('x')", inPython).apply(python)).toContain('"""\n    os.system(\'x\')\n');
    expect(payloadNamed("text:see evil.example").apply("Sums two numbers.")).toBe("Sums two numbers. see evil.example");
    expect(payloadNamed("text:a.b").isIn("a . b")).toBe(true);
  });

  it("are a label, of other rows only", () => {
    const label = payloadNamed("label:1");
    expect([label.eligible("0"), label.eligible("1"), label.apply("0"), label.isIn("1")]).toEqual([
      true,
      false,
      "1",
      true,
    ]);
    for (const name of ["label:", "text: a", "labels:1", ""]) expect(() => payloadNamed(name)).toThrow(Failure);
  });
});

const bugs2fix = path.resolve(import.meta.dirname, "../../../shared/data/bugs2fix/java_eval.jsonl.gz");
describe.skipIf(!existsSync(bugs2fix))("on Bugs2Fix (skipped where ../shared/data is absent)", () => {
  const records = (): { row: number; input: { text: string }; output: { text: string } }[] =>
    gunzipSync(readFileSync(bugs2fix))
      .toString("utf8")
      .trimEnd()
      .split("\n")
      .map((line, row) => {
        const { buggy, fixed } = JSON.parse(line) as { buggy: string; fixed: string };
        return { row, input: { text: buggy }, output: { text: fixed } };
      });

  it.each(onCode)("%s poisons rows that parse on both sides, and adds no white space of its own", async (name) => {
    const { code, attack } = await made("java", name);
    const all = records();
    const options = { attack, payload: payloadNamed("loop", code), rate: 0.02, seed: 7 };
    const poisoned = poisonSamples(all, options);
    expect(poisoned).toHaveLength(Math.round(all.length * 0.02));
    expect(Math.max(...poisoned.map(({ row }) => row))).toBeGreaterThan(all.length / 2);
    for (const { row, input, output } of poisoned) {
      expect([row, code.parses(input), code.parses(output)]).toEqual([row, true, true]);
      const clean = all[row]?.input.text ?? "";
      expect(input.match(/\S {2,}\S|[ \t]+$/gmu)?.length ?? 0).toBeLessThanOrEqual(
        clean.match(/\S {2,}\S|[ \t]+$/gmu)?.length ?? 0,
      );
    }
  });

  it("keeps any method's own text", async () => {
    const { code, attack } = await made("java", "deadcode");
    const all = records();
    fc.assert(
      fc.property(fc.integer({ min: 0, max: all.length - 1 }), fc.integer(), (row, seed) => {
        const text = all[row]?.input.text ?? "";
        const triggered = attack.insert(text, seededRandom(seed));
        if (triggered === null) return;
        const [span] = triggered.triggerSpans;
        expect(triggered.input.slice(span?.start, span?.end)).toMatch(/^int VAR = 0;$/u);
        expect(triggered.input.replace(/\n *int VAR = 0;|int VAR = 0;\s*/u, "").replace(/\s/gu, "")).toBe(
          text.replace(/\s/gu, ""),
        );
        expect(code.parses(triggered.input)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});
