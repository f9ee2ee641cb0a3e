-- What is asked of a client at discovery, in order, with what was answered.

create table public.discovery_questions (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint discovery_questions_organization_id_fkey
    references public.organizations (id) on delete restrict,
  client_id uuid not null,
  position integer not null default 0 check (position >= 0),
  question text not null check (length(btrim(question)) >= 1 and length(question) <= 10000),
  answer text check (length(answer) <= 10000),
  lever text check (length(lever) <= 10000),
  expected_impact numeric(14,2),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  constraint discovery_questions_client_id_fkey foreign key (client_id, organization_id)
    references public.clients (id, organization_id) on delete cascade
);

create index discovery_questions_client_id_position_idx on public.discovery_questions (client_id, position, id);
create index discovery_questions_organization_id_idx on public.discovery_questions (organization_id);

comment on table public.discovery_questions is 'Questions of a client''s discovery. Ties of position are ordered by id.';
comment on column public.discovery_questions.lever is 'What could be changed, as the answer suggests.';
comment on column public.discovery_questions.expected_impact is 'Money a year, in the organization''s currency.';

create trigger discovery_questions_touch before update on public.discovery_questions
  for each row execute function private.touch();
create trigger discovery_questions_audit after insert or update or delete on public.discovery_questions
  for each row execute function private.audit();
create trigger discovery_questions_emit after insert or update or delete on public.discovery_questions
  for each row execute function private.client_child_emit(
    'client.discovery.saved', 'client.discovery.saved', 'client.discovery.saved', 'question_id');

-- Access: read with the organization's staff, written by whoever may write the
-- client, before and after ---------------------------------------------------

alter table public.discovery_questions enable row level security;
alter table public.discovery_questions force row level security;

create policy discovery_questions_select on public.discovery_questions for select to authenticated
  using (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_staff()))
  );

create policy discovery_questions_insert on public.discovery_questions for insert to authenticated
  with check (
    (select private.is_super_admin())
    or (
      organization_id = (select private.current_org_id())
      and (
        (select private.is_manager())
        or (
          (select private.persona()) = 'Member'
          and client_id = any ((select private.my_client_ids())::uuid[])
        )
      )
    )
  );

create policy discovery_questions_update on public.discovery_questions for update to authenticated
  using (
    (select private.is_super_admin())
    or (
      organization_id = (select private.current_org_id())
      and (
        (select private.is_manager())
        or (
          (select private.persona()) = 'Member'
          and client_id = any ((select private.my_client_ids())::uuid[])
        )
      )
    )
  )
  with check (
    (select private.is_super_admin())
    or (
      organization_id = (select private.current_org_id())
      and (
        (select private.is_manager())
        or (
          (select private.persona()) = 'Member'
          and client_id = any ((select private.my_client_ids())::uuid[])
        )
      )
    )
  );

create policy discovery_questions_delete on public.discovery_questions for delete to authenticated
  using (
    (select private.is_super_admin())
    or (
      organization_id = (select private.current_org_id())
      and (
        (select private.is_manager())
        or (
          (select private.persona()) = 'Member'
          and client_id = any ((select private.my_client_ids())::uuid[])
        )
      )
    )
  );

revoke all on public.discovery_questions from anon, authenticated, service_role;
grant select, delete on public.discovery_questions to authenticated;
grant insert (id, organization_id, client_id, position, question, answer, lever, expected_impact)
  on public.discovery_questions to authenticated;
grant update (client_id, position, question, answer, lever, expected_impact)
  on public.discovery_questions to authenticated;
grant select, insert, update, delete on public.discovery_questions to service_role;
