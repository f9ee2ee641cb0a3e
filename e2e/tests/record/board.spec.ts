// Do cards go where people put them, and does nobody overwrite anybody?

import { expect, onTheWay, readsAreForgotten, test } from "../../fixtures.ts";
import { clientWithRows, form, giveTo, openTab, press, recordIsThere } from "../../record.ts";
import { answered, asksBeforeLeaving, count } from "../../time.ts";
import type { Page } from "@playwright/test";

let client: string;

test.beforeEach(async ({ organization, enter, page }) => {
  client = await clientWithRows(organization);
  await enter(organization.admin, `/clients/${client}?tab=kanban&view=page`);
  await recordIsThere(page);
  await openTab(page, "kanban");
});

const column = (page: Page, name: string) => page.getByRole("region", { name: new RegExp(`^${name}`) });
const titles = (page: Page, name: string) => column(page, name).locator(".board-card-title");
const card = (page: Page, title: string) => page.getByRole("listitem", { name: new RegExp(`^${title},`) });

test("adds, edits and removes cards", async ({ page }) => {
  await page.getByRole("button", { name: "Add card to Blocked" }).click();
  await form(page).getByLabel("Title").fill("Ask for access");
  await form(page).getByLabel("Assignee").selectOption({ label: "Juno Ashwick" });
  await form(page).getByLabel("Due").fill("2020-01-31");
  await press(page, "Add card");
  await expect(titles(page, "Blocked")).toHaveText(["Ask for access"]);
  await expect(card(page, "Ask for access")).toContainText("Juno Ashwick");
  await expect(card(page, "Ask for access")).toContainText("Overdue");
  await card(page, "Ask for access").focus();
  await page.keyboard.press("Enter");
  await form(page).getByLabel("Title").fill("Ask again");
  await press(page, "Save");
  await expect(titles(page, "Blocked")).toHaveText(["Ask again"]);
  await page.getByRole("button", { name: "Actions for Ask again" }).click();
  await page.getByRole("menuitem", { name: "Remove" }).click();
  await press(page, "Remove");
  await expect(titles(page, "Blocked")).toHaveCount(0);
});

test("moves by pointer, one request for each move", async ({ page, database }) => {
  await card(page, "Collect exports").dragTo(card(page, "Review funnel"), { targetPosition: { x: 20, y: 4 } });
  await expect(titles(page, "Doing")).toHaveText(["Collect exports", "Review funnel"]);
  await expect(titles(page, "Backlog")).toHaveText(["Map fields"]);
  await expect
    .poll(async () =>
      (
        await database.query<{ title: string }>(
          "select title from public.kanban_items where client_id = $1 and status = 'doing' order by position",
          [client],
        )
      ).map((row) => row.title),
    )
    .toEqual(["Collect exports", "Review funnel"]);
  expect(count(page, "PUT /api/clients")).toBe(0);
});

test("moves by keyboard and menu, and says so", async ({ page }) => {
  await card(page, "Collect exports").focus();
  await page.keyboard.press("Shift+ArrowDown");
  await expect(titles(page, "Backlog")).toHaveText(["Map fields", "Collect exports"]);
  await expect(page.getByText("Moved to Backlog, 2 of 2")).toBeAttached();
  await expect(card(page, "Collect exports")).toBeFocused();
  await page.keyboard.press("Shift+ArrowRight");
  await expect(titles(page, "Doing")).toHaveText(["Review funnel", "Collect exports"]);
  await expect(card(page, "Collect exports")).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await expect(card(page, "Review funnel")).toBeFocused();
  await page.keyboard.press("m");
  await page.getByRole("menuitem", { name: "Move to Done" }).click();
  await expect(titles(page, "Done")).toHaveText(["Review funnel"]);
  await answered(page);
  await page.reload();
  await expect(titles(page, "Done")).toHaveText(["Review funnel"]);
});

test("keeps the focus on a card that others come before", async ({ page, database }) => {
  await card(page, "Review funnel").focus();
  await database.query(
    `with moved as (update public.kanban_items set position = 2 where client_id = $1 and title = 'Review funnel')
     insert into public.kanban_items (organization_id, client_id, title, status, position)
     select organization_id, id, title, 'doing', position from public.clients,
       (values ('Ask for access', 0), ('Ask again', 1)) as card (title, position) where id = $1`,
    [client],
  );
  await readsAreForgotten();
  await page.keyboard.press("r");
  await expect(titles(page, "Doing")).toHaveText(["Ask for access", "Ask again", "Review funnel"]);
  await expect(card(page, "Review funnel")).toBeFocused();
});

test("moves one card after the other, though the first numbers the second anew", async ({ page, database, troubles }) => {
  // How the page learns the second card's version.
  troubles.allow(/^409 POST /);
  const learned: (() => void)[] = [];
  const way = await onTheWay(page, /\/api\/clients\/[^/?]+(\?.*)?$/, async (route) => {
    await new Promise<void>((resolve) => learned.push(resolve));
    await route.continue();
  });
  await page.reload();
  await openTab(page, "kanban");
  way.meddle();
  for (const title of ["Collect exports", "Map fields"]) {
    await card(page, title).focus();
    await page.keyboard.press("m");
    await page.getByRole("menuitem", { name: "Move to Done" }).click();
  }
  await expect(titles(page, "Done")).toHaveText(["Collect exports", "Map fields"]);
  await expect
    .poll(() => database.query("select title from public.kanban_items where client_id = $1 and status = 'done' order by position", [client]))
    .toEqual([{ title: "Collect exports" }, { title: "Map fields" }]);
  way.rest();
  for (const go of learned) go();
  await expect(page.locator(".record-notice")).toHaveCount(0);
});

test("asks before the window is closed while a change is on its way", async ({ page, stack }) => {
  expect(await asksBeforeLeaving(page)).toBe(false);
  await stack.play({ rest: { kind: "latency", ms: 800 } });
  await card(page, "Collect exports").focus();
  await page.keyboard.press("Shift+ArrowRight");
  await expect(titles(page, "Doing")).toHaveText(["Review funnel", "Collect exports"]);
  expect(await asksBeforeLeaving(page)).toBe(true);
  await stack.heal();
  await expect.poll(() => asksBeforeLeaving(page)).toBe(false);
});

test("two people: the slower one is told, and sees the other's move", async ({
  page,
  beside,
  organization,
  troubles,
}) => {
  troubles.allow(/^409 POST /);
  await giveTo(organization, organization.member);
  const other = await beside(organization.member, `/clients/${client}?tab=kanban&view=page`);
  await recordIsThere(other);
  await card(other, "Map fields").focus();
  await other.keyboard.press("Shift+ArrowRight");
  await expect(titles(other, "Doing")).toHaveText(["Review funnel", "Map fields"]);
  await expect(other.getByText("Moved to Doing, 2 of 2")).toBeAttached();
  await expect
    .poll(async () =>
      (await organization.query<{ n: string }>("select count(*)::text as n from public.kanban_items where organization_id = $1 and status = 'doing'"))[0]?.n,
    )
    .toBe("2");

  await card(page, "Map fields").focus();
  await page.keyboard.press("m");
  await page.getByRole("menuitem", { name: "Move to Done" }).click();
  await expect(page.locator(".record-notice")).toContainText("“Map fields” was not moved");
  await expect(titles(page, "Doing"), "the other's move").toHaveText(["Review funnel", "Map fields"]);
  await expect(titles(page, "Done")).toHaveCount(0);
});
