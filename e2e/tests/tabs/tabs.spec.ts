// Do two tabs of one person poll once, and does the other take over when the first is hidden or closed?

import type { Page } from "@playwright/test";
import { expect, live, mark, panel, readsAreForgotten, test } from "../../fixtures.ts";
import { answered, count, pass, setHidden } from "../../time.ts";

const LIST = "GET /api/clients";
/** Longer than the longest interval (60 s and a tenth), shorter than two of the shortest. */
const ONE_INTERVAL = 67;
/** Within this time another tab takes over. */
const TAKEOVER_MS = 2_000;

/** Who has and who awaits the turn to poll the list: how many tabs each. */
async function line(page: Page): Promise<{ has: number; waits: number }> {
  return page.evaluate(async () => {
    const { held, pending } = await navigator.locks.query();
    const ofList = (lock: LockInfo) => /^revos:poll:.*:clients\?/.test(lock.name ?? "");
    return { has: held?.filter(ofList).length ?? 0, waits: pending?.filter(ofList).length ?? 0 };
  });
}

/** Two tabs of one person, side by side; the first has the turn. */
async function twoTabs(page: Page, enter: (who: { email: string }) => Promise<void>, who: { email: string }) {
  await page.clock.install();
  await enter(who);
  await live(page);
  await expect.poll(() => line(page)).toEqual({ has: 1, waits: 0 });
  const other = await page.context().newPage();
  await other.goto("/clients");
  await live(other);
  await expect.poll(() => line(page)).toEqual({ has: 1, waits: 1 });
  return other;
}

test("asks once for two tabs, and both show what came", async ({ page, enter, organization }) => {
  await organization.addClients([{ name: "Brindlecrest Freight" }]);
  const other = await twoTabs(page, enter, organization.admin);
  const [mine, theirs] = [count(page, LIST), count(other, LIST)];
  await organization.addClients([{ name: "Calderhollow Foods" }]);
  await pass(page, ONE_INTERVAL);
  for (const tab of [page, other]) await expect(panel(tab, "All clients")).toContainText("Calderhollow Foods");
  expect([count(page, LIST) - mine, count(other, LIST) - theirs]).toEqual([1, 0]);
  // Unchanged rows are confirmed for both by one answer.
  await pass(page, ONE_INTERVAL);
  for (const tab of [page, other]) await expect(mark(tab)).toHaveText(/^Updated (now|\d+ s ago)/);
  expect(count(other, LIST) - theirs).toBe(0);
  // By hand it is asked where it is wished, and told to the other.
  await organization.addClients([{ name: "Dovemarsh Analytics" }]);
  await readsAreForgotten();
  await other.keyboard.press("r");
  await answered(other);
  await expect(panel(page, "All clients")).toContainText("Dovemarsh Analytics");
});

for (const how of ["hidden", "closed"] as const) {
  test(`takes over when the other tab is ${how}`, async ({ page, enter, organization }) => {
    const other = await twoTabs(page, enter, organization.admin);
    const before = count(page, LIST);
    if (how === "hidden") await setHidden(page, true);
    else await page.close();
    await expect.poll(() => line(other), { timeout: TAKEOVER_MS }).toEqual({ has: 1, waits: 0 });
    await organization.addClients([{ name: "Calderhollow Foods" }]);
    const theirs = count(other, LIST);
    await pass(other, ONE_INTERVAL);
    await expect(panel(other, "All clients")).toContainText("Calderhollow Foods");
    expect(count(other, LIST) - theirs).toBe(1);
    expect(count(page, LIST)).toBe(before);
    if (how === "closed") return;
    // The hidden tab has heard it, and asks nothing when it comes back.
    await setHidden(page, false);
    await expect(panel(page, "All clients")).toContainText("Calderhollow Foods");
    await pass(page, 5);
    expect(count(page, LIST)).toBe(before);
  });
}

test("says the same in both tabs in an outage, and tries once for both", async ({
  page,
  enter,
  stack,
  organization,
  troubles,
}) => {
  troubles.allow(/^503 GET \/api\/clients/);
  await organization.addClients([{ name: "Brindlecrest Freight" }]);
  const other = await twoTabs(page, enter, organization.admin);
  await stack.play({ rest: { kind: "refuse" } });
  const theirs = count(other, LIST);
  await pass(page, ONE_INTERVAL + 10);
  for (const tab of [page, other]) await expect(mark(tab)).toHaveText(/^As of .+, the database is unreachable, /);
  expect(count(other, LIST) - theirs).toBe(0);
  await stack.heal();
  await expect(async () => {
    await pass(page, 5);
    for (const tab of [page, other]) await expect(mark(tab)).toHaveText(/^Updated /, { timeout: 1 });
  }).toPass();
  expect(count(other, LIST) - theirs).toBe(0);
});
