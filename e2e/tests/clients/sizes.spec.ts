// Does the page hold with no clients, with more than it asks for, and with names of any kind?

import { hasRows } from "../../list.ts";
import { LONG, MANY } from "../../samples.ts";
import type { Page } from "@playwright/test";
import { expect, live, names, panel, test } from "../../fixtures.ts";
import { count } from "../../time.ts";

/** Texts that are wider than their place, and badges that stick out of their panel. */
async function overflowing(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const name = (element: Element) => `${element.className || element.tagName}: ${element.textContent?.trim()}`;
    const wide = [...document.querySelectorAll(".figure-value, .figure-note, .line-value, .line-change")];
    const marks = [...document.querySelectorAll(".panel .badge, .panel .score")];
    return [
      ...wide.filter((element) => element.scrollWidth > element.clientWidth + 1),
      ...marks.filter((element) => {
        const panel = element.closest(".panel")?.getBoundingClientRect();
        return element.getBoundingClientRect().right > (panel?.right ?? 0);
      }),
    ].map(name);
  });
}

test("says why there is nothing to show", async ({ page, enter, organization }) => {
  await enter(organization.admin);
  await live(page);
  await expect(panel(page, "All clients")).toContainText("No clients yet");
  await expect(panel(page, "All clients")).toContainText("Your organization has no clients.");
  await expect(panel(page, "Churn risk")).toContainText("No active client has a churn risk of 10 or above.");
  await expect(panel(page, "Health")).toContainText("No client scored yet");
  await expect(panel(page, "Reviews")).toContainText(/no review/i);
  await expect(page.locator("dl.tiles")).toContainText("of 0 in all");
});

test("counts 300 clients in the database and says that 200 are shown", async ({ page, enter, organization }) => {
  await organization.addClients(MANY);
  await enter(organization.admin);
  await live(page);
  await expect(panel(page, "All clients")).toContainText("200 of 300 clients");
  await hasRows(page, 200);
  await expect(page.getByRole("rowheader", { name: "All 300 clients" })).toBeVisible();
  // 300 × 1,000, and not 200 × 1,000.
  await expect(page.locator("dl.tiles")).toContainText("$300,000");
  await expect(page.locator("dl.tiles")).toContainText("300");
  await expect(panel(page, "Reviews")).toContainText("300 within 30 days");
  await expect(panel(page, "Churn risk")).toContainText("from the 200 of 300 clients changed last");
  expect(count(page, "GET /api/clients/summary")).toBe(1);
});

test("shows long names, markup and other scripts as they are", async ({ page, enter, organization }) => {
  await organization.addClients(LONG);
  await enter(organization.admin);
  await live(page);
  for (const { name } of LONG) {
    await expect(page.getByRole("rowheader").filter({ hasText: name })).toHaveCount(1);
  }
  const wider = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  expect(wider).toBe(false);
});

for (const [width, height] of [[1440, 900], [390, 844]] as const) {
  test(`shows names and amounts in their place, ${width} wide`, async ({ page, enter, organization }) => {
    await page.setViewportSize({ width, height });
    await organization.addClients(LONG);
    await enter(organization.admin);
    await live(page);
    // At least a few letters of each name, and of who is in charge.
    const widths = await page
      .getByRole("grid")
      .locator("tbody :is(th, [data-column=owner]) .cut")
      .evaluateAll((cut) => cut.map((element) => element.getBoundingClientRect().width));
    expect(widths).toHaveLength(2 * LONG.length);
    for (const width of widths) expect(width).toBeGreaterThan(60);
    expect(await overflowing(page)).toEqual([]);
  });
}

for (const [where, width, height] of [["on a desk", 1440, 900], ["on a phone", 390, 844]] as const) {
  test(`shows the demo clients' names in full ${where}`, async ({ page, enter }) => {
    await page.setViewportSize({ width, height });
    await enter("admin", "/clients?status=all");
    await live(page);
    await expect(names(page)).toHaveCount(14);
    const cut = await page
      .getByRole("grid")
      .locator("tbody :is(th, [data-column=owner]) .cut")
      .evaluateAll((names) => names.filter((name) => name.scrollWidth > name.clientWidth).map((name) => name.textContent));
    expect(cut).toEqual([]);
    expect(await overflowing(page)).toEqual([]);
  });
}
