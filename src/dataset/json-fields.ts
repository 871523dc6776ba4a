/**
 * Reads the wanted texts of a JSON record off its bytes, without an object for it. It gives the texts that JSON.parse would
 * give, or null for any record that is not plainly whole, valid and unambiguous: that one is for `jsonLayout` to read or to refuse,
 * with the reason.
 */
import { isPlainJson, viewOf, WORD } from "./byte-words";
import type { ColumnPlan } from "./columns";
import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  escapes,
  hexAt,
  isLiteral,
  isSpace,
  Kind,
  kinds,
  LF,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  UNIT,
} from "./json-bytes";
import type { Texts } from "./layout";
import type { TextStore } from "./text-store";

const PROTO = Buffer.from("__proto__");
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/u;
const INTEGER = /^-?(?:0|[1-9]\d*)$/u;

/** How a wanted value stands in a record. */
const enum Held {
  nothing,
  null,
  text,
}

export class JsonFields {
  private readonly keys: readonly Buffer[];
  /** Indices in `keys` of the parts of each side. */
  private readonly input: readonly number[];
  private readonly output: readonly number[];
  private readonly state: Uint8Array;
  private readonly from: Uint32Array;
  private readonly to: Uint32Array;
  private bytes: Buffer = PROTO;
  private at = 0;
  /** Byte after the record. Nothing is read beyond it: what stands there is another record's, and could be all of the file. */
  private end = 0;
  private view = viewOf(this.bytes);
  private target: Buffer = PROTO;
  private targetView = viewOf(this.target);
  private written = 0;
  private isAscii = true;
  private readonly spans = { inputFrom: 0, inputTo: 0, outputFrom: 0, outputTo: 0 };

  private constructor(input: readonly string[], output: readonly string[]) {
    this.keys = [...input, ...output].map((name) => Buffer.from(name));
    this.input = input.map((_, i) => i);
    this.output = output.map((_, i) => input.length + i);
    this.state = new Uint8Array(this.keys.length);
    this.from = new Uint32Array(this.keys.length);
    this.to = new Uint32Array(this.keys.length);
  }

  /** A reader of the plan's columns; null for chat turns, which are no plain texts. */
  static of({ input, output }: ColumnPlan): JsonFields | null {
    return input.kind === "chat" || output.kind === "chat" ? null : new JsonFields(input.names, output.names);
  }

  /** The texts of the record from `start` to `end`, which is valid UTF-8. */
  read(bytes: Buffer, start: number, end: number, store: TextStore): Texts | null {
    // Texts of several parts are written once more, joined.
    this.written = store.reserve((this.keys.length === 2 ? 1 : 2) * (end - start) + WORD);
    if (this.bytes !== bytes) this.view = viewOf((this.bytes = bytes));
    if (this.target !== store.bytes) this.targetView = viewOf((this.target = store.bytes));
    this.at = start;
    this.end = end;
    this.isAscii = true;
    this.state.fill(Held.nothing);
    if (!this.readMembers() || !isBlank(bytes, this.at, end) || !this.join(this.input)) return null;
    const { spans } = this;
    spans.inputFrom = this.joinedFrom;
    spans.inputTo = this.joinedTo;
    if (!this.join(this.output)) return null;
    spans.outputFrom = this.joinedFrom;
    spans.outputTo = this.joinedTo;
    return store.take(spans, this.written, this.isAscii);
  }

  private skipSpace(): void {
    const { bytes, end } = this;
    let { at } = this;
    while (at < end && isSpace(bytes[at])) at++;
    this.at = at;
  }

  private readMembers(): boolean {
    const { bytes } = this;
    this.skipSpace();
    if (bytes[this.at] !== OPEN_OBJECT) return false;
    for (;;) {
      this.at++;
      this.skipSpace();
      const keyFrom = this.at + 1;
      if (bytes[this.at] !== QUOTE || !this.skipKey()) return false;
      const key = this.keyAt(keyFrom, this.at - 1);
      if (key === null) return false;
      this.skipSpace();
      if (bytes[this.at++] !== COLON) return false;
      this.skipSpace();
      if (!(key === -1 ? this.skipValue() : this.readWanted(key))) return false;
      this.skipSpace();
      const byte = bytes[this.at];
      if (byte === COMMA) continue;
      this.at++;
      return byte === CLOSE_OBJECT;
    }
  }

  /** Passes over a key without escapes. */
  private skipKey(): boolean {
    const { bytes, end } = this;
    for (let at = this.at + 1; at < end; at++) {
      const kind = kinds[bytes[at]!];
      if (kind === Kind.plain || kind === Kind.beyondAscii) continue;
      this.at = at + 1;
      return kind === Kind.quote;
    }
    return false;
  }

  /** Which of the wanted keys this is, -1 for another, null for one that is not for here. */
  private keyAt(from: number, to: number): number | null {
    const { bytes, keys } = this;
    for (let i = 0; i < keys.length; i++) {
      if (stands(keys[i]!, bytes, from, to)) return this.state[i] === Held.nothing ? i : null;
    }
    return stands(PROTO, bytes, from, to) ? null : -1;
  }

