import assert from "node:assert/strict";
import { test } from "node:test";

import { Crashes } from "../src/crashes";

test("a server that crashes again and again is not started again", () => {
  const crashes = new Crashes(3, 100);
  assert.deepEqual(
    [0, 10, 20].map((now) => crashes.crashed(now)),
    [true, true, false],
  );
});

test("crashes that are long past do not count", () => {
  const crashes = new Crashes(3, 100);
  assert.deepEqual(
    [0, 90, 180, 270, 360].map((now) => crashes.crashed(now)),
    [true, true, true, true, true],
  );
});

test("a start by the user forgets them", () => {
  const crashes = new Crashes(2, 100);
  assert.equal(crashes.crashed(0), true);
  crashes.reset();
  assert.equal(crashes.crashed(1), true);
  assert.equal(crashes.crashed(2), false);
});
