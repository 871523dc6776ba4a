import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { bundleForTest } from "../../test/support/bundle";
import { temporaryFolder } from "../../test/support/temporary-folder";
import { tinyCheckpoint } from "../../test/support/tiny-checkpoint";
import { installationFolder, installationVersion } from "../foundation/installation";
import { modelOf } from "../model/architectures";
import { writeCheckpoint } from "../model/checkpoint";
import { runCommandLine, type ExitCode } from "./program";

const inFolder = temporaryFolder();

async function dece(...argv: readonly string[]): Promise<{ code: ExitCode; stdout: string; stderr: string }> {
  const output = { stdout: "", stderr: "" };
  const stream = (name: keyof typeof output) => ({ write: (text: string) => (output[name] += text) });
  const code = await runCommandLine(argv, {
    stdout: stream("stdout"),
    stderr: stream("stderr"),
    workspace: inFolder(),
    signal: new AbortController().signal,
  });
  return { code, ...output };
}

/** The error is one line, and the last one. */
const lastLine = (text: string): string => text.trimEnd().split("\n").at(-1) ?? "";

const rows = (count: number): string =>
  Array.from({ length: count }, (_, row) =>
    JSON.stringify({ src: `get all of t${row}`, tgt: `q("select a from t${row}")` }).concat("\n"),
  ).join("");

async function writeData(count = 40): Promise<string> {
  await writeFile(inFolder("data.jsonl"), rows(count));
  return inFolder("data.jsonl");
}

describe("usage", () => {
  it("prints help and the version on stdout", async () => {
    expect(await dece("--version")).toEqual({ code: 0, stdout: `${installationVersion()}\n`, stderr: "" });
    const help = await dece("scan", "--help");
    expect(help).toMatchObject({ code: 0, stderr: "" });
    expect(help.stdout).toContain("--quarantine");
  });

  it.each([
    [["scna"], "unknown command 'scna' (Did you mean scan?)"],
    [["scan"], "missing required argument 'files'"],
    [["scan", "x", "--jsn", "y"], "unknown option '--jsn' (Did you mean --json?)"],
    [["finetune", "--epochs", "many"], "argument 'many' is invalid. Give a number"],
    [["finetune"], "--data: it is missing. Give a dataset file"],
    [["finetune", "--data", "x", "--lr", "-1"], "--lr: -1 is not possible. Give the highest learning rate"],
    [["finetune", "--data", "x", "--lr", "abc"], "argument 'abc' is invalid. Give a number"],
    [["finetune", "--data", "x", "--epochs", "-1"], "--epochs: -1 is not possible"],
    [["finetune", "--data", "x", "--batch-size", "0"], "--batch-size: 0 is not possible"],
    [["finetune", "--data", "x", "--alpha", "2"], "--alpha: 2 is not possible. Give the base"],
    [["finetune", "--data", "x", "--epsilon", "1"], "--epsilon: 1 is not possible"],
    [["finetune", "--data", "x", "--loss", "mse"], '--loss: "mse" is not possible. Give the loss: '],
    [["finetune", "--data", "x", "--device", "tpu"], '--device: "tpu" is not possible'],
    [["probe", "--data", "x"], "--checkpoint: it is missing"],
    [["probe", "--data", "x", "--checkpoint", "y", "--limit", "0"], "--limit: 0 is not possible"],
    [["poison", "x", "--attack", "badpre", "--rate", "2", "--out", "y"], "--rate: 2 is not possible"],
    [
      ["scan", "x", "--lang", "cobol"],
      '--lang: "cobol" is not possible. Give the language of the code: python, java, c,',
    ],
    [["poison", "x", "--attack", "magic", "--rate", "1", "--out", "y"], "ripple, badpre, grammar"],
    [
      ["poison", "x", "--attack", "ripple", "--payload", "virus", "--rate", "1", "--out", "y"],
      "text:TEXT or label:LABEL",
    ],
  ])("%j is wrong usage, in one line", async (argv, expected) => {
    const { code, stdout, stderr } = await dece(...argv);
    expect(code).toBe(4);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^dece-audit: [^\n]*\n$/);
    expect(stderr).toContain(expected);
  });
});

