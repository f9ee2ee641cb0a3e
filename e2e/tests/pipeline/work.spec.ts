// Can a sales lead do the week's work: table, panel, prospects, forecast, export?

import { readFileSync } from "node:fs";
import { expect, test } from "../../fixtures.ts";
import { dialog, layOut, pipelineIsThere, stageOf } from "../../pipeline.ts";

test.beforeEach(async ({ organization, database }) => {
  await layOut(organization, database);
});

test("sorts, sums and changes many in the table", async ({ page, enter, organization, database }) => {
  await enter(organization.admin, "/pipeline?view=table");
  await pipelineIsThere(page);
  const grid = page.getByRole("grid", { name: "Opportunities" });
  await expect(grid.locator("tfoot")).toContainText("$155,000.50");
  await grid.getByRole("button", { name: "Amount" }).click();
  await expect(page).toHaveURL(/sort=-amount/);
  await expect(grid.locator("tbody").getByRole("rowheader").first()).toHaveText("Quarry survey");
  await grid.getByRole("checkbox", { name: "Choose Harbour audit" }).check();
  await grid.getByRole("checkbox", { name: "Choose Mill retrofit" }).check();
  await page.getByRole("button", { name: "Change stage" }).click();
  await dialog(page).getByLabel("New stage").selectOption({ label: "Negotiation" });
  await dialog(page).getByRole("button", { name: "Change" }).click();
  await expect(dialog(page)).toContainText("2 opportunities changed.");
  await dialog(page).locator(".dialog-foot").getByRole("button", { name: "Close" }).click();
  expect(await stageOf(database, organization, "Mill retrofit")).toBe("Negotiation");
  await expect(grid.getByRole("row").filter({ hasText: "Harbour audit" })).toContainText("Negotiation");
});

test("works in the panel: fields, notes and activities", async ({ page, enter, organization }) => {
  await enter(organization.member, "/pipeline");
  await pipelineIsThere(page);
  await page.getByRole("link", { name: "Depot lease" }).click();
  const panel = page.getByRole("region", { name: "Depot lease" });
  await panel.getByRole("button", { name: "Edit opportunity" }).click();
  await dialog(page).getByLabel("Amount").fill("€ 41.000,75");
  await dialog(page).getByLabel("Probability, %").fill("60");
  await dialog(page).getByRole("button", { name: "Save" }).click();
  await expect(panel).toContainText("$41,000.75");
  await expect(panel).toContainText("60 %, set by a person");
  await panel.getByRole("button", { name: "Add activity" }).click();
  await dialog(page).getByLabel("What is to be done").fill("Call the owner");
  await dialog(page).getByLabel("Until").fill("2020-01-31");
  await dialog(page).getByRole("button", { name: "Add activity" }).click();
  const line = panel.getByRole("listitem").filter({ hasText: "Call the owner" });
  await expect(line).toContainText("Overdue");
  await expect(line).toContainText("31 Jan 2020");
  await line.getByRole("button", { name: "Complete Call the owner" }).click();
  await expect(line).toContainText("Completed");
  await panel.getByRole("tab", { name: "Notes" }).click();
  await panel.getByRole("button", { name: "Add note" }).click();
  await dialog(page).getByLabel("Note").fill("They want it <b>soon</b>.");
  await dialog(page).getByRole("button", { name: "Add note" }).click();
  await expect(panel).toContainText("They want it <b>soon</b>.");
  await panel.getByRole("tab", { name: "History" }).click();
  await expect(panel).toContainText("Added at Proposal");
  await page.reload();
  await expect(panel.getByRole("tab", { name: "History" })).toHaveAttribute("aria-selected", "true");
});

test("adds a prospect for the client that was meant", async ({ page, enter, organization }) => {
  await enter(organization.member, "/pipeline");
  await pipelineIsThere(page);
  await page.getByRole("button", { name: "Add prospect" }).click();
  await dialog(page).getByRole("button", { name: "Add prospect" }).click();
  await expect(dialog(page).locator(".field-problem")).toHaveCount(3);
  await dialog(page).getByLabel("Company").fill("harrowmere tee");
  await dialog(page).getByRole("button", { name: "Use Harrowmere Tea" }).click();
  await dialog(page).getByLabel("Opportunity", { exact: true }).fill("Spring blend");
  await dialog(page).getByLabel("Amount").fill("12,500");
  await dialog(page).getByRole("button", { name: "Add prospect" }).click();
  await expect(page.getByText("“Spring blend” was added for the client Harrowmere Tea.")).toBeVisible();
  await expect(page.getByRole("link", { name: "Spring blend" })).toBeVisible();
  const [{ clients } = { clients: "" }] = await organization.query<{ clients: string }>(
    "select count(*)::text as clients from public.clients where organization_id = $1",
  );
  expect(clients).toBe("1");
});

test("forecasts against a target and exports the same figures", async ({ page, enter, organization }) => {
  await enter(organization.admin, "/pipeline?view=forecast");
  await pipelineIsThere(page);
  const forecast = page.getByRole("region", { name: "Forecast of the quarter" });
  await expect(forecast).toContainText("no target is set");
  await forecast.getByRole("button", { name: "Set target" }).click();
  await dialog(page).getByLabel("Target of a fiscal quarter").fill("100,000");
  await dialog(page).getByRole("button", { name: "Save" }).click();
  await expect(forecast).toContainText("$100,000");
  const stages = forecast.getByRole("table", { name: "Open pipeline by stage" });
  await expect(stages.getByRole("row", { name: /^All open/ })).toContainText("$155,000.50");
  const downloading = page.waitForEvent("download");
  await forecast.getByRole("button", { name: "Export CSV" }).click();
  const text = readFileSync(await (await downloading).path(), "utf8");
  expect(text).toContain("Total,Open,5,155000.50,");
  expect(text).toContain("Quarter,Target,,100000.00,");
});

test("is not for customers, and an address of nothing says so", async ({ page, enter, organization, troubles }) => {
  troubles.allow("404 GET /api/opportunities/00000000-0000-4000-8000-00000000dead");
  await enter("client", "/pipeline");
  await expect(page.getByText("The pipeline is for staff")).toBeVisible();
  await enter(organization.member, "/pipeline/00000000-0000-4000-8000-00000000dead");
  await expect(page.getByText("No such opportunity")).toBeVisible();
});
