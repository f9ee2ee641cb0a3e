// Against what do the tests run? The whole of RevOS in one process, started and stopped here.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const REPOSITORY = dirname(dirname(fileURLToPath(import.meta.url)));
const BINARY = process.env["REVOS_BINARY"] || join(REPOSITORY, "target", "debug", "revos");
const START_MS = 60_000;
const STOP_MS = 20_000;
/** The server tries what failed once a second here. */
const HEAL_MS = 5_000;

/** The name of a persona of the demo data, as in its address. */
export type Persona =
  | "superadmin"
  | "admin"
  | "director"
  | "member"
  | "member2"
  | "client"
  | "admin.b"
  | "member.b"
  | "client.b";

/** A person who can sign in. */
export interface Account {
  email: string;
  password: string;
  name: string;
  persona: string;
  organization: string;
}

/** What a part of the project plays (the kinds are the local stack's). */
export type Fault =
  | { kind: "none" | "refuse" | "hang" | "reset_after_headers" | "reset_mid_body" | "truncate" | "empty" | "duplicate" }
  | { kind: "status"; status: number; body?: unknown; retry_after?: string }
  | { kind: "html"; status: number }
  | { kind: "latency"; ms: number; jitter_ms?: number }
  | { kind: "slow_body"; ms: number }
  | { kind: "oversize"; bytes: number };

/** A part of the project that fails on its own. */
export type Part = "rest" | "auth" | "keys";

/** How tokens are issued, and what time the project thinks it is, in seconds ahead of this machine. */
export interface Issuing {
  signing?: "usual" | "rotated" | "unpublished";
  clock_ahead?: number;
}

/** Requests that reached the project, by method and path. */
export interface Upstream {
  rest: { count: number; requests: Record<string, number> };
  auth: { count: number; requests: Record<string, number> };
}

/** The server answers identical reads within a second from one; resolves once that is over, which only time tells. */
export async function readsAreForgotten(): Promise<void> {
  await sleep(1_100);
}

interface Details {
  page: string;
  project: string;
  service_key: string;
  database: string;
}

/** A running stack. */
export class Stack {
  private constructor(
    readonly page: string,
    private readonly project: string,
    private readonly serviceKey: string,
    readonly database: string,
    readonly accounts: Account[],
    private readonly process: ChildProcess,
    private readonly folder: string,
  ) {}

  /** Starts a fresh stack with the demo data of today, and these settings of the server. */
  static async start(settings: Record<string, string> = {}): Promise<Stack> {
    const folder = mkdtempSync(join(tmpdir(), "revos-e2e-"));
    // The database server runs as another user when the tests run as root.
    chmodSync(folder, 0o755);
    const details = join(folder, "details.json");
    const log = join(folder, "log");
    const options = ["--port", "0", "--controls", "--fresh", "--data-dir", join(folder, "data"), "--details", details];
    const output = openSync(log, "a");
    const child = spawn(BINARY, ["local", ...options], {
      cwd: REPOSITORY,
      stdio: ["ignore", output, output],
      env: { ...process.env, ...settings, REVOS_LOG: "warn,client=info" },
    });
    // Also when the runner is stopped in the middle.
    const stopAtExit = () => child.kill("SIGTERM");
    process.once("exit", stopAtExit);
    child.once("exit", () => process.off("exit", stopAtExit));
    const found = await Stack.#details(child, details, log);
    const info = (await (await fetch(`${found.page}/api/server`)).json()) as { demo_accounts: Account[] };
    return new Stack(found.page, found.project, found.service_key, found.database, info.demo_accounts, child, folder);
  }

  static async #details(child: ChildProcess, file: string, log: string) {
    const until = Date.now() + START_MS;
    while (Date.now() < until && child.exitCode === null && child.signalCode === null) {
      try {
        return JSON.parse(readFileSync(file, "utf8")) as Details;
      } catch {
        await sleep(50);
      }
    }
    child.kill("SIGTERM");
    const why = readFileSync(log, "utf8").slice(-4_000);
    rmSync(dirname(log), { recursive: true, force: true });
    throw new Error(`the stack did not start:\n${why}`);
  }

  /** Stops it and leaves nothing behind. */
  async stop(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const ended = new Promise<void>((resolve) => this.process.once("exit", () => resolve()));
      this.process.kill("SIGTERM");
      const forced = setTimeout(() => this.process.kill("SIGKILL"), STOP_MS);
      await ended;
      clearTimeout(forced);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A worker does once what is due, and what is due later today; resolves when it has ended well. */
  async work(): Promise<void> {
    const env = { ...process.env, SUPABASE_URL: this.project, SUPABASE_SERVICE_KEY: this.serviceKey, REVOS_LOG: "warn" };
    await promisify(execFile)(BINARY, ["worker", "--once", "--early"], { cwd: REPOSITORY, env });
  }

  /** What the server wrote to its log so far. */
  log(): string {
    return readFileSync(join(this.folder, "log"), "utf8");
  }

  /** The account of a persona. */
  account(persona: Persona): Account {
    const account = this.accounts.find((account) => account.email === `${persona}@example.com`);
    if (!account) throw new Error(`the demo data has no ${persona}`);
    return account;
  }

  /** Makes parts of the project fail from now on. */
  async play(faults: Partial<Record<Part, Fault>>): Promise<void> {
    await this.playAtOnce(faults);
    // Until then the API may answer a read as it did a moment ago.
    if (faults.rest && faults.rest.kind !== "none") await readsAreForgotten();
  }

  /** As `play`, when what is asked next has not been asked before. */
  async playAtOnce(faults: Partial<Record<Part, Fault>>): Promise<void> {
    await this.#control("PUT", "faults", faults);
  }

  /** Everything works again, and the server has noticed. */
  async heal(): Promise<void> {
    await this.healBehind();
    const until = Date.now() + HEAL_MS;
    // Whoever asks is the server's probe once it is due.
    while (!(await fetch(`${this.page}/ready`)).ok && Date.now() < until) await sleep(50);
  }

  /** Everything behind the server works again; the server finds out by itself. */
  async healBehind(): Promise<void> {
    await this.playAtOnce({ rest: { kind: "none" }, auth: { kind: "none" }, keys: { kind: "none" } });
  }

  /** From now on tokens are issued so. */
  async issue(issuing: Issuing): Promise<void> {
    await this.#control("PUT", "issuing", issuing);
  }

  /** What reached the project since the last call of `forgetRequests`. */
  async requests(): Promise<Upstream> {
    return (await (await this.#control("GET", "requests")).json()) as Upstream;
  }

  /** Counts from zero again. */
  async forgetRequests(): Promise<void> {
    await this.#control("DELETE", "requests");
  }

  async #control(method: string, name: string, body?: unknown): Promise<Response> {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await fetch(`${this.project}/local/v1/${name}`, init);
    if (!response.ok) throw new Error(`${method} ${name}: ${response.status} ${await response.text()}`);
    return response;
  }
}
