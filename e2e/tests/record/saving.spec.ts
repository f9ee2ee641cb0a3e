// Is every change of a client saved once, shown at once, and never lost?

import { expect, isKept, live, onTheWay, test } from "../../fixtures.ts";
import { clientWithRows, giveTo, press, record, recordIsThere } from "../../record.ts";
import { count } from "../../time.ts";

let client: string;

test.beforeEach(async ({ organization, enter, page }) => {
  client = await clientWithRows(organization);
  await enter(organization.admin, `/clients/${client}`);
  await recordIsThere(page);
});

test("edits the client in one request that names what changed", async ({ page, database }) => {
  const sent = page.waitForRequest((request) => request.method() === "PATCH");
  await page.getByRole("button", { name: "Edit client" }).click();
  await page.getByLabel("Industry").fill("Robotics");
  await page.getByLabel("Contract ARR").fill("$ 90,000.50");
  await press(page, "Save");
  expect((await sent).postDataJSON()).toEqual({ version: 1, industry: "Robotics", arr: "90000.50" });
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(record(page)).toContainText("Robotics");
  await expect(record(page)).toContainText("$90,000.50");
  expect(count(page, `PATCH /api/clients/${client}`)).toBe(1);
  const row = await database.one<{ arr: string }>("select arr::text from public.clients where id = $1", [client]);
  expect(row.arr).toBe("90000.50");
});

test("paints a change before the answer, and takes it back with the reason when it is refused", async ({
  beside,
  organization,
  troubles,
}) => {
  troubles.allow(/^403 PUT /);
  await giveTo(organization, organization.member);
  const owner = await beside(organization.member, `/clients/${client}`);
  let letGo = () => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  const way = await onTheWay(owner, "**/api/clients/*/contacts/*", async (route) => {
    await held;
    await route.continue();
  });
  way.meddle();
  await owner.reload();
  await recordIsThere(owner);
  await owner.getByRole("button", { name: "Edit Wren Talbot" }).click();
  await owner.getByLabel("Job title").fill("Head of buying");
  await press(owner, "Save");
  await expect(record(owner).locator("tr", { hasText: "Wren Talbot" })).toContainText("Head of buying");
  // The client is somebody else's before the change arrives.
  await giveTo(organization, organization.admin);
  letGo();
  await expect(owner.getByRole("dialog").getByRole("alert")).toContainText("Not saved");
  await expect(record(owner).locator("tr", { hasText: "Wren Talbot" })).toContainText("Buyer");
  await expect(owner.getByLabel("Job title")).toHaveValue("Head of buying");
});

test("says what is wrong in place, and keeps the input", async ({ page, troubles }) => {
  troubles.allow(/^409 POST /);
  await page.getByRole("button", { name: "Add contact" }).click();
  await page.getByLabel("Name").fill("n".repeat(201));
  await page.getByLabel("E-mail").fill("nobody");
  await press(page, "Add contact");
  const form = page.getByRole("dialog");
  await expect(form.getByLabel("Name")).toHaveAttribute("aria-invalid", "true");
  await expect(form.getByRole("alert")).toContainText("This is too long.");
  await expect(form.getByRole("alert")).toContainText("Enter an e-mail address");
  await form.getByLabel("Name").fill("مرحبا 🙂");
  await form.getByLabel("E-mail").fill("hello@example.com");
  await press(page, "Add contact");
  await expect(record(page).getByRole("rowheader", { name: "مرحبا 🙂" })).toBeVisible();
  await expect(form).toHaveCount(0);
  // The same address twice is refused by the database.
  await page.getByRole("button", { name: "Add contact" }).click();
  await form.getByLabel("Name").fill("Somebody else");
  await form.getByLabel("E-mail").fill("HELLO@example.com");
  await press(page, "Add contact");
  await expect(form.getByRole("alert")).toContainText("Not saved");
  await expect(form.getByLabel("E-mail")).toHaveValue("HELLO@example.com");
});

test("removes after one question", async ({ page, database }) => {
  await page.getByRole("button", { name: "Remove Wren Talbot" }).click();
  await expect(page.getByRole("dialog", { name: "Remove “Wren Talbot”?" })).toContainText("no longer a contact");
  await press(page, "Keep it");
  await expect(record(page)).toContainText("Wren Talbot");
  await page.getByRole("button", { name: "Remove Wren Talbot" }).click();
  await press(page, "Remove");
  await expect(record(page).getByRole("rowheader", { name: "Wren Talbot" })).toHaveCount(0);
  await expect
    .poll(() => database.query("select 1 from public.contacts where client_id = $1", [client]))
    .toEqual([]);
});

