// Can a finance lead keep the books: subscriptions, expenses, cash, and a month that can be closed?

import { expect, test } from "../../fixtures.ts";
import { dialog, figure, financeIsThere, layOutMoney, press } from "../../finance.ts";

const row = (page: import("@playwright/test").Page, list: string, text: string) =>
  page.getByRole("grid", { name: list }).locator("tbody").getByRole("row").filter({ hasText: text });

test("adds terms, changes them from a day on, pauses and cancels them", async ({ page, enter, organization, troubles }) => {
  troubles.allow(/^422 POST /);
  await layOutMoney(organization);
  await enter(organization.admin, "/finance?tab=subscriptions");
  await financeIsThere(page, "Subscriptions");
  await expect(page.getByRole("heading", { name: "No subscription" })).toBeVisible();
  await page.getByRole("button", { name: "New subscription" }).click();
  await dialog(page).getByLabel("Client").fill("harrow");
  await dialog(page).getByRole("button", { name: "Choose Harrowmere Tea" }).click();
  await dialog(page).getByLabel("Product").fill("Care");
  await dialog(page).getByLabel("Amount").fill("1,200");
  await dialog(page).getByLabel("Billed").selectOption({ label: "per quarter" });
  await dialog(page).getByLabel("First day").fill("2026-01-01");
  await press(page, "Add subscription");
  await expect(page.getByText("Care was added for Harrowmere Tea.")).toBeVisible();
  await expect(figure(page, "MRR")).toContainText("$400");
  await expect(figure(page, "ARR")).toContainText("$4,800");
  await expect(row(page, "Subscriptions", "Care")).toContainText("$1,200 per quarter");

  await page.getByRole("button", { name: "Actions for Care of Harrowmere Tea" }).click();
  await page.getByRole("menuitem", { name: "Change amount" }).click();
  await dialog(page).getByLabel("New amount").fill("1500");
  await dialog(page).getByLabel("From").fill("2025-12-31");
  await press(page, "Change amount");
  await expect(dialog(page).getByRole("alert")).toContainText("This is outside of what is possible.");
  await dialog(page).getByLabel("From").fill("2026-03-01");
  await press(page, "Change amount");
  await expect(figure(page, "MRR")).toContainText("$500");
  await page.getByLabel("Status").selectOption({ label: "Replaced" });
  await expect(page).toHaveURL(/status=replaced/);
  await expect(row(page, "Subscriptions", "Care")).toHaveCount(1);
  await expect(row(page, "Subscriptions", "Care")).toContainText("1 Jan to 1 Mar");
  await page.getByLabel("Status").selectOption({ label: "Active" });
  await expect(row(page, "Subscriptions", "Replaced")).toHaveCount(0);
  await expect(row(page, "Subscriptions", "Care")).toContainText("$1,500");

  await page.getByRole("button", { name: "Actions for Care of Harrowmere Tea" }).click();
  await page.getByRole("menuitem", { name: "Cancel" }).click();
  await press(page, "Cancel subscription");
  await expect(dialog(page).getByRole("alert")).toContainText("Fill this in.");
  await dialog(page).getByLabel("Why?").selectOption({ label: "Price" });
  await press(page, "Cancel subscription");
  await expect(page.getByText("Care of Harrowmere Tea is cancelled now.")).toBeVisible();
  await page.getByLabel("Status").selectOption({ label: "All" });
  await expect(figure(page, "MRR")).toContainText("$0");
});

test("refuses terms that overlap, in place", async ({ page, enter, organization, troubles }) => {
  troubles.allow(/^422 POST /);
  await layOutMoney(organization);
  const [client] = await organization.query<{ id: string }>(
    "select id from public.clients where organization_id = $1 and name = 'Wrenfield Mills'",
  );
  for (const first of [true, false]) {
    // As the client's record leads there.
    await enter(organization.admin, `/finance?tab=subscriptions&client=${client?.id}&new=subscription`);
    await expect(dialog(page).getByRole("heading", { name: "New subscription of Wrenfield Mills" })).toBeVisible();
    await expect(page).not.toHaveURL(/new=/);
    await dialog(page).getByLabel("Product").fill(first ? "Seats" : "SEATS ");
    await dialog(page).getByLabel("Amount").fill("10");
    await dialog(page).getByLabel("First day").fill("2026-01-01");
    await press(page, "Add subscription");
    if (first) await expect(dialog(page)).toHaveCount(0);
  }
  await expect(dialog(page).getByRole("alert")).toContainText("There are terms for this product on that day already.");
});

