/** A random T5 of a few thousand weights whose tokenizer knows single bytes: enough to test every path of the engine. */
import type { Checkpoint } from "../../src/model/checkpoint";
import { initializeT5 } from "../../src/model/initialize";
import type { T5Config } from "../../src/model/t5-config";
import { t5, type T5Model } from "../../src/model/t5-model";
import { Tokenizer } from "../../src/model/tokenizer";

/** GPT-2's printable stand-ins for the 256 bytes, in byte order. */
function byteAlphabet(): string[] {
  const printable = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(printable(byte) ? byte : next++));
}

const specials = ["<pad>", "</s>", "<unk>"];

/** A byte-level tokenizer without merges: ids 0 to 2 are special, byte b is 3 + b. */
export function byteTokenizer(): Tokenizer {
  const vocabulary = Object.fromEntries([...specials, ...byteAlphabet()].map((token, id) => [token, id]));
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  const tokenizer = {
    version: "1.0",
    added_tokens: specials.map((content, id) => ({
      ...{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
    })),
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: { type: "BPE", unk_token: null, fuse_unk: false, byte_fallback: false, vocab: vocabulary, merges: [] },
  };
  const [pad_token, eos_token, unk_token] = specials;
  const tokens = { pad_token, eos_token, unk_token };
  const config = { tokenizer_class: "PreTrainedTokenizerFast", model_max_length: 512, ...tokens };
  const files = {
    tokenizer: JSON.stringify(tokenizer),
    config: JSON.stringify(config),
    specialTokens: JSON.stringify(tokens),
  };
  return new Tokenizer(files, 1, "tokenizer.json");
}

export function tinyConfig(overrides: Partial<T5Config> = {}): T5Config {
  return {
    vocabulary: 259,
    width: 16,
    headWidth: 8,
    feedForwardWidth: 24,
    encoderLayers: 2,
    decoderLayers: 2,
    heads: 2,
    positionBuckets: 8,
    maximumDistance: 16,
    normEpsilon: 1e-6,
    feedForward: { activation: "relu", gated: false },
    tiedEmbeddings: true,
    padToken: 0,
    endToken: 1,
    startToken: 0,
    ...overrides,
  };
}

export function tinyCheckpoint(overrides: Partial<T5Config> = {}, seed = 1): Checkpoint & { readonly model: T5Model } {
  const config = tinyConfig(overrides);
  return { model: t5(config), tokenizer: byteTokenizer(), weights: initializeT5(config, seed) };
}
