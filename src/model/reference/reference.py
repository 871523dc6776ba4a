"""Makes the reference values that parity.test.ts and generate.test.ts hold the architectures against: tiny random
checkpoints of transformers, their logits, loss, gradients and greedy generation. T5's own are made by t5_reference.py.

    pip install torch==2.15.0 transformers==5.23.0 safetensors
    python src/model/reference/reference.py src/model/reference [NAME ...]
"""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import (
    CodeGenConfig, CodeGenForCausalLM, GlmConfig, GlmForCausalLM, GPT2Config, GPT2LMHeadModel, GPTJConfig, GPTJForCausalLM,
    LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM, RobertaConfig,
    RobertaForSequenceClassification, RobertaModel, T5Config, T5ForConditionalGeneration,
)

out = Path(sys.argv[1])
names = sys.argv[2:]
end = 1
gpt = dict(
    vocab_size=48, n_positions=32, n_ctx=32, n_embd=16, n_layer=2, n_head=2, bos_token_id=end, eos_token_id=end,
    resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0,
)
llama = dict(
    vocab_size=48, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4,
    num_key_value_heads=2, max_position_embeddings=32, bos_token_id=2, eos_token_id=end,
)
stretched = dict(
    rope_type="llama3", rope_theta=10000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
    original_max_position_embeddings=24,
)
decoders = {
    "gpt2": lambda: GPT2LMHeadModel(GPT2Config(**gpt)),
    "gptj": lambda: GPTJForCausalLM(GPTJConfig(**gpt, rotary_dim=4)),
    "codegen": lambda: CodeGenForCausalLM(CodeGenConfig(**{**gpt, "n_head": 8, "n_embd": 32}, rotary_dim=2)),
    "llama": lambda: LlamaForCausalLM(LlamaConfig(**llama)),
    "llama-scaled": lambda: LlamaForCausalLM(
        LlamaConfig(**{**llama, "tie_word_embeddings": True}, rope_parameters=stretched)
    ),
    "qwen2": lambda: Qwen2ForCausalLM(Qwen2Config(**{**llama, "tie_word_embeddings": True})),
    "glm": lambda: GlmForCausalLM(GlmConfig(**llama, head_dim=8, pad_token_id=0)),
}


def padded(rows, fill, left=False):
    longest = max(map(len, rows))
    gaps = [[fill] * (longest - len(row)) for row in rows]
    return torch.tensor([gap + row if left else row + gap for row, gap in zip(rows, gaps)])


def ones(rows):
    return [[1] * len(row) for row in rows]


def scatter_norms(model):
    with torch.no_grad():  # norms of one and biases of zero would hide a missing factor
        for name, parameter in model.named_parameters():
            if "norm" in name or ".ln_" in name or name.endswith("bias"):
                parameter.uniform_(0.5, 1.5) if name.endswith("weight") else parameter.normal_(0, 0.3)
            else:
                parameter.mul_(16)  # transformers starts at 0.02, where every row generates the same


def store(name, model, sources, targets, loss, logits, generated, own={}):
    loss.backward()
    parameters = dict(model.named_parameters())
    save_file({n: p.detach().contiguous().clone() for n, p in parameters.items()}, out / f"{name}.safetensors")
    save_file({n: p.grad.contiguous().clone() for n, p in parameters.items()}, out / f"{name}-gradients.safetensors")
    config = {k: v for k, v in json.loads(model.config.to_json_string(use_diff=False)).items() if kept(k, v)}
    reference = {
        "config": {**config, **own}, "sources": sources, "targets": targets, "loss": loss.item(),
        "logits": [[float(f"{x:.7g}") for x in row.flatten().tolist()] for row in logits], "generated": generated,
    }
    (out / f"{name}-reference.json").write_text(json.dumps(reference, indent=1) + "\n")


def kept(key, value):
    known = ("model_type", "feed_forward_proj", "activation_function", "hidden_act", "rope_parameters")
    return key in known or isinstance(value, (int, float, bool))


def decoder_only(name, make):
    model = make().eval()
    scatter_norms(model)
    sources = [[5, 9, 13, 40, 7, 21, 22, 23, 24], [17], [8, 8, 30, 6]]
    targets = [[11, 12, end], [20, 3, 44, 45, 46, 9, 10, end], [7, end]]
    rows = [source + target for source, target in zip(sources, targets)]
    labels = [[-100] * len(source) + target for source, target in zip(sources, targets)]
    result = model(input_ids=padded(rows, 0), attention_mask=padded(ones(rows), 0), labels=padded(labels, -100))
    logits = [
        row[len(source) - 1 : len(source) + len(target) - 1]
        for row, source, target in zip(result.logits, sources, targets)
    ]
    generated = [
        model.generate(
            input_ids=torch.tensor([source]), attention_mask=torch.ones(1, len(source), dtype=torch.long),
            do_sample=False, num_beams=1, max_new_tokens=10, pad_token_id=0,
        )[0, len(source):].tolist()
        for source in sources
    ]
    store(name, model, sources, targets, result.loss, logits, generated)


