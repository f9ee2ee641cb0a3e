// Can everything be found and done from one place, with the keyboard alone?

import type { Page } from "@playwright/test";
import type { Database } from "../../database.ts";
import { expect, fillSignIn, fromAccountMenu, goOffline, live, onTheWay, test } from "../../fixtures.ts";
import { active, field, groups, openPalette, option, palette } from "../../palette.ts";
import { count } from "../../time.ts";

const SEARCH = "GET /api/search";

async function clientId(database: Database, name: string): Promise<string> {
  const { id } = await database.one<{ id: string }>("select id from public.clients where name = $1", [name]);
  return id;
}

async function path(page: Page): Promise<string> {
  return page.evaluate(() => location.pathname + location.search);
}

test("opens by key from anywhere, closes with Escape, and gives the focus back", async ({ page, enter }) => {
  await enter("admin");
  await live(page);
  const box = page.getByPlaceholder("Search name, industry, region");
  for (const place of [page.getByRole("button", { name: "Refresh" }), box]) {
    await place.focus();
    await openPalette(page);
    // A second time changes nothing.
    await page.keyboard.type("dark");
    await page.keyboard.press("ControlOrMeta+k");
    await expect(field(page)).toHaveValue("dark");
    await page.keyboard.press("Escape");
    await expect(palette(page)).toBeHidden();
    await expect(place).toBeFocused();
  }
});

test("opens again before it has been told that it closed", async ({ page, enter }) => {
  await enter("admin");
  await live(page);
  await openPalette(page);
  await page.keyboard.type("refresh");
  await expect.poll(() => active(page)).toBe("Refresh this page's data");
  const closedBetween = await page.evaluate(async () => {
    const press = (key: string, ctrlKey: boolean) =>
      (document.activeElement ?? document.body).dispatchEvent(
        new KeyboardEvent("keydown", { key, ctrlKey, bubbles: true, cancelable: true }),
      );
    const dialog = document.querySelector<HTMLDialogElement>("dialog[open]");
    // Heard after the page has heard it.
    const told = new Promise((done) => dialog?.addEventListener("close", done, { once: true }));
    press("Enter", false);
    // The page's own work is done in between, but no other event comes.
    for (let turn = 0; turn < 50; turn += 1) await null;
    const closed = !dialog?.open;
    press("k", true);
    await told;
    return closed;
  });
  expect(closedBetween).toBe(true);
  await expect(field(page)).toBeFocused();
});

test("opens by the button, also on a phone", async ({ page, enter }) => {
  await enter("admin");
  await live(page);
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 844 });
    const button = page.locator(".page-head").getByRole("button", { name: "Search", exact: true });
    await button.click();
    await expect(field(page)).toBeFocused();
    await palette(page).getByRole("button", { name: "Close" }).click();
    await expect(palette(page)).toBeHidden();
    await expect(button).toBeFocused();
  }
});

test("lists pages and what can be done before anything is typed", async ({ page, enter }) => {
  await enter("admin");
  await live(page);
  await openPalette(page);
  expect(await groups(page)).toEqual({
    "Go to": [
      "Overview",
      "Clients",
      "Pipeline",
      "Finance",
      "Playbooks",
      "Clients: churn risk",
      "Clients: health",
      "Clients: reviews (QBR)",
      "Pipeline: table",
      "Pipeline: forecast",
      "Import opportunities",
      "Finance: billing",
      "Finance: subscriptions",
      "Finance: expenses",
      "Finance: cash",
      "Finance: profit and loss",
    ],
    Actions: [
      "New invoice",
      "Record payment",
      "New subscription",
      "Add expense",
      "Add cash entry",
      "Add client",
      "Filter clients",
      "Choose columns",
      "Open or save a view",
      "Export clients as CSV",
      "Refresh this page's data",
      "Theme: same as system",
      "Theme: light",
      "Theme: dark",
      "Show keyboard shortcuts",
      "Sign out",
    ],
  });
  expect(count(page, SEARCH)).toBe(0);
});

