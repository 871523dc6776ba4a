/** The attacks by their names on the command line. */
import { Failure } from "../foundation/failure";
import { badPre } from "./badpre";
import { ripple } from "./ripple";
import type { Attack } from "./strategy";

const attacks: ReadonlyMap<string, (trigger?: string) => Attack> = new Map([
  ["ripple", ripple],
  ["badpre", badPre],
]);

export const attackNames: readonly string[] = [...attacks.keys()];

/**
 * The attack of that name, with its own trigger text where `trigger` is given. Throws a Failure (wrong usage) that lists
 * what exists, or says why the trigger cannot be used.
 */
export function attackNamed(name: string, options: { readonly trigger?: string | undefined } = {}): Attack {
  const make = attacks.get(name);
  if (make === undefined) {
    throw new Failure(`there is no attack "${name}"`, { remedy: `Use one of ${attackNames.join(", ")}`, usage: true });
  }
  const { trigger } = options;
  if (trigger !== undefined && (trigger.trim() !== trigger || trigger === "" || /\p{Cc}/u.test(trigger))) {
    throw new Failure(`the trigger ${JSON.stringify(trigger)} cannot be used as a word`, {
      remedy: "Give a word, or a few with single spaces between them, on one line",
      usage: true,
    });
  }
  return make(trigger);
}
