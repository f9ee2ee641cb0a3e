// Do opportunities go where people put them, once, and does nobody overwrite anybody?

import { expect, onTheWay, test } from "../../fixtures.ts";
import { deal, deals, dialog, lane, layOut, pipelineIsThere, stageOf } from "../../pipeline.ts";
import { asksBeforeLeaving, count } from "../../time.ts";
import type { Page } from "@playwright/test";

test.beforeEach(async ({ organization, database, enter, page }) => {
  await layOut(organization, database);
  await enter(organization.member, "/pipeline");
  await pipelineIsThere(page);
});

/** Drags with the mouse, in steps, as a hand does. */
async function drag(page: Page, name: string, to: string): Promise<void> {
  const [from, target] = [await deal(page, name).boundingBox(), await lane(page, to).boundingBox()];
  if (!from || !target) throw new Error("not on screen");
  await page.mouse.move(from.x + from.width / 2, from.y + 12);
  await page.mouse.down();
  await page.mouse.move(from.x + from.width / 2 + 12, from.y + 20, { steps: 3 });
  await page.mouse.move(target.x + target.width / 2, target.y + 80, { steps: 8 });
  await page.mouse.up();
}

test("columns say how many, how much and how much of it is likely", async ({ page }) => {
  await expect(page.getByRole("group", { name: "Pipeline board" }).getByRole("region")).toHaveCount(6);
  await expect(lane(page, "Prospect")).toContainText("$15,000");
  await expect(lane(page, "Prospect")).toContainText("$1,500 weighted");
  await expect(lane(page, "Proposal")).toContainText("$40,000.50");
  await expect(lane(page, "Proposal")).toContainText("$20,000.25 weighted");
  await expect(lane(page, "Won")).toContainText("None");
});

test("a drag is one request and no click", async ({ page, database, organization }) => {
  await drag(page, "Harbour audit", "Qualify");
  await expect(deals(page, "Qualify")).toHaveText(["Harbour audit", "Mill retrofit"]);
  await expect(deals(page, "Prospect")).toHaveText(["Orchard plan"]);
  await expect(lane(page, "Qualify")).toContainText("$30,000");
  await expect.poll(() => stageOf(database, organization, "Harbour audit")).toBe("Qualify");
  expect(count(page, /POST \/api\/opportunities\/[^/]+\/moves/)).toBe(1);
  // No panel was opened by letting go of the card.
  await expect(page).toHaveURL(/\/pipeline$/);
  // A click is one again.
  await deals(page, "Qualify").filter({ hasText: "Harbour audit" }).click();
  await expect(page).toHaveURL(/\/pipeline\/[0-9a-f-]+$/);
});

test("a hand stays where it let go, the keyboard goes along with the card", async ({ page, database, organization, enter }) => {
  await database.query(
    `insert into public.opportunities (organization_id, client_id, name, stage, amount, owner_id, expected_close_date)
     select $1, c.id, 'Sale ' || lpad(n::text, 2, '0'), 'Qualify', 1000, $2, (now() at time zone 'America/New_York')::date + 10
     from public.clients c, generate_series(1, 20) n where c.organization_id = $1`,
    [organization.id, organization.member.id],
  );
  // The Member's own answer may still be the one of a moment ago.
  await enter(organization.admin, "/pipeline");
  await pipelineIsThere(page);
  await expect(lane(page, "Qualify").locator(".lane-count")).toHaveText("21");
  await drag(page, "Harbour audit", "Qualify");
  // Below twenty others: out of sight.
  await expect(lane(page, "Qualify").locator(".lane-count")).toHaveText("22");
  await expect(deal(page, "Harbour audit")).toBeFocused();
  expect(await page.evaluate(() => scrollY)).toBe(0);
  await expect(deal(page, "Harbour audit")).not.toBeInViewport();
  await deal(page, "Depot lease").focus();
  await page.keyboard.press("Shift+ArrowLeft");
  await expect(lane(page, "Qualify").locator(".lane-count")).toHaveText("23");
  await expect(deal(page, "Depot lease")).toBeFocused();
  await expect(deal(page, "Depot lease")).toBeInViewport();
  await expect.poll(() => stageOf(database, organization, "Depot lease")).toBe("Qualify");
});

