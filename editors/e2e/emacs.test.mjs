// Emacs without a window: eglot, which has no lenses, and lsp-mode.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { bench, cache, expected, here, nothing, patience } from "./bench.mjs";

const emacs = path.join(cache, "emacs/emacs");
const skip = existsSync(emacs) ? false : "there is no Emacs here";

for (const [i, client] of ["eglot", "lsp-mode"].entries()) {
  test(`Emacs, ${client}`, { skip }, async (t) => {
    const b = bench(t, `emacs-${client}`);
    // The configuration that the page for Emacs shows.
    const page = readFileSync(path.join(here, "../emacs.md"), "utf8");
    const config = path.join(b.folder, "config.el");
    writeFileSync(config, [...page.matchAll(/```elisp\n([^]*?)```/g)][i][1]);
    const env = {
      ...b.env,
      GLOSS_E2E_CLIENT: client,
      GLOSS_E2E_CONFIG: config,
      GLOSS_E2E_FILE: b.file,
      GLOSS_E2E_WANT: JSON.stringify({ before: expected(b.text).filter((f) => client !== "eglot" || f.text !== nothing), patience }),
    };
    const process = spawn(emacs, ["-Q", "--batch", "-l", path.join(here, "emacs.el")], { env, cwd: b.workspace });
    b.ends.push(async () => process.kill("SIGKILL"));
    let output = "";
    process.stdout.on("data", (data) => (output += data));
    process.stderr.on("data", (data) => (output += data));
    const code = await new Promise((resolve) => process.on("close", resolve));
    assert.equal(code, 0, output);
    await b.gone();
  });
}
