-- The tokens of connections, sealed by the application. No API role has a right
-- here: they come and go through definer functions only.

create table private.integration_tokens (
  integration_id uuid primary key
    constraint integration_tokens_integration_id_fkey
    references public.integrations (id) on delete cascade,
  sealed bytea not null check (octet_length(sealed) between 1 and 16384),
  key_id text not null check (length(key_id) between 1 and 200),
  token_version integer not null default 1,
  access_expires_at timestamptz not null,
  refresh_expires_at timestamptz,
  rotated_at timestamptz not null default now()
);

comment on table private.integration_tokens is 'Sealed access and refresh tokens. Never in a reply, a log or an event.';
comment on column private.integration_tokens.sealed is 'Access and refresh token, sealed for this integration and provider.';
comment on column private.integration_tokens.key_id is 'Which sealing key opens it.';
comment on column private.integration_tokens.token_version is
  'Counts rotations: of two workers that refresh at once, the later one loses.';

-- No policy: row security shuts out everyone whom a grant would let in by mistake.
alter table private.integration_tokens enable row level security;
alter table private.integration_tokens force row level security;
revoke all on private.integration_tokens from public, anon, authenticated, service_role;