test("keeps unsaved input through Esc, a refresh and a reload, and asks before closing", async ({ page }) => {
  await page.getByRole("button", { name: "Edit client" }).click();
  await page.getByLabel("Primary goal").fill("Twice the revenue");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("alertdialog", { name: "Unsaved input" })).toBeVisible();
  await press(page, "Keep editing");
  await expect(page.getByLabel("Primary goal")).toHaveValue("Twice the revenue");
  await isKept(page, "draft:");
  await page.reload();
  await recordIsThere(page);
  await page.getByRole("button", { name: "Edit client" }).click();
  await expect(page.getByLabel("Primary goal")).toHaveValue("Twice the revenue");
  await expect(page.getByRole("dialog")).toContainText("Your unsaved input was brought back.");
  await press(page, "Save");
  await expect(record(page)).toContainText("Twice the revenue");
  await page.getByRole("button", { name: "Edit client" }).click();
  await expect(page.getByLabel("Primary goal")).toHaveValue("Twice the revenue");
  await expect(page.getByText("Your unsaved input was brought back.")).toHaveCount(0);
});

test("two people: what only one changed is kept, for the rest the person chooses", async ({
  page,
  beside,
  organization,
  troubles,
}) => {
  troubles.allow(/^409 (PUT|PATCH) /);
  await giveTo(organization, organization.member);
  const other = await beside(organization.member, `/clients/${client}`);
  await recordIsThere(other);
  await page.reload();
  await recordIsThere(page);

  for (const side of [page, other]) await side.getByRole("button", { name: "Edit Wren Talbot" }).click();
  await other.getByLabel("Job title").fill("Chief buyer");
  await other.getByLabel("Phone").fill("+1 555 0100");
  await press(other, "Save");
  await expect(other.getByRole("dialog")).toHaveCount(0);

  await page.getByLabel("Job title").fill("Head of buying");
  await page.getByLabel("E-mail").fill("w.talbot@example.com");
  await press(page, "Save");
  const form = page.getByRole("dialog");
  const line = form.getByRole("row", { name: /Job title/ });
  await expect(line).toContainText("Head of buying");
  await expect(line).toContainText("Chief buyer");
  await expect(form.getByRole("row")).toHaveCount(2);
  await press(page, "Keep mine");
  await expect(form).toHaveCount(0);
  const kept = record(page).locator("tr", { hasText: "Wren Talbot" });
  await expect(kept).toContainText("Head of buying");
  await expect(kept).toContainText("w.talbot@example.com");
  await expect(kept, "the other's number is not lost").toContainText("+1 555 0100");

  // Now the other way round: nothing is in dispute, so nobody is asked.
  await other.getByRole("button", { name: "Edit Wren Talbot" }).click();
  await other.getByLabel("Notes").fill("Prefers mornings");
  await press(other, "Save");
  await expect(other.getByRole("dialog")).toHaveCount(0);
  await other.keyboard.press("r");
  await expect(record(other).locator("tr", { hasText: "Wren Talbot" })).toContainText("Head of buying");
});

test("takes theirs when told to", async ({ page, organization, troubles }) => {
  troubles.allow(/^409 PATCH /);
  await page.getByRole("button", { name: "Edit client" }).click();
  await organization.query("update public.clients set region = 'North' where organization_id = $1");
  await page.getByLabel("Region").fill("South");
  await press(page, "Save");
  const line = page.getByRole("dialog").getByRole("row", { name: /Region/ });
  await expect(line).toContainText("South");
  await expect(line).toContainText("North");
  await press(page, "Take theirs");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(record(page)).toContainText("North");
});

test("sets health with a note", async ({ page, database }) => {
  await page.getByRole("button", { name: "Set health and churn risk" }).click();
  await page.getByRole("textbox", { name: "Health" }).fill("101");
  await press(page, "Save");
  await expect(page.getByRole("textbox", { name: "Health" })).toHaveAttribute("aria-invalid", "true");
  await page.getByRole("textbox", { name: "Health" }).fill("55");
  await page.getByLabel("Note").fill("A slow quarter");
  await press(page, "Save");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(record(page)).toContainText("“A slow quarter”");
  const row = await database.one("select health from public.clients where id = $1", [client]);
  expect(row).toEqual({ health: 55 });
});

test("edits commercials, which begin with the first save", async ({ page }) => {
  await page.getByRole("button", { name: "Edit commercials" }).click();
  await press(page, "Save");
  await expect(page.getByLabel("Plan")).toHaveAttribute("aria-invalid", "true");
  await page.getByLabel("Plan").fill("Growth");
  await page.getByLabel("List price per month").fill("6.800,00");
  await page.getByLabel("Discount in percent").fill("12.5");
  await page.getByLabel("Approvals").fill("Corin Vashley\nJuno Ashwick");
  await press(page, "Save");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(record(page)).toContainText("$5,950");
  await expect(record(page)).toContainText("Corin Vashley, Juno Ashwick");
});

test("removes the client, and goes back to the list", async ({ page, database }) => {
  await page.getByRole("button", { name: "Remove client" }).click();
  await press(page, "Remove");
  await expect(page).toHaveURL(/\/clients$/);
  await live(page);
  expect(await database.query("select 1 from public.clients where id = $1", [client])).toEqual([]);
});
