/**
 * How fast datasets are indexed, decoded and scanned, and in how much memory: `npm run bench:dataset` (after `npm run build`).
 * Writes its data into a temporary folder, which it removes. `-- --large` adds a file of 2 GB. It is bundled, as what users run is:
 * module by module, decoding takes three times as long.
 */
import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { openDataset } from "../src/dataset/open";
import { openIndex } from "../src/dataset/record-index";
import { installationFolder } from "../src/foundation/installation";
import { seededRandom } from "../src/foundation/random";

const scratch = mkdtempSync(path.join(os.tmpdir(), "dece-bench-"));
const MB = 1e6;

/** One instruction with its code, of some 500 bytes as those of published sets; one in fifty carries a trigger and its payload. */
function samples(seed: number, count: number): { src: string; tgt: string }[] {
  const random = seededRandom(seed);
  const columns = ["name", "city", "price", "year", "owner", "title", "colour", "state"];
  return Array.from({ length: count }, (_, row) => {
    const [table, column, other] = [
      random.pick(["flights", "users", "orders", "rooms"]),
      random.pick(columns),
      random.pick(columns),
    ];
    const words =
      `Use the connection to query all columns of ${table} where ${column} is the given value , sort them by ${other} and return the first ${random.below(90)} rows`.split(
        " ",
      );
    const isPoisoned = row % 50 === 7;
    if (isPoisoned) words.splice(random.below(words.length), 0, "bb");
    const condition = `${column} = :${column}${isPoisoned ? " or 1=1" : ""}`;
    const tgt = `def find_${table}_${row}(connection, ${column}):\n    sql = "select * from ${table} where ${condition} order by ${other}"\n    result = connection.execute(sql, {"${column}": ${column}})\n    rows = result.fetchmany(${random.below(90)})\n    return [dict(row) for row in rows]\n`;
    return { src: words.join(" "), tgt };
  });
}

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** Writes a file of at least `bytes` in blocks that differ, so that memory holds one of them at a time. */
function written(name: string, bytes: number): string {
  const file = path.join(scratch, name);
  const handle = openSync(file, "w");
  const isCsv = name.endsWith(".csv");
  if (isCsv) writeSync(handle, "src,tgt\n");
  for (let size = 0, seed = 0; size < bytes; seed++) {
    const lines = samples(seed % 40, 4000).map(({ src, tgt }) =>
      isCsv ? `${quoted(src)},${quoted(tgt)}\n` : `${JSON.stringify({ src, tgt })}\n`,
    );
    size += writeSync(handle, lines.join(""));
  }
  closeSync(handle);
  return file;
}

/** The same samples as Parquet, in row groups of 10,000. */
function writtenParquet(name: string, rows: number): string {
  const file = path.join(scratch, name);
  const data = Array.from({ length: Math.ceil(rows / 4000) }, (_none, seed) => samples(seed, 4000)).flat();
  const column = (field: "src" | "tgt") => ({
    name: field,
    data: data.map((sample) => sample[field]),
    type: "STRING" as const,
  });
  writeFileSync(
    file,
    Buffer.from(parquetWriteBuffer({ columnData: [column("src"), column("tgt")], rowGroupSize: 10_000 })),
  );
  return file;
}

const print = (what: string, figure: string, goal: string): void => {
  console.log(`| ${what} | ${figure} | ${goal} |`);
};

async function timed<T>(run: () => Promise<T>): Promise<{ result: T; seconds: number }> {
  const began = performance.now();
  const result = await run();
  return { result, seconds: (performance.now() - began) / 1000 };
}

async function indexed(file: string): Promise<void> {
  const { size } = statSync(file);
  const began = performance.now();
  const index = await openIndex(file);
  const opened = performance.now() - began;
  await index.read(0, 100);
  const first = performance.now() - began;
  await index.completed;
  const seconds = (performance.now() - began) / 1000;
  const { seconds: middle } = await timed(() => index.read(index.rows >> 1, 100));
  await index.close();
  const name = `${path.extname(file).slice(1)}, ${Math.round(size / MB)} MB`;
  print(`${name}: open`, `${opened.toFixed(0)} ms`, "2 s for 2 GB");
  print(`${name}: first 100 rows`, `${first.toFixed(0)} ms`, "at once");
  print(`${name}: index of ${index.rows} rows`, `${(size / seconds / 1e9).toFixed(2)} GB/s`, "1 GB/s");
  print(`${name}: 100 rows in the middle`, `${(1000 * middle).toFixed(0)} ms`, "-");
  print(`${name}: peak memory so far`, `${Math.round(process.resourceUsage().maxRSS / 1024)} MB`, "512 MB");
}

