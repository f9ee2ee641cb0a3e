// Can the work with a client be done: discovery, data, deliverables, money, onboarding, and what happened?

import { expect, readsAreForgotten, test } from "../../fixtures.ts";
import { clientWithRows, form, openTab, press, record, recordIsThere } from "../../record.ts";
import { answered } from "../../time.ts";

let client: string;

test.beforeEach(async ({ organization, enter, page }) => {
  client = await clientWithRows(organization);
  await enter(organization.admin, `/clients/${client}`);
  await recordIsThere(page);
});

test("fills in the three forms, as a draft and complete", async ({ page, database }) => {
  const tab = await openTab(page, "discovery");
  for (const form of ["Gap selling", "Clarity gap", "Revenue research"]) {
    await expect(tab.getByRole("region", { name: form })).toContainText("Not begun");
  }
  await tab.getByRole("button", { name: "Edit Gap selling" }).click();
  await press(page, "Save and complete");
  await expect(form(page).getByLabel("Current state")).toHaveAttribute("aria-invalid", "true");
  await form(page).getByLabel("Current state").fill("Two people, one spreadsheet");
  await press(page, "Save draft");
  const card = tab.getByRole("region", { name: "Gap selling" });
  await expect(card).toContainText("Draft");
  await expect(card).toContainText("Two people, one spreadsheet");
  await card.getByRole("button", { name: "Edit Gap selling" }).click();
  await form(page).getByLabel("Impact").fill("A tenth of the revenue");
  await press(page, "Save and complete");
  await expect(card).toContainText("Completed by Corin Vashley");
  const row = await database.one<{ answers: unknown }>(
    "select answers from public.discovery_responses where client_id = $1",
    [client],
  );
  expect(row.answers).toEqual({ current_state: "Two people, one spreadsheet", impact: "A tenth of the revenue" });
});

test("adds, answers, orders and removes questions", async ({ page }) => {
  const tab = await openTab(page, "discovery");
  const heads = tab.getByRole("table", { name: "Questions" }).getByRole("rowheader");
  await expect(heads).toHaveText(["What is sold first?", "Who renews?"]);
  await tab.getByRole("button", { name: "Add question" }).click();
  await form(page).getByLabel("Question").fill("What is refunded?");
  await form(page).getByLabel("Expected impact").fill("-1,500");
  await press(page, "Add question");
  await expect(heads).toHaveText(["What is sold first?", "Who renews?", "What is refunded?"]);
  await expect(tab).toContainText("−$1,500");
  await tab.getByRole("row", { name: /What is refunded/ }).getByRole("button", { name: "Move question up" }).click();
  await expect(heads).toHaveText(["What is sold first?", "What is refunded?", "Who renews?"]);
  await tab.getByRole("button", { name: "Remove What is sold first?" }).click();
  await press(page, "Remove");
  await expect(heads).toHaveText(["What is refunded?", "Who renews?"]);
  await answered(page);
  await page.reload();
  await expect(heads).toHaveText(["What is refunded?", "Who renews?"]);
});

test("writes a note on one of its opportunities, and goes to it", async ({ page, organization, database }) => {
  await openTab(page, "activity");
  await expect(page.getByRole("button", { name: "Add note" })).toHaveCount(0);
  const [deal] = await organization.query<{ id: string }>(
    `insert into public.opportunities (organization_id, client_id, name, stage, amount, owner_id)
     select organization_id, id, 'Harbour audit', 'Qualify', 1000, owner_id from public.clients where organization_id = $1
     returning id`,
  );
  await readsAreForgotten();
  await page.reload();
  const tab = page.getByRole("tabpanel", { name: "Activity" });
  await tab.getByRole("button", { name: "Add note" }).click();
  await press(page, "Add note");
  await expect(form(page).getByLabel("Note")).toHaveAttribute("aria-invalid", "true");
  await form(page).getByLabel("Note").fill("They want it <b>soon</b>.");
  await press(page, "Add note");
  await expect(tab).toContainText("They want it <b>soon</b>.");
  const notes = await database.query("select 1 from public.opportunity_notes where opportunity_id = $1", [deal?.id]);
  expect(notes).toHaveLength(1);
  await openTab(page, "overview");
  await page.getByRole("link", { name: "Harbour audit" }).click();
  await expect(page).toHaveURL(new RegExp(`/pipeline/${deal?.id}`));
});

test("says what changed since the last review, also in the panel of reviews", async ({ page, database, troubles }) => {
  troubles.allow(/^422 PATCH /);
  const [day] = await database.query<{ day: string }>(
    `insert into public.client_health_history (organization_id, client_id, snapshot_date, health, churn_risk, source)
     select organization_id, id, current_date - 90, health - 10, churn_risk + 4, 'daily' from public.clients where id = $1
     returning (current_date - 80)::text as day`,
    [client],
  );
  await page.getByRole("button", { name: "Edit client" }).click();
  await form(page).getByLabel("Last QBR").fill("2099-01-01");
  await press(page, "Save");
  await expect(form(page).getByLabel("Last QBR")).toHaveAttribute("aria-invalid", "true");
  await form(page).getByLabel("Last QBR").fill(day?.day ?? "");
  await press(page, "Save");
  const health = record(page).getByRole("region", { name: "Health over time" });
  await expect(health).toContainText(/Since the QBR on .*: health up 10, churn risk down 4, TRS up 7\./);
  await expect(page.locator("#qbr")).toContainText(/TRS \+7/);
});

