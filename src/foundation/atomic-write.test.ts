import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { bundleForTest } from "../../test/support/bundle";
import { temporaryFolder } from "../../test/support/temporary-folder";
import { clearLeftoversIn, writeFileAtomically, writeFilesAtomically, writeFolderAtomically } from "./atomic-write";

const inFolder = temporaryFolder();
const host = createHash("sha256").update(os.hostname()).digest("hex").slice(0, 8);
/** A process number that no system gives out. */
const gone = 2 ** 22 + 1;

describe("files that belong together", () => {
  it("appear all, or none of them where one cannot be written", async () => {
    await writeFile(inFolder("a"), "before");
    await mkdir(inFolder("closed"));
    await writeFile(inFolder("closed", "file"), "");
    const blocked = inFolder("closed", "file", "below");
    const failing = writeFilesAtomically([{ file: inFolder("a"), content: "1" }, { file: blocked, content: "2" }]); // prettier-ignore
    await expect(failing).rejects.toMatchObject({ name: "Failure", place: { file: blocked } });
    expect(await readFile(inFolder("a"), "utf8")).toBe("before");
    expect(await readdir(inFolder())).toEqual(["a", "closed"]);
    await writeFilesAtomically([{ file: inFolder("a"), content: "1" }, { file: inFolder("b"), content: "2" }]); // prettier-ignore
    expect(await readdir(inFolder())).toEqual(["a", "b", "closed"]);
  });
});

it.runIf(existsSync("/proc/self"))(
  "a place where no folder can be made is a failure, not an endless wait",
  async () => {
    const failing = writeFileAtomically("/proc/dece-audit/x/y", "");
    await expect(failing).rejects.toMatchObject({ name: "Failure", place: { file: "/proc/dece-audit/x/y" } });
  },
);

it("folders above a file are made", async () => {
  await writeFileAtomically(inFolder("a", "b", "c"), "text");
  expect(await readFile(inFolder("a", "b", "c"), "utf8")).toBe("text");
});

describe("a folder", () => {
  it("may be named with a slash at its end", async () => {
    await writeFolderAtomically(`${inFolder("model")}${path.sep}`, (partial) =>
      writeFile(path.join(partial, "config.json"), "{}"),
    );
    expect(await readdir(inFolder())).toEqual(["model"]);
    expect(await readdir(inFolder("model"))).toEqual(["config.json"]);
  });
});

describe("what a killed process left", () => {
  it("is cleared by the next one that writes there", async () => {
    const script = await bundleForTest("src/foundation/atomic-write.ts", "atomic-write");
    const killed = `require(${JSON.stringify(script)}).writeFolderAtomically(process.argv[1], () => process.kill(process.pid, "SIGKILL"))`;
    await once(spawn(process.execPath, ["-e", killed, inFolder("model")]), "exit");
    expect(await readdir(inFolder())).toEqual([expect.stringMatching(/^model\..*\.partial$/)]);
    await writeFolderAtomically(inFolder("model"), (partial) => writeFile(path.join(partial, "a"), ""));
    expect(await readdir(inFolder())).toEqual(["model"]);
  });

  it("stays where its process lives, is on another machine or wrote something else", async () => {
    const others = [
      `a.${host}-${process.pid}-99.partial`,
      `a.00000000-${gone}-0.partial`,
      `b.${host}-${gone}-0.partial`,
    ];
    for (const name of others) await writeFile(inFolder(name), "");
    await writeFile(inFolder(`a.${host}-${gone}-0.partial`), "");
    await writeFileAtomically(inFolder("a"), "whole");
    expect((await readdir(inFolder())).sort()).toEqual(["a", ...others].sort());
  });

  it("comes back when it is all there is: killed between moving the old folder away and the new one in", async () => {
    const moved = `model.${host}-${gone}-0.partial.previous`;
    await mkdir(inFolder(moved));
    await writeFile(inFolder(moved, "weights"), "old");
    await clearLeftoversIn(inFolder());
    expect(await readFile(inFolder("model", "weights"), "utf8")).toBe("old");
    await mkdir(inFolder(moved));
    await clearLeftoversIn(inFolder());
    expect(await readdir(inFolder())).toEqual(["model"]);
  });
});
