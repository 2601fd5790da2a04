import * as vscode from "vscode";
import {
  type ClientCapabilities,
  CloseAction,
  CodeLensRequest,
  ErrorAction,
  LanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
  State,
} from "vscode-languageclient/node";

import { copy } from "./commands";
import { Crashes } from "./crashes";
import { plain } from "./messages";
import { type Server, findServer } from "./server";
import { type ServerSettings, atEndOfLine } from "./settings";
import { type Status, type StatusItem } from "./status";

/** A button under a message. */
interface Action extends vscode.MessageItem {
  run(): unknown;
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The server and the client that speaks with it, over all restarts. */
export class Session implements vscode.Disposable {
  private client: LanguageClient | undefined;
  /** The program that was found at the last start. */
  command: string | undefined;
  private replacing: Promise<void> | undefined;
  private wanted = false;
  private readonly crashes = new Crashes();
  private readonly refreshed = new vscode.EventEmitter<string>();
  private readonly started = new vscode.EventEmitter<void>();

  /** Fires with the URI of a document that the server has other text for. */
  readonly onRefresh = this.refreshed.event;
  /** Fires when a server has started. */
  readonly onStart = this.started.event;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly settings: ServerSettings,
    private readonly status: StatusItem,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** The client, when the server runs. */
  get running(): LanguageClient | undefined {
    return this.client?.state === State.Running ? this.client : undefined;
  }

  /**
   * Stops the server, if it runs, and starts it. Calls while another is under
   * way are one more together, as it may have begun with other settings.
   */
  restart(): Promise<void> {
    this.wanted = true;
    this.replacing ??= this.replaceWhileWanted();
    return this.replacing;
  }

  private async replaceWhileWanted(): Promise<void> {
    try {
      while (this.wanted) {
        this.wanted = false;
        await this.replace();
      }
    } finally {
      this.replacing = undefined;
    }
  }

  private async replace(): Promise<void> {
    this.crashes.reset();
    await this.stop();
    this.command = undefined;
    this.status.version = "";
    this.status.set({ state: "starting" });
    let server: Server;
    try {
      server = await findServer({
        setting: vscode.workspace.getConfiguration("gloss").get("server.path", ""),
        extension: this.context.extensionPath,
        path: process.env["PATH"] ?? "",
        platform: process.platform,
      });
    } catch (error) {
      this.fail(text(error), {
        title: "Open the Setting",
        run: () => vscode.commands.executeCommand("workbench.action.openSettings", "gloss.server.path"),
      });
      return;
    }
    this.log.info(`${server.version}: ${server.command}`);
    this.status.version = server.version;
    this.command = server.command;
    this.client = this.newClient(server.command);
    try {
      await this.client.start();
    } catch (error) {
      this.fail(text(error));
    }
  }

  private newClient(command: string): LanguageClient {
    const client = new LanguageClient("gloss", "gloss", { command, args: ["lsp"] }, this.options());
    client.registerFeature({
      fillClientCapabilities: (capabilities: ClientCapabilities) => {
        // VS Code makes icons of $(name) in labels, whatever its fork is called.
        const ours = { glossStatus: true, glossRefresh: true, labelIcons: true };
        capabilities.experimental = { ...capabilities.experimental, ...ours };
      },
      initialize: () => undefined,
      getState: () => ({ kind: "static" }),
      clear: () => undefined,
    });
    client.onNotification("gloss/status", (status: Status) => this.status.set(status));
    client.onNotification("gloss/refresh", (about: { uri: string }) => this.refreshed.fire(about.uri));
    client.onDidChangeState(({ newState }) => {
      void vscode.commands.executeCommand("setContext", "gloss.running", newState === State.Running);
      if (newState === State.Starting) {
        this.status.set({ state: "starting" });
      } else if (newState === State.Running) {
        this.status.set({ state: "idle" });
        this.started.fire();
      }
    });
    return client;
  }

  private options(): LanguageClientOptions {
    const languages = this.context.extension.packageJSON.activationEvents.map((e: string) => e.replace("onLanguage:", ""));
    return {
      documentSelector: languages.flatMap((language: string) => [
        { scheme: "file", language },
        { scheme: "untitled", language },
        { scheme: "vscode-notebook-cell", language }, // each cell is a document
      ]),
      outputChannel: this.log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      // A workspace cannot set those that decide what runs: only these count
      // for them, and their scope in the manifest keeps a workspace out.
      initializationOptions: () => this.settings.values(),
      initializationFailedHandler: () => false,
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue }),
        closed: () => this.closed(),
      },
      middleware: {
        provideCodeLenses: (document, token, next) => (atEndOfLine() ? [] : next(document, token)),
        executeCommand: async (command, args, next) => {
          const result: unknown = await next(command, args);
          if (command === "gloss.copySummary" && typeof result === "string") {
            await copy(result);
          }
          return result;
        },
        workspace: {
          configuration: (params) => params.items.map(() => this.settings.values()),
        },
      },
    };
  }

  private closed(): { action: CloseAction; handled: boolean } {
    if (this.crashes.crashed(Date.now())) {
      this.log.warn("the server ended; it is started again");
      return { action: CloseAction.Restart, handled: true };
    }
    this.fail("The server ended several times in a few minutes.");
    return { action: CloseAction.DoNotRestart, handled: true };
  }

  /** Says that there is no server, in the status bar and once beside it. */
  private fail(message: string, ...actions: Action[]): void {
    this.log.error(message);
    this.status.set({ state: "failed", message });
    const all: Action[] = [
      { title: "Try Again", run: () => this.restart() },
      ...actions,
      { title: "Show the Log", run: () => this.log.show() },
    ];
    void vscode.window.showErrorMessage(plain(`gloss: ${message}`), ...all).then((chosen) => chosen?.run());
  }

  /** Has VS Code request the code lenses again. */
  refreshLenses(): void {
    for (const document of vscode.workspace.textDocuments) {
      const provider = this.running?.getFeature(CodeLensRequest.method).getProvider(document);
      if (provider) {
        provider.onDidChangeCodeLensEmitter.fire();
        return; // it is the same for all of them
      }
    }
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    try {
      await client?.dispose();
    } catch (error) {
      this.log.info(`the server did not stop in order: ${String(error)}`);
    }
  }

  dispose(): void {
    void this.stop();
    this.refreshed.dispose();
    this.started.dispose();
  }
}
