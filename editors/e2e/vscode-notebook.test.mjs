// VS Code, a notebook: each cell is a document of its own.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { bench, expected, until } from "./bench.mjs";
import { browse, command, configure, extensions, lenses, openFile, serve, shows, showsAtEnd, skip, texts } from "./vscode.mjs";

const cell = "%matplotlib inline\n\ndef load_names(path):\n    \"\"\"Loads the names.\"\"\"\n    names = !ls {path}\n    return names\n";

test("VS Code shows summaries in notebooks", { skip }, async (t) => {
  const b = bench(t, "vscode-notebook");
  b.record(false); // what it says of cells is nothing that other tests know
  const notebook = {
    cells: [
      { cell_type: "markdown", metadata: {}, source: ["# Names"] },
      { cell_type: "code", execution_count: null, metadata: {}, outputs: [], source: cell },
    ],
    metadata: { language_info: { name: "python" } },
    nbformat: 4,
    nbformat_minor: 5,
  };
  writeFileSync(path.join(b.workspace, "names.ipynb"), JSON.stringify(notebook));
  configure(b, { "gloss.server.path": b.program });
  const { url } = await serve(b, extensions.plain);
  const { open } = await browse(b, url);
  const page = await open();

  await openFile(page);
  await shows(page, expected(b.text));
  await t.test("over a function of a cell", async () => {
    await page.locator(".explorer-folders-view .monaco-list-row", { hasText: "names.ipynb" }).first().dblclick();
    await page.waitForSelector(".notebook-editor .monaco-editor .view-line");
    await until("the lens", async () => texts(await lenses(page)).load_names === "Loads the names.");
  });
  await t.test("at the end of its line", async () => {
    await command(page, "gloss: Show the Summaries Over Functions or at the End of Lines");
    await showsAtEnd(page, "Loads the names.");
  });
});
