import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { after, test } from "node:test";

import { type Places, findServer } from "../src/server";

const root = mkdtempSync(path.join(tmpdir(), "gloss-"));
after(() => rmSync(root, { recursive: true }));

/** Writes a program that says what it is asked to say. */
function program(folder: string, says: string, code = 0): string {
  const file = path.join(root, folder, "gloss");
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\necho "${says}"\nexit ${code}\n`);
  chmodSync(file, 0o755);
  return file;
}

const setting = program("setting", "gloss v1 os/arch");
program("extension/server", "gloss v2 os/arch");
program("onpath", "gloss v3 os/arch");
const other = program("other", "a program to gloss over");
const broken = program("broken", "", 3);

const nowhere: Places = { setting: "", extension: path.join(root, "none"), path: "", platform: "linux" };
const onPath = ["relative", path.join(root, "none"), path.join(root, "onpath")].join(path.delimiter);

for (const { name, places, version } of [
  { name: "the setting comes first", places: { setting, extension: path.join(root, "extension"), path: onPath }, version: "v1" },
  { name: "then the bundled one", places: { extension: path.join(root, "extension"), path: onPath }, version: "v2" },
  { name: "then the PATH", places: { path: onPath }, version: "v3" },
]) {
  test(name, async () => {
    const server = await findServer({ ...nowhere, ...places });
    assert.match(server.version, new RegExp(`^gloss ${version} `));
  });
}

test("none at all", async () => {
  await assert.rejects(findServer(nowhere), /was not found/);
});

for (const { name, setting, message } of [
  { name: "a relative path could be one of the workspace", setting: "./gloss", message: /must be an absolute path/ },
  { name: "another program", setting: other, message: /is another program/ },
  { name: "a program that fails", setting: broken, message: /does not run/ },
  { name: "no program", setting: path.join(root, "none"), message: /There is no program/ },
]) {
  test(name, async () => {
    // There would be others, but the user named this one.
    await assert.rejects(findServer({ ...nowhere, setting, path: onPath }), message);
  });
}