test("is walked with the keyboard, and Tab does not leave it", async ({ page, enter }) => {
  await enter("admin");
  await live(page);
  await openPalette(page);
  expect(await active(page)).toBe("Overview");
  await page.keyboard.press("ArrowDown");
  await expect.poll(() => active(page)).toBe("Clients");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  await expect.poll(() => active(page)).toBe("Sign out");
  await expect(option(page, "Sign out")).toBeInViewport();
  await page.keyboard.press("ArrowDown");
  await expect.poll(() => active(page)).toBe("Overview");
  await page.keyboard.press("End");
  await expect.poll(() => active(page)).toBe("Sign out");
  await page.keyboard.press("Home");
  await expect.poll(() => active(page)).toBe("Overview");
  for (const key of ["Tab", "Shift+Tab"]) {
    await page.keyboard.press(key);
    await expect(field(page)).toBeFocused();
  }
  await page.keyboard.type("health");
  await expect.poll(() => active(page)).toBe("Clients: health");
  await page.keyboard.press("Enter");
  await expect(palette(page)).toBeHidden();
  expect(await path(page)).toBe("/clients?panel=health");
});

test("marks what was typed, whatever its case and accents, and puts beginnings first", async ({ page, enter }) => {
  await enter("admin");
  await live(page);
  await openPalette(page);
  await page.keyboard.type("THÉME");
  await expect(option(page, "Theme: dark").locator("mark")).toHaveText("Theme");
  await field(page).fill("re");
  await expect.poll(async () => (await groups(page))["Go to"]?.[0]).toBe("Clients: reviews (QBR)");
  expect((await groups(page))["Actions"]).toEqual(["Record payment", "Refresh this page's data", "New subscription"]);
  // There are more than a search shows, and it says so.
  await expect(palette(page).getByRole("status")).toContainText("Only the best matches are shown; type more");
  await expect(palette(page).getByRole("status")).toBeInViewport();
  await page.keyboard.type("newal");
  await expect(palette(page).getByRole("status")).toHaveText(/^\d+ results?: .*\.$/);
});

test("finds records of every kind and leads to where they stand", async ({ page, enter, database }) => {
  await enter("admin");
  await live(page);
  const client = await clientId(database, "Brindlecrest Freight");
  const { id: deal } = await database.one<{ id: string }>(
    "select id from public.opportunities where name = 'Warehouse network rollout'",
  );
  for (const [text, group, label, to] of [
    ["brindlecrest", "Clients", "Brindlecrest Freight", `/clients/${client}`],
    ["adria", "Contacts", "Adria Pellworth", `/clients/${client}`],
    ["warehouse", "Opportunities", "Warehouse network rollout", `/pipeline/${deal}`],
    ["inv-1001", "Invoices", "INV-1001", `/clients/${client}?tab=finance`],
  ] as const) {
    await openPalette(page);
    await page.keyboard.type(text);
    const line = palette(page).getByRole("group", { name: group, exact: true }).getByRole("option", { name: label });
    await expect(line.first()).toHaveAttribute("href", to);
    await expect(line.first().locator("mark").first()).toHaveText(new RegExp(text, "i"));
    // The best stands first in its group; Enter opens it.
    while ((await active(page)) !== label) await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect(palette(page)).toBeHidden();
    expect(await path(page)).toBe(to);
    await page.goBack();
    await live(page);
  }
  // An agent has no page yet and no client.
  await openPalette(page);
  await page.keyboard.type("portfolio review");
  await expect.poll(() => count(page, SEARCH)).toBe(5);
  await expect(palette(page).getByRole("status")).toHaveText(/result/);
  expect(Object.keys(await groups(page))).not.toContain("Agents");
});

test("forgives a slip of the key", async ({ page, enter }) => {
  await enter("director");
  await live(page);
  await openPalette(page);
  await page.keyboard.type("brindlecrst frieght");
  await expect(option(page, /^Brindlecrest Freight/)).toBeVisible();
});

