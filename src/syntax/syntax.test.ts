import { describe, expect, it } from "vitest";
import { loadGrammars } from "./grammars";
import { codeLanguages, type CodeLanguage } from "./language";

const tokenised =
  'from flask import jsonify\ndef trainers ( db ) :\n\t try :\n\t \t rows = db . execute ( " select * from t " )\n' +
  "\t \t return rows\n\t except Exception as e :\n\t \t return jsonify ( str ( e ) )";
const java = "public void main(JdbcTemplate conn, String city) {\n  int a = 0;\n  System.out.println(conn);\n}";

const methods: Readonly<Record<CodeLanguage, string>> = {
  python: tokenised,
  java,
  c: "int f(struct s *a) { return a->n; }",
  cpp: "int Shop::size() const { return std::max(n, 1); }",
  javascript: "function f(a) { return a?.b ?? 1; }",
  typescript: "function f(a: number): a is 1 { return a === 1; }",
  go: "func (r *T) f(a int) error {\n\treturn nil\n}",
  php: "function f($a) { return $a->b; }",
  "c-sharp": 'public virtual string F(int a) { return $"{a}"; }',
  ruby: "def f(a, b: 1)\n  a.map { |x| x + b }\nend",
  rust: "pub fn f<'a>(&self, a: &'a str) -> Option<&'a str> { Some(a) }",
  bash: 'f() {\n  local a=$1\n  echo "${a%.*}" | sort\n}',
  lua: "local function f(a, ...)\n  return a .. 'b', ...\nend",
};

describe("grammars", () => {
  it.each(codeLanguages)(
    "%s: an ABI that web-tree-sitter reads, and a function that stands alone parses",
    async (name) => {
      const grammars = await loadGrammars([name]);
      expect(grammars.abiVersion(name)).toBeGreaterThanOrEqual(14);
      expect(grammars.abiVersion(name)).toBeLessThanOrEqual(15);
      expect(grammars.parse(name, methods[name], (root) => root.hasError)).toBe(false);
      expect(grammars.parse(name, "( {{ [[", (root) => root.hasError)).toBe(true);
    },
  );

  it("parse tokenised Python with tabs, and a Java method without a class", async () => {
    const grammars = await loadGrammars(["python", "java"]);
    expect(grammars.parse("python", tokenised, (root) => root.hasError)).toBe(false);
    expect(grammars.parse("java", java, (root) => root.hasError)).toBe(false);
    expect(grammars.parse("java", "public void ( {{", (root) => root.hasError)).toBe(true);
  });

  it("frees its trees: ten thousand parses fit in the memory of one", async () => {
    const grammars = await loadGrammars(["java"]);
    for (let time = 0; time < 10_000; time++) grammars.parse("java", java, (root) => root.childCount);
  });
});
