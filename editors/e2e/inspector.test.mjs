// A real client of the Model Context Protocol: the inspector, from its command line.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { bench, here, patience } from "./bench.mjs";

const inspector = path.join(here, "mcp/node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js");
const skip = existsSync(inspector) ? false : "there is no MCP inspector here";

test("the MCP inspector", { skip }, (t) => {
  const b = bench(t, "inspector");
  const ask = (...args) =>
    JSON.parse(execFileSync(process.execPath, [inspector, "--cli", b.program, "mcp", b.workspace, "--method", ...args], { env: b.env, encoding: "utf8", timeout: patience }));

  const { tools } = ask("tools/list", "--strict"); // which fails where a client could not read a schema
  assert.deepEqual(tools.map((tool) => tool.name), ["outline", "summarize"]);
  for (const tool of tools) {
    assert.ok(tool.annotations.readOnlyHint && tool.inputSchema && tool.outputSchema);
  }

  const outline = ask("tools/call", "--tool-name", "outline", "--tool-arg", "tokens=2000");
  assert.ok(!outline.isError, JSON.stringify(outline));
  assert.equal(outline.structuredContent.files[0].path, "limiter.py");
  assert.match(outline.content[0].text, /def refill\(/);

  const one = ask("tools/call", "--tool-name", "summarize", "--tool-arg", "path=limiter.py", "name=allow");
  assert.equal(one.structuredContent.functions[0].source, "doc");
  assert.ok(one.structuredContent.functions[0].summary);

  let refused;
  try {
    refused = ask("tools/call", "--tool-name", "outline", "--tool-arg", "path=../..");
  } catch (error) {
    refused = JSON.parse(error.stdout); // the inspector's exit status tells of a tool's error
  }
  assert.ok(refused.isError, JSON.stringify(refused));
  assert.match(refused.content[0].text, /outside/);
});
