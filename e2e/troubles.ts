// What must not happen on any page? Errors in the console, failed requests, violations of the policy.

import type { BrowserContext, ConsoleMessage, Request, Response } from "@playwright/test";

/** Everything that went wrong in a browser context and was not announced before. */
export class Troubles {
  readonly #seen: string[] = [];
  readonly #allowed: (string | RegExp)[] = [];

  /** Announces what this test provokes, such as `503 GET /api/clients`. */
  allow(...expected: (string | RegExp)[]): void {
    this.#allowed.push(...expected);
  }

  /** Watches every page of a context, those that are still to come included. */
  watch(context: BrowserContext): void {
    context.on("console", (message) => this.#console(message));
    context.on("weberror", (error) => this.#seen.push(`page error: ${error.error().message}`));
    context.on("requestfailed", (request) => this.#failed(request));
    context.on("response", (response) => this.#answered(response));
  }

  /** What happened without having been announced. */
  unexpected(): string[] {
    const announced = (text: string) =>
      this.#allowed.some((one) => (typeof one === "string" ? text === one : one.test(text)));
    return this.#seen.filter((text) => !announced(text));
  }

  #console(message: ConsoleMessage): void {
    const loud = message.type() === "error" || message.type() === "warning" || message.type() === "assert";
    // The browser's echo of a request that is noted below, with its method and path.
    const echo = message.text().startsWith("Failed to load resource");
    if (loud && !echo) this.#seen.push(`console ${message.type()}: ${message.text()}`);
  }

  #failed(request: Request): void {
    const why = request.failure()?.errorText ?? "no reason";
    // The page itself gave it up: a reload, a timeout, a closed tab.
    if (why !== "net::ERR_ABORTED") this.#seen.push(`${why} ${name(request)}`);
  }

  #answered(response: Response): void {
    if (response.status() >= 400) this.#seen.push(`${response.status()} ${name(response.request())}`);
  }
}

function name(request: Request): string {
  return `${request.method()} ${new URL(request.url()).pathname}`;
}
