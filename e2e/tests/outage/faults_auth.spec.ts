// What does a person see when sessions cannot be renewed, keys change, or clocks differ? They stay signed in.

import type { Page } from "@playwright/test";
import { AUTH_TRIALS, type AuthTrial } from "../../faults.ts";
import { expect, isKept, live, mark, names, test } from "../../fixtures.ts";
import { clientWithRows, industryIs, press, recordIsThere, writeIndustry } from "../../record.ts";
import type { Stack } from "../../stack.ts";
import { answered } from "../../time.ts";

/** Nobody waits longer than this. */
const HUNG_MS = 15_000;
/** The page asks again after this time while nobody could say who is here. */
const TRY_AGAIN_MS = 5_100;
const FAILED = /^(502|503|504) (GET|PATCH|POST) \/api\//;

/** From now on the session must be renewed, and that is what fails. */
async function begin(page: Page, stack: Stack, { plays, issues }: AuthTrial): Promise<void> {
  // An answer that is still on its way would bring the cookie back.
  await answered(page);
  await stack.issue(issues ?? {});
  await stack.playAtOnce(plays ?? {});
  await page.context().clearCookies({ name: "revos-access" });
}

/** What failed works again; the page notices by itself. */
async function end(page: Page, stack: Stack): Promise<void> {
  await stack.issue({});
  await stack.heal();
  await expect(async () => {
    await page.clock.runFor(TRY_AGAIN_MS);
    await answered(page);
    await expect(mark(page)).toHaveText(/^Updated /, { timeout: 500 });
  }).toPass({ intervals: [50] });
  await expect(names(page)).toHaveCount(9);
}

/** Even shares for several workers; one of them waits for the black hole. */
const SHARES: AuthTrial[][] = [0, 1, 2].map((share) => AUTH_TRIALS.filter((_, n) => n % 3 === share));

for (const [share, trials] of SHARES.entries()) {
  test(`each way not to renew a session, with rows and without, ${share + 1} of ${SHARES.length}`, async ({
    page,
    enter,
    stack,
    troubles,
  }) => {
    test.setTimeout(120_000);
    troubles.allow(FAILED);
    await page.clock.install();
    // Before the page looks for it.
    await page.addInitScript(() => {
      if (sessionStorage.getItem("forget")) indexedDB.deleteDatabase("revos");
    });
    await enter("admin");
    await live(page);
    for (const trial of trials) {
      await test.step(trial.what, async () => {
        await isKept(page, ":clients?");
        await begin(page, stack, trial);
        await page.keyboard.press("r");
        await answered(page);
        const lastGood = /^As of \d\d:\d\d \(.+\), (the database is unreachable|RevOS )/;
        await expect(mark(page), `${trial.what}: on screen`).toHaveText(trial.fails ? lastGood : /^Updated /, { timeout: HUNG_MS });
        await expect(names(page)).toHaveCount(9);
        // What takes as long as the server's patience is not tried twice.
        for (const kept of trial.hangs ? [false] : [true, false]) {
          if (!kept) await page.evaluate(() => sessionStorage.setItem("forget", "1"));
          await page.context().clearCookies({ name: "revos-access" });
          await page.reload();
          if (trial.fails) {
            // Who is here is not known, so nobody's rows are shown.
            const alert = page.getByRole("alert");
            await expect(alert, trial.what).toContainText(/unreachable|in time/, { timeout: HUNG_MS });
            await expect(names(page)).toHaveCount(0);
          } else {
            await live(page);
          }
          await expect(page.getByRole("heading", { name: "Sign in" })).toHaveCount(0);
        }
        await page.evaluate(() => sessionStorage.clear());
        await end(page, stack);
      });
    }
  });
}

test("a change in each way not to renew a session", async ({
  page,
  enter,
  stack,
  organization,
  database,
  troubles,
}) => {
  test.setTimeout(120_000);
  troubles.allow(FAILED);
  const client = await clientWithRows(organization);
  await enter(organization.admin, `/clients/${client}`);
  await recordIsThere(page);
  for (const [number, trial] of AUTH_TRIALS.entries()) {
    await test.step(trial.what, async () => {
      const wish = `Robotics ${number}`;
      await writeIndustry(page, wish);
      await begin(page, stack, trial);
      await press(page, "Save");
      const dialog = page.getByRole("dialog");
      if (trial.fails) {
        await expect(dialog.getByRole("alert"), trial.what).toContainText("Not saved", { timeout: HUNG_MS });
        await expect(page.getByLabel("Industry")).toHaveValue(wish);
        await stack.issue({});
        await stack.heal();
        await press(page, "Save");
      }
      await expect(dialog).toHaveCount(0, { timeout: HUNG_MS });
      await stack.issue({});
      await stack.heal();
      await industryIs(page, database, client, wish);
    });
  }
});

for (const kept of [true, false]) {
  test(`a change after the session was ended elsewhere, ${kept ? "with" : "without"} rows kept`, async ({
    page,
    enter,
    organization,
    database,
    troubles,
  }) => {
    troubles.allow(/^401 /);
    if (!kept) await page.addInitScript(() => void indexedDB.deleteDatabase("revos"));
    const client = await clientWithRows(organization);
    await enter(organization.admin, `/clients/${client}`);
    await recordIsThere(page);
    await page.getByRole("button", { name: "Edit client" }).click();
    await page.getByLabel("Industry").fill("Robotics");
    await database.query("delete from auth.sessions where user_id = $1", [organization.admin.id]);
    await page.context().clearCookies({ name: "revos-access" });
    await press(page, "Save");
    await expect(page.getByRole("heading", { name: "Sign in", level: 1 })).toBeVisible({ timeout: HUNG_MS });
    await expect(page.getByText("Your session has ended.")).toBeVisible();
    await expect(page).toHaveURL(new RegExp(`/sign-in\\?next=.*${client}`));
    const row = await database.one<{ industry: string | null }>("select industry from public.clients where id = $1", [client]);
    expect(row.industry).not.toBe("Robotics");
  });
}
