// How does a person get in, and what are they told when they do not?

import type { Page } from "@playwright/test";
import { expect, fillSignIn, goOffline, live, test } from "../../fixtures.ts";
import { overviewIsThere } from "../../overview.ts";

const WRONG = "This e-mail address and password do not belong together.";

function told(page: Page) {
  return page.getByRole("alert");
}

test("signs in and lands on the overview, with the focus on the heading", async ({ page, stack, openSignedOut }) => {
  await openSignedOut("/");
  await expect(page).toHaveTitle("Sign in · RevOS");
  const { email, password } = stack.account("admin");
  await fillSignIn(page, email, password);
  await overviewIsThere(page);
  await expect(page).toHaveURL(`${stack.page}/`);
  await expect(page).toHaveTitle("Overview · Marlowick Advisory (demo) · RevOS");
  await expect(page.getByRole("heading", { name: "Overview", level: 1 })).toBeFocused();
});

test("tells wrong password and unknown address in the same words", async ({ page, stack, openSignedOut, troubles }) => {
  troubles.allow("401 POST /api/session");
  await openSignedOut("/sign-in");
  await fillSignIn(page, stack.account("admin").email, "not the password");
  await expect(told(page)).toContainText(WRONG);
  const first = await told(page).innerText();
  await page.reload();
  await fillSignIn(page, "newcomer@example.com", stack.account("admin").password);
  await expect(told(page)).toContainText(WRONG);
  expect(await told(page).innerText()).toBe(first);
  // The summary leads to the field to look at.
  await told(page).getByRole("link").click();
  await expect(page.getByLabel("Password", { exact: true })).toBeFocused();
  await expect(page).toHaveURL(/\/sign-in$/);
});

test("asks for what is missing before asking the server", async ({ page, openSignedOut }) => {
  await openSignedOut("/sign-in");
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.method()));
  await page.getByRole("form").getByRole("button", { name: "Sign in" }).click();
  await expect(told(page)).toContainText("Sign-in needs an address and a password.");
  await expect(told(page).getByRole("link")).toHaveText(["Enter your e-mail address", "Enter your password"]);
  await fillSignIn(page, "not an address", "x");
  await expect(told(page)).toContainText("Enter a full e-mail address, such as name@example.com");
  await expect(page.getByLabel("E-mail address")).toHaveAttribute("aria-invalid", "true");
  expect(asked).toEqual([]);
});

test("tells a person without a membership", async ({ page, database, stack, openSignedOut, troubles }) => {
  troubles.allow("403 POST /api/session");
  await database.stranger("stranger@example.com");
  await openSignedOut("/sign-in");
  await fillSignIn(page, "stranger@example.com", stack.account("admin").password);
  await expect(told(page)).toContainText("You belong to no organization yet.");
  expect(await page.context().cookies()).toEqual([]);
});

test("tells a deactivated member", async ({ page, database, stack, organization, openSignedOut, troubles }) => {
  troubles.allow("403 POST /api/session");
  await database.query("update public.users set deactivated_at = now() where id = $1", [organization.member.id]);
  await openSignedOut("/sign-in");
  await fillSignIn(page, organization.member.email, stack.account("admin").password);
  await expect(told(page)).toContainText("Your membership was deactivated.");
});

test("tells a person whose address is not confirmed", async ({ page, database, stack, openSignedOut, troubles }) => {
  troubles.allow("403 POST /api/session");
  const id = await database.stranger("unconfirmed@example.com");
  await database.query("update auth.users set email_confirmed_at = null where id = $1", [id]);
  await openSignedOut("/sign-in");
  await fillSignIn(page, "unconfirmed@example.com", stack.account("admin").password);
  await expect(told(page)).toContainText("Your e-mail address is not confirmed yet.");
});

test("tells how long to wait after too many tries", async ({ page, stack, openSignedOut, troubles }) => {
  troubles.allow("429 POST /api/session");
  await openSignedOut("/sign-in");
  const body = { code: 429, error_code: "over_request_rate_limit", msg: "Request rate limit reached" };
  await stack.play({ auth: { kind: "status", status: 429, body } });
  await fillSignIn(page, stack.account("admin").email, stack.account("admin").password);
  await expect(told(page)).toContainText(/^There were too many tries\. Try again in \d+ (s|min)\.$/);
});

