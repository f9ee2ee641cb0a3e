// How does time pass in a test? As fast as the page keeps up, and never by waiting.

import type { BrowserContext, Page, Request } from "@playwright/test";

const underWay = new WeakMap<Page, Set<Request>>();
const asked = new WeakMap<Page, string[]>();

/** Notes the requests of every page of a context, so that time can wait for their answers. */
export function noteRequests(context: BrowserContext): void {
  const own = (request: Request) => new URL(request.url()).pathname.startsWith("/api/");
  const page = (request: Request) => request.frame().page();
  context.on("request", (request) => {
    if (!own(request) || request.isNavigationRequest()) return;
    set(page(request)).add(request);
    list(page(request)).push(`${request.method()} ${new URL(request.url()).pathname}`);
  });
  const done = (request: Request) => {
    if (own(request) && !request.isNavigationRequest()) set(page(request)).delete(request);
  };
  context.on("requestfinished", done);
  context.on("requestfailed", done);
}

/** How often the page asked for this so far, as `GET /api/clients`. */
export function count(page: Page, what: string | RegExp): number {
  return list(page).filter((one) => (typeof what === "string" ? one === what : what.test(one))).length;
}

/**
 * Lets the seconds pass on the page's clock (`page.clock.install()` comes before the first `goto`). Requests
 * that start on the way are answered before time goes on, as they would be in reality.
 */
export async function pass(page: Page, seconds: number, step = 2): Promise<void> {
  for (let left = seconds; left > 0; left -= step) {
    await page.clock.runFor(Math.min(step, left) * 1_000);
    await answered(page);
  }
}

/** Resolves once no request of the page is under way and the page has seen the answers. */
export async function answered(page: Page): Promise<void> {
  while (set(page).size > 0) {
    for (const request of [...set(page)]) {
      // A request that fails has no response, and an answer that is cut short has no end.
      const response = await request.response();
      await response?.finished();
      set(page).delete(request);
    }
  }
  // A round trip to the page: what an answer set off has run by then.
  await page.evaluate(() => new Promise((resolve) => queueMicrotask(() => resolve(null))));
}

/** Hides the page, or shows it again, as the browser tells a page that its tab goes to the background. */
export async function setHidden(page: Page, hidden: boolean): Promise<void> {
  await page.evaluate((hidden) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
    Object.defineProperty(document, "visibilityState", {
      configurable: true,
      get: () => (hidden ? "hidden" : "visible"),
    });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  }, hidden);
}

function set(page: Page): Set<Request> {
  const known = underWay.get(page) ?? new Set();
  underWay.set(page, known);
  return known;
}

function list(page: Page): string[] {
  const known = asked.get(page) ?? [];
  asked.set(page, known);
  return known;
}

/** Would the page ask whether a person means it who closes the window now? */
export async function asksBeforeLeaving(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const leaving = new Event("beforeunload", { cancelable: true });
    window.dispatchEvent(leaving);
    return leaving.defaultPrevented;
  });
}
