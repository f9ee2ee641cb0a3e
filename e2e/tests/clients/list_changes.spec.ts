// What can be kept, changed and taken along from the list, and by whom?

import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { expect, listed, live, names, onTheWay, panel, readsAreForgotten, test } from "../../fixtures.ts";
import { grid, hasRows, heads, line, openTool } from "../../list.ts";
import { everyLook } from "../../looks.ts";
import { count } from "../../time.ts";

const THREE = [
  { name: "Brindlecrest Freight", phase: "Data", segment: "mid" as const, arr: 81_600, health: 82, churn_risk: 8 },
  { name: "Calderhollow Foods", phase: "Data", segment: "smb" as const, arr: 62_400, health: 74, churn_risk: 12 },
  { name: "Dovemarsh Analytics", phase: "Data", arr: 96_000.5, health: 50, churn_risk: 30, review_in: 5 },
];

async function choose(page: Page, ...clients: string[]): Promise<void> {
  for (const name of clients) await page.getByRole("checkbox", { name: `Choose ${name}`, exact: true }).check();
}

test("keeps lists under a name, for oneself and for colleagues", async ({
  page,
  beside,
  stack,
  enter,
  organization,
  troubles,
}) => {
  troubles.allow("409 PUT /api/views");
  await organization.addClients(THREE);
  await enter(organization.admin, "/clients?sort=-arr&cols=arr&segment=smb,mid");
  await live(page);
  let dialog = await openTool(page, "Views");
  await expect(dialog).toContainText("No list is kept under a name yet.");
  await dialog.getByRole("textbox").fill("Largest");
  await dialog.getByRole("button", { name: "Save view" }).click();
  const views = dialog.getByRole("list", { name: "Saved views" }).getByRole("listitem");
  await expect(views).toHaveText([/Largest\s*Private/]);

  // The same name again, in other letters.
  await dialog.getByRole("textbox").fill("LARGEST");
  await dialog.getByRole("button", { name: "Save view" }).click();
  await expect(dialog.getByRole("alert")).toContainText("There is one of that name already");
  await expect(dialog.getByRole("textbox")).toHaveValue("LARGEST");
  await expect(views).toHaveCount(1);
  await dialog.getByRole("textbox").fill("All by name");
  await dialog.getByRole("checkbox", { name: "Share with your organization" }).check();
  await dialog.getByRole("button", { name: "Save view" }).click();
  await expect(views).toHaveText([/All by name\s*Shared/, /Largest\s*Private/]);

  // A colleague sees what is shared, may open it and nothing else.
  const other = await beside(organization.member, "/clients");
  await live(other);
  const theirs = await openTool(other, "Views");
  const seen = theirs.getByRole("list", { name: "Saved views" }).getByRole("listitem");
  await expect(seen).toHaveText([/All by name\s*Shared/]);
  await expect(seen.getByRole("button")).toHaveText(["All by name"]);
  await seen.getByRole("button", { name: "All by name" }).click();
  await expect(theirs).toBeHidden();
  await expect(other).toHaveURL(/sort=-arr&cols=arr&segment=smb/);
  expect(await heads(other)).toEqual(["Client", "ARR"]);

  // Removed, brought back as what it was, and there after a reload.
  await views.filter({ hasText: "Largest" }).getByRole("button", { name: "Share" }).click();
  await expect(views).toHaveText([/All by name\s*Shared/, /Largest\s*Shared/]);
  await views.filter({ hasText: "Largest" }).getByRole("button", { name: "Remove" }).click();
  await expect(views).toHaveCount(1);
  await expect(dialog.getByText("“Largest” was removed.")).toBeVisible();
  await dialog.getByRole("button", { name: "Undo" }).click();
  await expect(views).toHaveText([/All by name\s*Shared/, /Largest\s*Shared/]);
  await page.goto(`${stack.page}/clients`);
  await live(page);
  dialog = await openTool(page, "Views");
  await dialog.getByRole("button", { name: "Largest", exact: true }).click();
  await expect(page).toHaveURL(/sort=-arr/);
  await expect(names(page)).toHaveText(["Brindlecrest Freight", "Calderhollow Foods"]);
});

