/** The command line's entry point: streams, signals and the exit code. The commands and flags are in cli/program.ts. */
import { runCommandLine } from "./cli/program";

const interrupted = new AbortController();
let signalCode: number | undefined;

for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  process.on(signal, () => {
    // The second time the user means now.
    if (signalCode !== undefined) process.exit(code);
    signalCode = code;
    interrupted.abort();
  });
}
for (const stream of [process.stdout, process.stderr]) {
  // A reader such as `head` that has enough is no error.
  stream.on("error", (error: { code?: unknown }) => process.exit(error.code === "EPIPE" ? 0 : 2));
}

void runCommandLine(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  workspace: process.cwd(),
  signal: interrupted.signal,
}).then((code) => {
  process.exitCode = code === "cancelled" ? (signalCode ?? 130) : code;
});
