/**
 * Where decoded texts are written before they become strings. Strings of their own are moved about by the garbage collector while
 * a file is read, which costs more than reading it; so where all samples are kept, the texts of about a megabyte of records
 * share one string, made when one of them is first asked for.
 */
import type { Texts } from "./layout";

/** Stretches of a store's `bytes`, `to` exclusive. */
export interface TextSpans {
  readonly inputFrom: number;
  readonly inputTo: number;
  readonly outputFrom: number;
  readonly outputTo: number;
}

export interface TextStore {
  /** Makes room for so many bytes from the offset that it gives, in `bytes` as it is then. */
  reserve(length: number): number;
  readonly bytes: Buffer;
  /**
   * The texts of a record, which were written from the reserved offset to `used` (exclusive) as UTF-8; `isAscii` tells that it is ASCII.
   * The spans may be used again.
   */
  take(spans: TextSpans, used: number, isAscii: boolean): Texts;
}

/** Texts as strings of their own. */
export class OwnTexts implements TextStore {
  bytes = Buffer.alloc(0);

  reserve(length: number): number {
    if (length > this.bytes.length) this.bytes = Buffer.allocUnsafeSlow(Math.max(4096, 2 * length));
    return 0;
  }

  take(spans: TextSpans, _used: number, isAscii: boolean): Texts {
    return ownTexts(this.bytes, spans, isAscii);
  }
}

function ownTexts(bytes: Buffer, spans: TextSpans, isAscii: boolean): Texts {
  const coding = isAscii ? "latin1" : "utf8";
  return {
    input: bytes.toString(coding, spans.inputFrom, spans.inputTo),
    output: bytes.toString(coding, spans.outputFrom, spans.outputTo),
  };
}

/** Of more bytes, V8 keeps a string outside of what its garbage collector moves. */
const CHUNK = 1280 * 1024;

/** Texts that share strings, for samples that live as long as each other. */
export class SharedTexts implements TextStore {
  bytes = Buffer.alloc(0);
  private chunk = new Chunk(this.bytes);

  /** `expected`: bytes that all texts may take; only a guess. */
  constructor(private readonly expected: number) {}

  reserve(length: number): number {
    if (!this.chunk.isOpen || this.chunk.used + length > this.bytes.length) {
      this.chunk.close();
      const wanted = Math.max(length, Math.min(CHUNK, this.expected));
      if (wanted > this.bytes.length) this.bytes = Buffer.allocUnsafeSlow(wanted);
      this.chunk = new Chunk(this.bytes);
    }
    return this.chunk.used;
  }

  take(spans: TextSpans, used: number, isAscii: boolean): Texts {
    // Shared, one character beyond Latin-1 would double the size of all.
    if (!isAscii) return ownTexts(this.bytes, spans, isAscii);
    this.chunk.used = used;
    return new SharedPair(this.chunk, spans.inputFrom, spans.inputTo, spans.outputFrom, spans.outputTo);
  }
}

/** The ASCII texts of some records, one behind the other. */
class Chunk {
  /** Bytes written. */
  used = 0;
  private whole: string | null = null;

  /** Until it is closed the bytes are its own. */
  constructor(private bytes: Buffer | null) {}

  get isOpen(): boolean {
    return this.bytes !== null;
  }

  close(): string {
    this.whole ??= this.bytes?.toString("latin1", 0, this.used) ?? "";
    this.bytes = null;
    return this.whole;
  }

  slice(from: number, to: number): string {
    return (this.whole ?? this.close()).substring(from, to);
  }
}

class SharedPair implements Texts {
  constructor(
    private readonly chunk: Chunk,
    private readonly inputFrom: number,
    private readonly inputTo: number,
    private readonly outputFrom: number,
    private readonly outputTo: number,
  ) {}

  get input(): string {
    return this.chunk.slice(this.inputFrom, this.inputTo);
  }

  get output(): string {
    return this.chunk.slice(this.outputFrom, this.outputTo);
  }
}
