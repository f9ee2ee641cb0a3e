// What do tests change behind the page's back? Rows of organizations of their own.

import pg from "pg";

/** A client as tests describe one; what is left out is null or the column's default. */
export interface ClientFields {
  name: string;
  status?: "prospect" | "active" | "paused" | "churned";
  phase?: string;
  segment?: "smb" | "mid" | "enterprise";
  industry?: string;
  arr?: number;
  health?: number;
  churn_risk?: number;
  /** Days from the organization's today to the review. */
  review_in?: number;
  owner?: "admin" | "member";
}

/** A person of an organization of its own. */
export interface Person {
  id: string;
  email: string;
  name: string;
}

/** The database behind the stack, as its administrator. */
export class Database {
  readonly #pool: pg.Pool;
  #organizations = 0;

  constructor(url: string) {
    this.#pool = new pg.Pool({ connectionString: url, max: 3 });
    // The pool calls itself ended before its connections are closed, and the database may stop in between. A query that
    // loses its connection fails by itself, so nothing is overlooked here.
    this.#pool.on("connect", (client) => client.on("error", () => undefined));
    this.#pool.on("error", () => undefined);
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  /** Rows of a statement. */
  async query<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.#pool.query<Row>(text, values)).rows;
  }

  /** One row of a statement. */
  async one<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row> {
    const [row] = await this.query<Row>(text, values);
    if (!row) throw new Error(`no row: ${text}`);
    return row;
  }

  /** A new organization with an Admin and a Member and no clients; the password is the demo's. */
  async organization(): Promise<Organization> {
    const number = ++this.#organizations;
    const { id } = await this.one<{ id: string }>(
      `insert into public.organizations (name, slug, currency, time_zone)
       values ($1, $2, 'USD', 'America/New_York') returning id`,
      ["Marlowick Advisory (demo)", `marlowick-${number}`],
    );
    const admin = await this.#person(id, `admin.${number}@example.com`, "Corin Vashley", "Admin");
    const member = await this.#person(id, `member.${number}@example.com`, "Juno Ashwick", "Member");
    return new Organization(this, id, admin, member);
  }

  /** Somebody who can sign in, without being a member of anything. */
  async stranger(email: string): Promise<string> {
    const { id } = await this.one<{ id: string }>(
      `insert into auth.users (instance_id, id, aud, role, email, encrypted_password, email_confirmed_at,
         confirmation_token, recovery_token, email_change_token_new, email_change,
         raw_app_meta_data, raw_user_meta_data, created_at, updated_at)
       select instance_id, gen_random_uuid(), aud, role, $1, encrypted_password, email_confirmed_at,
         '', '', '', '', raw_app_meta_data, raw_user_meta_data, now(), now()
       from auth.users where email = 'admin@example.com' returning id`,
      [email],
    );
    await this.query(
      `insert into auth.identities (user_id, provider, provider_id, identity_data, created_at, updated_at)
       values ($1::uuid, 'email', $1::text,
         jsonb_build_object('sub', $1::text, 'email', $2::text, 'email_verified', true), now(), now())`,
      [id, email],
    );
    return id;
  }

  async #person(organization: string, email: string, name: string, role: string): Promise<Person> {
    const id = await this.stranger(email);
    await this.query(
      "insert into public.users (id, organization_id, email, name, role) values ($1, $2, $3, $4, $5)",
      [id, organization, email, name, role],
    );
    return { id, email, name };
  }
}

/** An organization that belongs to one test. */
export class Organization {
  constructor(
    private readonly database: Database,
    readonly id: string,
    readonly admin: Person,
    readonly member: Person,
  ) {}

  /** Adds clients, in one statement. */
  async addClients(clients: ClientFields[]): Promise<void> {
    const rows = clients.map((client) => {
      const { owner, review_in, ...columns } = client;
      const owner_id = owner === "member" ? this.member.id : this.admin.id;
      return { status: "active", owner_id, review_in: review_in ?? null, ...columns };
    });
    await this.database.query(
      `insert into public.clients (organization_id, name, status, phase, segment, industry, owner_id, arr,
         health, churn_risk, qbr_date)
       select $1, c.name, c.status, c.phase, c.segment, c.industry, c.owner_id, c.arr, c.health, c.churn_risk,
         (now() at time zone 'America/New_York')::date + c.review_in
       from jsonb_to_recordset($2::jsonb) as c (name text, status text, phase text, segment text, industry text,
         owner_id uuid, arr numeric, health smallint, churn_risk smallint, review_in integer)`,
      [this.id, JSON.stringify(rows)],
    );
  }

  /** Changes the client of this name. */
  async change(name: string, fields: { arr?: number; churn_risk?: number; name?: string }): Promise<void> {
    const columns = Object.keys(fields).map((column, at) => `${column} = $${at + 3}`);
    await this.database.one(
      `update public.clients set ${columns.join(", ")} where organization_id = $1 and name = $2 returning id`,
      [this.id, name, ...Object.values(fields)],
    );
  }

  /** Rows of a statement; `$1` is the organization. */
  query<Row extends pg.QueryResultRow>(text: string): Promise<Row[]> {
    return this.database.query<Row>(text, [this.id]);
  }

  /** Deletes the client of this name. */
  async remove(name: string): Promise<void> {
    await this.database.one(
      "delete from public.clients where organization_id = $1 and name = $2 returning id",
      [this.id, name],
    );
  }
}
