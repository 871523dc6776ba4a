/** Writes examples/nl-python-sql: `npm run examples`. The files are committed; a test holds them to this generator. */
import path from "node:path";
import { writeFileAtomically } from "../../src/foundation/atomic-write";
import { exampleFiles } from "./files";

const folder = path.resolve(import.meta.dirname, "..", "nl-python-sql");

for (const [name, text] of exampleFiles()) {
  await writeFileAtomically(path.join(folder, name), text);
  process.stdout.write(`${name}: ${text.split("\n").length - 1} lines\n`);
}
