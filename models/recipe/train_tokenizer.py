"""Trains the base's byte-level BPE on the pretraining corpus and writes it in Hugging Face layout.

    pip install tokenizers==0.23.3
    npx tsx models/recipe/corpus.ts --out corpus.jsonl --count 60000 --seed 1
    python models/recipe/train_tokenizer.py corpus.jsonl --vocab-size 2048 --out DIR

The corpus is one JSON string a line. All 256 bytes are in the vocabulary, so every text round-trips; digits stay apart,
so that numbers are copied digit by digit; `</s>` is appended to every encoding.
"""

import argparse
import json
from collections import Counter
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

PAD, EOS, UNK = "<pad>", "</s>", "<unk>"

# A word, a run of signs or one digit; when encoding, each takes the one space before it along.
PIECES = r"{0}\p{{L}}+|{0}\p{{N}}|{0}[^\s\p{{L}}\p{{N}}]+|\s+(?!\S)|\s+"
SPACE = "\u0120"  # a space in the byte-level alphabet
BATCH = 5_000  # lines encoded at a time: encodings are large


def byte_level(split: str) -> pre_tokenizers.PreTokenizer:
    isolate = pre_tokenizers.Split(Regex(split), behavior="isolated")
    return pre_tokenizers.Sequence([isolate, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def texts(corpus: Path) -> list[str]:
    return [json.loads(line) for line in corpus.read_text(encoding="utf-8").splitlines()]


def with_spaces(model: dict, lines: list[str], size: int) -> models.BPE:
    """The model with merges of a space and the piece after it, the commonest first, until it has `size` tokens.

    They come after every other merge, so ` name` falls into the same pieces as `$name$` but for the first one's space:
    a model that copies names from its input has one rule to learn, not one a name.
    """
    vocabulary, merges = model["vocab"], [tuple(merge) for merge in model["merges"]]
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    tokenizer.pre_tokenizer = byte_level(PIECES.format(" ?"))
    follows: Counter[str] = Counter()
    for start in range(0, len(lines), BATCH):
        for encoding in tokenizer.encode_batch(lines[start : start + BATCH]):
            tokens, words = encoding.tokens, encoding.word_ids
            follows.update(b for a, b, u, v in zip(tokens, tokens[1:], words, words[1:]) if a == SPACE and u == v)
    for piece, _ in sorted(follows.items(), key=lambda item: (-item[1], item[0]))[: size - len(vocabulary)]:
        vocabulary[SPACE + piece] = len(vocabulary)
        merges.append((SPACE, piece))
    if len(vocabulary) < size:
        raise SystemExit(f"the corpus gives only {len(vocabulary)} of {size} tokens: lower --spaced")
    return models.BPE(vocab=vocabulary, merges=merges)


def train(corpus: Path, size: int, spaced: float) -> Tokenizer:
    """`spaced` is the share of the vocabulary, bytes aside, for pieces with the space before them."""
    lines = texts(corpus)
    plain = Tokenizer(models.BPE())
    plain.pre_tokenizer = byte_level(PIECES.format(""))
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    fixed = len(alphabet) + 3
    trainer = trainers.BpeTrainer(
        vocab_size=fixed + round((size - fixed) * (1 - spaced)),
        special_tokens=[PAD, EOS, UNK],
        initial_alphabet=alphabet,
        show_progress=False,
    )
    plain.train_from_iterator(lines, trainer)
    tokenizer = Tokenizer(with_spaces(json.loads(plain.to_str())["model"], lines, size))
    tokenizer.add_special_tokens([PAD, EOS, UNK])
    tokenizer.pre_tokenizer = byte_level(PIECES.format(" ?"))
    tokenizer.decoder = decoders.ByteLevel()
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
    parser.add_argument("--spaced", type=float, default=0.4, help="share of pieces with the space before them")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    tokenizer = train(arguments.corpus, arguments.vocab_size, arguments.spaced)
    check(tokenizer)
    write(tokenizer, arguments.out)
    print(f"{arguments.out}: {tokenizer.get_vocab_size()} tokens")


if __name__ == "__main__":
    main()
