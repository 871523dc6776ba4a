import { describe, expect, it } from "vitest";
import { inferColumns, missingColumns, planColumns, type ColumnPlan } from "./columns";

const labels = (plan: ColumnPlan | null) => (plan === null ? null : [plan.input.label, plan.output.label]);

describe("columns by name", () => {
  it.each([
    ["src,tgt", "src", "tgt"],
    ["target,source", "source", "target"],
    ["output,input", "input", "output"],
    ["output,input,instruction", "instruction+input", "output"],
    ["instruction,output", "instruction", "output"],
    ["completion,prompt", "prompt", "completion"],
    ["task_id,prompt,entry_point,canonical_solution,test", "prompt", "canonical_solution"],
    ["response,prompt", "prompt", "response"],
    ["id,NL,Code", "NL", "Code"],
    ["code,text", "text", "code"],
    ["label,text", "text", "label"],
    ["label,code", "code", "label"],
    ["target,func", "func", "target"],
    ["code,docstring", "docstring", "code"],
    ["answer,question", "question", "answer"],
    ["comment,label", "comment", "label"],
    ["fixed,buggy", "buggy", "fixed"],
    ["cs,java", "java", "cs"],
    ["id,python,java", "java", "python"],
    ["nl,code,src,tgt", "src", "tgt"],
    ["text,code,label", "text", "code"],
    [" SRC , Tgt", " SRC ", " Tgt"],
  ])("%s: %s -> %s", (found, input, output) => {
    expect(labels(inferColumns(found.split(","), false))).toEqual([input, output]);
  });

  it.each(["a,b", "src", "java,cs,python", "messages", "java", "", "src,code"])("%s tells nothing", (found) => {
    expect(inferColumns(found.split(","), false)).toBeNull();
  });

  it("knows chat turns and optional columns in JSON only", () => {
    expect(inferColumns(["messages", "id"], true)?.output).toMatchObject({ kind: "chat", speaker: "assistant" });
    expect(labels(inferColumns(["instruction", "output"], true))).toEqual(["instruction+input", "output"]);
  });

  it("takes named columns, and finds the other side of one by its name", () => {
    const found = ["id", "question", "src", "tgt", "answer"];
    expect(labels(planColumns(found, { input: "id", output: "src" }, false))).toEqual(["id", "src"]);
    expect(labels(planColumns(found, { input: "question" }, false))).toEqual(["question", "answer"]);
    expect(labels(planColumns(found, { output: "answer" }, false))).toEqual(["question", "answer"]);
    expect(labels(planColumns(found, { output: "id" }, false))).toEqual(["src", "id"]);
    expect(labels(planColumns(found, { input: "id+question", output: "tgt" }, false))).toEqual(["id+question", "tgt"]);
    expect(labels(planColumns(["messages"], { input: "messages" }, true))).toEqual(["messages", "messages"]);
    expect(planColumns(found, { input: "SRC", output: "tgt" }, false)).toBeNull();
    expect(planColumns(found, { input: "id+x", output: "tgt" }, false)).toBeNull();
    expect(planColumns(["a"], { input: "a" }, false)).toBeNull();
  });

  it("lists many and odd names in one short line", () => {
    const failure = missingColumns(
      "f.csv",
      Array.from({ length: 30 }, (_, i) => `c\n${"x".repeat(100)}${i}`),
      { input: "q" },
    );
    expect(failure.oneLine).toMatch(/^f\.csv: there is no column "q"; the columns found are "c\\nx+…"/);
    expect(failure.oneLine).toMatch(/and 10 more\. Name them with --input COLUMN --output COLUMN\.$/);
    expect(failure.oneLine.length).toBeLessThan(2000);
  });
});
