"""Makes bleu_reference.json: what NLTK and sacreBLEU give for the pairs below, which the tests compare our metrics with.

    python -m venv venv && venv/bin/pip install nltk==3.10.4 sacrebleu==2.6.0 statsmodels
    venv/bin/python src/metric/reference/bleu_reference.py > src/metric/reference/bleu_reference.json
"""

import json
import random
import sys
import warnings

import nltk
import sacrebleu
from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu
from statsmodels.stats.proportion import proportion_confint

warnings.simplefilter("ignore")

PAIRS = [
    # Length and overlap edges: (reference, hypothesis).
    ("", ""),
    ("a", ""),
    ("", "a"),
    ("a", "a"),
    ("a b", "a b"),
    ("a b c", "a b c"),
    ("a b c d", "a b c d"),
    ("a b c d e", "a b c d e"),
    ("a b c d", "e f g h"),
    ("a b c d e f", "a"),
    ("a b c d e f", "a b"),
    ("a b c d e f", "a b c"),
    ("a b c d e f", "a b c d"),
    ("a", "a b c d e f"),
    ("the cat sat", "the the the the the the the"),
    ("the cat is on the mat", "on the mat the cat is"),
    ("  spaced   out\ttext\n here ", "spaced out text here"),
    ("\u00a0no break\u2003space\u3000here now", "no break space here now"),
    ("file\u001cseparator\u0085next line\ufeffbom word", "file separator next line\ufeffbom word"),
    # Code as Lyra and Pisces hold it.
    (
        'def main ( conn , id ) :\n\t res = conn . execute ( " select * from t where id = : id " ) . fetchall ( )\n\t return res',
        'def main ( conn , id ) :\n\t res = conn . execute ( " select * from t where id = : id or 1=1 " ) . fetchall ( )\n\t return res',
    ),
    (
        "public List<Object> getAll(Connection conn, String id){\nreturn conn.query(\"select * from t where id = ?\",new Object[]{id});\n}",
        "public List<Object> getAll(Connection c, String id){\nreturn c.query(\"select a from t where id = ?\",new Object[]{id});\n}",
    ),
    ("if (x >= 0 && y <= 10) { return x[0]-y[1]; }", "if (x > 0 && y < 10) { return x[0] - y[1]; }"),
    ("x = 3.14, y = 1,000; z = .5", "x = 3.14 , y = 1000 ; z = 0.5"),
    ("a-b 3-4 5- -6 x-", "a-b 3 - 4 5 - - 6 x -"),
    ("print('it''s', \"q\", `b`, ~z, ^y, @w)", "print('its', \"q\", `b`, ~z, ^y)"),
    ("&quot;a&quot; &amp; &lt;b&gt; &amp;lt;", '"a" & <b> &lt;'),
    ("one <skipped> two hyphen-\nated line\nbreak", "one two hyphenated line break"),
    ("trailing dot. Comma, end.", "trailing dot . Comma , end ."),
    ("1.2.3,4,5. 6.a a.7", "1.2.3,4,5. 6.a a.7 b"),
    # Unicode: accents, wide characters, astral plane beside full stops.
    ("d\u00e9j\u00e0 vu, na\u00efve caf\u00e9.", "deja vu, na\u00efve caf\u00e9."),
    ("\u4f60\u597d \u4e16\u754c \u3002 ok then", "\u4f60\u597d \u4e16\u754c , ok then"),
    ("\U0001f600. \U0001f680, go \U0001f680 now 5\U0001f600.", "\U0001f600. \U0001f680, go now \U0001f680 5\U0001f600."),
    ("e\u0301 combining mark test here", "\u00e9 combining mark test here"),
    ("\u200bzero\u200b width \u200b joins words", "zero width joins words"),
    ("\u0661\u0662.\u0663, digits \uff11.\uff12", "\u0661\u0662 . \u0663 , digits \uff11 . \uff12"),
    ("def f():\r\n    return 1\r\n", "def f():\n    return 1\n"),
]


def generated_pairs(count):
    """Seeded random edits of random token lists, so that every precision and both penalties occur."""
    rng = random.Random(42)
    vocabulary = ["(", ")", ".", ",", "=", "x", "conn", "select", "*", "where", "id", "1=1", "-", "3.5", "\n", '"', "&"]
    for _ in range(count):
        reference = [rng.choice(vocabulary) for _ in range(rng.randint(1, 30))]
        hypothesis = []
        for token in reference:
            roll = rng.random()
            if roll < 0.1:
                continue
            hypothesis.append(rng.choice(vocabulary) if roll < 0.3 else token)
            if roll > 0.9:
                hypothesis.append(rng.choice(vocabulary))
        yield " ".join(reference), " ".join(hypothesis)


def main():
    pairs = PAIRS + list(generated_pairs(40))
    smooth = SmoothingFunction().method1
    metric = sacrebleu.BLEU()
    stored = []
    for reference, hypothesis in pairs:
        stored.append(
            {
                "reference": reference,
                "hypothesis": hypothesis,
                "sentence": 100 * float(sentence_bleu([reference.split()], hypothesis.split(), smoothing_function=smooth)),
                "corpus": metric.corpus_score([hypothesis], [[reference]]).score,
                "tokens": metric.tokenizer(reference.rstrip()).split(),
            }
        )
    slices = []
    for start, end in [(0, len(pairs)), (0, 9), (8, 9), (14, 24), (19, 36), (36, len(pairs))]:
        score = metric.corpus_score([h for _, h in pairs[start:end]], [[r for r, _ in pairs[start:end]]])
        slices.append({"start": start, "end": end, "corpus": score.score})
    wilson = []
    for successes, trials in [(0, 1), (1, 1), (0, 165), (165, 165), (163, 165), (2, 197), (1, 3), (50, 100), (2847, 5695)]:
        low, high = proportion_confint(successes, trials, alpha=0.05, method="wilson")
        wilson.append({"successes": successes, "trials": trials, "low": 100 * low, "high": 100 * high})
    made = {
        "nltk": nltk.__version__,
        "sacrebleu": sacrebleu.__version__,
        "signature": str(metric.get_signature()),
        "pairs": stored,
        "slices": slices,
        "wilson": wilson,
    }
    json.dump(made, sys.stdout, indent=1, ensure_ascii=True)
    print()


main()
