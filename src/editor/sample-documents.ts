/**
 * "Open sample as code": a sample's decoded field as a read-only document of its language, with the marks that its dataset
 * has. Its address holds file, row and field, so that it comes back after a reload of the window.
 */
import path from "node:path";
import * as vscode from "vscode";
import languages from "../../grammars/languages.json";
import { sampleNumber } from "../dataset/sample-number";
import type { FieldRole, Finding } from "../detect/report";
import { inferLanguage } from "../syntax/language";
import { Failure } from "../foundation/failure";
import type { Jobs } from "./jobs";
import { layOut, type LaidOut } from "./sample-text";
import type { ScanResult, Scans } from "./scans";

export const sampleScheme = "dece-sample";

export interface SampleAddress {
  readonly file: vscode.Uri;
  readonly row: number;
  readonly field: FieldRole;
}

/** A finding with its place in a document. */
export interface PlacedFinding<F extends Finding = Finding> {
  readonly finding: F;
  readonly range: vscode.Range;
}

/** Files of prose and of what no rule recognises are plain text. */
function suffixOf(text: string): string {
  const language = inferLanguage(text);
  const known: Readonly<Record<string, { readonly suffixes: readonly string[] } | undefined>> = languages;
  return known[language]?.suffixes[0] ?? ".txt";
}

/** Undefined for a URI that is no sample's. */
export function sampleAddress(uri: vscode.Uri): SampleAddress | undefined {
  if (uri.scheme !== sampleScheme) return undefined;
  const query = new URLSearchParams(uri.query);
  const file = query.get("file");
  const row = Number(query.get("row"));
  const field = query.get("field");
  if (file === null || !Number.isSafeInteger(row) || row < 0 || (field !== "input" && field !== "output"))
    return undefined;
  return { file: vscode.Uri.file(file), row, field };
}

function sampleUri({ file, row, field }: SampleAddress, suffix: string): vscode.Uri {
  const query = new URLSearchParams({ file: file.fsPath, row: String(row), field });
  const name = `${path.basename(file.path)} sample ${sampleNumber(row)} ${field}${suffix}`;
  return vscode.Uri.from({ scheme: sampleScheme, path: `/${name}`, query: query.toString() });
}

export class SampleDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  /** By the document's URI; what is closed is forgotten. */
  readonly #shown = new Map<string, LaidOut>();
  readonly #subscriptions: vscode.Disposable;
  readonly #continuation = vscode.window.createTextEditorDecorationType({
    after: { contentText: vscode.l10n.t(" ↩ continues"), color: new vscode.ThemeColor("descriptionForeground") },
  });

  constructor(
    private readonly jobs: Jobs,
    private readonly scans: Scans,
  ) {
    this.#subscriptions = vscode.Disposable.from(
      this.#changed,
      this.#continuation,
      vscode.workspace.registerTextDocumentContentProvider(sampleScheme, this),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => void this.#shown.delete(uri.toString())),
      vscode.window.onDidChangeVisibleTextEditors((editors) =>
        editors.forEach((editor) => this.#drawContinuation(editor)),
      ),
      // A new scan comes after a change of the file: the sample may read otherwise now.
      scans.onDidChange((file) => {
        if (scans.result(file) === undefined) return;
        for (const { uri } of vscode.workspace.textDocuments) {
          if (sampleAddress(uri)?.file.toString() === file.toString()) this.#changed.fire(uri);
        }
      }),
    );
  }

  /** Shows a field of a sample and goes to `offset` in it, by default the first finding there. */
  async open(address: SampleAddress, offset?: number, column = vscode.ViewColumn.Active): Promise<vscode.TextEditor> {
    const document = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === address.file.toString());
    if (document?.isDirty === true) {
      throw new Failure("it has unsaved changes", { file: address.file.fsPath, remedy: "Save it first" });
    }
    const texts = await this.jobs.sample(address.file.fsPath, address.row);
    const uri = sampleUri(address, suffixOf(texts[address.field]));
    const laidOut = this.#lay(uri, texts[address.field]);
    const findings = this.#findings(address);
    const [first] = offset === undefined ? findings : findings.filter(({ start }) => start === offset);
    const start = laidOut.place(first?.start ?? offset ?? 0);
    const end = first === undefined ? start : laidOut.place(first.end);
    return vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), {
      viewColumn: column,
      selection: new vscode.Range(start.line, start.character, end.line, end.character),
    });
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const address = sampleAddress(uri);
    if (address === undefined) throw new Failure("it is no sample's address");
    const texts = await this.jobs.sample(address.file.fsPath, address.row);
    return this.#lay(uri, texts[address.field]).text;
  }

  /** What is found in the field that the document shows, with its places, in order. */
  findings(
    document: vscode.TextDocument,
  ): { readonly result: ScanResult; readonly placed: PlacedFinding[] } | undefined {
    const address = sampleAddress(document.uri);
    const laidOut = this.#shown.get(document.uri.toString());
    const result = address === undefined ? undefined : this.scans.savedResult(address.file);
    if (address === undefined || laidOut === undefined || result === undefined) return undefined;
    const placed = this.#findings(address).map((finding) => {
      const [start, end] = [laidOut.place(finding.start), laidOut.place(finding.end)];
      return { finding, range: new vscode.Range(start.line, start.character, end.line, end.character) };
    });
    return { result, placed };
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  #findings({ file, row, field }: SampleAddress): Finding[] {
    const findings = this.scans.savedResult(file)?.report.findings ?? [];
    return findings
      .filter((finding) => finding.row === row && finding.field === field)
      .sort((a, b) => a.start - b.start);
  }

  #lay(uri: vscode.Uri, field: string): LaidOut {
    const laidOut = layOut(field);
    this.#shown.set(uri.toString(), laidOut);
    return laidOut;
  }

  #drawContinuation(editor: vscode.TextEditor): void {
    const laidOut = this.#shown.get(editor.document.uri.toString());
    if (laidOut === undefined) return;
    const ends = laidOut.continued.map(
      (line) => new vscode.Range(line, Number.MAX_SAFE_INTEGER, line, Number.MAX_SAFE_INTEGER),
    );
    editor.setDecorations(this.#continuation, ends);
  }
}
