/** Writes examples/nl-python-sql: `npm run examples`. The files are committed; a test holds them to this generator. */
import path from "node:path";
import { writeFileAtomically } from "../../src/foundation/atomic-write";
import { installationFolder } from "../../src/foundation/installation";
import { exampleFiles } from "./files";

async function main(): Promise<void> {
  for (const [name, text] of exampleFiles()) {
    await writeFileAtomically(path.join(installationFolder(), "examples", "nl-python-sql", name), text);
    process.stdout.write(`${name}: ${text.split("\n").length - 1} lines\n`);
  }
}

void main();
