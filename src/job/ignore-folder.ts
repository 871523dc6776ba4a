/** What a workspace's `.dece` folder says to version control. */
import { access } from "node:fs/promises";
import path from "node:path";
import { writeFileAtomically } from "../foundation/atomic-write";

/** Runs stay out, so that nobody commits weights by accident; the baseline is for everybody who scans the data. */
export async function ignoreFolder(workspace: string): Promise<void> {
  const file = path.join(workspace, ".dece", ".gitignore");
  await access(file).catch(() => writeFileAtomically(file, "*\n!baseline.json\n"));
}
