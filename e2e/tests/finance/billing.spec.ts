// Can a finance lead bill, collect and take back, and does every sum hold?

import { readFileSync } from "node:fs";
import { expect, test } from "../../fixtures.ts";
import { dialog, figure, financeIsThere, grid, invoiceId, layOutMoney, numbers, panel, press, stored } from "../../finance.ts";

test.beforeEach(async ({ organization }) => {
  await layOutMoney(organization);
});

test("lists, sums, filters and sorts by the address", async ({ page, enter, organization }) => {
  await enter(organization.admin, "/finance?tab=billing");
  await financeIsThere(page, "Billing");
  await expect(numbers(page)).toHaveText(["INV-3", "INV-2", "INV-1"]);
  await expect(figure(page, "Owed")).toContainText("$1,580.50");
  await expect(figure(page, "Overdue")).toContainText("$1,080");
  await expect(grid(page).getByRole("row").filter({ hasText: "INV-1" })).toContainText(/Overdue.*40 days/);
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await dialog(page).getByLabel("Overdue").check();
  await press(page, "Show");
  await expect(page).toHaveURL(/status=overdue/);
  await expect(numbers(page)).toHaveText(["INV-1"]);
  await expect(figure(page, "Owed")).toContainText("$1,080");
  await page.getByRole("button", { name: "Remove filter Status: Overdue" }).click();
  await expect(numbers(page)).toHaveCount(3);
  await grid(page).getByRole("button", { name: "Owed" }).click();
  await expect(page).toHaveURL(/sort=-balance/);
  await expect(numbers(page)).toHaveText(["INV-1", "INV-2", "INV-3"]);
  await page.getByLabel("Search invoices").fill("wrenfield");
  await expect(numbers(page)).toHaveText(["INV-2"]);
  await page.reload();
  await expect(numbers(page)).toHaveText(["INV-2"]);
  await page.getByLabel("Search invoices").fill("%");
  await expect(page.getByText("No invoice matches")).toBeVisible();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await expect(numbers(page)).toHaveCount(3);
});

