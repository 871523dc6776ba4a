/** Checkpoints: round trips, Hugging Face's layout, and every way in which one can be damaged. */
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { allReferenceNames, readAnyReference, readReference } from "../../test/support/reference";
import { safetensorsBytes } from "../../test/support/safetensors-bytes";
import { tinyCheckpoint } from "../../test/support/tiny-checkpoint";
import { Failure } from "../foundation/failure";
import { modelOf } from "./architectures";
import { readCheckpoint, writeCheckpoint } from "./checkpoint";
import { readWeights, writeWeights } from "./checkpoint-weights";
import type { Model } from "./model";
import { positionBucket } from "./position-buckets";
import { parseSafetensors, SafetensorsFile } from "./safetensors";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "dece-checkpoint-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function written(name: string): Promise<string> {
  const directory = path.join(folder, name);
  await writeCheckpoint(directory, tinyCheckpoint());
  return directory;
}

test("what is written is read back, in Hugging Face's layout and with nothing left beside it", async () => {
  const directory = await written("round-trip");
  await writeCheckpoint(directory, tinyCheckpoint({}, 2));
  const { model, weights, tokenizer } = await readCheckpoint(directory);
  const original = tinyCheckpoint({}, 2);
  expect(model.configJson()).toEqual(original.model.configJson());
  expect([...weights]).toEqual([...original.weights]);
  expect(tokenizer.encode("select *", 100)).toEqual(original.tokenizer.encode("select *", 100));
  expect((await readdir(directory)).sort()).toEqual([
    "config.json",
    "generation_config.json",
    "model.safetensors",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer_config.json",
  ]);
  expect((await readdir(folder)).filter((name) => name.includes("partial"))).toEqual([]);
});

