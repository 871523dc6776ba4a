/**
 * Marks triggers, payloads and hints in dataset files and in samples opened as code: visible ranges only, one decoration type per kind, and told apart by
 * border style as well as colour.
 */
import * as vscode from "vscode";
import { markKindOf, triggerOf, type MarkKind } from "./evidence";
import { sampleAddress, type PlacedFinding, type SampleDocuments } from "./sample-documents";
import { findingsOnLines, rangeOf, type Marked, type Scans } from "./scans";

/** Lines above and below the visible ones, so that scrolling shows marks at once. */
const margin = 60;
/** More marks than this in view are no longer told apart, and slow the editor down. */
const mostMarks = 2_000;

const themed = (name: string): vscode.ThemeColor => new vscode.ThemeColor(`deceAudit.${name}`);

const looks: Readonly<Record<MarkKind, vscode.DecorationRenderOptions>> = {
  trigger: {
    backgroundColor: themed("triggerBackground"),
    border: "1px solid",
    borderColor: themed("triggerBorder"),
    overviewRulerColor: themed("triggerBorder"),
    overviewRulerLane: vscode.OverviewRulerLane.Center,
  },
  payload: {
    backgroundColor: themed("payloadBackground"),
    border: "1px dashed",
    borderColor: themed("payloadBorder"),
    overviewRulerColor: themed("payloadBorder"),
    overviewRulerLane: vscode.OverviewRulerLane.Right,
  },
  hint: {
    border: "1px none",
    borderColor: themed("hintBorder"),
    textDecoration: "underline dotted",
    overviewRulerColor: themed("hintBorder"),
    overviewRulerLane: vscode.OverviewRulerLane.Left,
  },
};

export type MarkedRanges = Readonly<Record<MarkKind, vscode.Range[]>>;

const noMarks = (): Record<MarkKind, vscode.Range[]> => ({ trigger: [], payload: [], hint: [] });

/** A span with several findings is marked once. */
function marksOf(result: Marked, placed: readonly PlacedFinding[]): MarkedRanges {
  const marks = noMarks();
  const seen = new Set<string>();
  for (const { finding, range } of placed.slice(0, mostMarks)) {
    const kind = markKindOf(finding, triggerOf(finding, result.triggers));
    const { start, end } = range;
    const key = `${kind} ${start.line}:${start.character} ${end.line}:${end.character}`;
    if (seen.has(key)) continue;
    seen.add(key);
    marks[kind].push(range);
  }
  return marks;
}

export class Highlights implements vscode.Disposable {
  readonly #types: Readonly<Record<MarkKind, vscode.TextEditorDecorationType>>;
  readonly #subscriptions: vscode.Disposable;

  constructor(
    private readonly scans: Scans,
    private readonly samples: SampleDocuments,
  ) {
    const make = (kind: MarkKind): vscode.TextEditorDecorationType =>
      vscode.window.createTextEditorDecorationType({
        ...looks[kind],
        rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
      });
    this.#types = { trigger: make("trigger"), payload: make("payload"), hint: make("hint") };
    const drawFile = (uri: vscode.Uri): void => {
      for (const editor of vscode.window.visibleTextEditors) {
        const { uri: shown } = editor.document;
        if ((sampleAddress(shown)?.file ?? shown).toString() === uri.toString()) this.#draw(editor);
      }
    };
    this.#subscriptions = vscode.Disposable.from(
      ...Object.values(this.#types),
      scans.onDidChange(drawFile),
      scans.onDidProgress(drawFile),
      vscode.window.onDidChangeVisibleTextEditors((editors) => editors.forEach((editor) => this.#draw(editor))),
      vscode.window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => this.#draw(textEditor)),
    );
  }

  /** What an editor shows now. */
  marks(editor: vscode.TextEditor): MarkedRanges {
    const sample = this.samples.findings(editor.document);
    if (sample !== undefined) return marksOf(sample.result, sample.placed);
    const result = this.scans.marked(editor.document.uri);
    const visible = editor.visibleRanges;
    if (result === undefined || visible.length === 0) return noMarks();
    const first = Math.max(0, visible[0]!.start.line - margin);
    const findings = findingsOnLines(result, first, visible.at(-1)!.end.line + margin);
    return marksOf(
      result,
      findings.map((finding) => ({ finding, range: rangeOf(finding) })),
    );
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  #draw(editor: vscode.TextEditor): void {
    const marks = this.marks(editor);
    for (const kind of ["trigger", "payload", "hint"] as const) {
      editor.setDecorations(this.#types[kind], marks[kind]);
    }
  }
}