test("groups data sources, refuses a duplicate in place, counts readiness", async ({ page }) => {
  const tab = await openTab(page, "data");
  await expect(tab.getByRole("table", { name: "Needed" }).getByRole("rowheader")).toHaveText("Ledger");
  await tab.getByRole("button", { name: "Add data source" }).click();
  await form(page).getByLabel("Name").fill("crm");
  await press(page, "Add data source");
  await expect(form(page).getByLabel("Name")).toHaveAttribute("aria-invalid", "true");
  await form(page).getByLabel("Name").fill("Support desk");
  await form(page).getByLabel("Status").selectOption("collected");
  await press(page, "Add data source");
  await expect(tab.getByRole("table", { name: "Collected" }).getByRole("rowheader")).toHaveText("Support desk");
  await openTab(page, "overview");
  await expect(record(page)).toContainText("Data readiness: 2 of 3 required sources are available or collected.");
});

test("keeps deliverables, links out without a trace, and refuses script links", async ({ page, database }) => {
  const tab = await openTab(page, "deliverables");
  const link = tab.getByRole("link", { name: "Open Growth plan in a new tab" });
  await expect(link).toHaveAttribute("rel", "noopener noreferrer");
  await expect(link).toHaveAttribute("target", "_blank");
  await tab.getByRole("button", { name: "Add deliverable" }).click();
  await form(page).getByLabel("Title").fill("Growth plan");
  await form(page).getByLabel("Link").fill("javascript:alert(1)");
  await press(page, "Add deliverable");
  await expect(form(page).getByLabel("Link")).toHaveAttribute("aria-invalid", "true");
  await form(page).getByLabel("Link").fill("https://example.com/second");
  await form(page).getByLabel("Shared until").fill("2027-03-31");
  await press(page, "Add deliverable");
  await expect(tab.getByRole("rowheader", { name: "Growth plan" })).toHaveCount(2);
  await expect(tab).toContainText("31 Mar 2027");
  await expect
    .poll(
      () =>
        database.query(
          `select (share_expires_at at time zone 'America/New_York')::text as until from public.client_deliverables
           where client_id = $1 and reference = 'growth-plan'`,
          [client],
        ),
      "the end of the day where the organization is",
    )
    .toEqual([{ until: "2027-04-01 00:00:00" }]);
});

test("shows the money, and edits terms where there are any", async ({ page, organization }) => {
  const tab = await openTab(page, "finance");
  await expect(tab).toContainText("there is none yet");
  await organization.query(
    `insert into public.finance (organization_id, client_id, monthly_fee) values ($1, '${client}', 4000)
     on conflict do nothing`,
  );
  await readsAreForgotten();
  await page.reload();
  await tab.getByRole("button", { name: "Edit terms" }).click();
  await form(page).getByLabel("Arrangement").selectOption("advisory");
  await form(page).getByLabel("Fee per month").fill("-5");
  await press(page, "Save");
  await expect(form(page).getByLabel("Fee per month")).toHaveAttribute("aria-invalid", "true");
  await form(page).getByLabel("Fee per month").fill("5 500");
  await press(page, "Save");
  await expect(tab).toContainText("Advisory");
  await expect(tab).toContainText("$5,500");
});

test("tells what happened, newest first, with what changed", async ({ page }) => {
  await page.getByRole("button", { name: "Edit client" }).click();
  await form(page).getByLabel("Region").fill("Coast");
  await press(page, "Save");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  const tab = await openTab(page, "activity");
  const first = tab.getByRole("listitem").first();
  await expect(first).toContainText("Client was edited");
  await expect(first).toContainText("Corin Vashley");
  await expect(first).toContainText("region: – → Coast");
  await tab.getByLabel("Show").selectOption("health");
  await expect(page).toHaveURL(/kind=health/);
  await expect(tab.getByRole("listitem").first()).toContainText("Health 72");
  await tab.getByLabel("Show").selectOption("meeting");
  await expect(tab).toContainText("Nothing of this kind so far.");
});

test("starts the onboarding, names what was added, and sets phase and status", async ({ page, database }) => {
  const tab = await openTab(page, "onboarding");
  await expect(tab.locator("[aria-current=step]")).toHaveText("Discovery");
  await tab.getByLabel("Set phase").selectOption("Algorithm");
  await expect(tab.locator("[aria-current=step]")).toHaveText("Algorithm");
  await tab.getByRole("button", { name: /Start onboarding|Complete the onboarding set/ }).click();
  await expect(page.locator(".record-notice")).toContainText(/Added: .+|Everything was there already/);
  await tab.getByLabel("Set status").selectOption("paused");
  await expect
    .poll(async () => (await database.one("select status from public.clients where id = $1", [client]))["status"])
    .toBe("paused");
});
