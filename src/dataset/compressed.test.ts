import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import fc from "fast-check";
import { Failure } from "../foundation/failure";
import { copyFiles } from "./copies";
import { openDataset } from "./open";
import { packedFor, unpack } from "./unpack";
import { loadUnzstd, storedZstd } from "./zstd";

const folder = mkdtempSync(path.join(tmpdir(), "compressed-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function open(name: string, content: Uint8Array) {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return openDataset(file);
}

const good = '{"src":"a","tgt":"b"}\n';
const text = good.repeat(40);
/** `text`, as the zstd program packs it at level 19 with a checksum. */
const zstd = Buffer.from("KLUv/QRo7QAAsHsic3JjIjoiYSIsInRndCI6ImIifQoBAK5mNZvsoJvY", "base64");
const packers = [
  ["gz", (bytes: Buffer) => gzipSync(bytes)],
  ["zst", (bytes: Buffer) => storedZstd(bytes)],
] as const;

describe.each(packers)(".%s", (suffix, pack) => {
  it.each([
    ["jsonl", "jsonl", good.repeat(3)],
    ["json", "json", `[${good},${good},${good}]`],
    ["csv", "csv", "src;tgt\na;b\na;b\na;b\n"],
    ["tsv", "tsv", "src\ttgt\na\tb\na\tb\na\tb\n"],
  ] as const)(
    "%s is read as if it were not compressed, and copied under either name",
    async (ending, format, content) => {
      const packed = pack(Buffer.from(content));
      const dataset = await open(`a.${ending}.${suffix}`, packed);
      expect(dataset).toMatchObject({ format, rows: 3, skipped: [], bytes: packed.length });
      expect(dataset.compression).toBe(suffix === "gz" ? "gzip" : "zstd");
      const { byte } = dataset.samples[1]?.input.locate(0) ?? { byte: -1 };
      expect(content.slice(byte, byte + 1)).toBe("a");
      const all = new Set([0, 1, 2]);
      const [plain] = await copyFiles(dataset, all, `copy.${ending}`);
      expect(plain?.content).toEqual(Buffer.from(content));
      const [same] = await copyFiles(dataset, all, `copy.${ending}.${suffix}`);
      const again = await open(`copy.${ending}.${suffix}`, same?.content as Buffer);
      expect(again).toMatchObject({ rows: 3, compression: dataset.compression });
    },
  );

  it("is known by its content under any name", async () => {
    expect(await open("plain.jsonl", pack(Buffer.from(text)))).toMatchObject({ rows: 40, format: "jsonl" });
  });

  it("several parts one after the other are one file", async () => {
    const dataset = await open(
      `parts.jsonl.${suffix}`,
      Buffer.concat([pack(Buffer.from(text)), pack(Buffer.from(good))]),
    );
    expect(dataset.rows).toBe(41);
  });

  it("cut anywhere: what can be unpacked is read, the rest is told, nothing is invented", async () => {
    const lines = Array.from({ length: 4000 }, (_, i) => `{"src":"q${i}","tgt":"${(i * 7919) % 100_003}"}\n`);
    const whole = pack(Buffer.from(lines.join("")));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 20, max: whole.length - 1 }), async (length) => {
        const dataset = await open(`cut.jsonl.${suffix}`, whole.subarray(0, length)).catch((error: unknown) => {
          if (error instanceof Failure) return null;
          throw error;
        });
        if (dataset === null) return;
        expect(dataset.skipped).toHaveLength(1);
        expect(dataset.skipped[0]?.reason).toMatch(/^the (gzip|zstd) data ends before its end mark$/);
        expect(dataset.skipped[0]).toMatchObject({ row: dataset.samples.length, line: dataset.samples.length + 1 });
        dataset.samples.forEach(({ input }, i) => expect(input.text).toBe(`q${i}`));
      }),
      { numRuns: 25 },
    );
  });

  it("tells what follows the data", async () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `{"src":"q${i}","tgt":"${(i * 7919) % 100_003}"}\n`);
    const content = Buffer.concat([pack(Buffer.from(lines.join(""))), Buffer.from("more to come")]);
    const dataset = await open(`more.jsonl.${suffix}`, content);
    expect(dataset.samples.length).toBeGreaterThan(10_000);
    expect(dataset.skipped).toHaveLength(1);
    expect(dataset.skipped[0]?.reason).toMatch(
      /^something else follows the (gzip|zstd) data$|^the gzip data is corrupt$/,
    );
  });

  it("holding nothing is told in one line", async () => {
    await expect(open(`none.csv.${suffix}`, pack(Buffer.alloc(0)))).rejects.toThrow(
      /the compressed file holds nothing/,
    );
  });
});

describe("hostile archives", () => {
  it("stop at the limit", async () => {
    const bomb = gzipSync(Buffer.alloc(20 * 1024 * 1024), { level: 9 });
    await expect(unpack("bomb.gz", bomb, "gzip", 1024 * 1024)).rejects.toThrow(/unpacks to more than 1 MB/);
    // Run-length blocks of 128 KB in four bytes each.
    const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38]);
    const blocks = Buffer.concat(Array.from({ length: 400 }, (_, i) => Buffer.from([i === 399 ? 3 : 2, 0, 0x10, 65])));
    await expect(unpack("bomb.zst", Buffer.concat([head, blocks]), "zstd", 1024 * 1024)).rejects.toThrow(Failure);
  });

  it("with a byte changed are refused or told, never taken for whole", async () => {
    for (const [name, whole] of [
      ["gz", gzipSync(text)],
      ["zst", zstd],
    ] as const) {
      await fc.assert(
        fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
          const bytes = Buffer.from(whole);
          bytes[at] = (bytes[at] ?? 0) ^ change;
          const dataset = await open(`flip.jsonl.${name}`, bytes).catch((error: unknown) => {
            if (error instanceof Failure) return null;
            throw error;
          });
          // What the archive says of itself (time, system, file name) is not part of the data.
          if (dataset === null || dataset.skipped.length > 0) return;
          expect(dataset.samples.map(({ input, output }) => input.text + output.text)).toEqual(Array(40).fill("ab"));
        }),
        { numRuns: 100 },
      );
    }
  });

  it("are read or refused, whatever they hold", async () => {
    const heads = [Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0]), Buffer.from([0x28, 0xb5, 0x2f, 0xfd])];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...heads), fc.uint8Array({ maxLength: 200 }), async (head, rest) => {
        await open("fuzz.jsonl", Buffer.concat([head, rest])).catch((error: unknown) => {
          if (!(error instanceof Failure)) throw error;
          expect(error.oneLine).not.toMatch(/\n/);
        });
      }),
      { numRuns: 100 },
    );
  });
});

describe("zstd", () => {
  it("unpacks what the program packed", async () => {
    const unzstd = await loadUnzstd();
    expect(Buffer.concat([...unzstd(zstd)]).toString()).toBe(text);
  });

  it("stored frames hold any bytes", async () => {
    const unzstd = await loadUnzstd();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(3), (bytes, times) => {
        const long = Buffer.concat(Array<Uint8Array>(1 + times * 700).fill(bytes));
        expect(Buffer.concat([...unzstd(storedZstd(long))]).equals(long)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});

describe("a copy's name", () => {
  it("says how it is packed", async () => {
    const bytes = Buffer.from(text);
    expect(await packedFor("a.jsonl", bytes)).toBe(bytes);
    expect(gunzipSync(await packedFor("a.jsonl.GZ", bytes))).toEqual(bytes);
  });
});
