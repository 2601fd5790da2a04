// Which server the extension takes, in the real VS Code, and what it says where
// the one that it must take is none.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { bench, expected, out, root, until } from "./bench.mjs";
import { browse, configure, dialog, extensions, message, openFile, serve, shows, skip, statusItem } from "./vscode.mjs";

test("VS Code finds the server", { skip }, async (t) => {
  const b = bench(t, "vscode-server");
  const all = expected(b.text);
  const script = (name, text) => {
    const folder = path.join(b.folder, name);
    mkdirSync(folder);
    writeFileSync(path.join(folder, "gloss"), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    return path.join(folder, "gloss");
  };
  // Programs that run the server, whose processes say by which one.
  const program = (name) => script(name, `GLOSS_E2E_BY=${name} exec "${root}/bin/gloss" "$@"`);
  const by = (pid) => /\0GLOSS_E2E_BY=([^\0]*)/.exec(readFileSync(`/proc/${pid}/environ`, "latin1"))?.[1];
  b.env.PATH = `${path.dirname(program("on-path"))}${path.delimiter}${b.env.PATH}`;
  const named = program("named");

  configure(b, {});
  const { url } = await serve(b, extensions.plain);
  const { open } = await browse(b, url);
  const page = await open();
  await openFile(page);
  const runs = (name) => until(`the server ${name}`, () => b.servers().length === 1 && by(b.servers()[0]) === name);

  await t.test("on the PATH", async () => {
    await shows(page, all);
    await runs("on-path");
  });

  await t.test("that the setting names, at once", async () => {
    configure(b, { "gloss.server.path": named });
    await runs("named");
    await shows(page, all);
  });

  for (const { name, file, says } of [
    { name: "no program", file: path.join(b.folder, "none"), says: (file) => `There is no program ${file}` },
    { name: "another program", file: script("other", "echo glossary 1.0"), says: (file) => `${file} is another program: "` },
  ]) {
    await t.test(`${name} is named in a message that blocks nothing`, async () => {
      configure(b, { "gloss.server.path": file });
      await message(page, says(file)).waitFor();
      await page.screenshot({ path: path.join(out, `vscode-server-${name.replace(" ", "-")}.png`) });
      await statusItem(page, "error").waitFor();
      assert.equal(await dialog(page).count(), 0);
      await b.gone(); // none is taken in its place
    });
  }

  await t.test("when the setting is mended", async () => {
    configure(b, {});
    await runs("on-path");
    await shows(page, all);
    await statusItem(page, "note").waitFor();
  });
});