test("Escape lets go of a dragged card", async ({ page, database, organization }) => {
  const [from, target] = [await deal(page, "Harbour audit").boundingBox(), await lane(page, "Qualify").boundingBox()];
  if (!from || !target) throw new Error("not on screen");
  await page.mouse.move(from.x + 40, from.y + 12);
  await page.mouse.down();
  await page.mouse.move(target.x + 40, target.y + 80, { steps: 6 });
  await page.keyboard.press("Escape");
  await page.mouse.up();
  await expect(deals(page, "Prospect")).toContainText(["Harbour audit"]);
  expect(await stageOf(database, organization, "Harbour audit")).toBe("Prospect");
});

test("keyboard and menu move, and say so", async ({ page, database, organization }) => {
  await deal(page, "Mill retrofit").focus();
  await page.keyboard.press("Shift+ArrowRight");
  await expect(page.getByText(/^Moved to Proposal, \d of 2$/)).toBeAttached();
  await expect(deal(page, "Mill retrofit")).toBeFocused();
  await expect(deals(page, "Proposal")).toHaveCount(2);
  await page.keyboard.press("ArrowRight");
  await expect(deal(page, "Quarry survey")).toBeFocused();
  await page.keyboard.press("m");
  await expect(page.getByRole("menuitem", { name: "Move to Prospect" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(deals(page, "Prospect")).toContainText(["Quarry survey"]);
  await expect.poll(() => stageOf(database, organization, "Quarry survey")).toBe("Prospect");
  await expect.poll(() => stageOf(database, organization, "Mill retrofit")).toBe("Proposal");
  await deal(page, "Depot lease").focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Depot lease", level: 2 })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(deal(page, "Depot lease")).toBeFocused();
});

test("what is lost has a reason", async ({ page, database, organization }) => {
  await deal(page, "Depot lease").getByRole("button", { name: "Move Depot lease" }).click();
  await page.getByRole("menuitem", { name: "Move to Lost" }).click();
  await dialog(page).getByRole("button", { name: "Mark as lost" }).click();
  await expect(dialog(page)).toContainText("Fill this in.");
  expect(await stageOf(database, organization, "Depot lease")).toBe("Proposal");
  await dialog(page).getByLabel("Why was it lost?").selectOption({ label: "Price" });
  await dialog(page).getByRole("button", { name: "Mark as lost" }).click();
  await expect(deals(page, "Lost")).toHaveText(["Depot lease"]);
  await expect(deal(page, "Depot lease")).toContainText("Price");
  await expect.poll(() => stageOf(database, organization, "Depot lease")).toBe("ClosedLost");
});

test("winning makes an engagement once, however often it is pressed", async ({ page, database, organization }) => {
  await deal(page, "Quarry survey").focus();
  await page.keyboard.press("Shift+ArrowRight");
  await dialog(page).getByRole("button", { name: "Mark as won" }).dblclick();
  await expect(dialog(page)).toContainText("“Quarry survey” is won.");
  await expect(dialog(page)).toContainText("a project");
  await expect(dialog(page).getByRole("link", { name: "Open the client" })).toHaveAttribute("href", /^\/clients\//);
  await dialog(page).getByRole("button", { name: "Done" }).click();
  await expect(deals(page, "Won")).toHaveText(["Quarry survey"]);
  const { made } = await database.one<{ made: string }>(
    "select count(*)::text as made from public.projects where organization_id = $1",
    [organization.id],
  );
  expect(made).toBe("1");
  expect(count(page, /POST \/api\/opportunities\/[^/]+\/moves/)).toBe(1);
  // A Member does not take it back.
  await expect(deal(page, "Quarry survey").getByRole("button", { name: /^Move/ })).toHaveCount(0);
});

test("a colleague's move is not undone: the own one is taken back with the reason", async ({
  page,
  database,
  organization,
  troubles,
}) => {
  troubles.allow(/^409 POST /);
  await database.query(
    "update public.opportunities set stage = 'Qualify', stage_changed_at = now(), version = version + 1 where organization_id = $1 and name = 'Depot lease'",
    [organization.id],
  );
  await deal(page, "Depot lease").focus();
  await page.keyboard.press("Shift+ArrowRight");
  await expect(page.getByText("“Depot lease” was not moved: a colleague changed it in the meantime. It is in Qualify now.")).toBeVisible();
  await expect(deals(page, "Qualify")).toContainText(["Depot lease"]);
  expect(await stageOf(database, organization, "Depot lease")).toBe("Qualify");
});

test("a colleague in another browser sees the move", async ({ page, organization, beside, database }) => {
  const other = await beside(organization.admin, "/pipeline");
  await pipelineIsThere(other);
  await deal(page, "Mill retrofit").focus();
  await page.keyboard.press("Shift+ArrowRight");
  await expect(deals(page, "Proposal")).toHaveCount(2);
  // Painted before it is sent.
  await expect.poll(() => stageOf(database, organization, "Mill retrofit")).toBe("Proposal");
  await other.keyboard.press("r");
  await expect(deals(other, "Proposal")).toHaveCount(2);
});

test("a move that does not get through is taken back", async ({ page, troubles, database, organization }) => {
  troubles.allow(/POST .*moves/);
  const way = await onTheWay(page, /\/api\/opportunities\/[^/]+\/moves$/, (route) => route.abort());
  await page.reload();
  await pipelineIsThere(page);
  way.meddle();
  await deal(page, "Mill retrofit").focus();
  await page.keyboard.press("Shift+ArrowRight");
  await expect(page.getByText(/“Mill retrofit” was not moved/)).toBeVisible();
  await expect(deals(page, "Qualify")).toContainText(["Mill retrofit"]);
  expect(await stageOf(database, organization, "Mill retrofit")).toBe("Qualify");
});

test("a Member moves the own ones, an Admin all of them", async ({ page, organization, beside }) => {
  await expect(deal(page, "Orchard plan").getByRole("button", { name: /^Move/ })).toHaveCount(0);
  await deal(page, "Orchard plan").focus();
  await page.keyboard.press("Shift+ArrowRight");
  await expect(page.getByText("“Orchard plan” was not moved: it is a colleague's.")).toBeVisible();
  const admin = await beside(organization.admin, "/pipeline");
  await pipelineIsThere(admin);
  for (const name of ["Orchard plan", "Harbour audit"]) {
    await expect(deal(admin, name).getByRole("button", { name: `Move ${name}` })).toBeVisible();
  }
});

test("lanes and filters stand in the address", async ({ page }) => {
  await page.getByRole("radio", { name: "Owners" }).click();
  await expect(page).toHaveURL(/lane=owner/);
  await expect(lane(page, "Juno Ashwick")).toContainText("$150,000.50");
  await page.getByRole("searchbox", { name: "Search opportunities" }).fill("orch");
  await expect(page).toHaveURL(/q=orch/);
  await expect(page.getByText("1 opportunity", { exact: true })).toBeVisible();
  await page.reload();
  await expect(deals(page, "Corin Vashley")).toHaveText(["Orchard plan"]);
  await page.getByRole("button", { name: "Remove filter “orch”" }).click();
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await dialog(page).getByLabel("Amount at least").fill("$40,000");
  await dialog(page).getByRole("button", { name: "Show" }).click();
  await expect(page).toHaveURL(/min=40000/);
  await expect(page.getByText("2 opportunities", { exact: true })).toBeVisible();
  await page.goBack();
  await expect(page).not.toHaveURL(/min=/);
});

test("says how the quarter stands", async ({ page, organization }) => {
  const badges = page.getByRole("list", { name: "How it stands" });
  await expect(badges).toContainText("No target for the quarter");
  await expect(badges).toContainText("moved in 7 days");
  await organization.query("update public.organizations set quarterly_target = 100000 where id = $1");
  await deal(page, "Quarry survey").focus();
  await page.keyboard.press("Shift+ArrowRight");
  await dialog(page).getByRole("button", { name: "Mark as won" }).click();
  await dialog(page).getByRole("button", { name: "Close" }).first().click();
  await page.getByRole("button", { name: "Refresh", exact: true }).click();
  await expect(badges).toContainText("80.0 % of the quarter’s target won");
});

test("asks before the window is closed while a move is on its way", async ({ page, stack }) => {
  expect(await asksBeforeLeaving(page)).toBe(false);
  await stack.play({ rest: { kind: "latency", ms: 800 } });
  await deal(page, "Mill retrofit").focus();
  await page.keyboard.press("Shift+ArrowRight");
  await expect(deals(page, "Proposal")).toContainText(["Mill retrofit"]);
  expect(await asksBeforeLeaving(page)).toBe(true);
  await stack.heal();
  await expect.poll(() => asksBeforeLeaving(page)).toBe(false);
});
