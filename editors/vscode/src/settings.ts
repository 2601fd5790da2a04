import * as vscode from "vscode";

/** A property in the manifest's contributes.configuration. */
interface Property {
  scope?: string;
}

/**
 * The settings that the server knows: the first part of the manifest's
 * configuration, which is generated from the server's own. The rest is the
 * extension's.
 */
export class ServerSettings {
  private readonly properties: Record<string, Property>;

  constructor(extension: vscode.Extension<unknown>) {
    this.properties = extension.packageJSON.contributes.configuration[0].properties;
  }

  /** What the user has changed, as the server expects it. */
  values(): Record<string, unknown> {
    const configuration = vscode.workspace.getConfiguration();
    const values: Record<string, unknown> = {};
    for (const name of Object.keys(this.properties)) {
      const { defaultValue } = configuration.inspect(name) ?? {};
      const value = configuration.get(name);
      if (JSON.stringify(value) !== JSON.stringify(defaultValue)) {
        set(values, name.split(".").slice(1), value);
      }
    }
    return values;
  }

  /** Reports whether a change takes effect with a new start only. */
  needRestart(change: vscode.ConfigurationChangeEvent): boolean {
    const read = Object.keys(this.properties).filter((name) => this.properties[name].scope === "machine");
    return [...read, "gloss.symbols", "gloss.server.path"].some((name) => change.affectsConfiguration(name));
  }
}

function set(values: Record<string, unknown>, path: string[], value: unknown): void {
  for (const name of path.slice(0, -1)) {
    values = (values[name] ??= {}) as Record<string, unknown>;
  }
  values[path[path.length - 1]] = value;
}

/** Reports whether summaries are shown at the end of the line. */
export function atEndOfLine(): boolean {
  return vscode.workspace.getConfiguration("gloss").get("display") === "endOfLine";
}

/** Shows the summaries, or hides them. */
export function toggleLenses(): Promise<void> {
  return change("codeLens", (shown: boolean) => !shown);
}

/** Moves the summaries to the other of their two places. */
export function toggleDisplay(): Promise<void> {
  return change("display", (place: string) => (place === "lens" ? "endOfLine" : "lens"));
}

/** Changes a setting of the extension's section, where it has been set before. */
async function change<T>(name: string, to: (value: T) => T): Promise<void> {
  const configuration = vscode.workspace.getConfiguration("gloss");
  const target =
    configuration.inspect(name)?.workspaceValue === undefined
      ? vscode.ConfigurationTarget.Global
      : vscode.ConfigurationTarget.Workspace;
  await configuration.update(name, to(configuration.get(name) as T), target);
}
