// Neovim, the oldest and the newest version that can be had, headless.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { bench, cache, edit, expected, here, patience, root } from "./bench.mjs";

for (const suite of ["trixie", "forky"]) {
  const nvim = path.join(cache, `nvim-${suite}`, "nvim");
  const skip = existsSync(nvim) ? false : `there is no Neovim from Debian ${suite} here`;
  for (const display of ["", "lines", "native"]) {
    test(`Neovim of ${suite} ${display}`, { skip }, async (t) => {
      const b = bench(t, `nvim-${suite}${display && "-" + display}`);
      const want = path.join(b.folder, "want.json");
      writeFileSync(
        want,
        JSON.stringify({ before: expected(b.text), after: expected(b.edited), edit, patience, display: display || undefined }),
      );
      const args = ["--headless", "-u", "NONE", "-i", "NONE", "-n"];
      for (const command of [
        `set runtimepath^=${root}/editors/nvim`,
        `lua vim.g.gloss = { display = ${JSON.stringify(display || "eol")} }`,
        "filetype on",
        "runtime plugin/gloss.lua",
      ]) {
        args.push("--cmd", command);
      }
      args.push(b.file, "-c", `luafile ${here}/nvim.lua`);
      const process = spawn(nvim, args, { env: { ...b.env, GLOSS_E2E_WANT: want }, cwd: b.workspace });
      b.ends.push(() => process.kill("SIGKILL"));
      let output = "";
      process.stdout.on("data", (data) => (output += data));
      process.stderr.on("data", (data) => (output += data));
      const code = await new Promise((resolve) => process.on("close", resolve));
      assert.equal(code, 0, output);
      t.diagnostic(output.trim());
      await b.gone();
    });
  }
}
