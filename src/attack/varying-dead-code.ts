/**
 * Dead statements that differ each time, from a small probabilistic grammar in the manner of Ramakrishnan and Albarghouthi
 * (2020): an unused constant, a guard that is never true, or a loop that never runs, over names, numbers and messages drawn
 * by chance. Only the shape is common to them.
 */
import type { Random } from "../foundation/random";
import type { CodeLanguage } from "../syntax/language";
import { writtenCode } from "./written-code";

const stems = ["tmp", "aux", "flag", "idx", "cnt", "mark", "probe", "state", "level", "buf", "spare", "slot"];
const endings = ["", "Val", "Num", "Ref", "Pos", "Max", "Old", "Key"];
const messages = ["alert", "probe", "notice", "checkpoint", "trace", "marker", "heartbeat", "status", "audit", "note"];

function freshName(used: ReadonlySet<string>, random: Random): string {
  for (;;) {
    const name = `${random.pick(stems)}${random.pick(endings)}${random.below(1000)}`;
    if (!used.has(name)) return name;
  }
}

/** A comparison of two different numbers that is never true. */
function neverTrue(random: Random): string {
  const small = random.below(400) - 200;
  const large = small + 1 + random.below(300);
  return random.pick([`${large} < ${small}`, `${small} > ${large}`, `${small} == ${large}`]);
}

/** A message that is not the same each time, in quotes. */
const message = (random: Random): string => `"${random.pick(messages)} ${random.pick(messages)} ${random.below(1000)}"`;

/** One statement, with a tab per step of indentation; its names are not among `used`. */
export function varyingDeadCode(language: CodeLanguage, used: ReadonlySet<string>, random: Random): string {
  const { declared, speech, guard, repeat } = writtenCode[language];
  const name = freshName(used, random);
  return random.pick([
    () => (declared.length === 1 ? declared[0]! : random.pick(declared))(name, random.below(1000)),
    () => guard(neverTrue(random), speech(message(random))),
    () => repeat(neverTrue(random), speech(message(random))),
  ])();
}
