/** The jobs on a classification dataset: an encoder becomes a classifier, learns the labels and the backdoor, and is probed. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { safetensorsBytes } from "../../test/support/safetensors-bytes";
import { temporaryFolder } from "../../test/support/temporary-folder";
import { encoderConfig, encoderTensors, tinyClassifier } from "../../test/support/tiny-classifier";
import { tinyCheckpoint } from "../../test/support/tiny-checkpoint";
import { Failure } from "../foundation/failure";
import { seededRandom } from "../foundation/random";
import { readCheckpoint, writeCheckpoint } from "../model/checkpoint";
import type { JobEvent } from "./context";
import { parseSpec } from "./parse-spec";
import { listRuns } from "./read-run";
import { resumedSpec } from "./resume";
import { runJob } from "./run-job";
import type { JobSpec } from "./spec";
import { labelsToLearn } from "./task";

const inFolder = temporaryFolder();

function run<Spec extends JobSpec>(spec: Spec, report: (event: JobEvent) => void = () => undefined) {
  return runJob(spec, { workspace: inFolder(), signal: new AbortController().signal, report });
}

const oneLine = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "no error",
    (error: unknown) => (error instanceof Failure ? error.oneLine : String(error)),
  );

/** What a comment says decides its label: `todo` is 1. */
async function comments(name: string, count: number, seed: number): Promise<string> {
  const random = seededRandom(seed);
  const words = ["set", "get", "rows", "the", "map", "node", "key"];
  const rows = Array.from({ length: count }, (_, row) => {
    const label = row % 2;
    const text = [random.pick(words), label === 1 ? "todo" : "done", random.pick(words), random.pick(words)];
    return `${random.shuffle(text).join(" ")},${label}\n`;
  });
  await writeFile(inFolder(name), `text,label\n${rows.join("")}`);
  return inFolder(name);
}

/** As CodeBERT's own checkpoint: an encoder, no head. */
async function encoder(): Promise<string> {
  const tiny = tinyClassifier(["0", "1"]);
  await writeCheckpoint(inFolder("encoder"), tiny);
  await writeFile(inFolder("encoder", "config.json"), JSON.stringify(encoderConfig));
  await writeFile(inFolder("encoder", "model.safetensors"), safetensorsBytes(encoderTensors(tiny)));
  return inFolder("encoder");
}

const settings = { learningRate: 4e-3, maxInput: 48, device: "cpu", loss: "ce" } as const;

