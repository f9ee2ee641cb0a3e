// How do rows stay fresh, and what repaints?

import type { Page } from "@playwright/test";
import { expect, live, mark, panel, readsAreForgotten, test } from "../../fixtures.ts";
import type { Stack } from "../../stack.ts";
import { answered, count, pass, setHidden } from "../../time.ts";

const LIST = "GET /api/clients";
/** Longer than the longest interval (60 s and a tenth), shorter than two of the shortest. */
const ONE_INTERVAL = 67;

/** Requests for clients, in full or as their digest, that reached the project. */
async function reads(stack: Stack): Promise<number> {
  const { rest } = await stack.requests();
  return Object.entries(rest.requests)
    .filter(([what]) => /vw_client_overview|clients_digest/.test(what))
    .reduce((sum, [, times]) => sum + times, 0);
}

/** Starts to note which clients' lines change on the page. */
async function notePaints(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const painted = new Set<string>();
    const line = (node: Node) => (node instanceof Element ? node : node.parentElement)?.closest("li.line, tbody tr");
    const name = (node: Node) => line(node)?.querySelector(".line-name, th")?.textContent?.trim();
    new MutationObserver((changes) => {
      for (const change of changes) {
        const where = name(change.target);
        if (where) painted.add(where);
        for (const node of [...change.addedNodes, ...change.removedNodes]) {
          if (node instanceof Element && node.matches("li.line, tr")) {
            painted.add(`whole line: ${node.querySelector(".line-name, th")?.textContent?.trim()}`);
          }
        }
      }
    }).observe(document.querySelector("main") ?? document.body, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
    });
    Object.assign(window, { painted });
  });
  return () => page.evaluate(() => [...(window as unknown as { painted: Set<string> }).painted].sort());
}

const THREE = [
  { name: "Brindlecrest Freight", arr: 81_600, health: 82, churn_risk: 18, review_in: 6 },
  { name: "Calderhollow Foods", arr: 62_400, health: 74, churn_risk: 12, review_in: 21 },
  { name: "Dovemarsh Analytics", arr: 96_000, health: 77, churn_risk: 15, review_in: 14 },
];

test("asks once an interval for three panels and the table", async ({ page, enter, stack, organization }) => {
  await organization.addClients(THREE);
  await page.clock.install();
  await enter(organization.admin);
  await live(page);
  expect(count(page, LIST)).toBe(1);
  for (const tick of [1, 2, 3]) {
    await readsAreForgotten();
    await stack.forgetRequests();
    const before = count(page, LIST);
    // The next tick is an interval after the answer of the last one.
    while (count(page, LIST) === before) await pass(page, 2);
    await pass(page, 50);
    expect(count(page, LIST), `requests of the page after tick ${tick}`).toBe(1 + tick);
    // Unchanged rows are confirmed by their digest; reading digest and rows once is the most it may cost.
    expect(await reads(stack), `requests to the project in tick ${tick}`).toBeLessThanOrEqual(tick === 1 ? 2 : 1);
  }
  expect(count(page, "GET /api/clients/summary")).toBe(0);
});

test("asks nothing while hidden, and once on return", async ({ page, enter }) => {
  await page.clock.install();
  await enter("admin");
  await live(page);
  await setHidden(page, true);
  const before = count(page, LIST);
  await pass(page, 300, 10);
  expect(count(page, LIST)).toBe(before);
  await setHidden(page, false);
  await answered(page);
  expect(count(page, LIST)).toBe(before + 1);
  await expect(mark(page)).toHaveText("Updated just now");
});

test("asks nothing on a return after a glance elsewhere", async ({ page, enter }) => {
  await page.clock.install();
  await enter("admin");
  await live(page);
  const before = count(page, LIST);
  await setHidden(page, true);
  await pass(page, 20);
  await setHidden(page, false);
  await answered(page);
  expect(count(page, LIST)).toBe(before);
  // The timer resumes where it was.
  await pass(page, ONE_INTERVAL - 20);
  expect(count(page, LIST)).toBe(before + 1);
});

test("asks at once by button and by key", async ({ page, enter }) => {
  await page.clock.install();
  await enter("admin");
  await live(page);
  await pass(page, 10);
  await expect(mark(page)).toHaveText(/^Updated 1\d s ago$/);
  await page.getByRole("button", { name: "Refresh" }).click();
  await answered(page);
  expect(count(page, LIST)).toBe(2);
  await expect(mark(page)).toHaveText("Updated just now");
  await pass(page, 10);
  await page.keyboard.press("r");
  await answered(page);
  expect(count(page, LIST)).toBe(3);
});

