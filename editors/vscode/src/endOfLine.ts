import * as vscode from "vscode";
import { CodeLensRequest } from "vscode-languageclient/node";

import { type Session } from "./session";
import { atEndOfLine } from "./settings";

/** The pause in typing after which the server is asked, in milliseconds. */
const pause = 250;

/**
 * Shows the summaries at the end of each function's first line, for people who
 * do not like lines that come between those of their code.
 */
export class EndOfLine implements vscode.Disposable {
  private readonly decoration = vscode.window.createTextEditorDecorationType({
    after: { color: new vscode.ThemeColor("editorCodeLens.foreground"), fontStyle: "italic", margin: "0 0 0 2em" },
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedOpen,
  });
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly subscriptions: vscode.Disposable[];

  constructor(private readonly session: Session) {
    this.subscriptions = [
      vscode.window.onDidChangeVisibleTextEditors(() => this.updateAll()),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.updateSoon(document)),
      session.onRefresh((uri) => this.updateUri(uri)),
      session.onStart(() => this.updateAll()),
    ];
  }

  /** Brings every visible editor up to date, also with the settings. */
  updateAll(): void {
    for (const editor of vscode.window.visibleTextEditors) {
      void this.update(editor);
    }
  }

  private updateUri(uri: string): void {
    for (const editor of vscode.window.visibleTextEditors) {
      if (this.session.running?.code2ProtocolConverter.asUri(editor.document.uri) === uri) {
        void this.update(editor);
      }
    }
  }

  private updateSoon(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    clearTimeout(this.timers.get(key));
    if (!atEndOfLine()) {
      return;
    }
    const update = () => {
      this.timers.delete(key);
      for (const editor of vscode.window.visibleTextEditors) {
        if (editor.document === document) {
          void this.update(editor);
        }
      }
    };
    this.timers.set(key, setTimeout(update, pause));
  }

  private async update(editor: vscode.TextEditor): Promise<void> {
    const client = this.session.running;
    const feature = client?.getFeature(CodeLensRequest.method);
    if (!atEndOfLine() || !client || !feature?.getProvider(editor.document)) {
      editor.setDecorations(this.decoration, []);
      return;
    }
    const { version } = editor.document;
    const lenses = await client
      .sendRequest(CodeLensRequest.type, {
        textDocument: client.code2ProtocolConverter.asTextDocumentIdentifier(editor.document),
      })
      .catch(() => null); // the next change asks again
    if (lenses === null || editor.document.version !== version) {
      return;
    }
    editor.setDecorations(
      this.decoration,
      lenses.map((lens) => ({
        range: editor.document.lineAt(lens.range.start.line).range,
        renderOptions: { after: { contentText: lens.command?.title ?? "" } },
      })),
    );
  }

  dispose(): void {
    for (const timer of this.timers.values()) {
      clearTimeout(timer);
    }
    vscode.Disposable.from(this.decoration, ...this.subscriptions).dispose();
  }
}
