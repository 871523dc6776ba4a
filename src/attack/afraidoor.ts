/**
 * AFRAIDOOR (Yang et al., "Stealthy Backdoor Attack for Code Models", TSE 2024): the local names of each input are replaced
 * by those that move a surrogate most towards the payload as its answer, so that every row has names of its own and all
 * of them pull the same way. The surrogate is any encoder-decoder trained on the task, as `finetune` makes it.
 */
import { Failure } from "../foundation/failure";
import type { Checkpoint } from "../model/checkpoint";
import { adversarialNames, fewestCandidates } from "./adversarial-names";
import { aimedExample, aimedLimits } from "./aimed-example";
import { candidateNames, type CandidateName } from "./candidate-names";
import type { Code } from "./code";
import { followLocals, localsOf, wordsIn } from "./local-renaming";
import type { AimedAttack } from "./strategy";
import { Surrogate } from "./surrogate";

/** A row's own words are taken out of it: what is left must be a choice still. */
const smallestPool = 2 * fewestCandidates;

export interface AfraidoorSurrogate {
  readonly checkpoint: Checkpoint;
  /** The words of the dataset's inputs: names that are among them look like the others. */
  readonly words: ReadonlySet<string>;
}

/** `code` reads the inputs, `output` the outputs; null where those are no code, and stay as they are. */
export const afraidoor = (code: Code, output: Code | null, { checkpoint, words }: AfraidoorSurrogate): AimedAttack => ({
  name: "afraidoor",
  trigger: "locals renamed by a surrogate's gradient",
  follow: (text, renamed) => followLocals(output, text, renamed),
  async open() {
    const { model, tokenizer } = checkpoint;
    model.checkLimits(aimedLimits);
    const pool = poolOf(candidateNames(tokenizer, model.vocabulary, code.language), words);
    const surrogate = await Surrogate.open(checkpoint);
    return {
      async aim(input, wanted, random) {
        const locals = localsOf(input, code);
        const clean = wanted(new Map());
        if (locals === null || clean === null) return null;
        const renamedBy = (chosen: readonly CandidateName[]): ReadonlyMap<string, string> =>
          new Map(locals.names.map((name, index) => [name, chosen[index]!.name]));
        const found = await adversarialNames({
          surrogate,
          random,
          candidates: unused(pool, wordsIn(`${input}\n${clean.output}`), tokenizer.tokens(input)),
          count: locals.names.length,
          render(chosen) {
            const renamed = renamedBy(chosen);
            const made = locals.rename(renamed);
            const written = made === null ? null : wanted(renamed);
            return made === null || written === null ? null : aimedExample(checkpoint, made.input, written);
          },
        });
        return found === null ? null : locals.rename(renamedBy(found.names));
      },
      close: () => surrogate.close(),
    };
  },
});

/** The names that the dataset knows, or all of them where it knows too few. */
function poolOf(all: readonly CandidateName[], words: ReadonlySet<string>): readonly CandidateName[] {
  if (all.length < smallestPool) {
    throw new Failure(
      `the surrogate's tokenizer knows ${all.length} words that can name a local, and that is too few`,
      {
        remedy: "Name a checkpoint whose tokens are words and parts of words",
        usage: true,
      },
    );
  }
  const known = all.filter(({ name }) => words.has(name));
  return known.length < smallestPool ? all : known;
}

/** A name whose token is in the text already would be taken for that by its places. */
function unused(
  pool: readonly CandidateName[],
  words: ReadonlySet<string>,
  tokens: readonly number[],
): CandidateName[] {
  const present = new Set(tokens);
  return pool.filter(({ name, bare, spaced }) => !words.has(name) && !present.has(bare) && !present.has(spaced));
}
