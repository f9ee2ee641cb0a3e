// Does the table of opportunities do what the list of clients does: columns, views, keys, changes of many, files?

import { readFileSync } from "node:fs";
import type { Locator, Page } from "@playwright/test";
import { expect, test } from "../../fixtures.ts";
import { dialog, layOut, pipelineIsThere } from "../../pipeline.ts";
import { count } from "../../time.ts";

const TABLE = "/pipeline?view=table";

test.beforeEach(async ({ organization, database }) => {
  await layOut(organization, database);
});

const grid = (page: Page): Locator => page.getByRole("grid", { name: "Opportunities" });

async function heads(page: Page): Promise<string[]> {
  return (await grid(page).getByRole("columnheader").allInnerTexts()).map((head) => head.trim()).filter(Boolean);
}

async function names(page: Page): Promise<string[]> {
  return (await grid(page).locator("tbody").getByRole("rowheader").allInnerTexts()).map((name) => name.trim());
}

async function openTool(page: Page, name: string): Promise<Locator> {
  await page.locator(".toolbar").getByRole("button", { name, exact: true }).click();
  await expect(dialog(page).locator(".dialog-foot").getByRole("button").first()).toBeVisible();
  return dialog(page);
}

test("columns are chosen and put in order, in the address", async ({ page, enter, organization }) => {
  await enter(organization.admin, `${TABLE}&cols=score,amount`);
  await pipelineIsThere(page);
  await expect.poll(() => heads(page)).toEqual(["Opportunity", "Score", "Amount"]);
  await expect(grid(page).locator("tfoot")).toContainText("$155,000.50");
  const columns = await openTool(page, "Columns");
  await columns.getByRole("checkbox", { name: "Owner" }).check();
  await expect(page).toHaveURL(/cols=score%2Camount%2Cowner/);
  await columns.getByRole("button", { name: "Move Owner to the left" }).click();
  await columns.getByRole("checkbox", { name: "Score" }).uncheck();
  await expect(columns.getByText("Opportunity (always)")).toBeVisible();
  await columns.getByRole("button", { name: "Show list" }).click();
  await expect.poll(() => heads(page)).toEqual(["Opportunity", "Owner", "Amount"]);
  await page.goBack();
  await expect.poll(() => heads(page)).toEqual(["Opportunity", "Score", "Owner", "Amount"]);
  await (await openTool(page, "Columns")).getByRole("button", { name: "Usual columns" }).click();
  await expect(page).not.toHaveURL(/cols=/);
  await dialog(page).getByRole("button", { name: "Show list" }).click();
  // Of the usual ones, one gives way at this width; all the others are there.
  await expect.poll(() => heads(page)).toHaveLength(11);
  await page.setViewportSize({ width: 1600, height: 900 });
  await expect.poll(() => heads(page)).toContain("Updated");
});

test("a view of the pipeline is kept, shared and taken back, apart from those of clients", async ({
  page,
  beside,
  stack,
  enter,
  organization,
}) => {
  await enter(organization.admin, `${TABLE}&sort=-amount&cols=amount&stage=Prospect`);
  await pipelineIsThere(page);
  let tool = await openTool(page, "Views");
  await tool.getByRole("textbox").fill("Early ones");
  await tool.getByRole("checkbox", { name: "Share with your organization" }).check();
  await tool.getByRole("button", { name: "Save view" }).click();
  const views = tool.getByRole("list", { name: "Saved views" }).getByRole("listitem");
  await expect(views).toHaveText([/Early ones\s*Shared/]);
  await tool.getByRole("textbox").fill("Mine");
  await tool.getByRole("checkbox", { name: "Share with your organization" }).uncheck();
  await tool.getByRole("button", { name: "Save view" }).click();
  await expect(views).toHaveText([/Early ones\s*Shared/, /Mine\s*Private/]);
  // A colleague opens it from the board, and has no other.
  const other = await beside(organization.member, "/pipeline");
  await pipelineIsThere(other);
  const theirs = await openTool(other, "Views");
  await expect(theirs.getByRole("list", { name: "Saved views" }).getByRole("button")).toHaveText(["Early ones"]);
  await theirs.getByRole("button", { name: "Early ones" }).click();
  await expect(other).toHaveURL(/view=table&sort=-amount&cols=amount&stage=Prospect/);
  await expect.poll(() => names(other)).toEqual(["Harbour audit", "Orchard plan"]);
  // Removed, and brought back.
  await views.filter({ hasText: "Mine" }).getByRole("button", { name: "Remove" }).click();
  await expect(tool.getByText("“Mine” was removed.")).toBeVisible();
  await tool.getByRole("button", { name: "Undo" }).click();
  await expect(views).toHaveText([/Early ones\s*Shared/, /Mine\s*Private/]);
  // None of them is one of the clients'.
  await page.goto(`${stack.page}/clients`);
  await page.getByRole("button", { name: "Views", exact: true }).click();
  tool = dialog(page);
  await expect(tool).toContainText("No list is kept under a name yet.");
});

