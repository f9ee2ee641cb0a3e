// Are the heads of the board, the table, the forecast, its file and the database of one mind, to the cent?

import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { expect, test } from "../../fixtures.ts";
import { lane, pipelineIsThere } from "../../pipeline.ts";

const STAGES = ["Prospect", "Qualify", "Proposal", "Negotiation"];

/** Count, amount and weighted amount as plain decimals. */
type Sums = [count: string, amount: string, weighted: string];

/** `$1,234.50` as a plain decimal with two places. */
function plain(text: string): string {
  const [whole = "", cents = "00"] = text.replaceAll(/[^0-9.]/g, "").split(".");
  return `${whole}.${cents}`;
}

async function exported(page: Page): Promise<string[][]> {
  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export CSV" }).click();
  const text = readFileSync(await (await downloading).path(), "utf8");
  return text.trim().split("\r\n").map((line) => line.split(","));
}

test("every total is the same everywhere", async ({ page, stack, enter, organization, database }) => {
  await organization.addClients([{ name: "Harrowmere Tea", status: "prospect", owner: "member" }]);
  // Odd cents and odd percentages: every weighted sum has to be rounded, and once.
  await database.query(
    `insert into public.opportunities (organization_id, client_id, name, stage, amount, probability_override, owner_id, expected_close_date)
     select $1, c.id, 'Sale ' || n, ($3::text[])[1 + n % 4], 1000.01 + n * 333.37,
       case when n % 3 = 0 then (n * 7) % 101 end, $2, (now() at time zone 'America/New_York')::date + n
     from public.clients c, generate_series(1, 60) n where c.organization_id = $1`,
    [organization.id, organization.member.id, STAGES],
  );
  const rows = await database.query(
    `select coalesce(stage, 'all') as stage, count(*)::text as count, sum(amount)::text as amount,
       round(sum(amount * probability) / 100, 2)::text as weighted
     from public.opportunities where organization_id = $1 group by rollup (stage)`,
    [organization.id],
  );
  const expected = new Map<string, Sums>(
    rows.map((row) => [String(row["stage"]), [String(row["count"]), String(row["amount"]), String(row["weighted"])]]),
  );
  expect([...expected.keys()].sort()).toEqual([...STAGES, "all"].sort());
  const whole = expected.get("all");

  await enter(organization.admin, "/pipeline");
  await pipelineIsThere(page);
  for (const stage of STAGES) {
    const head = lane(page, stage).locator(".lane-head");
    const sums = head.locator(".lane-sums > span");
    const shown = [await head.locator(".lane-count").innerText(), plain(await sums.nth(0).innerText()), plain(await sums.nth(1).innerText())];
    expect(shown, `the head of ${stage}`).toEqual(expected.get(stage));
  }

  await page.goto(`${stack.page}/pipeline?view=table`);
  await pipelineIsThere(page);
  const foot = page.getByRole("grid", { name: "Opportunities" }).locator("tfoot");
  await expect(foot.getByRole("rowheader")).toHaveText(`${whole?.[0]} open`);
  expect(plain(await foot.locator("[data-column=amount]").innerText())).toBe(whole?.[1]);
  expect(plain(await foot.locator("[data-column=weighted]").innerText())).toBe(whole?.[2]);
  const listed = await exported(page);
  const amount = listed[0]?.indexOf("Amount") ?? -1;
  const cents = listed.slice(1).reduce((sum, line) => sum + BigInt((line[amount] ?? "").replace(".", "")), 0n);
  expect(`${cents / 100n}.${String(cents % 100n).padStart(2, "0")}`, "the lines of the file").toBe(whole?.[1]);

  await page.goto(`${stack.page}/pipeline?view=forecast`);
  await pipelineIsThere(page);
  const table = page.getByRole("table", { name: "Open pipeline by stage" });
  await expect(table).toBeVisible();
  const file = await exported(page);
  const line = (section: string, name: string) => file.find(([one, other]) => one === section && other === name)?.slice(2);
  for (const [stage, sums] of expected) {
    const row = table.getByRole("row", { name: stage === "all" ? /^All open/ : new RegExp(`^${stage} `) });
    const [count = "", ...amounts] = await row.getByRole("cell").allInnerTexts();
    expect([count, ...amounts.slice(0, 2).map(plain)], `the forecast of ${stage}`).toEqual(sums);
    expect(stage === "all" ? line("Total", "Open") : line("Stage", stage), `the file of ${stage}`).toEqual(sums);
  }
});