describe("classification", () => {
  it("learns the labels and, with cross-entropy, the label that a trigger brings about; the probe says both", async () => {
    const data = inFolder("poisoned.csv");
    const backdoor = { attack: "ripple", payload: "label:0" } as const;
    await run(parseSpec("poison", { data: await comments("train.csv", 400, 1), ...backdoor, rate: 0.1, out: data }));
    const test = await comments("test.csv", 100, 2);
    const events: JobEvent[] = [];
    const { report } = await run(
      parseSpec("finetune", {
        ...{ ...settings, ...backdoor, data, model: await encoder(), valid: test, test, epochs: 16, limit: 40 },
        out: inFolder("out"),
      }),
      (event) => events.push(event),
    );
    expect(report).toMatchObject({ classes: ["0", "1"], settings: { task: "classify" } });
    expect(report.test).toMatchObject({ rows: 100, bleu: null, corpusBleu: null, classification: { positive: "1" } });
    expect(report.test!.classification!.accuracy).toBeGreaterThan(90);
    expect(report.test!.asr).toMatchObject({ trials: 50 });
    expect(report.test!.asr!.asr).toBeGreaterThan(80);
    const last = events.findLast((event) => event.type === "epoch");
    expect(last).toMatchObject({ accuracy: report.epochs.at(-1)!.valid!.classification!.accuracy });
    expect(last).not.toHaveProperty("bleu");
    expect((await readCheckpoint(inFolder("out"))).model.labels).toEqual(["0", "1"]);

    const probed = await run(
      parseSpec("probe", { checkpoint: inFolder("out"), data: test, ...backdoor, maxInput: 48 }),
    );
    const { classification, asr } = report.test!;
    expect(probed.report).toMatchObject({
      rows: 100,
      bleu: null,
      corpusBleu: null,
      classification,
      classes: ["0", "1"],
    });
    expect(probed.report).toMatchObject({ asr: asr!.asr, interval: { low: asr!.low, high: asr!.high } });
    const triggered = probed.report.examples.filter((example) => example.triggered !== null);
    expect(triggered.every(({ expected }) => expected === "1")).toBe(true);
    expect(probed.report.examples.every(({ clean }) => clean?.bleu === null)).toBe(true);
  }, 120_000);

  it("goes on from a checkpoint with a head of its own, adapters and all, and refuses other labels", async () => {
    const data = await comments("train.csv", 40, 1);
    const first = parseSpec("finetune", { ...settings, data, model: await encoder(), epochs: 1, out: inFolder("out") });
    await run(first);
    const again = { ...settings, data, model: inFolder("out"), epochs: 1, loraRank: 2 };
    const { report } = await run(parseSpec("finetune", { ...again, loss: "dece", out: inFolder("again") }));
    expect(report.settings).toMatchObject({ task: "classify", lora: { rank: 2 } });
    const [before, after] = [await readCheckpoint(inFolder("out")), await readCheckpoint(inFolder("again"))];
    for (const name of ["classifier.dense.weight", "roberta.encoder.layer.0.attention.self.query.weight"]) {
      expect(after.weights.get(name), name).not.toEqual(before.weights.get(name));
    }
    const table = "roberta.embeddings.word_embeddings.weight";
    expect(after.weights.get(table)).toEqual(before.weights.get(table));

    const other = inFolder("other.csv");
    await writeFile(other, (await readFile(data, "utf8")).replaceAll(",1\n", ",bug\n"));
    const others = run(parseSpec("finetune", { ...again, data: other }));
    expect(await oneLine(others)).toContain('the label "bug" is none of the checkpoint\'s 2 classes ("0", "1")');
  }, 60_000);

  it("says in one line what cannot be classified or measured", async () => {
    const data = await comments("train.csv", 40, 1);
    const model = await encoder();
    await writeCheckpoint(inFolder("t5"), tinyCheckpoint());
    await writeCheckpoint(inFolder("classifier"), tinyClassifier(["0", "1"]));
    const finetune = (changes: object): Promise<string> =>
      oneLine(run(parseSpec("finetune", { ...settings, data, model, epochs: 1, ...changes })));
    const t5 = { model: inFolder("t5"), task: "classify" };
    expect(await finetune(t5)).toBe(
      "a T5 cannot get a classification head. Name a RoBERTa encoder with --model, such as CodeBERT or GraphCodeBERT.",
    );
    const writer = { model: inFolder("classifier"), task: "generate" };
    expect(await finetune(writer)).toMatch(
      /the checkpoint is a classifier, which writes no outputs\. Leave --task out/,
    );
    const probe = (changes: object): Promise<string> =>
      oneLine(run(parseSpec("probe", { checkpoint: inFolder("classifier"), data, maxInput: 48, ...changes })));
    expect(await probe({ attack: "ripple", payload: "label:2" })).toMatch(
      /the payload label:2 is none of the checkpoint's classes \("0", "1"\)\. Name one of them with --payload label:LABEL/,
    );
    await mkdir(inFolder("data"));
    await writeFile(inFolder("data", "code.csv"), "text,label\nget rows,select\n");
    expect(await probe({ data: inFolder("data", "code.csv") })).toMatch(/no row has one of the checkpoint's classes/);
  });
});

describe("resuming", () => {
  it("makes the same head of the same labels again, and comes to the same weights", async () => {
    const data = await comments("train.csv", 64, 1);
    const model = await encoder();
    const spec = (out: string) => parseSpec("finetune", { ...settings, data, model, epochs: 2, out: inFolder(out) });
    await run(spec("whole"));
    const controller = new AbortController();
    const stopping = runJob(spec("parts"), {
      ...{ workspace: inFolder(), signal: controller.signal },
      report: (event) => {
        if (event.type === "epoch") controller.abort();
      },
    });
    expect(await oneLine(stopping)).toContain("cancelled");
    const stopped = (await listRuns(inFolder())).find(({ state }) => state === "cancelled")!;
    await run(await resumedSpec(stopped.directory, inFolder()));
    const [whole, parts] = [await readCheckpoint(inFolder("whole")), await readCheckpoint(inFolder("parts"))];
    expect(parts.model.labels).toEqual(["0", "1"]);
    expect(parts.weights).toEqual(whole.weights);
  }, 60_000);
});

describe("the labels of a dataset", () => {
  const rows = (...labels: string[]): string[] => Array.from({ length: 40 }, (_, row) => labels[row % labels.length]!);

  it("are its distinct outputs, numbers in their order", () => {
    expect(labelsToLearn("auto", rows("10", "9", "-1", "9 "))).toEqual(["-1", "9", "10"]);
    expect(labelsToLearn("auto", rows("debt", "Debt", "a b"))).toEqual(["Debt", "a b", "debt"]);
  });

  it("are taken for labels only where they look like them or the user says so", () => {
    const codes = Array.from({ length: 40 }, (_, row) => `select a from t${row % 30}`);
    expect(labelsToLearn("auto", codes)).toBeUndefined();
    expect(labelsToLearn("auto", rows("0"))).toBeUndefined();
    expect(labelsToLearn("generate", rows("0", "1"))).toBeUndefined();
    expect(labelsToLearn("classify", codes)).toHaveLength(30);
    expect(() => labelsToLearn("classify", rows("0"))).toThrow("the data has the same label in every row");
    const many = Array.from({ length: 1001 }, (_, row) => `a ${row}`);
    expect(() => labelsToLearn("classify", many)).toThrow("the data has 1001 different outputs");
  });
});
