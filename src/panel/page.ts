/** The HTML of a panel: one script and one style sheet of the build, and a policy that allows nothing else. */
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import type { PanelState } from "./protocol";

export type PanelPage = "run" | "probe" | "audit";

/** The folders that a panel may load from. */
export const resourceRoots = (extensionUri: vscode.Uri): vscode.Uri[] =>
  ["dist", "media"].map((folder) => vscode.Uri.joinPath(extensionUri, folder));

const escapeAttribute = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)!};`);

/** `state` reaches the page as a data attribute, which it hands to VS Code for the next reload; null where it keeps its own. */
export function panelHtml(
  webview: vscode.Webview,
  extensionUri: vscode.Uri,
  page: PanelPage,
  title: string,
  state: PanelState | null,
): string {
  const nonce = randomBytes(18).toString("base64");
  const asset = (name: string): string =>
    escapeAttribute(webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, "dist", name)).toString());
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${webview.cspSource};`;
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${escapeAttribute(policy)}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <link rel="stylesheet" href="${asset(`${page}.css`)}">
    <title>${escapeAttribute(title)}</title>
  </head>
  <body${state === null ? "" : ` data-state="${escapeAttribute(JSON.stringify(state))}"`}>
    <main id="root"></main>
    <script nonce="${nonce}" src="${asset(`${page}.js`)}"></script>
  </body>
</html>`;
}
