// What do specs of finance start with? An organization with a few invoices, and ways to point at them.

import { expect, type Page } from "@playwright/test";
import type { Organization } from "./database.ts";

/** Number, client, net, tax, days since it was issued, days until it is due, sent. */
type Invoice = [string, string, number, number, number, number, boolean];

/** A long overdue one, one that is not due, and a draft. */
const INVOICES: Invoice[] = [
  ["INV-1", "Harrowmere Tea", 1_000, 80, 70, -40, true],
  ["INV-2", "Wrenfield Mills", 500.5, 0, 20, 10, true],
  ["INV-3", "Harrowmere Tea", 300, 0, 0, 30, false],
];

const TODAY = "(now() at time zone 'America/New_York')::date";

/** Lays them out. */
export async function layOutMoney(organization: Organization, invoices = INVOICES): Promise<void> {
  await organization.addClients([{ name: "Harrowmere Tea", owner: "member" }, { name: "Wrenfield Mills" }]);
  const rows = JSON.stringify(invoices).replaceAll("'", "''");
  await organization.query(
    `with wanted as (
       select r ->> 0 as number, r ->> 1 as client, (r ->> 2)::numeric as net, (r ->> 3)::numeric as tax,
         (r ->> 4)::integer as issued, (r ->> 5)::integer as due
       from jsonb_array_elements('${rows}'::jsonb) r)
     insert into public.invoices (organization_id, client_id, invoice_number, issue_date, due_date, tax, amount)
     select $1, c.id, w.number, ${TODAY} - w.issued, ${TODAY} + w.due, w.tax, w.net
     from wanted w join public.clients c on c.organization_id = $1 and c.name = w.client`,
  );
  await organization.query(
    `insert into public.invoice_line_items (organization_id, invoice_id, description, unit_price)
     select organization_id, id, 'Advice', amount from public.invoices where organization_id = $1`,
  );
  const sent = invoices.filter(([, , , , , , sent]) => sent).map(([number]) => `'${number}'`);
  await organization.query(
    `update public.invoices set status = 'sent', sent_at = now()
     where organization_id = $1 and invoice_number in (${sent.join(",")})`,
  );
}

/** The id of an invoice. */
export async function invoiceId(organization: Organization, number: string): Promise<string> {
  const [row] = await organization.query<{ id: string }>(
    `select id from public.invoices where organization_id = $1 and invoice_number = '${number}'`,
  );
  return row?.id ?? "";
}

/** A column of an invoice, as text. */
export async function stored(organization: Organization, number: string, column: string): Promise<string> {
  const [row] = await organization.query<{ value: string }>(
    `select ${column}::text as value from public.invoices where organization_id = $1 and invoice_number = '${number}'`,
  );
  return row?.value ?? "";
}

/** Resolves once the tab shows what the server says. */
export async function financeIsThere(page: Page, tab = "Overview"): Promise<void> {
  await expect(page.getByRole("heading", { name: "Finance", level: 1 })).toBeVisible();
  const part = page.getByRole("tabpanel", { name: tab, exact: true });
  await expect(part.locator(".freshness").first()).toHaveAttribute("data-state", "live");
}

/** The list of invoices. */
export const grid = (page: Page) => page.getByRole("grid", { name: "Invoices" });
/** The numbers in the list, in their order. */
export const numbers = (page: Page) => grid(page).locator("tbody").getByRole("rowheader");
/** The panel of an invoice. */
export const panel = (page: Page, number: string) => page.getByRole("region", { name: `Invoice ${number}` });
/** What is open on top. */
export const dialog = (page: Page) => page.getByRole("dialog");
/** Presses a button of what is open on top. */
export const press = (page: Page, name: string) => dialog(page).getByRole("button", { name, exact: true }).click();
/** A figure by its name. */
export const figure = (page: Page, name: string) =>
  page.locator(".figure").filter({ has: page.locator("dt", { hasText: new RegExp(`^${name}$`) }) });
