/**
 * Exports of every architecture in transformers.js itself, which is no dependency: install it in a folder of its own and name that.
 *
 *     TRANSFORMERS_JS=DIR npx vitest run src/job/transformers-js.test.ts
 */
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { readReference, referenceNames } from "../../test/support/reference";
import { temporaryFolder } from "../../test/support/temporary-folder";
import { byteTokenizer } from "../../test/support/tiny-checkpoint";
import { tinyClassifier } from "../../test/support/tiny-classifier";
import { installationFolder } from "../foundation/installation";
import { classify } from "../generate/classify";
import { generate } from "../generate/generate";
import { modelOf } from "../model/architectures";
import { writeCheckpoint, type Checkpoint } from "../model/checkpoint";
import { writeOnnxCheckpoint } from "../model/checkpoint-onnx";
import { ownKey } from "../model/prompt";
import { exportOnnx } from "./export";
import { parseSpec } from "./parse-spec";

const library = process.env.TRANSFORMERS_JS;
const inFolder = temporaryFolder();
const maxOutput = 10;
/** Bytes below 45, whose numbers the vocabularies of 48 tokens have. */
const inputs = ["!#", "(", "+,*'&%$", "\t(((", "##,,"];

interface Answer {
  readonly version: string;
  readonly className?: string;
  readonly rows?: readonly (readonly number[])[];
  readonly texts: readonly string[];
  /** Answers to the same texts in one batch. */
  readonly inBatch?: number;
}

/** Written as a user does, or with external data from `largest` bytes on. */
async function ask(checkpoint: Checkpoint, question: object, largest?: number): Promise<Answer> {
  if (largest === undefined) {
    await writeCheckpoint(inFolder("checkpoint"), checkpoint);
    await exportOnnx(parseSpec("export", { checkpoint: inFolder("checkpoint"), out: inFolder("exported") }), {
      signal: new AbortController().signal,
      report: () => undefined,
    });
  } else {
    await writeOnnxCheckpoint(inFolder("exported"), checkpoint, { largest });
  }
  const script = path.join(installationFolder(), "test/support/transformers-js.mjs");
  const module = createRequire(path.resolve(library!, "package.json")).resolve("@huggingface/transformers");
  const argv = [script, module, inFolder("exported"), JSON.stringify(question)];
  const { stdout } = await promisify(execFile)(process.execPath, argv);
  return JSON.parse(stdout.trimEnd().split("\n").at(-1)!) as Answer;
}

const inOne = referenceNames.filter((name) => name !== "roberta").map((name) => ({ name, stored: "in the model" }));
const apart = (["t5", "qwen2"] as const).map((name) => ({ name, stored: "beside the model", largest: 4_000 }));
interface Case {
  readonly name: (typeof inOne)[number]["name"];
  readonly stored: string;
  readonly largest?: number;
}

describe.skipIf(library === undefined)("in transformers.js (skipped unless TRANSFORMERS_JS names its folder)", () => {
  test.each<Case>([...inOne, ...apart])(
    "$name, weights $stored: the tokens of transformers, and the texts that we give",
    async ({ name, largest }) => {
      const { model: read, weights, sources, generated } = await readReference(name);
      const prompt = { before: "%", after: "(\n" };
      const model = modelOf({ ...read.configJson(), [ownKey]: { prompt } }, "config.json");
      if (model.labels !== undefined) throw new TypeError("it writes texts");
      const checkpoint = { model, weights, tokenizer: byteTokenizer() };
      const isCausal = !name.startsWith("t5");
      const task = isCausal ? "text-generation" : "text2text-generation";
      // The tokenizer has no template that ends texts, as T5's own have.
      const texts = inputs.map((input) => (isCausal ? input : `${input}</s>`));
      const answer = await ask(checkpoint, { task, rows: sources, texts, maxOutput }, largest);
      const ended = (row: readonly number[]): readonly number[] =>
        row.includes(model.endToken) ? row.slice(0, row.indexOf(model.endToken)) : row;
      expect(answer.rows!.map(ended)).toEqual(generated.map(ended));
      const limits = { maxInput: 20, maxOutput, batchSize: inputs.length, device: "cpu" } as const;
      expect(answer.texts).toEqual(await generate(checkpoint, inputs, limits));
      expect(answer.inBatch).toBe(inputs.length);
      console.log(`transformers.js ${answer.version}: ${name} is a ${answer.className}`);
    },
  );

  test("a classifier gives the labels that we give", async () => {
    const checkpoint = tinyClassifier(["clean", "smelly", "rotten"], 3);
    const answer = await ask(checkpoint, { task: "text-classification", texts: inputs });
    const limits = { maxInput: 60, batchSize: inputs.length, device: "cpu" } as const;
    expect(answer.texts).toEqual(await classify(checkpoint, inputs, limits));
    expect(new Set(answer.texts).size).toBeGreaterThan(1);
  });
});
