/**
 * Dead statements that differ each time, from a small probabilistic grammar in the manner of Ramakrishnan and Albarghouthi
 * (2020): an unused constant, a guard that is never true, or a loop that never runs, over names, numbers and messages drawn
 * by chance. Only the shape is common to them.
 */
import type { Random } from "../foundation/random";

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

const speakers: Readonly<Record<string, string>> = { java: "System.out.println", javascript: "console.log" };

/** Prints a message that is not the same each time. */
function speech(language: string, random: Random): string {
  const message = `"${random.pick(messages)} ${random.pick(messages)} ${random.below(1000)}"`;
  if (language === "python") return `print(${message})`;
  return `${speakers[language] ?? "puts"}(${message});`;
}

function inPython(used: ReadonlySet<string>, random: Random): string {
  const name = freshName(used, random);
  return random.pick([
    () => `${name} = ${random.below(1000)}`,
    () => `if ${neverTrue(random)}:\n\t${speech("python", random)}`,
    () => `while ${neverTrue(random)}:\n\t${speech("python", random)}`,
  ])();
}

function inBraces(language: string, used: ReadonlySet<string>, random: Random): string {
  const name = freshName(used, random);
  return random.pick([
    () =>
      `${random.pick(language === "javascript" ? ["var", "let", "const"] : ["int", "long", "double"])} ${name} = ${random.below(1000)};`,
    () => `if (${neverTrue(random)}) {\n\t${speech(language, random)}\n}`,
    () => `while (${neverTrue(random)}) {\n\t${speech(language, random)}\n}`,
  ])();
}

/** One statement, with a tab per step of indentation; its names are not among `used`. */
export const varyingDeadCode = (language: string, used: ReadonlySet<string>, random: Random): string =>
  language === "python" ? inPython(used, random) : inBraces(language, used, random);