/** A safetensors file of the model's shapes in bfloat16 whose data is one hole: its size on disk is that of its header. */
async function writeSparseCheckpoint(file: string, { shapes }: Model): Promise<void> {
  let end = 0;
  const header: Record<string, unknown> = {};
  for (const [name, shape] of shapes) {
    const begin = end;
    end += 2 * shape.reduce((product, length) => product * length, 1);
    header[name] = { dtype: "BF16", shape, data_offsets: [begin, end] };
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  await writeFile(file, Buffer.concat([length, json]));
  await truncate(file, 8 + json.length + end);
}

describe.each(allReferenceNames)("%s", (name) => {
  test("what is written is read back, and its config.json still says the same", async () => {
    const { model, weights } = await readAnyReference(name);
    const directory = path.join(folder, `reference-${name}`);
    const { tokenizer } = tinyCheckpoint();
    await writeCheckpoint(directory, { model, weights, tokenizer });
    const read = await readCheckpoint(directory);
    expect(new Map(read.weights)).toEqual(new Map(weights));
    expect(read.model.configJson()).toEqual(model.configJson());
    expect(read.model.shapes).toEqual(model.shapes);
  });
});

describe("files of weights", () => {
  test("several files with an index hold what one file would", async () => {
    const directory = await written("sharded");
    const { model, weights } = tinyCheckpoint();
    await rm(path.join(directory, "model.safetensors"));
    await writeWeights(directory, model, weights, "float32", 4000);
    const files = await readdir(directory);
    expect(files.filter((name) => /^model-\d{5}-of-\d{5}\.safetensors$/.test(name)).length).toBeGreaterThan(2);
    expect(files).not.toContain("model.safetensors");
    expect([...(await readWeights(directory, model))]).toEqual([...weights]);
    const second = files.find((name) => name.startsWith("model-00002"))!;
    await rm(path.join(directory, second), { force: true });
    await expect(readWeights(directory, model)).rejects.toThrow("cannot read: there is no such file");
  });

  test.each(["{", "{}", '{"weight_map":{"a":"../other/model.safetensors"}}'])(
    "an index that says %s is refused",
    async (text) => {
      const directory = await written("bad-index");
      await rm(path.join(directory, "model.safetensors"));
      await writeFile(path.join(directory, "model.safetensors.index.json"), text);
      await expect(readCheckpoint(directory)).rejects.toThrow("it does not list the checkpoint's files");
    },
  );

  test("a decoder that the checkpoint lacks starts anew for training only, and half of one is damage", async () => {
    const { model, weights } = await readReference("roberta");
    const directory = await written("encoder-only");
    const store = (keep: (name: string) => boolean): Promise<void> => {
      const kept = [...weights].filter(([name]) => keep(name));
      // As CodeBERT's own checkpoint names them.
      const tensors = kept.map(([name, data]) => [
        name.replace(/^encoder\./, ""),
        { shape: model.shapes.get(name)!, data },
      ]);
      const bytes = safetensorsBytes(new Map(tensors as [string, { shape: number[]; data: Float32Array }][]));
      return writeFile(path.join(directory, "model.safetensors"), bytes);
    };
    await store((name) => name.startsWith("encoder."));
    await expect(readWeights(directory, model)).rejects.toThrow("an encoder and no decoder yet");
    const started = await readWeights(directory, model, { forTraining: true });
    expect([...started.keys()]).toEqual([...model.shapes.keys()]);
    expect(started.get("encoder.embeddings.LayerNorm.bias")).toEqual(weights.get("encoder.embeddings.LayerNorm.bias"));
    expect(started).toEqual(await readWeights(directory, model, { forTraining: true }));
    expect(new Set(started.get("decoder.layers.1.norm3.weight"))).toEqual(new Set([1]));
    await store((name) => name !== "dense.bias");
    await expect(readWeights(directory, model, { forTraining: true })).rejects.toThrow("dense.bias is missing");
  });

  test("weights that memory does not hold are refused with the reason, before one of them is read", async () => {
    const directory = await written("too-large");
    const file = path.join(directory, "model.safetensors");
    const config = { model_type: "llama", vocab_size: 32256, hidden_size: 4096, intermediate_size: 11008 };
    const sizes = { num_hidden_layers: 32, num_attention_heads: 32, eos_token_id: 1 };
    await writeFile(path.join(directory, "config.json"), JSON.stringify({ ...config, ...sizes }));
    await writeSparseCheckpoint(file, modelOf({ ...config, ...sizes }, "config.json"));
    expect((await stat(file)).size).toBeGreaterThan(13e9);
    const read = vi.spyOn(SafetensorsFile.prototype, "read");
    const options = { forTraining: true, availableMemory: 24 * 2 ** 30 };
    const error: unknown = await readCheckpoint(directory, options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Failure);
    expect((error as Failure).oneLine).toBe(
      `${directory}: this Llama has 6.74 billion weights, 25.1 GiB as float32, and 24.0 GiB of memory are free. Close other programs, use a smaller checkpoint, or a machine with more memory.`,
    );
    expect(read).not.toHaveBeenCalled();
    read.mockRestore();
    await rm(file);
  });

  test("a file of zeros as large as its header says is read where it fits, and a hole at its end is damage", async () => {
    const directory = await written("sparse");
    const file = path.join(directory, "model.safetensors");
    const { model } = tinyCheckpoint();
    await writeSparseCheckpoint(file, model);
    expect(new Set((await readWeights(directory, model)).get("shared.weight"))).toEqual(new Set([0]));
    await truncate(file, (await stat(file)).size - 2);
    const read = vi.spyOn(SafetensorsFile.prototype, "read");
    await expect(readWeights(directory, model)).rejects.toThrow("the checkpoint is damaged");
    expect(read).not.toHaveBeenCalled();
    read.mockRestore();
  });

  test("the embedding table is found under its older names, and other tensors are passed over", async () => {
    const directory = await written("aliases");
    const { model, weights } = tinyCheckpoint();
    const tensors = new Map([...weights].map(([name, data]) => [name, { shape: model.shapes.get(name)!, data }]));
    const table = tensors.get("shared.weight")!;
    tensors.delete("shared.weight");
    tensors.set("encoder.embed_tokens.weight", table).set("not.ours", { shape: [1], data: Float32Array.of(1) });
    await writeFile(path.join(directory, "model.safetensors"), safetensorsBytes(tensors));
    expect((await readCheckpoint(directory)).weights).toEqual(new Map(weights));
  });
});

test("the tokenizer round-trips any text and cuts at the limit, the end token last", () => {
  const { tokenizer } = tinyCheckpoint();
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      expect(tokenizer.decode(tokenizer.tokens(text))).toBe(text);
      expect(tokenizer.decode(tokenizer.encode(text, 10_000))).toBe(text);
      const cut = tokenizer.encode(text, 5);
      expect(cut.length).toBeLessThanOrEqual(5);
      expect(cut.at(-1)).toBe(1);
    }),
  );
});

describe("safetensors", () => {
  const tensors = fc.dictionary(
    fc.string({ minLength: 1 }).filter((name) => name !== "__metadata__" && name !== "__proto__"),
    fc.array(fc.float({ noNaN: true }), { maxLength: 9 }),
    { maxKeys: 5 },
  );

  test("float32 round-trips to the bit, wherever the file stands in memory", () => {
    fc.assert(
      fc.property(tensors, fc.nat(9), (named, shift) => {
        const map = new Map(
          Object.entries(named).map(([name, data]) => [name, { shape: [data.length], data: Float32Array.from(data) }]),
        );
        const bytes = safetensorsBytes(map);
        const moved = new Uint8Array(bytes.length + shift);
        moved.set(bytes, shift);
        expect(parseSafetensors(Buffer.from(moved.buffer, shift), "f")).toEqual(map);
      }),
    );
  });

  test("bfloat16 keeps 8 bits, infinities and what is no number", () => {
    const data = Float32Array.of(1, -0.333, 1000, 6e-5, 3e38, Infinity, NaN, 1.00390625, 1.01171875);
    const bytes = safetensorsBytes(new Map([["w", { shape: [data.length], data }]]), "bfloat16");
    const read = parseSafetensors(bytes, "f").get("w")!.data;
    expect([...read.slice(5, 7)]).toEqual([Infinity, NaN]);
    // Halfway between two: to the even one, down and up.
    expect([...read.slice(7)]).toEqual([1, 1.015625]);
    read.slice(0, 5).forEach((value, at) => {
      expect(Math.abs(value - data[at]!) / Math.abs(data[at]!)).toBeLessThan(2 ** -8);
    });
  });

  test("float16 keeps 11 bits", () => {
    const data = Float32Array.of(1, -0.333, 1000, 6e-5);
    const bytes = safetensorsBytes(new Map([["w", { shape: [4], data }]]), "float16");
    const read = parseSafetensors(bytes, "f").get("w")!.data;
    read.forEach((value, at) => expect(Math.abs(value - data[at]!) / Math.abs(data[at]!)).toBeLessThan(2 ** -11));
  });

  test("arbitrary bytes are refused with a Failure, never anything else", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          parseSafetensors(bytes, "f");
        } catch (error) {
          expect(error).toBeInstanceOf(Failure);
        }
      }),
    );
  });
});

