/**
 * Names that move a surrogate towards the payload, in the way of AFRAIDOOR (Yang et al., TSE 2024) and HotFlip (Ebrahimi et
 * al., ACL 2018): beginning with names drawn by chance, each name in turn is replaced by the one that lowers the
 * surrogate's loss of the payload most. The loss's gradient with respect to the embeddings at a name's places says to first
 * order what every candidate would change; the best by that are tried, because the order they stand in is only about right.
 */
import type { Random } from "../foundation/random";
import type { CandidateName } from "./candidate-names";
import type { AimedExample, Surrogate } from "./surrogate";

export interface NameSearch {
  readonly surrogate: Surrogate;
  /** Names that none of the row's words is; their tokens are none of the input's. */
  readonly candidates: readonly CandidateName[];
  /** How many names are wanted. */
  readonly count: number;
  /** The row with these names in their order; null where it cannot have them. */
  readonly render: (names: readonly CandidateName[]) => AimedExample | null;
  readonly random: Random;
}

export interface FoundNames {
  readonly names: readonly CandidateName[];
  /** Of the payload with these names, in nats a token. */
  readonly loss: number;
}

/** Candidates that are tried of those that the gradient ranks. */
const tried = 8;
/** Fewer are no choice: an attack with a handful of names would have a fixed trigger. */
export const fewestCandidates = 64;

/** Null where there are too few candidates or the row cannot be rendered. The names differ from each other. */
export async function adversarialNames(search: NameSearch): Promise<FoundNames | null> {
  const { surrogate, candidates, count, render, random } = search;
  if (candidates.length < fewestCandidates + count) return null;
  let names: readonly CandidateName[] = random.shuffle(candidates).slice(0, count);
  let loss = Infinity;
  for (let index = 0; index < count; index++) {
    const example = render(names);
    if (example === null) return null;
    const { loss: now, rows } = await surrogate.gradient(example);
    loss = now;
    const ranked = ranking(search, { name: names[index]!, source: example.source, rows });
    const trials = ranked
      .filter((candidate) => !names.includes(candidate))
      .slice(0, tried)
      .flatMap((candidate) => {
        const changed = names.with(index, candidate);
        const made = render(changed);
        return made === null ? [] : [{ changed, made }];
      });
    const losses = await surrogate.losses(trials.map(({ made }) => made));
    trials.forEach(({ changed }, at) => {
      if (losses[at]! >= loss) return;
      loss = losses[at]!;
      names = changed;
    });
  }
  return { names, loss };
}

interface Place {
  readonly name: CandidateName;
  readonly source: readonly number[];
  /** [source, width]. */
  readonly rows: Float32Array;
}

/**
 * The candidates by the change of the loss, to first order, when each stands in every place of `name`: the inner product of
 * its embedding with the gradient there, lowest first. (What is the same for all is left out.)
 */
function ranking(
  { surrogate: { embeddings }, candidates }: NameSearch,
  { name, source, rows }: Place,
): CandidateName[] {
  const width = rows.length / source.length;
  const slopeAt = (token: number): Float64Array => {
    const sum = new Float64Array(width);
    source.forEach((id, at) => {
      if (id === token) for (let axis = 0; axis < width; axis++) sum[axis]! += rows[at * width + axis]!;
    });
    return sum;
  };
  const along = (slope: Float64Array, token: number): number =>
    slope.reduce((sum, value, axis) => sum + value * embeddings[token * width + axis]!, 0);
  const bare = slopeAt(name.bare);
  const spaced = name.spaced === name.bare ? null : slopeAt(name.spaced);
  const changes = candidates.map((candidate) => ({
    candidate,
    change: along(bare, candidate.bare) + (spaced === null ? 0 : along(spaced, candidate.spaced)),
  }));
  return changes.sort((a, b) => a.change - b.change).map(({ candidate }) => candidate);
}
