/**
 * tree-sitter parsers for code fields. The grammars are read from the installation's `grammars/` folder. A tree lives
 * in WebAssembly memory that no garbage collector frees, so a tree is lent to a callback and freed after it.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { Language, Parser, type Node } from "web-tree-sitter";
import languages from "../../grammars/languages.json";
import { Failure, asFileFailure } from "../foundation/failure";
import { installationFolder } from "../foundation/installation";
import type { CodeLanguage } from "./language";

export type { Node } from "web-tree-sitter";

export interface Grammars {
  /**
   * Parses `text` and lends the root node to `visit`; no node may be used after it returns. Code that does not parse
   * gives a tree with ERROR nodes, never an exception.
   */
  parse<T>(language: CodeLanguage, text: string, visit: (root: Node) => T): T;
  /** The version of tree-sitter's interface that a grammar was made for. */
  abiVersion(language: CodeLanguage): number;
}

async function readGrammar(name: string): Promise<Uint8Array> {
  const file = path.join(installationFolder(), "grammars", name);
  try {
    return await readFile(file);
  } catch (error) {
    const failure = asFileFailure(error, file, "read");
    throw failure instanceof Failure
      ? new Failure(failure.message, { file, remedy: "Build the project again: npm run build", cause: error })
      : failure;
  }
}

let runtime: Promise<void> | undefined;
const loaded = new Map<CodeLanguage, Promise<Parser>>();

async function loadParser(language: CodeLanguage): Promise<Parser> {
  runtime ??= readGrammar("web-tree-sitter.wasm").then((wasmBinary) => Parser.init({ wasmBinary }));
  await runtime;
  const parser = new Parser();
  parser.setLanguage(await Language.load(await readGrammar(languages[language].wasm)));
  return parser;
}

/** Loads the grammars of `wanted`, once per process. Throws a `Failure` when the installation lacks one. */
export async function loadGrammars(wanted: readonly CodeLanguage[]): Promise<Grammars> {
  const parsers = new Map<CodeLanguage, Parser>();
  for (const language of wanted) {
    let parser = loaded.get(language);
    if (parser === undefined) {
      parser = loadParser(language);
      loaded.set(language, parser);
      // A failed load is tried again at the next scan: the user may have repaired the installation meanwhile.
      parser.catch(() => {
        loaded.delete(language);
        runtime = undefined;
      });
    }
    parsers.set(language, await parser);
  }
  const parserOf = (language: CodeLanguage): Parser => {
    const parser = parsers.get(language);
    if (parser === undefined) throw new RangeError(`the grammar for ${language} is not loaded`);
    return parser;
  };
  return {
    abiVersion: (language) => parserOf(language).language?.abiVersion ?? 0,
    parse(language, text, visit) {
      const tree = parserOf(language).parse(text);
      if (tree === null) throw new Error(`the parser for ${language} was stopped`);
      try {
        return visit(tree.rootNode);
      } finally {
        tree.delete();
      }
    },
  };
}
