// Helix in a terminal of tmux: hover and inlay hints, as it has no lenses.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { bench, cache, expected, here, nothing, out, until } from "./bench.mjs";

const hx = path.join(cache, "helix/hx");
const skip = existsSync(hx) ? false : "there is no Helix here";

test("Helix", { skip }, async (t) => {
  const b = bench(t, "helix");
  const want = expected(b.text).filter(({ text }) => text !== nothing);
  // The configuration that the page for Helix shows.
  const page = readFileSync(path.join(here, "../helix.md"), "utf8");
  const [languages, config] = [...page.matchAll(/```toml\n([^]*?)```/g)].map((m) => m[1]);
  const folder = path.join(b.env.XDG_CONFIG_HOME, "helix");
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "languages.toml"), languages);
  writeFileSync(path.join(folder, "config.toml"), config);

  const socket = path.join(b.folder, "tmux");
  const tmux = (...args) => execFileSync("tmux", ["-S", socket, "-f", "/dev/null", ...args], { env: b.env, encoding: "utf8", stdio: "pipe" });
  const { row, text } = want.find(({ source }) => source === "model");
  tmux("new-session", "-d", "-c", b.workspace, "-x", "180", "-y", "70", `${hx} ${b.file}:${row + 1}:9`);
  b.ends.push(async () => tmux("kill-server"));
  const screen = () => tmux("capture-pane", "-p");

  let looked = 0;
  await until("an inlay hint for every function", () => {
    if (++looked % 20 === 0) {
      tmux("send-keys", "h", "l"); // Helix asks again after a person has moved, if it asked too early
    }
    const lines = screen().split("\n");
    return want.every(({ name, text }) => lines.some((line) => line.includes(`def ${name}(`) && line.includes(text)));
  });
  writeFileSync(path.join(out, "helix.txt"), screen());

  tmux("send-keys", "Space", "k");
  await until("hover", () => screen().includes("written by the model") && screen().split(text).length > 2);
  writeFileSync(path.join(out, "helix-hover.txt"), screen());

  tmux("send-keys", "Escape"); // alone: with a key behind it, it would be that key with Alt
  await until("the hover to be gone", () => !screen().includes("written by the model"));
  tmux("send-keys", ":quit!", "Enter");
  await b.gone();
  assert.match(readFileSync(b.session, "utf8"), /"method":"shutdown"/);
});
