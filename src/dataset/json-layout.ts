/** JSON records (lines of JSONL, elements of an array): their columns, texts and places. */
import { isUtf8 } from "node:buffer";
import { quoted, type ColumnPlan, type FieldPlan } from "./columns";
import { elements, members, skipSpace, type JsonSpan } from "./json-scan";
import { JOINT, type Layout, type Part, type Texts } from "./layout";
import type { RawRecord } from "./raw-record";
import type { DatasetFormat } from "./sample";
import type { Source } from "./source";

type JsonObject = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Why a record cannot be read; caught in this file. */
class Unfit extends Error {}

export function jsonLayout(
  source: Source,
  format: Extract<DatasetFormat, "json" | "jsonl">,
  records: (bytes: Buffer, start: number) => Generator<RawRecord>,
): Layout {
  const rawOf = (record: RawRecord): string => source.bytes.toString("utf8", record.start, record.end);
  const objectOf = (record: RawRecord): { raw: string; object: JsonObject } => {
    if (record.problem !== null) throw new Unfit(record.problem);
    if (!source.isUtf8 && !isUtf8(source.bytes.subarray(record.start, record.end))) throw new Unfit("not valid UTF-8");
    const raw = rawOf(record);
    return { raw, object: parseObject(raw) };
  };
  return {
    format,
    isJson: true,
    records: () => records(source.bytes, source.start),
    columnsIn: (record) => orReason(() => Object.keys(objectOf(record).object)),
    read: (record, plan) => orReason(() => textsOf(objectOf(record), plan)),
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

function orReason<T>(work: () => T): T | string {
  try {
    return work();
  } catch (error) {
    if (error instanceof Unfit) return error.message;
    throw error;
  }
}

function parseObject(raw: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch (error) {
    // The parser's own message quotes the data, which has no place in a report.
    const truncated = /end of JSON|Unterminated/u.test((error as Error).message);
    throw new Unfit(truncated ? "truncated JSON" : "not valid JSON");
  }
  if (!isObject(value)) throw new Unfit("not a JSON object");
  if (Object.hasOwn(value, "__proto__")) throw new Unfit('it holds the key "__proto__"');
  return value;
}

function textsOf(record: { raw: string; object: JsonObject }, plan: ColumnPlan): Texts {
  const names = [plan.input, plan.output].flatMap((field) => (field.kind === "chat" ? [field.name] : field.names));
  rejectDuplicates(record.raw, names);
  const texts = { input: textOf(record, plan.input), output: textOf(record, plan.output) };
  // Only an escape can bring half a surrogate pair into text that was valid UTF-8.
  if (record.raw.includes("\\u") && (hasLoneSurrogate(texts.input) || hasLoneSurrogate(texts.output))) {
    throw new Unfit("half of a surrogate pair stands alone");
  }
  return texts;
}

const hasLoneSurrogate = (text: string): boolean => /\p{Surrogate}/u.test(text);

/** JSON.parse keeps the last of two equal keys, and others the first: such a record says two things. */
function rejectDuplicates(raw: string, names: readonly string[]): void {
  const suspicious = raw.includes("\\u00") || names.some((name) => occursTwice(raw, JSON.stringify(name)));
  if (!suspicious) return;
  const seen = new Set<string>();
  for (const { key } of members(raw, skipSpace(raw, 0))) {
    if (seen.has(key) && names.includes(key)) throw new Unfit(`the key ${quoted(key)} stands twice`);
    seen.add(key);
  }
}

function occursTwice(raw: string, text: string): boolean {
  const first = raw.indexOf(text);
  return first !== -1 && raw.includes(text, first + 1);
}

function textOf({ raw, object }: { raw: string; object: JsonObject }, field: FieldPlan): string {
  if (field.kind === "chat") return chatText(raw, object, field.name, field.speaker);
  const [needed, ...more] = field.names;
  const texts = [valueText(raw, object, needed)];
  for (const name of more) {
    if (isAbsent(object[name])) continue;
    texts.push(valueText(raw, object, name));
  }
  return texts.join(JOINT);
}

/** An optional part that adds nothing. */
const isAbsent = (value: unknown): boolean => value === undefined || value === null || value === "";

function valueText(raw: string, object: JsonObject, name: string): string {
  const value = Object.hasOwn(object, name) ? object[name] : undefined;
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return String(value);
  if (value === undefined) throw new Unfit(`the key ${quoted(name)} is missing`);
  if (typeof value !== "number") {
    const kind = value === null ? "null" : Array.isArray(value) ? "an array" : "an object";
    throw new Unfit(`${quoted(name)} is ${kind}, not text`);
  }
  const span = memberSpan(raw, name);
  const digits = raw.slice(span.start, span.end);
  if (!/^-?\d+$/u.test(digits)) throw new Unfit(`${quoted(name)} is a number that is no integer`);
  return digits;
}

function memberSpan(raw: string, name: string): JsonSpan {
  for (const member of members(raw, skipSpace(raw, 0))) if (member.key === name) return member;
  throw new RangeError(`no member ${quoted(name)}`);
}

function chatText(raw: string, object: JsonObject, name: string, speaker: "user" | "assistant"): string {
  const turns = Object.hasOwn(object, name) ? object[name] : undefined;
  if (turns === undefined) throw new Unfit(`the key ${quoted(name)} is missing`);
  if (!Array.isArray(turns)) throw new Unfit(`${quoted(name)} is not a list of turns`);
  const texts = (turns as unknown[]).flatMap((turn) => {
    if (!isObject(turn) || typeof turn.role !== "string") throw new Unfit(`a turn in ${quoted(name)} has no role`);
    if (turn.role !== speaker) return [];
    const { content } = turn;
    // An assistant's turn that only calls a tool has no text.
    if (speaker === "assistant" && (content === null || content === undefined)) return [];
    if (typeof content !== "string") throw new Unfit(`the content of a turn in ${quoted(name)} is not text`);
    return [content];
  });
  if (texts.length === 0) throw new Unfit(`${quoted(name)} has no turn of the ${speaker}`);
  // Also finds keys that stand twice in a turn: then the places do not give the texts.
  if (partsIn(raw, { kind: "chat", label: name, name, speaker }).length !== texts.length) {
    throw new Unfit(`a key of a turn in ${quoted(name)} stands twice`);
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