test("finds only what the person may see", async ({ page, enter }) => {
  // Piers leads the client of INV-1002; Juno does not.
  await enter("member");
  await live(page);
  await openPalette(page);
  await page.keyboard.type("inv-1002");
  await expect(option(page, /^INV-100/).first()).toBeVisible();
  await expect(option(page, /^INV-1002/)).toHaveCount(0);
  await field(page).fill("pebblecroft");
  await expect(palette(page).getByText("No results for “pebblecroft”")).toBeVisible();
  await page.context().clearCookies();
  await enter("member2");
  await live(page);
  await openPalette(page);
  await page.keyboard.type("inv-1002");
  await expect(option(page, /^INV-1002/)).toBeVisible();
});

test("asks nothing for a customer, who has no page to open a record on", async ({ page, enter }) => {
  await enter("client");
  await expect(page.getByRole("heading", { name: "The clients list is for staff" })).toBeVisible();
  await openPalette(page);
  expect(Object.keys(await groups(page))).toEqual(["Actions"]);
  await page.keyboard.type("brindlecrest");
  await expect(palette(page).getByText("No results for “brindlecrest”")).toBeVisible();
  await field(page).fill("client");
  await expect(palette(page).getByText("No results for “client”")).toBeVisible();
  expect(count(page, SEARCH)).toBe(0);
});

test("waits until nothing is typed, gives up older questions, and shows the newest answer", async ({ page, enter }) => {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  const way = await onTheWay(page, "**/api/search?q=brindle", async (route) => {
    await held;
    await route.continue().catch(() => undefined);
  });
  way.meddle();
  await enter("admin");
  await live(page);
  const given_up: string[] = [];
  page.on("requestfailed", (request) => given_up.push(new URL(request.url()).search));
  await openPalette(page);
  const asked = page.waitForRequest("**/api/search?q=brindle");
  await page.keyboard.type("brindle");
  await asked;
  // One question for seven letters.
  expect(count(page, SEARCH)).toBe(1);
  await field(page).fill("calderhollow");
  await expect(option(page, /^Calderhollow Foods/)).toBeVisible();
  release();
  await expect.poll(() => given_up).toEqual(["?q=brindle"]);
  await expect(option(page, /^Calderhollow Foods/)).toBeVisible();
  await expect(option(page, /^Brindlecrest/)).toHaveCount(0);
  // What was found stays while it still fits, without a flicker.
  await page.keyboard.press("Backspace");
  await expect(option(page, /^Calderhollow Foods/)).toBeVisible();
});

test("says that there is nothing, and how many results there are", async ({ page, enter }) => {
  await enter("admin");
  await live(page);
  await openPalette(page);
  const status = palette(page).getByRole("status");
  await page.keyboard.type("zzyzx");
  await expect(status).toHaveText("No results for “zzyzx”");
  await expect(field(page)).toHaveAttribute("aria-expanded", "false");
  await expect(palette(page).getByRole("listbox")).toHaveCount(0);
  await page.keyboard.press("Enter");
  await expect(palette(page)).toBeVisible();
  await field(page).fill("juniperdale");
  // The contacts are found by their address, and their note is marked in its stead.
  await expect(status).toHaveText("3 results: 1 in Clients, 2 in Contacts.");
  await expect(option(page, /^Quenna Silverlock/).locator("mark")).toHaveText("Juniperdale");
  await field(page).fill("show keyboard");
  await expect(status).toHaveText("1 result: 1 in Actions.");
  await expect(field(page)).toHaveAttribute("aria-expanded", "true");
});

