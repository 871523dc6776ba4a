/** The tokenizer of a checkpoint directory: tokenizer.json, or the vocab.json and merges.txt of older checkpoints. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { asFileFailure, Failure } from "../foundation/failure";
import { Tokenizer } from "./tokenizer";

/** Throws a `Failure` that names the file. */
export async function readTokenizer(directory: string, endToken: number): Promise<Tokenizer> {
  const read = async (name: string): Promise<string | undefined> => {
    const file = path.join(directory, name);
    return readFile(file, "utf8").catch((error: unknown) => {
      if ((error as { code?: unknown }).code === "ENOENT") return undefined;
      throw asFileFailure(error, file, "read");
    });
  };
  const config = (await read("tokenizer_config.json")) ?? "{}";
  const specialTokens = (await read("special_tokens_map.json")) ?? "{}";
  const file = path.join(directory, "tokenizer.json");
  const tokenizer = await read("tokenizer.json");
  if (tokenizer !== undefined) return new Tokenizer({ tokenizer, config, specialTokens }, endToken, file);
  const [vocabulary, merges] = [await read("vocab.json"), await read("merges.txt")];
  if (vocabulary === undefined || merges === undefined) {
    throw new Failure("cannot read: there is no such file, and no vocab.json with merges.txt either", {
      file,
      remedy: "Save the tokenizer again with AutoTokenizer.from_pretrained(...).save_pretrained(...)",
    });
  }
  const added = (await read("added_tokens.json")) ?? "{}";
  let made: string;
  try {
    made = JSON.stringify(tokenizerFromVocabulary({ vocabulary, merges, added, config, specialTokens }));
  } catch (error) {
    const vocabularyFile = path.join(directory, "vocab.json");
    throw new Failure("the tokenizer cannot be read", {
      file: vocabularyFile,
      remedy: "Copy the checkpoint again",
      cause: error,
    });
  }
  return new Tokenizer({ tokenizer: made, config, specialTokens }, endToken, file);
}

interface VocabularyFiles {
  readonly vocabulary: string;
  readonly merges: string;
  readonly added: string;
  readonly config: string;
  readonly specialTokens: string;
}

const vocabularySchema = z.record(z.string(), z.int().nonnegative());
const tokenText = z.union([z.string(), z.object({ content: z.string() }).transform(({ content }) => content)]);
const roles = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"] as const;
const specialsSchema = z.object({
  ...Object.fromEntries(roles.map((role) => [role, tokenText.nullish()])),
  additional_special_tokens: z.array(tokenText).nullish(),
});
const configSchema = z.object({
  tokenizer_class: z.string().nullish(),
  add_prefix_space: z.boolean().nullish(),
});

/** The tokenizer.json of a byte-level BPE (GPT-2's kind): RoBERTa's stands texts between <s> and </s>, GPT-2's does not. */
function tokenizerFromVocabulary(files: VocabularyFiles): object {
  const vocabulary = vocabularySchema.parse(JSON.parse(files.vocabulary));
  const added = vocabularySchema.parse(JSON.parse(files.added));
  const config = JSON.parse(files.config) as unknown;
  const { tokenizer_class: kind, add_prefix_space: prefixSpace } = configSchema.parse(config);
  const isRoberta = kind?.includes("Roberta") ?? Object.hasOwn(vocabulary, "<s>");
  const named = { ...specialsSchema.parse(config), ...specialsSchema.parse(JSON.parse(files.specialTokens)) };
  const defaults = isRoberta ? ["<s>", "<pad>", "</s>", "<unk>", "<mask>"] : ["<|endoftext|>"];
  const specials = new Set([...defaults, ...Object.values(named).flatMap((value) => value ?? [])]);
  const idOf = (text: string): number | undefined => (Object.hasOwn(added, text) ? added[text] : vocabulary[text]);
  const addedToken = (content: string, special: boolean) => {
    const lstrip = isRoberta && content === "<mask>";
    return { id: idOf(content), content, single_word: false, lstrip, rstrip: false, normalized: false, special };
  };
  const known = [...specials].filter((text) => idOf(text) !== undefined).map((text) => addedToken(text, true));
  const others = Object.keys(added).filter((text) => !specials.has(text));
  const byteLevel = { type: "ByteLevel", add_prefix_space: prefixSpace ?? false, trim_offsets: true, use_regex: true };
  const pair = (text: string) => [text, idOf(text)];
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [...known, ...others.map((text) => addedToken(text, false))].sort((a, b) => a.id! - b.id!),
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: isRoberta
      ? { type: "RobertaProcessing", sep: pair("</s>"), cls: pair("<s>"), trim_offsets: true, add_prefix_space: false }
      : null,
    decoder: byteLevel,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: "",
      end_of_word_suffix: "",
      fuse_unk: false,
      byte_fallback: false,
      vocab: vocabulary,
      merges: files.merges
        .split(/\r?\n/)
        .filter((line, at) => line !== "" && !(at === 0 && line.startsWith("#version"))),
    },
  };
}