test("shows a change of the database within an interval, and repaints that client only", async ({
  page,
  enter,
  organization,
}) => {
  await organization.addClients(THREE);
  await page.clock.install();
  await enter(organization.admin, "/clients?cols=arr,owner");
  await live(page);
  await expect(page.getByRole("grid")).toContainText("$81,600");
  await readsAreForgotten();
  const painted = await notePaints(page);
  await organization.change("Calderhollow Foods", { arr: 70_000 });
  await pass(page, ONE_INTERVAL);
  await expect(page.getByRole("grid")).toContainText("$70,000");
  await expect(page.locator("dl.tiles")).toContainText("$247,600");
  expect(await painted()).toEqual(["Calderhollow Foods"]);
});

test("repaints nothing of the rows when nothing has changed", async ({ page, enter, organization }) => {
  await organization.addClients(THREE);
  await page.clock.install();
  await enter(organization.admin);
  await live(page);
  const painted = await notePaints(page);
  const before = count(page, LIST);
  await pass(page, ONE_INTERVAL);
  expect(count(page, LIST)).toBe(before + 1);
  expect(await painted()).toEqual([]);
});

test("moves a client to its new place in a panel", async ({ page, enter, organization }) => {
  await organization.addClients(THREE);
  await page.clock.install();
  await enter(organization.admin);
  await live(page);
  const names = () => panel(page, "Churn risk").locator(".line-name").allInnerTexts();
  expect(await names()).toEqual(["Brindlecrest Freight", "Dovemarsh Analytics", "Calderhollow Foods"]);
  await readsAreForgotten();
  await organization.change("Calderhollow Foods", { churn_risk: 40 });
  await pass(page, ONE_INTERVAL);
  expect(await names()).toEqual(["Calderhollow Foods", "Brindlecrest Freight", "Dovemarsh Analytics"]);
  await expect(panel(page, "Churn risk").getByRole("listitem").first()).toHaveAccessibleName(
    /^Calderhollow Foods, churn risk 40, critical/,
  );
});

test("shows a new client, and takes a deleted one away everywhere", async ({ page, enter, organization }) => {
  await organization.addClients(THREE);
  await page.clock.install();
  await enter(organization.admin);
  await live(page);
  await readsAreForgotten();
  await organization.remove("Dovemarsh Analytics");
  await organization.addClients([{ name: "Emberfold Robotics", churn_risk: 11 }]);
  await pass(page, ONE_INTERVAL);
  await expect(page.getByText("Emberfold Robotics").first()).toBeVisible();
  await expect(page.getByText("Dovemarsh Analytics")).toHaveCount(0);
  await expect(panel(page, "All clients")).toContainText("3 clients");
});

test("takes rows away from a person whose rights were taken away", async ({ page, enter, organization, database }) => {
  await organization.addClients(THREE);
  await page.clock.install();
  await enter(organization.member);
  await live(page);
  await expect(page.getByText("Dovemarsh Analytics").first()).toBeVisible();
  await readsAreForgotten();
  await database.query(
    `update public.users set role = 'Client',
       client_id = (select id from public.clients where organization_id = $2 and name = 'Brindlecrest Freight')
     where id = $1`,
    [organization.member.id, organization.id],
  );
  await pass(page, ONE_INTERVAL);
  await expect(page.getByText("Dovemarsh Analytics")).toHaveCount(0);
  await expect(page.getByText("Calderhollow Foods")).toHaveCount(0);
});

test("never tells a deactivated person that there are no clients", async ({
  page,
  enter,
  organization,
  database,
  troubles,
}) => {
  troubles.allow("403 GET /api/clients", "403 GET /api/session", "403 POST /api/telemetry");
  await organization.addClients(THREE);
  await page.clock.install();
  await enter(organization.member);
  await live(page);
  await readsAreForgotten();
  await database.query("update public.users set deactivated_at = now() where id = $1", [organization.member.id]);
  await pass(page, ONE_INTERVAL);
  await expect(page.getByText("Dovemarsh Analytics")).toHaveCount(0);
  await expect(page.getByText("No clients yet")).toHaveCount(0);
  await expect(page.getByText(/no right|no access|deactivated/i).first()).toBeVisible();
});

test("reports page views, and a failing report disturbs nothing", async ({ page, context, enter, stack, troubles }) => {
  troubles.allow("net::ERR_FAILED POST /api/telemetry");
  await page.clock.install();
  const reported = page.waitForRequest("**/api/telemetry");
  await enter("admin");
  await live(page);
  await pass(page, 6);
  const report = await reported;
  const { records } = report.postDataJSON() as { records: unknown[] };
  expect(records[0]).toMatchObject({ event: "page_view", level: "info", route: "/clients" });
  expect((await report.response())?.status()).toBe(202);
  await expect.poll(() => stack.log()).toContain("page_view");

  await context.route("**/api/telemetry", (route) => route.abort());
  await page.reload();
  await live(page);
  await pass(page, 60);
  await expect(mark(page)).toHaveText(/^Updated /);
});
