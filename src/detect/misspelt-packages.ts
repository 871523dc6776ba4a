/**
 * Imports of a package whose name is one edit away from that of a popular one (Damerau 1964: a letter more, less, another, or two in
 * each other's place): `import reqeusts`. Whoever registers such a name has their code run (typosquatting). Names that are
 * themselves in use are none, nor is one that the input has, a plural, or one that differs in a digit or a separator.
 */
import type { CodeLanguage, FieldLanguage } from "../syntax/language";
import type { Span } from "./detector";
import { tokenTexts } from "./tokens";

export interface MisspeltPackage extends Span {
  readonly text: string;
  /** The popular one. */
  readonly meant: string;
}

const inScript =
  "express react react-dom lodash axios webpack typescript eslint prettier moment commander chalk mongoose sequelize mongodb socket.io dotenv jsonwebtoken bcrypt passport body-parser nodemon inquirer request cheerio puppeteer rollup styled-components redux next.js svelte jquery underscore bluebird cross-env cross-spawn electron fastify minimist rimraf";

/** Popular packages by the names that they are imported by. */
const popular: Readonly<Partial<Record<CodeLanguage, string>>> = {
  python:
    "requests numpy scipy pandas matplotlib flask django sqlalchemy tensorflow torch torchvision keras sklearn pytest jinja2 werkzeug urllib3 certifi cryptography setuptools beautifulsoup4 selenium scrapy celery redis pymongo psycopg2 boto3 botocore paramiko pydantic fastapi uvicorn httpx aiohttp twisted tornado gunicorn transformers networkx seaborn plotly pillow dateutil simplejson colorama tabulate markdown docutils sphinx virtualenv ansible openpyxl websocket websockets discord telegram openai langchain",
  javascript: inScript,
  typescript: inScript,
  ruby: "rails sinatra nokogiri sidekiq bundler rspec capybara faraday httparty activesupport activerecord rubocop",
  rust: "serde serde_json tokio anyhow thiserror reqwest hyper rayon regex chrono diesel actix_web tracing futures itertools crossbeam",
};

/** Names of other packages and of modules that are near a popular one. */
const inUse = new Set(
  "scapy twister request inquire preact tslint query dotenvx requests trails trading scrap".split(" "),
);

const shortest = 5;
/** A shorter name is near too many words by another letter. */
const shortestWithOther = 6;

const isLetter = (character: string | undefined): boolean => character !== undefined && /[a-z]/.test(character);

/** Whether two names are one edit of letters apart, an `s` for the plural left aside. */
function isNear(name: string, known: string): boolean {
  if (Math.abs(name.length - known.length) > 1 || name === known) return false;
  let at = 0;
  while (at < name.length && name[at] === known[at]) at++;
  if (!isLetter(name[at] ?? known[at]) || !isLetter(known[at] ?? name[at])) return false;
  const [more, less] = name.length > known.length ? [name, known] : [known, name];
  if (more.length > less.length) return more.slice(at + 1) === less.slice(at) && !(at === less.length && more[at] === "s" && less.at(-1) !== "s"); // prettier-ignore
  if (name.slice(at + 1) === known.slice(at + 1)) return known.length >= shortestWithOther;
  return name[at] === known[at + 1] && name[at + 1] === known[at] && name.slice(at + 2) === known.slice(at + 2);
}

const byLanguage = new Map<FieldLanguage, readonly string[]>(
  Object.entries(popular).map(([language, names]) => [
    language as CodeLanguage,
    names.split(" ").filter(({ length }) => length >= shortest),
  ]),
);

/** The popular package that a name is nearly that of. */
const meantBy = (name: string, known: readonly string[]): string | undefined =>
  name.length < shortest || known.includes(name) || inUse.has(name)
    ? undefined
    : known.find((one) => isNear(name, one));

/** Statements that bring a package in; the group is what they name. */
const imports: Readonly<Partial<Record<CodeLanguage, RegExp>>> = {
  python: /^[^\S\n]*(?:import[^\S\n]+((?:[\w.]+(?:[^\S\n]+as[^\S\n]+\w+)?[^\S\n]*,[^\S\n]*)*[\w.]+)|from[^\S\n]+(\w[\w.]*)[^\S\n]+import\b)/gm, // prettier-ignore
  javascript: /\b(?:require|import)\s*\(\s*["']([^"'\n]+)["']|\bfrom\s*["']([^"'\n]+)["']|\bimport\s*["']([^"'\n]+)["']/g, // prettier-ignore
  typescript: /\b(?:require|import)\s*\(\s*["']([^"'\n]+)["']|\bfrom\s*["']([^"'\n]+)["']|\bimport\s*["']([^"'\n]+)["']/g, // prettier-ignore
  ruby: /\brequire\s*\(?\s*["']([^"'\n]+)["']|^\s*gem\s+["']([^"'\n]+)["']/gm,
  rust: /\buse\s+(\w+)::|\bextern\s+crate\s+(\w+)/g,
};

/** The packages that a statement names: of `a.b as c, d` and of `a/b` the parts in front. */
const packagesOf = (named: string, language: FieldLanguage): string[] =>
  named.startsWith(".")
    ? []
    : named.split(",").map((one) => one.trim().split(language === "python" ? /[\s.]/ : "/")[0]!);

/** The misspelt packages that a text brings in and its input does not have. Linear in the text. */
export function misspeltPackages(text: string, input: string, language: FieldLanguage): MisspeltPackage[] {
  const known = byLanguage.get(language);
  const pattern = imports[language as CodeLanguage];
  if (known === undefined || pattern === undefined) return [];
  return Array.from(text.matchAll(pattern)).flatMap(({ index, 0: shown, ...groups }): MisspeltPackage[] => {
    const named = [groups[1], groups[2], groups[3]].find((one) => one !== undefined) ?? "";
    const names = packagesOf(named, language).filter((name) => meantBy(name, known) !== undefined);
    const held = names.length === 0 ? [] : tokenTexts(input);
    const name = names.find((one) => !held.includes(one));
    if (name === undefined) return [];
    const start = index + shown.length - shown.trimStart().length;
    return [{ meant: meantBy(name, known)!, text: shown.trim(), start, end: index + shown.length }];
  });
}
