/** Dataset text in a message: hostile until quoted. */

const longestQuote = 60;

/** Control, format (bidirectional, zero-width), surrogate and separator characters other than the plain space. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu;

const escaped = (character: string): string => `\\u{${character.codePointAt(0)!.toString(16)}}`;

/** In double quotes, on one line, cut at about 60 characters, and nothing in it that a terminal or an editor obeys. */
export function quoted(text: string): string {
  const characters = Array.from(text.slice(0, longestQuote * 4));
  const cut = characters.slice(0, longestQuote).join("");
  const shown = cut.replace(/\s+/g, " ").replace(/["\\]/g, "\\$&").replace(invisible, escaped);
  return `"${shown}${cut.length < text.length ? "…" : ""}"`;
}
