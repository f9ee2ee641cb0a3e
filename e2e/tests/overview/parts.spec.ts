// Can a leader look at a part of the organization, at days of their own choice, and at a day that was kept?

import { readFileSync } from "node:fs";
import { expect, readsAreForgotten, test } from "../../fixtures.ts";
import { figure, overviewIsThere, tile } from "../../overview.ts";
import { layOut } from "../../pipeline.ts";

test("shows the clients of a segment and an owner, and says what cannot be split", async ({ page, enter, stack }) => {
  await enter("admin", "/");
  await overviewIsThere(page);
  const all = await tile(page, "Open pipeline").locator(".tile-number").innerText();
  await page.getByRole("button", { name: "Segment and owner" }).click();
  await page.getByLabel("Segment of the clients").selectOption({ label: "Enterprise" });
  await page.getByLabel("Owner of the clients").selectOption({ label: "Nobody (unassigned)" });
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await expect(page).toHaveURL(`${stack.page}/?segment=enterprise&owner=unassigned`);
  await expect(tile(page, "Cash")).toContainText("not split by owner or segment: cash entries belong to no client");
  await expect(tile(page, "Cash").locator(".tile-number")).toHaveText("–");
  await expect(figure(page, "Margin", "Net margin")).toContainText("expenses belong to no client");
  await expect(figure(page, "Forecast against target", "Coverage")).toContainText("the target is the organization’s");
  await expect(tile(page, "Agents")).toContainText("runs belong to no client");
  await expect(tile(page, "Open pipeline").locator(".tile-number")).not.toHaveText(all);
  // The links lead to the same clients.
  await tile(page, "Churn risk").getByRole("link", { name: "Churn risk" }).click();
  await expect(page).toHaveURL(`${stack.page}/clients?panel=churn&segment=enterprise&owner=unassigned`);
  await page.goBack();
  await overviewIsThere(page);
  const chips = page.getByRole("list", { name: "Active filters" });
  await chips.getByRole("button", { name: "Remove filter Owner: unassigned" }).click();
  await chips.getByRole("button", { name: "Remove filter Segment: Enterprise" }).click();
  await expect(page).toHaveURL(`${stack.page}/`);
  await expect(tile(page, "Open pipeline").locator(".tile-number")).toHaveText(all);
});

test("names the owner who is looked at, and downloads that part", async ({ page, enter, database }) => {
  const [person] = await database.query("select id::text, name from public.users where email = 'member@example.com'");
  await enter("admin", `/?owner=${String(person?.["id"])}&scope=ytd`);
  await overviewIsThere(page);
  const name = String(person?.["name"]);
  await expect(page.getByRole("button", { name: `Remove filter Owner: ${name}` })).toBeVisible();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download CSV" }).click();
  const lines = readFileSync(await (await download).path(), "utf8").trim().split("\r\n");
  expect(lines[0]).toMatch(/Segment,Owner$/);
  expect(lines[1]).toMatch(new RegExp(`all,${name}$`));
  expect(lines.find((line) => line.startsWith("Cash,Cash,"))).toContain("not_split");
});

