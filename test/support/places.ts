/** Where things stand in the checkout, for the test scripts. All of it is relative to the repository's root. */
import path from "node:path";

export const root = path.resolve(__dirname, "..", "..");
export const hostFolder = path.join(root, "tools/vscode-host");
/** The VS Code server's own folder inside the npm package code-server. */
export const serverFolder = path.join(hostFolder, "node_modules/code-server/lib/vscode");
/** Screenshots, logs, packages and the stages' results; git-ignored. */
export const artifacts = path.join(root, "artifacts");
export const hostTests = path.join(root, "out/test/host/index.js");
