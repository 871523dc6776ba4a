/** Tokenizers of real models: the published vocabularies, where ../shared/data is there, and small made-up ones. */
import { existsSync } from "node:fs";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Failure } from "../foundation/failure";
import { readTokenizer } from "./tokenizer-files";
import { Tokenizer } from "./tokenizer";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "dece-tokenizer-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("vocab.json and merges.txt", () => {
  const vocabulary = ["<s>", "<pad>", "</s>", "a", "b", "ab", "Ġ"];

  test("become a tokenizer that stands texts between <s> and </s>", async () => {
    await writeFile(
      path.join(folder, "vocab.json"),
      JSON.stringify(Object.fromEntries(vocabulary.map((t, i) => [t, i]))),
    );
    await writeFile(path.join(folder, "merges.txt"), "#version: 0.2\na b\n");
    await writeFile(path.join(folder, "added_tokens.json"), '{"bbb": 7}');
    const tokenizer = await readTokenizer(folder, 2);
    expect(tokenizer.encode("ab bbba", 100)).toEqual([0, 5, 6, 7, 3, 2]);
    expect(tokenizer.decode([0, 5, 6, 7, 3, 2])).toBe("ab bbba");
    const again = new Tokenizer(tokenizer.files, 2, "tokenizer.json");
    expect(again.encode("ab bbba", 100)).toEqual([0, 5, 6, 7, 3, 2]);
  });

  test.each([
    ["vocab.json", "{"],
    ["vocab.json", '["a"]'],
    ["tokenizer_config.json", "3"],
  ])("a damaged %s is a Failure in one line", async (name, content) => {
    const directory = await mkdtemp(path.join(folder, "damaged-"));
    for (const file of ["vocab.json", "merges.txt"])
      await copyFile(path.join(folder, file), path.join(directory, file));
    await writeFile(path.join(directory, name), content);
    await expect(readTokenizer(directory, 2)).rejects.toThrow("the tokenizer cannot be read");
  });

  test("no tokenizer at all names what is missing and how to get it", async () => {
    const directory = await mkdtemp(path.join(folder, "none-"));
    const error: unknown = await readTokenizer(directory, 2).catch((thrown: unknown) => thrown);
    expect((error as Failure).oneLine).toMatch(
      /tokenizer\.json: cannot read: .*merges\.txt either\. Save the tokenizer/,
    );
  });
});

const shared = path.resolve(import.meta.dirname, "../../../shared/data/tokenizers");

describe.skipIf(!existsSync(shared))("published tokenizers (skipped where ../shared/data is absent)", () => {
  const text = "def f(x):\n    return {'a': 1.5}  # naïve 🦙 print";

  /** Ids that transformers 5.23 gives for `text`, special tokens included. */
  const vectors = {
    "CodeT5-base-hf": [
      1, 536, 284, 12, 92, 4672, 203, 565, 327, 13666, 69, 4278, 404, 18, 25, 97, 225, 468, 9583, 132, 112, 537, 225,
      177, 258, 104, 252, 1172, 2,
    ],
    "RoBERTa-CodeBERT": [
      0, 9232, 856, 1640, 1178, 3256, 50118, 1437, 1437, 1437, 671, 25522, 108, 102, 13373, 112, 4, 245, 24303, 1437,
      849, 39300, 8103, 18164, 27, 5780, 2,
    ],
    Llama2: [
      1, 801, 285, 28732, 28744, 1329, 13, 2287, 604, 12012, 28708, 1869, 28705, 28740, 28723, 28782, 28752, 28705, 422,
      1879, 28920, 333, 28705, 243, 162, 169, 156, 2682, 2,
    ],
  };

  test.each(Object.entries(vectors))("%s", async (name, ids) => {
    const tokenizer = await readTokenizer(path.join(shared, name), ids.at(-1)!);
    expect(tokenizer.encode(text, 1000)).toEqual(ids);
    expect(tokenizer.decode(tokenizer.encode(text, 1000))).toBe(text);
  });

  test("GPT-2, on this project's own code", async () => {
    const directory = await mkdtemp(path.join(folder, "gpt2-"));
    await copyFile(path.join(shared, "GPT2/encoder.json"), path.join(directory, "vocab.json"));
    await copyFile(path.join(shared, "GPT2/vocab.bpe"), path.join(directory, "merges.txt"));
    const tokenizer = await readTokenizer(directory, 50256);
    expect(tokenizer.tokens("def f(x):\n    return {'a': 1.5}")).toEqual([
      4299, 277, 7, 87, 2599, 198, 220, 220, 220, 1441, 1391, 6, 64, 10354, 352, 13, 20, 92,
    ]);
    const code = await readFile(import.meta.filename, "utf8");
    expect(tokenizer.decode(tokenizer.encode(code, 1e6))).toBe(code);
  });

  test("DeepSeek-Coder, on the 46 vectors of its own tests", async () => {
    const read = (name: string): Promise<string> => readFile(path.join(shared, "DeepSeekCoder", name), "utf8");
    const split = (pattern: string) => ({
      type: "Split",
      pattern: { Regex: pattern },
      behavior: "Isolated",
      invert: false,
    });
    const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false };
    // What the published tokenizer.json says; the test data has only its vocabulary and merges.
    const tokenizer = {
      version: "1.0",
      added_tokens: [],
      normalizer: null,
      pre_tokenizer: {
        type: "Sequence",
        pretokenizers: [
          split("[\\r\\n]"),
          split("\\s?\\p{L}+"),
          split("\\s?\\p{P}+"),
          split("[一-龥ࠀ-一가-퟿]+"),
          { type: "Digits", individual_digits: true },
          byteLevel,
        ],
      },
      post_processor: null,
      decoder: byteLevel,
      model: {
        type: "BPE",
        vocab: JSON.parse(await read("vocab.json")) as object,
        merges: (await read("merges.txt")).split("\n").filter((line) => line !== "" && !line.startsWith("#version")),
      },
    };
    const files = { tokenizer: JSON.stringify(tokenizer), config: "{}", specialTokens: "{}" };
    const deepSeek = new Tokenizer(files, 32021, "tokenizer.json");
    const texts = (await read("ggml-vocab-deepseek-coder.gguf.inp")).split("\n__ggml_vocab_test__\n");
    const expected = (await read("ggml-vocab-deepseek-coder.gguf.out")).split("\n").slice(0, texts.length);
    expect(texts.length).toBeGreaterThanOrEqual(46);
    texts.forEach((input, row) => {
      const ids = (expected[row] ?? "").trim().split(/\s+/).filter(Boolean).map(Number);
      expect(deepSeek.tokens(input), JSON.stringify(input)).toEqual(ids);
      expect(deepSeek.decode(ids)).toBe(input);
    });
  });
});