test("writes a draft whose totals are the server's, sends it, is paid in parts, and takes one back", async ({
  page,
  enter,
  organization,
}) => {
  await enter(organization.admin, "/finance?tab=billing");
  await financeIsThere(page, "Billing");
  await page.getByRole("button", { name: "New invoice" }).click();
  await dialog(page).getByLabel("Client").fill("wrenf");
  await dialog(page).getByRole("button", { name: "Choose Wrenfield Mills" }).click();
  await dialog(page).getByLabel("Description, line 1").fill("Workshop");
  await dialog(page).getByLabel("Quantity, line 1").fill("2,5");
  await dialog(page).getByLabel("Price, line 1").fill("$ 1,019.99");
  await dialog(page).getByRole("button", { name: "Add line" }).click();
  await dialog(page).getByLabel("Description, line 2").fill("Discount");
  await dialog(page).getByLabel("Price, line 2").fill("-49.98");
  await dialog(page).getByLabel("Tax").fill("200");
  // Half a cent goes away from zero, in the page as in the database.
  await expect(dialog(page).getByRole("group", { name: "Line 1" })).toContainText("$2,549.98");
  const sums = dialog(page).locator(".invoice-totals");
  await expect(sums).toContainText(/Net\s*\$2,500/);
  await expect(sums).toContainText(/Total\s*\$2,700/);
  await press(page, "Save draft");
  await expect(page.getByText("INV-4 is kept as a draft of $2,700.")).toBeVisible();
  expect(await stored(organization, "INV-4", "total")).toBe("2700.00");

  await page.getByRole("link", { name: "INV-4" }).click();
  await expect(page).toHaveURL(/\/finance\/invoices\//);
  await panel(page, "INV-4").getByRole("button", { name: "Send" }).click();
  await press(page, "Send invoice");
  await expect(page.getByText("INV-4 is sent.")).toBeVisible();
  await expect(panel(page, "INV-4").getByRole("button", { name: "Edit" })).toHaveCount(0);

  await panel(page, "INV-4").getByRole("button", { name: "Record payment" }).click();
  await expect(dialog(page).getByLabel("Amount")).toHaveValue("2700.00");
  await dialog(page).getByLabel("Amount").fill("2700.01");
  await press(page, "Record payment");
  await expect(dialog(page).getByRole("alert")).toContainText("This is more than is owed.");
  await dialog(page).getByLabel("Amount").fill("700");
  await dialog(page).getByLabel("Received on").fill("2999-01-01");
  await press(page, "Record payment");
  await expect(dialog(page).getByRole("alert")).toContainText("This day is still to come.");
  await dialog(page).getByLabel("Received on").fill("2026-01-15");
  await dialog(page).getByLabel("Reference").fill("Wire 77");
  await press(page, "Record payment");
  await expect(page.getByText("$700 was recorded for INV-4. $2,000 is still owed.")).toBeVisible();
  expect(await stored(organization, "INV-4", "balance")).toBe("2000.00");
  await expect(panel(page, "INV-4").getByRole("button", { name: "Cancel invoice" })).toHaveCount(0);

  await panel(page, "INV-4").getByRole("button", { name: "Record payment" }).click();
  await press(page, "Record payment");
  await expect(page.getByText("It is paid in full.")).toBeVisible();
  expect(await stored(organization, "INV-4", "status")).toBe("paid");

  await panel(page, "INV-4").getByRole("button", { name: "Reverse the payment of $2,000" }).click();
  await press(page, "Reverse payment");
  await expect(dialog(page).getByRole("alert")).toContainText("Fill this in.");
  await dialog(page).getByLabel("Why is it taken back?").fill("Bounced");
  await press(page, "Reverse payment");
  await expect(panel(page, "INV-4")).toContainText("Bounced");
  await expect(panel(page, "INV-4").getByRole("button", { name: "Record payment" })).toBeVisible();
  expect(await stored(organization, "INV-4", "balance")).toBe("2000.00");
  await expect(panel(page, "INV-4").getByRole("region", { name: "History" })).toContainText("added a payment");
});

test("says what is wrong with a draft, line by line, and keeps the input", async ({ page, enter, organization }) => {
  await enter(organization.admin, "/finance?tab=billing");
  await financeIsThere(page, "Billing");
  await page.getByRole("button", { name: "New invoice" }).click();
  await dialog(page).getByLabel("Issued").fill("2026-02-02");
  await dialog(page).getByLabel("Due", { exact: true }).fill("2026-02-01");
  await dialog(page).getByLabel("Description, line 1").fill("Half a cent");
  await dialog(page).getByLabel("Price, line 1").fill("0.005x");
  await press(page, "Save draft");
  await expect(dialog(page).getByRole("alert")).toContainText("Line 1: enter a quantity and a price");
  await dialog(page).getByLabel("Client").fill("harrow");
  await dialog(page).getByRole("button", { name: "Choose Harrowmere Tea" }).click();
  await dialog(page).getByLabel("Price, line 1").fill("5");
  await press(page, "Save draft");
  await expect(dialog(page).getByRole("alert")).toContainText("This is before the day of issue.");
  await dialog(page).getByLabel("Due", { exact: true }).fill("");
  await dialog(page).getByLabel("Price, line 1").fill("-5");
  await press(page, "Save draft");
  await expect(dialog(page).getByRole("alert")).toContainText("This is outside of what is possible.");
  await expect(dialog(page).getByLabel("Description, line 1")).toHaveValue("Half a cent");
  await dialog(page).getByLabel("Price, line 1").fill("5");
  await press(page, "Save draft");
  await expect(page.getByText("INV-4 is kept as a draft of $5.")).toBeVisible();
  expect(await stored(organization, "INV-4", "due_date")).toBe("2026-03-04");
});

test("asks for a subscription and a project of the client, and forgets them with the client", async ({ page, enter, organization }) => {
  for (const [client, product, project] of [["Harrowmere Tea", "Care", "Rollout"], ["Wrenfield Mills", "Seats", "Move"]] as const) {
    await organization.query(
      `with client as (select id from public.clients where organization_id = $1 and name = '${client}'),
         agreed as (insert into public.subscriptions (organization_id, client_id, product_name, status, amount, activated_on)
           select $1, id, '${product}', 'active', 25, '2026-01-01' from client)
       insert into public.projects (organization_id, client_id, name) select $1, id, '${project}' from client`,
    );
  }
  await enter(organization.admin, "/finance?tab=billing");
  await financeIsThere(page, "Billing");
  await page.getByRole("button", { name: "New invoice" }).click();
  await expect(dialog(page).getByLabel("Subscription")).toBeHidden();
  await dialog(page).getByLabel("Client").fill("wrenfield");
  await dialog(page).getByRole("button", { name: "Choose Wrenfield Mills" }).click();
  await dialog(page).getByLabel("Subscription").selectOption({ label: "Seats, $25 per month" });
  await dialog(page).getByLabel("Client").fill("harrow");
  await dialog(page).getByRole("button", { name: "Choose Harrowmere Tea" }).click();
  await expect(dialog(page).getByLabel("Subscription")).toHaveValue("");
  await dialog(page).getByLabel("Subscription").selectOption({ label: "Care, $25 per month" });
  await dialog(page).getByLabel("Project").selectOption({ label: "Rollout" });
  await dialog(page).getByLabel("Description, line 1").fill("January");
  await dialog(page).getByLabel("Price, line 1").fill("25");
  await press(page, "Save draft");
  await expect(page.getByText("INV-4 is kept as a draft of $25.")).toBeVisible();
  expect(await stored(organization, "INV-4", "(select product_name from public.subscriptions s where s.id = subscription_id)")).toBe("Care");
  expect(await stored(organization, "INV-4", "(select name from public.projects p where p.id = project_id)")).toBe("Rollout");
});

test("two people on one draft: nothing typed is lost", async ({ page, enter, organization, beside, troubles }) => {
  troubles.allow(/^409 PUT /);
  const path = `/finance/invoices/${await invoiceId(organization, "INV-3")}?tab=billing`;
  await enter(organization.admin, path);
  await panel(page, "INV-3").getByRole("button", { name: "Edit" }).click();
  await dialog(page).getByLabel("Price, line 1").fill("310");
  const other = await beside(organization.admin, path);
  await panel(other, "INV-3").getByRole("button", { name: "Edit" }).click();
  await dialog(other).getByLabel("Notes").fill("Theirs");
  await press(other, "Save draft");
  await expect(other.getByText("INV-3 is kept as a draft of $300.")).toBeVisible();
  await press(page, "Save draft");
  await expect(dialog(page).getByText("Somebody else changed this draft in the meantime.")).toBeVisible();
  await expect(dialog(page).getByLabel("Price, line 1")).toHaveValue("310");
  await press(page, "Keep mine");
  await expect(page.getByText("INV-3 is kept as a draft of $310.")).toBeVisible();
  expect(await stored(organization, "INV-3", "amount")).toBe("310.00");
});

test("cancels for a reason, and an invoice of nothing is not sent", async ({ page, enter, organization, troubles }) => {
  troubles.allow(/^422 POST /);
  await enter(organization.admin, `/finance/invoices/${await invoiceId(organization, "INV-2")}?tab=billing`);
  await panel(page, "INV-2").getByRole("button", { name: "Cancel invoice" }).click();
  await dialog(page).getByLabel("Why is it cancelled?").fill("Wrong client");
  await press(page, "Cancel invoice");
  await expect(page.getByText("INV-2 is cancelled.")).toBeVisible();
  await expect(panel(page, "INV-2")).toContainText("Cancelled: Wrong client");
  await expect(panel(page, "INV-2").getByRole("button", { name: /Record|Cancel/ })).toHaveCount(0);
  expect(await stored(organization, "INV-2", "status")).toBe("cancelled");
  await page.getByRole("button", { name: "Close the invoice" }).click();
  await page.getByRole("link", { name: "INV-3" }).click();
  await panel(page, "INV-3").getByRole("button", { name: "Edit" }).click();
  await dialog(page).getByRole("button", { name: "Remove line 1" }).click();
  await press(page, "Save draft");
  await expect(panel(page, "INV-3")).toContainText("No line yet");
  await panel(page, "INV-3").getByRole("button", { name: "Send" }).click();
  await press(page, "Send invoice");
  await expect(dialog(page).getByRole("alert")).toContainText("Not sent: it has no line yet.");
});

test("goes on paper alone, and out as a file of what is shown", async ({ page, enter, organization }) => {
  await enter(organization.admin, "/finance?tab=billing&status=sent");
  await financeIsThere(page, "Billing");
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export CSV" }).click();
  const lines = readFileSync(await (await saved).path(), "utf8").trim().split("\r\n");
  expect(lines).toHaveLength(3);
  expect(lines[0]).toContain("Number,Client,Status,Issued,Due,Days past due,Net,Tax,Total,Paid,Owed,Currency,Source");
  expect(lines.find((line) => line.startsWith("INV-1,"))).toMatch(/,Overdue,.*,40,1000\.00,80\.00,1080\.00,0\.00,1080\.00,USD,RevOS$/);

  await page.getByRole("link", { name: "INV-1" }).click();
  await expect(panel(page, "INV-1").getByRole("table", { name: "Lines" })).toContainText("Advice");
  await page.emulateMedia({ media: "print" });
  await expect(panel(page, "INV-1")).toBeVisible();
  await expect(page.getByText("Marlowick Advisory (demo)").locator("visible=true")).toHaveCount(1);
  await expect(page.getByRole("navigation")).toHaveCount(0);
  await expect(grid(page)).toBeHidden();
  await expect(panel(page, "INV-1").getByRole("button", { name: "Record payment" })).toBeHidden();
  await expect(panel(page, "INV-1").getByRole("table", { name: "Lines" })).toBeVisible();
});

test("is found by keyboard and palette", async ({ page, enter, organization }) => {
  await enter(organization.admin, "/clients");
  await page.getByRole("heading", { name: "Clients", level: 1 }).waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("f");
  await financeIsThere(page);
  await page.keyboard.press("Control+k");
  await page.keyboard.type("record pay");
  await page.keyboard.press("Enter");
  await expect(dialog(page).getByRole("table", { name: "What is owed" })).toContainText("INV-2");
  await dialog(page).getByRole("button", { name: "Record payment of INV-2" }).click();
  await expect(dialog(page).getByLabel("Amount")).toHaveValue("500.50");
  await press(page, "Record payment");
  await expect(page.getByText("It is paid in full.")).toBeVisible();
  expect(await stored(organization, "INV-2", "status")).toBe("paid");
});
