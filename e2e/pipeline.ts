// What do specs of the pipeline start with? An organization with some opportunities, and ways to point at them.

import { expect, type Page } from "@playwright/test";
import type { Database, Organization } from "./database.ts";

/** Opportunities of an organization of its own; all but the last are the Member's. */
const OPPORTUNITIES: [string, string, number][] = [
  ["Harbour audit", "Prospect", 10_000],
  ["Mill retrofit", "Qualify", 20_000],
  ["Depot lease", "Proposal", 40_000.5],
  ["Quarry survey", "Negotiation", 80_000],
  ["Orchard plan", "Prospect", 5_000],
];

/** Lays them out. */
export async function layOut(organization: Organization, database: Database): Promise<void> {
  await organization.addClients([{ name: "Harrowmere Tea", status: "prospect", owner: "member" }]);
  for (const [name, stage, amount] of OPPORTUNITIES) {
    await database.query(
      `insert into public.opportunities (organization_id, client_id, name, stage, amount, owner_id, expected_close_date)
       select $1, id, $2, $3, $4, $5, (now() at time zone 'America/New_York')::date + 20 from public.clients
       where organization_id = $1 and name = 'Harrowmere Tea'`,
      [organization.id, name, stage, amount, name === "Orchard plan" ? organization.admin.id : organization.member.id],
    );
  }
}

/** The stage an opportunity is in. */
export async function stageOf(database: Database, organization: Organization, name: string): Promise<string> {
  const { stage } = await database.one<{ stage: string }>(
    "select stage from public.opportunities where organization_id = $1 and name = $2",
    [organization.id, name],
  );
  return stage;
}

/** Resolves once the page shows rows of the server. */
export async function pipelineIsThere(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { name: "Pipeline", level: 1 })).toBeVisible();
  await expect(page.locator(".page-head .freshness")).toHaveText(/^Updated /);
}

/** A column of the board. */
export const lane = (page: Page, name: string) =>
  page.getByRole("group", { name: "Pipeline board" }).getByRole("region", { name: new RegExp(`^${name} `) });
/** The names of the cards in a column. */
export const deals = (page: Page, name: string) => lane(page, name).locator(".deal-name a");
/** A card. */
export const deal = (page: Page, name: string) => page.getByRole("listitem", { name: new RegExp(`^${name},`) });
/** What is open on top. */
export const dialog = (page: Page) => page.getByRole("dialog");
