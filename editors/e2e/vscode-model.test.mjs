// A model that is chosen and missing, in the real VS Code: it is pulled on the
// press of a button, here from a hub on this machine.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, readdirSync, symlinkSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { test } from "node:test";

import { bench, expected, out, root } from "./bench.mjs";
import { browse, command, configure, dialog, extensions, message, openFile, serve, shows, skip } from "./vscode.mjs";

const model = path.join(root, "models/default");

/** A hub with one model, which holds the second half of the graph back until it is told to go on. */
async function newHub(t) {
  let goOn;
  const told = new Promise((resolve) => (goOn = resolve));
  const hub = createServer(async (request, response) => {
    const [, file] = /^\/org\/tiny\/resolve\/[0-9a-f]{40}\/([\w./]+)$/.exec(request.url);
    const bytes = readFileSync(path.join(model, file));
    const half = bytes.length >> 1;
    response.writeHead(200, { "Content-Length": bytes.length });
    response.write(bytes.subarray(0, half));
    if (file.endsWith(".onnx")) {
      await told;
    }
    response.end(bytes.subarray(half));
  });
  hub.listen(0, "127.0.0.1");
  await once(hub, "listening");
  t.after(() => {
    hub.close();
    hub.closeAllConnections();
  });
  return { endpoint: `http://127.0.0.1:${hub.address().port}`, goOn };
}

/** Builds the program of the Go tests, whose catalog has that model, with the library beside it. */
function buildProgram(folder) {
  mkdirSync(folder);
  const program = path.join(folder, "gloss");
  execFileSync("go", ["test", "-c", "-o", program, "./cmd/gloss"], { cwd: root, stdio: "pipe" });
  const bin = path.join(root, "bin");
  for (const library of readdirSync(bin).filter((name) => name.startsWith("libonnxruntime"))) {
    symlinkSync(path.join(bin, library), path.join(folder, library));
  }
  return program;
}

test("VS Code pulls a model that is missing", { skip }, async (t) => {
  const b = bench(t, "vscode-model");
  const program = buildProgram(path.join(b.folder, "hub"));
  const hub = await newHub(t);
  Object.assign(b.env, {
    GLOSS_TEST_HUB_MODEL: model, HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: path.join(b.folder, "none"), HF_HUB_OFFLINE: "",
  });
  const before = expected(b.text);

  configure(b, { "gloss.server.path": program });
  const { url } = await serve(b, extensions.plain);
  const { open, foreign } = await browse(b, url);
  const page = await open();
  await openFile(page);
  await shows(page, before);

  await t.test("one is chosen that is not on this machine", async () => {
    await command(page, "gloss: Choose a Model");
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "to be downloaded" }).filter({ hasText: "tiny" }).click();
    await message(page, "gloss model pull tiny").waitFor();
    assert.equal(await dialog(page).count(), 0);
    await page.screenshot({ path: path.join(out, "vscode-model-missing.png") });
  });

  await t.test("it is pulled, with its progress", async () => {
    await message(page, "gloss model pull tiny").getByRole("button", { name: "Pull" }).click();
    const progress = (text) => page.locator(".statusbar-item", { hasText: text }).first();
    await progress(/Pulling the model: [1-9]\d? % of \d+ MB/).waitFor();
    await page.screenshot({ path: path.join(out, "vscode-model-progress.png") });
    hub.goOn();
    await progress("Pulling the model").waitFor({ state: "detached" });
  });

  await t.test("it writes the summaries from then on", async () => {
    const after = expected(b.text, { program, env: b.env, args: ["--model", "tiny"] });
    assert.notDeepEqual(after, before);
    await shows(page, after);
  });

  assert.deepEqual([...foreign], []);
});
