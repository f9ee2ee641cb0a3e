// What does a person see of each way to fail, with rows kept in the browser and without any?

import type { Page } from "@playwright/test";
import { BLACK_HOLE, TRIALS, type Trial } from "../../faults.ts";
import { expect, isKept, live, mark, names, test } from "../../fixtures.ts";
import { answered } from "../../time.ts";

/** An even share for each of two workers; one of them also waits for the black hole. */
const SHARES: Trial[][] = [[BLACK_HOLE, ...TRIALS.filter((_, n) => n % 5 > 2)], TRIALS.filter((_, n) => n % 5 <= 2)];
/** Nobody waits longer than this. */
const HUNG_MS = 15_000;

for (const [share, trials] of SHARES.entries()) {
  test(`each way to fail, with rows kept in the browser and without, ${share + 1} of ${SHARES.length}`, async ({
    page,
    enter,
    stack,
    troubles,
  }) => {
    test.setTimeout(90_000);
    troubles.allow(/^(429|502|503|504) GET \/api\//);
    await page.clock.install();
    // Before the page looks for it.
    await page.addInitScript(() => {
      if (sessionStorage.getItem("forget")) indexedDB.deleteDatabase("revos");
    });
    const forget = (yes: boolean) =>
      page.evaluate((yes) => (yes ? sessionStorage.setItem("forget", "1") : sessionStorage.clear()), yes);
    await enter("admin");
    await live(page);
    for (const { what, plays, says } of trials) {
      await test.step(what, async () => {
        await isKept(page, ":clients?");
        await stack.play(plays);
        await page.reload();
        const lastGood = new RegExp(`^As of \\d\\d:\\d\\d \\(.+\\), ${says}, `);
        await expect(mark(page), "with rows").toHaveText(says ? lastGood : /^Updated /, { timeout: HUNG_MS });
        await expect(names(page)).toHaveCount(9);
        await forget(true);
        await page.reload();
        if (says) {
          // While it is tried again an outline stands in their place, and the mark says why.
          await expect(mark(page), "without rows").toContainText(says.slice(1), { timeout: HUNG_MS });
          await expect(names(page)).toHaveCount(0);
        } else {
          await live(page);
        }
        await expect(page.getByText(/^No clients/)).toHaveCount(0);
        await forget(false);
        await stack.heal();
        await back(page);
        await expect(names(page)).toHaveCount(9);
      });
    }
  });
}

/** Asks until the page is live again; the server may leave the project alone for a moment yet. */
async function back(page: Page): Promise<void> {
  await expect(async () => {
    await page.keyboard.press("r");
    await page.clock.runFor(1_100);
    await answered(page);
    await expect(mark(page)).toHaveText(/^Updated /, { timeout: 1 });
  }).toPass({ intervals: [50, 100, 250] });
}

for (const [minutes, where] of [[5, "ahead"], [-5, "behind"]] as const) {
  test(`a clock five minutes ${where} changes no age and no time`, async ({ page, enter, stack, troubles }) => {
    troubles.allow(/^503 GET \/api\//);
    await page.clock.install({ time: Date.now() + minutes * 60_000 });
    await enter("admin");
    await live(page);
    await expect(mark(page)).toHaveText(/^Updated (now|\d+ s ago)$/);
    await isKept(page, ":clients?");
    await stack.play({ rest: { kind: "refuse" } });
    await page.reload();
    await expect(mark(page)).toHaveText(/^As of \d\d:\d\d \((now|\d+ s ago)\), /);
  });
}
