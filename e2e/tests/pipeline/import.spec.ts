// Do the rows of a file come into the pipeline, once, and only those that are meant?

import { readFileSync } from "node:fs";
import type { Organization } from "../../database.ts";
import { expect, onTheWay, test } from "../../fixtures.ts";
import { BAD_ROWS, checkRows, chooseFile, imports, manyRows } from "../../imports.ts";
import { pipelineIsThere } from "../../pipeline.ts";

const IMPORT = "/pipeline?view=import";

async function count(organization: Organization): Promise<string> {
  const [{ rows } = { rows: "" }] = await organization.query<{ rows: string }>(
    "select concat_ws(' ', count(*), count(distinct name), count(distinct client_id)) as rows from public.opportunities where organization_id = $1 and source = 'import'",
  );
  return rows;
}

test("reads a file of another program, maps its columns, imports it and takes it back", async ({ page, enter, organization }) => {
  await enter(organization.admin, "/pipeline");
  await page.getByRole("radio", { name: "Import", exact: true }).click();
  await expect(page).toHaveURL(/view=import/);
  const text = "Firma;Deal;Amount;Expected close;Notes\nZürich Käse;Frühling;12.500;31.12.2026;x\nZÜRICH KÄSE;Herbst;7,25 USD;;\n";
  await chooseFile(page, Buffer.from(text, "latin1"), "kunden.csv");
  await expect(page.getByLabel("Encoding")).toHaveValue("3");
  await expect(page.getByLabel("Separator")).toHaveValue("1");
  await expect(imports(page).getByText("Still to be chosen: Company.")).toBeVisible();
  await page.getByLabel("Firma holds").selectOption({ label: "Company" });
  await page.getByLabel("Amounts").selectOption({ label: "Comma: 1.234,50" });
  await checkRows(page);
  expect(await count(organization), "a look makes nothing").toBe("0 0 0");
  await page.getByRole("button", { name: "Import 2 opportunities" }).click();
  await expect(imports(page).getByRole("heading", { name: "Imported" })).toBeVisible();
  expect(await count(organization)).toBe("2 2 1");
  const [{ amount } = { amount: "" }] = await organization.query<{ amount: string }>(
    "select amount::text from public.opportunities where organization_id = $1 and name = 'Frühling'",
  );
  expect(amount).toBe("12500.00");
  await expect(page.getByRole("list", { name: "New clients" }).getByRole("link")).toHaveText(["Zürich Käse"]);
  await expect(page.getByRole("list", { name: "Opportunities" }).getByRole("link")).toHaveText(["Frühling", "Herbst"]);
  await page.getByRole("button", { name: "Undo import" }).click();
  await expect(imports(page).getByRole("heading", { name: "Import undone" })).toBeVisible();
  expect(await count(organization)).toBe("0 0 0");
  // The next file of the same program is read the same way.
  await page.getByRole("button", { name: "Import another file" }).click();
  await chooseFile(page, Buffer.from(text, "latin1"), "kunden.csv");
  await expect(page.getByLabel("Firma holds").locator("option:checked")).toHaveText("Company");
  await expect(page.getByLabel("Amounts").locator("option:checked")).toHaveText("Comma: 1.234,50");
});

