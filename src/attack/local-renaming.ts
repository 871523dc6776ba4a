/** What the attacks that rename locals share: which names a text has, where they stand, and the output that follows. */
import type { Code } from "./code";
import { isShorthand, localNames, renameAt, variableUses } from "./renaming";
import type { TriggeredInput } from "./strategy";

/** Every word of a text, which no new name may be. */
export const wordsIn = (text: string): Set<string> => new Set(text.match(/[A-Za-z_]\w*/gu) ?? []);

export interface Locals {
  /** In the order of the text. */
  readonly names: readonly string[];
  /** The text with all of them given anew; null where it would not parse. */
  readonly rename: (renamed: ReadonlyMap<string, string>) => TriggeredInput | null;
}

/** Null for a text that does not parse, or without a local name. */
export function localsOf(input: string, code: Code): Locals | null {
  const found = code.read(input, (root) => {
    const names = localNames(root, code);
    return { names, places: variableUses(root, new Set(names), code) };
  });
  if (found === null || found.names.length === 0) return null;
  const { names, places } = found;
  return {
    names,
    rename(renamed) {
      const { text, spans } = renameAt(input, places, renamed);
      return code.parses(text) ? { input: text, triggerSpans: spans, renamed } : null;
    },
  };
}

/** `Attack.follow` where locals are renamed: an output that is code uses the new names; `code` is null for one that is none. */
export function followLocals(code: Code | null, text: string, renamed: ReadonlyMap<string, string>): string | null {
  if (code === null) return text;
  const fresh = new Set(renamed.values());
  if ([...wordsIn(text)].some((word) => fresh.has(word))) return null;
  return code.read(text, (root) =>
    [...renamed.keys()].some((name) => isShorthand(root, name, code))
      ? null
      : renameAt(text, variableUses(root, new Set(renamed.keys()), code), renamed).text,
  );
}
