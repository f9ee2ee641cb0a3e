// In which states must the page be fit to be seen? Each is brought about for real.

import type { Page } from "@playwright/test";
import type { Database } from "./database.ts";
import { expect, fillSignIn, live, mark, panel } from "./fixtures.ts";
import { overviewIsThere } from "./overview.ts";
import { openPalette, option, palette } from "./palette.ts";
import { BAD_ROWS, checkRows, chooseFile } from "./imports.ts";
import { financeIsThere, layOutMoney } from "./finance.ts";
import { pipelineIsThere } from "./pipeline.ts";
import { playbooksAreThere } from "./playbooks.ts";
import { recordIsThere, TABS } from "./record.ts";
import { LONG, MANY } from "./samples.ts";
import type { Persona, Stack } from "./stack.ts";
import { pass } from "./time.ts";
import type { Troubles } from "./troubles.ts";

/** What a scene may use. */
export interface Stage {
  page: Page;
  stack: Stack;
  database: Database;
  troubles: Troubles;
  openSignedOut: (path: string) => Promise<void>;
  enter: (who: Persona | { email: string }, path?: string) => Promise<void>;
}

const REFUSED = /^503 GET \/api\/clients/;

/** The states, by the name of their picture. */
export const SCENES: Record<string, (stage: Stage) => Promise<void>> = {
  "sign-in": async ({ openSignedOut, page }) => {
    await openSignedOut("/sign-in");
    await expect(page.getByRole("region", { name: "Demo accounts" })).toBeVisible();
  },

  "sign-in-refused": async ({ openSignedOut, page, troubles }) => {
    troubles.allow("401 POST /api/session");
    await openSignedOut("/sign-in");
    await fillSignIn(page, "admin@example.com", "not the password");
    await expect(page.getByRole("alert")).toContainText("do not belong together");
  },

  loading: async ({ page, enter, stack, troubles }) => {
    troubles.allow(/^50[34] GET \/api\/clients/);
    await page.clock.install();
    await enter("admin", "/no/such/page");
    await expect(page.getByRole("link", { name: "Go to Clients" })).toBeVisible();
    await stack.play({ rest: { kind: "hang" } });
    await page.getByRole("link", { name: "Go to Clients" }).click();
    await expect(panel(page, "Churn risk").locator("[aria-busy=true]")).toBeVisible();
  },

  live: async ({ page, enter }) => {
    await enter("admin");
    await live(page);
  },

  empty: async ({ page, enter, database }) => {
    const { admin } = await database.organization();
    await enter(admin);
    await live(page);
  },

  "300-rows": async ({ page, enter, database }) => {
    const organization = await database.organization();
    await organization.addClients(MANY);
    await enter(organization.admin);
    await live(page);
    await expect(panel(page, "All clients")).toContainText("200 of 300 clients");
  },

  "long-names": async ({ page, enter, database }) => {
    const organization = await database.organization();
    await organization.addClients(LONG);
    await enter(organization.admin);
    await live(page);
  },

  outage: async ({ page, enter, stack, troubles }) => {
    troubles.allow(REFUSED);
    await page.clock.install();
    await enter("admin");
    await live(page);
    await stack.play({ rest: { kind: "refuse" } });
    // The age is rewritten every ten seconds.
    await pass(page, 375, 5);
    await expect(mark(page)).toContainText("(6 min ago), the database is unreachable");
  },

  failed: async ({ page, enter, stack, troubles }) => {
    troubles.allow(REFUSED);
    await page.clock.install();
    await enter("admin", "/no/such/page");
    await expect(page.getByRole("link", { name: "Go to Clients" })).toBeVisible();
    await stack.play({ rest: { kind: "refuse" } });
    await page.getByRole("link", { name: "Go to Clients" }).click();
    await expect(panel(page, "All clients").getByRole("button", { name: "View sample data" })).toBeVisible();
  },

  sample: async (stage) => {
    await SCENES["failed"]?.(stage);
    await panel(stage.page, "All clients").getByRole("button", { name: "View sample data" }).click();
    await expect(mark(stage.page)).toContainText("Sample data");
  },

  denied: async ({ page, enter }) => {
    await enter("client");
    await expect(page.getByRole("heading", { name: "The clients list is for staff" })).toBeVisible();
  },

  enlarged: async ({ page, enter }) => {
    await enter("admin", "/clients?panel=health");
    await live(page);
  },

  "palette-empty": async ({ page, enter }) => {
    await enter("admin");
    await live(page);
    await openPalette(page);
    await page.keyboard.type("emberfold");
    await expect(option(page, /^Emberfold Robotics/)).toBeVisible();
    await page.keyboard.press("Enter");
    await page.goBack();
    await live(page);
    await openPalette(page);
    await expect(palette(page).getByRole("group", { name: "Recent" })).toBeVisible();
  },

  "palette-results": async ({ page, enter }) => {
    await enter("admin");
    await live(page);
    await openPalette(page);
    await page.keyboard.type("re");
    await expect(palette(page).getByRole("group", { name: "Opportunities" })).toBeVisible();
  },

  "palette-nothing": async ({ page, enter }) => {
    await enter("admin");
    await live(page);
    await openPalette(page);
    await page.keyboard.type("zzyzx");
    await expect(palette(page).getByText("No results for")).toBeVisible();
  },

  "palette-unavailable": async ({ page, enter, stack, troubles }) => {
    troubles.allow(/^503 GET \/api\//);
    await enter("admin");
    await live(page);
    await stack.play({ rest: { kind: "refuse" } });
    await openPalette(page);
    await page.keyboard.type("client");
    await expect(palette(page).getByRole("group", { name: "Search is unavailable" })).toBeVisible();
  },

  "palette-long": async ({ page, enter, database }) => {
    const organization = await database.organization();
    await organization.addClients(LONG);
    await enter(organization.admin);
    await live(page);
    await openPalette(page);
    await page.keyboard.type("ho");
    await expect(option(page, /^Emberfold Robotics and/)).toBeVisible();
  },

  shortcuts: async ({ page, enter }) => {
    await enter("admin");
    await live(page);
    await page.keyboard.press("?");
    await expect(page.getByRole("heading", { name: "In a table" })).toBeVisible();
  },

  ...Object.fromEntries(
    (Object.keys(TABS) as (keyof typeof TABS)[]).map((tab) => [
      `record-${tab}`,
      async ({ page, enter, database }: Stage) => {
        await enter("admin", `/clients/${await demoClient(database)}?tab=${tab}`);
        await recordIsThere(page);
        await expect(page.getByRole("tabpanel").locator("[aria-busy]")).toHaveCount(0);
      },
    ]),
  ),

  "record-form": async ({ page, enter, database }) => {
    await enter("admin", `/clients/${await demoClient(database)}`);
    await recordIsThere(page);
    await page.getByRole("button", { name: "Edit client" }).click();
    await page.getByLabel("Contract ARR").fill("a lot");
    await page.getByRole("dialog").getByRole("button", { name: "Save", exact: true }).click();
    await expect(page.getByLabel("Contract ARR")).toHaveAttribute("aria-invalid", "true");
  },

  "record-read-only": async ({ page, enter, database }) => {
    await enter("member", `/clients/${await demoClient(database)}?view=page`);
    await recordIsThere(page);
  },

  "record-missing": async ({ page, enter, troubles }) => {
    troubles.allow(/^404 GET \/api\/clients\//);
    await enter("admin", "/clients/00000000-0000-4000-8000-00000000dead");
    await expect(page.getByText("No such client")).toBeVisible();
  },

  "record-outage": async ({ page, enter, database, stack, troubles }) => {
    troubles.allow(/^503 GET \/api\/clients/);
    await enter("admin", `/clients/${await demoClient(database)}`);
    await recordIsThere(page);
    await stack.play({ rest: { kind: "refuse" } });
    await page.keyboard.press("r");
    await expect(page.locator(".record-bar .freshness")).toContainText("As of");
  },

  overview: async ({ page, enter }) => {
    await enter("admin", "/");
    await overviewIsThere(page);
  },

  "overview-empty": async ({ page, enter, database }) => {
    const { admin } = await database.organization();
    await enter(admin, "/");
    await overviewIsThere(page);
  },

  "overview-member": async ({ page, enter }) => {
    await enter("member", "/?scope=ytd");
    await overviewIsThere(page);
  },

  "overview-part": async ({ page, enter }) => {
    await enter("admin", "/?segment=enterprise&owner=me");
    await overviewIsThere(page);
    await page.getByRole("button", { name: "Segment and owner" }).click();
    await expect(page.getByLabel("Owner of the clients")).toHaveValue("me");
  },

  "overview-impossible-days": async ({ page, enter }) => {
    await enter("admin", "/?from=2026-03-31&to=2026-03-01");
    await expect(page.getByRole("alert")).toContainText("The last day is before the first one.");
  },

  "overview-then": async ({ page, enter }) => {
    await enter("admin", "/");
    await overviewIsThere(page);
    await page.getByRole("heading", { name: "Then and today" }).click();
    await expect(page.getByRole("table", { name: "Figures then and today" })).toBeVisible();
  },

  "pipeline-board": async ({ page, enter }) => {
    await enter("admin", "/pipeline");
    await pipelineIsThere(page);
  },

  "pipeline-owners": async ({ page, enter }) => {
    await enter("admin", "/pipeline?lane=owner");
    await pipelineIsThere(page);
  },

  "pipeline-table": async ({ page, enter }) => {
    await enter("admin", "/pipeline?view=table&closed=1");
    await pipelineIsThere(page);
  },

  "pipeline-columns": async ({ page, enter }) => {
    await enter("admin", "/pipeline?view=table&cols=client,stage,amount,close,score");
    await pipelineIsThere(page);
    await page.getByRole("button", { name: "Columns", exact: true }).click();
    await expect(page.getByText("Opportunity (always)")).toBeVisible();
  },

  "pipeline-views": async ({ page, enter, database }) => {
    const organization = await database.organization();
    await database.query(
      `insert into public.saved_views (organization_id, user_id, workspace, name, query, is_shared) values
         ($1, $2, 'pipeline', 'Closing this month', 'close=30', true), ($1, $2, 'pipeline', 'Mine, largest first', 'owner=me&sort=-amount', false)`,
      [organization.id, organization.admin.id],
    );
    await enter(organization.admin, "/pipeline");
    await pipelineIsThere(page);
    await page.getByRole("button", { name: "Views", exact: true }).click();
    await expect(page.getByRole("list", { name: "Saved views" }).getByRole("listitem")).toHaveCount(2);
  },

  "pipeline-bulk": async ({ page, enter }) => {
    await enter("admin", "/pipeline?view=table");
    await pipelineIsThere(page);
    await page.getByRole("checkbox", { name: "Choose all opportunities" }).check();
    await page.getByRole("button", { name: "Change stage" }).click();
    await page.getByRole("dialog").getByLabel("New stage").selectOption("Lost");
    await expect(page.getByLabel("Why were they lost?")).toBeVisible();
  },

  // A full board: 300 cards, of which a column draws some.
  "pipeline-large": async ({ page, enter, database }) => {
    await enter(await manyOpportunities(database), "/pipeline");
    await pipelineIsThere(page);
  },

  "pipeline-table-large": async ({ page, enter, database }) => {
    await enter(await manyOpportunities(database), "/pipeline?view=table");
    await pipelineIsThere(page);
  },

  "pipeline-table-empty": async ({ page, enter, database }) => {
    const { admin } = await database.organization();
    await enter(admin, "/pipeline?view=table");
    await pipelineIsThere(page);
  },

  "pipeline-forecast-empty": async ({ page, enter, database }) => {
    const { admin } = await database.organization();
    await enter(admin, "/pipeline?view=forecast");
    await pipelineIsThere(page);
    await expect(page.getByRole("heading", { name: "By close month" })).toBeVisible();
  },

  "pipeline-forecast": async ({ page, enter }) => {
    await enter("admin", "/pipeline?view=forecast");
    await pipelineIsThere(page);
    await expect(page.getByRole("heading", { name: "By close month" })).toBeVisible();
  },

  "pipeline-empty": async ({ page, enter, database }) => {
    const { admin } = await database.organization();
    await enter(admin, "/pipeline");
    await pipelineIsThere(page);
  },

  "pipeline-outage": async ({ page, enter, stack, troubles }) => {
    troubles.allow(/^503 GET \/api\/opportunities/);
    await enter("admin", "/pipeline");
    await pipelineIsThere(page);
    await stack.play({ rest: { kind: "refuse" } });
    await page.keyboard.press("r");
    await expect(page.locator(".page-head .freshness")).toContainText("As of");
  },

  "pipeline-denied": async ({ page, enter }) => {
    await enter("client", "/pipeline");
    await expect(page.getByRole("heading", { name: "The pipeline is for staff" })).toBeVisible();
  },

  // A Member moves own opportunities only.
  "pipeline-member": async ({ page, enter }) => {
    await enter("member", "/pipeline?view=table");
    await pipelineIsThere(page);
  },

  "pipeline-record": async ({ page, enter, database }) => {
    await enter("admin", `/pipeline/${await demoOpportunity(database)}`);
    await expect(page.getByRole("tab", { name: "Activities" })).toBeVisible();
  },

  "pipeline-record-won": async ({ page, enter, database }) => {
    await enter("admin", `/pipeline/${await wonOpportunity(database)}?tab=history`);
    await expect(page.getByRole("region", { name: "Playbooks" })).toBeVisible();
  },

  "pipeline-run": async ({ page, enter, database }) => {
    await enter("director", `/pipeline/${await wonOpportunity(database)}`);
    await page.getByRole("button", { name: "Run playbook" }).click();
    await expect(page.getByRole("dialog").getByLabel("Playbook")).toBeVisible();
  },

  "pipeline-prospect": async ({ page, enter }) => {
    await enter("admin", "/pipeline");
    await pipelineIsThere(page);
    await page.getByRole("button", { name: "Add prospect" }).click();
    await page.getByRole("dialog").getByLabel("Company").fill("Brindlecrest Frate");
    await expect(page.getByRole("button", { name: "Use Brindlecrest Freight" })).toBeVisible();
  },

  "pipeline-import": async ({ page, enter }) => {
    await enter("admin", "/pipeline?view=import");
    await expect(page.getByLabel("CSV file")).toBeVisible();
  },

  "pipeline-import-columns": async ({ page, enter }) => {
    await enter("admin", "/pipeline?view=import");
    await chooseFile(page, BAD_ROWS);
  },

  "pipeline-import-checked": async ({ page, enter }) => {
    await enter("admin", "/pipeline?view=import");
    await chooseFile(page, BAD_ROWS);
    await checkRows(page);
  },

  playbooks: async ({ page, enter }) => {
    await enter("admin", "/agents/playbooks");
    await playbooksAreThere(page);
  },

  "playbooks-empty": async ({ page, enter, database }) => {
    const { admin } = await database.organization();
    await enter(admin, "/agents/playbooks");
    await playbooksAreThere(page);
  },

  "playbooks-denied": async ({ page, enter }) => {
    await enter("client", "/agents/playbooks");
    await expect(page.getByRole("heading", { name: "Playbooks are for staff" })).toBeVisible();
  },

  "playbook-record": async ({ page, enter, database }) => {
    await enter("admin", `/agents/playbooks/${await demoPlaybook(database)}`);
    await expect(page.getByRole("button", { name: "Retry from the failed step" })).toBeVisible();
  },

  "playbook-edit": async ({ page, enter, database }) => {
    await enter("admin", `/agents/playbooks/${await demoPlaybook(database)}`);
    await page.getByRole("button", { name: "Edit playbook" }).click();
    await expect(page.getByRole("button", { name: "Move step 2 up" })).toBeVisible();
  },

  "playbook-start": async ({ page, enter, database }) => {
    await enter("director", `/agents/playbooks/${await demoPlaybook(database)}`);
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await page.getByLabel("Opportunity").fill("line");
    await expect(page.getByRole("list", { name: "Opportunities found" })).toBeVisible();
  },

  "finance-overview": async ({ page, enter }) => {
    await enter("admin", "/finance");
    await financeIsThere(page);
    await expect(page.getByRole("table", { name: "Collections queue" })).toBeVisible();
  },

  "finance-empty": async ({ page, enter, database }) => {
    const { admin } = await database.organization();
    await enter(admin, "/finance");
    await financeIsThere(page);
  },

  "finance-billing": async ({ page, enter }) => {
    await enter("admin", "/finance?tab=billing");
    await financeIsThere(page, "Billing");
  },

  "finance-300-invoices": async ({ page, enter, database }) => {
    const organization = await database.organization();
    await layOutMoney(
      organization,
      Array.from({ length: 300 }, (_, at) => [`INV-${at + 1}`, "Harrowmere Tea", 100 + at, 0, at % 90, 30 - (at % 90), at % 3 > 0]),
    );
    await enter(organization.admin, "/finance?tab=billing");
    await financeIsThere(page, "Billing");
    await expect(page.getByText("200 of 300 invoices")).toBeVisible();
  },

  "finance-invoice": async ({ page, enter, database }) => {
    const { id } = await database.one<{ id: string }>("select id from public.invoices where invoice_number = 'INV-1013'");
    await enter("admin", `/finance/invoices/${id}?tab=billing`);
    await expect(page.getByRole("table", { name: "Payments" })).toBeVisible();
  },

  "finance-draft": async ({ page, enter }) => {
    await enter("admin", "/finance?tab=billing");
    await financeIsThere(page, "Billing");
    await page.getByRole("button", { name: "New invoice" }).click();
    await page.getByRole("dialog").getByLabel("Description, line 1").fill("Workshop");
    await page.getByRole("dialog").getByLabel("Price, line 1").fill("1200");
  },

  "finance-subscriptions": async ({ page, enter }) => {
    await enter("admin", "/finance?tab=subscriptions");
    await financeIsThere(page, "Subscriptions");
    await expect(page.getByRole("table", { name: "MRR movement" })).toBeVisible();
  },

  "finance-expenses": async ({ page, enter }) => {
    await enter("admin", "/finance?tab=expenses");
    await financeIsThere(page, "Expenses");
  },

  "finance-cash": async ({ page, enter }) => {
    await enter("admin", "/finance?tab=cash");
    await financeIsThere(page, "Cash");
    await expect(page.getByRole("table", { name: "Outlook" })).toBeVisible();
  },

  "finance-pnl": async ({ page, enter }) => {
    await enter("admin", "/finance?tab=pnl");
    await expect(page.getByRole("table", { name: "Profit and loss by month" })).toBeVisible();
  },

  account: async ({ page, enter }) => {
    await enter("client", "/account");
    await expect(page.getByRole("region", { name: "Invoices" })).toBeVisible();
  },
};

/** A playbook of the demo with a run that failed. */
async function demoPlaybook(database: Database): Promise<string> {
  const { id } = await database.one<{ id: string }>(
    `select p.id from public.automation_playbooks p join public.automation_runs r on r.playbook_id = p.id
     where r.status = 'failed' limit 1`,
  );
  return id;
}

/** An opportunity of the demo with notes and activities. */
async function demoOpportunity(database: Database): Promise<string> {
  const { id } = await database.one<{ id: string }>(
    "select id from public.opportunities where name = 'Second line launch'",
  );
  return id;
}

/** An opportunity of the demo that was won, with a run of a playbook. */
async function wonOpportunity(database: Database): Promise<string> {
  const { id } = await database.one<{ id: string }>(
    `select o.id from public.opportunities o join public.automation_runs r on r.entity_id = o.id
     join public.organizations g on g.id = o.organization_id
     where o.stage = 'ClosedWon' and g.slug = 'marlowick' order by o.closed_at desc limit 1`,
  );
  return id;
}

/** The Admin of an organization with 300 opportunities. */
async function manyOpportunities(database: Database): Promise<{ email: string }> {
  const organization = await database.organization();
  await organization.addClients([{ name: "Harrowmere Tea", status: "prospect", owner: "member" }]);
  await database.query(
    `insert into public.opportunities (organization_id, client_id, name, stage, amount, owner_id, expected_close_date, next_step)
     select $1, c.id, 'Season contract ' || lpad(n::text, 3, '0'), (array['Prospect', 'Qualify', 'Proposal', 'Negotiation'])[1 + n % 4],
       1000 + n * 333.37, $2, (now() at time zone 'America/New_York')::date - 10 + n, case when n % 5 > 0 then 'Send the revised offer' end
     from public.clients c, generate_series(1, 300) n where c.organization_id = $1`,
    [organization.id, organization.member.id],
  );
  return organization.admin;
}

/** A client of the demo with rows in every tab. */
async function demoClient(database: Database): Promise<string> {
  const { id } = await database.one<{ id: string }>(
    "select id from public.clients where name = 'Emberfold Robotics' order by created_at limit 1",
  );
  return id;
}
