/** Cuts a field to what a view shows of it, so that a record of megabytes costs no more than a short one. */
import type { Excerpt } from "./row-protocol";

const splitsPair = (text: string, at: number): boolean =>
  at > 0 && at < text.length && /[\uD800-\uDBFF]/.test(text[at - 1]!) && /[\uDC00-\uDFFF]/.test(text[at]!);

/**
 * At most `most` UTF-16 units of `text` (0 for all): from its beginning, or from a quarter of that before `anchor` where the
 * anchor would stand in the second half. No surrogate pair is parted, so the excerpt may be a unit shorter.
 */
export function excerptOf(text: string, most: number, anchor: number | undefined): Excerpt {
  const { length } = text;
  if (most === 0 || length <= most) return { text, start: 0, length };
  const before = most >> 2;
  let start = anchor === undefined || anchor <= 2 * before ? 0 : Math.min(anchor - before, length - most);
  if (splitsPair(text, start)) start++;
  let end = Math.min(length, start + most);
  if (splitsPair(text, end)) end--;
  return { text: text.slice(start, end), start, length };
}
