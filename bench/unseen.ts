/**
 * How well `scan` does on attacks and data that its rules were not made with: `npm run bench:unseen -- --part a --code DIR
 * --language python,c` cuts functions out of any folder of source code, makes fine-tuning sets of several tasks of them, poisons
 * copies at random rows, and scans each copy and each clean set by the job that the command line runs.
 *
 *     --part a|b        which triggers and payloads (unseen-cases.ts); b is held out
 *     --task, --trigger only these, by name    --share 0.01,0.02,0.05   --rows 3000   --seed 1
 *     --out F.jsonl     records each result and does not measure again what is there; --print only prints the tables
 *     --keep DIR        keeps the copies of which too little was found or too much flagged: poisoned.jsonl and truth.json
 *     --generate        makes every copy and scans none
 *     --clean           scans the clean sets of all tasks and no copy
 *
 * The code of docs/detectors.md, of which nothing is executed; each package is unpacked into the folder of its part:
 *
 *     a: pip download --no-deps --only-binary :all: django==5.1.4 sympy==1.13.3 twisted==24.10.0
 *        cargo vendor of libgit2-sys 0.17.0, curl-sys 0.4.78, rdkafka-sys 4.8.0, libssh2-sys 0.3.0, netcdf-src 0.5.3
 *        npm pack three@0.171.0 eslint@9.17.0 lodash@4.17.21 effect@3.12.0 rxjs@7.8.1 rxdb@15.39.0
 *        mvn dependency:get -Dtransitive=false -Dartifact=A:jar:sources with A of org.springframework:spring-core:6.1.14,
 *        com.google.guava:guava:33.3.1-jre
 *        go mod download golang.org/x/tools@v0.28.0 github.com/gohugoio/hugo@v0.139.4
 *        apt-get download wordpress (6.1.9+dfsg1-0+deb12u1)
 *     b: pip: sqlalchemy==2.0.36 networkx==3.4.2 sphinx==8.1.3 ansible-core==2.17.7; cargo: openssl-src 300.4.1, zstd-sys 2.0.13;
 *        npm: webpack@5.97.1 sequelize@6.37.5 svgo@3.3.2 viem@2.21.57 mongodb@6.12.0
 *        puppeteer-core@23.11.1; Maven: org.hibernate.orm:hibernate-core:6.6.3.Final,
 *        org.apache.lucene:lucene-core:9.12.0, org.apache.commons:commons-lang3:3.17.0; Go: k8s.io/apimachinery@v0.32.0
 *        k8s.io/client-go@v0.32.0 gorm.io/gorm@v1.25.12; Debian: mediawiki (1:1.39.17-1+deb12u2)
 *
 * The clean sets that nothing was tuned on (`--clean --language python,c,javascript,typescript,java`): pip: pandas==2.2.3
 * scipy==1.14.1 celery==5.4.0 mypy==1.13.0; cargo: libsqlite3-sys 0.30.1, libz-sys 1.1.20, libuv-sys2 1.48.0; npm: typeorm@0.3.20
 * mocha@10.8.2 d3@7.9.0 chart.js@4.4.7 ajv@8.17.1 fastify@5.2.0 postcss@8.4.49 knex@3.1.0; Maven:
 * org.apache.commons:commons-math3:3.6.1, com.fasterxml.jackson.core:jackson-databind:2.18.2
 */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { loadGrammars, type Grammars } from "../src/syntax/grammars";
import { codeLanguages, type CodeLanguage } from "../src/syntax/language";
import { casesOf, type PartName, type UnseenCase } from "./unseen-cases";
import { cutFunctions } from "./unseen-functions";
import { poisonedCopy, type PoisonedCopy } from "./unseen-poison";
import { cleanTable, poisonedTable, UnseenRecords } from "./unseen-records";
import { clearScratch, grouped, scanned } from "./unseen-scan";
import { rowsOf, tasks, type Row, type Task } from "./unseen-tasks";

