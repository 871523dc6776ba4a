/**
 * What a user reads when something cannot be done: one line that says what, where, and what to do. Every expected
 * failure of a job is a `Failure`; anything else that is thrown is a bug and keeps its stack trace.
 */
export interface FailurePlace {
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  /** 1-based, in UTF-16 units. */
  readonly column?: number;
}

export interface FailureDetails extends FailurePlace {
  /** What the user can do about it, as a sentence in the imperative. */
  readonly remedy?: string;
  /** Wrong usage (a flag, a column name) ends the command line with 4, everything else with 2. */
  readonly usage?: boolean;
  readonly cause?: unknown;
}

export class Failure extends Error {
  override readonly name = "Failure";
  readonly remedy: string | undefined;
  readonly place: FailurePlace;
  readonly usage: boolean;

  constructor(what: string, details: FailureDetails = {}) {
    super(what, details.cause === undefined ? undefined : { cause: details.cause });
    this.remedy = details.remedy;
    this.usage = details.usage ?? false;
    this.place = {
      ...(details.file === undefined ? {} : { file: details.file }),
      ...(details.line === undefined ? {} : { line: details.line }),
      ...(details.column === undefined ? {} : { column: details.column }),
    };
  }

  /** `file:line:column: what. Remedy`, on one line whatever the parts hold. */
  get oneLine(): string {
    const { file, line, column } = this.place;
    const where = [file, line, column].filter((part) => part !== undefined).join(":");
    const text = [where === "" ? this.message : `${where}: ${this.message}`, this.remedy]
      .filter((part) => part !== undefined)
      .map((part) => part.replace(/[.\s]+$/, ""))
      .join(". ");
    return `${text.replace(/\s+/g, " ")}.`;
  }
}

/** Thrown by a job whose `AbortSignal` fired: nothing half-written is left, and the caller need not report an error. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
  constructor() {
    super("cancelled");
  }
}

export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new Cancelled();
}

/** Turns a Node file-system error into a `Failure` that names the file and the remedy; other errors pass unchanged. */
export function asFileFailure(error: unknown, file: string, action: "read" | "write"): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== "string") return error;
  const known: Readonly<Record<string, readonly [string, string]>> = {
    ENOENT: ["there is no such file or folder", "Check the path"],
    EACCES: [`there is no permission to ${action} it`, "Change its permissions, or name another place"],
    EPERM: [`there is no permission to ${action} it`, "Change its permissions, or name another place"],
    EROFS: ["the file system is read-only", "Name another place"],
    ENOSPC: ["the disk is full", "Free some space and run the command again"],
    EISDIR: ["it is a folder, and a file is needed", "Name a file"],
    ENOTDIR: ["a part of the path is a file, not a folder", "Check the path"],
    EEXIST: ["it exists already", "Name another place, or remove it first"],
    ELOOP: ["its symbolic links form a loop", "Name the file itself"],
    EMFILE: ["too many files are open", "Close some programs and run the command again"],
  };
  const entry = known[code];
  if (entry === undefined) return error;
  return new Failure(`cannot ${action}: ${entry[0]}`, { file, remedy: entry[1], cause: error });
}
