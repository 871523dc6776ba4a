/** Where this installation stands: the folder of its package.json, which holds grammars/, models/ and examples/. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { Failure } from "./failure";

interface Installation {
  readonly folder: string;
  readonly version: string;
}

let found: Installation | undefined;

/** The `version` of the folder's package.json when that is dece-audit's own, else undefined. */
function ownVersion(folder: string): string | undefined {
  try {
    const manifest = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as {
      name?: unknown;
      version?: unknown;
    };
    return manifest.name === "dece-audit" && typeof manifest.version === "string" ? manifest.version : undefined;
  } catch {
    return undefined;
  }
}

/** Walks up from this module: from dist/ in a bundle, from src/foundation/ under vitest and tsx. */
function installation(): Installation {
  if (found !== undefined) return found;
  for (let folder = __dirname; ; folder = path.dirname(folder)) {
    const version = ownVersion(folder);
    if (version !== undefined) return (found = { folder, version });
    if (folder === path.dirname(folder)) {
      throw new Failure("the installation is incomplete: its package.json is missing", {
        file: __dirname,
        remedy: "Install DeCE Audit again",
      });
    }
  }
}

/** Absolute path of the folder that holds the project's package.json. Throws a `Failure` when there is none. */
export const installationFolder = (): string => installation().folder;

/** The version in that package.json. */
export const installationVersion = (): string => installation().version;
