// Does the overview say how the business stands, from rows, and why a figure is missing?

import { expect, test } from "../../fixtures.ts";
import { dialog, figure, financeIsThere, layOutMoney, press, stored } from "../../finance.ts";

test("tells the figures of the demo, with period and comparison", async ({ page, enter }) => {
  await enter("admin", "/finance");
  await financeIsThere(page);
  await expect(figure(page, "MRR")).toContainText("$63,650");
  await expect(figure(page, "ARR")).toContainText("$763,800");
  await expect(figure(page, "Past due")).toContainText("$3,400");
  await expect(figure(page, "Owed \\(AR\\)")).toContainText("$110,812");
  await expect(figure(page, "Overdue")).toContainText("$17,412");
  await expect(figure(page, "Cash")).toContainText("$367,570");
  const aging = page.getByRole("figure").filter({ hasText: "Aging" });
  await aging.getByRole("button", { name: /^Table/ }).click();
  await expect(aging.getByRole("row")).toHaveText([/Owed/, /93,400/, /6,396/, /11,016/, /\$0/, /\$0/]);
  await page.getByRole("radio", { name: "Month" }).click();
  await expect(page).toHaveURL(/scope=mtd/);
  const moved = page.getByRole("table", { name: "MRR movement" });
  await expect(moved.getByRole("row", { name: /At the end/ })).toContainText("$63,650");
  await page.goBack();
  await expect(page.getByRole("radio", { name: "Quarter" })).toBeChecked();
});

test("says why a figure cannot be computed", async ({ page, enter, organization }) => {
  await enter(organization.admin, "/finance");
  await financeIsThere(page);
  for (const [name, why] of [
    ["MRR", "there are no rows yet"],
    ["Net retention", "no client was there to compare with"],
    ["Days sales outstanding", "there is nothing to divide by"],
    ["Cash", "there are no rows yet"],
    ["Runway", "there are no rows yet"],
  ] as const) {
    await expect(figure(page, name)).toContainText("–");
    await expect(figure(page, name)).toContainText(why);
  }
  await expect(page.getByText("Nothing is overdue.")).toBeVisible();
});

test("asks first for what is most and oldest, and records the payment there", async ({ page, enter, organization }) => {
  await layOutMoney(organization, [
    ["INV-1", "Harrowmere Tea", 1_000, 0, 70, -40, true],
    ["INV-2", "Wrenfield Mills", 5_000, 0, 70, -9, true],
    ["INV-3", "Wrenfield Mills", 9_000, 0, 10, 20, true],
  ]);
  await enter(organization.admin, "/finance");
  await financeIsThere(page);
  const queue = page.getByRole("table", { name: "Collections queue" });
  await expect(queue.locator("tbody").getByRole("rowheader")).toHaveText(["INV-2", "INV-1"]);
  await expect(figure(page, "Overdue")).toContainText("$6,000");
  await queue.getByRole("button", { name: "Record payment of INV-2" }).click();
  await press(page, "Record payment");
  await expect(dialog(page)).toHaveCount(0);
  await expect(queue.locator("tbody").getByRole("rowheader")).toHaveText(["INV-1"]);
  await expect(figure(page, "Overdue")).toContainText("$1,000");
  await expect(figure(page, "Collected")).toContainText("$5,000");
  expect(await stored(organization, "INV-2", "status")).toBe("paid");
});
