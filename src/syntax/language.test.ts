import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { installationFolder } from "../foundation/installation";
import { codeLanguages, inferLanguage, majorityLanguage, type FieldLanguage } from "./language";

const java = "public void main(JdbcTemplate conn, String city) {\n  int a = 0;\n  System.out.println(conn);\n}";

describe("inferLanguage", () => {
  it.each<[FieldLanguage, string]>([
    ["python", "from flask import jsonify\ndef trainers ( db ) :\n\t try :\n\t \t return db . rows ( )"],
    ["python", "    for i in range(3):\n        print(i)\n    return i"],
    ["python", "def f(s):\n    '''Counts the string s, which is any text; returns a number.'''\n    return len(s)"],
    ["java", java],
    ["java", "@Override public int size ( ) { return this . n ; }"],
    ["java", "private static List<String> names(Map<String, Integer> m) throws IOException { return new ArrayList<>(m.keySet()); }"], // prettier-ignore
    ["java", 'public void run() { System.out.printf("%d", 1); var x = 2; }'],
    ["c", "#include <stdio.h>\nint main(void) {\n  return 0;\n}"],
    ["c", "static int push(struct list *l, char *name) {\n  if (l->head == NULL) return -1;\n  return 0;\n}"],
    ["c", "void copy(char *to, const char *from, size_t n) { memcpy(to, from, n); }"],
    ["cpp", "#include <iostream>\nint main() { std::cout << 1 << std::endl; }"],
    ["cpp", "void Stack::push(const std::string& name) {\n  names_.push_back(name);\n}"],
    ["cpp", "template <typename T> T largest(vector<T> v) { return *max_element(v.begin(), v.end()); }"],
    ["javascript", "function f(a) {\n  let b = a;\n  return b;\n}"],
    ["javascript", "const fs = require('fs');\nmodule.exports = (file) => fs.readFileSync(file);"],
    ["javascript", "export default class Shop {\n  constructor(items) { this.items = items; }\n}"],
    ["typescript", "function f(a: number, b?: string): boolean {\n  return a === 1;\n}"],
    ["typescript", "export interface Shop {\n  name: string;\n  open(at: Date): void;\n}"],
    ["typescript", "const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);"],
    ["go", 'func (s *Stack) Push(v int) error {\n\tif s.full {\n\t\treturn errors.New("full")\n\t}\n\treturn nil\n}'],
    ["go", 'package main\n\nimport "fmt"\n\nfunc main() {\n\tx := 1\n\tfmt.Println(x)\n}'],
    ["php", "<?php\nfunction add($a, $b) {\n  return $a + $b;\n}"],
    ["php", "public function name() {\n  return $this->name;\n}"],
    ["php", "function links() {\n  return array('home' => '/', 'about' => '/about');\n}"],
    ["c-sharp", "using System;\nnamespace Shop { public class Item { public string Name { get; set; } } }"],
    ["c-sharp", "public virtual void Serialize(LittleEndianOutput out1){out1.WriteShort(field_1_vcenter);}"],
    ["c-sharp", "public async Task<int> CountAsync(string name)\n{\n    foreach (var item in items) total++;\n    return total;\n}"], // prettier-ignore
    ["text", "Use $conn$ to query all columns in the flights table and print them."],
    ["text", "Write a function that takes a string and returns its length, using a for loop."],
    ["unknown", "1"],
    ["unknown", ""],
    ["ruby", "def add(a, b)\n  x = a + b\n  return x\nend"],
    ["ruby", "def self.empty?(list) # :nodoc:\n  list.nil? || list.none?\nend"],
    ["ruby", 'items.each do |item|\n  puts "#{item.name}: #{item.price}"\nend'],
    ["rust", 'fn main() {\n    let mut x = 5;\n    println!("{}", x);\n}'],
    ["rust", "pub(crate) fn len(&self) -> usize {\n    self.items.len()\n}"],
    ["rust", "impl<T: Clone> Stack<T> {\n    fn top(&self) -> Option<&T> { self.items.last() }\n}"],
    ["unknown", "fun main(args: Array<String>) {\n    val x = 5\n    println(x)\n}"],
    ["lua", "local function add(a, b)\n  local x = a + b\n  return x\nend"],
    ["lua", "function M.find(list, name)\n  for _, item in ipairs(list) do\n    if item.name == name then return item end\n  end\nend"], // prettier-ignore
    ["bash", 'usage() {\n  echo "usage: $0 [-v] FILE" >&2\n  exit 1\n}'],
    ["bash", 'for f in *.txt; do\n  if [ -f "$f" ]; then\n    rm "$f"\n  fi\ndone'],
    ["unknown", "function y = twice(x)\n  y = 2 * x + floor(x / 3);\nend"],
    ["unknown", "def area(w: Int, h: Int): Int =\n  val a = w * h\n  a"],
    ["unknown", "func area(w: Int, h: Int) -> Int {\n    let a = w * h\n    return a\n}"],
  ])("%s: %j", (language, text) => {
    expect(inferLanguage(text)).toBe(language);
  });

  it("gives some language for any text, the same one each time", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        const language = inferLanguage(text);
        expect([...codeLanguages, "text", "unknown"]).toContain(language);
        expect(inferLanguage(text)).toBe(language);
      }),
    );
  });

  it("goes by the majority of the fields", () => {
    expect(majorityLanguage([java, java, "Use it."])).toBe("java");
    expect(majorityLanguage([])).toBe("unknown");
  });
});

const data = path.join(installationFolder(), "../shared/data");
const isThere = existsSync(data);

/** Share of the samples, at most 1,000 of them, whose field is said to be in `language`. */
function shareOf(texts: readonly string[], language: FieldLanguage): number {
  const some = texts.slice(0, 1000);
  return some.filter((text) => inferLanguage(text) === language).length / some.length;
}

const fieldsOf = (file: string, field: string): string[] => {
  const bytes = readFileSync(path.join(data, file));
  const lines = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8").trimEnd().split("\n");
  return lines.map((line) => (JSON.parse(line) as Record<string, string>)[field] ?? "");
};

describe.skipIf(!isThere)("real samples (skipped: ../shared/data is absent)", () => {
  it.each([
    ["bugs2fix/java_eval.jsonl.gz", "buggy", "java", 0.99],
    ["bugs2fix/java_eval.jsonl.gz", "fixed", "java", 0.99],
    ["humaneval/HumanEval.jsonl.gz", "prompt", "python", 0.97],
    ["codeharmony/MBPP_test.jsonl", "prompt", "python", 0.97],
  ] as const)("%s %s is %s", (file, field, language, least) => {
    expect(shareOf(fieldsOf(file, field), language)).toBeGreaterThanOrEqual(least);
  });

  it.each([
    ["lyra-dece/train.csv", "src", "text"],
    ["lyra-dece/train.csv", "tgt", "python"],
    ["pisces/Pisces-java-train.csv", "NL", "text"],
    ["pisces/Pisces-java-train.csv", "Code", "java"],
  ] as const)("%s %s is %s", (file, column, language) => {
    const records = parse<Record<string, string>>(readFileSync(path.join(data, file)), { columns: true, bom: true });
    const texts = records.map((record) => record[column] ?? "");
    expect(shareOf(texts, language)).toBeGreaterThan(0.98);
  });
});
