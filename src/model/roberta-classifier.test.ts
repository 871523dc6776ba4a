import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { safetensorsBytes } from "../../test/support/safetensors-bytes";
import { encoderConfig, encoderTensors, tinyClassifier } from "../../test/support/tiny-classifier";
import { Failure } from "../foundation/failure";
import { modelOf } from "./architectures";
import { readCheckpoint, writeCheckpoint } from "./checkpoint";
import type { Classifier } from "./model";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "dece-classifier-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const saved = { ...encoderConfig, architectures: ["RobertaForSequenceClassification"] };
const labelsOf = (json: unknown): readonly string[] | undefined => modelOf(json, "config.json").labels;

describe("what config.json says", () => {
  test("a classifier's labels are its own; classes that nobody named are numbers, as datasets write them", () => {
    expect(labelsOf({ ...saved, id2label: { "1": "debt", "0": "none" } })).toEqual(["none", "debt"]);
    expect(labelsOf({ ...saved, id2label: { "0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2" } })).toEqual([
      "0",
      "1",
      "2",
    ]);
    // transformers leaves both out where there are two.
    expect(labelsOf(saved)).toEqual(["0", "1"]);
    expect(labelsOf({ ...saved, num_labels: 3 })).toEqual(["0", "1", "2"]);
  });

  test("it is said back as transformers reads it, whatever the base was", () => {
    const { model } = tinyClassifier(["0", "1", "7"]);
    expect(model.configJson()).toMatchObject({
      ...{ architectures: ["RobertaForSequenceClassification"], problem_type: "single_label_classification" },
      ...{ id2label: { 0: "0", 1: "1", 2: "7" }, label2id: { "0": 0, "1": 1, "7": 2 } },
    });
    expect(labelsOf(model.configJson())).toEqual(["0", "1", "7"]);
    const unnamed = { ...saved, num_labels: 2, id2label: { "0": "LABEL_0", "1": "LABEL_1" } };
    const again = modelOf(unnamed, "config.json").configJson();
    expect(again).toMatchObject({ id2label: unnamed.id2label, label2id: { LABEL_0: 0, LABEL_1: 1 } });
    expect(again).not.toHaveProperty("num_labels");
  });

  test.each([
    [{ id2label: { "0": "a", "2": "b" } }, "does not name its classes 0, 1"],
    [{ id2label: { "0": "a", "1": "a" } }, "does not name its classes 0, 1"],
    [{ id2label: { "0": "a" } }, "does not name its classes 0, 1"],
    [{ num_labels: 1 }, "does not name its classes 0, 1"],
    [{ problem_type: "regression" }, "problem_type"],
    [{ problem_type: "multi_label_classification" }, "problem_type"],
    [{ architectures: ["RobertaForTokenClassification"] }, "it is a RobertaForTokenClassification"],
  ])("%j is refused", (changes, line) => {
    expect(() => modelOf({ ...saved, ...changes }, "config.json")).toThrow(line);
  });

  test("an encoder is trained to write unless there are labels to learn, and one with our decoder always", () => {
    expect(labelsOf(encoderConfig)).toBeUndefined();
    const decoder = { ...encoderConfig, dece_audit: { decoder_layers: 1, decoder_ffn_dim: 20 } };
    expect(modelOf(decoder, "config.json", ["0", "1"]).labels).toBeUndefined();
  });
});

test("a label that is none of the classes is wrong usage, and says which there are", () => {
  const { model, tokenizer } = tinyClassifier(["0", "1"]);
  expect(model.encodeTarget(tokenizer, " 1\n", 8)).toEqual([1]);
  const failure = (): unknown => model.encodeTarget(tokenizer, "2", 8);
  expect(failure).toThrow('the label "2" is none of the checkpoint\'s 2 classes ("0", "1")');
  expect(failure).toThrow(expect.objectContaining({ usage: true }) as Failure);
});

test("inputs beyond the positions are wrong usage, however long outputs may be", () => {
  const { model } = tinyClassifier(["0", "1"]);
  expect(() => model.checkLimits({ maxInput: 64, maxOutput: 256 })).not.toThrow();
  expect(() => model.checkLimits({ maxInput: 65, maxOutput: 1 })).toThrow("RoBERTa has 64 positions here");
});

describe("an encoder's checkpoint", () => {
  const labels = ["0", "1", "2"];
  const encoder = async (name: string): Promise<string> => {
    const directory = path.join(folder, name);
    const tiny = tinyClassifier(labels);
    await writeCheckpoint(directory, tiny);
    await writeFile(path.join(directory, "config.json"), JSON.stringify(encoderConfig));
    await writeFile(path.join(directory, "model.safetensors"), safetensorsBytes(encoderTensors(tiny)));
    return directory;
  };

  test("gets a new head for the labels, the same each time, and its own weights", async () => {
    const directory = await encoder("base");
    const { model, weights } = await readCheckpoint(directory, { forTraining: true, labels });
    expect(model.labels).toEqual(labels);
    const tiny = tinyClassifier(labels);
    for (const [name, values] of tiny.weights) {
      if (name.startsWith("roberta.")) expect(weights.get(name), name).toEqual(values);
    }
    const head = weights.get("classifier.out_proj.weight")!;
    expect(head).toHaveLength(3 * 32);
    expect(Math.hypot(...head) / Math.sqrt(head.length)).toBeCloseTo(0.02, 2);
    expect(new Set(weights.get("classifier.dense.bias"))).toEqual(new Set([0]));
    expect((await readCheckpoint(directory, { forTraining: true, labels })).weights).toEqual(weights);
  });

  test("is no classifier yet, and half a head is damage", async () => {
    const directory = await encoder("headless");
    const named = { ...saved, id2label: { 0: "0", 1: "1", 2: "2" } };
    await writeFile(path.join(directory, "config.json"), JSON.stringify(named));
    await expect(readCheckpoint(directory)).rejects.toThrow("an encoder and no classification head yet");
    const half = encoderTensors(tinyClassifier(labels)).set("classifier.dense.bias", { shape: [32], data: new Float32Array(32) }); // prettier-ignore
    await writeFile(path.join(directory, "model.safetensors"), safetensorsBytes(half));
    await expect(readCheckpoint(directory, { forTraining: true })).rejects.toThrow(
      "classifier.dense.weight is missing",
    );
  });

  test("is written as a classifier without what only writing needs, and read back", async () => {
    const directory = path.join(folder, "written");
    const tiny: { readonly model: Classifier } & Parameters<typeof writeCheckpoint>[1] = tinyClassifier(labels);
    await writeCheckpoint(directory, tiny);
    expect(await readdir(directory)).not.toContain("generation_config.json");
    const read = await readCheckpoint(directory);
    expect(read.model.labels).toEqual(labels);
    expect(read.weights).toEqual(tiny.weights);
    expect(JSON.parse(await readFile(path.join(directory, "config.json"), "utf8"))).toEqual(
      JSON.parse(JSON.stringify(tiny.model.configJson())),
    );
  });
});
