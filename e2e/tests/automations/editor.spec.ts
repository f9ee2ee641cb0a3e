// Can a playbook be written with its steps in order, by keyboard and by pointer, and is nothing typed ever lost?

import { expect, isKept, test } from "../../fixtures.ts";
import { actions, addPlaybook, dialog, playbooksAreThere, record, steps } from "../../playbooks.ts";

test("writes a playbook by keyboard, with its steps in order", async ({ page, enter, organization }) => {
  await enter(organization.admin, "/agents/playbooks");
  await playbooksAreThere(page);
  await expect(page.getByText("No playbook yet")).toBeVisible();
  await page.getByRole("button", { name: "Add playbook" }).press("Enter");
  await dialog(page).getByLabel("Name", { exact: true }).fill("Onboarding");
  await dialog(page).getByLabel("Starts when").selectOption("A person starts it");
  const add = dialog(page).getByRole("button", { name: "Add step" });
  await add.press("Enter");
  // The focus is where the step says what it does.
  await expect(steps(page).nth(0).getByLabel("What it does")).toBeFocused();
  await steps(page).nth(0).getByLabel("What it does").selectOption("Plan invoices");
  await steps(page).nth(0).getByLabel("Invoices").fill("61");
  await add.press("Enter");
  await steps(page).nth(1).getByLabel("What it does").selectOption("Make a card");
  await steps(page).nth(1).getByLabel("Title").fill("Workshop");
  await dialog(page).getByRole("button", { name: "Save" }).press("Enter");
  const problem = "Step 1, invoices: This is outside of what is possible.";
  await expect(dialog(page).getByRole("alert")).toContainText(problem);
  await dialog(page).getByRole("alert").getByRole("link", { name: problem }).press("Enter");
  await expect(steps(page).nth(0).getByLabel("Invoices")).toBeFocused();
  await steps(page).nth(0).getByLabel("Invoices").fill("3");

  await dialog(page).getByRole("button", { name: "Move step 2 up" }).press("Enter");
  await expect(dialog(page).getByText("Step 2 is step 1 now.")).toBeAttached();
  expect(await actions(page)).toEqual(["Make a card", "Plan invoices"]);
  await dialog(page).getByRole("button", { name: "Save" }).press("Enter");
  await expect(record(page).getByRole("heading", { name: "Onboarding" })).toBeVisible();
  await expect(record(page).locator(".playbook-steps > li")).toContainText([
    /Make a card · Sales.*“Workshop”/,
    /Plan invoices.*3 monthly drafts that add up to the amount to the cent/,
  ]);
  await expect(record(page)).toContainText("Draft");
  await record(page).getByRole("button", { name: "Activate" }).press("Enter");
  await expect(record(page).getByRole("button", { name: "Pause" })).toBeVisible();
  await page.reload();
  await expect(record(page).getByRole("heading", { name: "Onboarding" })).toBeVisible();
  await expect(record(page)).toContainText("Active");
});

test("moves a step with the pointer, and takes one out", async ({ page, enter, organization, database }) => {
  // Both steps are on screen.
  await page.setViewportSize({ width: 1440, height: 1300 });
  const id = await addPlaybook(organization, database);
  await enter(organization.admin, `/agents/playbooks/${id}`);
  await record(page).getByRole("button", { name: "Edit playbook" }).click();
  expect(await actions(page)).toEqual(["Make a card", "Plan invoices"]);
  const grip = await steps(page).nth(1).locator(".step-grip").boundingBox();
  const first = await steps(page).nth(0).boundingBox();
  if (!grip || !first) throw new Error("no steps to drag");
  await page.mouse.move(grip.x + 8, grip.y + 8);
  await page.mouse.down();
  await page.mouse.move(grip.x + 8, grip.y - 30, { steps: 4 });
  await page.mouse.move(first.x + 30, first.y + 20, { steps: 4 });
  await page.mouse.up();
  await expect.poll(() => actions(page)).toEqual(["Plan invoices", "Make a card"]);
  await dialog(page).getByRole("button", { name: "Remove step 1" }).click();
  expect(await actions(page)).toEqual(["Make a card"]);
  await dialog(page).getByRole("button", { name: "Save" }).click();
  await expect(dialog(page)).toBeHidden();
  await expect(record(page).locator(".playbook-steps > li")).toHaveCount(1);
  // The step that stayed is the one it was.
  const [step] = await organization.query<{ position: number; version: number; config: { title: string } }>(
    "select position, version, config from public.automation_steps where organization_id = $1",
  );
  expect(step).toEqual({ position: 0, version: 1, config: { title: "Workshop" } });
});

test("asks before input is lost, and brings it back", async ({ page, enter, organization, database }) => {
  const id = await addPlaybook(organization, database);
  await enter(organization.admin, `/agents/playbooks/${id}`);
  await record(page).getByRole("button", { name: "Edit playbook" }).click();
  await steps(page).nth(0).getByLabel("Title").fill("First workshop");
  await isKept(page, `draft:${id}:playbook`);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("alertdialog", { name: "Unsaved input" })).toBeVisible();
  await page.getByRole("button", { name: "Close without saving" }).click();
  await expect(dialog(page)).toBeHidden();
  await record(page).getByRole("button", { name: "Edit playbook" }).click();
  await expect(dialog(page).getByText("Your unsaved input was brought back.")).toBeVisible();
  await expect(steps(page).nth(0).getByLabel("Title")).toHaveValue("First workshop");
});

test("two people edit: what only one changed is kept, for the rest somebody chooses", async ({
  page,
  enter,
  beside,
  organization,
  database,
  troubles,
}) => {
  troubles.allow(/^409 PUT \/api\/automations\/playbooks/);
  const id = await addPlaybook(organization, database);
  const path = `/agents/playbooks/${id}`;
  await enter(organization.admin, path);
  const colleague = await beside(organization.admin, path);
  for (const window of [page, colleague]) {
    await record(window).getByRole("button", { name: "Edit playbook" }).click();
    await expect(steps(window)).toHaveCount(2);
  }
  await dialog(colleague).getByLabel("What it is for").fill("For every new client.");
  await steps(colleague).nth(0).getByLabel("Title").fill("Their workshop");
  await dialog(colleague).getByRole("button", { name: "Save" }).click();
  await expect(dialog(colleague)).toBeHidden();

  await dialog(page).getByLabel("Name", { exact: true }).fill("Kickoff of ours");
  await steps(page).nth(0).getByLabel("Title").fill("Our workshop");
  await dialog(page).getByRole("button", { name: "Save" }).click();
  const conflict = dialog(page).locator(".form-conflict");
  await expect(conflict).toContainText("Somebody else changed this in the meantime.");
  const line = conflict.getByRole("row").filter({ hasText: "Steps" });
  await expect(line).toContainText("“Our workshop”");
  await expect(line).toContainText("“Their workshop”");
  await expect(conflict.getByRole("row")).toHaveCount(2);
  await dialog(page).getByRole("button", { name: "Keep mine" }).click();
  await expect(dialog(page)).toBeHidden();
  await expect(record(page).getByRole("heading", { name: "Kickoff of ours" })).toBeVisible();
  await expect(record(page)).toContainText("For every new client.");
  await expect(record(page)).toContainText("“Our workshop”");
});