describe("a damaged checkpoint is refused in one line that names the file", () => {
  const damage: readonly [string, (directory: string) => Promise<unknown>, RegExp][] = [
    ["no folder", (d) => rm(d, { recursive: true }), /config\.json: cannot read: there is no such file/],
    ["config.json is not JSON", (d) => writeFile(path.join(d, "config.json"), "{"), /config\.json: it is not JSON/],
    [
      "another architecture",
      (d) => writeFile(path.join(d, "config.json"), '{"model_type":"bert"}'),
      /config\.json: models of type bert are not known\. Name a checkpoint of one of these types: t5/,
    ],
    [
      "an activation that is not known",
      async (d) => {
        const config = path.join(d, "config.json");
        await writeFile(config, (await readFile(config, "utf8")).replace('"relu"', '"swoosh"'));
      },
      /not a T5 configuration this version can use: feed_forward_proj: "swoosh" is no activation/,
    ],
    [
      "a billion layers",
      async (d) => {
        const config = path.join(d, "config.json");
        await writeFile(
          config,
          (await readFile(config, "utf8")).replace(/"num_layers": \d+/, '"num_layers": 1000000000'),
        );
      },
      /not a T5 configuration this version can use: num_layers/,
    ],
    ["no weights", (d) => rm(path.join(d, "model.safetensors")), /model\.safetensors: cannot read/],
    [
      "weights cut short",
      async (d) => {
        const file = path.join(d, "model.safetensors");
        await writeFile(file, (await readFile(file)).subarray(0, -100));
      },
      /model\.safetensors: the checkpoint is damaged: tensor .* ends at byte/,
    ],
    [
      "only a pickle",
      async (d) => {
        await rm(path.join(d, "model.safetensors"));
        await writeFile(path.join(d, "pytorch_model.bin"), "x");
      },
      /pytorch_model\.bin is a pickle, which can run code, and is not read\. Save the model again/,
    ],
    [
      "a tensor is missing",
      async (d) => {
        const file = path.join(d, "model.safetensors");
        const tensors = parseSafetensors(await readFile(file), file);
        tensors.delete("decoder.final_layer_norm.weight");
        await writeFile(file, safetensorsBytes(tensors));
      },
      /the tensor decoder\.final_layer_norm\.weight is missing/,
    ],
    [
      "a tensor of another shape",
      async (d) => {
        const config = path.join(d, "config.json");
        await writeFile(config, (await readFile(config, "utf8")).replace('"d_ff": 24', '"d_ff": 25'));
      },
      /wi\.weight is \[24, 16\], config\.json needs \[25, 16\]/,
    ],
    ["tokenizer.json is empty", (d) => writeFile(path.join(d, "tokenizer.json"), ""), /tokenizer cannot be read/],
  ];

  test.each(damage)("%s", async (name, spoil, line) => {
    const directory = await written(name);
    await spoil(directory);
    const error: unknown = await readCheckpoint(directory).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Failure);
    expect((error as Failure).oneLine).toMatch(line);
    expect((error as Failure).oneLine).not.toContain("\n");
  });

  test("a target that cannot be written leaves nothing behind", async () => {
    const file = path.join(folder, "a-file");
    await writeFile(file, "x");
    const target = path.join(file, "checkpoint");
    await expect(writeCheckpoint(target, tinyCheckpoint())).rejects.toBeInstanceOf(Failure);
    expect(await readFile(file, "utf8")).toBe("x");
  });
});

/** Values of transformers' `T5Attention._relative_position_bucket` for distances -40 to 40, 32 buckets, maximum 128. */
test("position buckets", () => {
  const both = { buckets: 32, maximumDistance: 128, bidirectional: true };
  const back = { ...both, bidirectional: false };
  expect([-200, -40, -16, -8, -7, -1, 0, 1, 7, 8, 16, 40, 200].map((d) => positionBucket(d, both))).toEqual([
    15, 12, 10, 8, 7, 1, 0, 17, 23, 24, 26, 28, 31,
  ]);
  expect([-200, -40, -16, -8, -1, 0, 5].map((d) => positionBucket(d, back))).toEqual([31, 23, 16, 8, 1, 0, 0]);
});