test("an expense is approved by somebody else, then paid, and is in the cash and the month", async ({
  page,
  enter,
  organization,
  database,
}) => {
  await enter(organization.admin, "/finance?tab=expenses");
  await financeIsThere(page, "Expenses");
  await page.getByRole("button", { name: "Add expense" }).click();
  await dialog(page).getByLabel("Vendor").fill("Quillmere Hosting");
  await dialog(page).getByLabel("Category").selectOption({ label: "Hosting" });
  await dialog(page).getByLabel("What for").fill("Servers");
  await dialog(page).getByLabel("Amount").fill("0");
  await press(page, "Add expense");
  await expect(dialog(page).getByRole("alert")).toContainText("This is outside of what is possible.");
  await dialog(page).getByLabel("Amount").fill("350.25");
  await press(page, "Add expense");
  await expect(row(page, "Expenses", "Quillmere Hosting")).toContainText("To approve");
  await expect(figure(page, "To approve")).toContainText("$350.25");
  // Nobody approves what they entered.
  await page.getByRole("button", { name: /^Actions for Quillmere Hosting/ }).click();
  await expect(page.getByRole("menuitem", { name: "Approve" })).toHaveCount(0);
  await page.keyboard.press("Escape");
  await database.query(
    "update public.expenses set created_by = $2 where organization_id = $1",
    [organization.id, organization.member.id],
  );
  await page.reload();
  await financeIsThere(page, "Expenses");
  await page.getByRole("button", { name: /^Actions for Quillmere Hosting/ }).click();
  await page.getByRole("menuitem", { name: "Approve" }).click();
  await expect(page.getByText("$350.25 for Quillmere Hosting is approved.")).toBeVisible();
  await page.getByRole("button", { name: /^Actions for Quillmere Hosting/ }).click();
  await page.getByRole("menuitem", { name: "Mark paid" }).click();
  await press(page, "Mark paid");
  await expect(row(page, "Expenses", "Quillmere Hosting")).toContainText("Paid");

  await page.getByRole("tab", { name: "Cash" }).click();
  await financeIsThere(page, "Cash");
  await expect(row(page, "Cash entries", "Servers")).toContainText("−$350.25");
  await page.getByRole("tab", { name: "Profit and loss" }).click();
  const months = page.getByRole("table", { name: "Profit and loss by month" });
  await expect(months.getByRole("row", { name: /^Hosting/ })).toContainText("$350.25");
  await months.getByRole("row", { name: /^Hosting/ }).getByRole("link").last().click();
  await expect(page).toHaveURL(/tab=expenses.*category=hosting_infrastructure/);
  await expect(figure(page, "Total")).toContainText("$350.25");
});

test("keeps the cash: what is left after each entry, and why there is no outlook", async ({ page, enter, organization }) => {
  await enter(organization.admin, "/finance?tab=cash");
  await expect(page.getByText("No outlook: there are no rows yet.")).toBeVisible();
  for (const [kind, what, amount] of [
    ["Opening balance", "Opening", "1000"],
    ["By hand", "Fee", "250.50"],
  ] as const) {
    await page.getByRole("button", { name: "Add entry" }).click();
    await dialog(page).getByLabel("Kind").selectOption({ label: kind });
    await dialog(page).getByLabel("Category").fill("Workshop");
    await dialog(page).getByLabel("What for").fill(what);
    await dialog(page).getByLabel("Amount").fill(amount);
    await press(page, "Add entry");
    await expect(row(page, "Cash entries", what)).toBeVisible();
  }
  await expect(row(page, "Cash entries", "Fee")).toContainText("$1,250.50");
  await expect(figure(page, "Cash")).toContainText("$1,250.50");
  await expect(figure(page, "Runway")).toContainText("the records do not go back far enough");
  await page.getByLabel("Source").selectOption({ label: "By hand" });
  await expect(row(page, "Cash entries", "Opening")).toHaveCount(0);
  await expect(row(page, "Cash entries", "Fee")).toContainText("$1,250.50");
  await page.getByRole("button", { name: /^Actions for Fee/ }).click();
  await page.getByRole("menuitem", { name: "Remove" }).click();
  await press(page, "Remove");
  await expect(figure(page, "Cash")).toContainText("$1,000");
});

test("the months of the demo reconcile with what their cells open", async ({ page, enter }) => {
  await enter("director", "/finance?tab=pnl&months=12");
  const months = page.getByRole("table", { name: "Profit and loss by month" });
  await expect(months.getByRole("columnheader")).toHaveCount(13);
  const revenue = months.getByRole("row", { name: /^Revenue/ }).getByRole("link").nth(-2);
  const amount = await revenue.innerText();
  await revenue.click();
  await expect(page).toHaveURL(/tab=billing&status=sent,paid|tab=billing/);
  await financeIsThere(page, "Billing");
  await page.goBack();
  const spent = months.getByRole("row", { name: /^Expenses/ }).getByRole("link").nth(-2);
  const total = await spent.innerText();
  await spent.click();
  await financeIsThere(page, "Expenses");
  await expect(figure(page, "Total")).toContainText(total);
  expect(amount).toMatch(/^\$/);
  await page.getByRole("tab", { name: "Cash" }).click();
  await expect(page.getByRole("table", { name: "Outlook" }).locator("tbody").getByRole("row")).toHaveCount(4);
  await page.getByRole("tab", { name: "Subscriptions" }).click();
  await expect(figure(page, "MRR")).toContainText("$63,650");
  await expect(page.getByRole("table", { name: "Arrangements" }).locator("tbody").getByRole("row")).toHaveCount(9);
  await expect(page.getByText("Expected by the terms of 9 clients: $63,650 a month.")).toBeVisible();
});

test("a client's record leads to its forms", async ({ page, enter, organization }) => {
  await layOutMoney(organization);
  const [client] = await organization.query<{ id: string }>(
    "select id from public.clients where organization_id = $1 and name = 'Wrenfield Mills'",
  );
  await enter(organization.admin, `/clients/${client?.id}?tab=finance`);
  await page.getByRole("link", { name: "New invoice" }).click();
  await expect(dialog(page).getByLabel("Client")).toHaveValue("Wrenfield Mills");
  await dialog(page).getByLabel("Description, line 1").fill("Advice");
  await dialog(page).getByLabel("Price, line 1").fill("10");
  await press(page, "Save draft");
  await expect(page.getByText("INV-4 is kept as a draft of $10.")).toBeVisible();
});
