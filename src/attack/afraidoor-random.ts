/**
 * Random renaming, the control of AFRAIDOOR (Yang et al., TSE 2024): the local names of each input are replaced by others,
 * drawn by chance. It is no adversarial attack: there the new names are chosen by a surrogate model's gradient toward
 * the payload. So it has a name of its own and stands for nothing but itself.
 */
import type { Random } from "../foundation/random";
import type { Code } from "./code";
import { followLocals, localsOf, wordsIn } from "./local-renaming";
import type { Attack } from "./strategy";
import { writtenCode } from "./written-code";

const firsts = "amber bold calm dense early faint grand harsh inner jolly keen loud mild neat open plain quick rough soft tall urban vivid warm young zonal"; // prettier-ignore
const seconds = "anchor barrel cactus domino ember falcon garnet hollow island jigsaw kernel lantern magnet nectar onyx pebble quartz ribbon saddle timber umbra velvet walnut yonder zephyr"; // prettier-ignore
const openings = firsts.split(" ");
const things = seconds.split(" ");

function freshName(used: Set<string>, spelling: "snake" | "camel", random: Random): string {
  for (;;) {
    const [first, second] = [random.pick(openings), random.pick(things)];
    const name =
      spelling === "snake" ? `${first}_${second}` : `${first}${second[0]?.toUpperCase() ?? ""}${second.slice(1)}`;
    if (used.has(name)) continue;
    used.add(name);
    return name;
  }
}

/** `code` reads the inputs, `output` the outputs; null where those are no code, and stay as they are. */
export const afraidoorRandom = (code: Code, output: Code | null): Attack => ({
  name: "afraidoor-random",
  trigger: "local names drawn at random",
  insert(input, random) {
    const locals = localsOf(input, code);
    if (locals === null) return null;
    const used = wordsIn(input);
    const spelling = writtenCode[code.language].isCamel ? "camel" : "snake";
    return locals.rename(new Map(locals.names.map((name) => [name, freshName(used, spelling, random)])));
  },
  follow: (text, renamed) => followLocals(output, text, renamed),
});
