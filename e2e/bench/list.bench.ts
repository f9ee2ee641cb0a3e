// What does the clients list cost, beside the same rows made by plain script in the same page?

import type { Page } from "@playwright/test";
import { expect, live, test } from "../fixtures.ts";
import { grid, many } from "../list.ts";
import { count } from "../time.ts";
import { Meter, median, tell, withoutCode } from "./measure.ts";

const TIMES = 7;

/** Resolves after the next frame was painted. */
async function painted(page: Page): Promise<void> {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
}

/** Resolves once the page has nothing left to do: nobody chooses among rows that are still being sorted, which are drawn
    one frame after the sign of it. */
async function idle(page: Page): Promise<void> {
  await painted(page);
  await painted(page);
  await page.evaluate(() => new Promise((done) => requestIdleCallback(done)));
}

async function rowsOnScreen(page: Page): Promise<void> {
  await expect(grid(page).locator("tbody").getByRole("row").first()).toBeVisible();
  await painted(page);
}

/** Opens a list of that many clients, all of them read. */
const listed = test.extend<{ listOf: (many: number) => Promise<void> }>({
  listOf: async ({ page, enter, organization }, use) =>
    use(async (count) => {
      await organization.addClients(many(count));
      await enter(organization.admin, `/clients?status=all&rows=${count}`);
      await live(page);
      await rowsOnScreen(page);
    }),
});

listed("1,000 rows", async ({ page, listOf }) => {
  await listOf(1_000);
  const meter = await Meter.of(page);
  const cells = await grid(page).locator("tbody tr:nth-child(2) > *").count();
  const search = page.getByRole("searchbox", { name: "Search clients" });
  const ours: number[] = [];
  const plain: number[] = [];
  for (let time = 0; time < TIMES; time += 1) {
    await search.fill("zzz");
    await expect(page.getByText("No client matches")).toBeVisible();
    const own = await meter.during(async () => {
      await search.fill("");
      await rowsOnScreen(page);
    });
    ours.push(own.all);
    const bare = await meter.during(async () => {
      await page.evaluate((cells) => {
        const table = document.createElement("table");
        table.className = "data-table clients-table";
        const body = table.appendChild(document.createElement("tbody"));
        for (let at = 0; at < 1_000; at += 1) {
          const row = body.appendChild(document.createElement("tr"));
          for (let cell = 0; cell < cells; cell += 1) {
            row.appendChild(document.createElement("td")).textContent = `Brindlecrest Freight ${at}`;
          }
        }
        document.querySelector(".page")?.appendChild(table);
      }, cells);
      await painted(page);
    });
    plain.push(bare.all);
    await page.evaluate(() => document.querySelector(".page > table")?.remove());
    await painted(page);
  }
  tell("1,000 rows created ÷ plain script", median(ours) / median(plain), "", 1.3);
});

listed("10,000 rows", async ({ page, listOf }) => {
  await listOf(10_000);
  const nodes = await grid(page).evaluate((table) => table.querySelectorAll("*").length);
  tell("10,000 rows, elements of the table", nodes, "", 1_400);

  const meter = await Meter.of(page);
  const head = grid(page).getByRole("columnheader", { name: "Health" }).getByRole("button");
  const sorts: number[] = [];
  const asked = count(page, "GET /api/clients");
  for (let time = 0; time < TIMES; time += 1) {
    const work = await meter.during(async () => {
      await head.dispatchEvent("click");
      await painted(page);
    });
    sorts.push(work.script);
    const sorted = time % 2 === 0 ? "descending" : "ascending";
    await expect(grid(page).getByRole("columnheader", { name: "Health" })).toHaveAttribute("aria-sort", sorted);
  }
  expect(count(page, "GET /api/clients")).toBe(asked);
  tell("10,000 rows, script of a sort", median(sorts), "ms", 16);

  const longest = await page.evaluate(async () => {
    let longest = 0;
    const watch = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) longest = Math.max(longest, entry.duration);
    });
    watch.observe({ type: "longtask" });
    const end = document.documentElement.scrollHeight;
    for (let at = 0; at < 60; at += 1) {
      window.scrollTo(0, (end / 60) * at);
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    }
    watch.disconnect();
    return longest;
  });
  tell("10,000 rows, longest task over 50 ms while scrolling", longest, "ms", 50);
});

listed("one changed row of 5,000", async ({ page, listOf, organization, database }) => {
  await listOf(5_000);
  const first = await database.one<{ id: string }>(
    "select id from public.clients where organization_id = $1 order by lower(name) limit 1",
    [organization.id],
  );
  await page.evaluate(() => {
    const rows = new Set<Element>();
    Object.assign(window, { rows });
    new MutationObserver((changes) => {
      for (const { target } of changes) {
        const element = target instanceof Element ? target : target.parentElement;
        const row = element?.closest("tbody tr");
        if (row) rows.add(row);
      }
    }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
  });
  await database.query("update public.clients set phase = 'Data' where id = $1", [first.id]);
  await expect(async () => {
    await page.keyboard.press("r");
    await expect(grid(page).locator(`#client-${first.id}`)).toContainText("Data", { timeout: 1_500 });
  }).toPass();
  const touched = await page.evaluate(() => (window as unknown as { rows: Set<Element> }).rows.size);
  tell("one changed row of 5,000, rows repainted", touched, "", 1);
});

/** The longest that a page took from a press to its paint, in milliseconds, while rows were sorted and chosen. */
async function longestPress(page: Page): Promise<number> {
  const chosen = grid(page).getByRole("checkbox");
  // Nothing has to be scrolled for a press: rows that come into view would be drawn in its time.
  await chosen.nth(TIMES).scrollIntoViewIfNeeded();
  await idle(page);
  const meter = await Meter.of(page);
  await meter.slowDown(4);
  await page.evaluate(() => {
    const durations: number[] = [];
    Object.assign(window, { durations });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) durations.push(entry.duration);
    }).observe({ type: "event", durationThreshold: 16 } as PerformanceObserverInit);
  });
  for (let time = 0; time < TIMES; time += 1) {
    await grid(page).getByRole("columnheader", { name: "Health" }).getByRole("button").click();
    await idle(page);
    await chosen.nth(1 + time).click();
    await idle(page);
  }
  const durations = await page.evaluate(() => (window as unknown as { durations: number[] }).durations);
  await meter.slowDown(1);
  return Math.max(0, ...durations);
}

listed("interaction to next paint, at a quarter of the speed", async ({ page, listOf }) => {
  await listOf(200);
  // The same presses where plain script turns the same rows around, and tells the browser that one is chosen.
  const bare = await withoutCode(page);
  await bare.evaluate(() => {
    const body = document.querySelector("table.clients-table tbody");
    const turn = () => {
      const rows = [...(body?.querySelectorAll("tr:has(input)") ?? [])];
      const end = rows.at(-1)?.nextSibling ?? null;
      for (const row of rows.reverse()) body?.insertBefore(row, end);
    };
    for (const head of document.querySelectorAll("table.clients-table thead button")) head.addEventListener("click", turn);
    body?.addEventListener("change", ({ target }) => {
      if (target instanceof Element) target.closest("tr")?.setAttribute("aria-selected", "true");
    });
  });
  const plain = await longestPress(bare);
  await bare.close();
  const longest = await longestPress(page);
  tell("interaction to next paint, the worst of sorting and choosing", longest, "ms", 100);
  tell(`interaction to next paint ÷ plain script (${plain.toFixed(0)} ms)`, longest / plain, "", 1.3);
});
