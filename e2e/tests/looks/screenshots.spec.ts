// Is every state fit to be seen and read? axe looks at each, and pictures are taken for people to look at.

import { expect, live, test } from "../../fixtures.ts";
import { everyLook } from "../../looks.ts";
import { SCENES } from "../../scenes.ts";

const PICTURES = "test-results/looks";
/** Longer pages are told by their beginning. */
const TALLEST = 3_200;

for (const [name, scene] of Object.entries(SCENES)) {
  test(`${name}: nothing for axe to find, light and dark, wide and narrow`, async ({
    page,
    stack,
    database,
    troubles,
    openSignedOut,
    enter,
  }) => {
    test.slow();
    await page.emulateMedia({ reducedMotion: "reduce" });
    await scene({ page, stack, database, troubles, openSignedOut, enter });
    // One line is like the other, and there may be hundreds; the live page has every kind of them.
    const but = `tbody > tr:nth-child(n + ${name === "live" ? 16 : 5})`;
    await everyLook(page, { but }, async ({ scheme, width, height }) => {
      // The whole page in one window, so that bars fixed to its edges are where people see them.
      const content = await page.evaluate(() => document.documentElement.scrollHeight);
      await page.setViewportSize({ width, height: Math.min(Math.max(content, height), TALLEST) });
      const path = `${PICTURES}/${name}-${width}-${scheme}.png`;
      await page.screenshot({ path, animations: "disabled", caret: "hide" });
    });
  });
}

test("takes the picture of the README", async ({ page, enter }) => {
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  await enter("admin");
  await live(page);
  const keep = process.env["REVOS_KEEP_SCREENSHOTS"] === "1";
  const path = keep ? "screenshots/clients-light.png" : `${PICTURES}/clients-light.png`;
  const picture = await page.screenshot({ path, animations: "disabled", caret: "hide" });
  expect(picture.length, "a picture with something on it").toBeGreaterThan(50_000);
});
