// How is a client opened, shown and left?

import { expect, live, readsAreForgotten, test } from "../../fixtures.ts";
import { clientWithRows, openTab, record, recordIsThere, TABS } from "../../record.ts";
import { count } from "../../time.ts";

test.beforeEach(async ({ organization, enter, page }) => {
  await clientWithRows(organization);
  await enter(organization.admin);
  await live(page);
});

test("opens beside the list by pointer, and closes where it came from", async ({ page }) => {
  await page.getByRole("link", { name: "Emberfold Robotics" }).last().click();
  await recordIsThere(page);
  await expect(page).toHaveURL(/\/clients\/[0-9a-f-]{36}$/);
  await expect(page).toHaveTitle("Client · Marlowick Advisory (demo) · RevOS");
  await expect(record(page).getByRole("heading", { level: 2 })).toBeFocused();
  await expect(page.getByRole("grid")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(record(page)).toHaveCount(0);
  await expect(page).toHaveURL(/\/clients$/);
  await expect(page.getByRole("row", { name: /Emberfold Robotics/ })).toBeFocused();
  await expect(page).toHaveTitle("Clients · Marlowick Advisory (demo) · RevOS");
});

test("opens by Enter and from the panels, keeps the list's filters, and goes back and forth", async ({ page }) => {
  await page.goto("/clients?status=all&sort=-arr");
  await live(page);
  const row = page.getByRole("row", { name: /Emberfold Robotics/ });
  await row.focus();
  await page.keyboard.press("Enter");
  await recordIsThere(page);
  await openTab(page, "data");
  await expect(page).toHaveURL(/status=all&sort=-arr&tab=data$/);
  await page.reload();
  await recordIsThere(page);
  await expect(page.getByRole("tab", { name: "Data" })).toHaveAttribute("aria-selected", "true");
  await page.goBack();
  await expect(page.getByRole("tab", { name: "Overview" })).toHaveAttribute("aria-selected", "true");
  await page.goBack();
  await expect(record(page)).toHaveCount(0);
  await page.getByRole("region", { name: "Churn risk" }).getByRole("link", { name: "Emberfold Robotics" }).click();
  await recordIsThere(page);
});

test("is a page of its own when wanted, and always on a phone", async ({ page }) => {
  await page.getByRole("link", { name: "Emberfold Robotics" }).last().click();
  await recordIsThere(page);
  await page.getByRole("button", { name: "Show as a page" }).click();
  await expect(page).toHaveURL(/view=page/);
  const wide = await record(page).boundingBox();
  expect(wide?.width).toBeGreaterThan(1_100);
  await page.getByRole("button", { name: "Show beside the list" }).click();
  await expect(page).not.toHaveURL(/view=page/);
  await page.setViewportSize({ width: 390, height: 844 });
  const narrow = await record(page).boundingBox();
  expect(narrow?.width).toBe(390);
});

test("shows every tab, each with one read for all of them", async ({ page }) => {
  await page.getByRole("link", { name: "Emberfold Robotics" }).last().click();
  await recordIsThere(page);
  const path = new URL(page.url()).pathname;
  for (const tab of Object.keys(TABS) as (keyof typeof TABS)[]) {
    const panel = await openTab(page, tab);
    await expect(panel.locator("[aria-busy]")).toHaveCount(0);
  }
  expect(count(page, `GET /api${path}`)).toBe(1);
});

test("says that there is no such client", async ({ page, troubles }) => {
  troubles.allow(/^404 GET \/api\/clients\//);
  await page.goto("/clients/00000000-0000-4000-8000-00000000dead");
  await expect(page.getByText("No such client")).toBeVisible();
  await page.goto("/clients/nonsense");
  await expect(page.getByText("The address is not one of a client.")).toBeVisible();
});

test("notices that a colleague removed the client", async ({ page, organization, troubles }) => {
  troubles.allow(/^404 GET \/api\/clients\//);
  await page.getByRole("link", { name: "Emberfold Robotics" }).last().click();
  await recordIsThere(page);
  await readsAreForgotten();
  await organization.query("delete from public.clients where organization_id = $1");
  await page.keyboard.press("r");
  await expect(page.getByText("No such client")).toBeVisible();
});
