// Can everything be reached, read and followed without a mouse, without motion and at any size?

import type { Page } from "@playwright/test";
import { expect, fromAccountMenu, live, mark, panel, test } from "../../fixtures.ts";
import { pass } from "../../time.ts";

/** The name of what has the focus, as a screen reader says it. */
async function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return "";
    const role = element.getAttribute("role") ?? element.tagName.toLowerCase();
    return `${role}: ${(element.getAttribute("aria-label") ?? element.textContent ?? "").trim().slice(0, 60)}`;
  });
}

test("is used with the keyboard alone", async ({ page, enter }) => {
  await enter("admin");
  await live(page);
  const stops: string[] = [];
  for (let at = 0; at < 60; at++) {
    await page.keyboard.press("Tab");
    const now = await focused(page);
    if (!now || now === stops[0]) break;
    stops.push(now);
  }
  expect(stops[0]).toBe("a: Skip to content");
  for (const wanted of [
    /button: Collapse navigation/,
    /a: Clients/,
    /account menu/,
    /button: Search/,
    /button: Refresh/,
    /button: Expand churn risk/,
    /button: Expand health/,
    /button: Table/,
    /radio: 30 days/,
    /button: Expand reviews/,
    /button: Show all 7/,
    /button: Client/,
    /row: Brindlecrest Freight/,
  ]) {
    expect(stops.filter((stop) => wanted.test(stop)), `${wanted} in\n${stops.join("\n")}`).toHaveLength(1);
  }
});

test("skips the navigation", async ({ page, enter }) => {
  await enter("admin");
  await live(page);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  expect(await focused(page)).toMatch(/Search/);
});

test("walks the table with the arrow keys", async ({ page, enter }) => {
  await enter("admin", "/clients?status=all");
  await live(page);
  const row = (name: string) => page.getByRole("grid").getByRole("row").filter({ hasText: name });
  await row("Brindlecrest Freight").focus();
  await page.keyboard.press("ArrowDown");
  await expect(row("Calderhollow Foods")).toBeFocused();
  await page.keyboard.press("End");
  await expect(row("Opalreach Travel")).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await expect(row("Nettlewyck Retail")).toBeFocused();
  await page.keyboard.press("Home");
  await expect(row("Brindlecrest Freight")).toBeFocused();
  // Tab comes back to the row that was left.
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Tab");
  await expect(row("Calderhollow Foods")).toBeFocused();
});

test("keeps the focus on a row while rows are refreshed", async ({ page, enter }) => {
  await page.clock.install();
  await enter("admin");
  await live(page);
  const row = page.getByRole("grid").getByRole("row").filter({ hasText: "Emberfold Robotics" });
  await row.focus();
  await pass(page, 70);
  await expect(row).toBeFocused();
});

test("chooses a horizon with the arrow keys", async ({ page, enter }) => {
  await enter("admin");
  await live(page);
  const radio = (name: string) => panel(page, "Reviews").getByRole("radio", { name });
  await radio("30 days").focus();
  await page.keyboard.press("ArrowRight");
  await expect(radio("60 days")).toBeFocused();
  await expect(radio("60 days")).toBeChecked();
  await page.keyboard.press("End");
  await expect(radio("90 days")).toBeChecked();
  await page.keyboard.press("ArrowRight");
  await expect(radio("30 days")).toBeChecked();
  await expect(radio("30 days")).toBeFocused();
});

