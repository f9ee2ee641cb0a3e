// What do specs of playbooks start with? A playbook with two steps, and ways to point at it.

import { expect, type Page } from "@playwright/test";
import type { Database, Organization } from "./database.ts";
import { readsAreForgotten, type Stack } from "./stack.ts";

/** Adds an active playbook: a card, then three invoices. Answers its id. */
export async function addPlaybook(organization: Organization, database: Database): Promise<string> {
  const { id } = await database.one<{ id: string }>(
    `insert into public.automation_playbooks (organization_id, name, status, created_by)
     values ($1, 'Kickoff', 'active', $2) returning id`,
    [organization.id, organization.admin.id],
  );
  await database.query(
    `insert into public.automation_steps (organization_id, playbook_id, position, workspace, action, config) values
       ($1, $2, 0, 'delivery', 'create_kanban_item', '{"title": "Workshop"}'),
       ($1, $2, 1, 'finance', 'schedule_invoices', '{"count": 3}')`,
    [organization.id, id],
  );
  return id;
}

/** What runs have made in an organization: cards, and the amounts of the invoices. */
export async function made(database: Database, organization: Organization): Promise<string> {
  const { text } = await database.one<{ text: string }>(
    `select concat_ws(' | ',
       (select count(*) from public.kanban_items where organization_id = $1 and title = 'Workshop'),
       (select string_agg(amount::text, ' ' order by issue_date) from public.invoices
         where organization_id = $1 and source = 'automation')) as text`,
    [organization.id],
  );
  return text;
}

/** Resolves once the page shows rows of the server. */
export async function playbooksAreThere(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { name: "Playbooks", level: 1 })).toBeVisible();
  await expect(page.locator(".page-head .freshness")).toHaveText(/^Updated /);
}

/** A worker does what waits, and the page asks what came of it. */
export async function workerPasses(page: Page, stack: Stack): Promise<void> {
  await stack.work();
  await readsAreForgotten();
  await page.keyboard.press("r");
}

/** What is open on top. */
export const dialog = (page: Page) => page.getByRole("dialog");
/** The playbook beside the list. */
export const record = (page: Page) => page.locator("section.record");
/** Its runs, newest first. */
export const runs = (page: Page) => record(page).getByRole("listitem", { name: /^Run of / });
/** The steps in the editor, in their order. */
export const steps = (page: Page) => dialog(page).locator("li.step");

/** What the steps in the editor do, in their order. */
export async function actions(page: Page): Promise<string[]> {
  return steps(page).locator("select[id$=action]").evaluateAll((all) =>
    all.map((one) => (one as HTMLSelectElement).selectedOptions[0]?.text ?? ""),
  );
}