test("lets an Admin remove what a Member shares, and not bring it back in their name", async ({ page, enter, organization, database }) => {
  await database.query(
    `insert into public.saved_views (organization_id, user_id, workspace, name, query, is_shared)
     values ($1, $2, 'clients', 'Mine', 'sort=-mrr', true), ($1, $2, 'clients', 'Hidden', 'sort=arr', false)`,
    [organization.id, organization.member.id],
  );
  await enter(organization.admin);
  await live(page);
  const dialog = await openTool(page, "Views");
  const views = dialog.getByRole("list", { name: "Saved views" }).getByRole("listitem");
  await expect(views).toHaveText([/Mine\s*Shared/]);
  await expect(views.getByRole("button")).toHaveText(["Mine", "Remove"]);
  await views.getByRole("button", { name: "Remove" }).click();
  await expect(views).toHaveCount(0);
  await expect(dialog.getByRole("button", { name: "Undo" })).toHaveCount(0);
});

test("asks for a name, and refuses one that is too long, in place", async ({ page, enter, organization }) => {
  await enter(organization.admin);
  await live(page);
  const dialog = await openTool(page, "Views");
  const field = dialog.getByRole("textbox");
  for (const [name, problem] of [["   ", "Fill this in."], ["N".repeat(81), "This is too long."]] as const) {
    await field.fill(name);
    await dialog.getByRole("button", { name: "Save view" }).click();
    await expect(field).toHaveAccessibleDescription(new RegExp(problem));
    await expect(field).toHaveAttribute("aria-invalid", "true");
  }
  expect(count(page, "PUT /api/views")).toBe(0);
});

test("changes the phase of many, and tells of each that was not changed", async ({ page, enter, organization, database, troubles }) => {
  await organization.addClients([...THREE.map((client) => ({ ...client, owner: "member" as const })), { name: "Emberfold Robotics", phase: "Active", owner: "member" as const }]);
  await enter(organization.member);
  await live(page);
  await choose(page, "Brindlecrest Freight", "Calderhollow Foods", "Dovemarsh Analytics", "Emberfold Robotics");
  const bar = page.getByRole("region", { name: "Chosen clients" });
  await expect(bar).toContainText("4 chosen");
  // Meanwhile: one is edited, one is given to somebody else.
  await organization.change("Calderhollow Foods", { arr: 1 });
  await database.query("update public.clients set owner_id = $2 where organization_id = $1 and name = 'Dovemarsh Analytics'", [
    organization.id,
    organization.admin.id,
  ]);
  await readsAreForgotten();
  const dialog = await openTool(page, "Change phase");
  await expect(dialog).toContainText("Changes 4 clients");
  await dialog.getByRole("button", { name: "Change clients" }).click();
  await expect(dialog.getByRole("combobox")).toHaveAccessibleDescription(/Choose a phase/);
  expect(count(page, "POST /api/clients/changes"), "nothing is sent without a choice").toBe(0);
  await dialog.getByRole("combobox", { name: "New phase" }).selectOption("Active");
  await dialog.getByRole("button", { name: "Change clients" }).click();
  await expect(dialog.getByRole("status")).toContainText("1 client changed. 1 already had that value. 2 not changed:");
  await expect(dialog.getByRole("listitem")).toHaveText([
    /^Calderhollow Foods – changed by somebody else in the meantime/,
    /^Dovemarsh Analytics – you have no right/,
  ]);
  // What can be tried again is still chosen.
  await expect(bar).toContainText("1 chosen");
  await dialog.locator(".dialog-foot").getByRole("button", { name: "Close" }).click();
  await expect(line(page, "Brindlecrest Freight")).toContainText("Active");
  await expect(page.getByRole("checkbox", { name: "Choose Calderhollow Foods" })).toBeChecked();
  await expect(page.getByRole("checkbox", { name: "Choose Dovemarsh Analytics" })).toHaveCount(0);
  const phases = () =>
    database.query("select name, phase from public.clients where organization_id = $1 order by name", [organization.id]);
  expect(await phases()).toEqual([
    { name: "Brindlecrest Freight", phase: "Active" },
    { name: "Calderhollow Foods", phase: "Data" },
    { name: "Dovemarsh Analytics", phase: "Data" },
    { name: "Emberfold Robotics", phase: "Active" },
  ]);
  // Seen as it is now, it can be changed.
  await expect(line(page, "Dovemarsh Analytics")).toContainText("Corin Vashley");
  const again = await openTool(page, "Change phase");
  await again.getByRole("combobox", { name: "New phase" }).selectOption("No phase");
  await again.getByRole("button", { name: "Change clients" }).click();
  await expect(again.getByRole("status")).toContainText("1 client changed.");
  await expect(bar).toHaveCount(0);
  expect((await phases())[1]).toEqual({ name: "Calderhollow Foods", phase: null });
  expect(troubles.unexpected()).toEqual([]);
});

