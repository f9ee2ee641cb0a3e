// Is every state fit to be seen and read? axe looks at each, and pictures are taken for people to look at.

import { AxeBuilder } from "@axe-core/playwright";
import { expect, live, test } from "../../fixtures.ts";
import { LOOKS, SCENES } from "../../scenes.ts";

const TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"];
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
    const found: string[] = [];
    for (const { scheme, width, height } of LOOKS) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      await page.setViewportSize({ width, height });
      // One line is like the other, and there may be hundreds; the live page has every kind of them.
      const axe = new AxeBuilder({ page }).exclude(`tbody > tr:nth-child(n + ${name === "live" ? 16 : 5})`);
      // Light and dark are the same elements in other colours.
      const checked = scheme === "light" ? axe.withTags(TAGS) : axe.withRules(["color-contrast"]);
      for (const { id, nodes } of (await checked.analyze()).violations) {
        for (const node of nodes) {
          found.push(`${scheme} ${width}: ${id}: ${node.target.join(" ")}: ${node.failureSummary}`);
        }
      }
      // The whole page in one window, so that bars fixed to its edges are where people see them.
      const content = await page.evaluate(() => document.documentElement.scrollHeight);
      await page.setViewportSize({ width, height: Math.min(Math.max(content, height), TALLEST) });
      const path = `${PICTURES}/${name}-${width}-${scheme}.png`;
      await page.screenshot({ path, animations: "disabled", caret: "hide" });
    }
    expect(found).toEqual([]);
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
