/** Texts in, labels out: a classifier's most likely class of each, in batches of like length. */
import { setImmediate } from "node:timers/promises";
import { throwIfCancelled } from "../foundation/failure";
import { resolveDevice } from "../graph/device";
import { loadRuntime } from "../graph/runtime";
import type { Checkpoint } from "../model/checkpoint";
import type { Classifier } from "../model/model";
import { AnsweringSessions } from "./answering-sessions";
import type { GenerateOptions } from "./generate";

/** The label of each input, in the inputs' order. Throws `Cancelled` when the signal fires. */
export async function classify(
  { model, tokenizer, weights }: Checkpoint & { readonly model: Classifier },
  inputs: readonly string[],
  options: Omit<GenerateOptions, "maxOutput">,
): Promise<string[]> {
  const { batchSize = 64, signal, onProgress, maxInput } = options;
  model.checkLimits({ maxInput, maxOutput: 1 });
  const sessions = await AnsweringSessions.create(model, weights, { device: await resolveDevice(options.device) });
  try {
    const run = await sessions.session((graph, parameters) => {
      const logits = model.training(graph, parameters);
      const attributes = { axis: -1, keepdims: 0 };
      graph.output("classes", graph.node("ArgMax", [logits], { shape: ["tokens"], type: "int64", attributes }));
    });
    const { Tensor } = await loadRuntime();
    const sources = inputs.map((input, row) => ({ row, source: model.encodeSource(tokenizer, input, maxInput) }));
    sources.sort((a, b) => a.source.length - b.source.length);
    const answers = new Array<string>(inputs.length).fill("");
    for (let start = 0; start < sources.length; start += batchSize) {
      await setImmediate();
      throwIfCancelled(signal);
      const batch = sources.slice(start, start + batchSize);
      // Which class a row is told to have changes no logits, and the labels themselves are not read.
      const { feeds } = model.trainingFeeds(batch.map(({ source }) => ({ source, target: [0] })));
      const read = Object.entries(feeds).filter(([name]) => name !== "label_indices");
      const tensors = read.map(([name, { type, data, dims }]) => [name, new Tensor(type, data, dims)] as const);
      const { classes } = await run(Object.fromEntries(tensors));
      const found = classes!.data as BigInt64Array;
      batch.forEach(({ row }, index) => (answers[row] = model.labels[Number(found[index])]!));
      onProgress?.(start + batch.length, sources.length);
    }
    return answers;
  } finally {
    await sessions.dispose();
  }
}
