import { describe, expect, it } from "vitest";
import { tinyCheckpoint } from "../../test/support/tiny-checkpoint";
import { Failure } from "../foundation/failure";
import { gpt2 } from "../model/gpt2";
import type { Checkpoint } from "../model/checkpoint";
import { Surrogate, type AimedExample } from "./surrogate";

/** Token 70 stands at two places of the source and nowhere else; the head is not the table that is varied. */
const untied = { tiedEmbeddings: false, feedForward: { activation: "gelu_new", gated: true } } as const;
const token = 70;
const example: AimedExample = { source: [40, token, 41, 42, token, 1], target: [50, 51, 52, 53], from: 2 };

async function withSurrogate<Result>(
  checkpoint: Checkpoint,
  use: (surrogate: Surrogate) => Promise<Result>,
): Promise<Result> {
  const surrogate = await Surrogate.open(checkpoint);
  try {
    return await use(surrogate);
  } finally {
    await surrogate.close();
  }
}

describe("a surrogate", () => {
  it("gives the gradient with respect to the source's embeddings, as finite differences do", async () => {
    const checkpoint = tinyCheckpoint(untied, 3);
    const { loss, rows } = await withSurrogate(checkpoint, (surrogate) => surrogate.gradient(example));
    const table = checkpoint.weights.get("shared.weight")!;
    const width = rows.length / example.source.length;
    expect(width).toBe(16);
    const lossWith = (axis: number, change: number): Promise<number> => {
      const changed = table.slice();
      changed[token * width + axis]! += change;
      const weights = new Map([...checkpoint.weights, ["shared.weight", changed]]);
      return withSurrogate({ ...checkpoint, weights }, async (surrogate) => (await surrogate.losses([example]))[0]!);
    };
    expect(await lossWith(0, 0)).toBeCloseTo(loss, 4);
    const step = 0.02;
    for (const axis of [0, 5, 11]) {
      const slope = ((await lossWith(axis, step)) - (await lossWith(axis, -step))) / (2 * step);
      const both = rows[width + axis]! + rows[4 * width + axis]!;
      expect(Math.abs(slope - both)).toBeLessThan(0.02 * Math.max(0.05, Math.abs(slope)));
    }
  });

  it("counts the target's tokens from the payload on alone, whatever else is in the batch", async () => {
    await withSurrogate(tinyCheckpoint(), async (surrogate) => {
      const longer = { source: [40, 41], target: [50, 51, 52, 53, 54, 55], from: 5 };
      const [alone] = await surrogate.losses([example]);
      const together = await surrogate.losses([longer, example]);
      expect(together[1]).toBeCloseTo(alone!, 5);
      const each = await surrogate.losses([2, 3].map((from) => ({ ...example, target: example.target.slice(0, from + 1), from }))); // prettier-ignore
      expect((each[0]! + each[1]!) / 2).toBeCloseTo(alone!, 5);
    });
  });

  it("is an encoder-decoder: another model is refused in one line", async () => {
    const sizes = { vocab_size: 259, n_positions: 64, n_embd: 16, n_layer: 1, n_head: 2, bos_token_id: 0, eos_token_id: 1 }; // prettier-ignore
    const model = gpt2({ model_type: "gpt2", ...sizes }, "config.json");
    const weights = new Map([...model.shapes].map(([name, shape]) => [name, new Float32Array(shape.reduce((a, b) => a * b, 1))])); // prettier-ignore
    const refused: unknown = await Surrogate.open({ ...tinyCheckpoint(), model, weights }).catch((error: unknown) => error); // prettier-ignore
    expect(refused).toBeInstanceOf(Failure);
    expect((refused as Failure).oneLine).toMatch(
      /^the surrogate is a GPT-2 model, and an encoder-decoder is needed\. /,
    );
  });
});
