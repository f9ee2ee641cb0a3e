// Does the address tell what is on screen?

import type { Page } from "@playwright/test";
import { expect, live, names, onTheWay, panel, test } from "../../fixtures.ts";

async function firstClient(page: Page): Promise<string> {
  return (await names(page).first().innerText()).trim();
}

test("keeps horizon, panel and order in the address, across reload", async ({ page, enter }) => {
  await enter("admin");
  await live(page);
  await panel(page, "Reviews").getByRole("radio", { name: "90 days" }).click();
  await expect(page).toHaveURL(/\?qbr=90$/);
  await panel(page, "Churn risk").getByRole("button", { name: "Expand churn risk" }).click();
  await expect(page).toHaveURL(/panel=churn/);
  await page.getByRole("columnheader", { name: "MRR" }).getByRole("button").click();
  await expect(page).toHaveURL(/sort=-mrr/);
  expect(await firstClient(page)).toBe("Juniperdale Software");

  await page.reload();
  await live(page);
  await expect(panel(page, "Reviews").getByRole("radio", { name: "90 days" })).toBeChecked();
  await expect(panel(page, "Churn risk").getByRole("button", { name: "Collapse churn risk" })).toBeVisible();
  await expect(page.getByRole("columnheader", { name: "MRR" })).toHaveAttribute("aria-sort", "descending");
  expect(await firstClient(page)).toBe("Juniperdale Software");
});

test("leaves defaults out of the address", async ({ page, enter, stack }) => {
  await enter("admin", "/clients?qbr=60&sort=-arr&panel=qbr&status=active&rows=200");
  await live(page);
  await panel(page, "Reviews").getByRole("radio", { name: "30 days" }).click();
  await panel(page, "Reviews").getByRole("button", { name: "Collapse reviews" }).click();
  await page.getByRole("columnheader", { name: "Client", exact: true }).getByRole("button").click();
  await expect(page).toHaveURL(`${stack.page}/clients`);
});

test("removes values it does not know", async ({ page, enter, stack }) => {
  await enter("admin", "/clients?qbr=31&sort=colour&panel=all&status=lost&phase=Later&segment=huge&owner=x&band=,&rows=7&cols=salary");
  await live(page);
  await expect(page).toHaveURL(`${stack.page}/clients`);
  await expect(panel(page, "Reviews").getByRole("radio", { name: "30 days" })).toBeChecked();
});

test("gives the same view on the way back and forward", async ({ page, enter, stack }) => {
  await enter("admin", "/clients?qbr=90&sort=-arr");
  await live(page);
  await page.goto(`${stack.page}/no/such/page`);
  await expect(page.getByRole("heading", { name: "Page not found" })).toBeVisible();
  await page.getByRole("link", { name: "Go to Clients" }).click();
  await live(page);
  await page.goBack();
  await expect(page.getByRole("heading", { name: "Page not found" })).toBeVisible();
  await page.goBack();
  await live(page);
  await expect(page).toHaveURL(`${stack.page}/clients?qbr=90&sort=-arr`);
  await expect(panel(page, "Reviews").getByRole("radio", { name: "90 days" })).toBeChecked();
  await page.goForward();
  await expect(page.getByRole("heading", { name: "Page not found" })).toBeVisible();
});

test("a part that arrives after its page was left is nobody's", async ({ page, enter }) => {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  const way = await onTheWay(page, "**/part-*", async (route) => {
    await held;
    await route.continue();
  });
  way.meddle();
  await enter("admin");
  await live(page);
  await expect(panel(page, "Health").getByText("Loading")).toBeAttached();
  await page.getByRole("link", { name: "Pipeline" }).click();
  await expect(page).toHaveURL(/\/pipeline$/);
  release();
  await expect(page.getByRole("group", { name: "Pipeline board" })).toBeVisible();
  await page.getByRole("link", { name: "Clients" }).click();
  await expect(panel(page, "Health").getByRole("img")).toBeVisible();
});

test("goes back from an enlarged panel, and forward to it", async ({ page, enter, stack }) => {
  await enter("admin");
  await live(page);
  await panel(page, "Churn risk").getByRole("button", { name: "Expand churn risk" }).click();
  await expect(page).toHaveURL(/panel=churn/);
  await page.goBack();
  await expect(page).toHaveURL(`${stack.page}/clients`);
  await expect(panel(page, "Churn risk").getByRole("button", { name: "Expand churn risk" })).toBeVisible();
  await page.goForward();
  await expect(page).toHaveURL(/panel=churn/);
  await expect(panel(page, "Churn risk").getByRole("button", { name: "Collapse churn risk" })).toBeVisible();
});

test("sorts by every column that offers it, both ways, unknown values last", async ({ page, enter }) => {
  const all = "status,segment,phase,owner,stage,open,arr,mrr,ar,health,churn,trs,qbr,updated";
  await enter("admin", `/clients?status=all&cols=${all}`);
  await live(page);
  const heads = page.getByRole("columnheader").filter({ has: page.getByRole("button") });
  await expect(heads).toHaveCount(15);
  const last = async () => (await names(page).last().innerText()).trim();
  const order = async (label: string, direction: string) => {
    const head = page.getByRole("columnheader", { name: label, exact: true });
    await head.getByRole("button").click();
    await expect(head).toHaveAttribute("aria-sort", direction);
    await expect(page.locator("[aria-sort]")).toHaveCount(1);
    return [await firstClient(page), await last()];
  };
  expect(await order("Churn risk", "descending")).toEqual(["Lanternbay Media", "Opalreach Travel"]);
  expect(await order("Churn risk", "ascending")).toEqual(["Juniperdale Software", "Opalreach Travel"]);
  expect(await order("Health", "descending")).toEqual(["Juniperdale Software", "Opalreach Travel"]);
  expect(await order("Health", "ascending")).toEqual(["Lanternbay Media", "Opalreach Travel"]);
  expect(await order("Next QBR", "ascending")).toEqual(["Kestrelford Learning", "Opalreach Travel"]);
  expect(await order("MRR", "descending")).toEqual(["Juniperdale Software", "Opalreach Travel"]);
  expect(await order("Open value", "descending")).toEqual(["Juniperdale Software", "Lanternbay Media"]);
  expect(await order("Owner", "ascending")).toEqual(["Juniperdale Software", "Nettlewyck Retail"]);
  expect(await order("Client", "ascending")).toEqual(["Brindlecrest Freight", "Opalreach Travel"]);
  expect(await order("Client", "descending")).toEqual(["Opalreach Travel", "Brindlecrest Freight"]);
});

test("says that an address has no page, and leads back", async ({ page, enter }) => {
  await enter("admin", "/no/such/page");
  await expect(page.getByRole("heading", { name: "Page not found", level: 1 })).toBeVisible();
  await expect(page.getByText("Nothing is kept at /no/such/page.")).toBeVisible();
  await page.getByRole("link", { name: "Go to Clients" }).click();
  await live(page);
  await expect(page.getByRole("heading", { name: "Clients", level: 1 })).toBeFocused();
});
