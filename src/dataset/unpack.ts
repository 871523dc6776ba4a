/**
 * Files compressed as a whole (gzip, zstd): unpacked into bounded memory when they are read, packed again when a copy is written
 * under such a name. Of a damaged file what could be unpacked is read, and the damage is told.
 */
import { Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { promisify } from "node:util";
import { createGunzip, gzip } from "node:zlib";
import { throwIfCancelled } from "../foundation/failure";
import { tooLarge } from "./whole-file";
import { loadUnzstd, storedZstd, ZstdProblem } from "./zstd";

export type Compression = "gzip" | "zstd";

const SUFFIXES: Readonly<Record<Compression, string>> = { gzip: ".gz", zstd: ".zst" };
const COMPRESSIONS = ["gzip", "zstd"] as const;

/** How a file is compressed, by its first bytes. */
export function compressionOf(bytes: Uint8Array): Compression | null {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return "gzip";
  const isZstd = bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd && bytes[0] === 0x28;
  const isSkippable = bytes[1] === 0x2a && bytes[2] === 0x4d && bytes[3] === 0x18 && ((bytes[0] ?? 0) & 0xf0) === 0x50;
  return isZstd || isSkippable ? "zstd" : null;
}

/** `train.jsonl.gz` is `train.jsonl`, compressed. */
export function splitCompression(file: string): { readonly inner: string; readonly suffix: string } {
  const suffix = Object.values(SUFFIXES).find((end) => file.toLowerCase().endsWith(end)) ?? "";
  return { inner: file.slice(0, file.length - suffix.length), suffix: file.slice(file.length - suffix.length) };
}

export interface Unpacked {
  readonly bytes: Buffer;
  /** Why what follows `bytes` could not be unpacked, as a clause; null where nothing follows. */
  readonly damage: string | null;
}

/** Unpacks `bytes`, at most `limit` of them. Throws a Failure for a file that unpacks to more, and Cancelled. */
export async function unpack(
  path: string,
  bytes: Buffer,
  compression: Compression,
  limit: number,
  signal?: AbortSignal,
): Promise<Unpacked> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  const take = (piece: Uint8Array): void => {
    throwIfCancelled(signal);
    size += piece.length;
    if (size > limit) {
      throw tooLarge(path, `the file unpacks to more than ${limit / 1024 / 1024} MB, the most that can be read whole`);
    }
    pieces.push(piece);
  };
  const damage = await (compression === "gzip" ? gunzipInto(bytes, take) : unzstdInto(bytes, take));
  return { bytes: Buffer.concat(pieces), damage };
}

/** Packed bytes handed over at a time: where one of them is wrong, what came out of its portion is lost. */
const PORTION = 16 * 1024;

function* portions(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += PORTION) yield bytes.subarray(at, at + PORTION);
}

function gunzipInto(bytes: Buffer, take: (piece: Uint8Array) => void): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const gunzip = createGunzip();
    gunzip.on("data", (piece: Buffer) => {
      try {
        take(piece);
      } catch (error) {
        gunzip.destroy();
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
    gunzip.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "Z_BUF_ERROR") resolve("the gzip data ends before its end mark");
      else if (error.code?.startsWith("Z_") === true) resolve("the gzip data is corrupt");
      else reject(error);
    });
    gunzip.on("end", () => {
      // Node's reader passes over what follows the last member; padding with zeros is all that may.
      const isPadding = bytes.subarray(gunzip.bytesWritten).every((byte) => byte === 0);
      resolve(isPadding ? null : "something else follows the gzip data");
    });
    Readable.from(portions(bytes)).pipe(gunzip);
  });
}

async function unzstdInto(bytes: Buffer, take: (piece: Uint8Array) => void): Promise<string | null> {
  const unzstd = await loadUnzstd();
  let last = performance.now();
  try {
    for (const piece of unzstd(bytes)) {
      take(piece);
      if (performance.now() - last < 30) continue;
      await setImmediate();
      last = performance.now();
    }
  } catch (error) {
    if (error instanceof ZstdProblem) return error.message;
    throw error;
  }
  return null;
}

const gzipped = promisify(gzip);

/** `content` as a file of this name holds it: compressed where the name ends in .gz or .zst. */
export async function packedFor(file: string, content: Buffer): Promise<Buffer> {
  const { suffix } = splitCompression(file);
  const compression = COMPRESSIONS.find((kind) => SUFFIXES[kind] === suffix.toLowerCase());
  if (compression === undefined) return content;
  return compression === "gzip" ? gzipped(content) : storedZstd(content);
}
