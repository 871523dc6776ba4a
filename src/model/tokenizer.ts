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

export class Tokenizer {
  private readonly implementation: HuggingFaceTokenizer;

  /** Throws a `Failure` for files that are not a tokenizer. */
  constructor(
    readonly files: TokenizerFiles,
    private readonly endToken: number,
    file: string,
  ) {
    try {
      this.implementation = new HuggingFaceTokenizer(
        JSON.parse(files.tokenizer) as object,
        JSON.parse(files.config) as object,
      );
    } catch (error) {
      throw new Failure("the tokenizer cannot be read", { file, remedy: "Copy the checkpoint again", cause: error });
    }
  }

  /** Token ids of at most `maximum` tokens, the last of them the end token whether cut or not. */
  encode(text: string, maximum: number): number[] {
    const { ids } = this.implementation.encode(text, { add_special_tokens: false });
    const kept = ids.slice(0, maximum - 1);
    kept.push(this.endToken);
    return kept;
  }

  decode(ids: readonly number[]): string {
    return this.implementation.decode([...ids], { skip_special_tokens: true, clean_up_tokenization_spaces: false });
  }
}
