// What becomes of a change in each way to fail? It is said what happened, and nothing typed is lost.

import { BLACK_HOLE, TRIALS } from "../../faults.ts";
import { expect, test } from "../../fixtures.ts";
import { clientWithRows, industryIs, press, recordIsThere, writeIndustry } from "../../record.ts";

/** Nobody waits longer than this. */
const HUNG_MS = 15_000;
const ALL = [BLACK_HOLE, ...TRIALS];

for (const kept of [true, false]) {
  test(`a change ${kept ? "with" : "without"} rows kept in the browser`, async ({
    page,
    enter,
    stack,
    organization,
    database,
    troubles,
  }) => {
    test.setTimeout(90_000);
    troubles.allow(/^(409|429|502|503|504) (GET|PATCH) \/api\//);
    if (!kept) await page.addInitScript(() => void indexedDB.deleteDatabase("revos"));
    const client = await clientWithRows(organization);
    await enter(organization.admin, `/clients/${client}`);
    await recordIsThere(page);
    for (const [number, { what, plays, says }] of ALL.entries()) {
      await test.step(what, async () => {
        const wish = `Robotics ${number}`;
        await writeIndustry(page, wish);
        await stack.playAtOnce(plays);
        await press(page, "Save");
        const dialog = page.getByRole("dialog");
        if (says) {
          await expect(dialog.getByRole("alert")).toContainText("Not saved", { timeout: HUNG_MS });
          await expect(page.getByLabel("Industry")).toHaveValue(wish);
          await stack.heal();
          await press(page, "Save");
        }
        await expect(dialog).toHaveCount(0);
        await stack.heal();
        await industryIs(page, database, client, wish);
      });
    }
  });
}
