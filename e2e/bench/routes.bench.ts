// What travels when another page is opened after the first? Code and styles, packed.

import type { Page } from "@playwright/test";
import { expect, live, test } from "../fixtures.ts";
import { clientWithRows } from "../record.ts";
import { Meter, tell } from "./measure.ts";

const GOAL_KB = 40;

async function tellTravelled(page: Page, what: string, open: () => Promise<void>): Promise<void> {
  const meter = await Meter.of(page);
  const { files, packed, heads } = await meter.travelled(open);
  const besides = `${files} files, their heads ${(heads / 1_000).toFixed(1)} KB`;
  tell(`${what}, opened after the clients (${besides})`, packed / 1_000, "KB", GOAL_KB);
}

for (const what of ["Overview", "Pipeline", "Finance", "Playbooks"]) {
  test(what, async ({ page, enter, organization }) => {
    await clientWithRows(organization);
    await enter(organization.admin, "/clients");
    await live(page);
    await tellTravelled(page, what, async () => {
      await page.getByRole("link", { name: what, exact: true }).first().click();
      await expect(page.getByRole("heading", { name: what, level: 1 })).toBeVisible();
    });
  });
}

test("a client's record", async ({ page, enter, organization }) => {
  await clientWithRows(organization);
  await enter(organization.admin, "/clients");
  await live(page);
  await tellTravelled(page, "A client's record", async () => {
    await page.getByRole("link", { name: "Emberfold Robotics" }).first().click();
    await expect(page.getByRole("heading", { name: "Contacts" })).toBeVisible();
  });
});
