import { execFile } from "node:child_process";
import { access, chmod, constants } from "node:fs/promises";
import * as path from "node:path";

/** The program that was found. */
export interface Server {
  command: string;
  /** What it says about itself, for example "gloss v0.1.0 linux/amd64 go1.26.8". */
  version: string;
}

/** Where to look. */
export interface Places {
  /** The setting gloss.server.path; "" is unset. */
  setting: string;
  /** The folder of the extension, which may hold server/gloss. */
  extension: string;
  /** The environment's PATH. */
  path: string;
  platform: NodeJS.Platform;
}

/**
 * Finds the server: the setting's, the one that comes with the extension, or
 * the first one on the PATH. One that is there and does not work is an error,
 * as the next would be another version than the user thinks.
 */
export async function findServer(places: Places): Promise<Server> {
  const program = places.platform === "win32" ? "gloss.exe" : "gloss";
  if (places.setting !== "") {
    if (!path.isAbsolute(places.setting)) {
      throw new Error(`The setting gloss.server.path is "${places.setting}"; it must be an absolute path.`);
    }
    if (!(await exists(places.setting))) {
      throw new Error(`There is no program ${places.setting}, which the setting gloss.server.path names.`);
    }
    return probe(places.setting);
  }
  const bundled = path.join(places.extension, "server", program);
  if (await exists(bundled)) {
    // What unpacks an extension may lose this.
    await chmod(bundled, 0o755).catch(() => undefined);
    return probe(bundled);
  }
  for (const folder of places.path.split(path.delimiter)) {
    // A relative folder would be one of the workspace.
    if (path.isAbsolute(folder) && (await executable(path.join(folder, program)))) {
      return probe(path.join(folder, program));
    }
  }
  throw new Error("The program gloss was not found: put it on your PATH, or set gloss.server.path.");
}

/** Asks a program whether it is gloss. */
function probe(command: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    execFile(command, ["version"], { timeout: 30_000, windowsHide: true }, (error, stdout) => {
      const version = stdout.trim();
      if (error) {
        reject(new Error(`${command} does not run: ${error.message}`));
      } else if (!/^gloss \S+/.test(version)) {
        reject(new Error(`${command} is another program: "${command} version" said "${version.slice(0, 80)}".`));
      } else {
        resolve({ command, version });
      }
    });
  });
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

async function executable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
