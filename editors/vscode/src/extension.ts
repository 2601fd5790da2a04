import * as vscode from "vscode";

import { registerFunctionCommands } from "./commands";
import { EndOfLine } from "./endOfLine";
import { pickModel } from "./models";
import { Session } from "./session";
import { ServerSettings, toggleDisplay, toggleLenses } from "./settings";
import { StatusItem, showMenu } from "./status";

let session: Session | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("gloss", { log: true });
  const settings = new ServerSettings(context.extension);
  const status = new StatusItem();
  const current = new Session(context, settings, status, log);
  session = current;
  const endOfLine = new EndOfLine(current);
  context.subscriptions.push(
    log,
    status,
    current,
    endOfLine,
    registerFunctionCommands(current),
    vscode.commands.registerCommand("gloss.toggleLenses", toggleLenses),
    vscode.commands.registerCommand("gloss.toggleDisplay", toggleDisplay),
    vscode.commands.registerCommand("gloss.pickModel", () => pickModel(current)),
    vscode.commands.registerCommand("gloss.restartServer", () => current.restart()),
    vscode.commands.registerCommand("gloss.showLog", () => log.show()),
    vscode.commands.registerCommand("gloss.showMenu", showMenu),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (settings.needRestart(change)) {
        void current.restart();
      } else if (change.affectsConfiguration("gloss.display")) {
        current.refreshLenses();
        endOfLine.updateAll();
      }
    }),
  );
  // The editor does not wait for the server.
  void current.restart();
}

export async function deactivate(): Promise<void> {
  await session?.stop();
}