test("is walked, chosen in and opened by keyboard", async ({ page, enter, organization }) => {
  await enter(organization.admin, TABLE);
  await pipelineIsThere(page);
  await expect.poll(() => names(page)).toEqual(["Depot lease", "Harbour audit", "Mill retrofit", "Orchard plan", "Quarry survey"]);
  const row = (name: string) => grid(page).locator("tbody").getByRole("row").filter({ has: page.getByRole("rowheader", { name }) });
  await row("Depot lease").focus();
  await page.keyboard.press("ArrowDown");
  await expect(row("Harbour audit")).toBeFocused();
  await page.keyboard.press("x");
  await expect(row("Harbour audit")).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("End");
  await expect(row("Quarry survey")).toBeFocused();
  await page.keyboard.press(" ");
  await expect(page.getByRole("region", { name: "Chosen opportunities" })).toContainText("2 chosen");
  await page.keyboard.press("Home");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("region", { name: "Depot lease" })).toBeVisible();
  // Whoever goes on at once is not called back to the row.
  await page.evaluate(() => {
    for (const key of ["Escape", "/"]) {
      document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    }
  });
  await expect(page).toHaveURL(/\/pipeline\?view=table$/);
  await expect(page.getByRole("searchbox", { name: "Search opportunities" })).toBeFocused();
  await page.keyboard.press("ControlOrMeta+k");
  await page.getByRole("combobox").fill("choose columns");
  await page.getByRole("option", { name: "Choose columns" }).click();
  await expect(dialog(page).getByText("Opportunity (always)")).toBeVisible();
});

test("a change of many takes nothing away that was passed over, and tells of each that was not changed", async ({
  page,
  enter,
  organization,
  database,
}) => {
  await enter(organization.admin, TABLE);
  await pipelineIsThere(page);
  await grid(page).getByRole("checkbox", { name: "Choose all opportunities" }).check();
  await page.getByRole("button", { name: "Change owner" }).click();
  await dialog(page).getByRole("button", { name: "Change opportunities" }).click();
  await expect(dialog(page).getByRole("alert")).toContainText("Choose who leads the sales.");
  await dialog(page).getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Change close date" }).click();
  await dialog(page).getByRole("button", { name: "Change opportunities" }).click();
  await expect(dialog(page).getByRole("alert")).toContainText("Enter a day such as 2026-05-20.");
  expect(count(page, "POST /api/opportunities/changes")).toBe(0);
  // Somebody else is faster with one of them.
  await database.query("update public.opportunities set amount = 6000 where organization_id = $1 and name = 'Orchard plan'", [
    organization.id,
  ]);
  await dialog(page).getByRole("checkbox", { name: "Take the date away instead" }).check();
  await dialog(page).getByRole("button", { name: "Change opportunities" }).click();
  await expect(dialog(page).getByRole("status")).toContainText("4 opportunities changed. 1 not changed:");
  await expect(dialog(page).getByRole("status").getByRole("listitem")).toHaveText([
    "Orchard plan – changed by somebody else in the meantime; look at it, then try again",
  ]);
  await dialog(page).locator(".dialog-foot").getByRole("button", { name: "Close" }).click();
  await expect(page.getByRole("region", { name: "Chosen opportunities" })).toContainText("1 chosen");
  const { left } = await database.one<{ left: string }>(
    "select string_agg(name, ' ') as left from public.opportunities where organization_id = $1 and expected_close_date is not null",
    [organization.id],
  );
  expect(left).toBe("Orchard plan");
});

test("lost ones need a reason, also when they are many", async ({ page, enter, organization, database }) => {
  await enter(organization.member, TABLE);
  await pipelineIsThere(page);
  await grid(page).getByRole("checkbox", { name: "Choose all of your opportunities" }).check();
  await expect(page.getByRole("region", { name: "Chosen opportunities" })).toContainText("4 chosen");
  await expect(page.getByRole("button", { name: "Change owner" })).toHaveCount(0);
  await page.getByRole("button", { name: "Change stage" }).click();
  await dialog(page).getByLabel("New stage").selectOption("Lost");
  await dialog(page).getByRole("button", { name: "Change opportunities" }).click();
  await expect(dialog(page).getByLabel("Why were they lost?")).toHaveAccessibleDescription(/Fill this in/);
  await dialog(page).getByLabel("Why were they lost?").selectOption({ index: 1 });
  await dialog(page).getByRole("button", { name: "Change opportunities" }).click();
  await expect(dialog(page).getByRole("status")).toContainText("4 opportunities changed.");
  const { lost } = await database.one<{ lost: number }>(
    "select count(*)::integer as lost from public.opportunities where organization_id = $1 and stage = 'ClosedLost' and lost_reason is not null",
    [organization.id],
  );
  expect(lost).toBe(4);
});

test("the file is what is shown: these rows, columns and order, and no formulas", async ({ page, enter, organization, database }) => {
  await database.query("update public.opportunities set next_step = '=1+1' where organization_id = $1 and name = 'Harbour audit'", [
    organization.id,
  ]);
  await enter(organization.admin, `${TABLE}&cols=next,amount,score&sort=-amount&stage=Prospect`);
  await pipelineIsThere(page);
  await expect.poll(() => names(page)).toEqual(["Harbour audit", "Orchard plan"]);
  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export CSV" }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe("opportunities.csv");
  const [head, ...lines] = readFileSync(await download.path(), "utf8").trim().split("\r\n");
  expect(head).toBe("Opportunity,Next step,Next step until,Amount,Score,Risk");
  expect(lines[0]).toMatch(/^Harbour audit,'=1\+1,,10000\.00,\d+,(Low|Medium|High) risk$/);
  expect(lines[1]).toMatch(/^Orchard plan,,,5000\.00,\d+,/);
  expect(lines).toHaveLength(2);
});
