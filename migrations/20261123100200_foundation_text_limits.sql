-- How long the texts of the first tables may be: names and short words 200, free
-- text 10,000, addresses 320 (the longest an e-mail address can be) and 2,000 (URL).

alter table public.organizations
  add constraint organizations_name_length check (length(name) <= 200);

alter table public.users
  add constraint users_email_length check (length(email) <= 320),
  add constraint users_name_length check (length(name) <= 200),
  add constraint users_avatar_url_length check (length(avatar_url) <= 2000);

alter table public.clients
  add constraint clients_industry_length check (length(industry) <= 200),
  add constraint clients_region_length check (length(region) <= 200),
  add constraint clients_revenue_model_length check (length(revenue_model) <= 200),
  add constraint clients_primary_goal_length check (length(primary_goal) <= 10000),
  add constraint clients_notes_length check (length(notes) <= 10000),
  add constraint clients_quickbooks_customer_id_length
    check (length(quickbooks_customer_id) between 1 and 200);

alter table public.contacts
  add constraint contacts_name_length check (length(btrim(name)) between 1 and 200 and length(name) <= 200),
  add constraint contacts_role_length check (length(role) <= 200),
  add constraint contacts_email_length check (length(email) <= 320),
  add constraint contacts_phone_length check (length(phone) <= 200),
  add constraint contacts_notes_length check (length(notes) <= 10000);

alter table public.client_commercials
  add constraint client_commercials_plan_length check (length(plan) <= 200),
  add constraint client_commercials_approvals_length
    check (cardinality(approvals) <= 50 and length(array_to_string(approvals, '')) <= 10000);

alter table public.client_health_history
  add constraint client_health_history_notes_length check (length(notes) <= 10000);
