// Do the figures stand on the page as the demo data says they must (demo-data.md §8)?

import { expect, live, names, panel, test } from "../../fixtures.ts";

/** What a list of figures says, by name. */
async function figures(list: import("@playwright/test").Locator): Promise<Record<string, string>> {
  return list.evaluate((list) => {
    const found: Record<string, string> = {};
    for (const term of list.querySelectorAll("dt")) {
      const values = [...(term.parentElement?.querySelectorAll("dd") ?? [])].map((value) => value.textContent ?? "");
      found[(term.textContent ?? "").trim()] = values.join(" | ");
    }
    return found;
  });
}

/** Clients that churned 45 days ago did so in this calendar quarter, or in the one before. */
function churnedThisQuarter(): string {
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone: "America/New_York" }).format(new Date()).split("-");
  const [year = 0, month = 1, day = 1] = parts.map(Number);
  const quarter = Date.UTC(year, Math.floor((month - 1) / 3) * 3, 1);
  return Date.UTC(year, month - 1, day) - 45 * 86_400_000 >= quarter ? "1" : "0";
}

test.beforeEach(async ({ page, enter }) => {
  await enter("admin");
  await live(page);
});

test("sums up the portfolio above the panels", async ({ page }) => {
  expect(await figures(page.locator("dl.tiles"))).toEqual({
    "Active clients": "9 | of 14 in all",
    "Contract ARR": "$763,800 | active clients",
    "ARR at risk": "$94,800 | churn risk 15 and above",
    "Average health": "73 | 1 unscored",
    "At risk": "3 | 1 critical",
    "Onboarding": "1 | active, in that phase",
  });
});

test("lists clients that may leave, the worst first, with their band and change", async ({ page }) => {
  const rows = panel(page, "Churn risk").getByRole("listitem");
  await expect(rows).toHaveCount(5);
  const names = await rows.evaluateAll((rows) => rows.map((row) => row.getAttribute("aria-label")));
  expect(names).toEqual([
    "Hollowpine Energy, churn risk 34, critical, up 3",
    "Glassmere Hotels, churn risk 22, at risk, up 2",
    "Ironlark Tools, churn risk 16, at risk, up 1",
    "Fennwisp Health, churn risk 14, watch, down 2",
    "Calderhollow Foods, churn risk 12, watch, up 1",
  ]);
  await expect(rows.first()).toContainText("Hollowpine Energy");
  await expect(rows.first()).toContainText("Piers Oakhollow");
  await expect(rows.first()).toContainText("Critical");
  await expect(rows.first()).toContainText("Health 46");
  await expect(rows.nth(2)).toContainText("Health –");
  await expect(rows.nth(2)).toContainText("No QBR date");
});

test("shows health, bands and counts", async ({ page }) => {
  const health = panel(page, "Health");
  const found = { ...(await figures(health.locator("dl").nth(0))), ...(await figures(health.locator("dl").nth(1))) };
  expect(found["Average health"]).toMatch(/^73 /);
  expect(found["Portfolio TRS"]).toMatch(/^80 /);
  expect(Object.entries(found).slice(2)).toEqual([
    [expect.stringMatching(/^At risk/), "3"],
    [expect.stringMatching(/^Critical/), "1"],
    [expect.stringMatching(/^Expansion/), "2"],
    [expect.stringMatching(/^Churned/), churnedThisQuarter()],
    [expect.stringMatching(/^Unscored/), "1"],
  ]);
  await expect(health.getByRole("list", { name: "Active clients by health" }).getByRole("listitem")).toHaveText([
    /^\s*6\s*Healthy/,
    /^\s*1\s*Watch/,
    /^\s*1\s*Critical/,
    /^\s*1\s*No health score/,
  ]);
});

test("draws twelve months of the score, and shows them as a table", async ({ page, database }) => {
  const health = panel(page, "Health");
  const line = health.getByRole("img");
  await expect(line).toHaveAccessibleName(/^Portfolio TRS went from \d+ in \w+ \d{4} to \d+ in \w+ \d{4}$/);
  const name = await line.getAttribute("aria-label");
  await health.getByRole("button", { name: "Table" }).click();
  await expect(line).toHaveCount(0);
  const rows = health.getByRole("table").getByRole("row");
  await expect(rows).toHaveCount(13);
  // The newest month stands first: the mean over everybody who is or was a client (metrics.md, Trend).
  const { mean, clients, month } = await database.one<{ mean: number; clients: number; month: string }>(
    `select round(avg(trs_score))::integer as mean, count(trs_score)::integer as clients,
       to_char(now() at time zone 'America/New_York', 'FMMonth YYYY') as month
     from public.clients c join public.organizations o on o.id = c.organization_id
     where o.slug = 'marlowick' and c.status <> 'prospect'`,
  );
  await expect(rows.nth(1)).toHaveText(new RegExp(`^\\s*${month}\\s*${mean}\\s*${clients}\\s*$`));
  const oldest = await rows.nth(12).innerText();
  const [, first, since] = /from (\d+) in (\w+ \d+)/.exec(name ?? "") ?? [];
  expect(oldest).toContain(since);
  expect(oldest).toContain(first);
  await health.getByRole("button", { name: "Table" }).click();
  await expect(line).toBeVisible();
});

