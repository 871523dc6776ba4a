import { describe, expect, it } from "vitest";
import { openDataset } from "../dataset/open";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Failure } from "../foundation/failure";
import { requireRoom } from "./large-files";

describe("a file that is read whole", () => {
  it("is refused in one line where memory does not suffice for scanning it", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "room-"));
    try {
      const file = path.join(folder, "array.json");
      writeFileSync(file, JSON.stringify([{ src: "x".repeat(2e6), tgt: "y" }]));
      const dataset = await openDataset(file);
      expect(() => requireRoom(dataset)).not.toThrow();
      let failure: unknown;
      try {
        requireRoom(dataset, 1e7);
      } catch (error) {
        failure = error;
      }
      expect((failure as Failure).oneLine).toMatch(
        /array\.json: the texts of the file have 2 MB, and memory here suffices for scanning 1 MB whole.*JSONL/u,
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
