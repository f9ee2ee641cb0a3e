// How does an import end that does not go through at once: cancelled, refused in the middle, asked to wait?

import type { Organization } from "../../database.ts";
import { expect, onTheWay, test } from "../../fixtures.ts";
import { checkRows, chooseFile, imports, manyRows } from "../../imports.ts";

const IMPORT = "/pipeline?view=import";
const BATCHES = /\/api\/opportunities\/imports$/;

async function count(organization: Organization): Promise<number> {
  const [row] = await organization.query<{ made: number }>(
    "select count(*)::integer as made from public.opportunities where organization_id = $1 and source = 'import'",
  );
  return row?.made ?? -1;
}

test("is cancelled, and then nothing of it is there", async ({ page, enter, organization }) => {
  test.slow();
  let hold: (() => void) | undefined;
  const held = new Promise<void>((resolve) => (hold = resolve));
  let sent = 0;
  const way = await onTheWay(page, BATCHES, async (route) => {
    sent += 1;
    if (sent === 2) await held;
    await route.fallback();
  });
  await enter(organization.admin, IMPORT);
  await chooseFile(page, manyRows(1_200));
  await checkRows(page);
  way.meddle();
  await page.getByRole("button", { name: "Import 1,200 opportunities" }).click();
  await expect.poll(() => count(organization)).toBe(500);
  await page.getByRole("button", { name: "Cancel" }).click();
  hold?.();
  await expect(imports(page).getByRole("heading", { name: "Import undone" })).toBeVisible();
  expect(await count(organization)).toBe(0);
});

test("a batch that is refused takes all before it back, and says why", async ({
  page,
  enter,
  organization,
  database,
  troubles,
}) => {
  troubles.allow(/^409 POST \/api\/opportunities\/imports/);
  await enter(organization.admin, IMPORT);
  await chooseFile(page, `${manyRows(500)}Twinbrook,Last sale,5.00\r\n`);
  await checkRows(page);
  // Since the look, two clients bear that name: nobody can tell which is meant.
  await database.query(
    "insert into public.clients (organization_id, name) values ($1, 'Twinbrook'), ($1, 'Twinbrook')",
    [organization.id],
  );
  await page.getByRole("button", { name: "Import 501 opportunities" }).click();
  await expect(imports(page).getByRole("heading", { name: "Import undone" })).toBeVisible();
  await expect(imports(page)).toContainText("Rows that could be imported a moment ago cannot be any more.");
  expect(await count(organization)).toBe(0);
});

test("a file that is dropped on the field is taken", async ({ page, enter, organization }, info) => {
  const { writeFileSync } = await import("node:fs");
  const path = info.outputPath("dropped.csv");
  writeFileSync(path, manyRows(2));
  await enter(organization.admin, IMPORT);
  const field = page.getByLabel("CSV file");
  await expect(field).toBeVisible();
  const box = await field.boundingBox();
  if (!box) throw new Error("the field is not on screen");
  const browser = await page.context().newCDPSession(page);
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const data = { items: [], files: [path], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const) {
    await browser.send("Input.dispatchDragEvent", { type, ...at, data });
  }
  await expect(imports(page).getByRole("heading", { name: "Columns" })).toBeVisible();
  await checkRows(page);
  await expect(page.getByRole("button", { name: "Import 2 opportunities" })).toBeVisible();
});

test("waits as long as a busy server asks for, however often", async ({ page, enter, organization, troubles }) => {
  test.slow();
  troubles.allow(/^429 POST \/api\/opportunities\/imports/);
  let busy = 6;
  const way = await onTheWay(page, BATCHES, async (route) => {
    if (busy === 0) return route.fallback();
    busy -= 1;
    const body = { code: "rate_limited", message: "Too many requests.", request_id: "busy" };
    await route.fulfill({ status: 429, headers: { "retry-after": "1" }, json: body });
  });
  await enter(organization.admin, IMPORT);
  await chooseFile(page, manyRows(2));
  await checkRows(page);
  way.meddle();
  await page.getByRole("button", { name: "Import 2 opportunities" }).click();
  await expect(imports(page).getByRole("heading", { name: "Imported" })).toBeVisible({ timeout: 20_000 });
  expect(busy).toBe(0);
  expect(await count(organization)).toBe(2);
});
