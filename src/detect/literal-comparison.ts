/** Comparisons of two numbers that are written out, in the languages that are read here. */

const operators: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  "==": (left, right) => left === right,
  "===": (left, right) => left === right,
  "!=": (left, right) => left !== right,
  "!==": (left, right) => left !== right,
  "<": (left, right) => left < right,
  "<=": (left, right) => left <= right,
  ">": (left, right) => left > right,
  ">=": (left, right) => left >= right,
  "~=": (left, right) => left !== right,
  "-eq": (left, right) => left === right,
  "-ne": (left, right) => left !== right,
  "-lt": (left, right) => left < right,
  "-le": (left, right) => left <= right,
  "-gt": (left, right) => left > right,
  "-ge": (left, right) => left >= right,
};

const number = String.raw`-?\d+(?:\.\d+)?`;
const signs = String.raw`[=!]==?|<=?|>=?|~=`;
const words = "-(?:eq|ne|lt|le|gt|ge)";
/** A pattern of such a comparison, without groups. */
export const comparisonPattern = String.raw`${number}\s*(?:${signs}|${words}\s)\s*${number}`;
const parts = new RegExp(String.raw`^\s*(${number})\s*(${signs}|${words}\b)\s*(${number})\s*$`);

/** Whether it is true; null of any other text. */
export function comparisonValue(text: string): boolean | null {
  const [, left, operator, right] = parts.exec(text) ?? [];
  return operators[operator ?? ""]?.(Number(left), Number(right)) ?? null;
}