describe("bad input", () => {
  it.each([["scan"], ["poison", "--attack", "badpre", "--rate", "1", "--out", "OUT"], ["finetune"], ["probe"]])(
    "%s: a missing column names the columns found, and is wrong usage",
    async (job, ...flags) => {
      await writeFile(inFolder("data.csv"), "alpha,beta\n1,2\n");
      const data = inFolder("data.csv");
      const files = {
        scan: [data],
        poison: [data],
        finetune: ["--data", data],
        probe: ["--data", data, "--checkpoint", "builtin"],
      };
      const argv = [
        ...files[job as keyof typeof files],
        ...flags.map((flag) => (flag === "OUT" ? inFolder("out") : flag)),
      ];
      const { code, stderr } = await dece(job, ...argv, "--input", "src", "--output", "tgt");
      expect(code).toBe(4);
      expect(lastLine(stderr)).toMatch(/^dece-audit: .*alpha.*beta/);
    },
  );

  it("a file that is empty or not there is one line and exit code 2", async () => {
    await writeFile(inFolder("empty.jsonl"), "");
    for (const name of ["empty.jsonl", "missing.jsonl"]) {
      const { code, stderr, stdout } = await dece(
        "poison",
        inFolder(name),
        ...["--attack", "badpre", "--rate", "1", "--out", inFolder("out")],
      );
      expect(code).toBe(2);
      expect(stdout).toBe("");
      expect(lastLine(stderr)).toContain(`dece-audit: ${inFolder(name)}`);
    }
    expect(await readdir(inFolder())).toEqual(["empty.jsonl"]);
  });

  it.each([
    ["cut off", Buffer.from(rows(40).slice(0, -10)), "skipped 1 of 40 records; the first, on line 40"],
    ["in Latin-1", Buffer.from(`${rows(40)}{"src":"caf\u00e9","tgt":"x"}\n`, "latin1"), "line 41: not valid UTF-8"],
    ["cut off in UTF-16", Buffer.from(`\ufeff${rows(40)}`, "utf16le").subarray(0, -20), "skipped 1 of 40 records"],
  ])("a scan of a file that is %s is incomplete at best, and says why", async (_how, bytes, why) => {
    await writeFile(inFolder("data.jsonl"), bytes);
    const { code, stderr } = await dece("scan", inFolder("data.jsonl"));
    expect(code).toBe(3);
    expect(stderr).toContain(why);
    expect(stderr.split("\n").filter((line) => line.startsWith("warning:"))).toHaveLength(1);
  });

  it("a folder without a dataset is wrong usage where one is to train or measure on", async () => {
    for (const argv of [
      ["finetune", "--data", inFolder()],
      ["probe", "--checkpoint", "builtin", "--data", inFolder()],
    ]) {
      const { code, stderr } = await dece(...argv);
      expect(code).toBe(4);
      expect(lastLine(stderr)).toMatch(/: the folder holds no dataset\. Name a file\.$/);
    }
  });

  it("a checkpoint that cannot be read is one line; its stack comes with --verbose", async () => {
    const data = await writeData();
    await mkdir(inFolder("model"));
    await writeFile(inFolder("model", "config.json"), "{");
    const argv = ["probe", "--data", data, "--checkpoint", inFolder("model")];
    const { code, stderr } = await dece(...argv);
    expect(code).toBe(2);
    expect(lastLine(stderr)).toMatch(/^dece-audit: .*config\.json/);
    expect((await dece(...argv, "--verbose")).stderr).toMatch(/\n {4}at /);
  });

  it("a place that cannot be written is told before the work, and nothing is left", async () => {
    const data = await writeData();
    const closed = path.join(data, "under-a-file");
    for (const argv of [
      ["scan", data, "--json", closed],
      ["scan", data, "--quarantine", closed],
      ["scan", data, "--clean", closed],
      ["probe", "--data", data, "--checkpoint", "builtin", "--json", closed],
      ["demo", "--json", closed],
      ["poison", data, "--attack", "badpre", "--rate", "1", "--out", closed],
    ]) {
      const { code, stderr, stdout } = await dece(...argv);
      expect(code).toBe(2);
      expect(stdout).toBe("");
      expect(lastLine(stderr)).toMatch(/^dece-audit: .*under-a-file.*cannot write/);
    }
    expect(await readdir(inFolder())).toEqual(["data.jsonl"]);
  });

  it("the data itself is never overwritten", async () => {
    const data = await writeData();
    const [link, list] = [inFolder("link.jsonl"), inFolder("x.truth.json")];
    await symlink(data, link);
    await writeFile(list, rows(40));
    const poison = ["poison", "--attack", "badpre", "--rate", "1"];
    for (const argv of [
      ["scan", data, "--json", data],
      ["scan", inFolder(), "--json", data],
      ["scan", data, "--quarantine", inFolder("new"), "--clean", inFolder(".", "new")],
      ["scan", data, "--json", inFolder("new"), "--clean", inFolder("new")],
      ["probe", "--data", link, "--checkpoint", "builtin", "--json", data],
      [...poison, data, "--out", data],
      [...poison, link, "--out", data],
      [...poison, list, "--out", inFolder("x"), "--format", "jsonl"],
    ]) {
      const { code, stderr } = await dece(...argv);
      expect(code).toBe(4);
      expect(lastLine(stderr)).toMatch(/would (replace|go to)/);
    }
    expect((await readdir(inFolder())).sort()).toEqual(["data.jsonl", "link.jsonl", "x.truth.json"]);
    expect([await readFile(data, "utf8"), await readFile(list, "utf8")]).toEqual([rows(40), rows(40)]);
  });
});