test("names every kind of bad row and imports nothing half", async ({ page, enter, organization }) => {
  await enter(organization.admin, IMPORT);
  await chooseFile(page, BAD_ROWS);
  await checkRows(page);
  const findings = page.getByRole("list", { name: "Findings" }).getByRole("listitem");
  await expect(findings).toHaveText([
    /Line 3.*names this opportunity of this company before/,
    /Line 4.*Company is missing/,
    /Line 5.*Opportunity is missing/,
    /Line 6.*Amount is missing/,
    /Line 7.*Amount must be more than zero/,
    /Line 8.*Amount must be more than zero/,
    /Line 9.*Amount is not an amount/,
    /Line 10.*Amount names another currency/,
    /Line 11.*Amount can be two amounts/,
    /Line 12.*Expected close can be two days/,
    /Line 13.*Expected close is not a day/,
    /Line 14.*Contact e-mail is not an e-mail address/,
    /Line 15.*Something follows a closing quote/,
    /Line 16.*more cells than the first line/,
    /Line 17.*A cell is longer than 64 KB/,
    /Line 19.*A quote is opened here and never closed/,
  ]);
  await expect(imports(page).getByText("Rows are refused, so nothing can be imported.")).toBeVisible();
  await expect(page.getByRole("button", { name: /^Import \d/ })).toHaveCount(0);
  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download refused rows" }).click();
  const refused = readFileSync(await (await downloading).path(), "utf8").split("\r\n");
  expect(refused[0]).toBe("\ufeffCompany,Opportunity,Amount,Expected close,Contact e-mail,Next step,Line,Problem");
  expect(refused[1]).toBe(",No company,5,,,,4,Company is missing.");
  await page.getByLabel("Only rows without a problem").check();
  await page.getByRole("button", { name: "Import 2 opportunities" }).click();
  await expect(imports(page).getByRole("heading", { name: "Imported" })).toBeVisible();
  expect(await count(organization)).toBe("2 1 2");
  const [{ texts } = { texts: "" }] = await organization.query<{ texts: string }>(
    "select string_agg(concat_ws(' ', amount, expected_close_date, next_step), ', ' order by amount) as texts from public.opportunities where organization_id = $1",
  );
  expect(texts, "a formula is a text").toBe("1000.50 2026-12-31 Initial outreach, 1200.50 2026-12-31 =1+1");
});

test("is cut in the middle, resumed, and taken up again after a reload", async ({ page, enter, organization, troubles }) => {
  test.slow();
  troubles.allow("net::ERR_FAILED POST /api/opportunities/imports");
  let sent = 0;
  const way = await onTheWay(page, /\/api\/opportunities\/imports$/, async (route) => {
    sent += 1;
    // The second batch is made, and nobody hears so.
    if (sent > 1) await route.fetch().catch(() => undefined);
    await (sent > 1 ? route.abort() : route.fallback());
  });
  await enter(organization.admin, IMPORT);
  await chooseFile(page, manyRows(1_200));
  await checkRows(page);
  way.meddle();
  await page.getByRole("button", { name: "Import 1,200 opportunities" }).click();
  await expect(page.getByRole("button", { name: "Resume import" })).toBeVisible({ timeout: 30_000 });
  expect(await count(organization)).toBe("1000 1000 7");
  way.rest();
  await page.getByRole("button", { name: "Resume import" }).click();
  await expect(imports(page).getByRole("heading", { name: "Imported" })).toBeVisible();
  expect(await count(organization)).toBe("1200 1200 7");
  await page.reload();
  await chooseFile(page, manyRows(1_200));
  await checkRows(page);
  await page.getByRole("button", { name: "Import 1,200 opportunities" }).click();
  await expect(imports(page).getByRole("heading", { name: "Imported" })).toBeVisible();
  await expect(imports(page)).toContainText("Of these made before1,200");
  expect(await count(organization), "nothing twice").toBe("1200 1200 7");
});

test("a Member's import is undone but for what was worked with", async ({ page, enter, organization, database }) => {
  await enter(organization.member, IMPORT);
  await chooseFile(page, manyRows(2));
  await checkRows(page);
  await page.getByRole("button", { name: "Import 2 opportunities" }).click();
  await expect(imports(page).getByRole("heading", { name: "Imported" })).toBeVisible();
  await database.query("update public.opportunities set next_step = 'Call' where organization_id = $1 and name = 'Opportunity 1'", [organization.id]);
  await page.getByRole("button", { name: "Undo import" }).click();
  await expect(page.getByRole("list", { name: "Kept" }).getByRole("listitem")).toHaveText([
    "Client Company 0: you may not remove it",
    "Client Company 1: in use",
    "Opportunity Opportunity 1: changed since",
  ]);
  expect(await count(organization)).toBe("1 1 1");
});

test("is found in the palette, and not by customers", async ({ page, enter, organization }) => {
  await enter(organization.member, "/pipeline");
  await pipelineIsThere(page);
  await page.keyboard.press("ControlOrMeta+k");
  await page.getByRole("combobox").fill("import");
  await page.getByRole("option", { name: /Import opportunities/ }).click();
  await expect(imports(page)).toBeVisible();
  await enter("client", IMPORT);
  await expect(page.getByText("The pipeline is for staff")).toBeVisible();
  await expect(page.getByLabel("CSV file")).toHaveCount(0);
});
