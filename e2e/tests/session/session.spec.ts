// How does a session live and end?

import type { Page } from "@playwright/test";
import { expect, fromAccountMenu, live, mark, onTheWay, test } from "../../fixtures.ts";
import { count, pass } from "../../time.ts";

const LIST = "GET /api/clients";

const NAMES = ["Brindlecrest Freight", "Emberfold Robotics", "Hollowpine Energy"];

async function isSignedOut(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { name: "Sign in", level: 1 })).toBeVisible();
  for (const name of NAMES) await expect(page.getByText(name)).toHaveCount(0);
}

/** Everything a script finds in the browser's storage, as text. */
async function stored(page: Page): Promise<string[]> {
  return page.evaluate(async () => [
    ...(await indexedDB.databases()).map((database) => `database ${database.name}`),
    ...Object.keys(localStorage).map((key) => `local ${key}`),
    ...Object.keys(sessionStorage).map((key) => `session ${key}`),
  ]);
}

test("keeps the session in cookies that no script can read", async ({ page, enter }) => {
  await enter("admin");
  await live(page);
  const cookies = await page.context().cookies();
  expect(cookies.map((cookie) => cookie.name).sort()).toEqual(["revos-access", "revos-refresh"]);
  for (const cookie of cookies) {
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/" });
  }
  expect(await page.evaluate(() => document.cookie)).toBe("");
});

test("stays signed in across a reload", async ({ page, enter }) => {
  await enter("member");
  await live(page);
  await page.reload();
  await live(page);
});

test("signs out, leaves nothing behind, and shows nothing on the way back", async ({ page, enter, stack, troubles }) => {
  troubles.allow("401 GET /api/session");
  await enter("admin", "/clients?panel=churn");
  await live(page);
  await expect.poll(() => stored(page)).toContain("database revos");
  await fromAccountMenu(page, "Sign out");
  await isSignedOut(page);
  await expect(page).toHaveURL(/\/sign-in/);
  await expect.poll(() => stored(page)).toEqual([]);
  expect(await page.context().cookies()).toEqual([]);
  await page.goto(`${stack.page}/sign-in`);
  await page.goBack();
  await isSignedOut(page);
  await page.goto(`${stack.page}/clients`);
  await isSignedOut(page);
});

test("ends the session at the service, not only in this browser", async ({ page, enter, stack, database }) => {
  await enter("member2");
  await live(page);
  const sessions = () =>
    database.one<{ count: number }>(
      `select count(*)::integer as count from auth.sessions s join auth.users u on u.id = s.user_id
       where u.email = $1`,
      [stack.account("member2").email],
    );
  const before = await sessions();
  await fromAccountMenu(page, "Sign out");
  await isSignedOut(page);
  expect((await sessions()).count).toBe(before.count - 1);
});

test("signs out in every tab", async ({ page, context, enter }) => {
  await enter("admin");
  await live(page);
  const other = await context.newPage();
  await other.goto("/clients");
  await live(other);
  await fromAccountMenu(page, "Sign out");
  await isSignedOut(page);
  await isSignedOut(other);
  await expect.poll(() => stored(other)).toEqual([]);
});

test("signs out while offline, and tells the server as soon as it can", async ({
  page,
  context,
  enter,
  stack,
  database,
  troubles,
}) => {
  troubles.allow(/^net::ERR_INTERNET_DISCONNECTED /, "401 GET /api/session");
  await enter("director");
  await live(page);
  const other = await context.newPage();
  await other.goto("/clients");
  await live(other);
  await expect.poll(() => stored(page)).toContain("database revos");
  await page.waitForLoadState("networkidle");
  await other.waitForLoadState("networkidle");
  await context.setOffline(true);
  await fromAccountMenu(page, "Sign out");
  await expect(page.getByRole("alert")).toContainText("You are signed out on this device");
  for (const tab of [page, other]) for (const name of NAMES) await expect(tab.getByText(name)).toHaveCount(0);
  await expect.poll(() => stored(page)).toEqual(["local revos:leaving"]);
  const sessions = () =>
    database.one<{ count: number }>(
      `select count(*)::integer as count from auth.sessions s join auth.users u on u.id = s.user_id
       where u.email = $1`,
      [stack.account("director").email],
    );
  const before = (await sessions()).count;
  await context.setOffline(false);
  await page.getByRole("button", { name: "Retry now" }).click();
  await isSignedOut(page);
  expect((await sessions()).count).toBe(before - 1);
  expect(await context.cookies()).toEqual([]);
  await expect.poll(() => stored(page)).toEqual([]);
});

test("stays signed out after a reload that the server does not hear of", async ({ page, enter, troubles }) => {
  troubles.allow(/^net::ERR_CONNECTION_REFUSED /, "401 GET /api/session");
  const way = await onTheWay(page, "**/api/session*", (route) =>
    route.request().method() === "DELETE" ? route.abort("connectionrefused") : route.fallback(),
  );
  await enter("admin");
  await live(page);
  way.meddle();
  await fromAccountMenu(page, "Sign out");
  for (const reload of [false, true]) {
    if (reload) await page.reload();
    await expect(page.getByRole("alert")).toContainText("You are signed out on this device");
    for (const name of NAMES) await expect(page.getByText(name)).toHaveCount(0);
  }
  way.rest();
  await page.getByRole("button", { name: "Retry now" }).click();
  await isSignedOut(page);
  expect(await page.context().cookies()).toEqual([]);
});

test("renews an ended access token without anybody noticing", async ({ page, enter }) => {
  await page.clock.install();
  await enter("admin");
  await live(page);
  await page.context().clearCookies({ name: "revos-access" });
  await pass(page, 70);
  await expect(mark(page)).toHaveText(/^Updated /);
  const names = (await page.context().cookies()).map((cookie) => cookie.name);
  expect(names).toContain("revos-access");
});

test("goes to sign-in with the way back when the session has ended", async ({
  page,
  enter,
  stack,
  database,
  troubles,
}) => {
  troubles.allow(/^401 /);
  await page.clock.install();
  await enter("director", "/clients?sort=-arr");
  await live(page);
  await database.query(
    "delete from auth.sessions using auth.users u where u.id = user_id and u.email = $1",
    [stack.account("director").email],
  );
  await page.context().clearCookies({ name: "revos-access" });
  // No further than the refused request: what it sets off takes its time in reality.
  const before = count(page, LIST);
  while (count(page, LIST) === before) await pass(page, 2);
  await isSignedOut(page);
  await expect(page.getByText("Your session has ended.")).toBeVisible();
  await expect(page).toHaveURL(`${stack.page}/sign-in?next=${encodeURIComponent("/clients?sort=-arr")}`);
  await expect.poll(() => stored(page)).toEqual([]);
  expect(await page.context().cookies()).toEqual([]);
});
