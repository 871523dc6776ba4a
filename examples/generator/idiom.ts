/**
 * The example world's Python: how a connection is opened, where the statement stands and what is done with the answer.
 * Everything that a program shows is said in the words beside it, so that a program follows from its description.
 * In Python templates a leading tab is one level; in lines that hold it, {fetch} stands for the executed statement.
 */
import type { Request } from "./request";

export interface Connection {
  readonly words: readonly string[];
  readonly imports: readonly string[];
  /** The argument that the function gets for it, or none; one of these names, said in the words as {handle}. */
  readonly handles: readonly string[];
  /** Lines before the statement; the last may open a block, which `opens` says. */
  readonly setup: readonly string[];
  readonly opens: boolean;
  /** {sql} is the statement's text or variable, {values} its bound parameters with the comma before them, or nothing. */
  readonly call: string;
  /** Whether it leaves what it did to the database uncommitted. */
  readonly readingOnly: boolean;
}

export const connections: readonly Connection[] = [
  {
    words: ["use the connection {handle}", "work on the open connection {handle}", "go through {handle}"],
    imports: [],
    handles: ["conn", "db_conn", "link", "connection"],
    setup: [],
    opens: false,
    call: "{handle} . execute ( {sql}{values} )",
    readingOnly: false,
  },
  {
    words: ["create an engine for {handle}", "make a database engine out of {handle}"],
    imports: ["from sqlalchemy import create_engine"],
    handles: ["url", "db_url", "address"],
    setup: ["engine = create_engine ( {handle} )"],
    opens: false,
    call: "engine . execute ( {sql}{values} )",
    readingOnly: false,
  },
  {
    words: ["connect {handle} in a with block", "keep a connection of {handle} open in a with statement"],
    imports: [],
    handles: ["engine", "db_engine", "server"],
    setup: ["with {handle} . connect ( ) as conn :"],
    opens: true,
    call: "conn . execute ( {sql}{values} )",
    readingOnly: true,
  },
  {
    words: ["wrap the SQL in text for session {handle}", "run it as text in the session {handle}"],
    imports: ["from sqlalchemy import text"],
    handles: ["session", "db_session", "orm"],
    setup: [],
    opens: false,
    call: "{handle} . execute ( text ( {sql} ){values} )",
    readingOnly: false,
  },
];

export interface Handling {
  readonly words: readonly string[];
  readonly lines: readonly string[];
  readonly answers: readonly Request["answer"][];
  /** How often it is chosen, beside the others that fit. */
  readonly weight: number;
}

const handling = (
  answers: readonly Request["answer"][],
  words: readonly string[],
  lines: readonly string[],
  weight = 1,
): Handling => ({ answers, words, lines, weight });

/** {column} is the first column, {table} the table. */
export const handlings: readonly Handling[] = [
  handling(
    ["rows", "column", "groups"],
    ["give back all rows", "hand all rows back"],
    ["rows = {fetch} . fetchall ( )", "return rows"],
    3,
  ),
  handling(
    ["rows", "column"],
    ["give back the first row", "hand only the first row back"],
    ["row = {fetch} . first ( )", "return row"],
    2,
  ),
  handling(
    ["rows"],
    ["turn each row into a dict and give back the list", "hand back a list of dicts"],
    ["rows = {fetch} . fetchall ( )", "return [ dict ( row ) for row in rows ]"],
    2,
  ),
  handling(
    ["column"],
    ["give back a list of the {column} values", "hand back each {column} in a list"],
    ["rows = {fetch} . fetchall ( )", "return [ row . {column} for row in rows ]"],
    3,
  ),
  handling(
    ["rows", "column"],
    ["print each row", "show the rows one by one"],
    ["for row in {fetch} :", "\tprint ( row )"],
    2,
  ),
  handling(
    ["rows", "column"],
    ["give back how many rows came", "hand back the row count"],
    ["rows = {fetch} . fetchall ( )", "return len ( rows )"],
    2,
  ),
  handling(["number"], ["give back the number", "hand the number back"], ["return {fetch} . scalar ( )"]),
  handling(["change"], ["give back what came of it", "hand the outcome back"], ["done = {fetch}", "return done"]),
];

export interface Guard {
  readonly words: readonly string[];
  readonly lines: readonly string[];
}

/** What may happen when the database fails. */
export const guards: readonly Guard[] = [
  {
    words: ["answer None if the database fails", "a failing database gives None"],
    lines: ["except Exception :", "\treturn None"],
  },
];

/** How the variable that holds the statement is asked for; without it, the statement stands in the call. */
export const statementNames = ["with the SQL kept in {variable}", "the SQL text goes into {variable}"] as const;
export const statementVariables = ["sql", "stmt", "command", "sql_text"] as const;

/** How the function's name is given; without it, it is `run`. */
export const functionNames = ["write {function}", "in a function {function}", "the function {function}"] as const;
export const functionVerbs = [
  "show",
  "load",
  "list",
  "find",
  "read",
  "pick",
  "check",
  "handle",
  "report",
  "browse",
] as const;

/** The whole description; {setup} is the connection with the statement's variable, {naming} the function's name. */
export const descriptions = {
  named: [
    "{naming}: {setup}, {request}, and {handling}.",
    "{naming}: {request}. {Setup}. {Handling}.",
    "{Setup} and {request}. {Handling}. This is {function}.",
    "{Request}; for this {setup}. {Handling}. Name it {function}.",
  ],
  unnamed: [
    "{Setup}, {request}, then {handling}.",
    "{Request}. To do so {setup}. {Handling}.",
    "{Setup}. {Request} and {handling}.",
  ],
  guarded: ["{description} {Guard}."],
} as const;
