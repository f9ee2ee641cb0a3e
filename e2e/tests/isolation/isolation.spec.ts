// Does anything of one organization reach a person of another, or stay behind on the disk?

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page, type Response } from "@playwright/test";
import { CHROMIUM, CHROMIUM_ARGUMENTS } from "../../browser.ts";
import type { Database } from "../../database.ts";
import { expect, fillSignIn, fromAccountMenu, live, mark, test } from "../../fixtures.ts";
import { openPalette, option } from "../../palette.ts";

/** Names of clients, contacts and people that belong to one organization. */
async function namesOf(database: Database, slug: string): Promise<string[]> {
  const rows = await database.query<{ name: string }>(
    `with org as (select id from public.organizations where slug = $1)
     select name from public.clients where organization_id = (select id from org)
     union select name from public.contacts where client_id in
       (select id from public.clients where organization_id = (select id from org))`,
    [slug],
  );
  return rows.map((row) => row.name);
}

/** Everything in the browser's storage that a script can read, byte for byte. */
async function storage(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const text = (value: unknown) =>
      value instanceof Uint8Array || value instanceof ArrayBuffer
        ? String.fromCharCode(...new Uint8Array(value))
        : String(JSON.stringify(value));
    const found = [JSON.stringify(localStorage), JSON.stringify(sessionStorage)];
    for (const { name } of await indexedDB.databases()) {
      const database = await done(indexedDB.open(name ?? ""));
      for (const store of database.objectStoreNames) {
        const objects = database.transaction(store).objectStore(store);
        found.push(...(await done(objects.getAllKeys())).map(text), ...(await done(objects.getAll())).map(text));
      }
      database.close();
    }
    return found.join("\n");
  });
}

function found(names: string[], text: string): string[] {
  return names.filter((name) => text.includes(name));
}

/** Names that stand in any file below a folder, as bytes or as two-byte text. */
function foundOnDisk(names: string[], folder: string): string[] {
  const hits: string[] = [];
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const bytes = readFileSync(join(entry.parentPath, entry.name));
    for (const name of names) {
      if (bytes.includes(name, 0, "utf8") || bytes.includes(name, 0, "utf16le")) hits.push(`${name} in ${entry.name}`);
    }
  }
  return hits;
}

test("shows a person nothing of another organization: page, network, storage", async ({
  page,
  database,
  stack,
  openSignedOut,
}) => {
  const [foreign, own] = [await namesOf(database, "marlowick"), await namesOf(database, "quillhaven")];
  expect(foreign.length).toBeGreaterThan(30);
  const bodies: string[] = [];
  const reading: Promise<void>[] = [];
  page.on("response", (response: Response) => {
    // The program carries sample rows for everybody (demo-data.md §1); what the server answers must not.
    const answer = response.url().includes("/api/") || response.request().isNavigationRequest();
    if (!answer || response.status() === 304) return;
    reading.push(response.text().then((text) => void bodies.push(text), () => undefined));
  });
  await openSignedOut("/clients");
  await fillSignIn(page, stack.account("admin.b").email, stack.account("admin.b").password);
  await live(page);
  await page.getByRole("radio", { name: "90 days" }).click();
  await page.getByRole("button", { name: "Table" }).click();
  await page.reload();
  await live(page);
  await expect.poll(() => storage(page)).toContain(":clients?");
  await Promise.all(reading);

  const wire = bodies.join("\n");
  // The search finds what is there.
  expect(found(own, wire)).toContain("Pebblecroft Dental");
  expect(found(own, await page.content())).toContain("Pebblecroft Dental");
  expect(found(foreign, wire)).toEqual([]);
  expect(found(foreign, await page.content())).toEqual([]);
  // Not even the own names stand in the browser's storage as text.
  expect(found([...foreign, ...own, "Quillhaven", "eyJ"], await storage(page))).toEqual([]);
});

test("shows nothing of the last person to the next one at the same browser", async ({
  page,
  context,
  database,
  stack,
  enter,
}) => {
  const names = await namesOf(database, "marlowick");
  await enter("admin");
  await live(page);
  const other = await context.newPage();
  await other.goto("/clients");
  await live(other);
  await fromAccountMenu(page, "Sign out");
  await fillSignIn(page, stack.account("member.b").email, stack.account("member.b").password);
  for (const tab of [page, other]) {
    await live(tab);
    await expect(tab).toHaveTitle("Clients · Quillhaven Studio (demo) · RevOS");
    expect(found(names, await tab.content())).toEqual([]);
    expect(found(names, await storage(tab))).toEqual([]);
  }
});

test("leaves neither names nor tokens on the disk, and still has rows in an outage", async ({
  database,
  stack,
  adopt,
  troubles,
}) => {
  troubles.allow("401 GET /api/session", /^503 GET \/api\/clients/);
  // The last sign-out comes in the middle of a recovery: a read that is under way then has no session any more.
  troubles.allow(/^401 GET \/api\/clients/);
  const names = await namesOf(database, "marlowick");
  const profile = mkdtempSync(join(tmpdir(), "revos-profile-"));
  const open = async (): Promise<[BrowserContext, Page]> => {
    const options = { executablePath: CHROMIUM, args: CHROMIUM_ARGUMENTS, baseURL: stack.page };
    const context = await chromium.launchPersistentContext(profile, options);
    adopt(context);
    return [context, context.pages()[0] ?? (await context.newPage())];
  };
  try {
    let [context, page] = await open();
    await page.goto("/clients");
    await fillSignIn(page, stack.account("admin").email, stack.account("admin").password);
    await live(page);
    await expect.poll(() => storage(page)).toContain(":clients?");
    // What was opened last is kept, too.
    await openPalette(page);
    await page.keyboard.type("brindlecrest");
    await expect(option(page, /^Brindlecrest Freight/)).toBeVisible();
    await page.keyboard.press("Enter");
    await expect.poll(() => storage(page)).toContain(":palette.recent");
    await context.close();
    // Something of RevOS is there, or the search below would prove nothing.
    expect(foundOnDisk(["revos"], profile)).not.toEqual([]);
    expect(foundOnDisk([...names, "eyJhbGciOi"], profile)).toEqual([]);

    await stack.play({ rest: { kind: "refuse" } });
    [context, page] = await open();
    await page.goto("/clients");
    await expect(mark(page)).toHaveText(/^As of \d\d:\d\d/);
    await expect(page.getByRole("grid")).toContainText("Brindlecrest Freight");
    await stack.heal();
    await fromAccountMenu(page, "Sign out");
    await expect(page.getByRole("heading", { name: "Sign in", level: 1 })).toBeVisible();
    await expect.poll(() => storage(page)).toBe("{}\n{}");
    await context.close();
    expect(foundOnDisk([...names, "eyJhbGciOi"], profile)).toEqual([]);
  } finally {
    rmSync(profile, { recursive: true, force: true });
  }
});