test("changes owner and review date of all that are listed", async ({ page, enter, organization, database }) => {
  await organization.addClients(THREE);
  await enter(organization.admin, "/clients?q=e");
  await live(page);
  await page.getByRole("checkbox", { name: "Choose all clients" }).check();
  const bar = page.getByRole("region", { name: "Chosen clients" });
  await expect(bar).toContainText("3 chosen");
  let dialog = await openTool(page, "Change owner");
  const people = dialog.getByRole("combobox", { name: "New owner" }).getByRole("option");
  await expect(people).toHaveText(["Choose a person", "Nobody (unassigned)", "Corin Vashley", "Juno Ashwick"]);
  await dialog.getByRole("combobox", { name: "New owner" }).selectOption("Juno Ashwick");
  await dialog.getByRole("button", { name: "Change clients" }).click();
  await expect(dialog.getByRole("status")).toContainText("3 clients changed.");
  await dialog.locator(".dialog-foot").getByRole("button", { name: "Close" }).click();
  for (const { name } of THREE) await expect(line(page, name)).toContainText("Juno Ashwick");
  await expect(bar).toHaveCount(0);

  await page.getByRole("checkbox", { name: "Choose all clients" }).check();
  dialog = await openTool(page, "Change QBR date");
  await dialog.getByRole("button", { name: "Change clients" }).click();
  await expect(dialog.getByLabel("Next QBR")).toHaveAccessibleDescription(/Enter a day/);
  await dialog.getByLabel("Next QBR").fill("2031-02-28");
  await dialog.getByRole("button", { name: "Change clients" }).click();
  await expect(dialog.getByRole("status")).toContainText("3 clients changed.");
  await dialog.locator(".dialog-foot").getByRole("button", { name: "Close" }).click();
  const dates = () =>
    database.query("select distinct qbr_date::text as day from public.clients where organization_id = $1", [organization.id]);
  expect(await dates()).toEqual([{ day: "2031-02-28" }]);
  await expect(line(page, "Brindlecrest Freight")).toContainText("28 Feb 2031");

  await page.getByRole("checkbox", { name: "Choose all clients" }).check();
  dialog = await openTool(page, "Change QBR date");
  await dialog.getByRole("checkbox", { name: "Take the date away instead" }).check();
  await dialog.getByRole("button", { name: "Change clients" }).click();
  await expect(dialog.getByRole("status")).toContainText("3 clients changed.");
  expect(await dates()).toEqual([{ day: null }]);
});

test("says what failed when a change of many does not arrive, and loses nothing", async ({ page, enter, organization, stack, troubles }) => {
  troubles.allow("503 POST /api/clients/changes", /^503 GET \/api\/clients/);
  await organization.addClients(THREE);
  await enter(organization.admin);
  await live(page);
  await choose(page, "Brindlecrest Freight");
  const dialog = await openTool(page, "Change phase");
  await dialog.getByRole("combobox", { name: "New phase" }).selectOption("Algorithm");
  await stack.play({ rest: { kind: "refuse" } });
  await dialog.getByRole("button", { name: "Change clients" }).click();
  await expect(dialog.getByRole("alert")).toContainText(/Not saved: the database is unreachable/i);
  await expect(dialog.getByRole("combobox", { name: "New phase" })).toHaveValue("Algorithm");
  await stack.heal();
  await dialog.getByRole("button", { name: "Change clients" }).click();
  await expect(dialog.getByRole("status")).toContainText("1 client changed.");
});

