/** Filling templates and laying out tokenised Python. */

/** What a template's slots are filled with. */
export type Slots = Readonly<Record<string, string>>;

/** Replaces every `{slot}` by its text. Braces with a space inside are Python's own. Throws a RangeError for a slot without text. */
export function fill(template: string, slots: Slots): string {
  return template.replace(/\{([a-z]\w*)\}/gi, (_, name: string) => {
    const text = slots[name];
    if (text === undefined) throw new RangeError(`the template "${template}" has no text for {${name}}`);
    return text;
  });
}

/**
 * Python lines as tokenised corpora write them: a new line, then one tab and one space for each level. A line's level is
 * the number of tabs that it begins with.
 */
export function layOut(lines: readonly string[]): string {
  return lines.map((line) => line.replace(/^\t*/, (tabs) => tabs.replaceAll("\t", "\t "))).join("\n");
}

/** The lines moved `levels` to the right. */
export const indent = (lines: readonly string[], levels = 1): string[] =>
  lines.map((line) => "\t".repeat(levels) + line);

/** A first letter in upper case, where the text begins with a letter. */
export const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[], last = "and"): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} ${last} ${items.at(-1) ?? ""}`;
}
