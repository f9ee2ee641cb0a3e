// What do the tests of a client's record have in common?

import { expect, type Page } from "@playwright/test";
import type { Database, Organization, Person } from "./database.ts";

/** The tabs, as the address and as people name them. */
export const TABS = {
  overview: "Overview",
  discovery: "Discovery",
  data: "Data",
  kanban: "Board",
  deliverables: "Deliverables",
  finance: "Finance",
  activity: "Activity",
  onboarding: "Onboarding",
} as const;

/** A client with one row of everything, in an organization of the test's own. */
export async function clientWithRows(organization: Organization): Promise<string> {
  await organization.addClients([
    { name: "Emberfold Robotics", phase: "Discovery", health: 72, churn_risk: 12, review_in: 20, arr: 81600 },
  ]);
  const [client] = await organization.query<{ id: string }>("select id from public.clients where organization_id = $1");
  const id = client?.id ?? "";
  await organization.query(
    `with c as (select $1::uuid as organization_id, '${id}'::uuid as client_id),
       p as (insert into public.contacts (organization_id, client_id, name, role, email)
         select c.*, 'Wren Talbot', 'Buyer', 'wren@example.com' from c),
       s as (insert into public.data_sources (organization_id, client_id, name, category, status, required)
         select c.*, 'CRM', 'Sales', 'available', true from c
         union all select c.*, 'Ledger', 'Billing', 'needed', true from c),
       q as (insert into public.discovery_questions (organization_id, client_id, position, question)
         select c.*, 0, 'What is sold first?' from c union all select c.*, 1, 'Who renews?' from c),
       d as (insert into public.client_deliverables (organization_id, client_id, reference, title, type, url)
         select c.*, 'plan', 'Growth plan', 'doc', 'https://example.com/plan' from c)
     insert into public.kanban_items (organization_id, client_id, title, status, position)
     select c.*, 'Collect exports', 'backlog', 0 from c
     union all select c.*, 'Map fields', 'backlog', 1 from c
     union all select c.*, 'Review funnel', 'doing', 0 from c`,
  );
  return id;
}

/** Makes a person the owner of the clients; a Member writes own ones only. */
export async function giveTo(organization: Organization, person: Person): Promise<void> {
  await organization.query(`update public.clients set owner_id = '${person.id}' where organization_id = $1`);
}

/** Opens the client's form and writes another industry. */
export async function writeIndustry(page: Page, industry: string): Promise<void> {
  await page.getByRole("button", { name: "Edit client" }).click();
  await page.getByLabel("Industry").fill(industry);
}

/** The industry is on screen and in the database. */
export async function industryIs(page: Page, database: Database, client: string, industry: string): Promise<void> {
  await expect(record(page)).toContainText(industry);
  const row = await database.one<{ industry: string }>("select industry from public.clients where id = $1", [client]);
  expect(row.industry).toBe(industry);
}

/** The record on screen. */
export function record(page: Page) {
  return page.getByRole("region", { name: "Emberfold Robotics" });
}

/** Opens a tab of the record. */
export async function openTab(page: Page, tab: keyof typeof TABS) {
  await page.getByRole("tab", { name: TABS[tab], exact: true }).click();
  const panel = page.getByRole("tabpanel", { name: TABS[tab], exact: true });
  await expect(panel).toBeVisible();
  return panel;
}

/** Resolves once the record has come from the server. */
export async function recordIsThere(page: Page): Promise<void> {
  await expect(record(page).getByRole("heading", { level: 2 })).toHaveText("Emberfold Robotics");
  await expect(page.getByRole("tablist", { name: "Parts of the client" })).toBeVisible();
}

/** The open form. */
export function form(page: Page) {
  return page.getByRole("dialog");
}

/** Closes the open form with this button. */
export async function press(page: Page, button: string): Promise<void> {
  await page.getByRole("dialog").getByRole("button", { name: button, exact: true }).click();
}
