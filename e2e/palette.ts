// How is the command palette found and read?

import type { Page } from "@playwright/test";
import { expect } from "./fixtures.ts";

/** The palette. */
export function palette(page: Page) {
  return page.getByRole("dialog", { name: "Command palette" });
}

/** Its field. */
export function field(page: Page) {
  return palette(page).getByRole("combobox");
}

/** A line of it. */
export function option(page: Page, name: string | RegExp) {
  return palette(page).getByRole("option", { name });
}

/** Opens it by its keys. */
export async function openPalette(page: Page): Promise<void> {
  await page.keyboard.press("ControlOrMeta+k");
  await expect(field(page)).toBeFocused();
}

/** The names of its groups, each with its lines' labels. */
export async function groups(page: Page): Promise<Record<string, string[]>> {
  return palette(page).evaluate((dialog) =>
    Object.fromEntries(
      [...dialog.querySelectorAll("[role=group]")].map((group) => [
        document.getElementById(group.getAttribute("aria-labelledby") ?? "")?.textContent ?? "",
        [...group.querySelectorAll("[role=option]")].map((line) => line.querySelector(".palette-label")?.textContent ?? ""),
      ]),
    ),
  );
}

/** What Enter would choose. */
export async function active(page: Page): Promise<string> {
  return field(page).evaluate((input) => {
    const line = document.getElementById(input.getAttribute("aria-activedescendant") ?? "");
    return line?.getAttribute("aria-selected") === "true" ? (line.querySelector(".palette-label")?.textContent ?? "") : "";
  });
}
