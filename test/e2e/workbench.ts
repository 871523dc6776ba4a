/** A VS Code in a browser, and what a user does in it. Selectors hold for VS Code 1.100. */
import { cpSync, mkdirSync } from "node:fs";
import path from "node:path";
import type { Browser, FrameLocator, Locator, Page } from "playwright-core";
import { findOrInstallBrowser, launchBrowser } from "../support/browser";
import { artifacts, root } from "../support/places";
import { startServer, type Server } from "../support/server";

export interface Workbench {
  readonly page: Page;
  readonly server: Server;
  /** Runs a command of the palette by its whole title. */
  command(title: string): Promise<void>;
  /** Whether the palette offers a command. */
  offers(title: string): Promise<boolean>;
  /** Waits for a quick pick or input box of that title, types what is given, and picks the line. */
  choose(title: string, line: string): Promise<void>;
  type(title: string, text: string): Promise<void>;
  openFile(name: string): Promise<Locator>;
  theme(name: string): Promise<void>;
  screenshot(name: string): Promise<void>;
  close(): Promise<void>;
}

/** The page that the active panel of the extension shows: it lies two frames deep. */
export const panelOf = (page: Page): FrameLocator =>
  page.locator("iframe.webview.ready:visible").first().contentFrame().frameLocator("iframe#active-frame");

/** `restricted`: the folder is not trusted. */
export async function openWorkbench(
  settings: Readonly<Record<string, unknown>>,
  { restricted = false }: { readonly restricted?: boolean } = {},
): Promise<Workbench> {
  const server = await startServer({ settings, restricted });
  cpSync(path.join(root, "examples/nl-python-sql"), server.workspace, { recursive: true });
  const browser: Browser = await launchBrowser(findOrInstallBrowser()!);
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.goto(server.url({ folder: server.workspace, development: root }));
  await page.locator(".monaco-workbench").waitFor({ timeout: 60_000 });
  const widget = page.locator(".quick-input-widget");
  const input = widget.locator("input.input").first();
  const rows = widget.locator(".quick-input-list .monaco-list-row");

  /** The line that Enter takes. */
  const first = widget.locator('.quick-input-list .monaco-list-row[data-index="0"]');

  const command = async (title: string): Promise<void> => {
    const deadline = Date.now() + 60_000;
    for (;;) {
      await page.keyboard.press("F1");
      const isOpen = await appears(input, 2_000);
      // A panel that takes the focus closes the list again.
      const isFilled = isOpen && (await input.fill(`>${title}`, { timeout: 2_000 }).then(() => true, () => false)); // prettier-ignore
      if (isFilled) {
        // Commands of an extension appear only once it was scanned, hence the retries.
        const row = widget.locator(`.quick-input-list .monaco-list-row[aria-label^="${title}"]`).first();
        if (await appears(row, 1_500)) {
          await row.click();
          return;
        }
        await page.keyboard.press("Escape");
      }
      if (Date.now() > deadline) throw new Error(`there is no command "${title}"`);
    }
  };
  const titled = (title: string): Locator =>
    widget.filter({ has: page.locator(".quick-input-title", { hasText: title }) });

  return {
    page,
    server,
    command,
    async offers(title) {
      await page.keyboard.press("F1");
      await input.fill(`>${title}`);
      await widget.locator(".quick-input-list .monaco-list-row").first().waitFor();
      const isOffered = await appears(widget.locator(`.monaco-list-row[aria-label^="${title}"]`).first(), 1_500);
      await page.keyboard.press("Escape");
      await widget.waitFor({ state: "hidden" });
      return isOffered;
    },
    async choose(title, line) {
      await titled(title).waitFor();
      await input.fill(line);
      await first.filter({ hasText: line }).waitFor();
      await page.keyboard.press("Enter");
    },
    async type(title, text) {
      await titled(title).waitFor();
      await input.fill(text);
      await page.keyboard.press("Enter");
    },
    async openFile(name) {
      const labels = [`="${name}"`, `^="${name},"`, `^="${name} "`].map(
        (test) => `.monaco-list-row[aria-label${test}]`,
      );
      const editor = page.locator(`.monaco-editor[data-uri$="/${name}"]`);
      // A window that still starts takes the focus from the picker, which closes it: then it is opened again.
      for (let attempt = 0; attempt < 3; attempt++) {
        await command("Go to File...");
        await input.fill(name);
        await widget.locator(labels.join(", ")).first().click();
        if (await appears(editor, 15_000)) return editor;
      }
      await editor.waitFor();
      return editor;
    },
    async theme(name) {
      // A window that still starts takes the focus from the picker, which closes it: then it is opened again.
      for (let attempt = 0; attempt < 5; attempt++) {
        await command("Preferences: Color Theme");
        if (!(await appears(rows.first(), 5_000))) continue;
        await input.fill(name);
        await first.filter({ hasText: name }).waitFor();
        await page.keyboard.press("Enter");
        await widget.waitFor({ state: "hidden" });
        return;
      }
      throw new Error(`the theme "${name}" cannot be chosen`);
    },
    async screenshot(name) {
      const folder = path.join(artifacts, "screenshots");
      mkdirSync(folder, { recursive: true });
      await page.screenshot({ path: path.join(folder, `${name}.png`) });
    },
    async close() {
      await browser.close();
      await server.stop();
    },
  };
}

export const appears = (locator: Locator, timeout: number): Promise<boolean> =>
  locator.waitFor({ timeout }).then(
    () => true,
    () => false,
  );