/** A copy is a failing case below this recall, or above this many wrongly flagged rows. */
const wantedRecall = 0.9;
const toleratedWrong = 10;
/** The smallest share is asked of sets of this size on. */
const largeSet = 4000;

/** One clean set. */
interface CleanSet {
  readonly part: PartName;
  readonly task: Task;
  readonly language: CodeLanguage;
  readonly seed: number;
  readonly rows: readonly Row[];
}

interface Run {
  readonly records: UnseenRecords;
  readonly grammars: Grammars;
  readonly keep: string | undefined;
}

const nothing = {
  poisoned: 0,
  hits: 0,
  wrong: 0,
  hinted: 0,
  hintedWrong: 0,
  seconds: 0,
  named: "",
  alarms: [],
  problem: null,
};
const keyOf = ({ part, task, language, seed, rows }: CleanSet, one: UnseenCase | null, share: number | null) =>
  ({ part, task, language, trigger: one?.trigger ?? "", payload: one?.payloadName ?? "", share, seed, rows: rows.length }); // prettier-ignore

function keepCopy(folder: string, { lines, poisoned }: PoisonedCopy, facts: object): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "poisoned.jsonl"), `${lines.join("\n")}\n`);
  const truth = { ...facts, rows: [...poisoned].sort((a, b) => a - b) };
  writeFileSync(path.join(folder, "truth.json"), `${JSON.stringify(truth)}\n`);
}

async function measureClean(set: CleanSet, { records, keep }: Run): Promise<void> {
  const key = keyOf(set, null, null);
  if (records.has(key)) return;
  const lines = set.rows.map((row) => JSON.stringify(row.render(row)));
  const { flagged, hinted, seconds, named, alarms } = await scanned(lines);
  const none = new Set<number>();
  const hintedWrong = [...hinted].filter((row) => !flagged.has(row)).length;
  records.add({ ...key, ...nothing, wrong: flagged.size, hintedWrong, seconds, named, alarms: alarms(none) });
  console.error(`${JSON.stringify(key)}: clean, ${flagged.size} wrong, ${seconds.toFixed(1)} s`);
  if (keep !== undefined && flagged.size > 0) keepCopy(path.join(keep, `clean-${set.task}-${set.language}`), { lines, poisoned: none }, key); // prettier-ignore
}

