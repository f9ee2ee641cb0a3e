// Which browser is used, and how is it started?

/** The browser: the launcher names it, else the system's own. */
export const CHROMIUM = process.env["REVOS_CHROMIUM"] || "/usr/bin/chromium";

/** Also as root and in containers; nothing in the background that the tests did not ask for. */
export const CHROMIUM_ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