test("draws six months when asked to, and says so in the address", async ({ page }) => {
  const health = panel(page, "Health");
  await health.getByRole("radio", { name: "6 months" }).click();
  await expect(page).toHaveURL(/[?&]trend=6/);
  await health.getByRole("button", { name: "Table" }).click();
  await expect(health.getByRole("table").getByRole("row")).toHaveCount(7);
  await page.reload();
  await expect(health.getByRole("radio", { name: "6 months" })).toHaveAttribute("aria-checked", "true");
});

test("lists reviews: overdue, by date, undated last, for each horizon", async ({ page }) => {
  const reviews = panel(page, "Reviews");
  const rows = reviews.getByRole("listitem");
  const names = () => rows.evaluateAll((rows) => rows.map((row) => row.getAttribute("aria-label")));
  await expect(reviews).toContainText("1 overdue · 5 within 30 days · 1 without a date");
  await reviews.getByRole("button", { name: "Show all 7" }).click();
  expect(await names()).toEqual([
    "Emberfold Robotics, review overdue, 9 days ago",
    "Hollowpine Energy, review in 3 days",
    "Brindlecrest Freight, review in 6 days",
    "Fennwisp Health, review in 13 days",
    "Calderhollow Foods, review in 21 days",
    "Juniperdale Software, review in 29 days",
    "Ironlark Tools, no review date",
  ]);
  await expect(rows.nth(0)).toContainText("Overdue");
  await expect(rows.nth(0)).toContainText("Maren Tolliver");
  await expect(rows.nth(0)).toContainText("Algorithm");
  await expect(rows.nth(1)).toContainText("Soon");
  await expect(rows.nth(4)).not.toContainText("Soon");

  await reviews.getByRole("radio", { name: "60 days" }).click();
  await expect(reviews).toContainText("1 overdue · 6 within 60 days · 1 without a date");
  expect((await names()).slice(-2)).toEqual([
    "Dovemarsh Analytics, review in 44 days",
    "Ironlark Tools, no review date",
  ]);
  await reviews.getByRole("radio", { name: "90 days" }).click();
  await expect(reviews).toContainText("1 overdue · 7 within 90 days · 1 without a date");
  expect((await names()).slice(-2)).toEqual(["Glassmere Hotels, review in 75 days", "Ironlark Tools, no review date"]);
});

test("shows all clients in a table, by name", async ({ page, stack }) => {
  await page.goto(`${stack.page}/clients?status=all`);
  await live(page);
  const grid = page.getByRole("grid", { name: "All clients" });
  await expect(panel(page, "All clients")).toContainText("14 clients");
  await expect(names(page)).toHaveText([
    "Brindlecrest Freight",
    "Calderhollow Foods",
    "Dovemarsh Analytics",
    "Emberfold Robotics",
    "Fennwisp Health",
    "Glassmere Hotels",
    "Hollowpine Energy",
    "Ironlark Tools",
    "Juniperdale Software",
    "Kestrelford Learning",
    "Lanternbay Media",
    "Mossvane Insurance",
    "Nettlewyck Retail",
    "Opalreach Travel",
  ]);
  await expect(grid.getByRole("columnheader", { name: "Client", exact: true })).toHaveAttribute("aria-sort", "ascending");
  const row = (name: string) => grid.getByRole("row").filter({ hasText: name });
  for (const text of ["Active", "Algorithm", "Maren Tolliver", "Proposal", "$125,000", "$12,500", "88", "91", "Overdue"]) {
    await expect(row("Emberfold Robotics")).toContainText(text);
  }
  await expect(row("Lanternbay Media")).toContainText("Churned");
  await expect(row("Nettlewyck Retail")).toContainText("Unassigned");
  // A review in the past is nobody's duty once the client is paused.
  await expect(row("Kestrelford Learning")).not.toContainText("Overdue");
  await page.goto(`${stack.page}/clients?status=all&cols=segment,arr`);
  await live(page);
  for (const text of ["Enterprise", "$150,000"]) await expect(row("Emberfold Robotics")).toContainText(text);
});

test("shows active clients unless asked for others", async ({ page }) => {
  await expect(panel(page, "All clients")).toContainText("9 clients");
  await expect(names(page)).toHaveCount(9);
  await expect(names(page).filter({ hasText: "Kestrelford Learning" })).toHaveCount(0);
  await page.getByRole("button", { name: "Remove filter Status: Active" }).click();
  await expect(panel(page, "All clients")).toContainText("14 clients");
  await expect(names(page)).toHaveCount(14);
});

test("writes times in the organization's zone, not the browser's", async ({ page, database }) => {
  const { time } = await database.one<{ time: string }>(
    `select to_char(c.updated_at at time zone o.time_zone, 'HH24:MI') as time
     from public.clients c join public.organizations o on o.id = c.organization_id where c.name = 'Emberfold Robotics'`,
  );
  const updated = page.getByRole("grid").getByRole("row").filter({ hasText: "Emberfold Robotics" }).locator("[data-column=updated] span");
  expect(await updated.getAttribute("title")).toContain(time);
});
