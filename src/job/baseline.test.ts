import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleForTest } from "../../test/support/bundle";
import { Failure } from "../foundation/failure";
import { baselineOf, baselinePath, isSuppressed, readBaseline, sampleHash, suppress, unsuppress } from "./baseline";

let folder: string;
let serial = 0;
const freshFolder = (): string => {
  const fresh = path.join(folder, String(serial++));
  mkdirSync(path.join(fresh, ".dece"), { recursive: true });
  return fresh;
};
const hash = sampleHash("in", "out");
const rule = "dead-code";
const reason = "a counter that the template fills";

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "dece-baseline-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const lineOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "no failure",
    (error: unknown) => (error instanceof Failure ? error.oneLine : String(error)),
  );

describe("the baseline", () => {
  it("accepts a rule's findings in a sample by the sample's texts, and takes that back", async () => {
    const at = freshFolder();
    expect(await baselineOf(at)).toEqual({ path: baselinePath(at), suppressions: [] });
    const now = new Date(0);
    const baseline = await suppress(at, [{ hash, rule, reason }], now);
    expect(baseline).toEqual(await readBaseline(baselinePath(at)));
    expect(baseline.suppressions).toEqual([{ hash, rule, reason, added: "1970-01-01T00:00:00.000Z" }]);
    expect(isSuppressed(baseline, hash, rule)).toBe(true);
    expect(isSuppressed(baseline, hash, "payload")).toBe(false);
    expect(isSuppressed(baseline, sampleHash("in", "other"), rule)).toBe(false);
    await suppress(at, [{ hash, rule, reason: "better" }], now);
    expect((await baselineOf(at)).suppressions).toMatchObject([{ reason: "better" }]);
    await unsuppress(at, [{ hash, rule }]);
    expect((await baselineOf(at)).suppressions).toEqual([]);
  });

  it("stands one suppression a line, in an order of its own, and is not ignored by version control", async () => {
    const at = freshFolder();
    const others = ["b", "a"].map((text) => ({ hash: sampleHash(text, ""), rule, reason }));
    await suppress(at, others);
    const lines = readFileSync(baselinePath(at), "utf8").split("\n");
    expect(lines.filter((line) => line.includes('"hash"'))).toHaveLength(2);
    expect(readFileSync(path.join(at, ".dece", ".gitignore"), "utf8")).toContain("!baseline.json");
    await unsuppress(at, others.slice(0, 1));
    await suppress(at, others.slice(0, 1));
    expect(readFileSync(baselinePath(at), "utf8").replace(/"added":"[^"]*"/g, "")).toBe(
      lines.join("\n").replace(/"added":"[^"]*"/g, ""),
    );
  });

  it("keeps what is accepted at the same time, also by other processes", async () => {
    const at = freshFolder();
    const bundle = await bundleForTest("src/job/baseline.ts", "baseline");
    const script = `const { suppress, sampleHash } = require(${JSON.stringify(bundle)});
      const [at, who] = process.argv.slice(1);
      (async () => { for (let n = 0; n < 10; n++)
        await suppress(at, [{ hash: sampleHash(who, String(n)), rule: "payload", reason: who }]); })();`;
    await Promise.all([
      ...["a", "b", "c"].map((who) => promisify(execFile)(process.execPath, ["-e", script, at, who])),
      ...Array.from({ length: 10 }, (_, n) => suppress(at, [{ hash: sampleHash("d", String(n)), rule, reason }])),
    ]);
    expect((await baselineOf(at)).suppressions).toHaveLength(40);
    expect(readdirSync(path.join(at, ".dece")).sort()).toEqual([".gitignore", "baseline.json"]);
  });

  it.each([
    ["", "JSON"],
    ["{", "JSON"],
    ["[]", "the whole: Invalid input: expected object"],
    ['{"version": 2, "suppressions": []}', "version: Invalid input: expected 1"],
    ['{"version": 1, "suppressions": [{"hash": "x"}]}', "suppressions.0.hash: 64 hexadecimal digits are needed"],
    [
      `{"version": 1, "suppressions": [{"hash": "${hash}", "rule": "payload", "reason": " ", "added": "2026-01-01T00:00:00Z"}]}`,
      "suppressions.0.reason: a reason is needed",
    ],
  ])("%j is refused in one line, and left as it stands", async (text, what) => {
    const at = freshFolder();
    const file = baselinePath(at);
    writeFileSync(file, text);
    const attempts = [() => baselineOf(at), () => readBaseline(file), () => suppress(at, [{ hash, rule, reason }])];
    for (const attempt of attempts) {
      const line = await lineOf(attempt());
      expect(line).toContain(`${file}: it is no baseline: `);
      expect(line).toContain(what);
      expect(line).not.toContain("\n");
    }
    expect(readFileSync(file, "utf8")).toBe(text);
  });

  it("needs a reason, and names a file that is not there", async () => {
    expect(await lineOf(suppress(freshFolder(), [{ hash, rule, reason: " " }]))).toBe("a reason is needed.");
    const missing = path.join(folder, "none.json");
    expect(await lineOf(readBaseline(missing))).toBe(
      `${missing}: cannot read: there is no such file or folder. Check the path.`,
    );
  });
});
