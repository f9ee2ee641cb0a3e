// Does the list show the clients that are asked for, in the order and with the columns that are asked for?

import type { Page } from "@playwright/test";
import type { Database } from "../../database.ts";
import { expect, listed, live, names, panel, readsAreForgotten, test } from "../../fixtures.ts";
import { grid, hasRows, heads, line, many, openTool, sums } from "../../list.ts";
import { count } from "../../time.ts";

/** The names of the demo organization's clients of whom this is true, in their order. */
async function meant(database: Database, condition: string): Promise<string[]> {
  const rows = await database.query<{ name: string }>(
    `select c.name from public.clients c join public.organizations o on o.id = c.organization_id
     where o.slug = 'marlowick' and (${condition}) order by lower(c.name)`,
  );
  return rows.map(({ name }) => name);
}

test("sorts with the pointer and with the keyboard, and says so", async ({ page, enter }) => {
  await enter("admin");
  await live(page);
  const head = grid(page).getByRole("columnheader", { name: "MRR" });
  await head.getByRole("button").click();
  await expect(head).toHaveAttribute("aria-sort", "descending");
  await expect(page).toHaveURL(/\?sort=-mrr$/);
  await expect(names(page).first()).toHaveText("Juniperdale Software");
  await head.getByRole("button").press("Enter");
  await expect(head).toHaveAttribute("aria-sort", "ascending");
  await expect(names(page).first()).toHaveText("Ironlark Tools");
  await head.getByRole("button").press("Space");
  await expect(head).toHaveAttribute("aria-sort", "descending");
  await expect(head.getByRole("button")).toBeFocused();
  await expect(page.locator("[aria-sort]")).toHaveCount(1);
});

const FILTERS = [
  ["Status", "Paused", "Status: Paused", "status=paused", "c.status = 'paused'"],
  ["Status", "Prospect", "Status: Prospect", "status=prospect", "c.status = 'prospect'"],
  ["Status", "Churned", "Status: Churned", "status=churned", "c.status = 'churned'"],
  ["Owner", "Me", "Owner: me", "owner=me", "c.owner_id = (select u.id from public.users u where u.email = 'admin@example.com')"],
  ["Owner", "Unassigned", "Owner: unassigned", "owner=unassigned", "c.owner_id is null"],
  ["Owner", "Maren Tolliver", "Owner: Maren Tolliver", "owner=", "c.owner_id = (select u.id from public.users u where u.email = 'director@example.com')"],
  ["Phase", "Discovery", "Phase: Discovery", "phase=Discovery", "c.phase = 'Discovery'"],
  ["Phase", "None", "Phase: none", "phase=none", "c.phase is null"],
  ["Segment", "Enterprise", "Segment: Enterprise", "segment=enterprise", "c.segment = 'enterprise'"],
  ["Segment", "None", "Segment: none", "segment=none", "c.segment is null"],
  ["Health and churn risk", "Health: healthy", "Health: healthy", "band=healthy", "c.health >= 70"],
  ["Health and churn risk", "Health: watch", "Health: watch", "band=health-watch", "c.health between 55 and 69"],
  ["Health and churn risk", "Health: critical", "Health: critical", "band=health-critical", "c.health < 55"],
  ["Health and churn risk", "Health: not scored", "Health: not scored", "band=unscored", "c.health is null"],
  ["Health and churn risk", "Churn risk: watch", "Churn risk: watch", "band=churn-watch", "c.churn_risk between 10 and 14"],
  ["Health and churn risk", "Churn risk: at risk", "Churn risk: at risk", "band=at-risk", "c.churn_risk between 15 and 24"],
  ["Health and churn risk", "Churn risk: critical", "Churn risk: critical", "band=churn-critical", "c.churn_risk >= 25"],
] as const;

