import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withFileLock } from "./file-lock";

let folder: string;
const inFolder = (name: string): string => path.join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "dece-lock-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("withFileLock", () => {
  it("lets one change at a time run, and leaves no lock", async () => {
    const file = inFolder("new/count");
    let running = 0;
    const change = (): Promise<void> =>
      withFileLock(file, async () => {
        expect(++running).toBe(1);
        await wait(1);
        running--;
      });
    await Promise.all(Array.from({ length: 8 }, change));
    await expect(withFileLock(file, () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    expect(readdirSync(inFolder("new"))).toEqual([]);
  });

  it("breaks the lock of a process that is gone, and an old one", async () => {
    writeFileSync(inFolder("a.lock"), `${os.hostname()}\n999999999\nx`);
    writeFileSync(inFolder("b.lock"), `elsewhere\n1\nx`);
    utimesSync(inFolder("b.lock"), 0, 0);
    expect(await withFileLock(inFolder("a"), () => Promise.resolve(1))).toBe(1);
    expect(await withFileLock(inFolder("b"), () => Promise.resolve(2))).toBe(2);
    expect(readdirSync(folder).filter((name) => name.includes("lock"))).toEqual([]);
  });

  it("says so when the lock stays held, and leaves it", async () => {
    const held = `${os.hostname()}\n${process.pid}\nx`;
    writeFileSync(inFolder("c.lock"), held);
    await expect(withFileLock(inFolder("c"), () => Promise.resolve(), 30)).rejects.toMatchObject({
      oneLine: `${inFolder("c")}: another process is changing it. Try again, or remove c.lock if none is.`,
    });
    expect(readFileSync(inFolder("c.lock"), "utf8")).toBe(held);
  });
});
