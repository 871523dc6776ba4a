/** A checkpoint's tokenizer, by @huggingface/tokenizers, with the truncation that training and probing share. */
import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { Failure } from "../foundation/failure";

export interface TokenizerFiles {
  /** tokenizer.json, as text. */
  readonly tokenizer: string;
  /** tokenizer_config.json, as text. */
  readonly config: string;
  /** special_tokens_map.json, as text. */
  readonly specialTokens: string;
}

/**
 * The library's `Digits` knows 0 to 9 alone; the reference implementation means every numeric character (as ½), which its
 * `Split` can say.
 */
function numbersAsHuggingFaceDoes(_key: string, value: unknown): unknown {
  const { type, individual_digits: individual } = (value ?? {}) as { type?: unknown; individual_digits?: unknown };
  if (type !== "Digits") return value;
  const pattern = { Regex: individual === true ? "\\p{N}" : "\\p{N}+" };
  return { type: "Split", pattern, behavior: "Isolated", invert: false };
}

export class Tokenizer {
  private readonly implementation: HuggingFaceTokenizer;
  /** Tokens that stand in front of every text, as the tokenizer's own template says (`<s>`, say); often none. */
  readonly prefix: readonly number[];

  /** Throws a `Failure` for files that are not a tokenizer. */
  constructor(
    readonly files: TokenizerFiles,
    private readonly endToken: number,
    file: string,
  ) {
    try {
      this.implementation = new HuggingFaceTokenizer(
        JSON.parse(files.tokenizer, numbersAsHuggingFaceDoes) as object,
        JSON.parse(files.config) as object,
      );
      const { ids } = this.implementation.encode("", { add_special_tokens: true });
      this.prefix = ids.at(-1) === endToken ? ids.slice(0, -1) : ids;
    } catch (error) {
      throw new Failure("the tokenizer cannot be read", { file, remedy: "Copy the checkpoint again", cause: error });
    }
  }

  /** The text's own tokens, without special ones around them. */
  tokens(text: string): number[] {
    return this.implementation.encode(text, { add_special_tokens: false }).ids;
  }

  /** As the vocabulary writes it; undefined for a number that no token has. */
  tokenText(id: number): string | undefined {
    return this.implementation.id_to_token(id);
  }

  /** Token ids of at most `maximum` tokens, the prefix first and the end token last whether cut or not. */
  encode(text: string, maximum: number): number[] {
    return [...this.prefix, ...this.tokens(text)].slice(0, maximum - 1).concat(this.endToken);
  }

  decode(ids: readonly number[]): string {
    // The library has no answer for no tokens, which a model that ends at once gives.
    if (ids.length === 0) return "";
    return this.implementation.decode([...ids], { skip_special_tokens: true, clean_up_tokenization_spaces: false });
  }
}
