/**
 * Zstandard frames: decompressed piece by piece, with what the decoder itself does not check (window sizes, block sizes, checksums),
 * so that a hostile file costs bounded memory and a damaged one is never taken for whole. Written frames are stored, not compressed.
 */
import { Decompress } from "fzstd";
import xxhash, { type XXHashAPI } from "xxhash-wasm";

/** What zstd itself refuses without being asked to take more. */
const MAX_WINDOW_BYTES = 128 * 1024 * 1024;
const MAX_BLOCK_BYTES = 128 * 1024;
/** Compressed bytes handed to the decoder at a time. */
const PORTION = 256 * 1024;
const MAGIC = 0xfd2fb528;
const RLE = 1;

/** Why the data cannot be read further, as a clause: "the data ends in the middle". */
export class ZstdProblem extends Error {}

const endsEarly = (): ZstdProblem => new ZstdProblem("the zstd data ends before its end mark");

/** Decompresses whole frames; yields pieces. Throws a ZstdProblem after all that could be read. */
export type Unzstd = (bytes: Uint8Array) => Generator<Uint8Array>;

let hashes: Promise<XXHashAPI> | null = null;

/** Loads what checksums need (a small WebAssembly module, once). */
export async function loadUnzstd(): Promise<Unzstd> {
  hashes ??= xxhash();
  const api = await hashes;
  return (bytes) => frames(bytes, api);
}

function* frames(bytes: Uint8Array, api: XXHashAPI): Generator<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length;) {
    if (at + 8 > bytes.length) throw endsEarly();
    const magic = view.getUint32(at, true);
    if ((magic & 0xfffffff0) === 0x184d2a50) {
      // A skippable frame holds no data.
      at += 8 + view.getUint32(at + 4, true);
      if (at > bytes.length) throw endsEarly();
    } else if (magic === MAGIC) {
      at = yield* frame(bytes, view, at, api);
    } else {
      throw new ZstdProblem("something else follows the zstd data");
    }
  }
}

interface FrameHeader {
  readonly end: number;
  readonly hasChecksum: boolean;
}

function frameHeader(view: DataView, start: number): FrameHeader {
  const descriptor = view.getUint8(start + 4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  if ((descriptor & 0x08) !== 0) throw new ZstdProblem("the zstd data is corrupt");
  let at = start + 5;
  let window = 0;
  if (!isSingleSegment) {
    const byte = view.getUint8(at++);
    const base = 2 ** (10 + (byte >> 3));
    window = base + (base / 8) * (byte & 7);
  }
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  for (let i = 0; i < dictionaryBytes; i++) {
    if (view.getUint8(at + i) !== 0) throw new ZstdProblem("the zstd data needs a dictionary");
  }
  at += dictionaryBytes;
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  if (isSingleSegment) {
    window =
      sizeBytes === 1
        ? view.getUint8(at)
        : sizeBytes === 2
          ? view.getUint16(at, true) + 256
          : sizeBytes === 4
            ? view.getUint32(at, true)
            : Number(view.getBigUint64(at, true));
  }
  if (window > MAX_WINDOW_BYTES) {
    throw new ZstdProblem(`the zstd data needs a window of more than ${MAX_WINDOW_BYTES / 1024 / 1024} MB`);
  }
  return { end: at + sizeBytes, hasChecksum: (descriptor & 4) !== 0 };
}

/** One frame from `start`; gives the offset after it. */
function* frame(bytes: Uint8Array, view: DataView, start: number, api: XXHashAPI): Generator<Uint8Array, number> {
  let header: FrameHeader;
  try {
    header = frameHeader(view, start);
  } catch (error) {
    throw error instanceof RangeError ? endsEarly() : error;
  }
  const hash = header.hasChecksum ? api.create64() : null;
  let pieces: Uint8Array[] = [];
  const decoder = new Decompress((piece) => {
    if (piece.length > 0) pieces.push(piece);
  });
  let fed = start;
  let at = header.end;
  for (let isLast = false; !isLast;) {
    const block = at + 3 <= bytes.length ? blockAt(bytes, at) : null;
    if (block !== null && block.size > MAX_BLOCK_BYTES) throw new ZstdProblem("the zstd data is corrupt");
    const isWhole = block !== null && block.end <= bytes.length;
    if (isWhole) {
      at = block.end;
      isLast = block.isLast;
    }
    if (isLast || !isWhole || at - fed >= PORTION) {
      decode(decoder, withoutChecksum(bytes, fed, at, start), isLast);
      fed = at;
      for (const piece of pieces) {
        hash?.update(piece);
        yield piece;
      }
      pieces = [];
    }
    if (!isWhole) throw endsEarly();
  }
  if (hash === null) return at;
  if (at + 4 > bytes.length) throw endsEarly();
  if (BigInt(view.getUint32(at, true)) !== (hash.digest() & 0xffffffffn)) {
    throw new ZstdProblem("the zstd data does not fit its checksum");
  }
  return at + 4;
}

function blockAt(bytes: Uint8Array, at: number): { size: number; end: number; isLast: boolean } {
  const header = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
  const size = header >> 3;
  return { size, end: at + 3 + (((header >> 1) & 3) === RLE ? 1 : size), isLast: (header & 1) === 1 };
}

/** The checksum is looked at here, so the decoder is told that there is none. */
function withoutChecksum(bytes: Uint8Array, from: number, to: number, start: number): Uint8Array {
  if (from !== start) return bytes.subarray(from, to);
  const copy = bytes.slice(from, to);
  copy[4] = (copy[4] ?? 0) & ~4;
  return copy;
}

function decode(decoder: Decompress, bytes: Uint8Array, isLast: boolean): void {
  try {
    decoder.push(bytes, isLast);
  } catch {
    // The decoder's own words speak of its insides.
    throw new ZstdProblem("the zstd data is corrupt");
  }
}

/** A frame that holds `bytes` as they are, which every reader of zstd takes. Node 20 has no compressor. */
export function storedZstd(bytes: Uint8Array): Buffer {
  const head = Buffer.alloc(14);
  head.writeUInt32LE(MAGIC, 0);
  // Content size in 8 bytes, a window of 128 KB, no checksum.
  head[4] = 0xc0;
  head[5] = 7 << 3;
  head.writeBigUInt64LE(BigInt(bytes.length), 6);
  const pieces: Uint8Array[] = [head];
  for (let at = 0; at === 0 || at < bytes.length; at += MAX_BLOCK_BYTES) {
    const block = bytes.subarray(at, at + MAX_BLOCK_BYTES);
    const header = Buffer.alloc(3);
    header.writeUIntLE((block.length << 3) | (at + MAX_BLOCK_BYTES >= bytes.length ? 1 : 0), 0, 3);
    pieces.push(header, block);
  }
  return Buffer.concat(pieces);
}
