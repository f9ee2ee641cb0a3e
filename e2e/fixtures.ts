// What does every test start with? A running stack, a watched browser, and people who can sign in.

import { test as base, type BrowserContext, expect, type Page, type Route } from "@playwright/test";
import { Database, type Organization } from "./database.ts";
import { type Persona, Stack } from "./stack.ts";
import { noteRequests } from "./time.ts";
import { Troubles } from "./troubles.ts";

interface Fixtures {
  /** What went wrong in the browser; a test announces what it provokes. */
  troubles: Troubles;
  /** Opens a page with nobody signed in. */
  openSignedOut: (path: string) => Promise<void>;
  /** Signs in without the sign-in page, and opens the Clients page or another one. */
  enter: (who: Persona | { email: string }, path?: string) => Promise<void>;
  /** An organization of the test's own, with an Admin and a Member. */
  organization: Organization;
  /** Notes and prepares a context the test made itself. */
  adopt: (context: BrowserContext) => void;
  /** Opens a page in a browser of somebody else's, who is signed in. */
  beside: (who: { email: string }, path: string) => Promise<Page>;
}

interface WorkerFixtures {
  /** Settings of the server that differ from the defaults. */
  settings: Record<string, string>;
  stack: Stack;
  database: Database;
}

export const test = base.extend<Fixtures & { healed: void }, WorkerFixtures>({
  settings: [{}, { option: true, scope: "worker" }],

  stack: [
    async ({ settings }, use) => {
      const stack = await Stack.start(settings);
      await use(stack);
      await stack.stop();
    },
    { scope: "worker", timeout: 90_000 },
  ],

  database: [
    async ({ stack }, use) => {
      const database = new Database(stack.database);
      await use(database);
      await database.close();
    },
    { scope: "worker" },
  ],

  baseURL: async ({ stack }, use) => use(stack.page),

  troubles: async ({}, use) => {
    const troubles = new Troubles();
    await use(troubles);
    expect(troubles.unexpected(), "what went wrong in the browser").toEqual([]);
  },

  adopt: async ({ troubles }, use) => {
    await use((context) => {
      troubles.watch(context);
      noteRequests(context);
    });
  },

  context: async ({ context, adopt }, use) => {
    adopt(context);
    await use(context);
  },

  // Whatever a test broke, the next one finds whole.
  healed: [
    async ({ stack }, use) => {
      await use();
      await stack.issue({});
      await stack.heal();
    },
    { auto: true },
  ],

  openSignedOut: async ({ page, troubles }, use) => {
    await use(async (path) => {
      // "Who am I?" has no better answer for nobody.
      troubles.allow("401 GET /api/session");
      await page.goto(path);
      await expect(page.getByRole("heading", { name: "Sign in", level: 1 })).toBeVisible();
    });
  },

  enter: async ({ page, stack }, use) => {
    await use(async (who, path = "/clients") => {
      const email = typeof who === "string" ? stack.account(who).email : who.email;
      await signInByApi(page.context(), stack, email);
      await page.goto(path);
    });
  },

  beside: async ({ browser, stack, adopt }, use) => {
    const opened: BrowserContext[] = [];
    await use(async (who, path) => {
      const context = await browser.newContext({ baseURL: stack.page });
      opened.push(context);
      adopt(context);
      await signInByApi(context, stack, who.email);
      const page = await context.newPage();
      await page.goto(path);
      return page;
    });
    for (const context of opened) await context.close();
  },

  organization: async ({ database }, use) => use(await database.organization()),
});

/** Signs a context in, as the sign-in page does. */
export async function signInByApi(context: BrowserContext, stack: Stack, email: string): Promise<void> {
  const { password } = stack.account("admin");
  const answer = await context.request.post(`${stack.page}/api/session`, {
    data: { email, password },
    headers: { origin: stack.page, "x-revos-request": "1" },
  });
  expect(answer.status(), await answer.text()).toBe(200);
}

/** Fills in and sends the form of the sign-in page. */
export async function fillSignIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("form", { name: "Sign in" }).getByRole("button", { name: "Sign in" }).click();
}

/** Resolves once the Clients page shows rows of the server. */
export async function live(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { name: "Clients", level: 1 })).toBeVisible();
  await expect(mark(page)).toHaveText(/^Updated /);
}

/** The browser's storage holds a text kept under a name that contains this. */
export async function isKept(page: Page, name: string): Promise<void> {
  await expect
    .poll(() =>
      page.evaluate(async () => {
        const opened = indexedDB.open("revos");
        await new Promise((resolve) => (opened.onsuccess = resolve));
        const database = opened.result;
        if (!database.objectStoreNames.contains("snapshots")) return [];
        const keys = database.transaction("snapshots").objectStore("snapshots").getAllKeys();
        await new Promise((resolve) => (keys.onsuccess = resolve));
        database.close();
        return keys.result.map(String);
      }),
    )
    .toContainEqual(expect.stringContaining(name));
}

/** The freshness mark of the page. */
export function mark(page: Page) {
  return page.locator(".page-head .freshness");
}

/** A panel of the Clients page. */
export function panel(page: Page, name: "Churn risk" | "Health" | "Reviews" | "All clients") {
  return page.getByRole("region", { name, exact: true });
}

/** The names of the clients in the table, as row heads; the row of sums has one of its own. */
export function names(page: Page) {
  return page.getByRole("grid", { name: "All clients" }).locator("tbody").getByRole("rowheader");
}

/**
 * The names of the clients that the table shows at this moment. After a press it shows others a frame later, so wait for
 * them by `expect(names(page)).toHaveText(…)`.
 */
export async function listed(page: Page): Promise<string[]> {
  return (await names(page).allInnerTexts()).map((name) => name.trim());
}

/** Opens the account menu and chooses an item. */
export async function fromAccountMenu(page: Page, item: string): Promise<void> {
  await page.getByRole("button", { name: /account menu$/ }).click();
  await page.getByRole("menuitem", { name: item }).click();
}

/** Takes the network away, once everything is there that travels after the first look. */
export async function goOffline(page: Page): Promise<void> {
  await page.waitForLoadState("networkidle");
  await page.context().setOffline(true);
}

/**
 * Stands between the page and what it asks for, and passes everything on until it is told to meddle. Call it before
 * the page is opened: Chromium starts to stop requests only some moments after it was asked to.
 */
export async function onTheWay(page: Page, url: string | RegExp, meddling: (route: Route) => Promise<void>) {
  let meddles = false;
  await page.route(url, (route) => (meddles ? meddling(route) : route.fallback()));
  return { meddle: () => void (meddles = true), rest: () => void (meddles = false) };
}

export { readsAreForgotten } from "./stack.ts";
export { expect };
