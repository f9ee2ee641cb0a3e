// Does each persona see and do on each view of the pipeline what is theirs, and nothing else?

import { expect, test } from "../../fixtures.ts";
import { deal, dialog, lane, layOut, pipelineIsThere } from "../../pipeline.ts";
import { addPlaybook, playbooksAreThere, record } from "../../playbooks.ts";
import { count } from "../../time.ts";

for (const view of ["board", "table", "forecast", "import"]) {
  test(`the ${view} is not for customers, and nothing is asked for them`, async ({ page, enter }) => {
    await enter("client", `/pipeline?view=${view}`);
    await expect(page.getByRole("heading", { name: "The pipeline is for staff" })).toBeVisible();
    await expect(page.getByRole("radiogroup", { name: "View" })).toHaveCount(0);
    for (const name of ["Add prospect", "Set target", "Check rows", "Export CSV"]) {
      await expect(page.getByRole("button", { name })).toHaveCount(0);
    }
    expect(count(page, /\/api\/opportunities/)).toBe(0);
  });
}

test("a Member moves own cards only", async ({ page, enter, organization, database }) => {
  await layOut(organization, database);
  await enter(organization.member, "/pipeline");
  await pipelineIsThere(page);
  await expect(page.getByRole("radio", { name: "Import", exact: true })).toBeVisible();
  await expect(page.getByRole("button", { name: "Add prospect" })).toBeVisible();
  await expect(deal(page, "Harbour audit").getByRole("button", { name: "Move Harbour audit" })).toBeVisible();
  const others = deal(page, "Orchard plan");
  await expect(others).toBeVisible();
  await expect(others.getByRole("button")).toHaveCount(0);
  await others.focus();
  await page.keyboard.press("Shift+ArrowRight");
  await expect(page.getByText("“Orchard plan” was not moved: it is a colleague's.")).toBeVisible();
  await expect(lane(page, "Prospect")).toContainText("Orchard plan");
  expect(count(page, /moves$/)).toBe(0);
  await others.getByRole("link").click();
  const panel = page.getByRole("region", { name: "Orchard plan" });
  await expect(panel.getByRole("tab", { name: "Notes" })).toBeVisible();
  for (const name of ["Edit opportunity", "Remove", "Move to another stage", "Run playbook"]) {
    await expect(panel.getByRole("button", { name, exact: true })).toHaveCount(0);
  }
});

test("a Member chooses own rows only, and gives none away", async ({ page, enter, organization, database }) => {
  await layOut(organization, database);
  await enter(organization.member, "/pipeline?view=table");
  await pipelineIsThere(page);
  const grid = page.getByRole("grid", { name: "Opportunities" });
  await expect(grid.getByRole("checkbox", { name: "Choose Depot lease" })).toBeVisible();
  await expect(grid.getByRole("checkbox", { name: "Choose Orchard plan" })).toHaveCount(0);
  await grid.getByRole("checkbox", { name: "Choose Depot lease" }).check();
  await expect(page.getByRole("button", { name: "Change stage" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Change owner" })).toHaveCount(0);
  await page.getByRole("link", { name: "Depot lease" }).click();
  await page.getByRole("button", { name: "Edit opportunity" }).click();
  await expect(dialog(page).getByLabel("Amount")).toBeVisible();
  await expect(dialog(page).getByLabel("Owner")).toHaveCount(0);
});

test("a Member reads the forecast and sets no target", async ({ page, enter, organization, database }) => {
  await layOut(organization, database);
  await enter(organization.member, "/pipeline?view=forecast");
  await pipelineIsThere(page);
  const forecast = page.getByRole("region", { name: "Forecast of the quarter" });
  await expect(forecast).toContainText("$155,000.50");
  await expect(forecast.getByRole("button", { name: "Set target" })).toHaveCount(0);
  await expect(forecast.getByRole("button", { name: "Export CSV" })).toBeVisible();
});

test("a Director runs playbooks and takes back a win, but sets no target", async ({ page, stack, beside, enter }) => {
  await enter("director", "/pipeline?view=forecast");
  await pipelineIsThere(page);
  await expect(page.getByRole("region", { name: "Forecast of the quarter" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Set target" })).toHaveCount(0);
  const won = await beside(stack.account("director"), "/pipeline?view=table&stage=ClosedWon&closed=1");
  await pipelineIsThere(won);
  await won.getByRole("grid", { name: "Opportunities" }).locator("tbody th a").first().click();
  await expect(won.getByRole("button", { name: "Run playbook" })).toBeVisible();
  await expect(won.getByRole("button", { name: "Move to another stage" })).toBeVisible();
});

for (const path of ["", "/00000000-0000-4000-8000-00000000dead"]) {
  test(`playbooks${path && " by address"} are not for customers, and nothing is asked for them`, async ({ page, enter }) => {
    await enter("client", `/agents/playbooks${path}`);
    await expect(page.getByRole("heading", { name: "Playbooks are for staff" })).toBeVisible();
    await expect(page.getByRole("button", { name: "Add playbook" })).toHaveCount(0);
    expect(count(page, /\/api\/automations/)).toBe(0);
  });
}

test("a Member reads playbooks, and starts, changes and retries none", async ({ page, enter, organization, database }) => {
  const id = await addPlaybook(organization, database);
  await database.query(
    `insert into public.automation_runs (organization_id, playbook_id, trigger_event, status, error, triggered_by)
     values ($1, $2, 'manual', 'failed', 'no_opportunity', $3)`,
    [organization.id, id, organization.admin.id],
  );
  await enter(organization.member, "/agents/playbooks");
  await playbooksAreThere(page);
  await expect(page.getByRole("button", { name: "Add playbook" })).toHaveCount(0);
  await page.getByRole("link", { name: "Kickoff" }).click();
  await expect(record(page).getByRole("listitem", { name: /^Run of / })).toContainText("Failed");
  for (const name of ["Run", "Pause", "Archive", "Edit playbook", "Retry from the failed step"]) {
    await expect(page.getByRole("button", { name, exact: true })).toHaveCount(0);
  }
});
