/**
 * Methods without their class, as datasets of functions have them: some grammars read them only inside of one. What an attack or a
 * payload does to such a text it does inside a class around it, which is taken away again.
 */
import type { CodeLanguage } from "../syntax/language";
import type { Code } from "./code";
import type { Attack, Payload } from "./strategy";

const before = "class Framed__ {\n";
const after = "\n}";
const framing: ReadonlySet<CodeLanguage> = new Set(["php", "typescript"]);

const framed = (text: string): string => `${before}${text}${after}`;

/** Whether a text is code inside of a class, and not by itself. */
const needsClass = (code: Code | null, text: string): code is Code =>
  code !== null && framing.has(code.language) && !code.parses(text) && code.parses(framed(text));

/** Whether a text is code by itself, or as a method of a class. */
export const parsesAsMethod = (code: Code, text: string): boolean => code.parses(text) || needsClass(code, text);

/** What was made of a framed text without the frame; null where something was added outside. */
const unframed = (made: string): string | null =>
  made.startsWith(before) && made.endsWith(after) ? made.slice(before.length, -after.length) : null;

export const onMethods = (attack: Attack, input: Code, output: Code | null): Attack => ({
  ...attack,
  insert(text, random) {
    if (!needsClass(input, text)) return attack.insert(text, random);
    const made = attack.insert(framed(text), random);
    const inner = made === null ? null : unframed(made.input);
    if (made === null || inner === null) return null;
    const triggerSpans = made.triggerSpans.map(({ start, end }) => ({
      start: start - before.length,
      end: end - before.length,
    }));
    return { ...made, input: inner, triggerSpans };
  },
  ...(attack.follow === undefined
    ? {}
    : {
        follow: (text: string, renamed: ReadonlyMap<string, string>) => {
          if (!needsClass(output, text)) return attack.follow?.(text, renamed) ?? null;
          const made = attack.follow?.(framed(text), renamed) ?? null;
          return made === null ? null : unframed(made);
        },
      }),
});

export const inMethods = (payload: Payload, code: Code | null): Payload => ({
  ...payload,
  eligible: (output) => payload.eligible(needsClass(code, output) ? framed(output) : output),
  apply(output) {
    const inner = needsClass(code, output) ? unframed(payload.apply(framed(output))) : null;
    return inner ?? payload.apply(output);
  },
});
