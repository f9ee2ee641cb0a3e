// Is the forecast of a week ago shown beside today's, and does the worker keep one each day?

import { expect, readsAreForgotten, test } from "../../fixtures.ts";
import { layOut, pipelineIsThere } from "../../pipeline.ts";

test("says that none was kept, then shows the one of a week ago", async ({
  page,
  enter,
  organization,
  database,
  stack,
}) => {
  await layOut(organization, database);
  await enter(organization.admin, "/pipeline?view=forecast");
  await pipelineIsThere(page);
  const part = page.getByRole("region", { name: "Then and today" });
  await expect(part).toContainText("No forecast of a week ago was kept yet.");
  await stack.work();
  // The figures that the worker kept, as if a week had passed since, and a sale more today.
  const moved = await database.query(
    `update public.dashboard_snapshots set snapshot_date = snapshot_date - 7
     where organization_id = $1 and kind = 'pipeline' returning metrics`,
    [organization.id],
  );
  expect(moved).toHaveLength(1);
  expect(moved[0]?.["metrics"]).toMatchObject({ open_count: 5, open_value: "155000.50" });
  await database.query(
    "update public.opportunities set amount = amount + 1000 where organization_id = $1 and name = 'Harbour audit'",
    [organization.id],
  );
  await readsAreForgotten();
  await page.keyboard.press("r");
  await expect(part).toContainText("Then is");
  await expect(part.getByRole("row", { name: /^Open/ })).toContainText("+$1,000");
  await expect(part.getByRole("row", { name: /^Won/ })).toContainText("$0");
});
