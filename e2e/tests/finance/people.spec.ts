// Who sees the organization's money, and is what they may not do absent?

import { expect, test } from "../../fixtures.ts";
import { financeIsThere, grid, layOutMoney } from "../../finance.ts";

test("a Member finds no way to the page, and is told so there", async ({ page, enter, organization }) => {
  await layOutMoney(organization);
  await enter(organization.member, "/finance");
  await expect(page.getByRole("heading", { name: "Finance is for Directors and Admins" })).toBeVisible();
  await expect(page.getByRole("navigation").getByRole("link", { name: "Finance" })).toHaveCount(0);
  await expect(page.getByText("INV-1")).toHaveCount(0);
  for (const path of ["/api/finance/invoices", "/api/finance/figures"]) {
    const answer = await page.request.get(path);
    expect(answer.status(), path).toBe(403);
  }
  await page.keyboard.press("Control+k");
  await page.keyboard.type("finance");
  await expect(page.getByRole("option", { name: /^Finance/ })).toHaveCount(0);
});

test("a Client persona has no such page", async ({ page, enter }) => {
  await enter("client", "/finance");
  await expect(page.getByRole("heading", { name: "Finance is for Directors and Admins" })).toBeVisible();
  expect((await page.request.get("/api/finance/invoices")).status()).toBe(403);
});

test("a Director reads all of it and changes nothing", async ({ page, enter }) => {
  await enter("director", "/finance?tab=billing");
  await financeIsThere(page, "Billing");
  await expect(page.getByRole("button", { name: "New invoice" })).toHaveCount(0);
  await grid(page).getByRole("link", { name: "INV-1014" }).click();
  await expect(page.getByRole("region", { name: "Invoice INV-1014" })).toContainText("$16,848");
  await expect(page.getByRole("button", { name: /^(Record|Cancel|Edit|Send|Reverse)/ })).toHaveCount(0);
  await expect(page.getByRole("region", { name: "History" })).toHaveCount(0);
  await page.getByRole("tab", { name: "Overview" }).click();
  await financeIsThere(page);
  await expect(page.getByRole("table", { name: "Collections queue" })).toBeVisible();
  await expect(page.getByRole("button", { name: /^Record/ })).toHaveCount(0);
});
