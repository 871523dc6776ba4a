// Lint rules. The one that matters most keeps the floors of the house (docs/architecture.md): imports run downwards only.
import js from "@eslint/js";
import tseslint from "typescript-eslint";

/** Folders of src/ from the ground up; a floor may import from the floors before it and from itself, never sideways or up. */
const floors = [
  ["foundation"],
  ["graph", "dataset", "syntax", "metric"],
  ["model"],
  ["train", "generate"],
  ["detect", "attack", "defend"],
  ["job"],
  ["editor", "panel"],
];

const importsOnlyDownwards = floors.flatMap((floor, level) =>
  floor.map((folder) => {
    const above = floors.slice(level + 1).flat();
    const beside = folder === "editor" ? [] : floor.filter((other) => other !== folder);
    return {
      files: [`src/${folder}/**/*.{ts,tsx}`],
      rules: {
        "no-restricted-imports": [
          "error",
          {
            patterns: [
              {
                group: [...above, ...beside].flatMap((name) => [`**/../${name}/**`]).concat(["**/cli", "**/cli.js"]),
                message: `src/${folder} may import only from the floors below it (docs/architecture.md).`,
              },
            ],
            paths:
              folder === "editor" || folder === "panel"
                ? []
                : [{ name: "vscode", message: "vscode is imported in extension.ts, editor/ and panel/ alone." }],
          },
        ],
      },
    };
  }),
);

export default tseslint.config(
  { ignores: ["dist/", "gen/", "out/", "artifacts/", "node_modules/", "tools/**/node_modules/", ".dece/"] },
  js.configs.recommended,
  {
    files: ["**/*.{ts,tsx,mts}"],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-unnecessary-condition": ["error", { allowConstantLoopConditions: true }],
      "max-lines": ["error", { max: 320, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ["**/*.{js,mjs}"],
    languageOptions: {
      globals: {
        process: "readonly",
        console: "readonly",
        require: "readonly",
        module: "writable",
        __dirname: "readonly",
        URL: "readonly",
        setTimeout: "readonly",
        fetch: "readonly",
        Buffer: "readonly",
      },
    },
  },
  ...importsOnlyDownwards,
);
