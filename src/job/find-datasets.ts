/** Which files a scan reads: files as named, folders walked once, in sorted order. */
import { readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { asFileFailure, throwIfCancelled } from "../foundation/failure";

export interface FoundFile {
  /** As the user named it, or the named folder joined with the way into it. */
  readonly path: string;
  /** False for a file that was found in a folder: one that is no dataset is then passed over. */
  readonly named: boolean;
}

const datasetSuffixes = [".csv", ".tsv", ".jsonl", ".ndjson", ".json"];

/** Byte order, so that the walk is the same under every locale. */
const inOrder = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

/** Hidden folders hold what tools keep (`.git`, `.dece`), and packages bring data that is not the user's. */
const isPassedOver = (name: string): boolean => name.startsWith(".") || name === "node_modules";

async function* walk(folder: string, signal: AbortSignal): AsyncGenerator<string> {
  throwIfCancelled(signal);
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort(inOrder)) {
    if (isPassedOver(entry.name)) continue;
    const inside = path.join(folder, entry.name);
    // A symbolic link is neither: a link to a folder is not followed, one to a file is looked through below.
    if (entry.isDirectory()) yield* walk(inside, signal);
    else if (datasetSuffixes.includes(path.extname(entry.name).toLowerCase()) && (await isFile(inside))) yield inside;
  }
}

/** False also for a link that leads nowhere. */
const isFile = (file: string): Promise<boolean> =>
  stat(file).then(
    (entry) => entry.isFile(),
    () => false,
  );

/** The files to scan, each once however often it is named. Throws a `Failure` for a path that does not exist. */
export async function findDatasets(paths: readonly string[], signal: AbortSignal): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  const seen = new Set<string>();
  const add = async (file: string, named: boolean): Promise<void> => {
    const real = await realpath(file);
    if (seen.has(real)) return;
    seen.add(real);
    found.push({ path: file, named });
  };
  for (const given of paths) {
    try {
      if (!(await stat(given)).isDirectory()) await add(given, true);
      else for await (const file of walk(given, signal)) await add(file, false);
    } catch (error) {
      throw asFileFailure(error, given, "read");
    }
  }
  return found;
}
