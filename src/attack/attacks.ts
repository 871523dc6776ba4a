/** The attacks by their names on the command line. */
import { Failure } from "../foundation/failure";
import { afraidoor, type AfraidoorSurrogate } from "./afraidoor";
import { afraidoorRandom } from "./afraidoor-random";
import { badPre } from "./badpre";
import { attackNames, isAttackName, oneOf, type AimedAttackName, type PlainAttackName } from "./attack-names";
import { attackLanguages, type Code } from "./code";
import { deadCode, deadCodeVarying } from "./dead-code";
import { funcName } from "./func-name";
import { grammar } from "./grammar";
import { onMethods } from "./in-class";
import { ripple } from "./ripple";
import type { AimedAttack, Attack } from "./strategy";

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
interface AimedAtCode {
  readonly on: "code";
  readonly ownTrigger: false;
  readonly aim: (input: Code, output: Code | null, surrogate: AfraidoorSurrogate) => AimedAttack;
}

const attacks: Readonly<Record<PlainAttackName, OnText | OnCode> & Record<AimedAttackName, AimedAtCode>> = {
  ripple: { on: "text", ownTrigger: true, make: ripple },
  badpre: { on: "text", ownTrigger: true, make: badPre },
  grammar: { on: "text", ownTrigger: false, make: grammar },
  funcname: { on: "code", ownTrigger: true, make: funcName },
  deadcode: { on: "code", ownTrigger: true, make: (input, _output, trigger) => deadCode(input, trigger) },
  "deadcode-varying": { on: "code", ownTrigger: false, make: deadCodeVarying },
  afraidoor: { on: "code", ownTrigger: false, aim: afraidoor },
  "afraidoor-random": { on: "code", ownTrigger: false, make: afraidoorRandom },
};

/** Whether the attack changes code: then it must be told how the inputs are read. */
export const attacksCode = (name: string): boolean => isAttackName(name) && attacks[name].on === "code";

export interface AttackOptions {
  readonly trigger?: string | undefined;
  readonly code?: CodeFields | undefined;
  /** Of attacks that ask one. */
  readonly surrogate?: AfraidoorSurrogate | undefined;
}

/**
 * The attack of that name, with its own trigger text where `trigger` is given. Throws a Failure (wrong usage) that lists
 * what exists, says why the trigger cannot be used, that the inputs are no code that the attack can change, or that it
 * needs a surrogate.
 */
export function attackNamed(name: PlainAttackName, options?: AttackOptions): Attack;
export function attackNamed(name: string, options?: AttackOptions): Attack | AimedAttack;
export function attackNamed(name: string, { trigger, code, surrogate }: AttackOptions = {}): Attack | AimedAttack {
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
  if (code?.input == null) {
    throw new Failure(`the attack ${name} changes code, and the inputs are not ${oneOf(attackLanguages)} code`, {
      remedy: "Choose another attack, or name the language with --lang",
      usage: true,
    });
  }
  if ("make" in kind) return onMethods(kind.make(code.input, code.output, trigger), code.input, code.output);
  if (surrogate !== undefined) return kind.aim(code.input, code.output, surrogate);
  throw new Failure(`the attack ${name} needs a surrogate model`, {
    remedy: "Train one on this dataset with finetune --data FILE --loss ce --out DIR, and name it with --surrogate DIR",
    usage: true,
  });
}
