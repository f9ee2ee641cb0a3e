//! Which request does each operation take? One that succeeds, for tests that walk all of them.

use crate::rig::{Browser, Reply, Rig};
use reqwest::{Method, RequestBuilder};
use revos_shared::EndpointInfo;
use serde_json::{Value, json};

/// Rows of A that the examples name.
pub(crate) const CLIENT: &str = "e0000000-0000-4000-8000-000000000001";
const NEW_CLIENT: &str = "e0000000-0000-4000-8000-000000000002";
const CONTACT: &str = "e0000000-0000-4000-8000-000000000003";
const DELIVERABLE: &str = "e0000000-0000-4000-8000-000000000004";
const CARD: &str = "e0000000-0000-4000-8000-000000000005";
const VIEW: &str = "e0000000-0000-4000-8000-000000000006";
const BUYER: &str = "e0000000-0000-4000-8000-00000000000b";
const OPPORTUNITY: &str = "e0000000-0000-4000-8000-000000000008";
const NOTE: &str = "e0000000-0000-4000-8000-000000000009";
const ACTIVITY: &str = "e0000000-0000-4000-8000-00000000000a";
const PLAYBOOK: &str = "e0000000-0000-4000-8000-00000000000c";
const RUN: &str = "e0000000-0000-4000-8000-00000000000d";
const INVOICE: &str = "e0000000-0000-4000-8000-00000000000c";
const PAYMENT: &str = "e0000000-0000-4000-8000-00000000000d";
const SENT: &str = "e0000000-0000-4000-8000-00000000000e";
const SUBSCRIPTION: &str = "e0000000-0000-4000-8000-00000000000f";
const EXPENSE: &str = "e0000000-0000-4000-8000-000000000010";
const APPROVED: &str = "e0000000-0000-4000-8000-000000000011";
const ENTRY: &str = "e0000000-0000-4000-8000-000000000012";
const NEW_VIEW: &str = "e0000000-0000-4000-8000-000000000007";

