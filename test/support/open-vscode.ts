/**
 * `npm run vscode`: a VS Code server with this extension and a writable copy of the examples, for those who have no
 * VS Code. It prints the address to open in a browser and runs until Ctrl-C.
 */
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { cpSync } from "node:fs";
import path from "node:path";
import { installHost } from "./install-host";
import { root } from "./places";
import { startServer } from "./server";

async function main(): Promise<void> {
  execFileSync(process.execPath, ["esbuild.js"], { cwd: root, stdio: "inherit" });
  installHost();
  const port = process.env.PORT;
  const server = await startServer({
    settings: { "workbench.startupEditor": "welcomePage" },
    token: randomUUID(),
    ...(port === undefined ? {} : { port: Number(port) }),
  });
  cpSync(path.join(root, "examples"), server.workspace, { recursive: true });
  console.log(`\nOpen this address in a browser of this machine (Ctrl-C ends it; the workspace is a copy):\n`);
  console.log(`  ${server.url({ folder: server.workspace, development: root })}\n`);
  // Ctrl-C may arrive twice (from the terminal and from npm), and an unheard second one would end the clean-up.
  let stopping: Promise<void> | undefined;
  const stop = (): void => {
    stopping ??= server.stop().then(() => process.exit(0));
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
