// What the tests of all editors share: a folder to work in, the real server
// behind a recorder, what its summaries must be, and waiting for conditions.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";

export const here = import.meta.dirname;
export const root = path.resolve(here, "../..");
export const cache = path.join(here, ".cache");
export const out = path.join(here, "out");

/** How long to wait for what must come. It is no measure of speed. */
export const patience = 120_000;

const gloss = path.join(root, "bin/gloss");

/**
 * The edit that every test makes, in the last line of one function: one whose
 * name alone makes a sentence, so that it has a lens however sure the model is.
 */
export const edit = { name: "parse_rate", line: "    return float(amount) / seconds[unit]", chop: " / seconds[unit]" };

/** A folder to work in, removed when the test has ended, and its environment. */
export function bench(t, name) {
  const folder = mkdtempSync(path.join(tmpdir(), "gloss-e2e-"));
  const workspace = path.join(folder, "workspace");
  const home = path.join(folder, "home");
  const bin = path.join(folder, "bin");
  for (const d of [workspace, home, bin, path.join(home, "cache"), out]) {
    mkdirSync(d, { recursive: true, mode: 0o700 });
  }
  const text = readFileSync(path.join(root, "docs/demo/limiter.py"), "utf8");
  const edited = text.replace(edit.line, edit.line.slice(0, -edit.chop.length));
  assert.notEqual(text, edited);
  const file = path.join(workspace, "limiter.py");
  writeFileSync(file, text);
  mkdirSync(path.join(workspace, ".git"));

  const session = path.join(out, `${name}.jsonl`);
  rmSync(session, { force: true });
  const program = path.join(bin, "gloss");
  const silent = path.join(folder, "silent");
  writeFileSync(
    program,
    `#!/bin/sh
if [ "$1" = lsp ] && [ ! -e "${silent}" ]; then
  exec "${process.execPath}" "${here}/record.mjs" "${session}" "${gloss}" "$@"
fi
exec "${gloss}" "$@"
`,
    { mode: 0o755 },
  );
  const mark = randomUUID();
  const env = {
    ...process.env,
    GLOSS_E2E: mark,
    GLOSS_E2E_PATHS: JSON.stringify({ [workspace]: "/workspace", [home]: "/home", [folder]: "/e2e" }),
    HOME: home,
    XDG_CACHE_HOME: path.join(home, "cache"),
    XDG_CONFIG_HOME: path.join(home, "config"),
    XDG_DATA_HOME: path.join(home, "data"),
    XDG_STATE_HOME: path.join(home, "state"),
    XDG_RUNTIME_DIR: home,
    PATH: `${bin}${path.delimiter}${process.env.PATH}`,
  };
  const b = {
    name, folder, workspace, home, file, program, env, text, edited, session,
    /** Says whether servers that start from now on are recorded: two at a time would be mixed up. */
    record: (on) => (on ? rmSync(silent) : writeFileSync(silent, "")),
    servers: () => servers(mark),
    /** Waits until no server is left. */
    gone: () => until("the server to be gone", () => servers(mark).length === 0),
    /** What ends the editor, before the folder is removed. */
    ends: [],
  };
  t.after(async () => {
    for (const end of b.ends) {
      await Promise.resolve(end()).catch(() => undefined); // it may have ended
    }
    for (const pid of servers(mark)) {
      process.kill(pid, "SIGKILL");
    }
    spawnSync(gloss, ["daemon", "stop"], { env }); // there may be none
    await until("the folder to be gone", () => {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      return !existsSync(folder);
    });
  });
  return b;
}

const { contributes: { configuration } } = JSON.parse(readFileSync(path.join(root, "editors/vscode/package.json"), "utf8"));

/** What is shown where gloss has nothing to say. */
export const nothing = "–";

/** What gloss says about each function of a text: name, row, summary, and where it comes from. */
export function expected(text, { program = gloss, args = [], env = process.env } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), "gloss-e2e-"));
  const file = path.join(folder, "limiter.py");
  writeFileSync(file, text);
  const sure = configuration.map(({ properties }) => properties["gloss.minConfidence"]).find(Boolean).default;
  // It exits with 1 where the model is not sure enough of some.
  const all = ["summarize", "--json", "--no-cache", "--min-confidence", sure, ...args, file];
  const { stdout } = spawnSync(program, all, { encoding: "utf8", env });
  rmSync(folder, { recursive: true });
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
    .map(({ name, startLine, summary, source }) => ({
      name: name.split(".").at(-1), row: startLine - 1, text: summary || nothing, source,
    }));
}

/** The running servers of a test, by process id. */
function servers(mark) {
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid))
    .filter((pid) => {
      try {
        const about = (file) => readFileSync(`/proc/${pid}/${file}`, "utf8");
        return path.basename(programOf(pid)) === "gloss" && about("cmdline").split("\0")[1] === "lsp" && about("environ").includes(mark);
      } catch {
        return false; // it ended in between
      }
    })
    .map(Number);
}

/** The file of a running server's program. */
export const programOf = (pid) => readlinkSync(`/proc/${pid}/exe`);

/** Reports whether a server has loaded what runs the model, which it does when it writes its first summary. */
export const hasModel = (pid) => readFileSync(`/proc/${pid}/maps`, "utf8").includes("onnxruntime");

/** The status of the daemon that a bench's servers have started. */
export const daemon = ({ env }) => JSON.parse(spawnSync(gloss, ["daemon", "status", "--json"], { encoding: "utf8", env }).stdout);

/** Waits until check returns something, and returns that. */
export async function until(what, check) {
  for (const end = Date.now() + patience; ; ) {
    const found = await check();
    if (found) {
      return found;
    }
    if (Date.now() > end) {
      throw new Error(`waited in vain for ${what}`);
    }
    await pause(50);
  }
}
