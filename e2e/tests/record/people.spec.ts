// What may whom do with a client, and is what they may not do absent?

import { expect, readsAreForgotten, signInByApi, test } from "../../fixtures.ts";
import { clientWithRows, giveTo, openTab, record, recordIsThere, TABS } from "../../record.ts";

test("a Member reads a colleague's client and changes nothing", async ({ organization, enter, page }) => {
  const client = await clientWithRows(organization);
  await enter(organization.member, `/clients/${client}`);
  await recordIsThere(page);
  for (const tab of Object.keys(TABS) as (keyof typeof TABS)[]) {
    const panel = await openTab(page, tab);
    await expect(panel.getByRole("button", { name: /^(Add|Edit|Remove|Set|Start|Actions)/ })).toHaveCount(0);
  }
  await expect(page.getByRole("button", { name: "Edit client" })).toHaveCount(0);
  await openTab(page, "finance");
  await expect(record(page)).toContainText("You have no right to see the money of this client.");
});

test("a right that is taken away takes the actions away", async ({ organization, enter, page }) => {
  const client = await clientWithRows(organization);
  await giveTo(organization, organization.member);
  await enter(organization.member, `/clients/${client}`);
  await recordIsThere(page);
  await expect(page.getByRole("button", { name: "Edit client" })).toBeVisible();
  await readsAreForgotten();
  await giveTo(organization, organization.admin);
  await page.keyboard.press("r");
  await expect(page.getByRole("button", { name: "Edit client" })).toHaveCount(0);
});

test("a Director edits every client, and a Client persona sees none here", async ({ page, stack, enter, context }) => {
  await enter("director", "/clients?status=all");
  await page.getByRole("link", { name: "Emberfold Robotics" }).last().click();
  await recordIsThere(page);
  await expect(page.getByRole("button", { name: "Edit client" })).toBeVisible();
  const path = new URL(page.url()).pathname;
  await context.clearCookies();
  await signInByApi(context, stack, stack.account("client").email);
  await page.goto(path);
  await expect(record(page)).toHaveCount(0);
});

test("a customer lands on their account, sees only that, and changes nothing", async ({ page, enter, stack, database }) => {
  await enter("client", "/");
  await expect(page).toHaveURL(/\/account$/);
  await expect(page.getByRole("heading", { name: "Account", level: 1 })).toBeVisible();
  const own = await database.one<{ name: string }>(
    "select c.name from public.clients c join public.users u on u.client_id = c.id where u.email = $1",
    [stack.account("client").email],
  );
  await expect(page.getByRole("heading", { name: own.name })).toBeVisible();
  for (const part of ["Deliverables", "Invoices", "Projects"]) {
    await expect(page.getByRole("region", { name: part })).toBeVisible();
  }
  await expect(page.getByRole("main").getByText(/churn/i)).toHaveCount(0);
  await expect(page.getByRole("main").getByRole("button", { name: /^(Add|Edit|Remove|Set)/ })).toHaveCount(0);
  await expect(page.getByRole("navigation").getByRole("link")).toHaveText(["Account"]);
});

test("staff have no account page", async ({ page, enter }) => {
  await enter("member", "/account");
  await expect(page.getByText("You have no account here")).toBeVisible();
});
