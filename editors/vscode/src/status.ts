import * as vscode from "vscode";

import { atEndOfLine } from "./settings";

/** What the notification gloss/status tells, and what comes before it. */
export interface Status {
  state: "starting" | "loading" | "busy" | "idle" | "failed";
  message?: string;
  /** Functions that wait for a summary. */
  pending?: number;
  /** Where code goes, if a server is asked. */
  sends?: string;
}

const looks: Record<Status["state"], { icon: string; text: string }> = {
  starting: { icon: "loading~spin", text: "gloss is starting" },
  loading: { icon: "loading~spin", text: "gloss is loading its model" },
  busy: { icon: "sync~spin", text: "gloss is writing summaries" },
  idle: { icon: "note", text: "gloss is ready" },
  failed: { icon: "error", text: "gloss cannot write summaries" },
};

/** The item in the status bar. */
export class StatusItem implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem("gloss.status", vscode.StatusBarAlignment.Right, 10);
  /** The version of the server, for the tooltip. */
  version = "";

  constructor() {
    this.item.name = "gloss";
    this.item.command = "gloss.showMenu";
    this.item.show();
    this.set({ state: "starting" });
  }

  set(status: Status): void {
    const look = looks[status.state];
    this.item.text = `$(${look.icon}) gloss`;
    this.item.accessibilityInformation = { label: look.text, role: "button" };
    this.item.backgroundColor =
      status.state === "failed" ? new vscode.ThemeColor("statusBarItem.errorBackground") : undefined;
    const lines = [look.text];
    if (status.pending) {
      lines.push(`${status.pending} ${status.pending === 1 ? "function waits" : "functions wait"}`);
    }
    if (status.sends) {
      lines.push(status.sends);
    }
    if (status.message) {
      lines.push(status.message);
    }
    if (this.version) {
      lines.push(this.version);
    }
    this.item.tooltip = lines.join("\n");
  }

  dispose(): void {
    this.item.dispose();
  }
}

/** Shows what can be done, for a click on the item. */
export async function showMenu(): Promise<void> {
  const lenses = vscode.workspace.getConfiguration("gloss").get("codeLens");
  const items: (vscode.QuickPickItem & { command: string; argument?: string })[] = [
    lenses
      ? { label: "$(eye-closed) Hide the summaries", command: "gloss.toggleLenses" }
      : { label: "$(eye) Show the summaries", command: "gloss.toggleLenses" },
    {
      label: atEndOfLine() ? "$(list-tree) Show them over the functions" : "$(list-flat) Show them at the end of the line",
      command: "gloss.toggleDisplay",
    },
    { label: "$(refresh) Summarize what has no summary in this file", command: "gloss.file.refresh" },
    { label: "$(circuit-board) Choose a model", command: "gloss.pickModel" },
    { label: "$(output) Show the log", command: "gloss.showLog" },
    { label: "$(debug-restart) Restart the server", command: "gloss.restartServer" },
    { label: "$(gear) Settings", command: "workbench.action.openSettings", argument: "@ext:gloss-lsp.gloss" },
  ];
  const choice = await vscode.window.showQuickPick(items, { title: "gloss" });
  if (choice) {
    await vscode.commands.executeCommand(choice.command, ...(choice.argument ? [choice.argument] : []));
  }
}
