// The extension with the server inside, in a workspace that wants to choose what
// runs on the user's machine.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { bench, expected, out, programOf, until } from "./bench.mjs";
import { browse, command, configure, dialog, extensions, openFile, serve, shows, skip } from "./vscode.mjs";

test("VS Code in a workspace that is not trusted", { skip }, async (t) => {
  const b = bench(t, "vscode-trust");
  const all = expected(b.text);
  assert.ok(all.some(({ source }) => source === "model"));
  // A server, and one on the PATH, each of which leaves a file when it is run.
  const trap = (name) => {
    const folder = path.join(b.folder, name);
    mkdirSync(folder);
    writeFileSync(path.join(folder, "gloss"), `#!/bin/sh\ntouch "${folder}/sprung"\nexec "${b.program}" "$@"\n`, { mode: 0o755 });
    return path.join(folder, "gloss");
  };
  b.env.PATH = `${path.dirname(trap("on-path"))}${path.delimiter}${b.env.PATH}`;
  const own = path.join(b.folder, "own"); // where the workspace wants files to go
  mkdirSync(path.join(b.workspace, ".vscode"));
  writeFileSync(
    path.join(b.workspace, ".vscode/settings.json"),
    JSON.stringify({
      "gloss.server.path": trap("named"),
      "gloss.model": path.join(b.workspace, "model"),
      "gloss.inference.library": path.join(b.workspace, "library.so"),
      "gloss.cache.dir": path.join(own, "cache"),
      "gloss.log.file": path.join(own, "log"),
    }),
  );
  mkdirSync(own);

  configure(b, { "security.workspace.trust.startupPrompt": "always" });
  const { url } = await serve(b, extensions.bundled, { askForTrust: true });
  const { open } = await browse(b, url);
  const page = await open();
  const restricted = page.locator(".statusbar-item", { hasText: "Restricted Mode" });

  // The server is the extension's own, with the user's model, and all that is
  // written goes to the user's folders.
  const unharmed = async () => {
    await shows(page, all);
    const [pid] = await until("one server", () => b.servers().length === 1 && b.servers());
    assert.ok(programOf(pid).startsWith(path.join(b.folder, "extensions") + path.sep), programOf(pid));
    for (const name of ["named/sprung", "on-path/sprung", "own/cache", "own/log"]) {
      assert.ok(!existsSync(path.join(b.folder, name)), name);
    }
    return pid;
  };

  let pid;
  await t.test("chooses nothing", async () => {
    await dialog(page).getByText("No, I don't trust the authors").click();
    await restricted.waitFor();
    await openFile(page);
    pid = await unharmed();
    await page.screenshot({ path: path.join(out, "vscode-restricted.png") });
  });

  await t.test("and neither does one that is", async () => {
    await command(page, "Workspaces: Manage Workspace Trust");
    await page.locator(".workspace-trust-editor").getByRole("button", { name: /^Trust/ }).first().click();
    await restricted.waitFor({ state: "detached" });
    await page.keyboard.press("Escape"); // the editor of trust lies over everything
    await command(page, "gloss: Restart the Server");
    await until("another server", () => b.servers().length === 1 && b.servers()[0] !== pid);
    await unharmed();
  });
});
