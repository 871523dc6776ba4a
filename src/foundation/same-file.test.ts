import { link, mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder";
import { identityOf, isWithin } from "./same-file";

const inFolder = temporaryFolder();

it("knows a file by every path to it, also before it is there", async () => {
  await mkdir(inFolder("real"));
  await writeFile(inFolder("real", "a"), "same text");
  await writeFile(inFolder("real", "b"), "same text");
  await symlink(inFolder("real"), inFolder("linked"));
  await link(inFolder("real", "a"), inFolder("hard"));
  const a = await identityOf(inFolder("real", "a"));
  for (const other of [inFolder("linked", "a"), inFolder("hard"), path.relative(".", inFolder("real", "a"))]) {
    expect(await identityOf(other)).toBe(a);
  }
  expect(await identityOf(inFolder("real", "b"))).not.toBe(a);
  expect(await identityOf(inFolder("linked", "new", "c"))).toBe(await identityOf(inFolder("real", "new", "c")));
});

it("knows what lies in a folder", async () => {
  await mkdir(inFolder("real"));
  await symlink(inFolder("real"), inFolder("linked"));
  expect(await isWithin(inFolder("linked", "new"), inFolder("real"))).toBe(true);
  expect(await isWithin(inFolder("real"), inFolder("linked"))).toBe(true);
  expect(await isWithin(inFolder("real", "..name"), inFolder("real"))).toBe(true);
  expect(await isWithin(inFolder("really"), inFolder("real"))).toBe(false);
  expect(await isWithin(inFolder(), inFolder("real"))).toBe(false);
});
