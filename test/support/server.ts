/**
 * Starts and stops a VS Code server with a fresh profile in a temporary folder. It runs detached: its process group is
 * ended as a whole, because a client that goes away leaves an extension host behind otherwise.
 */
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { serverFolder } from "./places";

export interface ServerOptions {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** A .vsix to install before the start. */
  readonly install?: string;
  readonly port?: number;
  /** Whether the folder has to be trusted first, as on a desktop; else everything is trusted. */
  readonly restricted?: boolean;
  /** Who does not know it gets no page: for a server that stands open longer than a test. */
  readonly token?: string;
}

export interface PageOptions {
  readonly folder: string;
  /** An extension's folder, loaded as under F5. */
  readonly development?: string;
  /** A module with `run(): Promise<void>`, run inside the extension host. */
  readonly tests?: string;
}

export interface Server {
  /** An empty folder to open; removed when the server stops. */
  readonly workspace: string;
  readonly log: string;
  url(options: PageOptions): string;
  stop(): Promise<void>;
}

const quietSettings = {
  "telemetry.telemetryLevel": "off",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.enableExperiments": false,
  "extensions.autoUpdate": false,
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "git.enabled": false,
  // On by default in a browser: a test that leaves a document unsaved means it.
  "files.autoSave": "off",
};

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as net.AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

/** Resolves once the server answers. Throws with the log's path when it does not within 20 s. */
export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "dece-vscode-"));
  const workspace = path.join(folder, "workspace");
  const extensions = path.join(folder, "extensions");
  for (const part of ["data/User", "data/Machine", "extensions", "workspace"]) {
    mkdirSync(path.join(folder, part), { recursive: true });
  }
  const settings = JSON.stringify({ ...quietSettings, ...options.settings });
  writeFileSync(path.join(folder, "data/Machine/settings.json"), settings);

  const logFile = path.join(folder, "server.log");
  const log = openSync(logFile, "w");
  const main = path.join(serverFolder, "out/server-main.js");
  const common = ["--accept-server-license-terms", "--server-data-dir", folder, "--extensions-dir", extensions];
  const environment: NodeJS.ProcessEnv = { ...process.env, EXTENSIONS_GALLERY: "{}", ...options.environment };
  // Set where the caller itself runs under a debugger, a loader or a VS Code terminal; wrong for the server.
  for (const name of ["NODE_OPTIONS", "VSCODE_IPC_HOOK_CLI"]) Reflect.deleteProperty(environment, name);

  if (options.install !== undefined) {
    execFileSync(process.execPath, [main, ...common, "--install-extension", options.install], {
      env: environment,
      stdio: ["ignore", log, log],
    });
  }

  const port = options.port ?? (await freePort());
  const authority = `127.0.0.1:${port}`;
  const trust = options.restricted === true ? [] : ["--disable-workspace-trust"];
  const quiet = ["--disable-telemetry", ...trust, "--enable-smoke-test-driver"];
  const { token } = options;
  // In a file, for arguments can be read by other users of the machine.
  const tokenFile = path.join(folder, "token");
  if (token !== undefined) writeFileSync(tokenFile, token, { mode: 0o600 });
  const access = token === undefined ? ["--without-connection-token"] : ["--connection-token-file", tokenFile];
  const where = ["--host", "127.0.0.1", "--port", String(port), ...access];
  const child = spawn(process.execPath, [main, ...where, ...common, ...quiet], {
    stdio: ["ignore", log, log],
    env: environment,
    detached: true,
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));

  const endGroup = (signal: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // The group is gone already.
    }
  };
  const stop = async (): Promise<void> => {
    endGroup("SIGTERM");
    await Promise.race([ended, pause(3_000)]);
    endGroup("SIGKILL");
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };

  const deadline = Date.now() + 20_000;
  for (;;) {
    const answered = await fetch(`http://${authority}/version`).then(
      (response) => response.ok,
      () => false,
    );
    if (answered) break;
    if (Date.now() > deadline || child.exitCode !== null) {
      endGroup("SIGKILL");
      throw new Error(`the VS Code server did not start, see ${logFile}`);
    }
    await pause(50);
  }

  const remote = (file: string): string => `vscode-remote://${authority}${file}`;
  return {
    workspace,
    log: logFile,
    url({ folder: opened, development, tests }) {
      const payload: string[][] = [];
      if (development !== undefined) payload.push(["extensionDevelopmentPath", remote(development)]);
      if (tests !== undefined) payload.push(["extensionTestsPath", remote(tests)]);
      const query = new URLSearchParams({ folder: opened, ...(token === undefined ? {} : { tkn: token }) });
      if (payload.length > 0) query.set("payload", JSON.stringify(payload));
      return `http://${authority}/?${query.toString()}`;
    },
    stop,
  };
}