test("takes days of one's own choice, and says what is wrong with others", async ({ page, enter, stack }) => {
  await enter("admin", "/");
  await overviewIsThere(page);
  await page.getByRole("radio", { name: "Days of your choice" }).click();
  const form = page.getByRole("dialog", { name: "Days and clients" });
  await form.getByLabel("From").fill("2026-03-01");
  await form.getByRole("button", { name: "Show", exact: true }).click();
  await expect(form).toContainText("Enter the first and the last day.");
  await form.getByLabel("Until").fill("2026-02-01");
  await form.getByRole("button", { name: "Show", exact: true }).click();
  await expect(form).toContainText("The last day is before the first one.");
  await form.getByLabel("Until").fill("2999-01-01");
  await form.getByRole("button", { name: "Show", exact: true }).click();
  await expect(form).toContainText("These are more than 731 days.");
  await form.getByLabel("Until").fill("2026-03-31");
  await form.getByRole("button", { name: "Show", exact: true }).click();
  await expect(page).toHaveURL(`${stack.page}/?from=2026-03-01&to=2026-03-31`);
  await expect(page.getByText(/1 Mar.* to 31 Mar.*, beside 29 Jan.* to 28 Feb.*Figures of one day are of today/)).toBeVisible();
  await expect(page.getByRole("radio", { name: "Days of your choice" })).toBeChecked();
  await expect(tile(page, "Billed and collected").getByRole("link", { name: "Billed and collected" }))
    .toHaveAttribute("href", "/finance?tab=billing&from=2026-03-01&to=2026-03-31");
  await page.reload();
  await overviewIsThere(page);
  await expect(page).toHaveURL(`${stack.page}/?from=2026-03-01&to=2026-03-31`);
  await page.getByRole("radio", { name: "The month to date" }).click();
  await expect(page).toHaveURL(`${stack.page}/?scope=mtd`);
});

test("an address with days that cannot be says so, and leads back", async ({ page, enter, stack }) => {
  await enter("admin", "/?from=2026-03-31&to=2026-03-01");
  await expect(page.getByRole("alert")).toContainText("The last day is before the first one.");
  await expect(page.locator(".tile")).toHaveCount(0);
  await page.getByRole("button", { name: "Show the quarter" }).click();
  await expect(page).toHaveURL(`${stack.page}/`);
  await overviewIsThere(page);
  await page.goto(`${stack.page}/?from=2998-01-01&to=2999-01-01`);
  await expect(page.getByRole("alert")).toContainText("The last day is still to come.");
});

test("keeps today's figures when asked, and compares with a kept day", async ({ page, enter, organization, database, stack }) => {
  await layOut(organization, database);
  await enter(organization.admin, "/");
  await overviewIsThere(page);
  const part = page.locator(".overview-then");
  await part.getByRole("heading", { name: "Then and today" }).click();
  await expect(part).toContainText("No figures were kept yet.");
  await page.getByRole("button", { name: "Keep today’s figures" }).click();
  await expect(page.getByText("Today’s figures are being kept.")).toBeVisible();
  await stack.work();
  await readsAreForgotten();
  await page.keyboard.press("r");
  await expect(part).toContainText("Kept today at");
  // As if a week had passed since, and a sale more today.
  await database.query(
    "update public.dashboard_snapshots set snapshot_date = snapshot_date - 7 where organization_id = $1",
    [organization.id],
  );
  await database.query(
    "update public.opportunities set amount = amount + 1000 where organization_id = $1 and name = 'Harbour audit'",
    [organization.id],
  );
  await readsAreForgotten();
  await page.keyboard.press("r");
  await expect(part).toContainText("Then is");
  await expect(part.getByRole("row", { name: /^Open pipeline: Open value/ })).toContainText("up $1,000");
  await expect(part.getByRole("row", { name: /^Recurring revenue: MRR/ })).toHaveCount(1);
  // The day is in the address.
  const [kept] = await database.query(
    "select max(snapshot_date)::text as day from public.dashboard_snapshots where organization_id = $1",
    [organization.id],
  );
  await page.goto(`${stack.page}/?then=${String(kept?.["day"])}`);
  await expect(part.getByRole("row", { name: /^Open pipeline: Open value/ })).toContainText("up $1,000");
});

test("a Member compares without money and keeps nothing", async ({ page, enter }) => {
  await enter("member", "/");
  await overviewIsThere(page);
  await expect(page.getByRole("button", { name: "Keep today’s figures" })).toHaveCount(0);
  const part = page.locator(".overview-then");
  await part.getByRole("heading", { name: "Then and today" }).click();
  await expect(part.getByRole("row", { name: /^Open pipeline: Open value/ })).toBeVisible();
  await expect(part.getByRole("row", { name: /^Recurring revenue/ })).toHaveCount(0);
});
