// Is the page closed to foreign scripts, and are tokens out of reach?

import { expect, fillSignIn, live, test } from "../../fixtures.ts";
import { overviewIsThere } from "../../overview.ts";

for (const path of ["/", "/sign-in", "/clients", "/no/such/page"]) {
  test(`sends a strict policy with ${path}`, async ({ request }) => {
    const policies = new Set<string>();
    for (let visit = 0; visit < 2; visit++) {
      const answer = await request.get(path);
      expect(answer.status()).toBe(200);
      const headers = answer.headers();
      const policy = headers["content-security-policy"] ?? "";
      policies.add(policy);
      const directives = Object.fromEntries(
        policy.split(";").map((part) => part.trim().split(/ (.*)/s).slice(0, 2) as [string, string]),
      );
      expect(policy).not.toContain("unsafe-inline");
      expect(policy).not.toMatch(/(?<!wasm-)unsafe-eval/);
      expect(policy).not.toContain("*");
      expect(directives).toMatchObject({
        "default-src": "'none'",
        "script-src": expect.stringMatching(/^'self' 'nonce-[^']{16,}' 'wasm-unsafe-eval'$/),
        "style-src": "'self'",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
      });
      expect(headers).toMatchObject({ "x-content-type-options": "nosniff", "referrer-policy": "same-origin" });
      expect(headers["cache-control"]).toBe("no-store");
      const html = await answer.text();
      const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? "none";
      for (const script of html.match(/<script[^>]*>/g) ?? []) expect(script).toContain(`nonce="${nonce}"`);
      expect(html).not.toMatch(/\sstyle="|<style|\son\w+="/);
    }
    expect(policies.size, "a nonce is used once").toBe(2);
  });
}

test("runs no script that came from elsewhere", async ({ page, enter, troubles }) => {
  troubles.allow(/Content Security Policy/);
  await enter("admin");
  await live(page);
  await page.evaluate(async () => {
    const violations: string[] = [];
    Object.assign(window, { violations });
    document.addEventListener("securitypolicyviolation", (event) => violations.push(event.effectiveDirective));
    const inline = document.createElement("script");
    inline.textContent = "window.broken = 'inline'";
    document.body.append(inline);
    const handler = document.createElement("img");
    handler.setAttribute("onerror", "window.broken = 'handler'");
    handler.src = "data:image/png;base64,broken";
    const failed = new Promise((resolve) => handler.addEventListener("error", resolve));
    document.body.append(handler);
    const frame = document.createElement("iframe");
    frame.src = "https://evil.example/";
    document.body.append(frame);
    await failed;
    await fetch("https://evil.example/").catch(() => undefined);
  });
  await expect
    .poll(() => page.evaluate(() => (window as unknown as { violations: string[] }).violations))
    .toEqual(expect.arrayContaining(["script-src-elem", "script-src-attr", "frame-src", "connect-src"]));
  expect(await page.evaluate(() => "broken" in window)).toBe(false);
});

test("hands no token to scripts", async ({ page, stack, openSignedOut }) => {
  const bodies: Promise<string>[] = [];
  page.on("response", (response) => {
    if (response.url().includes("/api/") && response.status() !== 304) bodies.push(response.text().catch(() => ""));
  });
  await openSignedOut("/sign-in");
  await fillSignIn(page, stack.account("admin").email, stack.account("admin").password);
  await overviewIsThere(page);
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Clients" }).click();
  await live(page);
  const cookies = await page.context().cookies();
  const tokens = cookies.map((cookie) => cookie.value);
  expect(tokens).toHaveLength(2);
  const visible = await page.evaluate(() =>
    [document.cookie, JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.documentElement.outerHTML].join(),
  );
  const told = (await Promise.all(bodies)).join();
  expect(told).toContain("Brindlecrest Freight");
  for (const token of tokens) {
    expect(visible).not.toContain(token);
    expect(told).not.toContain(token);
  }
  expect(told).not.toMatch(/eyJhbGciOi|access_token|refresh_token/);
});

test("refuses writes that did not come from the page", async ({ context, stack, enter, page }) => {
  await enter("admin");
  await live(page);
  const write = (headers: Record<string, string>) =>
    context.request.delete(`${stack.page}/api/session`, { headers }).then((answer) => answer.status());
  expect(await write({})).toBe(403);
  expect(await write({ origin: "https://evil.example", "x-revos-request": "1" })).toBe(403);
  expect(await write({ origin: stack.page })).toBe(403);
  await page.reload();
  await live(page);
});

test("lets browsers keep hashed files for ever, and answers of the API not at all", async ({ page, enter }) => {
  const caching: Record<string, string> = {};
  page.on("response", (response) => {
    const kind = /\.(js|wasm|css)$/.exec(new URL(response.url()).pathname)?.[1] ?? new URL(response.url()).pathname;
    caching[kind] = response.headers()["cache-control"] ?? "none";
  });
  await enter("admin");
  await live(page);
  for (const kind of ["js", "wasm", "css"]) expect(caching[kind]).toMatch(/max-age=31536000.*immutable/);
  expect(caching["/api/session"]).toMatch(/no-store/);
  expect(caching["/api/clients"]).toMatch(/private, no-cache|no-store/);
});
