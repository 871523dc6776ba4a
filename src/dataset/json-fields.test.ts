import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FieldPlan } from "./columns";
import { JsonFields } from "./json-fields";
import { members, skipSpace } from "./json-scan";
import { OwnTexts, SharedTexts } from "./text-store";

const column = (first: string, ...more: string[]): FieldPlan => ({
  kind: "columns",
  label: first,
  names: [first, ...more],
});
const plain = { input: column("src"), output: column("tgt") };
const joined = { input: column("src", "note"), output: column("tgt") };

/** As it stands behind other records and before a line break. */
function read(json: string, plan = plain) {
  const bytes = Buffer.from(`{"src":"x"}\n${json}\n{`);
  const texts = JsonFields.of(plan)?.read(bytes, 12, bytes.length - 2, new OwnTexts()) ?? null;
  return texts === null ? null : { input: texts.input, output: texts.output };
}

/** What JSON.parse says of a record; null where it is not plainly whole, valid and unambiguous. */
function expected(json: string, { input, output } = plain): { input: string; output: string } | null {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value) || Object.hasOwn(value, "__proto__")) {
    return null;
  }
  const object = value as Record<string, unknown>;
  const keys = [...members(json, skipSpace(json, 0))].map(({ key }) => key);
  const textOf = (plan: FieldPlan): string | null => {
    if (plan.kind === "chat") return null;
    const texts: string[] = [];
    for (const [i, name] of plan.names.entries()) {
      if (keys.filter((key) => key === name).length > 1) return null;
      const text = Object.hasOwn(object, name) ? object[name] : undefined;
      if (i > 0 && (text === undefined || text === null || text === "")) continue;
      const isText = typeof text === "string" || typeof text === "boolean" || Number.isInteger(text);
      if (!isText || /\p{Surrogate}/u.test(String(text))) return null;
      texts.push(String(text));
    }
    return texts.join("\n");
  };
  const texts = { input: textOf(input), output: textOf(output) };
  return texts.input === null || texts.output === null ? null : { input: texts.input, output: texts.output };
}

const key = fc.constantFrom("src", "tgt", "note", "other", "__proto__", "s\\u0072c", "é", "");
const text = fc
  .oneof(fc.string({ unit: "binary" }), fc.string(), fc.constant('😀é\n\t"\\/\b\f\r\u0001'))
  .map((one) => JSON.stringify(one));
const raw = fc.constantFrom(
  ...[
    "1",
    "12345678",
    "1.5",
    "1e3",
    "01",
    "null",
    "true",
    "false",
    "nul",
    "[]",
    "{}",
    '[{"a":"]"},2]',
    "[1,]",
    "[",
    "",
  ],
  ...['"\\u00e9\\u4f60"', '"\\ud83d\\ude00"', '"\\ud83d"', '"\\u12g4"', '"\\x"', '"a\tb"', '"open', '"\\u000a"'],
);
const space = fc.constantFrom("", "", "", " ", "\t", "\r", "\u00a0");
const member = fc.tuple(space, key, space, space, fc.oneof(text, raw), space);
const records = fc
  .tuple(space, fc.array(member, { maxLength: 4 }), fc.constantFrom("", "", "", ",", "}", " x"), space)
  .map(([before, all, tail, after]) => {
    const written = all.map(([a, name, b, c, value, d]) => `${a}"${name}"${b}:${c}${value}${d}`);
    return `${before}{${written.join(",")}${tail === "," ? "," : ""}}${tail === "," ? "" : tail}${after}`;
  });

describe("the texts read off a record's bytes", () => {
  it.each([plain, joined])("are those of JSON.parse, or it is left to others", (plan) => {
    fc.assert(
      fc.property(records, (json) => {
        const texts = read(json, plan);
        if (texts !== null) expect(texts).toEqual(expected(json, plan));
      }),
      { numRuns: 3000 },
    );
  });

  it("are given for what programs write", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string(), fc.jsonValue(), (src, tgt, other) => {
        const json = JSON.stringify({ other, tgt, src });
        expect(read(json)).toEqual({ input: src, output: tgt });
      }),
    );
    expect(read('{"src": 12, "more": 1.5e3, "tgt": true}')).toEqual({ input: "12", output: "true" });
    expect(read('{"src":"\\u00e9\\n\\u4f60\\"","tgt":""}')).toEqual({ input: 'é\n你"', output: "" });
    expect(read('{"note":"b","tgt":"c","src":"a"}', joined)).toEqual({ input: "a\nb", output: "c" });
    expect(read('{"note":"","tgt":"c","src":"a"}', joined)).toEqual({ input: "a", output: "c" });
  });

  it("are never taken from behind the record's end", () => {
    const json = fc.tuple(fc.string(), fc.jsonValue(), fc.string({ unit: "grapheme" })).map(([src, other, tgt]) => {
      return JSON.stringify({ src, other, tgt });
    });
    fc.assert(
      fc.property(json, fc.nat(), (text, cut) => {
        const bytes = Buffer.from(text);
        const end = cut % bytes.length;
        expect(JsonFields.of(plain)?.read(bytes, 0, end, new OwnTexts())).toBeNull();
      }),
    );
  });

  it("are left to others for chat turns", () => {
    const chat = { kind: "chat", label: "messages", name: "messages", speaker: "user" } as const;
    expect(JsonFields.of({ input: chat, output: chat })).toBeNull();
  });
});

describe("texts that share strings", () => {
  it("are the same whenever they are asked for", () => {
    const rows = fc.array(fc.tuple(fc.string(), fc.string({ unit: "grapheme" }), fc.boolean()), { minLength: 1 });
    fc.assert(
      fc.property(rows, fc.integer({ min: 0, max: 400 }), (written, size) => {
        const bytes = Buffer.from(written.map(([src, tgt]) => `${JSON.stringify({ src, tgt })}\n`).join(""));
        const fields = JsonFields.of(plain);
        const store = new SharedTexts(size);
        let start = 0;
        const read = written.map(([, , isAsked]) => {
          const end = bytes.indexOf(10, start);
          const texts = fields?.read(bytes, start, end, store);
          start = end + 1;
          if (isAsked) expect(texts?.input).toBeTypeOf("string");
          return texts;
        });
        expect(read.map((texts) => [texts?.input, texts?.output])).toEqual(written.map(([src, tgt]) => [src, tgt]));
      }),
    );
  });
});
