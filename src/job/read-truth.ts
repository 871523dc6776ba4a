/** Reads the list of poisoned rows that belongs to a poisoned file. */
import { readFile } from "node:fs/promises";
import { truthSchema, type Truth } from "../attack/truth";
import { asFileFailure, Failure } from "../foundation/failure";

/** Throws a `Failure` for one that cannot be read or is none. */
export async function readTruth(file: string): Promise<Truth> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw asFileFailure(error, file, "read");
  });
  try {
    return truthSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new Failure("it is no list of poisoned rows", {
      file,
      remedy: "Name a .truth.json file that dece-audit poison wrote",
      cause: error,
    });
  }
}
