// Can a leader trust the overview? Every figure leads to its rows, says what it is compared with, and is never invented.

import { readFileSync } from "node:fs";
import { expect, mark, readsAreForgotten, test } from "../../fixtures.ts";
import { figure, overviewIsThere, tile, titles } from "../../overview.ts";
import { layOut, pipelineIsThere } from "../../pipeline.ts";

const OF_STAFF = [
  "Open pipeline", "Forecast against target", "Win rate and cycle", "Pipeline alerts", "Portfolio health", "Churn risk",
  "Reviews due", "Delivery", "Price realisation", "Agents", "My focus", "Data freshness",
];
const OF_MANAGERS = [
  "Recurring revenue", "MRR movement", "Retention", "Cash", "Receivables", "Billed and collected", "Margin",
  ...OF_STAFF,
];

test("shows nineteen tiles of the demo, each with its figures and where they come from", async ({ page, enter }) => {
  await enter("admin", "/");
  await overviewIsThere(page);
  expect(await titles(page)).toEqual(OF_MANAGERS);
  // Demo data: $63,650 a month.
  await expect(tile(page, "Recurring revenue")).toContainText("$63,650");
  await expect(figure(page, "Recurring revenue", "ARR")).toContainText("$763,800");
  await expect(figure(page, "Open pipeline", "Open opportunities")).toContainText("13");
  await expect(tile(page, "Forecast against target")).toHaveAccessibleName(/^Forecast against target: Commit \$[\d,]+, (up|down|no change).* since /);
  await expect(figure(page, "Forecast against target", "Coverage")).toContainText(/\d\.\d\d×/);
  await tile(page, "Margin").getByText("How it is computed").click();
  await expect(tile(page, "Margin")).toContainText(/Gross margin: revenue − expenses marked as cost of revenue/);
  await expect(tile(page, "Margin")).toContainText(/From .* to .*\. Compared with .*\./);
});

test("leads from every tile to a page that is there", async ({ page, enter, stack }) => {
  await enter("admin", "/");
  await overviewIsThere(page);
  const links = page.getByRole("main").locator(".tile h3 a, .overview-news a");
  const paths = await links.evaluateAll((all) => [...new Set(all.map((link) => link.getAttribute("href") ?? ""))]);
  expect(paths.length).toBeGreaterThan(8);
  for (const path of paths) {
    await page.goto(stack.page + path);
    await expect(page.getByRole("heading", { level: 1 }), path).toHaveText(/^(Clients|Pipeline|Finance)$/);
    // Nothing of the address was strange to the page.
    await expect(page).toHaveURL(stack.page + path);
  }
});

test("agrees with the pages behind it to the cent", async ({ page, enter }) => {
  await enter("admin", "/");
  await overviewIsThere(page);
  const number = async (title: string) => (await tile(page, title).locator(".tile-number").innerText()).trim();
  const [open, commit, owed] = [await number("Open pipeline"), await number("Forecast against target"), await number("Receivables")];
  await tile(page, "Forecast against target").getByRole("link", { name: "Forecast against target" }).click();
  await pipelineIsThere(page);
  await expect(page.locator(".forecast-figures .figure").filter({ hasText: "Commit" }).first()).toContainText(commit);
  await expect(page.getByRole("table", { name: "Open pipeline by stage" }).getByRole("row", { name: /^All open/ })).toContainText(open);
  await page.goto("/finance");
  await expect(page.locator(".figure").filter({ hasText: "Owed (AR)" })).toContainText(owed);
});

test("keeps its window in the address", async ({ page, enter, stack }) => {
  await enter("admin", "/?scope=week");
  await overviewIsThere(page);
  await expect(page).toHaveURL(`${stack.page}/`);
  const before = await page.locator(".overview > * p.quiet, .overview p.quiet").first().innerText();
  await page.getByRole("radio", { name: "The month to date" }).click();
  await expect(page).toHaveURL(`${stack.page}/?scope=mtd`);
  await expect(page.locator(".overview p.quiet").first()).not.toHaveText(before);
  await page.reload();
  await overviewIsThere(page);
  await expect(page.getByRole("radio", { name: "The month to date" })).toBeChecked();
  await page.goBack();
  await expect(page).toHaveURL(`${stack.page}/`);
});

test("tells a new organization why there is nothing, and what would change that", async ({ page, enter, organization }) => {
  await enter(organization.admin, "/");
  await overviewIsThere(page);
  await expect(page.getByText("Nothing was won, lost, added, billed or paid.")).toBeVisible();
  for (const [title, reason] of [
    ["Recurring revenue", "there are no rows yet"],
    ["Retention", "no client was there to compare with"],
    ["Cash", "there are no rows yet"],
    ["Win rate and cycle", "there are no rows yet"],
    ["Delivery", "there are no rows yet"],
    ["Price realisation", "there is nothing to divide by"],
    ["Data freshness", "no account is connected"],
  ] as const) {
    await expect(tile(page, title).locator(".tile-number"), title).toHaveText("–");
    await expect(tile(page, title), title).toContainText(reason);
  }
  await expect(figure(page, "Forecast against target", "Coverage")).toContainText("no target is set");
  // What is nothing is 0 only where rows were counted.
  await expect(tile(page, "Open pipeline").locator(".tile-number")).toHaveText("$0");
  await expect(tile(page, "Churn risk").locator(".tile-number")).toHaveText("0");
});

test("says what happened since yesterday", async ({ page, enter, organization, database }) => {
  await layOut(organization, database);
  await enter(organization.admin, "/");
  await overviewIsThere(page);
  const news = page.getByRole("region", { name: /^Since yesterday/ });
  await expect(news.getByRole("link", { name: "5 opportunities added, $155,000.50" })).toBeVisible();
  await news.getByRole("link", { name: /opportunities added/ }).click();
  await pipelineIsThere(page);
});

test("shows a Member no money of the organization, and a customer nothing of it", async ({ page, enter, organization, stack }) => {
  await enter(organization.member, "/");
  await overviewIsThere(page);
  expect(await titles(page)).toEqual(OF_STAFF);
  await expect(page.getByRole("heading", { name: "Revenue" })).toHaveCount(0);
  await page.context().clearCookies();
  await enter("client", "/");
  await expect(page).toHaveURL(`${stack.page}/account`);
});

test("downloads every figure with its unit, and prints without tools", async ({ page, enter }) => {
  await enter("admin", "/");
  await overviewIsThere(page);
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download CSV" }).click();
  const lines = readFileSync(await (await download).path(), "utf8").trim().split("\r\n");
  expect(lines[0]).toContain("Tile,Figure,Value,Unit");
  expect(lines.find((line) => line.startsWith("Recurring revenue,MRR,63650.00,USD"))).toBeTruthy();
  expect(lines.length).toBeGreaterThan(70);
  await page.emulateMedia({ media: "print" });
  await expect(page.getByRole("button", { name: "Print" })).toBeHidden();
  await expect(page.getByRole("navigation", { name: "Main" })).toBeHidden();
  await expect(tile(page, "Cash")).toBeVisible();
});

test("keeps the last figures through an outage, with their time", async ({ page, enter, stack, troubles }) => {
  troubles.allow(/^503 GET \/api\/overview/);
  await enter("admin", "/");
  await overviewIsThere(page);
  await readsAreForgotten();
  await stack.play({ rest: { kind: "refuse" } });
  await page.keyboard.press("r");
  await expect(mark(page)).toContainText(/^As of .*the database is unreachable/);
  await expect(tile(page, "Recurring revenue")).toContainText("$63,650");
  await stack.heal();
  await overviewIsThere(page);
});
