// Do the lists of money leave the page as exactly what is shown, and can a spreadsheet take no cell for a formula?

import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { expect, test } from "../../fixtures.ts";
import { financeIsThere, layOutMoney } from "../../finance.ts";

async function exported(page: Page): Promise<{ name: string; lines: string[] }> {
  const coming = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export CSV" }).first().click();
  const download = await coming;
  const text = readFileSync(await download.path(), "utf8").replace("\ufeff", "");
  return { name: download.suggestedFilename(), lines: text.trimEnd().split("\r\n") };
}

test("every tab hands over what it shows", async ({ page, enter, organization }) => {
  await layOutMoney(organization);
  await organization.query(
    `insert into public.subscriptions (organization_id, client_id, product_name, status, amount, billing_frequency, activated_on)
     select $1, id, 'Care', 'active', 1200, 'quarterly', '2026-01-01' from public.clients
     where organization_id = $1 and name = 'Harrowmere Tea'`,
  );
  await organization.query(
    `insert into public.expenses (organization_id, created_by, expense_date, category, vendor, description, amount)
     select $1, u.id, '2026-02-03', 'other', v.vendor, 'A, "b"', v.amount
     from (values ('=1+1', 12.5), ('Plain', 7)) as v (vendor, amount)
     cross join lateral (select id from public.users where organization_id = $1 order by email limit 1) u`,
  );
  await organization.query(
    `insert into public.cash_flow_entries (organization_id, entry_date, type, category, description, amount, source)
     values ($1, '2026-01-01', 'inflow', 'Opening', 'Opening balance', 500, 'opening_balance'),
       ($1, '2026-01-02', 'outflow', 'Rent', '@rent', 120.25, 'manual')`,
  );
  const expected: [string, string, string, RegExp[]][] = [
    ["subscriptions", "Subscriptions", "subscriptions.csv", [/^Product,Client,Status/, /^Care,Harrowmere Tea,Active,1200\.00,per quarter,400\.00,2026-01-01,,,USD$/]],
    ["expenses&sort=amount", "Expenses", "expenses.csv", [/^Vendor,Date/, /^Plain,2026-02-03,Other,no,"A, ""b""",7\.00,/, /^'=1\+1,2026-02-03,/]],
    ["cash", "Cash", "cash.csv", [/^Description,Date/, /^'@rent,2026-01-02,Rent,-120\.25,379\.75,/, /^Opening balance,2026-01-01,Opening,500\.00,500\.00,/]],
    ["billing", "Billing", "invoices.csv", [/^Number,Client/, /^INV-3,/, /^INV-2,/, /^INV-1,/]],
  ];
  await enter(organization.admin, "/finance");
  for (const [tab, heading, name, lines] of expected) {
    await page.goto(`/finance?tab=${tab}`);
    await financeIsThere(page, heading);
    const file = await exported(page);
    expect(file.name).toBe(name);
    expect(file.lines, file.lines.join("\n")).toHaveLength(lines.length);
    lines.forEach((line, at) => expect(file.lines[at]).toMatch(line));
  }
});

test("profit and loss has a column for each month, the queue an invoice a line", async ({ page, enter, organization }) => {
  await layOutMoney(organization);
  await enter(organization.admin, "/finance?tab=pnl&months=12");
  await financeIsThere(page, "Profit and loss");
  const months = await exported(page);
  expect(months.name).toBe("profit-and-loss.csv");
  expect(months.lines[0]?.split(",")).toHaveLength(13);
  expect(months.lines.find((line) => line.startsWith("Revenue,"))).toContain("1000.00");
  await page.goto("/finance");
  await financeIsThere(page);
  const queue = await exported(page);
  expect(queue.name).toBe("collections.csv");
  expect(queue.lines).toEqual(["Invoice,Client,Owed,Days late,Last contact,Currency", "INV-1,Harrowmere Tea,1080.00,40,,USD"]);
});

test("that a list left the page is noted down", async ({ page, enter, organization }) => {
  await layOutMoney(organization);
  await enter(organization.admin, "/finance?tab=cash");
  await financeIsThere(page, "Cash");
  const noted = page.waitForResponse((answer) => answer.url().endsWith("/api/events") && answer.request().method() === "POST");
  await exported(page);
  expect((await noted).ok()).toBe(true);
});