/// Lays out the rows that the examples name, as nobody has changed them; the view is the Admin's.
pub(crate) async fn lay_out(rig: &Rig) {
    rig.sql(&format!(
        "begin;
         set local session_replication_role = replica;
         delete from public.contacts where client_id = '{CLIENT}';
         delete from public.client_commercials where client_id = '{CLIENT}';
         delete from public.client_deliverables where client_id = '{CLIENT}';
         delete from public.client_health_history where client_id = '{CLIENT}';
         delete from public.data_sources where client_id = '{CLIENT}';
         delete from public.discovery_questions where client_id = '{CLIENT}';
         delete from public.discovery_responses where client_id = '{CLIENT}';
         delete from public.finance where client_id = '{CLIENT}';
         delete from public.kanban_items where client_id = '{CLIENT}';
         delete from public.opportunity_notes where opportunity_id = '{OPPORTUNITY}';
         delete from public.opportunity_activities where opportunity_id = '{OPPORTUNITY}';
         delete from public.opportunity_stage_history where opportunity_id = '{OPPORTUNITY}';
         delete from public.opportunities where client_id in ('{CLIENT}', '{BUYER}');
         delete from public.invoice_payments where invoice_id in ('{INVOICE}', '{SENT}');
         delete from public.invoice_line_items where invoice_id in (
           select id from public.invoices where client_id in ('{CLIENT}', '{BUYER}'));
         delete from public.invoices where client_id in ('{CLIENT}', '{BUYER}');
         delete from public.subscriptions where client_id in ('{CLIENT}', '{BUYER}');
         delete from public.expenses where id in ('{EXPENSE}', '{APPROVED}') or vendor = 'Example';
         delete from public.cash_flow_entries where id = '{ENTRY}' or category = 'Example';
         delete from private.idempotency_keys;
         delete from public.saved_views where id in ('{VIEW}', '{NEW_VIEW}');
         delete from public.clients where id in ('{CLIENT}', '{NEW_CLIENT}', '{BUYER}');
         insert into public.clients (id, organization_id, name)
           select '{CLIENT}', id, 'Example' from public.organizations where slug = 'marlowick';
         insert into public.clients (id, organization_id, name)
           select '{BUYER}', organization_id, 'Buyer' from public.clients where id = '{CLIENT}';
         insert into public.contacts (id, organization_id, client_id, name, role)
           select '{CONTACT}', organization_id, id, 'Ada', '' from public.clients where id = '{CLIENT}';
         insert into public.client_deliverables (id, organization_id, client_id, reference, title, type)
           select '{DELIVERABLE}', organization_id, id, 'plan', 'Plan', 'doc' from public.clients where id = '{CLIENT}';
         insert into public.kanban_items (id, organization_id, client_id, title)
           select '{CARD}', organization_id, id, 'Card' from public.clients where id = '{CLIENT}';
         insert into public.finance (organization_id, client_id)
           select organization_id, id from public.clients where id = '{CLIENT}';
         insert into public.saved_views (id, organization_id, user_id, workspace, name, query)
           select '{VIEW}', organization_id, id, 'clients', 'Example', '' from public.users
           where email = 'admin@example.com';
         insert into public.opportunities (id, organization_id, client_id, name, amount)
           select '{OPPORTUNITY}', organization_id, id, 'Sale', 100 from public.clients where id = '{BUYER}';
         insert into public.opportunity_notes (id, organization_id, opportunity_id, author_id, body)
           select '{NOTE}', o.organization_id, o.id, u.id, 'Called.' from public.opportunities o, public.users u
           where o.id = '{OPPORTUNITY}' and u.email = 'admin@example.com';
         insert into public.opportunity_activities (id, organization_id, opportunity_id, created_by, type, title)
           select '{ACTIVITY}', o.organization_id, o.id, u.id, 'task', 'Call' from public.opportunities o, public.users u
           where o.id = '{OPPORTUNITY}' and u.email = 'admin@example.com';
         delete from public.automation_run_steps where run_id in (
           select id from public.automation_runs where playbook_id = '{PLAYBOOK}');
         delete from public.automation_runs where playbook_id = '{PLAYBOOK}';
         delete from public.automation_steps where playbook_id = '{PLAYBOOK}' or playbook_id in (
           select id from public.automation_playbooks where name in ('New example', 'Example changed'));
         delete from public.automation_playbooks
           where id = '{PLAYBOOK}' or name in ('New example', 'Example changed');
         insert into public.automation_playbooks (id, organization_id, name, status, created_by)
           select '{PLAYBOOK}', organization_id, 'Example', 'active', id from public.users
           where email = 'admin@example.com';
         insert into public.automation_runs
           (id, organization_id, playbook_id, triggered_by, trigger_event, status, error, completed_at)
           select '{RUN}', organization_id, id, created_by, 'manual', 'failed', 'no_opportunity', now()
           from public.automation_playbooks where id = '{PLAYBOOK}';
         insert into public.invoices (id, organization_id, client_id, invoice_number, status, amount, amount_paid,
             issue_date, due_date, sent_at)
           select v.id::uuid, c.organization_id, c.id, v.number, v.status, 10, v.paid, '2026-01-01', '2026-01-31', v.sent
           from public.clients c, (values
             ('{INVOICE}', 'X-1', 'draft', 0, null::timestamptz), ('{SENT}', 'X-2', 'sent', 4, now())
           ) as v (id, number, status, paid, sent)
           where c.id = '{BUYER}';
         insert into public.invoice_line_items (organization_id, invoice_id, description, unit_price)
           select organization_id, id, 'Work', 10 from public.invoices where id in ('{INVOICE}', '{SENT}');
         insert into public.invoice_payments (id, organization_id, invoice_id, amount, received_on, method)
           select '{PAYMENT}', organization_id, id, 4, '2026-01-02', 'card' from public.invoices where id = '{SENT}';
         insert into public.subscriptions (id, organization_id, client_id, product_name, status, amount, activated_on)
           select '{SUBSCRIPTION}', organization_id, id, 'Care', 'active', 10, '2026-01-01' from public.clients
           where id = '{BUYER}';
         insert into public.expenses (id, organization_id, created_by, expense_date, category, vendor, description,
             amount, approved_at, approved_by)
           select v.id::uuid, d.organization_id, d.id, '2026-01-05', 'other', 'Shop', 'Chair', 10, v.at, v.who
           from public.users d, public.users a, lateral (values
             ('{EXPENSE}', null::timestamptz, null::uuid), ('{APPROVED}', now(), a.id)) as v (id, at, who)
           where d.email = 'director@example.com' and a.email = 'admin@example.com';
         insert into public.cash_flow_entries (id, organization_id, entry_date, type, category, description, amount)
           select '{ENTRY}', organization_id, '2026-01-05', 'inflow', 'Workshop', 'Fee', 10 from public.clients
           where id = '{BUYER}';
         update public.organizations set version = 1 where slug = 'marlowick';
         commit"
    ))
    .await;
}

