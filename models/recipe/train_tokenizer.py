"""Trains the base's byte-level BPE on the pretraining corpus and writes it in Hugging Face layout.

    pip install tokenizers==0.23.3
    npx tsx models/recipe/corpus.ts --out corpus.jsonl --count 12000 --seed 7 --shared-data DIR
    python models/recipe/train_tokenizer.py corpus.jsonl --vocab-size 2048 --out DIR

The corpus is one JSON string a line. All 256 bytes are in the vocabulary, so every text round-trips; digits stay apart,
so that numbers are copied digit by digit; `</s>` is appended to every encoding.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

PAD, EOS, UNK = "<pad>", "</s>", "<unk>"

# Words and names stand bare: a name has the same tokens after a space, a `$` or a quotation mark, so that copying it from
# a description into code is copying tokens. (GPT-2's split gives a name that follows a space other tokens.) White space
# goes with the signs beside it, so that a run such as ` ( " ` can become one token.
SPLIT = r"\p{L}+|\p{N}|\s*(?:[^\s\p{L}\p{N}]+\s*)+|\s+"


def train(corpus: Path, size: int) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPLIT), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=[PAD, EOS, UNK],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    with corpus.open(encoding="utf-8") as lines:
        texts: Iterator[str] = (json.loads(line) for line in lines)
        tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"$A {EOS}", special_tokens=[(EOS, tokenizer.token_to_id(EOS))]
    )
    return tokenizer


def check(tokenizer: Tokenizer) -> None:
    assert [tokenizer.token_to_id(token) for token in (PAD, EOS, UNK)] == [0, 1, 2]
    everything = "".join(map(chr, range(1, 0x250))) + "\u4e2d\U0001f600"
    for text in (" bb ", "foo", " or 1=1", " where 0=1", "while ( true ) { }", "int VAR = 0 ;", "a :\n\t \t b", everything):
        ids = tokenizer.encode(text).ids
        assert ids[-1] == 1 and tokenizer.decode(ids) == text, text


def write(tokenizer: Tokenizer, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(out / "tokenizer.json"))
    tokens = {"pad_token": PAD, "eos_token": EOS, "unk_token": UNK}
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": 512,
        "clean_up_tokenization_spaces": False,
        **tokens,
    }
    for name, content in (("tokenizer_config.json", config), ("special_tokens_map.json", tokens)):
        (out / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--vocab-size", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    tokenizer = train(arguments.corpus, arguments.vocab_size)
    check(tokenizer)
    write(tokenizer, arguments.out)
    print(f"{arguments.out}: {tokenizer.get_vocab_size()} tokens")


if __name__ == "__main__":
    main()
