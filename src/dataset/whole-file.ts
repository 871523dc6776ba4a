/** What is read whole must fit into memory: the most that is tried, and what a user can do about a file of more. */
import { Failure } from "../foundation/failure";

/** Bytes of a file that is read whole, and of its text. */
export const MAX_FILE_BYTES = 512 * 1024 * 1024;

/** `what` tells how the file is too large. */
export const tooLarge = (file: string, what: string): Failure =>
  new Failure(what, {
    file,
    remedy: "Split it, or write it as uncompressed JSONL, CSV or TSV in UTF-8: a scan takes those of any size",
  });