test("opens, walks and closes the account menu", async ({ page, enter }) => {
  await enter("admin");
  await live(page);
  const button = page.getByRole("button", { name: /account menu$/ });
  await button.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menuitemradio", { name: "Same as system" })).toBeFocused();
  await page.keyboard.press("End");
  await expect(page.getByRole("menuitem", { name: "Sign out" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("menu")).toHaveCount(0);
  await expect(button).toBeFocused();
});

test("keeps the chosen theme, also over the system's", async ({ page, enter }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await enter("admin");
  await live(page);
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await background();
  await page.getByRole("button", { name: /account menu$/ }).click();
  await page.getByRole("menuitemradio", { name: "Dark" }).click();
  const dark = await background();
  expect(dark).not.toBe(light);
  await page.reload();
  await live(page);
  expect(await background()).toBe(dark);
});

test("lists the shortcuts, and Escape closes the list", async ({ page, enter }) => {
  await enter("admin");
  await live(page);
  await page.keyboard.press("?");
  const list = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(list).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(list).toBeHidden();
  await fromAccountMenu(page, "Keyboard shortcuts");
  await expect(list).toBeVisible();
  await list.getByRole("button", { name: "Close" }).click();
  await expect(list).toBeHidden();
});

test("goes to the clients with g and c, and leaves fields alone", async ({ page, enter }) => {
  await enter("admin", "/no/such/page");
  await expect(page.getByRole("heading", { name: "Page not found", level: 1 })).toBeVisible();
  await page.keyboard.press("g");
  await page.keyboard.press("c");
  await live(page);
  await expect(page.getByRole("heading", { name: "Clients", level: 1 })).toBeFocused();
});

test("tells screen readers about a change once, and not about ticks", async ({ page, enter, stack, troubles }) => {
  troubles.allow(/^503 GET \/api\/clients/);
  await page.clock.install();
  await enter("admin");
  await live(page);
  await page.evaluate(() => {
    const said: string[] = [];
    Object.assign(window, { said });
    new MutationObserver((changes) => {
      for (const change of changes) {
        const node = change.target instanceof Element ? change.target : change.target.parentElement;
        const region = node?.closest("[role=status], [role=alert], [aria-live]");
        if (region) said.push((region.textContent ?? "").trim());
      }
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  const said = () => page.evaluate(() => (window as unknown as { said: string[] }).said);
  await pass(page, 140, 5);
  expect(await said()).toEqual([]);
  await stack.play({ rest: { kind: "refuse" } });
  await pass(page, 140, 5);
  expect(await said()).toEqual([expect.stringMatching(/^Showing rows as of \d\d:\d\d: the database is unreachable$/)]);
  await stack.heal();
  await expect(async () => {
    await pass(page, 10);
    await expect(mark(page)).toHaveText(/^Updated /, { timeout: 1 });
  }).toPass();
  expect((await said()).slice(1)).toEqual(["Up to date"]);
});

test("moves nothing for people who asked for no motion", async ({ page, enter, stack, troubles }) => {
  troubles.allow(/^50[34] GET \/api\/clients/);
  const moving = () => page.evaluate(() => document.getAnimations().length);
  await enter("admin", "/no/such/page");
  await expect(page.getByRole("link", { name: "Go to Clients" })).toBeVisible();
  await stack.play({ rest: { kind: "hang" } });
  await page.getByRole("link", { name: "Go to Clients" }).click();
  await expect(page.locator(".skeleton").first()).toBeVisible();
  expect(await moving()).toBeGreaterThan(0);
  await page.emulateMedia({ reducedMotion: "reduce" });
  expect(await moving()).toBe(0);
});

test("never scrolls sideways, however small the window or large the text", async ({ page, enter }) => {
  await enter("admin");
  await live(page);
  // 1440 wide at 200 %; a phone; 1280 wide at 400 % (WCAG 1.4.10).
  for (const [width, height] of [[1440, 900], [720, 450], [390, 844], [320, 256]] as const) {
    await page.setViewportSize({ width, height });
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(over, `${width} wide`).toBeLessThanOrEqual(0);
    await expect(page.getByRole("heading", { name: "Clients", level: 1 })).toBeInViewport();
  }
});

test("shows one panel at a time on a phone, with buttons for the others", async ({ page, enter }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await enter("admin");
  await live(page);
  const tabs = page.getByRole("radiogroup", { name: "Panel" }).or(page.getByRole("tablist", { name: "Panel" }));
  await expect(tabs).toBeVisible();
  await expect(panel(page, "Churn risk")).toBeInViewport({ ratio: 0.5 });
  await tabs.getByRole("radio", { name: "Reviews" }).or(tabs.getByRole("tab", { name: "Reviews" })).click();
  await expect(panel(page, "Reviews").getByRole("listitem").first()).toBeInViewport();
  await expect(panel(page, "Churn risk").getByRole("listitem").first()).not.toBeInViewport();
});

test("gives fingers enough room on a phone", async ({ page, enter }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await enter("admin");
  await live(page);
  // WCAG 2.2, 2.5.8: at least 24 by 24.
  const small = await page.evaluate(() =>
    [...document.querySelectorAll("button, a[href], [role=radio], [role=tab]")]
      .filter((element) => element.checkVisibility() && !element.closest(".skip-link, thead"))
      .map((element) => ({ name: element.getAttribute("aria-label") ?? element.textContent, box: element.getBoundingClientRect() }))
      .filter(({ box }) => box.width < 24 || box.height < 24)
      .map(({ name, box }) => `${name}: ${Math.round(box.width)} × ${Math.round(box.height)}`),
  );
  expect(small).toEqual([]);
});
