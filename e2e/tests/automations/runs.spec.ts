// Does a run do its steps once, tell what each made, and go on from the step that failed?

import type { Page } from "@playwright/test";
import type { Database, Organization } from "../../database.ts";
import { expect, test } from "../../fixtures.ts";
import { deal, layOut, pipelineIsThere } from "../../pipeline.ts";
import { addPlaybook, dialog, made, playbooksAreThere, record, runs, workerPasses } from "../../playbooks.ts";

/** Says what the opportunity "Mill retrofit" is worth. */
async function worth(database: Database, organization: Organization, amount: number): Promise<void> {
  await database.query("update public.opportunities set amount = $2 where organization_id = $1 and name = 'Mill retrofit'", [
    organization.id,
    amount,
  ]);
}

/** Starts a run of the open playbook for it. */
async function runForMill(page: Page): Promise<void> {
  await record(page).getByRole("button", { name: "Run", exact: true }).click();
  await dialog(page).getByLabel("Opportunity").fill("mill");
  await dialog(page).getByRole("button", { name: /^Mill retrofit/ }).click();
  await dialog(page).getByRole("button", { name: "Run", exact: true }).click();
  await expect(runs(page)).toContainText("Queued");
}

test("runs for an opportunity and tells what each step made", async ({
  page,
  enter,
  organization,
  database,
  stack,
}) => {
  await layOut(organization, database);
  const id = await addPlaybook(organization, database);
  await enter(organization.admin, `/agents/playbooks/${id}`);
  await expect(record(page).getByText("It has not run yet.")).toBeVisible();
  await record(page).getByRole("button", { name: "Run", exact: true }).click();
  await dialog(page).getByRole("button", { name: "Run", exact: true }).click();
  await expect(dialog(page).getByRole("alert")).toContainText("Fill this in.");
  await dialog(page).getByLabel("Opportunity").fill("depot");
  await dialog(page).getByRole("button", { name: /^Depot lease/ }).click();
  await expect(dialog(page).getByText("Depot lease")).toBeVisible();
  // Two clicks are one run.
  await dialog(page).getByRole("button", { name: "Run", exact: true }).dblclick();
  await expect(dialog(page)).toBeHidden();
  await expect(runs(page)).toHaveCount(1);
  await expect(runs(page)).toContainText("Queued");
  await expect(runs(page).getByRole("link", { name: "Depot lease" })).toBeVisible();

  await workerPasses(page, stack);
  await expect(runs(page)).toContainText("Succeeded");
  await expect(runs(page).locator(".run-steps > li")).toContainText([/Done.*Make a card/, /Done.*Plan invoices.*3 draft invoices/]);
  expect(await made(database, organization)).toBe("1 | 13333.50 13333.50 13333.50");
  // The list beside it knows.
  await record(page).getByRole("button", { name: "Close the playbook" }).click();
  await expect(page.getByRole("row", { name: /^Kickoff/ })).toContainText("Succeeded");
  await expect(page.getByRole("link", { name: "Kickoff" })).toBeFocused();
});

test("a failed run is retried from the step that failed, and makes nothing twice", async ({
  page,
  enter,
  organization,
  database,
  stack,
}) => {
  await layOut(organization, database);
  const id = await addPlaybook(organization, database);
  await worth(database, organization, 0.02);
  await enter(organization.admin, `/agents/playbooks/${id}`);
  await runForMill(page);
  await workerPasses(page, stack);
  await expect(runs(page)).toContainText("The opportunity is worth less than a cent for each invoice.");
  await expect(runs(page).locator(".run-steps > li")).toContainText([/Done.*Make a card/, /Failed.*Plan invoices/]);
  expect(await made(database, organization)).toBe("1");

  await worth(database, organization, 100);
  await runs(page).getByRole("button", { name: "Retry from the failed step" }).dblclick();
  await expect(runs(page)).toContainText("Queued");
  await expect(runs(page).locator(".run-steps > li")).toContainText([/Done.*Make a card/, /Waiting.*Plan invoices/]);
  await workerPasses(page, stack);
  await expect(runs(page)).toContainText("Succeeded");
  expect(await made(database, organization)).toBe("1 | 33.33 33.33 33.34");
});

test("a win starts its playbook, and leads to the run", async ({ page, enter, organization, database, stack }) => {
  await layOut(organization, database);
  const id = await addPlaybook(organization, database);
  await database.query("update public.automation_playbooks set trigger_event = 'closed_won' where id = $1", [id]);
  await enter(organization.admin, "/pipeline");
  await pipelineIsThere(page);
  await deal(page, "Quarry survey").focus();
  await page.keyboard.press("Shift+ArrowRight");
  await dialog(page).getByRole("button", { name: "Mark as won" }).click();
  await dialog(page).getByRole("link", { name: "See its run" }).click();
  await playbooksAreThere(page);
  await expect(page).toHaveURL(new RegExp(`/agents/playbooks/${id}\\?run=`));
  await expect(runs(page)).toContainText("An opportunity was won by Corin Vashley");
  await workerPasses(page, stack);
  await expect(runs(page)).toContainText("Succeeded");
  await record(page).getByRole("button", { name: "Show all runs" }).click();
  await expect(runs(page)).toHaveCount(1);
});

