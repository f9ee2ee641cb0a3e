// Which ways to fail are tried, and what does a person see of each?

import type { Fault, Issuing, Part } from "./stack.ts";

/** What the page says while it shows rows of before, or none. */
const DOWN = "the database is unreachable";
const BUSY = "there were too many requests";

/** One way to fail. */
export interface Trial {
  what: string;
  plays: Partial<Record<Part, Fault>>;
  /** What the page says; none when nobody notices anything. */
  says?: string;
}

function rest(what: string, fault: Fault, says?: string): Trial {
  return { what, plays: { rest: fault }, ...(says ? { says } : {}) };
}

function status(status: number, says = DOWN, retry_after?: string): Trial {
  const fault: Fault = { kind: "status", status, ...(retry_after ? { retry_after } : {}) };
  return rest(`${status}${retry_after ? ` with Retry-After ${retry_after}` : ""}`, fault, says);
}

/** Longer than any answer the server takes (16 MiB). */
const OVERSIZE = 17 * 1024 * 1024;
const IN_90_SECONDS = new Date(Date.now() + 90_000).toUTCString();

/** Every way to fail but the black hole, which takes as long as the server's patience. */
export const TRIALS: Trial[] = [
  rest("a refused connection", { kind: "refuse" }, DOWN),
  // In these three the database has made a change although nobody hears so.
  rest("a reset after the headers", { kind: "reset_after_headers" }, DOWN),
  rest("a reset in the middle of the body", { kind: "reset_mid_body" }, DOWN),
  rest("cut JSON with 200", { kind: "truncate" }, DOWN),
  rest("a web page with 200", { kind: "html", status: 200 }, DOWN),
  ...[402, 503, 504, 520, 521, 522, 540, 544].map((code) => status(code)),
  status(429, BUSY, "90"),
  status(429, BUSY, IN_90_SECONDS),
  status(429, BUSY, "whenever"),
  rest("a slow body", { kind: "slow_body", ms: 600 }),
  rest("latency with jitter", { kind: "latency", ms: 100, jitter_ms: 400 }),
  rest("an answer that is too large", { kind: "oversize", bytes: OVERSIZE }, DOWN),
  { what: "keys that cannot be read", plays: { keys: { kind: "refuse" } } },
  rest("duplicate delivery", { kind: "duplicate" }),
  rest("nothing for everyone", { kind: "empty" }, DOWN),
];

/** A connection that is taken and never answered. */
export const BLACK_HOLE: Trial = rest("a black hole", { kind: "hang" }, DOWN);

/** A way in which a session cannot be renewed, or can only just. */
export interface AuthTrial {
  what: string;
  plays?: Partial<Record<Part, Fault>>;
  issues?: Issuing;
  /** Is it noticed? */
  fails: boolean;
  /** Does it take as long as the server's patience? */
  hangs?: boolean;
}

function auth(what: string, fault: Fault, fails = true): AuthTrial {
  return { what, plays: { auth: fault }, fails };
}

/** Every way to fail of sign-in service, keys and clocks. */
export const AUTH_TRIALS: AuthTrial[] = [
  auth("a refused connection", { kind: "refuse" }),
  { ...auth("a black hole", { kind: "hang" }), hangs: true },
  // Here the session was renewed although nobody heard so.
  auth("a reset in the middle of the body", { kind: "reset_mid_body" }),
  auth("cut JSON with 200", { kind: "truncate" }),
  auth("a web page with 200", { kind: "html", status: 200 }),
  ...[500, 503, 522].map((status) => auth(String(status), { kind: "status", status })),
  auth("a slow body", { kind: "slow_body", ms: 600 }, false),
  auth("latency with jitter", { kind: "latency", ms: 100, jitter_ms: 400 }, false),
  { what: "another key", issues: { signing: "rotated" }, fails: false },
  { what: "a key that nobody knows", issues: { signing: "unpublished" }, fails: true },
  { what: "another key while keys cannot be read", plays: { keys: { kind: "refuse" } }, issues: { signing: "rotated" }, fails: true },
  { what: "a project five minutes ahead", issues: { clock_ahead: 300 }, fails: false },
  { what: "a project five minutes behind", issues: { clock_ahead: -300 }, fails: false },
];
