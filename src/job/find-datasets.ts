/**
 * Which files a scan reads: files as named, folders walked once, in sorted order, two files of paired text as one dataset. What
 * looks like a dataset but cannot be read is found too, so that it is told.
 */
import { readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { datasetSuffixes } from "../dataset/format";
import { looksPaired, pairOf } from "../dataset/pairs";
import { splitCompression } from "../dataset/unpack";
import { asFileFailure, Failure, throwIfCancelled } from "../foundation/failure";
import { missingOfCard, missingParts } from "./dataset-card";

export interface FoundFile {
  /** As the user named it, or the named folder joined with the way into it. Of paired text, the file of the inputs. */
  readonly path: string;
  /** Of paired text, the file of the outputs. */
  readonly outputPath?: string;
  /** False for a file that was found in a folder: one that is no dataset is then passed over. */
  readonly named: boolean;
  /** Why it cannot be read, where that is known already. */
  readonly failure?: Failure;
}

/** Byte order, so that the walk is the same under every locale. */
const inOrder = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

/** Hidden folders hold what tools keep (`.git`, `.dece`), and packages bring data that is not the user's. */
const isPassedOver = (name: string): boolean => name.startsWith(".") || name === "node_modules";

const isDatasetName = (name: string): boolean =>
  datasetSuffixes.includes(path.extname(splitCompression(name).inner).toLowerCase());

type Met = Omit<FoundFile, "named">;

async function* walk(folder: string, signal: AbortSignal): AsyncGenerator<Met> {
  throwIfCancelled(signal);
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort(inOrder)) {
    if (isPassedOver(entry.name)) continue;
    const inside = path.join(folder, entry.name);
    // A symbolic link is neither: a link to a folder is not followed, one to a file is looked through below.
    if (entry.isDirectory()) yield* walkInto(inside, signal);
    else if (isDatasetName(entry.name) && !(await isFolder(inside))) yield { path: inside };
    else if (looksPaired(entry.name)) yield* pairWith(inside);
  }
}

/** A folder in the folder: one that may not be read does not hide the others. */
async function* walkInto(folder: string, signal: AbortSignal): AsyncGenerator<Met> {
  try {
    yield* walk(folder, signal);
  } catch (error) {
    const failure = asFileFailure(error, folder, "read");
    if (!(failure instanceof Failure)) throw error;
    yield { path: folder, failure };
  }
}

/** The pair of a file in a folder; nothing where the other side is missing, for then it may be anything. */
function* pairWith(file: string): Generator<Met> {
  try {
    const pair = pairOf(file);
    if (pair !== null) yield { path: pair.input, outputPath: pair.output };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    yield { path: file, failure: error };
  }
}

/** True also for a link to a folder; false for one that leads nowhere, which is told when it is opened. */
const isFolder = (file: string): Promise<boolean> =>
  stat(file).then(
    (entry) => entry.isDirectory(),
    () => false,
  );

function absent(file: string, what: string): Met {
  return { path: file, failure: new Failure(what, { file, remedy: "Download the dataset again" }) };
}

/** The files to scan, each once however often it is named. Throws a `Failure` for a path that does not exist. */
export async function findDatasets(
  paths: readonly string[],
  signal: AbortSignal,
  columns: { readonly input?: string | undefined; readonly output?: string | undefined } = {},
): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  const seen = new Set<string>();
  const add = async (met: Met, named: boolean): Promise<void> => {
    const real = await realpath(met.path).catch(() => path.resolve(met.path));
    if (seen.has(real)) return;
    seen.add(real);
    found.push({ ...met, named });
  };
  for (const given of paths) {
    try {
      if ((await stat(given)).isDirectory()) {
        const before = found.length;
        for await (const met of walk(given, signal)) await add(met, false);
        const files = found.slice(before).map((file) => file.path);
        for (const file of missingParts(files)) await add(absent(file, "this part of the dataset is missing"), false);
        for (const pattern of await missingOfCard(given, files)) {
          await add(absent(path.join(given, pattern), "the dataset's README.md names it, and no file fits"), false);
        }
      } else {
        const pair = isDatasetName(given) ? null : pairOf(given, columns);
        await add(pair === null ? { path: given } : { path: pair.input, outputPath: pair.output }, true);
      }
    } catch (error) {
      throw asFileFailure(error, given, "read");
    }
  }
  return found;
}
