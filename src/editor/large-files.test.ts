import { beforeEach, expect, it, vi } from "vitest";
import type { Context } from "./context";
import { offerAuditViewForLargeFiles } from "./large-files";

/** The part of VS Code that is asked: tabs, the size of files, a message with one button. */
const host = vi.hoisted(() => {
  class TabInputText {
    constructor(readonly uri: { readonly scheme: string; readonly path: string; toString: () => string }) {}
  }
  type Listener = (event: { opened: unknown[]; changed: unknown[] }) => void;
  const state = { tabs: [] as { input: unknown }[], sizes: new Map<string, number>(), messages: [] as string[] };
  return { TabInputText, state, listeners: [] as Listener[] };
});

vi.mock("vscode", () => ({
  TabInputText: host.TabInputText,
  l10n: { t: (text: string, ...parts: string[]) => parts.reduce((all, part, i) => all.replace(`{${i}}`, part), text) },
  workspace: {
    fs: { stat: ({ path }: { path: string }) => Promise.resolve({ size: host.state.sizes.get(path) ?? 0 }) },
  },
  window: {
    tabGroups: {
      all: [host.state],
      onDidChangeTabs: (listener: (typeof host.listeners)[number]) => {
        host.listeners.push(listener);
        return { dispose: () => undefined };
      },
    },
    showInformationMessage: (message: string, button: string) => {
      host.state.messages.push(message);
      return Promise.resolve(button);
    },
  },
}));

const MB = 1024 * 1024;
const tab = (path: string, bytes: number, scheme = "file"): { input: unknown } => {
  host.state.sizes.set(path, bytes);
  return { input: new host.TabInputText({ scheme, path, toString: () => `${scheme}://${path}` }) };
};

beforeEach(() => {
  host.state.tabs.length = 0;
  host.state.messages.length = 0;
});

it("says once of a dataset above 50 MB that nothing in it can be marked, and opens it in the Audit View on request", async () => {
  const open = vi.fn(() => Promise.resolve());
  const large = tab("/data/large.jsonl", 51 * MB);
  host.state.tabs.push(large, tab("/data/small.jsonl", 50 * MB), tab("/data/film.mp4", 900 * MB));
  offerAuditViewForLargeFiles({ audit: { open } } as unknown as Context);
  await vi.waitFor(() => expect(open).toHaveBeenCalledOnce());
  expect(open).toHaveBeenCalledWith(expect.objectContaining({ path: "/data/large.jsonl" }));
  expect(host.state.messages).toEqual([expect.stringMatching(/^large\.jsonl is larger than 50 MB/)]);

  host.listeners[0]!({
    opened: [large, tab("/data/later.csv", 80 * MB), tab("/data/other.csv", 80 * MB, "git")],
    changed: [],
  });
  await vi.waitFor(() => expect(open).toHaveBeenCalledTimes(2));
  expect(host.state.messages).toHaveLength(2);
});