test("filters by every value of every filter, each a chip that can be taken away", async ({ page, enter, database }) => {
  test.slow();
  await enter("admin", "/clients?status=all");
  await live(page);
  const everybody = await meant(database, "true");
  for (const [group, box, chip, parameter, condition] of FILTERS) {
    const dialog = await openTool(page, "Filter");
    await dialog.getByRole("group", { name: group }).getByRole("checkbox", { name: box, exact: true }).check();
    await dialog.getByRole("button", { name: "Show clients" }).click();
    await expect(dialog).toBeHidden();
    expect(page.url()).toContain(parameter);
    const expected = await meant(database, condition);
    await expect(names(page), chip).toHaveText(expected);
    const chips = page.getByRole("list", { name: "Active filters" }).getByRole("button");
    await expect(chips).toHaveCount(1);
    await page.getByRole("button", { name: `Remove filter ${chip}`, exact: true }).click();
    await expect(chips).toHaveCount(0);
    await expect(names(page), `without ${chip}`).toHaveText(everybody);
  }
});

test("widens by words of one filter, narrows by several filters, and clears them", async ({ page, enter, database, stack }) => {
  await enter("admin", "/clients?status=active,paused&band=at-risk,churn-critical,health-watch&sort=-churn&cols=churn,health");
  await live(page);
  const expected = await meant(
    database,
    "c.status in ('active', 'paused') and c.churn_risk >= 15 and c.health between 55 and 69",
  );
  expect(expected.length).toBeGreaterThan(1);
  await expect.poll(async () => (await listed(page)).sort()).toEqual(expected.sort());
  await expect(page.getByRole("list", { name: "Active filters" }).getByRole("button")).toHaveCount(5);
  await page.goto(`${stack.page}/clients?q=zzz&owner=me&sort=-churn&cols=churn`);
  await expect(panel(page, "All clients")).toContainText("No client matches");
  await expect(panel(page, "All clients")).toContainText("0 clients");
  await panel(page, "All clients").getByRole("button", { name: "Clear filters" }).click();
  // Order and columns are no filters.
  await expect(page).toHaveURL(`${stack.page}/clients?sort=-churn&cols=churn&status=all`);
  await expect(names(page)).toHaveCount(14);
  await expect(page.getByRole("searchbox", { name: "Search clients" })).toHaveValue("");
});

test("searches after a moment without typing, from the key on", async ({ page, enter, stack }) => {
  await page.clock.install();
  await enter("admin", "/clients?status=all");
  await live(page);
  await page.keyboard.press("/");
  const search = page.getByRole("searchbox", { name: "Search clients" });
  await expect(search).toBeFocused();
  await expect(search).toHaveValue("");
  // From here on, time stands still unless it is told to pass.
  await page.clock.pauseAt(await page.evaluate(() => Date.now() + 1_000));
  await page.keyboard.type("HOLL");
  await page.clock.runFor(280);
  await page.keyboard.type("ow");
  await page.clock.runFor(280);
  await expect(names(page)).toHaveCount(14);
  await page.clock.runFor(80);
  await expect(page).toHaveURL(/q=HOLLow/);
  await expect(names(page)).toHaveText(["Calderhollow Foods", "Hollowpine Energy"]);
  // Industry too, and no character is a pattern.
  await search.fill("insur");
  await page.clock.runFor(380);
  await expect(names(page)).toHaveText(["Mossvane Insurance"]);
  for (const text of ["%", "_", "*", "Hollow.*"]) {
    await search.fill(text);
    await page.clock.runFor(380);
    await expect(panel(page, "All clients"), text).toContainText("No client matches");
  }
  await page.getByRole("button", { name: "Remove filter “Hollow.*”" }).click();
  await expect(search).toHaveValue("");
  await expect(page).toHaveURL(`${stack.page}/clients?status=all`);
  await expect(names(page)).toHaveCount(14);
});

