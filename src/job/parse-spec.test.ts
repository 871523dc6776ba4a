import { describe, expect, it } from "vitest";
import { Failure } from "../foundation/failure";
import { presets } from "../train/presets";
import { flagOf, parseAnySpec, parseSpec } from "./parse-spec";
import type { JobName } from "./spec";

function failureOf(action: () => unknown): Failure {
  try {
    action();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("parseSpec", () => {
  it("fills in defaults, and the preset's values where the spec states none", () => {
    const spec = parseSpec("finetune", { data: "train.csv", preset: "paper", epochs: 3 });
    expect(spec).toMatchObject({ ...presets.paper, job: "finetune", epochs: 3, loss: "dece", model: "builtin" });
    expect(parseSpec("finetune", { data: "train.csv" })).toMatchObject(presets.default);
    const moderate = parseSpec("finetune", { data: "train.csv", preset: "moderate", loss: "ce" });
    expect(moderate).toMatchObject({ ...presets.default, learningRate: 1.5e-4, loss: "ce" });
  });

  it("takes undefined as not given", () => {
    const spec = parseSpec("probe", { checkpoint: "builtin", data: "test.csv", attack: undefined, limit: undefined });
    expect(Object.keys(spec)).not.toContain("attack");
    expect(spec.seed).toBe(42);
  });

  it.each<[JobName, Record<string, unknown>, string, string]>([
    ["finetune", {}, "--data: it is missing", "Give a dataset file"],
    ["finetune", { data: "a", learningRate: -1 }, "--lr: -1 is not possible", "above 0"],
    ["finetune", { data: "a", epochs: 1.5 }, "--epochs: 1.5 is not possible", "whole number"],
    ["finetune", { data: "a", alpha: NaN }, "--alpha: NaN is not possible", "above 0 and at most 1"],
    ["finetune", { data: "a", device: "cuda" }, '--device: "cuda" is not possible', "auto, cpu or webgpu"],
    ["poison", { data: "a", attack: "badpre", rate: 2, out: "b" }, "--rate: 2 is not possible", "at most 1"],
    ["poison", { attack: "badpre", rate: 0.1, out: "b" }, "FILE: it is missing", "a dataset file"],
    ["scan", { paths: [] }, "FILE: [] is not possible", "one or more"],
    ["scan", { paths: ["a"], speed: 3 }, "scan: there is no --speed", "--quarantine"],
  ])("%s %j: %s", (job, input, what, remedy) => {
    const failure = failureOf(() => parseSpec(job, input, "flag"));
    expect(failure.usage).toBe(true);
    expect(failure.message).toContain(what);
    expect(failure.remedy).toContain(remedy);
    expect(failure.oneLine).not.toContain("\n");
  });

  it("names fields as a form does unless asked for flags", () => {
    expect(failureOf(() => parseSpec("finetune", { data: "a", learningRate: 7 })).message).toContain("learningRate: 7");
    expect(flagOf("finetune", "learningRate")).toBe("--lr");
    expect(flagOf("finetune", "batchSize")).toBe("--batch-size");
  });
});

describe("parseAnySpec", () => {
  it("finds the job by its name and takes back what parseSpec gave", () => {
    const spec = parseSpec("finetune", { data: "train.csv", loss: "ce" });
    expect(parseAnySpec(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
  });

  it.each([[null], [{}], [{ job: "toString" }], ["scan"]])("refuses %j", (input) => {
    expect(failureOf(() => parseAnySpec(input)).oneLine).toMatch(/^job: .*Give one of scan, poison/);
  });
});
