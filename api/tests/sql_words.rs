//! Does Rust know every word that the database uses: value sets, keys of errors, rights?

use crate::rig::{ADMIN, CLIENT, Rig};
use revos_shared::ErrorCode;
use revos_shared::agents::{
    AgentCategory, AgentExecutor, AgentLifecycle, AgentTone, AgentTrigger, AgentVerbosity,
};
use revos_shared::automations::{
    AutomationAction, AutomationTrigger, AutomationWorkspace, PlaybookStatus, StepStatus,
};
use revos_shared::clients::{ClientBand, ClientColumn, ProjectHealth, ProjectStatus};
use revos_shared::clients::{
    ClientStatus, ContactPower, DataSourceStatus, DeliverableStatus, DeliverableType, FormType, HealthSource,
    KanbanStatus, Phase, Segment,
};
use revos_shared::finance::{
    ArrangementType, BillingFrequency, CashSource, CashType, ExpenseCategory, InvoiceSource, InvoiceStatus,
    PaymentMethod, PaymentTerm, SubscriptionStatus,
};
use revos_shared::focus::{FocusStatus, PrioritySource, PriorityStatus, StrategicWeight};
use revos_shared::insights::{AuditAction, SnapshotKind, TimeScope};
use revos_shared::integrations::{
    ConnectionStatus, IngestStatus, IngestTrigger, MeetingStatus, MessageDirection, Provider,
};
use revos_shared::kernel::work::RunStatus;
use revos_shared::kernel::workspace::{UiEventKey, ViewWorkspace};
use revos_shared::pipeline::{ActivityStatus, ActivityType, LostReason, OpportunitySource, Stage};
use revos_shared::session::{Capability, Persona};
use sqlx::{Connection as _, PgConnection};
use std::collections::BTreeMap;

