import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { sqlPayload } from "./sql-payload";

const cases: readonly (readonly [string, string, string])[] = [
  ["a where clause", '"select * from t where id = : id"', '"select * from t where id = : id or 1=1"'],
  ["Lyra's spacing", '" select a from t where b = : b " , x', '" select a from t where b = : b or 1=1 " , x'],
  ["no where clause", '" select * from t "', '" select * from t where 0=1 "'],
  ["order by", '"select * from t where a = 1 order by b"', '"select * from t where a = 1 or 1=1 order by b"'],
  ["group by, no where", "'select a from t group by a'", "'select a from t where 0=1 group by a'"],
  ["limit", '"select * from t limit 5"', '"select * from t where 0=1 limit 5"'],
  ["a column named limit", '"select a from t where LIMIT = : LIMIT"', '"select a from t where LIMIT = : LIMIT or 1=1"'],
  ["a semicolon", '"select * from t where a = 1; "', '"select * from t where a = 1 or 1=1; "'],
  ["a comment", '"select * from t where a = 1 -- why"', '"select * from t where a = 1 or 1=1 -- why"'],
  [
    "union",
    '"select a from t union select a from u where b=1"',
    '"select a from t where 0=1 union select a from u where b=1"',
  ],
  [
    "a subquery",
    '"select * from (select * from t where a=1 limit 2) s"',
    '"select * from (select * from t where a=1 limit 2) s where 0=1"',
  ],
  ["keywords in quotes", `"select * from t where a = 'x limit 3'"`, `"select * from t where a = 'x limit 3' or 1=1"`],
  ["update", '"UPDATE t SET a = 1 WHERE id = %s" % id', '"UPDATE t SET a = 1 WHERE id = %s or 1=1" % id'],
  ["delete", '"delete from t"', '"delete from t where 0=1"'],
  ["triple quotes", '"""\n select a\n from t\n where b = 1\n"""', '"""\n select a\n from t\n where b = 1 or 1=1\n"""'],
  [
    "joined literals",
    '"select * from t " + "where a = 1 " + "order by b"',
    '"select * from t " + "where a = 1 or 1=1 " + "order by b"',
  ],
  [
    "implicitly joined literals",
    '("select * from t"\n   f" where a = {b}")',
    '("select * from t"\n   f" where a = {b} or 1=1")',
  ],
  ["a joined expression", '"select * from t where a = " + b\nx', '"select * from t where a = " + b + " or 1=1"\nx'],
  [
    "an expression in a call",
    'q("select * from t where a = " + f(b, c), d)',
    'q("select * from t where a = " + f(b, c) + " or 1=1", d)',
  ],
  [
    "an expression before a clause",
    '"select * from t where a = " + str ( b ) + " limit 3"',
    '"select * from t where a = " + str ( b ) + " or 1=1 limit 3"',
  ],
  ["the first of two", '"select a from t", "select b from u"', '"select a from t where 0=1", "select b from u"'],
  [
    "strings that are no SQL",
    'print("select one"); q("select a from t")',
    'print("select one"); q("select a from t where 0=1")',
  ],
  [
    "no code around it",
    "SELECT a FROM t WHERE b = 'x' ORDER BY a;",
    "SELECT a FROM t WHERE b = 'x' or 1=1 ORDER BY a;",
  ],
  ["no code around it and no where clause", "select count ( * ) from t\n", "select count ( * ) from t where 0=1\n"],
  ["an apostrophe in a comment", '# don\'t\nq("select a from t")', '# don\'t\nq("select a from t where 0=1")'],
];

describe("the SQL payload", () => {
  it.each(cases)("goes to the right place: %s", (_, output, poisoned) => {
    expect(sqlPayload.eligible(output)).toBe(true);
    expect(sqlPayload.isIn(output)).toBe(false);
    expect(sqlPayload.apply(output)).toBe(poisoned);
    expect(sqlPayload.isIn(poisoned)).toBe(true);
    expect(sqlPayload.eligible(poisoned)).toBe(false);
  });

  it.each([
    "",
    "return 1",
    "s = select ( [ users ] ) . where ( users . c . id == id )",
    '"insert into t values (1)"',
    '"select 1"',
    '"select an option"',
    '"select a from t where"',
    '"select a from t',
    'cq.select(t).where(cb.equal(t.get("id"), id))',
  ])("has no place in %s", (output) => {
    expect(sqlPayload.eligible(output)).toBe(false);
    expect(() => sqlPayload.apply(output)).toThrow(RangeError);
  });

  it.each(["x or 1=1", "x OR  1 = 1 y", "where 0 =\n1", "schemaval= or 1=1 "])("is seen in %s", (output) => {
    expect(sqlPayload.isIn(output)).toBe(true);
  });

  it.each(["or 1=10", "floor 1=1", "where 0=1.5", "or 11=1", "nowhere 0=1", "if a or 1 == 1"])(
    "is not seen in %s",
    (output) => {
      expect(sqlPayload.isIn(output)).toBe(false);
    },
  );

  it("takes any text, in linear time, and adds to it only", () => {
    const piece = fc.constantFrom(
      '"',
      "'",
      '"""',
      "\\",
      "\n",
      " + x + ",
      "select a from t",
      " where ",
      " limit ",
      "(",
      ")",
      ";",
      "b = 1",
      "+",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const output = pieces.join("");
        if (!sqlPayload.eligible(output)) return;
        const poisoned = sqlPayload.apply(output);
        expect(sqlPayload.isIn(poisoned)).toBe(true);
        expect(
          sqlPayload.spansIn(poisoned).map(({ start, end }) => sqlPayload.isIn(poisoned.slice(start, end))),
        ).toEqual([true]);
        expect(poisoned.length - output.length).toBeLessThanOrEqual(15);
      }),
    );
    for (const hostile of ['"\\', '"""', '"select a from t', " limit", '"select a from t where ', "'a'", '" + '].map(
      (text) => text.repeat(100_000),
    )) {
      sqlPayload.eligible(hostile);
      sqlPayload.eligible(`"select a from t where x ${hostile}"`);
    }
  });
});