def gated_t5(name):
    config = T5Config(
        vocab_size=48, d_model=16, d_kv=8, d_ff=24, num_layers=2, num_decoder_layers=1, num_heads=2,
        relative_attention_num_buckets=8, relative_attention_max_distance=16, dropout_rate=0.0,
        feed_forward_proj="gated-gelu", tie_word_embeddings=False, pad_token_id=0, eos_token_id=end,
        decoder_start_token_id=0,
    )
    model = T5ForConditionalGeneration(config)
    # transformers 5 ties the head whatever the configuration says; checkpoints of T5 1.1 have one of their own.
    model.lm_head.weight = torch.nn.Parameter(torch.randn(48, 16))
    model.eval()
    with torch.no_grad():
        for n, parameter in model.named_parameters():
            if n.endswith("norm.weight"):
                parameter.uniform_(0.5, 1.5)
    sources = [[5, 9, 13, 40, 7, 21, 22, 23, 24, 25, end], [17, 4, end], [8, 8, 30, 6, end]]
    targets = [[11, 12, end], [20, 3, 44, 45, 46, 9, 10, end], [7, end]]
    asked = dict(input_ids=padded(sources, 0), attention_mask=padded(ones(sources), 0))
    result = model(**asked, labels=padded(targets, -100))
    logits = [row[: len(target)] for row, target in zip(result.logits, targets)]
    generated = model.generate(**asked, do_sample=False, num_beams=1, max_new_tokens=10)
    store(name, model, sources, targets, result.loss, logits, [row[1:] for row in generated.tolist()])


class Seq2Seq(torch.nn.Module):
    """CodeXGLUE's model for generation (Code-Text/code-to-text/code/model.py), its forward pass and no more."""

    def __init__(self, config, layers, inner):
        super().__init__()
        self.config = config
        self.encoder = RobertaModel(config, add_pooling_layer=False)
        layer = torch.nn.TransformerDecoderLayer(
            d_model=config.hidden_size, nhead=config.num_attention_heads, dim_feedforward=inner, dropout=0.0
        )
        self.decoder = torch.nn.TransformerDecoder(layer, num_layers=layers)
        self.dense = torch.nn.Linear(config.hidden_size, config.hidden_size)

    def forward(self, source_ids, source_mask, target_ids):
        memory = self.encoder(source_ids, attention_mask=source_mask)[0].permute(1, 0, 2).contiguous()
        length = target_ids.shape[1]
        causal = -1e4 * (1 - torch.tril(torch.ones(length, length)))
        embedded = self.encoder.embeddings(target_ids).permute(1, 0, 2).contiguous()
        out = self.decoder(embedded, memory, tgt_mask=causal, memory_key_padding_mask=(1 - source_mask).bool())
        hidden = torch.tanh(self.dense(out)).permute(1, 0, 2).contiguous()
        return hidden @ self.encoder.embeddings.word_embeddings.weight.T


def tiny_roberta(**more):
    return RobertaConfig(
        vocab_size=48, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24,
        max_position_embeddings=34, type_vocab_size=1, layer_norm_eps=1e-5, pad_token_id=1, bos_token_id=0,
        eos_token_id=2, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, **more,
    )


def draw_roberta(model, encoder):
    with torch.no_grad():
        for n, parameter in model.named_parameters():
            if "norm" in n.lower():
                parameter.uniform_(0.5, 1.5) if n.endswith("weight") else parameter.normal_(0, 0.3)
            else:
                parameter.normal_(0, 1.0 if "position" in n else 0.4)
        encoder.embeddings.word_embeddings.weight[1] = 0.5  # padding: no use may depend on it


def roberta(name):
    config = tiny_roberta()
    model = Seq2Seq(config, layers=2, inner=20).eval()
    draw_roberta(model, model.encoder)
    sources = [[0, 5, 9, 13, 40, 7, 21, 22, 23, 24, 25, 2], [0, 17, 4, 2], [0, 8, 8, 30, 6, 2]]
    targets = [[11, 12, 2], [20, 3, 44, 45, 46, 9, 10, 2], [7, 2]]
    asked = (padded(sources, 1), padded(ones(sources), 0))
    result = model(*asked, padded([[0] + target[:-1] for target in targets], 1))
    loss = torch.nn.functional.cross_entropy(result.transpose(1, 2), padded(targets, -100), ignore_index=-100)
    generated = []
    for source in sources:
        row = [0]
        while len(row) <= 10 and row[-1] != 2:
            row.append(model(torch.tensor([source]), torch.ones(1, len(source), dtype=torch.long), torch.tensor([row]))[0, -1].argmax().item())
        generated.append(row[1:])
    logits = [row[: len(target)] for row, target in zip(result, targets)]
    own = {"dece_audit": {"decoder_layers": 2, "decoder_ffn_dim": 20}}
    store(name, model, sources, targets, loss, logits, generated, own)


def roberta_classifier(name):
    labels = {0: "clean", 1: "smelly", 2: "rotten"}
    label2id = {label: index for index, label in labels.items()}
    config = tiny_roberta(classifier_dropout=0.0, id2label=labels, label2id=label2id)
    model = RobertaForSequenceClassification(config).eval()
    draw_roberta(model, model.roberta)
    sources = [[0, 5, 9, 13, 40, 7, 21, 22, 23, 24, 25, 2], [0, 17, 4, 2], [0, 8, 8, 30, 6, 2], [0, 33, 2], [0, 44, 45, 2]]
    classes = [1, 0, 2, 2, 1]
    result = model(padded(sources, 1), attention_mask=padded(ones(sources), 0), labels=torch.tensor(classes))
    own = {"architectures": ["RobertaForSequenceClassification"], "id2label": labels}
    predicted = [[index] for index in result.logits.argmax(-1).tolist()]
    store(name, model, sources, [[index] for index in classes], result.loss, result.logits, predicted, own)


for name, make in decoders.items():
    if not names or name in names:
        torch.manual_seed(20)
        decoder_only(name, make)
if not names or "t5-gated" in names:
    torch.manual_seed(20)
    gated_t5("t5-gated")
if not names or "roberta" in names:
    torch.manual_seed(20)
    roberta("roberta")
if not names or "roberta-classifier" in names:
    torch.manual_seed(20)
    roberta_classifier("roberta-classifier")