test("gives the same list on reload and on the way back, and for a link", async ({ page, enter, stack }) => {
  const address = "/clients?q=o&status=active,paused&phase=Discovery,Architecture&sort=-health&cols=health,owner,phase";
  await enter("admin", address);
  await live(page);
  await expect(page).toHaveURL(/sort=-health/);
  const shown = await listed(page);
  expect(shown.length).toBeGreaterThan(2);
  const words = await heads(page);
  expect(words).toEqual(["Client", "Health", "Owner", "Phase"]);
  await page.reload();
  await live(page);
  await expect(names(page)).toHaveText(shown);
  await expect.poll(() => heads(page)).toEqual(words);
  await page.getByRole("button", { name: "Remove filter Phase: Discovery" }).click();
  await expect.poll(() => listed(page)).not.toEqual(shown);
  const fewer = await listed(page);
  await page.goBack();
  await expect(names(page)).toHaveText(shown);
  await page.goForward();
  await expect(names(page)).toHaveText(fewer);
  // What is not known is taken out, what is known stays.
  await page.goto(`${stack.page}/clients?status=lost&phase=Data&owner=nobody&cols=salary&rows=7&sort=colour`);
  await live(page);
  await expect(page).toHaveURL(`${stack.page}/clients?phase=Data`);
  await expect(names(page)).toHaveText(["Fennwisp Health"]);
});

test("shows the columns that are chosen, in the chosen order", async ({ page, enter, stack }) => {
  await enter("admin");
  await live(page);
  const usual = await heads(page);
  const dialog = await openTool(page, "Columns");
  for (const column of ["Status", "Phase", "Open stage", "Open value", "AR", "TRS", "Next QBR", "Updated"]) {
    await dialog.getByRole("checkbox", { name: column, exact: true }).uncheck();
  }
  await dialog.getByRole("checkbox", { name: "ARR", exact: true }).check();
  await dialog.getByRole("button", { name: "Move ARR to the left" }).click();
  await dialog.getByRole("button", { name: "Move ARR to the left" }).press("Enter");
  await dialog.getByRole("button", { name: "Move Owner to the right" }).click();
  await dialog.getByRole("button", { name: "Move Health to the right" }).click();
  // The ends are ends.
  await dialog.getByRole("button", { name: "Move Health to the right" }).click();
  await dialog.getByRole("button", { name: "Move MRR to the left" }).click();
  await dialog.getByRole("button", { name: "Show list" }).click();
  await expect(page).toHaveURL(/cols=mrr(,|%2C)owner(,|%2C)arr(,|%2C)churn(,|%2C)health$/);
  await expect.poll(() => heads(page)).toEqual(["Client", "MRR", "Owner", "ARR", "Churn risk", "Health"]);
  // The cells stand under their heads, and the sums too.
  const cells = await line(page, "Hollowpine Energy").locator("td[data-column]").allInnerTexts();
  expect(cells.map((cell) => cell.replace(/\s+/g, " ").trim())).toEqual([
    "$3,400", "Piers Oakhollow", "$40,800", "Critical 34", "Critical 46",
  ]);
  // They say so too: phones write the word beside the value.
  const words = await line(page, "Hollowpine Energy")
    .locator("td[data-column]")
    .evaluateAll((cells) => cells.map((cell) => [cell.getAttribute("data-label"), cell.className]));
  expect(words).toEqual([["MRR", "number"], ["Owner", ""], ["ARR", "number"], ["Churn risk", "number"], ["Health", "number"]]);
  expect(await sums(page)).toEqual({ mrr: "$63,650", arr: "$763,800" });
  await page.goBack();
  await expect(grid(page).getByRole("columnheader", { name: "Owner" })).toBeVisible();
  await page.goto(`${stack.page}/clients?cols=mrr`);
  await live(page);
  const again = await openTool(page, "Columns");
  await again.getByRole("button", { name: "Usual columns" }).click();
  await again.getByRole("button", { name: "Show list" }).click();
  await expect(page).toHaveURL(`${stack.page}/clients`);
  await expect.poll(() => heads(page)).toEqual(usual);
});

