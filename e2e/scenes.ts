// In which states must the page be fit to be seen? Each is brought about for real.

import type { Page } from "@playwright/test";
import type { Database } from "./database.ts";
import { expect, fillSignIn, live, mark, panel } from "./fixtures.ts";
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

/** Light and dark, at the two widths everything is looked at. */
export const LOOKS = (["light", "dark"] as const).flatMap((scheme) => [
  { scheme, width: 1440, height: 900 },
  { scheme, width: 390, height: 844 },
]);

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
};
