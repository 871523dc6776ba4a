/**
 * How the pretraining world talks to databases in Python and what it does with the answers: cursors, data frames,
 * drivers and pools, none of them the example world's. Leading tabs are levels.
 */

/** How parameters stand in the SQL text and beside it. */
export type Binding = "question" | "percent" | "named percent" | "dollar" | "format" | "f-string" | "at" | "colon";

export interface Interface {
  readonly words: readonly string[];
  readonly imports: readonly string[];
  readonly binding: Binding;
  /**
   * How the bound values are passed: {names} comma-separated, {pairs} as `a = a`, {entries} as `" a " : a`. Left out when
   * there are none.
   */
  readonly values: string;
  readonly setup: readonly string[];
  /** Whether the last line of the setup opens a block. */
  readonly opens: boolean;
  /** Lines that run {sql} with {values} and leave the answer in {out}. */
  readonly many: readonly string[];
  readonly one: readonly string[];
  readonly nothing: readonly string[];
  readonly asynchronous?: boolean;
}

const cursorLines = (cursor: string): Pick<Interface, "many" | "one"> => ({
  many: [`${cursor} . execute ( {sql}{values} )`, `{out} = ${cursor} . fetchall ( )`],
  one: [`${cursor} . execute ( {sql}{values} )`, `{out} = ${cursor} . fetchone ( ) [ 0 ]`],
});

/** {base} is the function's argument, {cursor} a name that the words give too. */
export const interfaces: readonly Interface[] = [
  {
    words: [
      "open the sqlite file ${base}$ with cursor ${cursor}$",
      "connect sqlite3 to ${base}$ and get the cursor ${cursor}$",
    ],
    imports: ["import sqlite3"],
    binding: "question",
    values: " , ( {names} , )",
    setup: ["base = sqlite3 . connect ( {base} )", "{cursor} = base . cursor ( )"],
    opens: false,
    ...cursorLines("{cursor}"),
    nothing: ["{cursor} . execute ( {sql}{values} )", "base . commit ( )"],
  },
  {
    words: ["with the cursor ${base}$", "using cursor ${base}$", "the ${base}$ cursor executes it"],
    imports: [],
    binding: "percent",
    values: " , [ {names} ]",
    setup: [],
    opens: false,
    ...cursorLines("{base}"),
    nothing: ["{base} . execute ( {sql}{values} )"],
  },
  {
    words: ["connect psycopg2 to ${base}$", "using psycopg2 on the dsn ${base}$"],
    imports: ["import psycopg2"],
    binding: "named percent",
    values: " , dict ( {pairs} )",
    setup: ["client = psycopg2 . connect ( dsn = {base} )", "{cursor} = client . cursor ( )"],
    opens: false,
    ...cursorLines("{cursor}"),
    nothing: ["{cursor} . execute ( {sql}{values} )", "client . commit ( )", "client . close ( )"],
  },
  {
    words: ["load it through pandas from ${base}$", "with pandas on ${base}$"],
    imports: ["import pandas as pd"],
    binding: "question",
    values: " , params = [ {names} ]",
    setup: [],
    opens: false,
    many: ["{out} = pd . read_sql ( {sql} , {base}{values} ) . values . tolist ( )"],
    one: ["{out} = pd . read_sql ( {sql} , {base}{values} ) . iloc [ 0 , 0 ]"],
    nothing: ["pd . io . sql . execute ( {sql} , {base}{values} )"],
  },
  {
    words: ["open a cursor ${cursor}$ of ${base}$ by with", "with ${base}$ giving the cursor ${cursor}$"],
    imports: [],
    binding: "percent",
    values: " , ( {names} , )",
    setup: ["with {base} . cursor ( ) as {cursor} :"],
    opens: true,
    ...cursorLines("{cursor}"),
    nothing: ["{cursor} . execute ( {sql}{values} )"],
  },
  {
    words: ["await the pool ${base}$", "asynchronously on the pool ${base}$"],
    imports: [],
    binding: "dollar",
    values: " , {names}",
    setup: [],
    opens: false,
    many: ["{out} = await {base} . fetch ( {sql}{values} )"],
    one: ["{out} = await {base} . fetchval ( {sql}{values} )"],
    nothing: ["await {base} . execute ( {sql}{values} )"],
    asynchronous: true,
  },
  {
    words: ["format the statement for driver ${base}$", "let the driver ${base}$ run the formatted statement"],
    imports: [],
    binding: "format",
    values: "",
    setup: [],
    opens: false,
    many: ["{out} = {base} . run ( {sql} )"],
    one: ["{out} = {base} . run ( {sql} ) . single ( )"],
    nothing: ["{base} . run ( {sql} )"],
  },
  {
    words: ["as an f-string on the spark session ${base}$", "using spark ${base}$"],
    imports: [],
    binding: "f-string",
    values: "",
    setup: [],
    opens: false,
    many: ["{out} = {base} . sql ( {sql} ) . collect ( )"],
    one: ["{out} = {base} . sql ( {sql} ) . head ( ) [ 0 ]"],
    nothing: ["{base} . sql ( {sql} )"],
  },
  {
    words: ["through the storage object ${base}$", "by the methods of storage ${base}$"],
    imports: [],
    binding: "at",
    values: " , {pairs}",
    setup: [],
    opens: false,
    many: ["{out} = {base} . all ( {sql}{values} )"],
    one: ["{out} = {base} . value ( {sql}{values} )"],
    nothing: ["{base} . apply ( {sql}{values} )"],
  },
  {
    words: ["await the databases client ${base}$", "asynchronously by client ${base}$"],
    imports: [],
    binding: "colon",
    values: " , values = { {entries} }",
    setup: [],
    opens: false,
    many: ["{out} = await {base} . fetch_all ( query = {sql}{values} )"],
    one: ["{out} = await {base} . fetch_val ( query = {sql}{values} )"],
    nothing: ["await {base} . execute ( query = {sql}{values} )"],
    asynchronous: true,
  },
  {
    words: ["prepare it for the records object ${base}$", "with ${base}$ of the records module"],
    imports: ["import records"],
    binding: "colon",
    values: " , {pairs}",
    setup: ["db = records . Database ( {base} )"],
    opens: false,
    many: ["{out} = db . query ( {sql}{values} ) . as_dict ( )"],
    one: ["{out} = db . query ( {sql}{values} ) . one ( )"],
    nothing: ["db . query ( {sql}{values} )"],
  },
  {
    words: ["start a django cursor ${cursor}$", "using a django connection cursor ${cursor}$"],
    imports: ["from django . db import connection"],
    binding: "percent",
    values: " , [ {names} ]",
    setup: ["with connection . cursor ( ) as {cursor} :"],
    opens: true,
    ...cursorLines("{cursor}"),
    nothing: ["{cursor} . execute ( {sql}{values} )"],
  },
];

