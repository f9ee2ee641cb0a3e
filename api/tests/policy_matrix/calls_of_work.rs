//! How are the functions of focus, agents, automations, connections and the worker tried?

use super::functions::{
    ADMINS, ADMINS_OF_A, ADMINS_OF_B, Call, IN_B, LEADERS_OF_A, LEADERS_OF_B, SERVICE, STAFF, call,
};

pub(super) const CALLS: &[Call] = &[
    // Focus: one's own, and nobody else's; who may read it is told so.
    call("save_daily_plan", r#"{"p_plan_date": "2026-03-01", "p_items": []}"#, STAFF),
    call(
        "lock_daily_plan, Member's",
        r#"{"p_plan_id": "{daily_plans Member's}", "p_version": 1}"#,
        "1oo ffnyf n x",
    ),
    call("lock_daily_plan, B", r#"{"p_plan_id": "{daily_plans B's}", "p_version": 1}"#, "1oo fnnnf y x"),
    call(
        "unlock_daily_plan, Member's",
        r#"{"p_plan_id": "{daily_plans Member's, locked}", "p_version": 1}"#,
        "1oo ffnyf n x",
    ),
    call(
        "unlock_daily_plan, B",
        r#"{"p_plan_id": "{daily_plans B's, locked}", "p_version": 1}"#,
        "1oo fnnnf y x",
    ),
    call(
        "set_priority_status, Member's",
        r#"{"p_item_id": "{priority_items Member's}", "p_status": "done", "p_version": 1}"#,
        "1oo ffnyf n x",
    ),
    call(
        "set_priority_status, B",
        r#"{"p_item_id": "{priority_items B's}", "p_status": "done", "p_version": 1}"#,
        "1oo fnnnf y x",
    ),
    call(
        "start_focus_session, Member's",
        r#"{"p_plan_id": "{daily_plans Member's}", "p_planned_minutes": 50}"#,
        "1oo ffnyf n x",
    ),
    call(
        "start_focus_session, Admin's",
        r#"{"p_plan_id": "{daily_plans Admin's}", "p_planned_minutes": 50}"#,
        "1oo fynnf n x",
    ),
    call(
        "start_focus_session, B",
        r#"{"p_plan_id": "{daily_plans B's}", "p_planned_minutes": 50}"#,
        "1oo fnnnf y x",
    ),
    call(
        "pause_focus_session, Member's",
        r#"{"p_session_id": "{focus_sessions Member's, running}", "p_version": 1}"#,
        "1oo ffnyf n x",
    ),
    call(
        "pause_focus_session, B",
        r#"{"p_session_id": "{focus_sessions B's, running}", "p_version": 1}"#,
        "1oo fnnnf y x",
    ),
    call(
        "resume_focus_session, Director's",
        r#"{"p_session_id": "{focus_sessions Director's, paused}", "p_version": 1}"#,
        "1oo ffynf n x",
    ),
    call(
        "resume_focus_session, B",
        r#"{"p_session_id": "{focus_sessions B's, running}", "p_version": 1}"#,
        "1oo fnnnf y x",
    ),
    call(
        "complete_focus_session, Member's",
        r#"{"p_session_id": "{focus_sessions Member's, running}", "p_abandon": false, "p_version": 1}"#,
        "1oo ffnyf n x",
    ),
    call(
        "complete_focus_session, B",
        r#"{"p_session_id": "{focus_sessions B's, running}", "p_abandon": false, "p_version": 1}"#,
        "1oo fnnnf y x",
    ),
    // Agents.
    call(
        "publish_agent_definition",
        r#"{"p_agent_key": "new", "p_fields": {"display_name": "New", "category": "clients"}}"#,
        ADMINS,
    ),
    call(
        "publish_agent_definition, B",
        r#"{"p_agent_key": "new", "p_fields": {"display_name": "New", "category": "clients"}, "p_organization_id": "{B}"}"#,
        IN_B,
    ),
    call(
        "set_agent_enabled",
        r#"{"p_definition_id": "{agent_definitions A}", "p_enabled": false, "p_version": 1}"#,
        ADMINS_OF_A,
    ),
    call(
        "set_agent_enabled, B",
        r#"{"p_definition_id": "{agent_definitions B}", "p_enabled": false, "p_version": 1}"#,
        ADMINS_OF_B,
    ),
    call("record_agent_run", r#"{"p_run": {"agent_key": "agent"}}"#, "1oo yyyyf y ?"),
    // Only the service says for which organization.
    call(
        "record_agent_run, named A",
        r#"{"p_run": {"agent_key": "agent", "organization_id": "{A}"}}"#,
        "1oo ????f ? y",
    ),
    call(
        "record_agent_run, Member's",
        r#"{"p_run": {"id": "{agent_runs Member's}", "version": 1, "status": "cancelled"}}"#,
        "1oo fffyf n y",
    ),
    call(
        "record_agent_run, run of B",
        r#"{"p_run": {"id": "{agent_runs B's}", "version": 1, "status": "cancelled"}}"#,
        "1oo fnnnf y y",
    ),
    // Automations.
    call("save_playbook", r#"{"p_playbook": {"name": "New"}, "p_steps": []}"#, ADMINS),
    call(
        "save_playbook, B",
        r#"{"p_playbook": {"name": "New"}, "p_steps": [], "p_organization_id": "{B}"}"#,
        IN_B,
    ),
    call(
        "save_playbook, playbook of B",
        r#"{"p_playbook": {"id": "{automation_playbooks B}", "name": "New"}, "p_steps": [], "p_version": 1}"#,
        ADMINS_OF_B,
    ),
    call(
        "set_playbook_status",
        r#"{"p_playbook_id": "{automation_playbooks A}", "p_status": "paused", "p_version": 1}"#,
        ADMINS_OF_A,
    ),
    call(
        "set_playbook_status, B",
        r#"{"p_playbook_id": "{automation_playbooks B}", "p_status": "paused", "p_version": 1}"#,
        ADMINS_OF_B,
    ),
    call(
        "start_automation_run",
        r#"{"p_playbook_id": "{automation_playbooks A}", "p_context": {}}"#,
        LEADERS_OF_A,
    ),
    call(
        "start_automation_run, B",
        r#"{"p_playbook_id": "{automation_playbooks B}", "p_context": {}}"#,
        LEADERS_OF_B,
    ),
    // Of a version that there is not, which is past the check of rights.
    call("retry_automation_run", r#"{"p_run_id": "{automation_runs A}", "p_version": 2}"#, LEADERS_OF_A),
    call("retry_automation_run, B", r#"{"p_run_id": "{automation_runs B}", "p_version": 2}"#, LEADERS_OF_B),
    call("list_playbooks", "{}", STAFF),
    call("list_playbooks, B", r#"{"p_organization_id": "{B}"}"#, IN_B),
    call("list_automation_runs", "{}", STAFF),
    call("list_automation_runs, B", r#"{"p_organization_id": "{B}"}"#, IN_B),
    // Connections: somebody else's is as good as none, whoever asks; books are the Admin's.
    call(
        "connect_integration",
        r#"{"p_provider": "gmail", "p_account": {"external_account_id": "new"}, "p_scopes": [], "p_sealed": "\\xaa", "p_key_id": "key", "p_access_expires_at": "2030-01-01T00:00:00Z"}"#,
        STAFF,
    ),
    call(
        "connect_integration, books",
        r#"{"p_provider": "quickbooks", "p_account": {"external_account_id": "new"}, "p_scopes": [], "p_sealed": "\\xaa", "p_key_id": "key", "p_access_expires_at": "2030-01-01T00:00:00Z"}"#,
        ADMINS,
    ),
    call(
        "disconnect_integration, Member's",
        r#"{"p_integration_id": "{integrations Member's}", "p_version": 1}"#,
        "1oo nnnyf n x",
    ),
    call(
        "disconnect_integration, books",
        r#"{"p_integration_id": "{integrations A's books}", "p_version": 1}"#,
        "1oo yynnf n x",
    ),
    call(
        "disconnect_integration, B",
        r#"{"p_integration_id": "{integrations B's books}", "p_version": 1}"#,
        "1oo nnnnf y x",
    ),
    call(
        "set_integration_sharing, Member's",
        r#"{"p_integration_id": "{integrations Member's}", "p_share": true, "p_version": 1}"#,
        "1oo nnnyf n x",
    ),
    // Manageable by Admins, shared by whoever connected it.
    call(
        "set_integration_sharing, books",
        r#"{"p_integration_id": "{integrations A's books}", "p_share": true, "p_version": 1}"#,
        "1oo fynnf n x",
    ),
    call(
        "set_integration_sharing, B",
        r#"{"p_integration_id": "{integrations B's books}", "p_share": true, "p_version": 1}"#,
        "1oo nnnnf y x",
    ),
    call("request_sync, Member's", r#"{"p_integration_id": "{integrations Member's}"}"#, "1oo nnnyf n x"),
    call("request_sync, books", r#"{"p_integration_id": "{integrations A's books}"}"#, "1oo yynnf n x"),
    call("request_sync, B", r#"{"p_integration_id": "{integrations B's books}"}"#, "1oo nnnnf y x"),
    call(
        "map_quickbooks_customer",
        r#"{"p_integration_id": "{integrations A's books}", "p_customer_id": "77", "p_client_id": "{clients A own}"}"#,
        ADMINS_OF_A,
    ),
    call(
        "map_quickbooks_customer, client of B",
        r#"{"p_integration_id": "{integrations A's books}", "p_customer_id": "77", "p_client_id": "{clients B's}"}"#,
        "1oo nnfff n x",
    ),
    call(
        "map_quickbooks_customer, B",
        r#"{"p_integration_id": "{integrations B's books}", "p_customer_id": "77", "p_client_id": "{clients B's}"}"#,
        "1oo nnfff y x",
    ),
    call("retry_ingest_run, Member's", r#"{"p_run_id": "{ingest_runs Member's}"}"#, "1oo nnnyf n x"),
    call("retry_ingest_run, books", r#"{"p_run_id": "{ingest_runs A's books}"}"#, "1oo yynnf n x"),
    call("retry_ingest_run, B", r#"{"p_run_id": "{ingest_runs B's books}"}"#, "1oo nnnnf y x"),
    // The worker's.
    call("service_read_tokens", r#"{"p_integration_id": "{integrations Member's}"}"#, SERVICE),
    call(
        "service_rotate_tokens",
        r#"{"p_integration_id": "{integrations Member's}", "p_token_version": 1, "p_sealed": "\\xaa", "p_key_id": "key", "p_access_expires_at": "2030-01-01T00:00:00Z"}"#,
        SERVICE,
    ),
    call(
        "service_set_connection",
        r#"{"p_integration_id": "{integrations Member's}", "p_status": "degraded", "p_error_code": "decode"}"#,
        SERVICE,
    ),
    call(
        "service_record_ingest_run",
        r#"{"p_run": {"integration_id": "{integrations Member's}", "job_id": "new", "trigger": "schedule", "status": "running"}}"#,
        SERVICE,
    ),
    call(
        "service_apply_messages",
        r#"{"p_integration_id": "{integrations Member's}", "p_batch": {"job_id": "new", "trigger": "schedule", "cursor_after": {"history_id": "2"}}}"#,
        SERVICE,
    ),
    call(
        "service_apply_meetings",
        r#"{"p_integration_id": "{integrations Member's calendar}", "p_batch": {"job_id": "new", "trigger": "schedule", "cursor_after": {"sync_token": "2"}}}"#,
        SERVICE,
    ),
    call(
        "service_apply_quickbooks",
        r#"{"p_integration_id": "{integrations A's books}", "p_batch": {"job_id": "new", "trigger": "schedule", "cursor_after": {"changed_since": "2"}}}"#,
        SERVICE,
    ),
    call("service_daily_health", r#"{"p_organization_id": "{A}"}"#, SERVICE),
    call("service_refresh_finance_cache", r#"{"p_organization_id": "{A}"}"#, SERVICE),
    call(
        "service_record_snapshots",
        r#"{"p_organization_id": "{A}", "p_rows": [{"kind": "pipeline", "time_scope": "mtd", "snapshot_date": "2026-01-02", "metrics": {}}]}"#,
        SERVICE,
    ),
    call("service_record_events", r#"{"p_organization_id": "{A}", "p_events": []}"#, SERVICE),
    call("service_read_figures", r#"{"p_organization_id": "{A}"}"#, SERVICE),
    call("service_claim_daily_work", "{}", SERVICE),
    call(
        "service_finish_daily_work",
        r#"{"p_organization_id": "{A}", "p_job": "health", "p_day": "2026-01-02"}"#,
        SERVICE,
    ),
    call("service_purge", r#"{"p_organization_id": "{A}"}"#, SERVICE),
    call("service_advance_automation_run", r#"{"p_run_id": "{automation_runs A}"}"#, SERVICE),
    call("service_sweep_focus_sessions", "{}", SERVICE),
];
