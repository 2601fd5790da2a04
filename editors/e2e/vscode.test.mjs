// VS Code, as code-server in a page of Chromium, with the packaged extension.
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { bench, daemon, edit, expected, hasModel, out, until } from "./bench.mjs";
import { browse, command, configure, extensions, lenses, line, openFile, serve, shows, showsAtEnd, skip, texts } from "./vscode.mjs";

test("VS Code", { skip }, async (t) => {
  const b = bench(t, "vscode");
  const before = expected(b.text);
  const after = expected(b.edited);
  configure(b, { "gloss.server.path": b.program });
  const { url, stop } = await serve(b, extensions.plain);
  const { open, foreign } = await browse(b, url);
  const page = await open();
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

  await openFile(page);

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

  await t.test("what looks like an icon is text", async () => {
    await line(page, "def save(").click();
    await page.keyboard.press("End");
    await page.keyboard.press("Enter");
    await page.keyboard.insertText('"""Says $(sync) as it is."""');
    const lens = page.locator(".monaco-editor .codelens-decoration", { hasText: /\$\u200b\(sync\)/ });
    await lens.waitFor();
    assert.equal(await lens.locator(".codicon").count(), 0);
    await command(page, "File: Revert File");
    await until("the text to be as it was", async () => (await page.locator(".tab.dirty").count()) === 0);
    await shows(page, after);
  });

  await t.test("what looks like a link in a message is text", async () => {
    const press = '"[press](command:workbench.action.quickOpen)"';
    writeFileSync(path.join(b.workspace, "evil.js"), `class A {\n  ${press}() {\n    one();\n    two();\n  }\n}\n`);
    await page.locator(".explorer-folders-view .monaco-list-row", { hasText: "evil.js" }).first().dblclick();
    await line(page, "[press]").waitFor();
    await page.locator(".monaco-editor .codelens-decoration a").first().click();
    const message = page.locator(".notification-list-item-message", { hasText: "press" });
    await message.waitFor();
    assert.equal(await message.locator("a").count(), 0);
    await command(page, "Notifications: Clear All Notifications");
    await command(page, "View: Close Editor");
    rmSync(path.join(b.workspace, "evil.js"));
    await shows(page, after);
  });

  await t.test("the end of the line is another place for them", async () => {
    await command(page, "gloss: Show the Summaries Over Functions or at the End of Lines");
    await shows(page, []);
    const { text } = after.find(({ name }) => name === "save");
    await showsAtEnd(page, text);
    await portrait("end-of-line");
    await command(page, "gloss: Show the Summaries Over Functions or at the End of Lines");
    await shows(page, after);
  });

  const [first] = b.servers();

  await t.test("a second window takes what the first has computed", async () => {
    const { written } = daemon(b);
    assert.ok(written > 0 && !hasModel(first), "the daemon runs the model, and not the window's server");
    b.record(false);
    const window = await open();
    await openFile(window);
    await shows(window, after);
    assert.equal(daemon(b).written, written, "the second window needs no model");
    await window.close();
    b.record(true);
    await page.bringToFront();
  });

  await t.test("a server that was killed comes back", async () => {
    const before = b.servers();
    process.kill(first, "SIGKILL");
    await until("another server", () => b.servers().some((pid) => !before.includes(pid)));
    await shows(page, after);
  });

  await t.test("nothing was asked of another machine", () => assert.deepEqual([...foreign], []));

  await t.test("no server outlives the editor", async () => {
    await page.close();
    await stop();
    await b.gone();
  });
});
