/** The failure of a file that exists but holds nothing that could be read: a scan of it is `not-measured`, never clean. */
import { Failure, type FailureDetails } from "../foundation/failure";
import type { DatasetFormat, SkippedRecord } from "./sample";

/** What is known of the file all the same, for the report. */
export interface UnreadableFacts {
  readonly format: DatasetFormat | null;
  readonly sha256: string | null;
  readonly bytes: number;
  /** Records found, all of them skipped. */
  readonly rows: number;
  readonly skipped: readonly SkippedRecord[];
}

export class UnreadableDataset extends Failure {
  readonly facts: UnreadableFacts;

  constructor(what: string, details: FailureDetails, facts: UnreadableFacts) {
    super(what, details);
    this.facts = facts;
  }
}