test("tells an unreachable sign-in service, and works again after it", async ({
  page,
  stack,
  openSignedOut,
  troubles,
}) => {
  troubles.allow("503 POST /api/session");
  await openSignedOut("/sign-in");
  await stack.play({ auth: { kind: "refuse" } });
  const { email, password } = stack.account("admin");
  await fillSignIn(page, email, password);
  await expect(told(page)).toContainText("The sign-in service is unreachable. Your password was not checked");
  await expect(page.getByLabel("E-mail address")).toHaveValue(email);
  await stack.heal();
  await expect(async () => {
    await page.getByRole("form").getByRole("button", { name: "Sign in" }).click();
    await overviewIsThere(page);
  }).toPass();
});

test("tells that the browser is offline", async ({ page, stack, openSignedOut, troubles }) => {
  troubles.allow("net::ERR_INTERNET_DISCONNECTED POST /api/session");
  await openSignedOut("/sign-in");
  await goOffline(page);
  await fillSignIn(page, stack.account("admin").email, stack.account("admin").password);
  await expect(told(page)).toContainText("You are offline.");
});

test("shows and hides the password", async ({ page, openSignedOut }) => {
  await openSignedOut("/sign-in");
  const password = page.getByLabel("Password", { exact: true });
  await password.fill("seen or not");
  await expect(password).toHaveAttribute("type", "password");
  await page.getByRole("button", { name: "Show password" }).click();
  await expect(password).toHaveAttribute("type", "text");
  await expect(password).toHaveValue("seen or not");
  await page.getByRole("button", { name: "Hide password" }).click();
  await expect(password).toHaveAttribute("type", "password");
});

test("works with the keyboard alone", async ({ page, stack, openSignedOut }) => {
  await openSignedOut("/sign-in");
  const { email, password } = stack.account("director");
  await expect(page.getByLabel("E-mail address")).toBeFocused();
  await page.keyboard.type(email);
  await page.keyboard.press("Tab");
  await expect(page.getByLabel("Password", { exact: true })).toBeFocused();
  await page.keyboard.type(password);
  await page.keyboard.press("Enter");
  await overviewIsThere(page);
});

test("offers the demo accounts with one click each", async ({ page, stack, openSignedOut }) => {
  await openSignedOut("/sign-in");
  const demo = page.getByRole("region", { name: "Demo accounts" });
  await expect(demo.getByRole("button")).toHaveCount(stack.accounts.length);
  await demo.getByRole("button", { name: "Sign in as Lysa Brandewyn, Admin, Quillhaven Studio (demo)" }).click();
  await overviewIsThere(page);
  await expect(page).toHaveTitle("Overview · Quillhaven Studio (demo) · RevOS");
});

test.describe("the way back", () => {
  for (const path of ["/clients?panel=qbr&qbr=90", "/clients?sort=-arr"]) {
    test(`leads to ${path}`, async ({ page, stack, openSignedOut }) => {
      await openSignedOut(path);
      await expect(page).toHaveURL(`${stack.page}/sign-in?next=${encodeURIComponent(path)}`);
      const { email, password } = stack.account("admin");
      await fillSignIn(page, email, password);
      await live(page);
      await expect(page).toHaveURL(stack.page + path);
    });
  }

  const foreign = [
    "//evil.example",
    "https://evil.example/clients",
    "/\\evil.example",
    "/\t/evil.example",
    "javascript:alert(1)",
  ];
  for (const next of foreign) {
    test(`never leads to ${JSON.stringify(next)}`, async ({ page, stack, openSignedOut }) => {
      const elsewhere: string[] = [];
      page.on("request", (request) => {
        if (!request.url().startsWith(stack.page)) elsewhere.push(request.url());
      });
      page.on("dialog", (dialog) => elsewhere.push(dialog.message()));
      await openSignedOut(`/sign-in?next=${encodeURIComponent(next)}`);
      const { email, password } = stack.account("admin");
      await fillSignIn(page, email, password);
      await overviewIsThere(page);
      await expect(page).toHaveURL(`${stack.page}/`);
      expect(elsewhere).toEqual([]);
    });
  }
});