/** Sums of the database over the organization's clients of whom this is true, as the table writes them. */
async function counted(database: Database, organization: string, condition: string) {
  const { clients, arr, open, mrr, ar } = await database.one<Record<"clients" | "arr" | "open" | "mrr" | "ar", string>>(
    `select count(*) as clients, coalesce(sum(c.arr), 0) as arr,
       coalesce(sum((select sum(o.amount) from public.opportunities o
         where o.client_id = c.id and o.stage not in ('ClosedWon', 'ClosedLost'))), 0) as open,
       coalesce(sum((select sum(s.mrr) from public.subscriptions s where s.client_id = c.id
         and s.activated_on <= d.today and (s.ended_on is null or d.today < s.ended_on))), 0) as mrr,
       coalesce(sum((select sum(i.balance) from public.invoices i
         where i.client_id = c.id and i.status = 'sent')), 0) as ar
     from public.clients c
     cross join (select (now() at time zone 'America/New_York')::date as today) d
     where c.organization_id = $1 and (${condition})`,
    [organization],
  );
  const money = (amount: string) => {
    const digits = Number.isInteger(Number(amount)) ? 0 : 2;
    return `$${Number(amount).toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
  };
  return { clients: Number(clients), sums: { arr: money(arr), open: money(open), mrr: money(mrr), ar: money(ar) } };
}

test("sums up what the filter lets through, as the database does", async ({ page, enter, stack, database }) => {
  const { id } = await database.one<{ id: string }>("select id from public.organizations where slug = 'marlowick'");
  await enter("admin");
  for (const [filter, condition] of [
    ["status=all", "true"],
    ["", "c.status = 'active'"],
    ["status=all&segment=smb", "c.segment = 'smb'"],
    ["band=at-risk,churn-critical", "c.status = 'active' and c.churn_risk >= 15"],
  ] as const) {
    await page.goto(`${stack.page}/clients?cols=arr,open,mrr,ar&${filter}`);
    await live(page);
    const expected = await counted(database, id, condition);
    await expect(page.getByRole("rowheader", { name: `All ${expected.clients} clients` })).toBeVisible();
    expect(await sums(page), filter).toEqual(expected.sums);
  }
});

test("sums up a list that is cut over all that match", async ({ page, enter, stack, database, organization }) => {
  await organization.addClients(many(650));
  await database.query(
    `insert into public.opportunities (organization_id, client_id, name, amount, stage, owner_id)
     select c.organization_id, c.id, 'Renewal', 100.25 + c.churn_risk, 'Proposal', c.owner_id
     from public.clients c where c.organization_id = $1`,
    [organization.id],
  );
  await enter(organization.admin, "/clients?cols=arr,open,mrr,ar");
  await live(page);
  for (const [filter, condition] of [
    ["", "c.status = 'active'"],
    ["&status=all&band=healthy", "c.health >= 70"],
    ["&status=all&q=0006", "position('0006' in c.name) > 0"],
  ] as const) {
    await page.goto(`${stack.page}/clients?cols=arr,open,mrr,ar${filter}`);
    const expected = await counted(database, organization.id, condition);
    await expect(page.getByRole("rowheader", { name: `All ${expected.clients} clients` })).toBeVisible();
    expect(await sums(page), filter).toEqual(expected.sums);
    const shown = Math.min(expected.clients, 200);
    await hasRows(page, shown);
    await expect(panel(page, "All clients").locator(".table-count")).toHaveText(
      shown < expected.clients ? `200 of ${expected.clients} clients` : `${expected.clients} clients`,
    );
  }
});

test("keeps the rows of a cut list until those of the next question are there", async ({ page, enter, stack, organization }) => {
  await organization.addClients(many(300));
  await enter(organization.admin);
  await hasRows(page, 200);
  await stack.play({ rest: { kind: "latency", ms: 1_500 } });
  await grid(page).getByRole("columnheader", { name: "Health" }).getByRole("button").click();
  await expect(page).toHaveURL(/sort=-health/);
  await expect(panel(page, "All clients").locator(".refresh-line")).toHaveCount(1);
  await hasRows(page, 200);
  await expect(names(page).first()).toHaveText("Brindlecrest Freight 00001");
  // Health 100 for the first time.
  await expect(names(page).first()).toHaveText("Brindlecrest Freight 00101");
  await expect(panel(page, "All clients")).toContainText("200 of 294 clients");
});

test("loads more of a cut list", async ({ page, enter, organization }) => {
  await organization.addClients(many(300));
  await enter(organization.admin);
  await hasRows(page, 200);
  await panel(page, "All clients").getByRole("button", { name: "Load more" }).click();
  await expect(page).toHaveURL(/rows=1000/);
  await expect(panel(page, "All clients").locator(".table-count")).toHaveText("294 clients");
  await expect(panel(page, "All clients").getByRole("button", { name: "Load more" })).toHaveCount(0);
});

test("finds order and narrower filters on the spot once all that matches is here", async ({ page, enter, organization }) => {
  await organization.addClients(many(300));
  await enter(organization.admin, "/clients?rows=1000");
  await expect(panel(page, "All clients").locator(".table-count")).toHaveText("294 clients");
  const asked = count(page, "GET /api/clients");
  await grid(page).getByRole("columnheader", { name: "Health" }).getByRole("button").click();
  await expect(names(page).first()).toHaveText("Brindlecrest Freight 00101");
  await page.getByRole("searchbox", { name: "Search clients" }).fill("0020");
  await expect(panel(page, "All clients").locator(".table-count")).toHaveText("10 clients");
  await expect(page.getByRole("rowheader", { name: "All 10 clients" })).toBeVisible();
  await expect(names(page).first()).toHaveText("Brindlecrest Freight 00202");
  expect(count(page, "GET /api/clients")).toBe(asked);
  // More than what is here.
  await page.getByRole("button", { name: "Remove filter Status: Active" }).click();
  await expect(panel(page, "All clients").locator(".table-count")).toHaveText("11 clients");
  expect(count(page, "GET /api/clients")).toBe(asked + 1);
});

test("keeps the focus on its row when others come and go around it", async ({ page, enter, organization, database }) => {
  await organization.addClients(many(80));
  await enter(organization.admin);
  await live(page);
  await line(page, "Brindlecrest Freight 00003").focus();
  await database.query(
    `update public.clients set name = case right(name, 2) when '01' then 'Zephyrine Foods' when '60' then 'Aldersgate Press'
                               when '04' then 'Aldersgate Wool' when '61' then 'Aldersgate Foods'
                               when '62' then 'Aldersgate Freight' else name end
     where organization_id = $1`,
    [organization.id],
  );
  await readsAreForgotten();
  await page.keyboard.press("r");
  for (const [at, word] of ["Foods", "Freight", "Press", "Wool"].entries()) {
    await expect(names(page).nth(at)).toHaveText(`Aldersgate ${word}`);
  }
  await expect(line(page, "Brindlecrest Freight 00003")).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await expect(line(page, "Brindlecrest Freight 00002")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("section.record").getByRole("heading", { level: 2 })).toHaveText("Brindlecrest Freight 00002");
});

/** The numbers in the names of the rows that are drawn. */
async function drawn(page: Page): Promise<number[]> {
  return (await listed(page)).map((name) => Number(name.slice(-5)));
}

test("draws of 1,200 rows only those on screen, and scrolls to the right ones", async ({ page, enter, organization }) => {
  await organization.addClients(many(1_200));
  await enter(organization.admin, "/clients?status=all&rows=5000");
  await expect(panel(page, "All clients").locator(".table-count")).toHaveText("1,200 clients");
  await expect(grid(page)).toHaveAttribute("aria-rowcount", "1201");
  const nodes = () => grid(page).evaluate((grid) => grid.querySelectorAll("*").length);
  const body = await grid(page).locator("tbody").evaluate((body) => body.getBoundingClientRect());
  expect(body.height).toBeGreaterThan(1_200 * 30);
  for (const part of [0, 0.25, 0.5, 0.999]) {
    await page.evaluate(
      ([top, height, part]) => window.scrollTo(0, top! + height! * part! - window.innerHeight / 2),
      [body.top, body.height, part],
    );
    const wanted = Math.min(1_200, Math.max(1, Math.round(1_200 * part)));
    await expect.poll(() => drawn(page)).toContain(wanted);
    expect(await nodes()).toBeLessThanOrEqual(1_400);
    const rows = await drawn(page);
    // Without a gap, and each with the place it has in the whole list.
    expect(rows).toEqual(Array.from(rows, (_, at) => rows[0]! + at));
    const first = grid(page).locator("tbody").getByRole("row").first();
    await expect(first).toHaveAttribute("aria-rowindex", String(rows[0]! + 1));
    const target = line(page, `Brindlecrest Freight ${String(wanted).padStart(5, "0")}`);
    await expect(target).toBeInViewport();
    await expect(target.locator("[data-column=health]")).toContainText(String((wanted - 1) % 101));
  }
  // All clients, and those that the address asks for: scrolling asks for nothing.
  expect(count(page, "GET /api/clients")).toBe(2);
});

test("walks with the keyboard over rows that are not drawn, and chooses", async ({ page, enter, organization }) => {
  await organization.addClients(many(300));
  await enter(organization.admin, "/clients?status=all&rows=1000");
  await expect(panel(page, "All clients").locator(".table-count")).toHaveText("300 clients");
  const row = (number: number) => line(page, `Brindlecrest Freight ${String(number).padStart(5, "0")}`);
  await row(1).focus();
  for (let at = 2; at <= 45; at++) {
    await page.keyboard.press("ArrowDown");
    await expect(row(at)).toBeFocused();
  }
  await expect(row(45)).toBeInViewport();
  await page.keyboard.press("x");
  await expect(row(45)).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("End");
  await expect(row(300)).toBeFocused();
  await expect(row(300)).toBeInViewport();
  // Once the page rests, rows out of sight come before those that show.
  await expect.poll(async () => (await row(Math.min(...(await drawn(page)))).boundingBox())!.y).toBeLessThan(-100);
  await expect(row(300)).toBeFocused();
  await page.keyboard.press("Space");
  await expect(row(300)).toHaveAttribute("aria-selected", "true");
  await expect(page.getByRole("region", { name: "Chosen clients" })).toContainText("2 chosen");
  await page.keyboard.press("ArrowDown");
  await expect(row(300)).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await expect(row(299)).toBeFocused();
  await page.keyboard.press("Home");
  await expect(row(1)).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await expect(row(1)).toBeFocused();
  // A choice outlives that its row is not drawn.
  await expect(row(300)).toHaveCount(0);
  await page.keyboard.press("End");
  await expect(row(300)).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("x");
  await expect(page.getByRole("region", { name: "Chosen clients" })).toContainText("1 chosen");
});

test("shows chosen columns as cards on a phone, and sorts there", async ({ page, enter }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await enter("admin", "/clients?cols=trs,segment,mrr");
  await live(page);
  const card = line(page, "Hollowpine Energy");
  for (const text of ["56", "Small business", "$3,400"]) await expect(card.getByText(text, { exact: true })).toBeVisible();
  await grid(page).getByRole("columnheader", { name: "MRR" }).getByRole("button").click();
  await expect(names(page).first()).toHaveText("Juniperdale Software");
  await card.getByRole("checkbox").check();
  await expect(page.getByRole("region", { name: "Chosen clients" })).toContainText("1 chosen");
});
