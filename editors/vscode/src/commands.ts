import * as vscode from "vscode";
import { ExecuteCommandRequest, type LanguageClient } from "vscode-languageclient/node";

import { plain } from "./messages";
import { type Session } from "./session";

/**
 * The commands of the palette for the function at the cursor. Their names
 * differ from the server's own, which the client registers for the lenses.
 */
export function registerFunctionCommands(session: Session): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.commands.registerCommand("gloss.function.regenerate", () =>
      vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title: "Writing a summary" }, () =>
        execute(session, "gloss.regenerate"),
      ),
    ),
    vscode.commands.registerCommand("gloss.function.insertDoc", () => execute(session, "gloss.insertDoc")),
    vscode.commands.registerCommand("gloss.function.copy", async () => {
      const text = await execute(session, "gloss.copySummary");
      if (text !== undefined) {
        await copy(text);
      }
    }),
    vscode.commands.registerCommand("gloss.file.refresh", () => execute(session, "gloss.refreshFile")),
  );
}

/** Puts a summary into the clipboard, and says so. */
export async function copy(text: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage("$(check) The summary is in the clipboard", 3000);
}

/** Has the server run a command, and returns the summary it answers. */
async function execute(session: Session, command: string): Promise<string | undefined> {
  const client = session.running;
  const editor = vscode.window.activeTextEditor;
  if (!client || !editor) {
    void vscode.window.showWarningMessage(client ? "gloss: no file is open." : "gloss: the server does not run.");
    return undefined;
  }
  try {
    const answer: unknown = await client.sendRequest(ExecuteCommandRequest.type, {
      command,
      arguments: [place(client, editor)],
    });
    return typeof answer === "string" ? answer : undefined;
  } catch (error) {
    void vscode.window.showWarningMessage(plain(`gloss: ${error instanceof Error ? error.message : String(error)}`));
    return undefined;
  }
}

function place(client: LanguageClient, editor: vscode.TextEditor): unknown {
  const protocol = client.code2ProtocolConverter;
  return {
    textDocument: protocol.asTextDocumentIdentifier(editor.document),
    position: protocol.asPosition(editor.selection.active),
  };
}