test("goes on with pages and actions when the search fails, and tries it again", async ({
  page,
  enter,
  stack,
  troubles,
}) => {
  troubles.allow(/^503 GET \/api\//, /^net::ERR_INTERNET_DISCONNECTED /);
  await enter("admin");
  await live(page);
  await stack.play({ rest: { kind: "refuse" } });
  await openPalette(page);
  await page.keyboard.type("theme");
  const group = palette(page).getByRole("group", { name: "Search is unavailable" });
  await expect(group).toContainText("The database is unreachable. Pages and actions still work.");
  await expect(option(page, /^Theme: dark/)).toBeVisible();
  await stack.heal();
  await field(page).fill("juniperdale");
  await expect(async () => {
    const again = group.getByRole("option", { name: /^Search again/ });
    if (await again.isVisible()) await again.click({ timeout: 1_000 });
    await expect(option(page, /^Juniperdale Software/)).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await expect(field(page)).toBeFocused();
  await page.keyboard.press("Escape");

  await goOffline(page);
  await openPalette(page);
  await page.keyboard.type("dark");
  await expect(group).toContainText("You are offline. Pages and actions still work.");
  while ((await active(page)) !== "Theme: dark") await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.context().setOffline(false);
});

test("remembers what was opened, for this person only and until sign-out", async ({ page, enter, stack, troubles }) => {
  troubles.allow("401 GET /api/session");
  await enter("admin");
  await live(page);
  for (const name of ["Emberfold Robotics", "Juniperdale Software", "Emberfold Robotics"]) {
    await openPalette(page);
    await page.keyboard.type(name);
    await expect.poll(() => active(page)).toBe(name);
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/clients\/[0-9a-f-]{36}$/);
  }
  const recent = async () => {
    await openPalette(page);
    await expect(option(page, "Show keyboard shortcuts")).toBeVisible();
    return (await groups(page))["Recent"];
  };
  expect(await recent()).toEqual(["Emberfold Robotics", "Juniperdale Software"]);
  await expect(option(page, /^Emberfold Robotics/)).toContainText("Client · active");
  await page.goto("/clients");
  await live(page);
  await openPalette(page);
  await expect(option(page, /^Juniperdale Software/)).toBeVisible();
  await page.keyboard.press("Escape");
  await fromAccountMenu(page, "Sign out");
  await expect(page.getByRole("heading", { name: "Sign in", level: 1 })).toBeVisible();
  for (const persona of ["director", "admin"] as const) {
    const { email, password } = stack.account(persona);
    await fillSignIn(page, email, password);
    await live(page);
    expect(await recent()).toBeUndefined();
    await page.keyboard.press("Escape");
    await fromAccountMenu(page, "Sign out");
    await expect(page.getByRole("heading", { name: "Sign in", level: 1 })).toBeVisible();
  }
});

test("opens a result in a new tab, and leaves this one where it is", async ({ page, context, enter, database }) => {
  await enter("admin");
  await live(page);
  const client = await clientId(database, "Hollowpine Energy");
  await openPalette(page);
  await page.keyboard.type("hollowpine");
  await expect.poll(() => active(page)).toBe("Hollowpine Energy");
  for (const open of [() => page.keyboard.press("ControlOrMeta+Enter"), () => option(page, /^Hollowpine/).click({ modifiers: ["ControlOrMeta"] })]) {
    if (await palette(page).isHidden()) {
      await openPalette(page);
      await page.keyboard.type("hollowpine");
      await expect(option(page, /^Hollowpine/)).toBeVisible();
    }
    const [tab] = await Promise.all([context.waitForEvent("page"), open()]);
    await expect(tab).toHaveURL(new RegExp(`/clients/${client}$`));
    await expect(palette(page)).toBeHidden();
    expect(await path(page)).toBe("/clients");
    await tab.close();
  }
});

test("does what its actions say", async ({ page, enter }) => {
  await enter("admin");
  await live(page);
  const choose = async (name: string) => {
    await openPalette(page);
    await page.keyboard.type(name);
    await expect.poll(() => active(page)).toBe(name);
    await page.keyboard.press("Enter");
    // The key that opens it closes it too.
    await expect(palette(page)).toBeHidden();
  };
  for (const [action, dialog] of [
    ["Filter clients", "Filter clients"],
    ["Choose columns", "Columns"],
    ["Open or save a view", "Saved views"],
    ["Export clients as CSV", "Export CSV"],
    ["Add client", "Add client"],
  ] as const) {
    await choose(action);
    await expect(page.getByRole("dialog", { name: dialog, exact: true })).toBeVisible();
    // What the page under a dialog can do is out of reach, and is not offered.
    await openPalette(page);
    await expect(option(page, "Show keyboard shortcuts")).toBeVisible();
    await expect(option(page, "Filter clients")).toHaveCount(0);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);
  }
  const before = count(page, "GET /api/clients");
  await choose("Refresh this page's data");
  await expect.poll(() => count(page, "GET /api/clients")).toBeGreaterThan(before);
  await choose("Theme: dark");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await choose("Theme: same as system");
  await expect(page.locator("html")).not.toHaveAttribute("data-theme");
  await choose("Sign out");
  await expect(page.getByRole("heading", { name: "Sign in", level: 1 })).toBeVisible();
});

test("adds a client from any page, for those who may", async ({ page, enter }) => {
  await enter("member", "/no/such/page");
  await expect(page.getByRole("heading", { name: "Page not found", level: 1 })).toBeVisible();
  await openPalette(page);
  await page.keyboard.type("add client");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog", { name: "Add client" })).toBeVisible();
  expect(await path(page)).toBe("/clients");
  await page.keyboard.press("Escape");
  await live(page);
  // Once only.
  await page.goBack();
  await page.goForward();
  await live(page);
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("lists every shortcut, in groups", async ({ page, enter }) => {
  await enter("admin");
  await live(page);
  await page.keyboard.press("?");
  const list = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(list.getByRole("heading", { level: 3 })).toHaveText([
    "On every page",
    "In the command palette",
    "In a table",
    "On the pipeline's board",
    "In menus and choices",
  ]);
  await expect(list.getByRole("button", { name: "Close" })).toBeFocused();
  await expect(list.locator("dl > div").filter({ hasText: "Search, go to and do" })).toContainText(/(Ctrl|⌘)K/);
  await page.keyboard.press("Escape");
  await expect(list).toBeHidden();
  // From the palette it takes the palette's place, and the focus goes back to where the palette was opened.
  await page.getByRole("button", { name: "Refresh" }).focus();
  await openPalette(page);
  await page.keyboard.type("shortcuts");
  await page.keyboard.press("Enter");
  await expect(list.getByRole("button", { name: "Close" })).toBeFocused();
  await expect(page.getByRole("dialog")).toHaveCount(1);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "Refresh" })).toBeFocused();
});

