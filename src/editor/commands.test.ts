import { expect, it, vi } from "vitest";
import { commands, registerCommands } from "./commands";
import type { Context } from "./context";

/** The part of VS Code that running a command asks; the modules behind the commands only name the rest. */
const host = vi.hoisted(() => {
  class Base {
    static readonly from = (parts: unknown) => ({ ...(parts as object) });
    readonly fake = true;
  }
  return {
    Base,
    isTrusted: false,
    registered: new Map<string, (...values: unknown[]) => Promise<unknown>>(),
    errors: [] as string[],
  };
});

vi.mock("vscode", () => {
  const { Base, registered, errors } = host;
  return {
    ...{ Uri: Base, Range: Base, Position: Base, EventEmitter: Base, ThemeColor: Base, ThemeIcon: Base },
    ...{ ViewColumn: {}, ProgressLocation: {}, QuickPickItemKind: {}, OverviewRulerLane: {}, DiagnosticSeverity: {} },
    Disposable: { from: () => ({ dispose: () => undefined }) },
    l10n: { t: (text: string) => text },
    workspace: {
      get isTrusted() {
        return host.isTrusted;
      },
    },
    window: { showErrorMessage: (message: string) => errors.push(message) },
    commands: {
      registerCommand: (id: string, run: (...values: unknown[]) => Promise<unknown>) => registered.set(id, run),
    },
  };
});

it("runs nothing that writes or runs a model in a workspace that is not trusted, and says so", async () => {
  const touched = vi.fn();
  const context: unknown = new Proxy(
    {},
    {
      get: (_target, name) => {
        touched(name);
        return () => undefined;
      },
    },
  );
  registerCommands(context as Context);
  const writing = Object.keys(commands).filter((id) => commands[id]!.trusted);
  expect(writing).toEqual(expect.arrayContaining(["deceAudit.fineTune", "deceAudit.poison", "deceAudit.suppress"]));
  for (const id of writing) expect(await host.registered.get(id)!()).toBeUndefined();
  expect(touched).not.toHaveBeenCalled();
  expect(host.errors).toHaveLength(writing.length);
  expect(host.errors[0]).toContain("trusted workspace");

  // Scanning and looking do.
  await host.registered.get("deceAudit.refreshRuns")!();
  expect(touched).toHaveBeenCalledWith("runs");
});
