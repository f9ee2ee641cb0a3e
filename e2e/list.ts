// What do the specs of the clients list have in common?

import type { Locator, Page } from "@playwright/test";
import { expect, panel } from "./fixtures.ts";
import type { ClientFields } from "./database.ts";

/** The table. */
export function grid(page: Page): Locator {
  return page.getByRole("grid", { name: "All clients" });
}

/** The line of a client. */
export function line(page: Page, name: string): Locator {
  return grid(page).locator("tbody").getByRole("row").filter({ has: page.getByRole("rowheader", { name, exact: true }) });
}

/** The table holds so many rows, drawn or not. */
export async function hasRows(page: Page, count: number): Promise<void> {
  await expect(grid(page)).toHaveAttribute("aria-rowcount", String(count + 1));
}

/** Opens what a button above the table opens; resolves once its inside has arrived. */
export async function openTool(page: Page, button: string): Promise<Locator> {
  await panel(page, "All clients").locator(".toolbar, .bulk-bar").getByRole("button", { name: button, exact: true }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toBeVisible();
  // Each of them has something to press at its foot.
  await expect(dialog.locator(".dialog-foot").getByRole("button").first()).toBeVisible();
  return dialog;
}

/** The words of the heads on screen, in their order. */
export async function heads(page: Page): Promise<string[]> {
  const words = await grid(page).getByRole("columnheader").filter({ has: page.getByRole("button") }).allInnerTexts();
  return words.map((word) => word.trim());
}

/** The cells of the row of sums, by the word of their column. */
export async function sums(page: Page): Promise<Record<string, string>> {
  return grid(page)
    .locator("tfoot td[data-label]")
    .evaluateAll((cells) =>
      Object.fromEntries(cells.map((cell) => [cell.getAttribute("data-column") ?? "", (cell.textContent ?? "").trim()])),
    );
}

/** So many clients with different figures, by name in the order of their numbers. */
export function many(count: number): ClientFields[] {
  return Array.from({ length: count }, (_, at) => ({
    name: `Brindlecrest Freight ${String(at + 1).padStart(5, "0")}`,
    status: at % 50 === 49 ? "paused" : "active",
    phase: "Compounding",
    segment: "mid",
    arr: 1_000 + at,
    health: at % 101,
    churn_risk: (at * 7) % 40,
    review_in: at % 30,
  }));
}