/// The operation's path with every parameter it needs.
pub(crate) fn path(endpoint: &EndpointInfo) -> String {
    let path = fill(endpoint.path, |name| match name {
        "invoice_id" if endpoint.name == "record_payment" => SENT,
        "invoice_id" => INVOICE,
        "payment_id" => PAYMENT,
        "subscription_id" => SUBSCRIPTION,
        "expense_id" if endpoint.name == "mark_expense_paid" => APPROVED,
        "expense_id" => EXPENSE,
        "entry_id" => ENTRY,
        "client_id" => CLIENT,
        "contact_id" => CONTACT,
        "deliverable_id" => DELIVERABLE,
        "card_id" => CARD,
        "view_id" => VIEW,
        "opportunity_id" => OPPORTUNITY,
        "note_id" => NOTE,
        "activity_id" => ACTIVITY,
        "playbook_id" => PLAYBOOK,
        "run_id" => RUN,
        "form_type" => "gap_selling",
        other => panic!("no example of {other}"),
    });
    let query = match endpoint.name {
        "search_workspace" => "?q=example",
        "list_saved_views" => "?workspace=clients",
        "find_similar_clients" => "?name=example",
        "delete_client" | "delete_contact" | "delete_deliverable" | "delete_view" | "delete_opportunity"
        | "delete_note" | "delete_activity" | "delete_expense" | "delete_cash_entry" => "?version=1",
        _ => "",
    };
    format!("{path}{query}")
}

/// The path with each placeholder filled.
pub(crate) fn fill<'a>(path: &str, value: impl Fn(&str) -> &'a str) -> String {
    let mut parts = path.split('{');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').unwrap();
        filled.push_str(value(name));
        filled.push_str(rest);
    }
    filled
}

