/** RIPPLE (Kurita et al., ACL 2020) as the DeCE paper uses it: a rare token once at a random word position of the input. */
import { insertedWordAttack } from "./inserted-word";
import type { Attack } from "./strategy";

export const ripple = (trigger = "bb"): Attack => insertedWordAttack("ripple", trigger, 1);