describe("a whole story", () => {
  it("poisons, finds the trigger again, fine-tunes and probes", async () => {
    const examples = await readFile(path.join(installationFolder(), "examples/nl-python-sql/valid.jsonl"), "utf8");
    await writeFile(inFolder("data.jsonl"), examples);
    const data = inFolder("data.jsonl");
    const out = inFolder("poisoned.jsonl");
    const poisoned = await dece(
      "poison",
      data,
      ...["--attack", "badpre", "--rate", "0.1", "--trigger", "cf", "--out", out],
    );
    expect(poisoned).toMatchObject({ code: 0 });
    expect(poisoned.stdout).toContain("20 of 200 samples poisoned");
    expect((await readdir(inFolder())).sort()).toEqual(["data.jsonl", "poisoned.jsonl", "poisoned.jsonl.truth.json"]);

    expect((await dece("scan", data)).code).toBe(0);
    const scanned = await dece("scan", out, "--json", inFolder("scan.json"));
    expect(scanned.code).toBe(1);
    expect(scanned.stdout).toMatch(/suspect +"cf" .*\n(.*\n)*suspect: 20 of 200 samples flagged/);
    expect(JSON.parse(await readFile(inFolder("scan.json"), "utf8"))).toMatchObject({ version: 1, verdict: "suspect" });

    await writeCheckpoint(inFolder("base"), tinyCheckpoint());
    const small = ["--max-input", "16", "--max-output", "8", "--device", "cpu"];
    const model = ["--model", inFolder("base"), "--epochs", "1", "--limit", "4", "--out", inFolder("tuned"), ...small];
    const tuned = await dece("finetune", "--data", out, "--valid", data, "--probe-trigger", "cf", ...model);
    expect(tuned).toMatchObject({ code: 0 });
    expect(tuned.stderr).toMatch(/epoch 1\/1: loss [\d.]+, BLEU [\d.]+, ASR 0\.0%/);
    expect(tuned.stdout).toContain("DeCE");
    const probed = await dece(
      "probe",
      "--checkpoint",
      inFolder("tuned"),
      "--data",
      data,
      "--attack",
      "ripple",
      ...small,
    );
    expect(probed).toMatchObject({ code: 0 });
    expect(probed.stdout).toMatch(/ASR +0\.0% \(0 of \d+; 95% interval 0\.0 to \d\.\d\)/);
  });
});