export interface Ending {
  readonly words: readonly string[];
  readonly lines: readonly string[];
  readonly imports?: readonly string[];
}

/** {out} is the answer, {a} and {b} further names, {n} a number, {word} a word. */
export const endingsOfMany: readonly Ending[] = [
  { words: ["return ${out}$", "the result is ${out}$"], lines: ["return {out}"] },
  { words: ["return ${out}$ as a tuple"], lines: ["return tuple ( {out} )"] },
  { words: ["return the item {n} of ${out}$"], lines: ["return {out} [ {n} ]"] },
  {
    words: ["return the first column of ${out}$ by ${a}$", "return item 0 of each ${a}$ in ${out}$"],
    lines: ["return [ {a} [ 0 ] for {a} in {out} ]"],
  },
  { words: ["print the length of ${out}$"], lines: ["print ( len ( {out} ) )"] },
  {
    words: ["yield each ${a}$ of ${out}$", "iterate ${out}$ yielding ${a}$"],
    lines: ["for {a} in {out} :", "\tyield {a}"],
  },
  {
    words: ["loop over ${out}$ with ${a}$ and print it", "print every ${a}$ in ${out}$"],
    lines: ["for {a} in {out} :", "\tprint ( {a} )"],
  },
  {
    words: ["return a dictionary of ${out}$ with ${a}$ and ${b}$", "map ${a}$ to ${b}$ for the pairs of ${out}$"],
    lines: ["return { {a} : {b} for {a} , {b} in {out} }"],
  },
  {
    words: [
      "append every ${a}$ of ${out}$ to the list ${b}$ and return that",
      "collect ${a}$ from ${out}$ in ${b}$, returned",
    ],
    lines: ["{b} = list ( )", "for {a} in {out} :", "\t{b} . append ( {a} )", "return {b}"],
  },
  {
    words: ["raise ValueError '{word}' when ${out}$ is empty, otherwise return it"],
    lines: ["if len ( {out} ) == 0 :", '\traise ValueError ( " {word} " )', "return {out}"],
  },
  {
    words: ["return ${out}$ sorted by item {n}"],
    lines: ["return sorted ( {out} , key = lambda item : item [ {n} ] )"],
  },
  {
    words: ["return the json text of ${out}$", "dump ${out}$ to json and return it"],
    imports: ["import json"],
    lines: ["return json . dumps ( {out} )"],
  },
  {
    words: ["write each ${a}$ of ${out}$ to the file '{word}.txt'"],
    lines: [
      'with open ( " {word}.txt " , " w " ) as file :',
      "\tfor {a} in {out} :",
      "\t\tfile . write ( str ( {a} ) )",
    ],
  },
  { words: ["return the {n} leading entries of ${out}$"], lines: ["return {out} [ : {n} ]"] },
  {
    words: ["set ${b}$ to the number of entries in ${out}$ and return ${b}$"],
    lines: ["{b} = len ( {out} )", "return {b}"],
  },
  { words: ["return whether ${out}$ has over {n} entries"], lines: ["return len ( {out} ) > {n}"] },
  { words: ["return ${out}$ or None when it is empty"], lines: ["if not {out} :", "\treturn None", "return {out}"] },
  {
    words: ["build the dict ${b}$ that counts each ${a}$ of ${out}$ and return it"],
    lines: ["{b} = { }", "for {a} in {out} :", "\t{b} [ {a} ] = {b} . get ( {a} , 0 ) + 1", "return {b}"],
  },
  { words: ["call ${a}$ on ${out}$", "pass ${out}$ on to ${a}$"], lines: ["{a} ( {out} )"] },
  {
    words: ["return a response of ${out}$ for the template '{word}.txt' with ${a}$"],
    lines: ['return template ( " {word}.txt " , {a} = {out} )'],
  },
  { words: ["return the dict with '{word}' : ${out}$"], lines: ['return { " {word} " : {out} }'] },
  {
    words: ["keep the ${a}$ of ${out}$ where item {n} is true and return them"],
    lines: ["return [ {a} for {a} in {out} if {a} [ {n} ] ]"],
  },
];

