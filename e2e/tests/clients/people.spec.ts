// Who sees which clients?

import { expect, live, names, panel, test } from "../../fixtures.ts";
import { count } from "../../time.ts";

for (const persona of ["superadmin", "admin", "director", "member", "member2"] as const) {
  test(`shows all clients of the organization to ${persona}`, async ({ page, enter, stack }) => {
    await enter(persona, "/clients?status=all");
    await live(page);
    await expect(names(page)).toHaveCount(14);
    await expect(panel(page, "Churn risk").getByRole("listitem")).toHaveCount(5);
    const { name, organization } = stack.account(persona);
    await expect(page.getByRole("button", { name: `${name}, ${organization}: account menu` })).toBeVisible();
  });
}

for (const persona of ["client", "client.b"] as const) {
  test(`denies the list to ${persona}, and asks for nothing`, async ({ page, enter, stack }) => {
    await enter(persona);
    await expect(page.getByRole("heading", { name: "The clients list is for staff" })).toBeVisible();
    await expect(page.getByText(`may not read the clients of ${stack.account(persona).organization}`)).toBeVisible();
    await expect(page.getByRole("grid")).toHaveCount(0);
    await expect(page.getByRole("region", { name: "Churn risk" })).toHaveCount(0);
    expect(count(page, "GET /api/clients")).toBe(0);
  });
}

test("shows the other organization's people their own clients, in their currency", async ({ page, enter }) => {
  await enter("member.b", "/clients?status=all");
  await live(page);
  await expect(names(page)).toHaveText(["Pebblecroft Dental", "Quartzlane Bikes", "Rookhaven Print"]);
  await expect(page.locator("dl.tiles")).toContainText("€45,600");
});

test("names the person, the persona and the organization in the account menu", async ({ page, enter }) => {
  await enter("director");
  await live(page);
  await page.getByRole("button", { name: /account menu$/ }).click();
  const menu = page.getByRole("menu");
  await expect(menu).toContainText("Maren Tolliver");
  await expect(menu).toContainText("director@example.com");
  await expect(menu).toContainText("Director at Marlowick Advisory (demo)");
});
