// What does a person see, and keep, while the database is unreachable?

import type { Page } from "@playwright/test";
import { expect, goOffline, isKept, live, mark, names, onTheWay, panel, test } from "../../fixtures.ts";
import { answered, count, pass, setHidden } from "../../time.ts";

const LIST = "GET /api/clients";
const REFUSED = /^503 GET \/api\/clients/;
const LAST_GOOD = /^As of \d\d:\d\d \(.+\), the database is unreachable, (next try in \d+ s|next try now|trying again)/;

async function rowsAreThere(page: Page): Promise<void> {
  // Those that are active, of all that are known.
  await expect(names(page)).toHaveCount(9);
  await expect(page.locator("dl.tiles")).toContainText("of 14 in all");
  await expect(panel(page, "Churn risk").getByRole("listitem")).toHaveCount(5);
}

/** Time goes on until the page is live again. */
async function recovers(page: Page): Promise<void> {
  await expect(async () => {
    await pass(page, 10);
    await expect(mark(page)).toHaveText(/^Updated /, { timeout: 1 });
  }).toPass();
  await expect(page.getByText(/As of \d\d:\d\d/)).toHaveCount(0);
}

test.beforeEach(async ({ page }) => {
  await page.clock.install();
});

test("keeps the last good rows and says since when, why and what next", async ({ page, enter, stack, troubles }) => {
  troubles.allow(REFUSED);
  await enter("admin");
  await live(page);
  await stack.play({ rest: { kind: "refuse" } });
  await pass(page, 70);
  await expect(mark(page)).toHaveText(LAST_GOOD);
  for (const name of ["Churn risk", "Health", "Reviews", "All clients"] as const) {
    await expect(panel(page, name).locator(".freshness").first()).toHaveText(LAST_GOOD);
  }
  await rowsAreThere(page);
  await expect(page.locator("dl.tiles")).toContainText("$763,800");
  // In the organization's zone, with the exact time behind it.
  const now = new Intl.DateTimeFormat("en-GB", { timeZone: "America/New_York", hour: "2-digit" }).format(new Date());
  expect(await mark(page).innerText()).toMatch(new RegExp(`^As of (${now}|${String(Number(now) - 1).padStart(2, "0")}):`));
  await expect(mark(page)).toHaveAttribute("title", /^Rows as of \d+ \w+ \d{4}, \d\d:\d\d:\d\d /);

  // The age is rewritten every ten seconds.
  await pass(page, 135, 5);
  await expect(mark(page)).toContainText("(3 min ago)");
  await rowsAreThere(page);
  await stack.heal();
  await recovers(page);
  await rowsAreThere(page);
});

