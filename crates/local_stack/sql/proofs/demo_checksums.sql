-- One line per demo table: loading the same day twice must give the same lines.
select 'auth.users' as table_name, count(*) as rows,
  md5(string_agg(to_jsonb(t)::text, e'\n' order by t.id)) as checksum from auth.users t
union all
select 'auth.identities', count(*), md5(string_agg(to_jsonb(t)::text, e'\n' order by t.id)) from auth.identities t
union all
select 'organizations', count(*), md5(string_agg(to_jsonb(t)::text, e'\n' order by t.id)) from public.organizations t
union all
select 'users', count(*), md5(string_agg(to_jsonb(t)::text, e'\n' order by t.id)) from public.users t
union all
select 'clients', count(*), md5(string_agg(to_jsonb(t)::text, e'\n' order by t.id)) from public.clients t
union all
select 'contacts', count(*), md5(string_agg(to_jsonb(t)::text, e'\n' order by t.id)) from public.contacts t
union all
select 'client_commercials', count(*), md5(string_agg(to_jsonb(t)::text, e'\n' order by t.id)) from public.client_commercials t
union all
select 'client_health_history', count(*), md5(string_agg(to_jsonb(t)::text, e'\n' order by t.id)) from public.client_health_history t
order by 1;
