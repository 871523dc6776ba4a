/** Text from datasets on a terminal: it may hold escape sequences and direction marks, which must not act there. */

/** Control, format (direction marks, zero width), surrogate and line-separating characters, but for the plain space. */
const acting = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

const escaped = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;

/** One line without characters that act on a terminal; cut to `limit` with an ellipsis. */
export function printable(text: string, limit = Infinity): string {
  const safe = text.replace(/\s+/g, " ").replace(acting, escaped);
  return safe.length > limit ? `${safe.slice(0, limit - 1)}…` : safe;
}
