// What do specs of the import start with? A file, and the steps up to a place.

import { expect, type Page } from "@playwright/test";

/** The import of the page. */
export const imports = (page: Page) => page.getByRole("region", { name: "Import opportunities" });

/** Chooses a file; a text is written in UTF-8. */
export async function chooseFile(page: Page, content: string | Buffer, name = "prospects.csv"): Promise<void> {
  const buffer = typeof content === "string" ? Buffer.from(content, "utf8") : content;
  await page.getByLabel("CSV file").setInputFiles({ name, mimeType: "text/csv", buffer });
  await expect(imports(page).getByRole("heading", { name: "Columns" })).toBeVisible();
}

/** Looks at every row. */
export async function checkRows(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Check rows" }).click();
  await expect(page.getByRole("group", { name: "Rows to import" })).toBeVisible();
}

/** Rows of companies that are not there yet. */
export function manyRows(count: number): string {
  const rows = Array.from({ length: count }, (_, at) => `Company ${at % 7},Opportunity ${at},${at + 1}.50`);
  return `Company,Deal,Amount\r\n${rows.join("\r\n")}\r\n`;
}

/** With every kind of bad row; two are fine. */
export const BAD_ROWS = [
  "Company,Opportunity,Amount,Expected close,Contact e-mail,Next step",
  "Ashgrove,Renewal,\"$1,200.50\",31.12.2026,,=1+1",
  "ashgrove,RENEWAL,5,,,",
  ",No company,5,,,",
  "Ashgrove,,5,,,",
  "Ashgrove,No amount,,,,",
  "Ashgrove,Negative,-5,,,",
  "Ashgrove,Absurd,99999999999999,,,",
  "Ashgrove,A text,lots,,,",
  "Ashgrove,Other money,€5,,,",
  "Ashgrove,Two amounts,12.500,,,",
  "Ashgrove,Two days,5,3/4/2026,,",
  "Ashgrove,No day,5,2026-02-30,,",
  "Ashgrove,No address,5,,nobody,",
  "Ashgrove,\"Stray\" quote,5,,,",
  "Ashgrove,Too many cells,5,,,x,y",
  `Ashgrove,Long,5,,,${"x".repeat(100_000)}`,
  "Birchfold,Renewal,\"1.000,50 $\",2026-12-31,,",
  "Ashgrove,\"Open,5,,,",
  "",
].join("\n");