test("a playbook is started from the panel of what was won, once", async ({ page, enter, organization, database, stack }) => {
  await layOut(organization, database);
  const id = await addPlaybook(organization, database);
  await database.query(
    `insert into public.automation_playbooks (organization_id, name, status, created_by) values ($1, 'Asleep', 'paused', $2)`,
    [organization.id, organization.admin.id],
  );
  await enter(organization.admin, "/pipeline");
  await pipelineIsThere(page);
  await page.getByRole("link", { name: "Quarry survey" }).click();
  const panel = page.getByRole("region", { name: "Quarry survey" });
  await expect(panel.getByRole("tab", { name: "History" })).toBeVisible();
  await expect(panel.getByRole("button", { name: "Run playbook" }), "nothing is won yet").toHaveCount(0);
  await panel.getByRole("button", { name: "Move to another stage" }).click();
  await panel.getByRole("menuitem", { name: "Move to Won" }).click();
  await dialog(page).getByRole("button", { name: "Mark as won" }).click();
  await dialog(page).getByRole("button", { name: "Done" }).click();
  await panel.getByRole("button", { name: "Run playbook" }).click();
  await dialog(page).getByRole("button", { name: "Run", exact: true }).click();
  await expect(dialog(page).getByLabel("Playbook")).toHaveAccessibleDescription(/Fill this in/);
  await expect(dialog(page).getByLabel("Playbook").getByRole("option")).toHaveText(["Choose a playbook", "Kickoff"]);
  await dialog(page).getByLabel("Playbook").selectOption("Kickoff");
  await dialog(page).getByRole("button", { name: "Run", exact: true }).dblclick();
  await expect(dialog(page)).toBeHidden();
  await expect(panel.getByText("A run of “Kickoff” waits for the worker.")).toBeVisible();
  await panel.getByRole("tab", { name: "History" }).click();
  const listed = panel.getByRole("region", { name: "Playbooks" }).getByRole("listitem");
  await expect(listed).toHaveText([/Kickoff\s*Queued/]);
  await workerPasses(page, stack);
  await expect(listed).toHaveText([/Kickoff\s*Succeeded/]);
  expect(await made(database, organization)).toBe("1 | 26666.66 26666.66 26666.68");
  await listed.getByRole("link", { name: "Kickoff" }).click();
  await expect(page).toHaveURL(new RegExp(`/agents/playbooks/${id}\\?run=`));
  await expect(runs(page)).toContainText("Started by Corin Vashley");
  // Each step says how it was to be done.
  await expect(runs(page).locator(".run-steps > li")).toContainText(["“Workshop”", "3 monthly drafts"]);
});

test("a retry does what the run began with, whatever became of the playbook", async ({ page, enter, organization, database, stack }) => {
  await layOut(organization, database);
  const id = await addPlaybook(organization, database);
  await worth(database, organization, 0.02);
  await enter(organization.admin, `/agents/playbooks/${id}`);
  await runForMill(page);
  await workerPasses(page, stack);
  await expect(runs(page)).toContainText("Failed");
  await record(page).getByRole("button", { name: "Edit playbook" }).click();
  await dialog(page).getByRole("button", { name: "Remove step 2" }).click();
  await dialog(page).getByRole("button", { name: "Save" }).click();
  await expect(dialog(page)).toBeHidden();
  await worth(database, organization, 100);
  await runs(page).getByRole("button", { name: "Retry from the failed step" }).click();
  await expect(runs(page)).toContainText("Queued");
  await workerPasses(page, stack);
  await expect(runs(page)).toContainText("Succeeded");
  expect(await made(database, organization)).toBe("1 | 33.33 33.33 33.34");
});

test("each persona does what it may", async ({ page, enter, beside, stack, organization, database }) => {
  const id = await addPlaybook(organization, database);
  await enter(organization.member, "/clients");
  const places = page.getByRole("navigation", { name: "Main" });
  await expect(places.getByRole("link", { name: "Pipeline" })).toBeVisible();
  await expect(places.getByRole("link", { name: "Playbooks" })).toHaveCount(0);
  await page.goto(`/agents/playbooks/${id}`);
  await expect(record(page).getByRole("heading", { name: "Kickoff" })).toBeVisible();
  for (const name of ["Run", "Pause", "Archive", "Edit playbook", "Add playbook"]) {
    await expect(page.getByRole("button", { name, exact: true })).toHaveCount(0);
  }
  const director = await beside(stack.account("director"), "/agents/playbooks");
  await director.getByRole("link", { name: "Closed-won kickoff" }).click();
  await expect(record(director).getByRole("button", { name: "Run", exact: true })).toBeVisible();
  await expect(record(director).getByRole("button", { name: "Edit playbook" })).toHaveCount(0);
  const customer = await beside(stack.account("client"), "/agents/playbooks");
  await expect(customer.getByRole("heading", { name: "Playbooks are for staff" })).toBeVisible();
});

test("an archived playbook is kept, and stays as it is", async ({ page, enter, organization, database }) => {
  const id = await addPlaybook(organization, database);
  await enter(organization.admin, `/agents/playbooks/${id}?status=archived`);
  await record(page).getByRole("button", { name: "Archive" }).click();
  await expect(dialog(page)).toContainText("It runs no more and cannot be brought back.");
  await dialog(page).getByRole("button", { name: "Archive" }).click();
  await expect(record(page).locator(".record-line").first()).toContainText("Archived");
  await expect(record(page).getByRole("button", { name: "Edit playbook" })).toHaveCount(0);
  await expect(record(page).getByRole("button", { name: "Run", exact: true })).toHaveCount(0);
  await expect(page.getByRole("row", { name: /^Kickoff/ })).toContainText("Archived");
});
