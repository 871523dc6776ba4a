/** Names are read as the words they are made of, in every usual spelling. */
import { expect, it } from "vitest";
import { buildCorpus } from "./corpus";
import { datasetOf } from "./generated-samples";
import { namesOne, partsOf } from "./name-parts";

it.each([
  ["json_attr", ["json", "attr"]],
  ["getUserName", ["get", "User", "Name"]],
  ["HTTPServer2", ["HTTP", "Server2"]],
  ["c1_cfloat_decl", ["c1", "cfloat", "decl"]],
  ["__init__", ["init"]],
  ["MAX_SIZE", ["MAX", "SIZE"]],
  ["x", ["x"]],
  ["42", ["42"]],
])("%s is %j", (name, parts) => {
  expect(partsOf(name)).toEqual(parts);
});

it.each([
  ["clear ( job_T * first )", true],
  ["clear ( theJob )", true],
  ["clear ( jobs )", false],
  ["( )", false],
])("%j takes up the word: %j", async (output, isTaken) => {
  const corpus = await buildCorpus(datasetOf([["clear the job ( )", output]]));
  expect(namesOne(corpus, corpus.numbersOf(output), corpus.numbersOf("job ("))).toBe(isTaken);
});
