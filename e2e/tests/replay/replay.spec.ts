// Does the query machine do in the browser what it does in its tests? The same traces, compared one by one.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "@playwright/test";

const REPOSITORY = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
/** `./revos test browser` builds it. */
const MODULE = join(REPOSITORY, ".revos", "replay.wasm");
/** How each trace ends, as `cargo test -p live_query --test replay` keeps it. */
const EXPECTED = join(REPOSITORY, "crates", "live_query", "tests", "replay", "expected.txt");

test("plays every kept trace to the same end", async ({ page }) => {
  const expected = readFileSync(EXPECTED, "utf8").trim().split("\n");
  expect(expected.length).toBe(256);
  const ends = await page.evaluate(
    async ({ module, count }) => {
      const bytes = Uint8Array.from(atob(module), (letter) => letter.charCodeAt(0));
      const { instance } = await WebAssembly.instantiate(bytes);
      const replay = instance.exports["replay"] as (seed: number) => number;
      return Array.from({ length: count }, (_, seed) => (replay(seed) >>> 0).toString(16).padStart(8, "0"));
    },
    { module: readFileSync(MODULE).toString("base64"), count: expected.length },
  );
  expect(ends).toEqual(expected);
});