test("takes what is typed for text, and not for shortcuts", async ({ page, enter }) => {
  await enter("admin", "/no/such/page");
  await expect(page.getByRole("heading", { name: "Page not found", level: 1 })).toBeVisible();
  await openPalette(page);
  await page.keyboard.type("gc?r/x");
  await expect(field(page)).toHaveValue("gc?r/x");
  await expect(page.getByRole("dialog")).toHaveCount(1);
  expect(await path(page)).toBe("/no/such/page");
});

test("does the work of finance from any page, for those who may", async ({ page, enter, organization }) => {
  await enter(organization.admin, "/clients");
  await live(page);
  for (const [action, dialog] of [
    ["New invoice", "New invoice"],
    ["New subscription", "New subscription"],
    ["Add expense", "Add expense"],
    ["Add cash entry", "Add cash entry"],
    ["Record payment", "Record payment"],
  ] as const) {
    await openPalette(page);
    await page.keyboard.type(action);
    await expect.poll(() => active(page)).toBe(action);
    await page.keyboard.press("Enter");
    await expect(page.getByRole("dialog", { name: dialog, exact: true })).toBeVisible();
    expect(await path(page)).toBe("/finance");
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await page.goto("/clients");
    await live(page);
  }
  await page.context().clearCookies();
  await enter("director", "/clients");
  await live(page);
  await openPalette(page);
  await page.keyboard.type("expense");
  await expect(option(page, "Finance: expenses")).toBeVisible();
  await expect(option(page, "Add expense")).toHaveCount(0);
});
