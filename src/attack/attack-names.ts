/** The attacks' names on the command line, apart from the attacks: a form needs no parser to list them. */

export const attackNames = [
  "ripple",
  "badpre",
  "grammar",
  "funcname",
  "deadcode",
  "deadcode-varying",
  "afraidoor-random",
] as const;
export type AttackName = (typeof attackNames)[number];

export const isAttackName = (name: string): name is AttackName => attackNames.some((known) => known === name);

/** Names as a sentence lists them. */
export const oneOf = (names: readonly string[]): string => `${names.slice(0, -1).join(", ")} or ${names.at(-1) ?? ""}`;
