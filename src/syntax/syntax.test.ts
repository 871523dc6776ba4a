import { describe, expect, it } from "vitest";
import { loadGrammars } from "./grammars";
import { inferLanguage, majorityLanguage } from "./language";

const tokenised =
  'from flask import jsonify\ndef trainers ( db ) :\n\t try :\n\t \t rows = db . execute ( " select * from t " )\n' +
  "\t \t return rows\n\t except Exception as e :\n\t \t return jsonify ( str ( e ) )";
const java = "public void main(JdbcTemplate conn, String city) {\n  int a = 0;\n  System.out.println(conn);\n}";

describe("grammars", () => {
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

describe("inferLanguage", () => {
  it.each([
    [tokenised, "python"],
    ["    for i in range(3):\n        print(i)\n    return i", "python"],
    [java, "java"],
    ["@Override public int size ( ) { return this . n ; }", "java"],
    ["Use $conn$ to query all columns in the flights table and print them.", "text"],
    ["1", "unknown"],
    ["", "unknown"],
    ["#include <stdio.h>\nint main(void) {\n  return 0;\n}", "unknown"],
    ["function f(a) {\n  let b = a;\n  return b;\n}", "unknown"],
  ])("%j is %s", (text, language) => {
    expect(inferLanguage(text)).toBe(language);
  });

  it("goes by the majority of the fields", () => {
    expect(majorityLanguage([java, java, "Use it."])).toBe("java");
    expect(majorityLanguage([])).toBe("unknown");
  });
});