  /** A wanted value: its text is written to the target. */
  private readWanted(key: number): boolean {
    const from = this.written;
    const byte = this.bytes[this.at]!;
    let state = Held.text;
    if (byte === QUOTE) {
      if (!this.copyString()) return false;
    } else {
      const literal = this.literal();
      if (literal === "null") state = Held.null;
      else if (literal !== "true" && literal !== "false" && !INTEGER.test(literal)) return false;
      else this.written += this.target.write(literal, from, "latin1");
    }
    this.state[key] = state;
    this.from[key] = from;
    this.to[key] = this.written;
    return true;
  }

  /** Copies the string here to the target, decoded. What is rare stands elsewhere: this loop is most of the work. */
  private copyString(): boolean {
    const { bytes, target, view, targetView, end } = this;
    const kindOf = kinds;
    const last = end - WORD;
    let at = this.at + 1;
    let to = this.written;
    for (;;) {
      while (at <= last) {
        const word = view.getInt32(at, true);
        if (!isPlainJson(word)) break;
        targetView.setInt32(to, word, true);
        at += WORD;
        to += WORD;
      }
      if (at >= end) return false;
      const byte = bytes[at++]!;
      const kind = kindOf[byte];
      if (kind === Kind.plain) {
        target[to++] = byte;
      } else if (kind === Kind.backslash) {
        const value = escapes[bytes[at++]!]!;
        if (value > 0) {
          target[to++] = value;
          continue;
        }
        this.at = at;
        this.written = to;
        if (!this.copyUnit()) return false;
        at = this.at;
        to = this.written;
      } else if (kind === Kind.beyondAscii) {
        this.isAscii = false;
        target[to++] = byte;
      } else {
        this.at = at;
        this.written = to;
        return kind === Kind.quote;
      }
    }
  }

  /** Copies the UTF-16 unit of which the `u` has just been passed. Half of a pair is for those who look whether it stands alone. */
  private copyUnit(): boolean {
    const { bytes, target } = this;
    const unit = bytes[this.at - 1] === UNIT ? hexAt(bytes, this.at) : -1;
    if (unit < 0 || (unit >= 0xd800 && unit < 0xe000)) return false;
    this.at += 4;
    if (unit >= 0x80) this.isAscii = false;
    this.written += target.write(String.fromCharCode(unit), this.written);
    return true;
  }

  /** Passes over a value that is not wanted, and tells whether it is valid. */
  private skipValue(): boolean {
    const byte = this.bytes[this.at];
    if (byte === QUOTE) return this.skipString();
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) return this.skipNested();
    const literal = this.literal();
    return literal === "null" || literal === "true" || literal === "false" || NUMBER.test(literal);
  }

  private skipString(): boolean {
    const { bytes, view, end } = this;
    const last = end - WORD;
    let at = this.at + 1;
    for (;;) {
      while (at <= last && isPlainJson(view.getInt32(at, true))) at += WORD;
      if (at >= end) return false;
      const kind = kinds[bytes[at++]!];
      if (kind === Kind.plain || kind === Kind.beyondAscii) continue;
      if (kind !== Kind.backslash) {
        this.at = at;
        return kind === Kind.quote;
      }
      const escaped = bytes[at++]!;
      if (escapes[escaped]! > 0) continue;
      if (escaped !== UNIT || hexAt(bytes, at) < 0) return false;
      at += 4;
    }
  }

  /** Passes over an array or object: its brackets tell where it ends, and JSON.parse whether it is valid. */
  private skipNested(): boolean {
    const { bytes, end } = this;
    const from = this.at;
    let depth = 0;
    do {
      if (this.at >= end) return false;
      const byte = bytes[this.at];
      if (byte === QUOTE) {
        if (!this.skipString()) return false;
        continue;
      }
      if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++;
      else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) depth--;
      this.at++;
    } while (depth > 0);
    try {
      JSON.parse(bytes.toString("utf8", from, this.at));
      return true;
    } catch {
      return false;
    }
  }

  /** The number or word here, as far as it is one. */
  private literal(): string {
    const { bytes, end } = this;
    const from = this.at;
    let at = from;
    while (at < end && isLiteral(bytes[at]!)) at++;
    this.at = at;
    return at - from > 1000 ? "" : bytes.toString("latin1", from, at);
  }

  private joinedFrom = 0;
  private joinedTo = 0;

  /** One text of the parts that hold some; false where the first is missing. */
  private join(parts: readonly number[]): boolean {
    const [first] = parts;
    if (first === undefined || this.state[first] !== Held.text) return false;
    this.joinedFrom = this.from[first]!;
    this.joinedTo = this.to[first]!;
    if (parts.length === 1) return true;
    const from = this.written;
    this.append(first);
    for (const part of parts.slice(1)) {
      if (this.state[part] !== Held.text || this.to[part] === this.from[part]) continue;
      this.target[this.written++] = LF;
      this.append(part);
    }
    this.joinedFrom = from;
    this.joinedTo = this.written;
    return true;
  }

  private append(part: number): void {
    this.target.copyWithin(this.written, this.from[part]!, this.to[part]);
    this.written += this.to[part]! - this.from[part]!;
  }
}

/** Whether `from` is not beyond `to`, and only white space lies between. */
function isBlank(bytes: Buffer, from: number, to: number): boolean {
  let at = from;
  while (at < to && isSpace(bytes[at])) at++;
  return at === to;
}

function stands(key: Buffer, bytes: Buffer, from: number, to: number): boolean {
  if (to - from !== key.length) return false;
  for (let i = 0; i < key.length; i++) if (bytes[from + i] !== key[i]) return false;
  return true;
}
