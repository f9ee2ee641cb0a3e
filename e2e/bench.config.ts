// How is the page measured? One figure after the other, in one browser, with nothing beside it.

import { defineConfig } from "@playwright/test";
import config from "./playwright.config.ts";

export default defineConfig(config, {
  testDir: "bench",
  testMatch: "*.bench.ts",
  outputDir: "test-results/bench",
  workers: 1,
  fullyParallel: false,
  timeout: 5 * 60_000,
});
