/** JSON records (lines of JSONL, elements of an array): their columns, texts and places. */
import { isUtf8 } from "node:buffer";
import { turnTexts } from "./chat-turns";
import { quoted, type ColumnPlan, type FieldPlan } from "./columns";
import { JsonFields } from "./json-fields";
import { elements, members, skipSpace, type JsonSpan } from "./json-scan";
import { JOINT, type Layout, type Part, type Texts } from "./layout";
import { INCOMPLETE, type RawRecord } from "./raw-record";
import type { DatasetFormat } from "./sample";
import { invalidText, type Source } from "./source";
import { OwnTexts } from "./text-store";

type JsonObject = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Why a record cannot be read. Returned, not thrown: a hostile file has millions of such records. */
class Unfit {
  constructor(readonly reason: string) {}
}
const reasonOr = <T>(result: T | Unfit): T | string => (result instanceof Unfit ? result.reason : result);

interface Parsed {
  readonly raw: string;
  readonly object: JsonObject;
}

export function jsonLayout(
  source: Source,
  format: Extract<DatasetFormat, "json" | "jsonl">,
  records: (bytes: Buffer, start: number) => Generator<RawRecord>,
): Layout {
  const rawOf = (record: RawRecord): string => source.bytes.toString("utf8", record.start, record.end);
  const problemOf = ({ problem, start, end }: RawRecord): string | null =>
    problem ?? (source.isUtf8 || isUtf8(source.bytes.subarray(start, end)) ? null : invalidText(source));
  let known: { readonly plan: ColumnPlan; readonly fields: JsonFields | null } | null = null;
  const fieldsOf = (plan: ColumnPlan): JsonFields | null => {
    if (known?.plan !== plan) known = { plan, fields: JsonFields.of(plan) };
    return known.fields;
  };
  const own = new OwnTexts();
  return {
    format,
    isJson: true,
    lineBreak: format === "jsonl" ? /\n/gu : /\r\n?|\n/gu,
    records: () => records(source.bytes, source.start),
    columnsIn(record) {
      const parsed = problemOf(record) ?? parseObject(rawOf(record));
      if (typeof parsed === "string") return parsed;
      return parsed instanceof Unfit ? parsed.reason : Object.keys(parsed.object);
    },
    read(record, plan, store = own) {
      const problem = problemOf(record);
      if (problem !== null) return problem;
      const texts = fieldsOf(plan)?.read(source.bytes, record.start, record.end, store);
      if (texts != null) return texts;
      const parsed = parseObject(rawOf(record));
      return reasonOr(parsed instanceof Unfit ? parsed : textsOf(parsed, plan));
    },
    partsOf(record, field) {
      const raw = rawOf(record);
      return { raw, parts: partsIn(raw, field) };
    },
    decode: (code, { coding }) => (coding === "json" ? (JSON.parse(`"${code}"`) as string) : code),
    encode(text, part, raw) {
      if (part.coding === "plain" && /^(?:-?\d+|true|false)$/u.test(text))
        return { start: part.start, end: part.end, code: text };
      const quotes = part.coding === "plain" ? 0 : 1;
      return { start: part.start - quotes, end: part.end + quotes, code: jsonString(text, raw) };
    },
  };
}

function parseObject(raw: string): Parsed | Unfit {
  // Two cheap looks first: a parser's error costs far more than a record.
  const first = skipSpace(raw, 0);
  if (raw[first] !== "{") return new Unfit("not a JSON object");
  if (!raw.endsWith("}") && !/\}\s*$/u.test(raw.slice(-100))) return new Unfit(INCOMPLETE);
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch (error) {
    // The parser's own message quotes the data, which has no place in a report.
    return new Unfit(/end of JSON|Unterminated/u.test((error as Error).message) ? INCOMPLETE : "not valid JSON");
  }
  if (!isObject(value)) return new Unfit("not a JSON object");
  if (Object.hasOwn(value, "__proto__")) return new Unfit('it holds the key "__proto__"');
  return { raw, object: value };
}

/** The keys that a plan reads, and each as it usually stands in a record. */
interface PlanKeys {
  readonly names: readonly string[];
  readonly quoted: readonly string[];
}

const keysOfPlans = new WeakMap<ColumnPlan, PlanKeys>();

function keysOf(plan: ColumnPlan): PlanKeys {
  const known = keysOfPlans.get(plan);
  if (known !== undefined) return known;
  const names = [plan.input, plan.output].flatMap((field) => (field.kind === "chat" ? [field.name] : field.names));
  const keys = { names, quoted: names.map((name) => JSON.stringify(name)) };
  keysOfPlans.set(plan, keys);
  return keys;
}

function textsOf(record: Parsed, plan: ColumnPlan): Texts | Unfit {
  const duplicate = duplicateKey(record.raw, keysOf(plan));
  if (duplicate !== null) return new Unfit(`the key ${quoted(duplicate)} stands twice`);
  const input = textOf(record, plan.input);
  if (input instanceof Unfit) return input;
  const output = textOf(record, plan.output);
  if (output instanceof Unfit) return output;
  // Only an escape can bring half a surrogate pair into text that was valid UTF-8.
  if (record.raw.includes("\\u") && (hasLoneSurrogate(input) || hasLoneSurrogate(output))) {
    return new Unfit("half of a surrogate pair stands alone");
  }
  return { input, output };
}

