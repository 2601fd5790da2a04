import assert from "node:assert/strict";
import { test } from "node:test";

import { plain } from "../src/messages";

test("a message has no links", () => {
  // What VS Code takes for a link in a notification.
  const link = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)\3)?\)/i;
  for (const text of ["[press](command:evil)", "a [b](https://c.example) [d](file:///e)", '[f](command:g "h")']) {
    assert.match(text, link);
    assert.doesNotMatch(plain(text), link);
    assert.equal(plain(text).replaceAll("\u200b", ""), text);
  }
});
