// How often is the project asked for one person, with three panels and the table in two tabs?

import { expect, live, readsAreForgotten, test } from "../fixtures.ts";
import { count, pass } from "../time.ts";
import { tell } from "./measure.ts";

const MINUTES = 10;
const LIST = "GET /api/clients";

test("two tabs for ten minutes", async ({ page, enter, stack, organization }) => {
  await organization.addClients([{ name: "Brindlecrest Freight" }, { name: "Calderhollow Foods" }]);
  await page.clock.install();
  await enter(organization.admin);
  await live(page);
  const other = await page.context().newPage();
  await other.goto("/clients");
  await live(other);
  // The second tab stands in line for the turn.
  await expect.poll(() => page.evaluate(async () => (await navigator.locks.query()).pending?.length)).toBeGreaterThan(0);
  // The first conditional read of a server reads rows and digest, all others the digest only.
  await pass(page, 70);
  await readsAreForgotten();
  await stack.forgetRequests();
  const before = count(page, LIST) + count(other, LIST);
  for (let minute = 0; minute < MINUTES; minute += 1) {
    await pass(page, 60, 5);
    // The server would answer a read of the same real second from the last one.
    await readsAreForgotten();
  }
  const { rest } = await stack.requests();
  tell("requests upstream a minute, 3 panels × 2 tabs", rest.count / MINUTES, "requests", 1);
  tell("requests of both pages a minute", (count(page, LIST) + count(other, LIST) - before) / MINUTES, "requests", 1);
  console.log(`  of ${MINUTES} minutes: ${JSON.stringify(rest.requests)}`);
});
