import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, test } from "vitest";

/** Bytes, compressed: what a panel may cost. */
const most = 60 * 1024;

test.each(["run", "probe", "audit"])("the %s panel stays small and holds no inline style or eval", async (page) => {
  const result = await build({
    absWorkingDir: path.resolve(__dirname, "../.."),
    entryPoints: { [page]: `src/panel/web/${page}.tsx` },
    outdir: "dist",
    bundle: true,
    write: false,
    format: "iife",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    minify: true,
  });
  const size = result.outputFiles.reduce((sum, { contents }) => sum + gzipSync(contents).length, 0);
  expect(size).toBeLessThan(most);
  const web = path.join(__dirname, "web");
  for (const name of readdirSync(web).filter((file) => file.startsWith(page) || !file.startsWith("audit"))) {
    const source = readFileSync(path.join(web, name), "utf8");
    expect(source, name).not.toMatch(/dangerouslySetInnerHTML|innerHTML|style=|eval\(/);
  }
});
