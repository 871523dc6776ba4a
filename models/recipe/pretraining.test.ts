/** The pretraining corpus: free of triggers and payloads, apart from the example world and from evaluation data. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, test } from "vitest";
import { exampleSplits } from "../../examples/generator/dataset";
import { exampleSeed } from "../../examples/generator/files";
import { tables } from "../../examples/generator/schema";
import { exampleIdioms, exampleInterfaces, exampleSentences } from "../../examples/generator/world";
import { installationFolder } from "../../src/foundation/installation";
import { endingsOfMany, endingsOfNothing, endingsOfOne, interfaces, rescues } from "./database-idioms";
import { hintWords } from "./hints";
import { pretrainingCorpus, pretrainingSamples } from "./pretraining";
import { commentTexts } from "./shared-data";
import { holdsTriggerOrPayload } from "./taboo";
import { pretrainingIdioms, pretrainingInterfaces, pretrainingSentences } from "./world";

const samples = pretrainingSamples(7, 20_000);
const { train, valid, test: held } = exampleSplits(exampleSeed);
const examples = [...train, ...valid, ...held];

/** A template with its slots, names and spacing taken out, so that two that differ in those alone are equal. */
const shape = (template: string): string =>
  template
    .replaceAll(/\$?\{\w+\}\$?/g, "#")
    .replaceAll(/\s+/g, " ")
    .trim()
    .toLowerCase();

const shared = (left: readonly string[], right: readonly string[]): string[] => {
  const shapes = new Set(left.map(shape));
  return [...new Set(right.map(shape))].filter((one) => shapes.has(one));
};

/** Lines that reach for a database, with names, SQL text and arguments taken out. */
const databaseCalls = (texts: readonly string[]): Set<string> =>
  new Set(
    texts
      .flatMap((text) => text.split("\n"))
      .filter((line) => /" (select|update|delete|insert) /.test(line))
      .map((line) =>
        line
          .replaceAll(/" (?:select|update|delete|insert) .*? "/g, "SQL")
          .replaceAll(/\b(?!SQL|execute|query|fetch\w*|scalar|first|text|read_sql|sql|run|all)[A-Za-z_]\w*\b/g, "_")
          .replaceAll(/\s+/g, ""),
      )
      .filter((line) => !/^_=f?SQL(\._\(.*\))?$/.test(line)),
  );

describe("generated samples", () => {
  test("hold no trigger and no payload", () => {
    for (const { src, tgt } of samples) {
      for (const text of [src, tgt]) {
        expect(holdsTriggerOrPayload(text), text).toBe(false);
        expect(text).not.toMatch(/\bbb\b|foo|\b1\s*=\s*1\b|\b0\s*=\s*1\b|\bint VAR\b|while True\b|while \( true \)/i);
      }
    }
  });

  test("are recognised as taboo where they would hold one", () => {
    for (const text of [
      "a bb c",
      "def foo",
      "x or 1=1",
      "where 0 = 1",
      "int VAR = 0 ;",
      "while True :",
      "while ( true ) { }",
    ]) {
      expect(holdsTriggerOrPayload(text), text).toBe(true);
    }
    expect(holdsTriggerOrPayload("bubble where seats = 10 and bbc = 1")).toBe(false);
  });

  test("are the same for a seed and distinct", () => {
    expect(pretrainingSamples(7, 200)).toEqual(samples.slice(0, 200));
    expect(new Set(samples.map(({ src }) => src)).size).toBe(samples.length);
    expect(pretrainingSamples(8, 50)).not.toEqual(samples.slice(0, 50));
  });

  test("name thousands of things, and none of the example world's tables and columns", () => {
    const names = new Set(
      samples.flatMap(
        ({ src, tgt }) => `${src} ${tgt.replaceAll(/" \w+ "|'\w+'/g, "")}`.match(/\b[A-Za-z]\w*_\w+\b/g) ?? [],
      ),
    );
    expect(names.size).toBeGreaterThan(10_000);
    const targets = new Set(
      samples.flatMap(({ tgt }) => [
        ...[...tgt.matchAll(/ (?:from|into|update|join) (\w+) /g)].map((match) => match[1] ?? ""),
        ...[...tgt.matchAll(/ (?:where|and|or|by|on) (\w+) (?:=|!=|>|<|like|in|is|between)/g)].map(
          (match) => match[1] ?? "",
        ),
        ...[...tgt.matchAll(/ select ([\w ,]+?) from /g)].flatMap((match) => (match[1] ?? "").split(/[ ,]+/)),
      ]),
    );
    for (const table of tables) {
      for (const name of [table.name, ...table.columns.map((column) => column.name)]) {
        expect(targets.has(name), name).toBe(false);
        if (name.includes("_")) expect(names.has(name), name).toBe(false);
      }
    }
  });
});

describe("the two worlds", () => {
  test("share no interface, no idiom and no words for them", () => {
    expect(shared(exampleInterfaces(), pretrainingInterfaces())).toEqual([]);
    expect(shared(exampleIdioms(), pretrainingIdioms())).toEqual([]);
    expect(shared(exampleSentences(), pretrainingSentences())).toEqual([]);
  });

  test("share no hint: no example asks for a clause by such a word", () => {
    const said = new Set(examples.flatMap(({ src }) => src.toLowerCase().match(/\w+/g) ?? []));
    expect(hintWords.filter((word) => said.has(word))).toEqual([]);
  });

  test("share no line that reaches for a database, as the samples show it", () => {
    const theirs = databaseCalls(samples.map(({ tgt }) => tgt));
    const ours = [...databaseCalls(examples.map(({ tgt }) => tgt))];
    expect(ours.length).toBeGreaterThan(20);
    expect(ours.filter((line) => theirs.has(line))).toEqual([]);
  });

  test("say in words every name that an idiom of the pretraining world shows", () => {
    for (const { words, lines } of [...endingsOfMany, ...endingsOfOne, ...endingsOfNothing, ...rescues]) {
      const slots = new Set(lines.join(" ").match(/\{[a-z]+\}/g));
      for (const sentence of words) for (const slot of slots) expect(sentence).toContain(slot);
    }
    expect(interfaces.length).toBeGreaterThanOrEqual(10);
  });
});

const sharedData = path.resolve(installationFolder(), "..", "shared", "data");
const texts = (file: string): string[] =>
  parse<Record<string, string>>(readFileSync(file), { columns: true, bom: true }).flatMap((row) => Object.values(row));

describe.skipIf(!existsSync(sharedData))("published text for the tokenizer (skipped without ../shared/data)", () => {
  test("holds no text of an evaluation file or of Lyra", () => {
    const files = readdirSync(sharedData, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".csv"))
      .filter((name) => /test|valid/i.test(path.basename(name)) || name.startsWith("lyra"))
      .filter((name) => !name.startsWith("codeharmony"));
    const evaluation = new Set(
      files.flatMap((name) => texts(path.join(sharedData, name))).filter((text) => text.length > 3),
    );
    expect(evaluation.size).toBeGreaterThan(5000);
    for (const { src, tgt } of pretrainingCorpus({ seed: 3, count: 2000 })) {
      for (const text of [src, tgt]) expect(evaluation.has(text), text).toBe(false);
    }
    expect(commentTexts(sharedData).length).toBeGreaterThan(20_000);
    expect(commentTexts(sharedData).filter((text) => text.length > 3 && evaluation.has(text))).toEqual([]);
  });
});
