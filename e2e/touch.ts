// How does a finger drag? With the events that a touch screen sends.

import type { Locator, Page } from "@playwright/test";

interface Point {
  x: number;
  y: number;
}

/** The middle of what is on screen. */
export async function middle(of: Locator): Promise<Point> {
  const box = await of.boundingBox();
  if (!box) throw new Error("not on screen");
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** Puts a finger down, takes it to another place in steps, and lifts it. */
export async function dragByFinger(page: Page, from: Point, to: Point): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const send = (type: "touchStart" | "touchMove" | "touchEnd", touchPoints: Point[]) =>
    session.send("Input.dispatchTouchEvent", { type, touchPoints });
  const steps = 10;
  await send("touchStart", [from]);
  for (let step = 1; step <= steps; step += 1) {
    const part = step / steps;
    await send("touchMove", [{ x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part }]);
  }
  await send("touchEnd", []);
  await session.detach();
}
