/** Another program that is asked by lines of JSON and answers each with one: what a bench measures itself against. */
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";

export class LineProcess {
  private readonly child: ChildProcessByStdio<Writable, Readable, null>;
  private readonly lines: AsyncIterator<string>;
  private readonly failed: Promise<never>;

  constructor(program: string, argv: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    const env = { ...process.env, ...environment };
    this.child = spawn(program, argv, { stdio: ["pipe", "pipe", "inherit"], env });
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
    this.failed = once(this.child, "error").then(([error]) => Promise.reject(error as Error));
    // Whoever reads is told; nobody may be reading.
    this.failed.catch(() => undefined);
  }

  /** The next line. Throws where the program did not start or has ended. */
  async read(): Promise<Readonly<Record<string, unknown>>> {
    const line = await Promise.race([this.lines.next(), this.failed]);
    if (line.done === true) throw new Error("the other program ended");
    return JSON.parse(line.value) as Readonly<Record<string, unknown>>;
  }

  ask(question: unknown): Promise<Readonly<Record<string, unknown>>> {
    this.child.stdin.write(`${JSON.stringify(question)}\n`);
    return this.read();
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null || this.child.pid === undefined) return;
    const ended = once(this.child, "exit");
    this.child.stdin.end();
    await ended;
  }
}
