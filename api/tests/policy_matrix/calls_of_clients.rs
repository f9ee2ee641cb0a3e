//! How are the functions of members, clients, pipeline and finance tried?

use super::functions::{
    ADMINS, ADMINS_OF_A, ADMINS_OF_B, CLIENT_WRITERS_OF_A, CLIENT_WRITERS_OF_B, Call, EVERYBODY, IN_B,
    LEADERS, LEADERS_OF_A, LEADERS_OF_B, READERS_OF_A, STAFF, STAFF_OF_A, STAFF_OF_B, call,
};

pub(super) const CALLS: &[Call] = &[
    call("current_member", "{}", EVERYBODY),
    call("clients_summary", "{}", STAFF),
    call("clients_summary, B", r#"{"p_organization_id": "{B}"}"#, IN_B),
    call("client_health_trend", "{}", STAFF),
    call("client_health_trend, B", r#"{"p_organization_id": "{B}"}"#, IN_B),
    call("clients_digest", "{}", EVERYBODY),
    call("clients_digest, B", r#"{"p_organization_id": "{B}"}"#, IN_B),
    call("list_clients", "{}", EVERYBODY),
    call("list_clients, B", r#"{"p_organization_id": "{B}"}"#, IN_B),
    call("list_clients, with the trend", r#"{"p_trend_months": 12}"#, EVERYBODY),
    call("list_clients, with the trend of B", r#"{"p_trend_months": 12, "p_organization_id": "{B}"}"#, IN_B),
    // Helpers are not exposed: there is no such function for anybody.
    call("persona", "{}", "--- ----- - -"),
    call("emit_event", "{}", "--- ----- - -"),
    // Membership.
    call("invite_member", r#"{"p_email": "new@example.com", "p_name": "New", "p_role": "Member"}"#, ADMINS),
    call(
        "invite_member, B",
        r#"{"p_email": "new@example.com", "p_name": "New", "p_role": "Member", "p_organization_id": "{B}"}"#,
        IN_B,
    ),
    call("revoke_invitation", r#"{"p_invitation_id": "{member_invitations A}"}"#, ADMINS_OF_A),
    call("revoke_invitation, B", r#"{"p_invitation_id": "{member_invitations B}"}"#, ADMINS_OF_B),
    call(
        "set_member_role",
        r#"{"p_user_id": "{colleague}", "p_role": "Director", "p_version": 1}"#,
        ADMINS_OF_A,
    ),
    call(
        "set_member_role, B",
        r#"{"p_user_id": "{Member B}", "p_role": "Director", "p_version": 1}"#,
        ADMINS_OF_B,
    ),
    // Only a SuperAdmin makes one, and nobody unmakes themselves.
    call(
        "set_member_role, to SuperAdmin",
        r#"{"p_user_id": "{colleague}", "p_role": "SuperAdmin", "p_version": 1}"#,
        "1oo yffff n x",
    ),
    call(
        "set_member_role, from SuperAdmin",
        r#"{"p_user_id": "{SuperAdmin}", "p_role": "Member", "p_version": 1}"#,
        "1oo fffff n x",
    ),
    call(
        "set_member_active",
        r#"{"p_user_id": "{colleague}", "p_active": false, "p_version": 1}"#,
        ADMINS_OF_A,
    ),
    call(
        "set_member_active, B",
        r#"{"p_user_id": "{Member B}", "p_active": false, "p_version": 1}"#,
        ADMINS_OF_B,
    ),
    // Clients.
    call(
        "save_discovery",
        r#"{"p_client_id": "{clients A own}", "p_form_type": "clarity_gap", "p_answers": {}, "p_complete": false}"#,
        STAFF_OF_A,
    ),
    call(
        "save_discovery, colleague's",
        r#"{"p_client_id": "{clients A colleague's}", "p_form_type": "clarity_gap", "p_answers": {}, "p_complete": false}"#,
        CLIENT_WRITERS_OF_A,
    ),
    call(
        "save_discovery, B",
        r#"{"p_client_id": "{clients B's}", "p_form_type": "clarity_gap", "p_answers": {}, "p_complete": false}"#,
        CLIENT_WRITERS_OF_B,
    ),
    call(
        "sync_discovery_questions",
        r#"{"p_client_id": "{clients A own}", "p_items": [{"question": "New?", "position": 0}]}"#,
        STAFF_OF_A,
    ),
    call(
        "sync_discovery_questions, unassigned",
        r#"{"p_client_id": "{clients A unassigned}", "p_items": [{"question": "New?", "position": 0}]}"#,
        CLIENT_WRITERS_OF_A,
    ),
    call(
        "sync_discovery_questions, B",
        r#"{"p_client_id": "{clients B's}", "p_items": [{"question": "New?", "position": 0}]}"#,
        CLIENT_WRITERS_OF_B,
    ),
    call(
        "sync_data_sources",
        r#"{"p_client_id": "{clients A own}", "p_items": [{"name": "New"}]}"#,
        STAFF_OF_A,
    ),
    call(
        "sync_data_sources, colleague's",
        r#"{"p_client_id": "{clients A colleague's}", "p_items": [{"name": "New"}]}"#,
        CLIENT_WRITERS_OF_A,
    ),
    call(
        "sync_data_sources, B",
        r#"{"p_client_id": "{clients B's}", "p_items": [{"name": "New"}]}"#,
        CLIENT_WRITERS_OF_B,
    ),
    call("sync_kanban", r#"{"p_client_id": "{clients A own}", "p_items": [{"title": "New"}]}"#, STAFF_OF_A),
    call(
        "sync_kanban, colleague's",
        r#"{"p_client_id": "{clients A colleague's}", "p_items": [{"title": "New"}]}"#,
        CLIENT_WRITERS_OF_A,
    ),
    call(
        "sync_kanban, B",
        r#"{"p_client_id": "{clients B's}", "p_items": [{"title": "New"}]}"#,
        CLIENT_WRITERS_OF_B,
    ),
    call(
        "move_kanban_item",
        r#"{"p_item_id": "{kanban_items A own}", "p_status": "doing", "p_position": 0, "p_version": 1}"#,
        STAFF_OF_A,
    ),
    call(
        "move_kanban_item, colleague's",
        r#"{"p_item_id": "{kanban_items A colleague's}", "p_status": "doing", "p_position": 0, "p_version": 1}"#,
        LEADERS_OF_A,
    ),
    call(
        "move_kanban_item, B",
        r#"{"p_item_id": "{kanban_items B's}", "p_status": "doing", "p_position": 0, "p_version": 1}"#,
        STAFF_OF_B,
    ),
    call("ensure_client_onboarding", r#"{"p_client_id": "{clients A own}", "p_version": 1}"#, STAFF_OF_A),
    call(
        "ensure_client_onboarding, colleague's",
        r#"{"p_client_id": "{clients A colleague's}", "p_version": 1}"#,
        CLIENT_WRITERS_OF_A,
    ),
    call(
        "ensure_client_onboarding, B",
        r#"{"p_client_id": "{clients B's}", "p_version": 1}"#,
        CLIENT_WRITERS_OF_B,
    ),
    call("sync_client_health", r#"{"p_client_id": "{clients A own}"}"#, ADMINS_OF_A),
    call("sync_client_health, B", r#"{"p_client_id": "{clients B's}"}"#, ADMINS_OF_B),
    call("sync_client_health, all", "{}", ADMINS),
    call("client_record", r#"{"p_client_id": "{clients A own}"}"#, READERS_OF_A),
    call("client_record, colleague's", r#"{"p_client_id": "{clients A colleague's}"}"#, "1oo yyyyn n x"),
    call("client_record, B", r#"{"p_client_id": "{clients B's}"}"#, CLIENT_WRITERS_OF_B),
    call(
        "set_client_health",
        r#"{"p_client_id": "{clients A own}", "p_version": 1, "p_health": 60, "p_note": "Why"}"#,
        STAFF_OF_A,
    ),
    call(
        "set_client_health, colleague's",
        r#"{"p_client_id": "{clients A colleague's}", "p_version": 1, "p_health": 60}"#,
        CLIENT_WRITERS_OF_A,
    ),
    call(
        "set_client_health, B",
        r#"{"p_client_id": "{clients B's}", "p_version": 1, "p_health": 60}"#,
        CLIENT_WRITERS_OF_B,
    ),
    // Each row is told how it went, so that the call itself is refused to nobody among the staff.
    call(
        "update_clients",
        r#"{"p_items": [{"id": "{clients A own}", "version": 1}], "p_changes": {"phase": "Data"}}"#,
        STAFF,
    ),
    call(
        "update_clients, B",
        r#"{"p_items": [{"id": "{clients B's}", "version": 1}], "p_changes": {"phase": "Data"}}"#,
        STAFF,
    ),
    call("client_timeline", r#"{"p_client_id": "{clients A colleague's}"}"#, STAFF_OF_A),
    call("client_timeline, B", r#"{"p_client_id": "{clients B's}"}"#, STAFF_OF_B),
    call("search_workspace", r#"{"p_query": "sale"}"#, EVERYBODY),
    call("search_workspace, B", r#"{"p_query": "sale", "p_organization_id": "{B}"}"#, IN_B),
    // Pipeline.
    call("list_opportunities", "{}", STAFF),
    call("list_opportunities, B", r#"{"p_organization_id": "{B}"}"#, IN_B),
    call("opportunities_digest", "{}", STAFF),
    call("opportunities_digest, B", r#"{"p_organization_id": "{B}"}"#, IN_B),
    call("pipeline_forecast", "{}", STAFF),
    call("pipeline_forecast, B", r#"{"p_organization_id": "{B}"}"#, IN_B),
    call("overview_inputs", "{}", STAFF),
    call("overview_inputs, B", r#"{"p_organization_id": "{B}"}"#, IN_B),
    call("find_similar_clients", r#"{"p_name": "Own"}"#, STAFF),
    call("find_similar_clients, B", r#"{"p_name": "Own", "p_organization_id": "{B}"}"#, IN_B),
    call("opportunity_record", r#"{"p_opportunity_id": "{opportunities A colleague's}"}"#, STAFF_OF_A),
    call("opportunity_record, B", r#"{"p_opportunity_id": "{opportunities B's}"}"#, STAFF_OF_B),
    call("update_opportunities", r#"{"p_items": [], "p_changes": {"stage": "Qualify"}}"#, STAFF),
    call("set_quarterly_target", r#"{"p_version": 1, "p_target": 5}"#, ADMINS),
    call("set_quarterly_target, B", r#"{"p_version": 1, "p_target": 5, "p_organization_id": "{B}"}"#, IN_B),
    call(
        "create_prospect",
        r#"{"p_prospect": {"client_id": "{clients A own}", "name": "New", "amount": 1}}"#,
        STAFF_OF_A,
    ),
    // The organization is the own one: B's client is not in it, for a SuperAdmin either.
    call(
        "create_prospect, client of B",
        r#"{"p_prospect": {"client_id": "{clients B's}", "name": "New", "amount": 1}}"#,
        "1oo nnnnf y x",
    ),
    call(
        "create_prospect, B",
        r#"{"p_prospect": {"company": "New", "name": "New", "amount": 1}, "p_organization_id": "{B}"}"#,
        IN_B,
    ),
    call(
        "import_prospects",
        r#"{"p_rows": [{"company": "New", "name": "New", "amount": 1}], "p_idempotency_key": "k"}"#,
        STAFF,
    ),
    call(
        "import_prospects, B",
        r#"{"p_rows": [{"company": "New", "name": "New", "amount": 1}], "p_idempotency_key": "k", "p_organization_id": "{B}"}"#,
        IN_B,
    ),
    call(
        "check_prospects",
        r#"{"p_rows": [{"company": "New", "name": "New", "amount": 1}], "p_idempotency_key": "k"}"#,
        STAFF,
    ),
    call(
        "check_prospects, B",
        r#"{"p_rows": [{"company": "New", "name": "New", "amount": 1}], "p_idempotency_key": "k", "p_organization_id": "{B}"}"#,
        IN_B,
    ),
    call("undo_import", r#"{"p_idempotency_key": "k"}"#, STAFF),
    call("undo_import, B", r#"{"p_idempotency_key": "k", "p_organization_id": "{B}"}"#, IN_B),
    call("convert_won_opportunity", r#"{"p_opportunity_id": "{opportunities A own, won}"}"#, STAFF_OF_A),
    call(
        "convert_won_opportunity, colleague's",
        r#"{"p_opportunity_id": "{opportunities A colleague's, won}"}"#,
        LEADERS_OF_A,
    ),
    call("convert_won_opportunity, B", r#"{"p_opportunity_id": "{opportunities B's, won}"}"#, STAFF_OF_B),
    call(
        "move_opportunity",
        r#"{"p_opportunity_id": "{opportunities A own}", "p_stage": "Qualify", "p_version": 1}"#,
        STAFF_OF_A,
    ),
    call(
        "move_opportunity, colleague's",
        r#"{"p_opportunity_id": "{opportunities A colleague's}", "p_stage": "Qualify", "p_version": 1}"#,
        LEADERS_OF_A,
    ),
    call(
        "move_opportunity, own and won",
        r#"{"p_opportunity_id": "{opportunities A own, won}", "p_stage": "Qualify", "p_version": 1}"#,
        LEADERS_OF_A,
    ),
    call(
        "move_opportunity, B",
        r#"{"p_opportunity_id": "{opportunities B's}", "p_stage": "Qualify", "p_version": 1}"#,
        STAFF_OF_B,
    ),
    // Finance.
    call("save_invoice", r#"{"p_invoice": {"client_id": "{clients A own}"}, "p_lines": []}"#, ADMINS_OF_A),
    call(
        "save_invoice, client of B",
        r#"{"p_invoice": {"client_id": "{clients B's}"}, "p_lines": []}"#,
        "1oo nnfff y x",
    ),
    call(
        "save_invoice, B",
        r#"{"p_invoice": {"client_id": "{clients B's}"}, "p_lines": [], "p_organization_id": "{B}"}"#,
        IN_B,
    ),
    call("send_invoice", r#"{"p_invoice_id": "{invoices A own, draft}", "p_version": 1}"#, ADMINS_OF_A),
    call("send_invoice, B", r#"{"p_invoice_id": "{invoices B's, draft}", "p_version": 1}"#, ADMINS_OF_B),
    call(
        "cancel_invoice",
        r#"{"p_invoice_id": "{invoices A own, draft}", "p_version": 1, "p_reason": "Wrong"}"#,
        ADMINS_OF_A,
    ),
    call(
        "cancel_invoice, B",
        r#"{"p_invoice_id": "{invoices B's, draft}", "p_version": 1, "p_reason": "Wrong"}"#,
        ADMINS_OF_B,
    ),
    call(
        "record_payment",
        r#"{"p_invoice_id": "{invoices A own, sent}", "p_amount": 90, "p_received_on": "2026-02-01", "p_method": "card", "p_idempotency_key": "k"}"#,
        ADMINS_OF_A,
    ),
    call(
        "record_payment, B",
        r#"{"p_invoice_id": "{invoices B's, sent}", "p_amount": 90, "p_received_on": "2026-02-01", "p_method": "card", "p_idempotency_key": "k"}"#,
        ADMINS_OF_B,
    ),
    call(
        "reverse_payment",
        r#"{"p_payment_id": "{invoice_payments A own}", "p_reason": "Wrong", "p_version": 1}"#,
        ADMINS_OF_A,
    ),
    call(
        "reverse_payment, B",
        r#"{"p_payment_id": "{invoice_payments B's}", "p_reason": "Wrong", "p_version": 1}"#,
        ADMINS_OF_B,
    ),
    call(
        "create_subscription",
        r#"{"p_subscription": {"client_id": "{clients A own}", "product_name": "New", "amount": 1, "trial_ends_on": "2026-03-01"}}"#,
        ADMINS_OF_A,
    ),
    call(
        "create_subscription, B",
        r#"{"p_subscription": {"client_id": "{clients B's}", "product_name": "New", "amount": 1, "trial_ends_on": "2026-03-01"}, "p_organization_id": "{B}"}"#,
        IN_B,
    ),
    call(
        "change_subscription",
        r#"{"p_subscription_id": "{subscriptions A own}", "p_amount": 2, "p_billing_frequency": "monthly", "p_effective_on": "2026-03-01", "p_version": 1}"#,
        ADMINS_OF_A,
    ),
    call(
        "change_subscription, B",
        r#"{"p_subscription_id": "{subscriptions B's}", "p_amount": 2, "p_billing_frequency": "monthly", "p_effective_on": "2026-03-01", "p_version": 1}"#,
        ADMINS_OF_B,
    ),
    call(
        "set_subscription_status",
        r#"{"p_subscription_id": "{subscriptions A own}", "p_status": "paused", "p_effective_on": "2026-03-01", "p_version": 1}"#,
        ADMINS_OF_A,
    ),
    call(
        "set_subscription_status, B",
        r#"{"p_subscription_id": "{subscriptions B's}", "p_status": "paused", "p_effective_on": "2026-03-01", "p_version": 1}"#,
        ADMINS_OF_B,
    ),
    call("approve_expense", r#"{"p_expense_id": "{expenses A}", "p_version": 1}"#, ADMINS_OF_A),
    call("approve_expense, B", r#"{"p_expense_id": "{expenses B}", "p_version": 1}"#, ADMINS_OF_B),
    call(
        "mark_expense_paid",
        r#"{"p_expense_id": "{expenses A, approved}", "p_paid_on": "2026-02-01", "p_version": 1}"#,
        ADMINS_OF_A,
    ),
    call(
        "mark_expense_paid, B",
        r#"{"p_expense_id": "{expenses B, approved}", "p_paid_on": "2026-02-01", "p_version": 1}"#,
        ADMINS_OF_B,
    ),
    call("list_invoices", "{}", LEADERS),
    call("list_invoices, B", r#"{"p_organization_id": "{B}"}"#, IN_B),
    call("invoices_digest", "{}", LEADERS),
    call("invoices_digest, B", r#"{"p_organization_id": "{B}"}"#, IN_B),
    call("invoice_record", r#"{"p_invoice_id": "{invoices A own, sent}"}"#, LEADERS_OF_A),
    call("invoice_record, B", r#"{"p_invoice_id": "{invoices B's, sent}"}"#, LEADERS_OF_B),
    call("create_invoice", r#"{"p_invoice": {"client_id": "{clients A own}"}, "p_lines": []}"#, ADMINS_OF_A),
    call(
        "create_invoice, B",
        r#"{"p_invoice": {"client_id": "{clients B's}"}, "p_lines": [], "p_organization_id": "{B}"}"#,
        IN_B,
    ),
    call("finance_inputs", r#"{"p_as_of": "2026-05-20"}"#, LEADERS),
    call("finance_inputs, B", r#"{"p_as_of": "2026-05-20", "p_organization_id": "{B}"}"#, IN_B),
];