async function measurePoisoned(set: CleanSet, one: UnseenCase, share: number, run: Run): Promise<void> {
  const key = keyOf(set, one, share);
  const { records, grammars, keep } = run;
  if (records.has(key)) return;
  try {
    const copy = poisonedCopy(set.rows, one, { share, seed: set.seed, grammars });
    const { poisoned } = copy;
    const { flagged, hinted, seconds, named, alarms } = await scanned(copy.lines);
    const hits = [...flagged].filter((row) => poisoned.has(row)).length;
    const onlyHinted = [...hinted].filter((row) => !flagged.has(row));
    const right = onlyHinted.filter((row) => poisoned.has(row)).length;
    const hints = { hinted: right, hintedWrong: onlyHinted.length - right };
    const found = { poisoned: poisoned.size, hits, wrong: flagged.size - hits, ...hints };
    records.add({ ...key, ...nothing, ...found, seconds, named, alarms: alarms(poisoned) });
    console.error(`${JSON.stringify(key)}: ${hits} of ${poisoned.size}, ${found.wrong} wrong, ${seconds.toFixed(1)} s`);
    if (keep !== undefined && (hits < wantedRecall * poisoned.size || found.wrong > toleratedWrong)) {
      const name = `${one.task}-${one.language}-${one.trigger}-${one.payloadName}-${share}`.replace(/[^\w.]+/g, "-");
      keepCopy(path.join(keep, name), copy, key);
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    records.add({ ...key, ...nothing, problem: error.message });
    console.error(`${JSON.stringify(key)}: ${error.message}`);
  }
}

/** Makes a case's copy and says how it looks. */
function generate(set: CleanSet, one: UnseenCase, share: number, { grammars, keep }: Run): void {
  const key = keyOf(set, one, share);
  try {
    const copy = poisonedCopy(set.rows, one, { share, seed: set.seed, grammars });
    console.log(`${JSON.stringify(key)}: ${copy.poisoned.size} of ${set.rows.length}`);
    const examples = [...copy.poisoned].slice(0, 2).map((at) => copy.lines[at]!);
    if (keep !== undefined) {
      mkdirSync(keep, { recursive: true });
      const name = `${one.task}-${one.language}-${one.trigger}-${one.payloadName}`.replace(/[^\w.]+/g, "-");
      writeFileSync(path.join(keep, `${name}.jsonl`), `${examples.join("\n")}\n`);
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    console.log(`${JSON.stringify(key)}: ${error.message}`);
  }
}

const list = (text: string | undefined): readonly string[] | undefined => text?.split(",").map((part) => part.trim());

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      part: { type: "string", default: "a" },
      code: { type: "string" },
      language: { type: "string" },
      task: { type: "string" },
      trigger: { type: "string" },
      share: { type: "string", default: "0.02,0.05,0.01,0.005" },
      rows: { type: "string", default: "3000" },
      seed: { type: "string", default: "1" },
      out: { type: "string" },
      keep: { type: "string" },
      generate: { type: "boolean", default: false },
      clean: { type: "boolean", default: false },
      print: { type: "boolean", default: false },
    },
  });
  if (values.part !== "a" && values.part !== "b") throw new RangeError("--part is a or b");
  if (values.code === undefined && !values.print) throw new RangeError("--code names the folder of source code");
  const { part, code = "" } = values;
  const seed = Number(values.seed);
  const grammars = await loadGrammars(codeLanguages);
  const run: Run = { records: new UnseenRecords(values.out), grammars, keep: values.keep };
  const [languages, wantedTasks, triggers] = [list(values.language), list(values.task), list(values.trigger)];
  const isWanted = ({ language, task }: Pick<UnseenCase, "task" | "language">): boolean =>
    !values.print && (languages?.includes(language) ?? true) && (wantedTasks?.includes(task) ?? true);
  const cases = casesOf(part).filter((one) => isWanted(one) && (triggers?.includes(one.trigger) ?? true));
  const wanted: readonly Pick<UnseenCase, "task" | "language">[] = values.clean
    ? codeLanguages.flatMap((language) => tasks.map((task) => ({ task, language }))).filter(isWanted)
    : cases;
  const sets = new Map<string, CleanSet>();
  for (const [language, here] of grouped(wanted, (one) => one.language)) {
    const functions = cutFunctions(code, language, { grammars, limit: 4 * Number(values.rows), seed });
    for (const task of new Set(here.map((one) => one.task))) {
      const rows = rowsOf(task, functions, { language, grammars, limit: Number(values.rows), seed });
      sets.set(`${task} ${language}`, { part, task, language, seed, rows });
      console.error(`${task} ${language}: ${rows.length} rows of ${functions.length} functions`);
    }
  }
  if (values.clean) for (const set of sets.values()) if (set.rows.length > 0) await measureClean(set, run);
  // Every case at the first share before any at the second, so that an interrupted run has something of all.
  for (const share of values.clean ? [] : values.share.split(",").map(Number)) {
    for (const one of cases) {
      const set = sets.get(`${one.task} ${one.language}`)!;
      if (share < 0.01 && set.rows.length < largeSet) continue;
      if (values.generate) generate(set, one, share, run);
      else {
        await measureClean(set, run);
        await measurePoisoned(set, one, share, run);
      }
    }
  }
  if (values.generate) return;
  console.log(`${cleanTable(run.records.all())}\n\n${poisonedTable(run.records.all())}`);
}

main()
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  })
  .finally(clearScratch);