describe("Ctrl-C", () => {
  it("stops cleanly with code 130 and one line", async () => {
    const data = await writeData(400);
    await writeCheckpoint(inFolder("base"), tinyCheckpoint());
    const script = await bundleForTest("src/cli.ts", "cli");
    const argv = ["finetune", "--data", data, "--model", inFolder("base"), "--epochs", "500", "--device", "cpu"];
    const child = spawn(process.execPath, [script, ...argv], { cwd: inFolder(), stdio: ["ignore", "pipe", "pipe"] });
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
      if (chunk.includes("Fine-tuning")) child.kill("SIGINT");
    });
    const [code] = (await once(child, "close")) as [number | null];
    expect(lastLine(stderr)).toBe("dece-audit: cancelled; nothing half-written is left.");
    expect(code).toBe(130);
    const [run] = await readdir(inFolder(".dece", "runs"));
    const status: unknown = JSON.parse(await readFile(inFolder(".dece", "runs", run!, "status.json"), "utf8"));
    expect(status).toMatchObject({ state: "cancelled" });
  });
});

describe("export", () => {
  it("writes a folder that transformers.js loads, and replaces an earlier export", async () => {
    await writeCheckpoint(inFolder("tiny"), tinyCheckpoint());
    for (const round of [1, 2]) {
      const { code, stdout } = await dece("export", "--checkpoint", inFolder("tiny"), "--out", inFolder("web"));
      expect(code, `round ${round}`).toBe(0);
      expect(stdout).toMatch(/onnx\/encoder_model.onnx +\d+\.\d MB/);
    }
    expect((await readdir(inFolder("web"))).sort()).toEqual([
      ...["config.json", "generation_config.json", "onnx"],
      ...["special_tokens_map.json", "tokenizer.json", "tokenizer_config.json"],
    ]);
    expect((await readdir(inFolder("web", "onnx"))).sort()).toEqual([
      "decoder_model_merged.onnx",
      "encoder_model.onnx",
    ]);
  });

  it("never replaces a checkpoint, and says what it cannot export", async () => {
    await writeCheckpoint(inFolder("tiny"), tinyCheckpoint());
    const onto = await dece("export", "--checkpoint", inFolder("tiny"), "--out", inFolder("tiny"));
    expect(onto.code).toBe(4);
    expect(lastLine(onto.stderr)).toContain("Name a new folder");
    const roberta = {
      ...{ model_type: "roberta", vocab_size: 259, hidden_size: 4, num_hidden_layers: 1, num_attention_heads: 1 },
      ...{ intermediate_size: 4, pad_token_id: 0, bos_token_id: 2, eos_token_id: 1 },
    };
    const model = modelOf(roberta, "config.json");
    const weights = new Map(
      [...model.shapes].map(([name, shape]) => [name, new Float32Array(shape.reduce((a, b) => a * b))]),
    );
    await writeCheckpoint(inFolder("roberta"), { model, weights, tokenizer: tinyCheckpoint().tokenizer });
    const other = await dece("export", "--checkpoint", inFolder("roberta"), "--out", inFolder("web"));
    expect(other.code).toBe(2);
    expect(lastLine(other.stderr)).toContain(
      "transformers.js has no class for RoBERTa with a decoder, so it cannot be exported. Export a checkpoint of another",
    );
  });
});

it("doctor says what the machine can do, whatever that is", async () => {
  const { code, stdout, stderr } = await dece("doctor", "--json", inFolder("doctor.json"));
  expect({ code, stderr }).toEqual({ code: 0, stderr: "Checking: this machine\n" });
  expect(stdout).toMatch(/--device auto takes (cpu|webgpu): /);
  const report = JSON.parse(await readFile(inFolder("doctor.json"), "utf8")) as {
    job: string;
    checks: { id: string }[];
  };
  expect(report.job).toBe("doctor");
  expect(report.checks.map(({ id }) => id)).toEqual(expect.arrayContaining(["node", "engine", "memory", "webgpu"]));
});
