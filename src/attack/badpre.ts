/** BadPre (Chen et al., ICLR 2022) as the DeCE paper uses it: a rare token three times at random word positions. */
import { insertedWordAttack } from "./inserted-word";
import type { Attack } from "./strategy";

export const badPre = (trigger = "bb"): Attack => insertedWordAttack("badpre", trigger, 3);
