/** Texts in, texts out: tokenizes, decodes greedily in batches of like length, and puts the answers back in order. */
import { resolveDevice } from "../graph/device";
import type { Device } from "../graph/runtime";
import type { Checkpoint } from "../model/checkpoint";
import { GreedyDecoder } from "./greedy-decoder";

export interface GenerateOptions {
  /** Tokens, the end token included. */
  readonly maxInput: number;
  readonly maxOutput: number;
  /** Rows decoded together; 64 when left out. */
  readonly batchSize?: number;
  readonly device: Device;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * The model's answer to each input, in the inputs' order. Throws `Cancelled` when the signal fires.
 */
export async function generate(
  checkpoint: Checkpoint,
  inputs: readonly string[],
  options: GenerateOptions,
): Promise<string[]> {
  const { model, tokenizer } = checkpoint;
  const { batchSize = 64, signal, onProgress } = options;
  if (model.labels !== undefined) throw new TypeError("a classifier writes no texts");
  model.checkLimits(options);
  const device = await resolveDevice(options.device);
  const decoder = await GreedyDecoder.create(model, checkpoint.weights, { device });
  try {
    const sources = inputs.map((input, row) => ({ row, ids: model.encodeSource(tokenizer, input, options.maxInput) }));
    sources.sort((a, b) => a.ids.length - b.ids.length);
    const outputs = new Array<string>(inputs.length).fill("");
    for (let start = 0; start < sources.length; start += batchSize) {
      const batch = sources.slice(start, start + batchSize);
      const decoded = await decoder.decode(
        batch.map(({ ids }) => ids),
        options.maxOutput,
        signal,
      );
      batch.forEach(({ row }, index) => (outputs[row] = tokenizer.decode(decoded[index] ?? [])));
      onProgress?.(start + batch.length, sources.length);
    }
    return outputs;
  } finally {
    await decoder.dispose();
  }
}