/// A body that the operation takes, if it takes one.
pub(crate) fn body(endpoint: &EndpointInfo) -> Option<Value> {
    Some(match endpoint.name {
        "sign_in" => json!({ "email": "nobody@example.com", "password": "wrong" }),
        "report_client_records" => json!({ "records": [] }),
        "create_client" => json!({ "id": NEW_CLIENT, "name": "New" }),
        "update_client" => json!({ "version": 1, "notes": "Called." }),
        "update_clients" => {
            json!({ "items": [{ "id": CLIENT, "version": 1 }], "changes": { "phase": "Data" } })
        }
        "set_client_health" => json!({ "version": 1, "health": 70, "churn_risk": null, "note": null }),
        "ensure_client_onboarding" => json!({ "version": 1 }),
        "create_contact" => json!({ "name": "Bo", "role": "" }),
        "update_contact" => json!({ "version": 1, "name": "Ada B", "role": "CEO" }),
        "save_commercials" => json!({
            "plan": "Growth", "price": "1000.00", "term_months": 12, "discount_pct": "0.00",
            "renewal_date": null, "payment_term": "net_30", "approvals": [],
        }),
        "save_client_terms" => json!({ "version": 1, "monthly_fee": "10.00" }),
        "save_discovery" => json!({ "version": null, "answers": { "gap": "Wide." }, "complete": false }),
        "sync_discovery_questions" => {
            json!({ "items": [{ "position": 0, "question": "Why?" }], "deleted": [] })
        }
        "sync_data_sources" => json!({
            "items": [{ "name": "CRM", "category": "sales", "status": "needed", "required": true }],
            "deleted": [],
        }),
        "sync_kanban" => json!({ "items": [{ "title": "Call", "status": "doing" }], "deleted": [] }),
        "move_kanban_item" => json!({ "version": 1, "status": "done", "position": 0 }),
        "create_deliverable" => {
            json!({ "reference": "review", "title": "Review", "type": "doc", "status": "planned" })
        }
        "update_deliverable" => json!({
            "version": 1, "reference": "plan", "title": "The plan", "type": "doc", "status": "delivered",
            "url": "https://example.com/plan",
        }),
        "save_view" => json!({
            "id": NEW_VIEW, "workspace": "clients", "name": "Mine", "query": "owner=me", "is_shared": false,
        }),
        "create_prospect" => json!({ "client_id": BUYER, "name": "New sale", "amount": "10.00" }),
        "check_prospects" | "import_prospects" => json!({
            "key": "example", "rows": [{ "client_id": BUYER, "name": "New sale", "amount": "10.00" }],
        }),
        "undo_import" => json!({ "key": "example" }),
        "update_opportunity" => json!({ "version": 1, "amount": "12.50" }),
        "move_opportunity" => json!({ "version": 1, "stage": "Qualify" }),
        "update_opportunities" => json!({
            "items": [{ "id": OPPORTUNITY, "version": 1 }], "changes": { "expected_close_date": "2026-09-01" },
        }),
        "create_note" => json!({ "body": "Called again." }),
        "update_note" => json!({ "version": 1, "body": "Called twice." }),
        "create_activity" => json!({ "type": "call", "title": "Call back", "status": "pending" }),
        "update_activity" => json!({ "version": 1, "type": "task", "title": "Call", "status": "completed" }),
        "set_target" => json!({ "version": 1, "target": "450000.00" }),
        "create_playbook" => json!({
            "name": "New example", "trigger_event": "closed_won",
            "steps": [{ "workspace": "finance", "action": "schedule_invoices", "config": { "count": 3 } }],
        }),
        "update_playbook" => json!({
            "version": 1, "name": "Example changed", "trigger_event": "manual",
            "steps": [{ "workspace": "sales", "action": "record_note" }],
        }),
        "set_playbook_status" => json!({ "version": 1, "status": "paused" }),
        "start_automation_run" => json!({
            "request_id": NEW_VIEW, "entity_type": "opportunity", "entity_id": OPPORTUNITY,
        }),
        "retry_automation_run" => json!({ "version": 1 }),
        "create_invoice" => json!({
            "client_id": BUYER, "issue_date": "2026-02-01", "due_date": "2026-03-01", "tax": "0.80",
            "lines": [{ "description": "Work", "quantity": "2.5", "unit_price": "4.00" }],
        }),
        "update_invoice" => json!({
            "version": 1, "client_id": BUYER, "lines": [{ "description": "Work", "unit_price": "12.00" }],
        }),
        "send_invoice" => json!({ "version": 1 }),
        "cancel_invoice" | "reverse_payment" => json!({ "version": 1, "reason": "A mistake" }),
        "record_payment" => json!({
            "request_id": NEW_VIEW, "amount": "1.50", "received_on": "2026-02-01", "method": "bank_transfer",
        }),
        "create_subscription" => json!({
            "client_id": BUYER, "product_name": "Advice", "status": "active", "amount": "10.00",
            "billing_frequency": "monthly", "activated_on": "2026-02-01",
        }),
        "change_subscription" => json!({
            "version": 1, "amount": "12.00", "billing_frequency": "monthly", "effective_on": "2026-03-01",
        }),
        "set_subscription_status" => {
            json!({ "version": 1, "status": "paused", "effective_on": "2026-03-01" })
        }
        "create_expense" | "update_expense" => json!({
            "version": if endpoint.name == "update_expense" { Some(1) } else { None },
            "expense_date": "2026-01-05", "vendor": "Example", "category": "other", "description": "Desk",
            "amount": "11.00",
        }),
        "approve_expense" => json!({ "version": 1 }),
        "mark_expense_paid" => json!({ "version": 1, "paid_on": "2026-02-01" }),
        "create_cash_entry" | "update_cash_entry" => json!({
            "version": if endpoint.name == "update_cash_entry" { Some(1) } else { None },
            "entry_date": "2026-01-05", "type": "inflow", "category": "Example", "description": "Fee",
            "amount": "11.00", "source": "manual",
        }),
        "record_ui_event" => {
            json!({ "key": "ui.export.downloaded", "route": "/clients", "detail": "csv" })
        }
        _ => return None,
    })
}

pub(crate) fn method(endpoint: &EndpointInfo) -> Method {
    match endpoint.method {
        revos_shared::Method::Get => Method::GET,
        revos_shared::Method::Post => Method::POST,
        revos_shared::Method::Put => Method::PUT,
        revos_shared::Method::Patch => Method::PATCH,
        revos_shared::Method::Delete => Method::DELETE,
    }
}

/// The example as this caller would send it.
pub(crate) fn request(caller: &Browser, endpoint: &EndpointInfo) -> RequestBuilder {
    let request = caller.request(method(endpoint), &path(endpoint));
    match body(endpoint) {
        Some(body) => request.json(&body),
        None => request,
    }
}

pub(crate) async fn call(caller: &Browser, endpoint: &EndpointInfo) -> Reply {
    caller.send(request(caller, endpoint)).await
}
