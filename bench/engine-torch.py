"""One training step after another in PyTorch eager, for engine-torch.ts and engine-gpu.ts: reads a line (a
batch's number) and answers with JSON: the step's loss, its wall-clock and its processor seconds.

    python engine-torch.py CHECKPOINT BATCHES.json THREADS LEARNING_RATE DEVICE f32|bf16

0 threads are PyTorch's own choice; bf16 is autocast, with weights and moments in 32 bits.
"""

import json
import sys
import time

import torch
from transformers import T5ForConditionalGeneration

checkpoint, batches_file, threads, learning_rate, device, precision = sys.argv[1:]
if int(threads) > 0:
    torch.set_num_threads(int(threads))
model = T5ForConditionalGeneration.from_pretrained(checkpoint, dtype=torch.float32).to(device)
model.train()
# The fastest that PyTorch has: one fused pass over weights and moments.
optimizer = torch.optim.AdamW(model.parameters(), lr=float(learning_rate), weight_decay=0.01, fused=True)
with open(batches_file) as file:
    batches = json.load(file)


def padded(rows, filler):
    longest = max(len(row) for row in rows)
    return torch.tensor([row + [filler] * (longest - len(row)) for row in rows], device=device)


def step(batch):
    sources = [row["source"] for row in batch]
    input_ids = padded(sources, 0)
    attention_mask = padded([[1] * len(row) for row in sources], 0)
    labels = padded([row["target"] for row in batch], -100)
    with torch.autocast(device, dtype=torch.bfloat16, enabled=precision == "bf16"):
        loss = model(input_ids=input_ids, attention_mask=attention_mask, labels=labels).loss
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item()


print(json.dumps({"torch": torch.__version__}), flush=True)
for line in sys.stdin:
    wall, processor = time.perf_counter(), time.process_time()
    loss = step(batches[int(line)])
    times = {"wall": time.perf_counter() - wall, "processor": time.process_time() - processor}
    print(json.dumps({"loss": loss, **times}), flush=True)
