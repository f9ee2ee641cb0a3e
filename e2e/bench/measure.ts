// How is work of the page measured? By the browser's own counters, in milliseconds.

import type { CDPSession, Page } from "@playwright/test";

/** Work of the main thread, in milliseconds. */
export interface Work {
  script: number;
  /** Script, style and layout. */
  all: number;
}

/** Counts the work of a page. */
export class Meter {
  private constructor(private readonly session: CDPSession) {}

  static async of(page: Page): Promise<Meter> {
    const session = await page.context().newCDPSession(page);
    await session.send("Performance.enable");
    return new Meter(session);
  }

  /** The work that something takes. */
  async during(act: () => Promise<void>): Promise<Work> {
    const before = await this.#counters();
    await act();
    const after = await this.#counters();
    const spent = (name: string) => ((after.get(name) ?? 0) - (before.get(name) ?? 0)) * 1_000;
    const script = spent("ScriptDuration");
    return { script, all: script + spent("LayoutDuration") + spent("RecalcStyleDuration") };
  }

  /** The code and styles that travel because of `act`, until the network has been still for a second. */
  async travelled(act: () => Promise<void>): Promise<Travelled> {
    const STILL_MS = 1_000;
    const nothing: Travelled = { files: 0, packed: 0, heads: 0 };
    const sum = { ...nothing };
    let last = 0;
    /** The bytes of the answer's head, by request. */
    const heads = new Map<string, number>();
    await this.session.send("Network.enable");
    this.session.on("Network.requestWillBeSent", () => (last = Date.now()));
    this.session.on("Network.responseReceived", ({ requestId, response }) => {
      const { pathname } = new URL(response.url);
      if (!pathname.startsWith("/api/")) heads.set(requestId, response.encodedDataLength);
    });
    this.session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
      last = Date.now();
      const head = heads.get(requestId);
      if (head === undefined) return;
      sum.files += 1;
      sum.packed += encodedDataLength - head;
      sum.heads += head;
    });
    const still = async () => {
      do await new Promise((done) => setTimeout(done, STILL_MS / 4));
      while (Date.now() - last < STILL_MS);
    };
    last = Date.now();
    await still();
    Object.assign(sum, nothing);
    await act();
    await still();
    return sum;
  }

  /** Slows the processor down. */
  async slowDown(factor: number): Promise<void> {
    await this.session.send("Emulation.setCPUThrottlingRate", { rate: factor });
  }

  async #counters(): Promise<Map<string, number>> {
    const { metrics } = await this.session.send("Performance.getMetrics");
    return new Map(metrics.map(({ name, value }) => [name, value]));
  }
}

/** The page as it is drawn, in a tab of its own: the same elements and styles, and no code. */
export async function withoutCode(page: Page): Promise<Page> {
  const drawn = await page.evaluate(() => {
    const sheets = [...document.styleSheets, ...document.adoptedStyleSheets];
    const rules = sheets.flatMap((sheet) => [...sheet.cssRules].map((rule) => rule.cssText));
    const body = document.body.cloneNode(true) as HTMLElement;
    for (const script of body.querySelectorAll("script")) script.remove();
    return `<!doctype html><html lang="en"><style>${rules.join("\n")}</style>${body.outerHTML}</html>`;
  });
  const bare = await page.context().newPage();
  await bare.setContent(drawn);
  return bare;
}

/** Files, their bytes as they were packed, and the bytes of the answers' heads. */
export interface Travelled {
  files: number;
  packed: number;
  heads: number;
}

/** The middle one. */
export function median(values: number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Prints a figure beside its goal. */
export function tell(what: string, figure: number, unit: string, goal: number): void {
  const met = figure <= goal ? "met" : "MISSED";
  console.log(`${what}: ${figure.toFixed(2)} ${unit} (goal at most ${goal}, ${met})`);
}