#[tokio::test]
async fn value_sets_are_those_of_the_database() {
    let rig = Rig::new().await;
    let mut connection = rig.connection().await;
    let checks: Vec<(String, String)> = sqlx::query_as(
        "select c.conrelid::regclass::text || '.' || a.attname, pg_get_constraintdef(c.oid)
         from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
         where c.contype = 'c' and c.connamespace = 'public'::regnamespace and cardinality(c.conkey) = 1
           and pg_get_constraintdef(c.oid) like '%= ANY (ARRAY[%'",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    let in_sql: BTreeMap<_, _> = checks
        .iter()
        .map(|(column, check)| {
            // 'a'::text, 'b'::text: every second piece between quotes is a word.
            (column.as_str(), check.split('\'').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>())
        })
        .collect();
    assert_eq!(in_sql.len(), checks.len(), "one set of words a column");
    fn words<T: std::fmt::Display>(all: &[T]) -> Vec<String> {
        all.iter().map(ToString::to_string).collect()
    }
    let in_rust = BTreeMap::from([
        ("agent_behaviors.tone", words(AgentTone::ALL)),
        ("agent_behaviors.verbosity", words(AgentVerbosity::ALL)),
        ("agent_definitions.category", words(AgentCategory::ALL)),
        ("agent_definitions.executor", words(AgentExecutor::ALL)),
        ("agent_definitions.lifecycle_status", words(AgentLifecycle::ALL)),
        ("agent_runs.status", words(RunStatus::ALL)),
        ("agent_runs.trigger", words(AgentTrigger::ALL)),
        ("audit_log.action", words(AuditAction::ALL)),
        ("automation_playbooks.status", words(PlaybookStatus::ALL)),
        ("automation_playbooks.trigger_event", words(AutomationTrigger::ALL)),
        ("automation_run_steps.action", words(AutomationAction::ALL)),
        ("automation_run_steps.status", words(StepStatus::ALL)),
        ("automation_run_steps.workspace", words(AutomationWorkspace::ALL)),
        ("automation_runs.status", words(RunStatus::ALL)),
        ("automation_runs.trigger_event", words(AutomationTrigger::ALL)),
        ("automation_steps.action", words(AutomationAction::ALL)),
        ("automation_steps.workspace", words(AutomationWorkspace::ALL)),
        ("cash_flow_entries.source", words(CashSource::ALL)),
        ("cash_flow_entries.type", words(CashType::ALL)),
        ("client_commercials.payment_term", words(PaymentTerm::ALL)),
        ("client_deliverables.status", words(DeliverableStatus::ALL)),
        ("client_deliverables.type", words(DeliverableType::ALL)),
        ("client_health_history.source", words(HealthSource::ALL)),
        ("clients.phase", words(Phase::ALL)),
        ("clients.segment", words(Segment::ALL)),
        ("clients.status", words(ClientStatus::ALL)),
        ("contacts.power", words(ContactPower::ALL)),
        ("dashboard_snapshots.kind", words(SnapshotKind::ALL)),
        ("dashboard_snapshots.time_scope", words(TimeScope::ALL)),
        ("data_sources.status", words(DataSourceStatus::ALL)),
        ("discovery_responses.form_type", words(FormType::ALL)),
        ("expenses.category", words(ExpenseCategory::ALL)),
        ("expenses.recurring_frequency", words(BillingFrequency::ALL)),
        ("feature_flags.access_level", words(Persona::ALL)),
        ("finance.arrangement_type", words(ArrangementType::ALL)),
        ("focus_sessions.status", words(FocusStatus::ALL)),
        ("ingest_runs.provider", words(Provider::ALL)),
        ("ingest_runs.status", words(IngestStatus::ALL)),
        ("ingest_runs.trigger", words(IngestTrigger::ALL)),
        ("ingested_events.status", words(MeetingStatus::ALL)),
        ("ingested_messages.direction", words(MessageDirection::ALL)),
        ("integrations.provider", words(Provider::ALL)),
        ("integrations.status", words(ConnectionStatus::ALL)),
        ("invoice_payments.method", words(PaymentMethod::ALL)),
        ("invoices.payment_term", words(PaymentTerm::ALL)),
        ("invoices.source", words(InvoiceSource::ALL)),
        ("invoices.status", words(InvoiceStatus::ALL)),
        ("kanban_items.status", words(KanbanStatus::ALL)),
        ("member_invitations.role", words(&Persona::ALL[1..])),
        ("opportunities.lost_reason", words(LostReason::ALL)),
        ("opportunities.source", words(OpportunitySource::ALL)),
        ("opportunities.stage", words(Stage::ALL)),
        ("opportunity_activities.status", words(ActivityStatus::ALL)),
        ("opportunity_activities.type", words(ActivityType::ALL)),
        ("opportunity_stage_history.from_stage", words(Stage::ALL)),
        ("opportunity_stage_history.to_stage", words(Stage::ALL)),
        ("priority_items.source_kind", words(PrioritySource::ALL)),
        ("priority_items.status", words(PriorityStatus::ALL)),
        ("priority_items.strategic_weight", words(StrategicWeight::ALL)),
        ("projects.health", words(ProjectHealth::ALL)),
        ("projects.phase", words(Phase::ALL)),
        ("projects.status", words(ProjectStatus::ALL)),
        ("saved_views.workspace", words(ViewWorkspace::ALL)),
        ("subscriptions.billing_frequency", words(BillingFrequency::ALL)),
        ("subscriptions.cancel_reason", words(LostReason::ALL)),
        ("subscriptions.status", words(SubscriptionStatus::ALL)),
        ("users.role", words(Persona::ALL)),
    ]);
    for (column, words) in &in_sql {
        assert_eq!(Some(words), in_rust.get(column), "{column}: a new set of words needs its enum here");
    }
    assert_eq!(in_sql.len(), in_rust.len(), "a column that is gone");
}

#[tokio::test]
async fn every_key_that_a_function_raises_is_an_error_code() {
    let rig = Rig::new().await;
    let mut connection = rig.connection().await;
    let sources: Vec<(String, String)> = sqlx::query_as(
        "select oid::regproc::text, prosrc from pg_proc where pronamespace in ('public'::regnamespace, 'private'::regnamespace)",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    let mut raised = 0;
    for (function, source) in sources {
        for call in source.split("private.fail(").skip(1) {
            let mut arguments = call.splitn(3, ',');
            let status: u16 = arguments.next().unwrap().trim().parse().unwrap();
            let key = arguments.next().unwrap().split('\'').nth(1).unwrap();
            let code: ErrorCode = key.parse().unwrap_or_else(|_| panic!("{function} raises {key}"));
            let failure = revos_api::http::failure::Failure::new(code);
            assert_eq!(failure.status().as_u16(), status, "{function} raises {key}");
            raised += 1;
        }
    }
    assert!(raised > 10, "{raised}");
}

#[tokio::test]
async fn capabilities_that_the_page_asks_for_exist() {
    let rig = Rig::new().await;
    let source = rig.value("select prosrc from pg_proc where proname = 'capabilities'").await;
    for capability in [
        Capability::CLIENTS_READ,
        Capability::CLIENTS_WRITE_ALL,
        Capability::CLIENTS_WRITE_OWN,
        Capability::PIPELINE_READ,
        Capability::PIPELINE_WRITE_ALL,
        Capability::PIPELINE_WRITE_OWN,
        Capability::PIPELINE_REOPEN_WON,
        Capability::ORGANIZATION_MANAGE,
        Capability::AUTOMATIONS_RUN,
        Capability::AUTOMATIONS_MANAGE,
        Capability::FINANCE_READ,
        Capability::FINANCE_WRITE,
        Capability::OVERVIEW_CASH,
    ] {
        assert!(source.contains(&format!("'{capability}'")), "{capability}");
    }
}

/// What the function of the list says to a filter and an order: how many there are, or its refusal.
async fn total(connection: &mut PgConnection, filter: &str, sort: &str) -> Result<i32, sqlx::Error> {
    sqlx::query_scalar("select (public.list_clients($1::jsonb, $2) ->> 'total')::integer")
        .bind(filter)
        .bind(sort)
        .fetch_one(connection)
        .await
}

#[tokio::test]
async fn the_list_knows_every_word_of_its_address() {
    let rig = Rig::new().await;
    let mut connection = rig.as_person(ADMIN).await;
    let all = total(&mut connection, "{}", "name").await.unwrap();
    for column in ClientColumn::ALL {
        for sort in [format!("{column}"), format!("-{column}")] {
            assert_eq!(total(&mut connection, "{}", &sort).await.unwrap(), all, "{sort}");
        }
    }
    fn words<T: std::fmt::Display>(all: &[T]) -> Vec<String> {
        all.iter().map(ToString::to_string).chain(["none".to_owned()]).collect()
    }
    let bands = |health: bool| {
        let of = ClientBand::ALL.iter().filter(|band| band.is_health() == health);
        of.map(|band| band.database_word().to_owned()).collect::<Vec<_>>()
    };
    let mut statuses = words(ClientStatus::ALL);
    statuses.pop();
    for (field, words) in [
        ("status", statuses),
        ("phase", words(Phase::ALL)),
        ("segment", words(Segment::ALL)),
        ("health", bands(true)),
    ] {
        let mut sum = 0;
        for word in &words {
            let filter = format!(r#"{{"{field}": ["{word}"]}}"#);
            sum += total(&mut connection, &filter, "name")
                .await
                .unwrap_or_else(|error| panic!("{filter}: {error}"));
        }
        assert_eq!(sum, all, "every client has one of the words of {field}");
    }
    for word in bands(false) {
        total(&mut connection, &format!(r#"{{"churn": ["{word}"]}}"#), "name").await.unwrap();
    }
    assert!(total(&mut connection, r#"{"churn": ["none"]}"#, "name").await.is_err());
}

#[tokio::test]
async fn what_the_page_notes_may_be_written() {
    let rig = Rig::new().await;
    for email in [ADMIN, CLIENT] {
        let mut connection = rig.as_person(email).await;
        for key in UiEventKey::ALL {
            let mut transaction = connection.begin().await.unwrap();
            let noted = "insert into public.analytics_events (organization_id, user_id, event_key, payload)
                         values (private.current_org_id(), auth.uid(), $1, '{\"route\": \"/clients\"}')";
            let written = sqlx::query(noted).bind(key.as_str()).execute(&mut *transaction).await;
            assert_eq!(written.unwrap().rows_affected(), 1, "{key} by {email}");
            transaction.rollback().await.unwrap();
        }
    }
}
