/** The attacks by their names on the command line. */
import { Failure } from "../foundation/failure";
import { afraidoorRandom } from "./afraidoor-random";
import { badPre } from "./badpre";
import { attackNames, isAttackName, oneOf, type AttackName } from "./attack-names";
import { attackLanguages, type Code } from "./code";
import { deadCode, deadCodeVarying } from "./dead-code";
import { funcName } from "./func-name";
import { grammar } from "./grammar";
import { ripple } from "./ripple";
import type { Attack } from "./strategy";

/** What an attack may need to know of the dataset: how its fields' code is read; null where they are no code. */
export interface CodeFields {
  readonly input: Code | null;
  readonly output: Code | null;
}

interface OnText {
  readonly on: "text";
  /** The user may set the trigger's text. */
  readonly ownTrigger: boolean;
  readonly make: (trigger?: string) => Attack;
}
interface OnCode {
  readonly on: "code";
  readonly ownTrigger: boolean;
  readonly make: (input: Code, output: Code | null, trigger?: string) => Attack;
}

const attacks: Readonly<Record<AttackName, OnText | OnCode>> = {
  ripple: { on: "text", ownTrigger: true, make: ripple },
  badpre: { on: "text", ownTrigger: true, make: badPre },
  grammar: { on: "text", ownTrigger: false, make: grammar },
  funcname: { on: "code", ownTrigger: true, make: funcName },
  deadcode: { on: "code", ownTrigger: true, make: (input, _output, trigger) => deadCode(input, trigger) },
  "deadcode-varying": { on: "code", ownTrigger: false, make: deadCodeVarying },
  "afraidoor-random": { on: "code", ownTrigger: false, make: afraidoorRandom },
};

/** Whether the attack changes code: then it must be told how the inputs are read. */
export const attacksCode = (name: string): boolean => isAttackName(name) && attacks[name].on === "code";

export interface AttackOptions {
  readonly trigger?: string | undefined;
  readonly code?: CodeFields | undefined;
}

/**
 * The attack of that name, with its own trigger text where `trigger` is given. Throws a Failure (wrong usage) that lists
 * what exists, says why the trigger cannot be used, or that the inputs are no code that the attack can change.
 */
export function attackNamed(name: string, { trigger, code }: AttackOptions = {}): Attack {
  if (!isAttackName(name)) {
    throw new Failure(`there is no attack "${name}"`, { remedy: `Use one of ${attackNames.join(", ")}`, usage: true });
  }
  const kind = attacks[name];
  if (trigger !== undefined && !kind.ownTrigger) {
    throw new Failure(`the attack ${name} has no trigger text of its own`, { remedy: "Leave it out", usage: true });
  }
  if (trigger !== undefined && (trigger.trim() !== trigger || trigger === "" || /\p{Cc}/u.test(trigger))) {
    throw new Failure(`the trigger ${JSON.stringify(trigger)} cannot be used as a word`, {
      remedy: "Give a word, or a few with single spaces between them, on one line",
      usage: true,
    });
  }
  if (kind.on === "text") return kind.make(trigger);
  if (code?.input != null) return kind.make(code.input, code.output, trigger);
  throw new Failure(`the attack ${name} changes code, and the inputs are not ${oneOf(attackLanguages)} code`, {
    remedy: "Choose another attack, or name the language with --lang",
    usage: true,
  });
}
