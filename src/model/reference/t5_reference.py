"""Makes the reference values that t5-parity.test.ts holds our T5 against: a tiny random checkpoint of transformers, its
logits, loss, gradients and greedy generation.

    pip install torch==2.15.0 transformers==5.23.0 safetensors
    python src/model/reference/t5_reference.py src/model/reference
"""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import T5Config, T5ForConditionalGeneration

out = Path(sys.argv[1])
torch.manual_seed(20)
config = T5Config(
    vocab_size=48, d_model=16, d_kv=8, d_ff=24, num_layers=2, num_decoder_layers=2, num_heads=2,
    relative_attention_num_buckets=8, relative_attention_max_distance=16, dropout_rate=0.0, feed_forward_proj="relu",
    tie_word_embeddings=True, pad_token_id=0, eos_token_id=1, decoder_start_token_id=0,
)
model = T5ForConditionalGeneration(config).eval()
with torch.no_grad():
    for name, parameter in model.named_parameters():  # norms of one would hide a missing factor
        if name.endswith("norm.weight"):
            parameter.uniform_(0.5, 1.5)

sources = [[5, 9, 13, 40, 7, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 1], [17, 4, 1], [8, 8, 30, 6, 1]]
targets = [[11, 12, 1], [20, 3, 44, 45, 46, 9, 10, 1], [7, 1]]


def padded(rows, fill):
    longest = max(map(len, rows))
    return torch.tensor([row + [fill] * (longest - len(row)) for row in rows])


result = model(
    input_ids=padded(sources, 0),
    attention_mask=padded([[1] * len(row) for row in sources], 0),
    labels=padded(targets, -100),
)
result.loss.backward()
generated = model.generate(
    input_ids=padded(sources, 0), attention_mask=padded([[1] * len(row) for row in sources], 0),
    do_sample=False, num_beams=1, max_new_tokens=10,
)
parameters = dict(model.named_parameters())
save_file({name: p.detach().contiguous().clone() for name, p in parameters.items()}, out / "t5.safetensors")
save_file({name: p.grad.contiguous().clone() for name, p in parameters.items()}, out / "t5-gradients.safetensors")
logits = [row[: len(target)].flatten().tolist() for row, target in zip(result.logits, targets)]
reference = {
    "config": config.to_dict(), "sources": sources, "targets": targets, "loss": result.loss.item(),
    "logits": [[float(f"{x:.7g}") for x in row] for row in logits],
    "generated": [row[1:] for row in generated.tolist()],
}
reference["config"] = {k: v for k, v in reference["config"].items() if isinstance(v, (int, float, bool)) or k in ("model_type", "feed_forward_proj")}
(out / "t5-reference.json").write_text(json.dumps(reference, indent=1) + "\n")
