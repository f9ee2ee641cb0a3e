// How is the page looked at? By axe: light and dark, wide and narrow.

import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/** How the page may look. */
export interface Look {
  scheme: "light" | "dark";
  width: number;
  height: number;
}

const LOOKS: Look[] = (["light", "dark"] as const).flatMap((scheme) => [
  { scheme, width: 1440, height: 900 },
  { scheme, width: 390, height: 844 },
]);

const RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"];

/** The part of the page that is looked at: all of it, one element, or all but some. */
export interface Part {
  only?: string;
  but?: string;
}

/** Fails if axe finds something in any look; `also` is done in each. */
export async function everyLook(page: Page, part: Part, also: (look: Look) => Promise<void>): Promise<void> {
  const found: string[] = [];
  for (const look of LOOKS) {
    const { scheme, width, height } = look;
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await page.setViewportSize({ width, height });
    // There are no frames, whose results would have to be brought together in a page of its own.
    const axe = new AxeBuilder({ page }).setLegacyMode();
    if (part.only) axe.include(part.only);
    if (part.but) axe.exclude(part.but);
    // Light and dark are the same elements in other colours.
    const checked = scheme === "light" ? axe.withTags(RULES) : axe.withRules(["color-contrast"]);
    for (const { id, nodes } of (await checked.analyze()).violations) {
      for (const node of nodes) {
        found.push(`${scheme} ${width}: ${id}: ${node.target.join(" ")}: ${node.failureSummary}`);
      }
    }
    await also(look);
  }
  expect(found).toEqual([]);
}
