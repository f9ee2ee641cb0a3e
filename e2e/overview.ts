// How do specs point at the overview?

import { expect, type Locator, type Page } from "@playwright/test";
import { mark } from "./fixtures.ts";

/** Resolves once the page shows figures of the server. */
export async function overviewIsThere(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
  await expect(mark(page)).toHaveText(/^Updated /);
}

/** A tile, by its title. */
export function tile(page: Page, title: string): Locator {
  return page.getByRole("group", { name: new RegExp(`^${title}:`) });
}

/** A figure of a tile that is not its first, by its label. */
export function figure(page: Page, title: string, label: string): Locator {
  return tile(page, title).locator(".tile-figures > div").filter({ has: page.getByText(label, { exact: true }) });
}

/** The titles of the tiles, in their order. */
export async function titles(page: Page): Promise<string[]> {
  return page.getByRole("main").getByRole("heading", { level: 3 }).filter({ hasNotText: "end of each month" }).allInnerTexts();
}
