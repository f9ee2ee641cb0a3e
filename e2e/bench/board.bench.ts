// What does a move cost on a board of 2,000 cards? Until it is painted, at a quarter of the speed, and in requests.

import type { Locator, Page } from "@playwright/test";
import { expect, test } from "../fixtures.ts";
import { deal, deals, lane, pipelineIsThere } from "../pipeline.ts";
import { answered, count } from "../time.ts";
import { Meter, median, tell, withoutCode } from "./measure.ts";

const TIMES = 7;
const CARDS = 2_000;

/** Opens a board of that many cards, all of them read. */
const board = test.extend<{ full: void }>({
  full: async ({ page, enter, organization, database }, use) => {
    await organization.addClients([{ name: "Harrowmere Tea", status: "prospect", owner: "member" }]);
    await database.query(
      `insert into public.opportunities (organization_id, client_id, name, stage, amount, owner_id, expected_close_date)
       select $1, c.id, 'Sale ' || lpad(n::text, 5, '0'), (array['Prospect', 'Qualify', 'Proposal', 'Negotiation'])[1 + n % 4],
         1000 + n, $2, (now() at time zone 'America/New_York')::date + 10 + n / 40
       from public.clients c, generate_series(1, ${CARDS}) n where c.organization_id = $1`,
      [organization.id, organization.admin.id],
    );
    await enter(organization.admin, `/pipeline?rows=${CARDS}`);
    await pipelineIsThere(page);
    await expect(lane(page, "Prospect").locator(".lane-count")).toHaveText("500");
    await use();
  },
});

/** The name of the first card of a column. */
async function first(page: Page, column: string): Promise<string> {
  return (await deals(page, column).first().innerText()).trim();
}

/** How long it took from this event until the page had painted what it set off, in milliseconds. */
async function untilPainted(page: Page, event: "keydown" | "pointerup", act: () => Promise<void>): Promise<number> {
  await page.evaluate((event) => {
    const painted = new Promise<number>((done) => {
      const began = (sent: Event) => {
        // Shift is pressed before the key that moves.
        if (sent instanceof KeyboardEvent && sent.key === "Shift") return;
        removeEventListener(event, began, true);
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => done(performance.now() - sent.timeStamp);
          port2.postMessage(null);
        });
      };
      addEventListener(event, began, true);
    });
    Object.assign(window, { painted });
  }, event);
  await act();
  return page.evaluate(() => (window as unknown as { painted: Promise<number> }).painted);
}

/** How long a move takes that plain script makes in a page with the same elements and styles: the first card of a column
    is drawn anew as the fifth of the next, both heads count, and the card gets the focus. */
async function plainMove(page: Page): Promise<number> {
  const bare = await withoutCode(page);
  const meter = await Meter.of(bare);
  const times: number[] = [];
  for (let time = 0; time < TIMES; time += 1) {
    await bare.evaluate(() => {
      const [from, to] = document.querySelectorAll(".lane-cards");
      const card = from?.firstElementChild as HTMLElement;
      card.focus();
      addEventListener(
        "keydown",
        () => {
          const drawn = card.cloneNode(true) as HTMLElement;
          card.remove();
          to?.insertBefore(drawn, to.children[4] ?? null);
          for (const count of document.querySelectorAll(".lane-count")) count.textContent = `${count.textContent}0`;
          requestAnimationFrame(() => drawn.focus());
        },
        { once: true },
      );
    });
    await meter.slowDown(4);
    times.push(await untilPainted(bare, "keydown", () => bare.keyboard.press("ArrowRight")));
    await meter.slowDown(1);
  }
  await bare.close();
  return median(times);
}

/** Moves cards, one after the other, and tells what it cost. */
async function measure(page: Page, what: string, move: (name: string) => Promise<number>): Promise<void> {
  const plain = await plainMove(page);
  const meter = await Meter.of(page);
  const asked = () => count(page, /^(POST|PUT|PATCH|DELETE) \/api\/opportunities/);
  const times: number[] = [];
  let requests = 0;
  for (let time = 0; time < TIMES; time += 1) {
    await answered(page);
    const name = await first(page, "Prospect");
    const before = asked();
    await meter.slowDown(4);
    times.push(await move(name));
    await meter.slowDown(1);
    await expect(lane(page, "Qualify").locator(".lane-count")).toHaveText(String(501 + time));
    await answered(page);
    requests = Math.max(requests, asked() - before);
  }
  tell(`${what}: until it is painted, of ${TIMES} the middle one`, median(times), "ms", 50);
  tell(`${what}: until it is painted ÷ plain script (${plain.toFixed(0)} ms)`, median(times) / plain, "", 1.5);
  tell(`${what}: until it is painted, the slowest`, Math.max(...times), "ms", 50);
  tell(`${what}: requests that change something`, requests, "", 1);
}

async function centre(place: Locator): Promise<{ x: number; y: number }> {
  const box = await place.boundingBox();
  if (!box) throw new Error("not on screen");
  return { x: box.x + box.width / 2, y: box.y + Math.min(box.height / 2, 200) };
}

board("a move by keyboard on a board of 2,000 cards", async ({ page, full }) => {
  void full;
  await measure(page, "keyboard", async (name) => {
    await deal(page, name).focus();
    return untilPainted(page, "keydown", () => page.keyboard.press("Shift+ArrowRight"));
  });
});

board("a move by pointer on a board of 2,000 cards", async ({ page, full }) => {
  void full;
  await measure(page, "pointer", async (name) => {
    const [from, to] = [await centre(deal(page, name)), await centre(lane(page, "Qualify"))];
    await page.mouse.move(from.x, from.y - 20);
    await page.mouse.down();
    await page.mouse.move(from.x + 12, from.y, { steps: 3 });
    await page.mouse.move(to.x, to.y, { steps: 6 });
    return untilPainted(page, "pointerup", () => page.mouse.up());
  });
});

board("what a move touches on a board of 2,000 cards", async ({ page, full }) => {
  void full;
  const name = await first(page, "Prospect");
  await page.evaluate(() => {
    const touched = new Set<Element>();
    Object.assign(window, { touched });
    new MutationObserver((changes) => {
      for (const { target } of changes) {
        const element = target instanceof Element ? target : target.parentElement;
        const card = element?.closest(".deal");
        if (card) touched.add(card);
      }
    }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
  });
  await deal(page, name).focus();
  await page.keyboard.press("Shift+ArrowRight");
  await expect(lane(page, "Qualify").locator(".lane-count")).toHaveText("501");
  await answered(page);
  const touched = await page.evaluate(() => (window as unknown as { touched: Set<Element> }).touched.size);
  tell("a move: cards whose content was touched", touched, "", 1);
});
