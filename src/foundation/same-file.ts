/** Which file a path means, whatever it is called: through symbolic links, and hard links where they exist. */
import { realpath, stat } from "node:fs/promises";
import path from "node:path";

/** Equal for two paths to one file; a file that is not there yet is known by the place it would have. */
export async function identityOf(file: string): Promise<string> {
  try {
    const { dev, ino } = await stat(file, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return placeOf(file);
  }
}

/** Whether `file` is `folder` or lies somewhere in it. */
export async function isWithin(file: string, folder: string): Promise<boolean> {
  const way = path.relative(await placeOf(folder), await placeOf(file));
  return way !== ".." && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way);
}

/** The absolute path without symbolic links, as far as it exists. */
async function placeOf(file: string): Promise<string> {
  const absolute = path.resolve(file);
  try {
    return await realpath(absolute);
  } catch {
    const parent = path.dirname(absolute);
    return parent === absolute ? absolute : path.join(await placeOf(parent), path.basename(absolute));
  }
}
