/** Which open documents are scanned by themselves: those that look like a dataset at their first characters. */

export const datasetLanguages = ["jsonl", "csv", "tsv", "json"] as const;

/** By suffix: what the text editor can show and mark. */
export const isTextFormat = (fileName: string): boolean => /\.(?:jsonl|ndjson|json|csv|tsv|tab)$/i.test(fileName);

/** By suffix: what can be scanned and shown in the Audit View, packed files and Parquet included. */
export const isDatasetName = (fileName: string): boolean =>
  /\.(?:(?:jsonl|ndjson|json|csv|tsv|tab)(?:\.(?:gz|zst))?|parquet|parq|pqt)$/i.test(fileName) &&
  !configurationNames.test(fileName);

/** Never datasets, however much they look like one. */
const configurationNames =
  /(?:^|[\\/])(?:package(?:-lock)?|tsconfig[^\\/]*|settings|launch|tasks|[^\\/]*\.truth)\.json$/;

/** `head` is the beginning of the file; a wrong guess costs one scan that finds no columns. */
export function looksLikeDataset(languageId: string, fileName: string, head: string): boolean {
  const text = head.replace(/^\uFEFF/, "").trimStart();
  if (text === "" || configurationNames.test(fileName)) return false;
  switch (languageId) {
    case "jsonl":
      return text.startsWith("{");
    case "json":
      return /^\[\s*\{/.test(text);
    case "csv":
      return text.includes(",");
    case "tsv":
      return text.includes("\t");
    default:
      return false;
  }
}