/** The lines of the file that a press of the button gives. */
async function exported(page: Page): Promise<string[]> {
  const dialog = await openTool(page, "Export CSV");
  const download = page.waitForEvent("download");
  await dialog.getByRole("button", { name: "Download CSV" }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe("clients.csv");
  const text = await readFile(await file.path(), "utf8");
  expect(text.startsWith("\u{feff}"), "spreadsheets are told that it is UTF-8").toBe(true);
  expect(text.endsWith("\r\n")).toBe(true);
  await expect(dialog).toBeHidden();
  return text.slice(1, -2).split("\r\n");
}

test("exports what is shown: these rows, columns and order, and no formulas", async ({ page, enter, stack, organization, database }) => {
  await organization.addClients([
    ...THREE,
    { name: "=HYPERLINK(\"https://example.com\")", status: "paused" },
    { name: "+1, or -1", status: "paused" },
    { name: "-2", status: "paused" },
    { name: "@sum(A1)", status: "paused" },
    { name: "فندق جلاسمير 🏨", status: "prospect" },
  ]);
  await enter(organization.admin, "/clients?sort=-arr&cols=arr,segment,health,qbr,owner");
  await live(page);
  const { day } = await database.one<{ day: string }>(
    "select qbr_date::text as day from public.clients where organization_id = $1 and qbr_date is not null",
    [organization.id],
  );
  // What tells of it arrives after the page, and then waits for company.
  const told = (times: number) =>
    expect
      .poll(
        () => database.query("select 1 from public.analytics_events where organization_id = $1 and event_key = 'ui.export.downloaded'", [organization.id]),
        { timeout: 15_000 },
      )
      .toHaveLength(times);
  expect(await exported(page)).toEqual([
    "Client,ARR,Segment,Health,Next QBR,Owner",
    `Dovemarsh Analytics,96000.50,,50,${day},Corin Vashley`,
    "Brindlecrest Freight,81600.00,mid,82,,Corin Vashley",
    "Calderhollow Foods,62400.00,smb,74,,Corin Vashley",
  ]);
  await told(1);
  await page.goto(`${stack.page}/clients?status=paused,prospect&cols=status&sort=name`);
  await live(page);
  await expect(names(page)).toHaveCount(5);
  const shown = await listed(page);
  const written = [
    "\"'=HYPERLINK(\"\"https://example.com\"\")\",paused",
    "\"'+1, or -1\",paused",
    "-2,paused",
    "'@sum(A1),paused",
    "فندق جلاسمير 🏨,prospect",
  ];
  const [head, ...lines] = await exported(page);
  expect(head).toBe("Client,Status");
  expect([...lines].sort()).toEqual([...written].sort());
  // In the order of the list, whatever collation that is.
  expect(lines.map((line) => shown.findIndex((name) => line.includes(name.replaceAll("\"", "\"\""))))).toEqual([0, 1, 2, 3, 4]);
  await told(2);
});

test("says that a cut list gives a cut file", async ({ page, enter, organization }) => {
  await organization.addClients(Array.from({ length: 201 }, (_, at) => ({ name: `Client ${at}` })));
  await enter(organization.admin);
  await hasRows(page, 200);
  const dialog = await openTool(page, "Export CSV");
  await expect(dialog).toContainText("The file would hold 200 of 201 clients. Load more first");
});

const ADD = "Add client";

test("adds a client, and leads to it", async ({ page, enter, organization, database, stack }) => {
  await enter(organization.admin);
  await live(page);
  await expect(panel(page, "All clients")).toContainText("No clients yet");
  await panel(page, "All clients").locator(".state-more").getByRole("button", { name: ADD }).click();
  const dialog = page.getByRole("dialog", { name: ADD });
  const name = dialog.getByRole("textbox", { name: "Name" });
  await expect(name).toBeVisible();
  await dialog.getByRole("button", { name: ADD }).click();
  await expect(dialog.getByRole("alert")).toContainText("The client was not added");
  await expect(name).toHaveAccessibleDescription(/Fill this in/);
  await dialog.getByRole("alert").getByRole("link").click();
  await expect(name).toBeFocused();
  await name.fill("N".repeat(201));
  await dialog.getByRole("button", { name: ADD }).click();
  await expect(name).toHaveAccessibleDescription(/too long/);
  expect(count(page, "POST /api/clients")).toBe(0);

  const given = "  فندق جلاسمير 🏨 <b>& Söhne</b> ";
  await name.fill(given);
  await dialog.getByRole("combobox", { name: "Segment" }).selectOption("Enterprise");
  await dialog.getByRole("textbox", { name: "Industry" }).fill("hospitality");
  await dialog.getByRole("textbox", { name: "Region" }).fill("Gulf");
  await dialog.getByRole("combobox", { name: "Owner" }).selectOption("Juno Ashwick");
  await dialog.getByRole("button", { name: ADD }).click();
  await expect(dialog.getByRole("status")).toHaveText(`“${given.trim()}” was added as a prospect.`);
  await dialog.getByRole("button", { name: "Show in the list" }).click();
  await expect(names(page)).toHaveText([given.trim()]);
  await expect(line(page, given.trim())).toContainText("Prospect");
  await expect(line(page, given.trim())).toContainText("Juno Ashwick");
  expect(
    await database.query(
      "select name, status, segment, industry, region, owner_id from public.clients where organization_id = $1",
      [organization.id],
    ),
  ).toEqual([
    { name: given.trim(), status: "prospect", segment: "enterprise", industry: "hospitality", region: "Gulf", owner_id: organization.member.id },
  ]);
  await page.goto(`${stack.page}/clients`);
  await expect(panel(page, "All clients")).toContainText("No client matches");
});

test("makes one client of a double press", async ({ page, enter, organization, database, stack }) => {
  await enter(organization.member);
  await live(page);
  const dialog = await openTool(page, ADD);
  await dialog.getByRole("textbox", { name: "Name" }).fill("Ironlark Tools");
  // A Member leads what they add.
  await expect(dialog.getByRole("combobox", { name: "Owner" })).toHaveCount(0);
  await stack.play({ rest: { kind: "latency", ms: 400 } });
  await dialog.getByRole("textbox", { name: "Name" }).press("Enter");
  await page.keyboard.press("Enter");
  await dialog.getByRole("button", { name: ADD }).dblclick({ force: true });
  await expect(dialog.getByRole("status")).toContainText("was added");
  expect(count(page, "POST /api/clients")).toBe(1);
  expect(await database.query("select name, owner_id from public.clients where organization_id = $1", [organization.id])).toEqual([
    { name: "Ironlark Tools", owner_id: organization.member.id },
  ]);
});

test("makes one client also when the first answer was lost", async ({ page, enter, organization, database, troubles }) => {
  troubles.allow("net::ERR_FAILED POST /api/clients");
  const way = await onTheWay(page, "**/api/clients", async (route) => {
    if (route.request().method() !== "POST") return route.fallback();
    await route.fetch();
    await route.abort();
  });
  await enter(organization.admin);
  await live(page);
  const dialog = await openTool(page, ADD);
  await dialog.getByRole("textbox", { name: "Name" }).fill("Ironlark Tools");
  way.meddle();
  await dialog.getByRole("button", { name: ADD }).click();
  await expect(dialog.getByRole("alert")).toContainText("Not saved");
  way.rest();
  await dialog.getByRole("button", { name: ADD }).click();
  await expect(dialog.getByRole("status")).toContainText("was added");
  expect(await database.query("select 1 from public.clients where organization_id = $1", [organization.id])).toHaveLength(1);
});

test("offers a Member what they may do, with their own clients only", async ({ page, enter, organization }) => {
  await organization.addClients([
    { name: "Brindlecrest Freight", owner: "member" },
    { name: "Calderhollow Foods", owner: "admin" },
  ]);
  await enter(organization.member);
  await live(page);
  await expect(grid(page).locator("tbody").getByRole("checkbox")).toHaveCount(1);
  await page.getByRole("checkbox", { name: "Choose all of your clients" }).check();
  const bar = page.getByRole("region", { name: "Chosen clients" });
  await expect(bar.getByRole("button")).toHaveText(["Change phase", "Change QBR date", "Choose none"]);
  await expect(bar).toContainText("1 chosen");
  await bar.getByRole("button", { name: "Choose none" }).click();
  await expect(bar).toHaveCount(0);
  // Also not with the keyboard.
  await line(page, "Calderhollow Foods").focus();
  await page.keyboard.press("x");
  await expect(line(page, "Calderhollow Foods")).toHaveAttribute("aria-selected", "false");
  await expect(bar).toHaveCount(0);
});

test("offers nothing that changes something with sample rows", async ({ page, enter, stack, troubles }) => {
  troubles.allow(/^503 GET \/api\/clients/);
  await enter("admin", "/no/such/page");
  await expect(page.getByRole("link", { name: "Go to Clients" })).toBeVisible();
  await stack.play({ rest: { kind: "refuse" } });
  await page.getByRole("link", { name: "Go to Clients" }).click();
  await panel(page, "All clients").getByRole("button", { name: "View sample data" }).click();
  await expect(names(page)).toHaveCount(9);
  await expect(page.getByRole("button", { name: ADD })).toHaveCount(0);
  await expect(grid(page).getByRole("checkbox")).toHaveCount(0);
});

for (const persona of ["client", "client.b"] as const) {
  test(`denies the list to ${persona}, whatever the address asks for`, async ({ page, enter }) => {
    await enter(persona, "/clients?status=all&q=a&cols=mrr");
    await expect(page.getByRole("heading", { name: "The clients list is for staff" })).toBeVisible();
    for (const button of ["Filter", "Export CSV", ADD]) await expect(page.getByRole("button", { name: button })).toHaveCount(0);
    expect(count(page, "GET /api/clients")).toBe(0);
  });
}

for (const tool of ["Filter", "Columns", "Views", "Export CSV", ADD, "Change owner", "Change phase", "Change QBR date"]) {
  test(`${tool}: nothing for axe to find, opened and closed with the keyboard`, async ({ page, enter, organization, database }) => {
    test.slow();
    await organization.addClients(THREE);
    await database.query(
      `insert into public.saved_views (organization_id, user_id, workspace, name, query, is_shared)
       values ($1, $2, 'clients', 'Largest accounts of the whole organization', 'sort=-mrr', true)`,
      [organization.id, organization.admin.id],
    );
    await page.emulateMedia({ reducedMotion: "reduce" });
    await enter(organization.admin);
    await live(page);
    if (tool.startsWith("Change")) await choose(page, "Brindlecrest Freight");
    const dialog = await openTool(page, tool);
    if (tool === ADD) {
      await dialog.getByRole("button", { name: ADD }).click();
      await expect(dialog.getByRole("alert")).toContainText("was not added");
    }
    await everyLook(page, { only: "dialog[open]" }, async ({ width }) => {
      const wide = await dialog.evaluate((dialog) => dialog.scrollWidth > dialog.clientWidth);
      expect(wide, `${width} wide`).toBe(false);
    });
    // The browser gives the focus back to what opened it.
    await page.keyboard.press("Escape");
    await expect(dialog).toBeHidden();
    await expect(panel(page, "All clients").getByRole("button", { name: tool, exact: true })).toBeFocused();
  });
}

for (const [name, address] of [
  ["many columns", "/clients?status=all&cols=status,segment,phase,owner,stage,open,arr,mrr,ar,health,churn,trs,qbr,updated"],
  ["few columns", "/clients?status=all&cols=health,churn,owner,mrr"],
  ["no match", "/clients?q=zzz&owner=me,unassigned&band=at-risk"],
] as const) {
  test(`the list with ${name} and rows chosen: nothing for axe to find`, async ({ page, enter }) => {
    test.slow();
    await page.emulateMedia({ reducedMotion: "reduce" });
    await enter("admin", address);
    await live(page);
    if (name !== "no match") await page.getByRole("checkbox", { name: "Choose all clients" }).check();
    await everyLook(page, { only: "#clients" }, async ({ width }) => {
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(over, `${width} wide`).toBeLessThanOrEqual(0);
    });
  });
}