test("tells a screen reader of the pipeline once of each change", async ({ page, enter, stack, troubles }) => {
  troubles.allow(/^503 GET \/api\//);
  await enter("admin", "/pipeline");
  await expect(mark(page)).toHaveText(/^Updated /);
  const heard = await page.locator(".page-head").getByRole("status").evaluateHandle((status) => {
    const heard: string[] = [];
    const note = () => heard.push(status.textContent ?? "");
    new MutationObserver(note).observe(status, { subtree: true, childList: true, characterData: true });
    return heard;
  });
  await pass(page, 130, 5);
  await stack.play({ rest: { kind: "refuse" } });
  await pass(page, 130, 5);
  await expect(mark(page)).toHaveText(LAST_GOOD);
  await stack.heal();
  await recovers(page);
  await pass(page, 30, 5);
  expect(await heard.jsonValue()).toEqual([
    expect.stringMatching(/^Showing rows as of \d\d:\d\d: the database is unreachable/i),
    "Up to date",
  ]);
});

test("asks no more than the backoff allows, and not at all while hidden", async ({ page, enter, stack, troubles }) => {
  troubles.allow(REFUSED);
  await enter("admin");
  await live(page);
  await stack.play({ rest: { kind: "refuse" } });
  await pass(page, 120, 5);
  await setHidden(page, true);
  const before = count(page, LIST);
  await pass(page, 120, 5);
  expect(count(page, LIST)).toBe(before);
  await setHidden(page, false);
  await answered(page);
  expect(count(page, LIST)).toBeGreaterThan(before);
});

test("tries at once when asked to", async ({ page, enter, stack, troubles }) => {
  troubles.allow(REFUSED);
  await enter("admin");
  await live(page);
  await stack.play({ rest: { kind: "refuse" } });
  await page.keyboard.press("r");
  await expect(mark(page)).toHaveText(LAST_GOOD);
  // Time stands still, so that only the button can ask. The API may answer for itself for a moment yet.
  await page.clock.pauseAt(await page.evaluate(() => Date.now() + 1_000));
  await stack.heal();
  const retry = page.locator(".page-head").getByRole("button", { name: "Retry now" });
  await expect(async () => {
    // Pressed again only while it is still there: the answer to the last press may have come meanwhile.
    if ((await retry.count()) > 0) await retry.click({ timeout: 1_000 });
    await answered(page);
    await expect(retry).toBeHidden({ timeout: 500 });
  }).toPass();
  await expect(mark(page)).toHaveText(/^Updated /);
});

test("shows the kept rows, marked, when the page is opened in an outage", async ({ page, enter, stack, troubles }) => {
  troubles.allow(REFUSED);
  await enter("admin");
  await live(page);
  await isKept(page, ":clients?");
  await stack.play({ rest: { kind: "refuse" } });
  await page.reload();
  await expect(mark(page)).toHaveText(LAST_GOOD);
  await rowsAreThere(page);
  await expect(panel(page, "Health").getByRole("img")).toBeVisible();
  await stack.heal();
  await recovers(page);
  await rowsAreThere(page);
});

test("says when the answer takes too long", async ({ page, enter, stack, troubles }) => {
  troubles.allow(/^50[34] GET \/api\/clients/);
  await enter("admin");
  await live(page);
  await stack.play({ rest: { kind: "hang" } });
  await page.keyboard.press("r");
  await page.clock.runFor(11_000);
  await expect(mark(page)).toContainText("RevOS did not answer in time");
  await rowsAreThere(page);
  await stack.heal();
  await recovers(page);
});

for (const [what, status, body] of [
  ["a failing database", 503, { message: "no connection" }],
  ["rows of another form", 200, { unexpected: true }],
  ["an internal error", 500, { message: "broken" }],
] as const) {
  test(`keeps the rows when the project answers with ${what}`, async ({ page, enter, stack, troubles }) => {
    troubles.allow(/^50\d GET \/api\/clients/);
    await enter("admin");
    await live(page);
    await stack.play({ rest: { kind: "status", status, body } });
    await page.keyboard.press("r");
    await expect(mark(page)).toHaveText(/^As of \d\d:\d\d \(.+\), (the database is unreachable|RevOS )/);
    await rowsAreThere(page);
    await stack.heal();
    await recovers(page);
  });
}

test("keeps the rows when something on the way answers with a web page", async ({ page, enter, troubles }) => {
  troubles.allow(/^502 GET \/api\/clients/);
  const html = { status: 502, contentType: "text/html", body: "<html><h1>Bad gateway</h1></html>" };
  const way = await onTheWay(page, "**/api/clients*", (route) => route.fulfill(html));
  await enter("admin");
  await live(page);
  way.meddle();
  await page.keyboard.press("r");
  await expect(mark(page)).toHaveText(LAST_GOOD);
  await expect(page.getByText("Bad gateway")).toHaveCount(0);
  await rowsAreThere(page);
  way.rest();
  await recovers(page);
});

test("keeps the rows when an answer is cut short", async ({ page, enter }) => {
  const way = await onTheWay(page, "**/api/clients?*", async (route) => {
    const headers = { ...route.request().headers() };
    delete headers["if-none-match"];
    const whole = await route.fetch({ headers });
    const text = await whole.text();
    await route.fulfill({ response: whole, body: text.slice(0, text.length / 2) });
  });
  await enter("admin");
  await live(page);
  way.meddle();
  await page.keyboard.press("r");
  await expect(mark(page)).toContainText("RevOS answered something unreadable");
  await rowsAreThere(page);
  way.rest();
  await recovers(page);
});

test("fails openly on a first visit, and goes live by itself", async ({ page, enter, stack, troubles }) => {
  troubles.allow(REFUSED);
  await enter("admin", "/no/such/page");
  await expect(page.getByRole("link", { name: "Go to Clients" })).toBeVisible();
  await stack.play({ rest: { kind: "refuse" } });
  await page.getByRole("link", { name: "Go to Clients" }).click();
  const table = panel(page, "All clients");
  await expect(table).toContainText("The database is unreachable");
  await expect(table.getByRole("button", { name: "Retry now" })).toBeVisible();
  await expect(page.getByText("No clients yet")).toHaveCount(0);
  await expect(page.locator("[data-state=sample]")).toHaveCount(0);
  await stack.heal();
  await recovers(page);
  await rowsAreThere(page);
});

test("shows sample rows only when asked to, labelled everywhere, and goes back", async ({
  page,
  enter,
  stack,
  troubles,
}) => {
  troubles.allow(REFUSED);
  await enter("member.b", "/no/such/page");
  await expect(page.getByRole("link", { name: "Go to Clients" })).toBeVisible();
  await stack.play({ rest: { kind: "refuse" } });
  await page.getByRole("link", { name: "Go to Clients" }).click();
  await panel(page, "All clients").getByRole("button", { name: "View sample data" }).click();
  for (const name of ["Churn risk", "Health", "Reviews", "All clients"] as const) {
    await expect(panel(page, name).locator(".freshness").first()).toContainText("Sample data");
  }
  await expect(names(page)).toHaveCount(9);
  await expect(page.locator("dl.tiles")).toContainText("of 14 in all");
  // Sample rows are nobody's: nothing is asked while they stand.
  const before = count(page, LIST);
  await pass(page, 120, 10);
  expect(count(page, LIST)).toBe(before);
  await stack.heal();
  await page.locator(".page-head").getByRole("button", { name: "Back to live" }).click();
  await recovers(page);
  await page.getByRole("button", { name: "Remove filter Status: Active" }).click();
  await expect(names(page)).toHaveText(["Pebblecroft Dental", "Quartzlane Bikes", "Rookhaven Print"]);
});

test("says that the browser is offline, and goes on when it is not", async ({ page, enter, troubles }) => {
  troubles.allow(/^net::ERR_INTERNET_DISCONNECTED /);
  await enter("admin");
  await live(page);
  await goOffline(page);
  await expect(mark(page)).toHaveText(/^As of .+, you are offline, next try when you are online/);
  const before = count(page, LIST);
  await pass(page, 180, 10);
  expect(count(page, LIST)).toBe(before);
  await rowsAreThere(page);
  await page.context().setOffline(false);
  await expect(mark(page)).toHaveText(/^Updated /);
  expect(count(page, LIST)).toBe(before + 1);
});

test("says so when the server itself cannot be asked, and starts when it can", async ({ page, enter, troubles }) => {
  troubles.allow(/^net::ERR_CONNECTION_REFUSED GET \/api\//);
  const way = await onTheWay(page, "**/api/**", (route) => route.abort("connectionrefused"));
  way.meddle();
  await enter("admin");
  await expect(page.getByRole("alert")).toContainText("unreachable");
  way.rest();
  await page.getByRole("button", { name: "Retry now" }).click();
  await live(page);
});

test("reports an outage once, and its end once", async ({ page, enter, stack, troubles }) => {
  troubles.allow(REFUSED);
  interface Told {
    event: string;
    message: string;
    attempt: number;
    context: { bytes: number; unchanged: number; source: string };
  }
  const told: Told[] = [];
  page.on("request", (request) => {
    if (!request.url().endsWith("/api/telemetry")) return;
    const { records } = request.postDataJSON() as { records: Told[] };
    told.push(...records.filter(({ event }) => event.startsWith("workspace_clients")));
  });
  await enter("admin");
  await live(page);
  await stack.play({ rest: { kind: "refuse" } });
  // Fewer than ten failures: the tenth would be told again.
  await pass(page, 70);
  await expect(mark(page)).toHaveText(LAST_GOOD);
  await stack.heal();
  await recovers(page);
  await pass(page, 10);
  const loud = told.map(({ event }) => event).filter((event) => event !== "workspace_clients_cycle");
  expect(loud).toEqual(["workspace_clients_fetch_failed", "workspace_clients_recovered"]);
  // Each request is told too, with whatever is sent next: why, which try, what came, what is shown.
  const cycles = told.filter(({ event }) => event === "workspace_clients_cycle");
  const failures = cycles.slice(1, -1);
  expect(cycles.length).toBe(count(page, LIST));
  expect(cycles[0]).toMatchObject({ message: "begun", attempt: 1, context: { unchanged: 0, source: "live" } });
  expect(cycles[0]?.context.bytes).toBeGreaterThan(1_000);
  expect(failures.map(({ attempt }) => attempt)).toEqual(failures.map((_, at) => at + 1));
  for (const failure of failures) expect(failure.context).toEqual({ bytes: 0, unchanged: 0, source: "memory" });
  expect(cycles.at(-1)?.context).toMatchObject({ unchanged: 1, source: "live" });
});
