// How long does the browser keep rows? As long as the operator says, down to not at all.

import { expect, fromAccountMenu, live, mark, names, panel, test } from "../../fixtures.ts";
import { pass } from "../../time.ts";

test.use({ settings: { REVOS_SNAPSHOT_HOURS: "0" } });

test("keeps no row where the operator says so, and shows none in an outage", async ({ page, enter, stack, troubles }) => {
  troubles.allow(/^503 GET \/api\//);
  await page.clock.install();
  await enter("admin");
  await live(page);
  await pass(page, 70);
  await expect(names(page)).toHaveCount(9);
  const kept = () =>
    page.evaluate(async () => {
      const opened = indexedDB.open("revos");
      await new Promise((resolve) => (opened.onsuccess = resolve));
      const stores = ["snapshots", "entries"].filter((name) => opened.result.objectStoreNames.contains(name));
      const all = stores.map((name) => opened.result.transaction(name).objectStore(name).getAllKeys());
      await Promise.all(all.map((keys) => new Promise((resolve) => (keys.onsuccess = resolve))));
      opened.result.close();
      return all.flatMap((keys) => keys.result);
    });
  expect(await kept()).toEqual([]);
  await stack.play({ rest: { kind: "refuse" } });
  await page.reload();
  await expect(panel(page, "All clients")).toContainText("The database is unreachable");
  await expect(names(page)).toHaveCount(0);
  await stack.heal();
  await expect(async () => {
    await pass(page, 5);
    await expect(mark(page)).toHaveText(/^Updated /, { timeout: 1 });
  }).toPass();
  await expect(names(page)).toHaveCount(9);
  await fromAccountMenu(page, "Sign out");
  await expect(page.getByRole("heading", { name: "Sign in", level: 1 })).toBeVisible();
});