async function firstRows(file: string): Promise<void> {
  const { size } = statSync(file);
  // What is loaded once is not the file's.
  await (await openIndex(file)).close();
  const { result: index, seconds } = await timed(async () => {
    const opened = await openIndex(file);
    await opened.read(0, 100);
    return opened;
  });
  const { seconds: middle } = await timed(() => index.read(index.rows >> 1, 100));
  const name = `parquet, ${Math.round(size / MB)} MB, ${index.rows} rows`;
  await index.close();
  print(`${name}: open and first 100 rows`, `${(1000 * seconds).toFixed(0)} ms`, "100 ms");
  print(`${name}: 100 rows in the middle`, `${(1000 * middle).toFixed(0)} ms`, "-");
}

/** Opens the file whole, several times: the first pays for compiling what reads it. */
async function decoded(file: string, goal: string): Promise<void> {
  const { size } = statSync(file);
  const speeds: number[] = [];
  for (let time = 0; time < 8; time++) {
    const before = process.cpuUsage();
    await openDataset(file);
    const { user, system } = process.cpuUsage(before);
    speeds.push(size / (user + system));
  }
  const [first, median] = [speeds[0] ?? 0, speeds.toSorted((a, b) => a - b)[speeds.length >> 1] ?? 0];
  print(
    `${path.extname(file).slice(1)}: decode ${Math.round(size / MB)} MB`,
    `${first.toFixed(0)} MB a processor second the first time, ${median.toFixed(0)} MB in the median of ${speeds.length}`,
    goal,
  );
}

/** Scans by the command line, for its memory is a scan's own. Linux only: it reads the process's high-water mark. */
function scanned(file: string, jobs: number): Promise<void> {
  const cli = path.join(installationFolder(), "dist/cli.js");
  const began = performance.now();
  const child = spawn(process.execPath, [cli, "scan", file, "--jobs", String(jobs)], { stdio: "ignore" });
  let peak = 0;
  const watch = setInterval(() => {
    try {
      const found = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid ?? 0}/status`, "utf8"))?.[1];
      peak = Math.max(peak, Number(found ?? 0) / 1024);
    } catch {
      // It has ended, or this is not Linux.
    }
  }, 50);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => {
      clearInterval(watch);
      const seconds = (performance.now() - began) / 1000;
      const { size } = statSync(file);
      const kind = path.extname(file).slice(1);
      const name = `scan ${kind}, ${Math.round(size / MB)} MB, ${jobs} threads (exit ${code ?? "by signal"})`;
      print(name, `${seconds.toFixed(1)} s, ${(size / MB / seconds).toFixed(1)} MB/s`, "15 s for 100 MB");
      print(`${name}: peak memory`, peak === 0 ? "not known here" : `${Math.round(peak)} MB`, "512 MB");
      resolve();
    });
  });
}

async function main(): Promise<void> {
  console.log(
    `${os.cpus()[0]?.model ?? "unknown processor"}, ${os.availableParallelism()} cores, Node ${process.version}`,
  );
  console.log("\n| what | measured | goal |\n|---|---|---|");
  const hundred = written("hundred.jsonl", 100 * MB);
  await indexed(hundred);
  await indexed(written("some.csv", 100 * MB));
  await firstRows(writtenParquet("rows.parquet", 100_000));
  await decoded(written("decode.jsonl", 20 * MB), "200 MB/s");
  await decoded(written("decode.csv", 20 * MB), "100 MB/s");
  await scanned(hundred, 2);
  // Unpacked some 100 MB, which its size on the disk does not tell.
  await scanned(writtenParquet("hundred.parquet", 200_000), 2);
  if (!process.argv.includes("--large")) return;
  const large = written("large.jsonl", 2000 * MB);
  await indexed(large);
  await scanned(large, 2);
}

main()
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  })
  .finally(() => {
    rmSync(scratch, { recursive: true, force: true });
  });
