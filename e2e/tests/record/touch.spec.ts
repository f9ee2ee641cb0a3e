// Can the boards be worked with a finger, and does the page still scroll under it?

import { expect, test } from "../../fixtures.ts";
import { deal, deals, lane, layOut, pipelineIsThere, stageOf } from "../../pipeline.ts";
import { clientWithRows, recordIsThere } from "../../record.ts";
import { dragByFinger, middle } from "../../touch.ts";

test.use({ hasTouch: true, isMobile: true, viewport: { width: 1180, height: 820 } });

test("a client's card goes where its grip is taken", async ({ organization, database, enter, page }) => {
  const client = await clientWithRows(organization);
  await enter(organization.admin, `/clients/${client}?tab=kanban&view=page`);
  await recordIsThere(page);
  const column = (name: string) => page.getByRole("region", { name: new RegExp(`^${name}`) });
  const card = page.getByRole("listitem", { name: /^Collect exports,/ });
  await dragByFinger(page, await middle(card.locator(".card-grip")), await middle(column("Doing")));
  await expect(column("Doing").locator(".board-card-title")).toHaveText([/Review funnel/, /Collect exports/]);
  const where = "select status || ' ' || position as place from public.kanban_items where client_id = $1 and title = $2";
  await expect
    .poll(async () => (await database.one<{ place: string }>(where, [client, "Collect exports"])).place)
    .toBe("doing 1");
  // Elsewhere on a card a finger scrolls.
  const other = page.getByRole("listitem", { name: /^Map fields,/ });
  await dragByFinger(page, await middle(other), await middle(column("Doing")));
  await expect(column("Backlog").locator(".board-card-title")).toHaveText([/Map fields/]);
});

test("an opportunity goes where its grip is taken", async ({ organization, database, enter, page }) => {
  await layOut(organization, database);
  await enter(organization.member, "/pipeline");
  await pipelineIsThere(page);
  const grip = deal(page, "Harbour audit").locator(".card-grip");
  await dragByFinger(page, await middle(grip), await middle(lane(page, "Qualify")));
  await expect(deals(page, "Qualify")).toContainText(["Harbour audit"]);
  await expect.poll(() => stageOf(database, organization, "Harbour audit")).toBe("Qualify");
});
