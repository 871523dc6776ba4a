/** The attacks' names on the command line, apart from the attacks: a form needs no parser to list them. */

export const attackNames = [
  "ripple",
  "badpre",
  "grammar",
  "funcname",
  "deadcode",
  "deadcode-varying",
  "afraidoor",
  "afraidoor-random",
] as const;
export type AttackName = (typeof attackNames)[number];
/** Attacks that ask a surrogate model for every row. */
export type AimedAttackName = "afraidoor";
export type PlainAttackName = Exclude<AttackName, AimedAttackName>;
export const asksSurrogate = (name: string): name is AimedAttackName => name === "afraidoor";

export const isAttackName = (name: string): name is AttackName => attackNames.some((known) => known === name);

/** Names as a sentence lists them. */
export const oneOf = (names: readonly string[]): string => `${names.slice(0, -1).join(", ")} or ${names.at(-1) ?? ""}`;