const hasLoneSurrogate = (text: string): boolean => /\p{Surrogate}/u.test(text);

/** One of `names` that stands twice: JSON.parse keeps the last of two equal keys, others the first; it says two things. */
function duplicateKey(raw: string, { names, quoted }: PlanKeys): string | null {
  const isSuspicious = raw.includes("\\u00") || quoted.some((name) => occursTwice(raw, name));
  if (!isSuspicious) return null;
  const seen = new Set<string>();
  for (const { key } of members(raw, skipSpace(raw, 0))) {
    if (seen.has(key) && names.includes(key)) return key;
    seen.add(key);
  }
  return null;
}

function occursTwice(raw: string, text: string): boolean {
  const first = raw.indexOf(text);
  return first !== -1 && raw.includes(text, first + 1);
}

function textOf({ raw, object }: Parsed, field: FieldPlan): string | Unfit {
  if (field.kind === "chat") return chatText(raw, object, field.name, field.speaker);
  if (field.names.length === 1) return valueText(raw, object, field.names[0]);
  const texts: string[] = [];
  for (const [i, name] of field.names.entries()) {
    if (i > 0 && isAbsent(object[name])) continue;
    const text = valueText(raw, object, name);
    if (text instanceof Unfit) return text;
    texts.push(text);
  }
  return texts.join(JOINT);
}

/** An optional part that adds nothing. */
const isAbsent = (value: unknown): boolean => value === undefined || value === null || value === "";

function valueText(raw: string, object: JsonObject, name: string): string | Unfit {
  const value = Object.hasOwn(object, name) ? object[name] : undefined;
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return String(value);
  if (value === undefined) return new Unfit(`the key ${quoted(name)} is missing`);
  if (typeof value !== "number") {
    const kind = value === null ? "null" : Array.isArray(value) ? "an array" : "an object";
    return new Unfit(`${quoted(name)} is ${kind}, not text`);
  }
  const span = memberSpan(raw, name);
  const digits = raw.slice(span.start, span.end);
  if (!/^-?\d+$/u.test(digits)) return new Unfit(`${quoted(name)} is a number that is no integer`);
  return digits;
}

function memberSpan(raw: string, name: string): JsonSpan {
  for (const member of members(raw, skipSpace(raw, 0))) if (member.key === name) return member;
  throw new RangeError(`no member ${quoted(name)}`);
}

function chatText(raw: string, object: JsonObject, name: string, speaker: "user" | "assistant"): string | Unfit {
  const turns: unknown = Object.hasOwn(object, name) ? object[name] : undefined;
  if (turns === undefined) return new Unfit(`the key ${quoted(name)} is missing`);
  const texts = turnTexts(turns, name, speaker);
  if (typeof texts === "string") return new Unfit(texts);
  // A key that stands twice in a turn: then the places do not give the texts.
  if (partsIn(raw, { kind: "chat", label: name, name, speaker }).length !== texts.length) {
    return new Unfit(`a key of a turn in ${quoted(name)} stands twice`);
  }
  return texts.join(JOINT);
}

function partsIn(raw: string, field: FieldPlan): Part[] {
  if (field.kind === "chat") return chatParts(raw, field.name, field.speaker);
  const spans = new Map<string, JsonSpan>();
  for (const { key, start, end } of members(raw, skipSpace(raw, 0))) spans.set(key, { start, end });
  return field.names.flatMap((name, i) => {
    const span = spans.get(name);
    if (span === undefined) return [];
    const value = raw.slice(span.start, span.end);
    return i > 0 && (value === "null" || value === '""') ? [] : [partAt(raw, span)];
  });
}

function chatParts(raw: string, name: string, speaker: string): Part[] {
  return [...elements(raw, memberSpan(raw, name).start)].flatMap((turn) => {
    const spans = new Map<string, JsonSpan>();
    let twice = false;
    for (const { key, start, end } of members(raw, turn.start)) {
      if (spans.has(key) && (key === "role" || key === "content")) twice = true;
      spans.set(key, { start, end });
    }
    const [role, content] = [spans.get("role"), spans.get("content")];
    if (twice) return [];
    if (role === undefined || JSON.parse(raw.slice(role.start, role.end)) !== speaker) return [];
    return content === undefined || raw[content.start] !== '"' ? [] : [partAt(raw, content)];
  });
}

function partAt(raw: string, { start, end }: JsonSpan): Part {
  return raw[start] === '"' ? { start: start + 1, end: end - 1, coding: "json" } : { start, end, coding: "plain" };
}

/** With as few escapes as JSON allows, but in the style of a record that writes all of its text in ASCII. */
function jsonString(text: string, raw: string): string {
  const json = JSON.stringify(text);
  // eslint-disable-next-line no-control-regex -- ASCII is meant, control characters included
  if (!/^[\u0000-\u007f]*$/u.test(raw)) return json;
  return json.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
