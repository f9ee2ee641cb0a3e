// How are the browser tests run? In the system's Chromium, each worker against a stack of its own.

import { defineConfig } from "@playwright/test";
import { CHROMIUM, CHROMIUM_ARGUMENTS } from "./browser.ts";

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results/runs",
  forbidOnly: Boolean(process.env["CI"]),
  // A test that passes at the second try has failed.
  retries: 0,
  // Tests share nothing but their worker's stack, and leave it whole.
  fullyParallel: true,
  workers: Number(process.env["REVOS_BROWSER_WORKERS"] || 2),
  timeout: 30_000,
  expect: { timeout: 7_500 },
  globalTimeout: 15 * 60_000,
  reporter: [["list"]],
  use: {
    viewport: { width: 1440, height: 900 },
    colorScheme: "light",
    locale: "en-GB",
    // Far from both organizations, so that a time in the browser's own zone is noticed.
    timezoneId: "Asia/Tokyo",
    screenshot: "only-on-failure",
    launchOptions: { executablePath: CHROMIUM, args: CHROMIUM_ARGUMENTS },
  },
});