export const endingsOfOne: readonly Ending[] = [
  { words: ["return ${out}$", "the result is ${out}$"], lines: ["return {out}"] },
  { words: ["return ${out}$ as an integer"], lines: ["return int ( {out} )"] },
  {
    words: ["return whether ${out}$ is greater than {n}", "return if ${out}$ is over {n}"],
    lines: ["return {out} > {n}"],
  },
  { words: ["print '{word}' and ${out}$"], lines: ['print ( " {word} : " , {out} )'] },
  {
    words: ["if ${out}$ is None, return {n}, else ${out}$"],
    lines: ["if {out} is None :", "\treturn {n}", "return {out}"],
  },
  { words: ["set ${b}$ to {n} times ${out}$ and return ${b}$"], lines: ["{b} = {out} * {n}", "return {b}"] },
  { words: ["assert ${out}$ is not None"], lines: ["assert {out} is not None"] },
  { words: ["return ${out}$ rounded to {n} digits"], lines: ["return round ( {out} , {n} )"] },
];

export const endingsOfNothing: readonly Ending[] = [
  { words: ["return nothing", "no result"], lines: [] },
  { words: ["return True"], lines: ["return True"] },
  { words: ["print '{word}'", "then print the message '{word}'"], lines: ['print ( " {word} " )'] },
  { words: ["call ${a}$ afterwards"], lines: ["{a} ( )"] },
];

/** What happens on any exception; {a} is a name. */
export const rescues: readonly Ending[] = [
  {
    words: ["on an exception return False", "return False for exceptions"],
    lines: ["except Exception :", "\treturn False"],
  },
  {
    words: ["catch the exception ${a}$ and print it", "if an exception ${a}$ occurs, print it"],
    lines: ["except Exception as {a} :", "\tprint ( str ( {a} ) )"],
  },
  {
    words: ["on ValueError raise RuntimeError '{word}'"],
    lines: ["except ValueError :", '\traise RuntimeError ( " {word} " )'],
  },
  {
    words: ["catch OSError as ${a}$ and warn with it"],
    imports: ["import warnings"],
    lines: ["except OSError as {a} :", "\twarnings . warn ( str ( {a} ) )"],
  },
  { words: ["finally call ${a}$", "always call ${a}$ in the end"], lines: ["finally :", "\t{a} ( )"] },
];

/** Where the statement's text is kept, when it is not in the call. */
export const statementPhrases = [
  "assign the statement to ${text}$",
  "the query string is ${text}$",
  "as ${text}$",
] as const;

/** Whole descriptions. {query}, {interface}, {ending} and {statement} are phrases; {function} and {out} names. */
export const taskSentences = [
  "Define ${function}$ to {query} {interface}, storing it in ${out}$. {Ending}.",
  "Implement a method ${function}$: {interface}, {query} as ${out}$; {ending}.",
  "Python function named ${function}$. {Interface}. {Query} into ${out}$. Finally {ending}.",
  "{Query} ( variable ${out}$ ), {interface}. After that {ending}. The name is ${function}$.",
  "{Interface}: {query}. Save it to ${out}$, and {ending}. Function: ${function}$",
  "Please {query}, put that in ${out}$ and {ending}, {interface}, as ${function}$.",
  "${function}$ should {query} {interface}, assign ${out}$ and {ending}.",
] as const;
export const changeSentences = [
  "Define ${function}$ to {query} {interface}. {Ending}.",
  "Implement a method ${function}$: {interface}, {query}; {ending}.",
  "Python function named ${function}$. {Interface}. {Query}. Finally {ending}.",
  "Please {query}, {interface}, and {ending}, as ${function}$.",
  "${function}$ should {query} {interface} and {ending}.",
] as const;
