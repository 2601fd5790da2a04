import { execFile } from "node:child_process";
import * as vscode from "vscode";

import { plain } from "./messages";
import { type Session } from "./session";

/** A line of `gloss model list --json`. */
interface Model {
  name: string;
  about: string;
  bytes: number;
  inUse: boolean;
  installed: boolean;
}

/**
 * Lets the user choose a model. One that is not on this machine is offered for
 * download by the server, with its size and a progress that can be cancelled.
 */
export async function pickModel(session: Session): Promise<void> {
  const command = session.command;
  if (command === undefined) {
    void vscode.window.showWarningMessage("gloss: there is no server to ask for its models.");
    return;
  }
  const configured = vscode.workspace.getConfiguration("gloss").get("model", "");
  const item = (model: string, name: string, description: string, detail?: string) => ({
    label: model === configured ? `$(check) ${name}` : name,
    description,
    detail,
    model,
  });
  const items = list(command).then((models) => [
    item("", "The one in use", `"gloss model use" chooses it; now ${models.find((m) => m.inUse)?.name}`),
    ...models.map((m) => item(m.name, m.name, about(m), m.about)),
  ]);
  items.catch((error: Error) => vscode.window.showWarningMessage(plain(`gloss: ${error.message}`)));
  const choice = await vscode.window.showQuickPick(items, { title: "Model" });
  if (choice) {
    await vscode.workspace
      .getConfiguration("gloss")
      .update("model", choice.model || undefined, vscode.ConfigurationTarget.Global);
  }
}

/** What there is to say of a model beside its name. */
function about(model: Model): string {
  const size = model.bytes > 0 ? `${(model.bytes / 1e6).toFixed(0)} MB` : "";
  return model.installed ? size : `${size}, to be downloaded`;
}

function list(command: string): Promise<Model[]> {
  return new Promise((resolve, reject) => {
    execFile(command, ["model", "list", "--json"], { timeout: 30_000, windowsHide: true }, (error, stdout) => {
      if (error) {
        reject(error);
        return;
      }
      try {
        const lines = stdout.split("\n").filter((line) => line !== "");
        resolve(lines.map((line) => JSON.parse(line) as Model));
      } catch (error) {
        reject(error as Error);
      }
    });
  });
}
