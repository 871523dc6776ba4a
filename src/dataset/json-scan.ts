/**
 * Where the parts of a JSON text stand. The text is known to be valid JSON (JSON.parse took it), so nothing is checked here;
 * all offsets are UTF-16. Nothing recurses: hostile nesting costs time only.
 */
export interface JsonSpan {
  readonly start: number;
  readonly end: number;
}

export interface JsonMember extends JsonSpan {
  readonly key: string;
}

const isSpace = (unit: string | undefined): boolean => unit === " " || unit === "\n" || unit === "\r" || unit === "\t";

export function skipSpace(json: string, at: number): number {
  while (isSpace(json[at])) at++;
  return at;
}

/** The offset after the closing quote of the string that opens at `at`. */
function endOfString(json: string, at: number): number {
  for (let i = at + 1; i < json.length; i++) {
    if (json[i] === "\\") i++;
    else if (json[i] === '"') return i + 1;
  }
  return json.length;
}

function endOfValue(json: string, at: number): number {
  let depth = 0;
  for (let i = at; i < json.length;) {
    const unit = json[i];
    if (unit === '"') {
      i = endOfString(json, i);
    } else if (unit === "{" || unit === "[") {
      depth++;
      i++;
    } else if (unit === "}" || unit === "]") {
      depth--;
      i++;
    } else if (depth > 0) {
      i++;
    } else {
      const literal = /[^,\]}\s]+/y;
      literal.lastIndex = i;
      return i + (literal.exec(json)?.[0].length ?? 0);
    }
    if (depth === 0) return i;
  }
  return json.length;
}

/** The members of the object that starts at `at`: decoded keys, and where the values stand. */
export function* members(json: string, at: number): Generator<JsonMember> {
  let i = skipSpace(json, at + 1);
  while (json[i] === '"') {
    const keyEnd = endOfString(json, i);
    const key = JSON.parse(json.slice(i, keyEnd)) as string;
    const start = skipSpace(json, skipSpace(json, keyEnd) + 1);
    const end = endOfValue(json, start);
    yield { key, start, end };
    i = skipSpace(json, skipSpace(json, end) + 1);
  }
}

/** Where the elements of the array that starts at `at` stand. */
export function* elements(json: string, at: number): Generator<JsonSpan> {
  let start = skipSpace(json, at + 1);
  while (start < json.length && json[start] !== "]") {
    const end = endOfValue(json, start);
    yield { start, end };
    const after = skipSpace(json, end);
    if (json[after] !== ",") return;
    start = skipSpace(json, after + 1);
  }
}
