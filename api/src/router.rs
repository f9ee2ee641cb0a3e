//! Which routes are there? All of them, on one screen.

use crate::automations::{handlers as automations, runs};
use crate::clients::{changes, children, engagement, handlers as clients};
use crate::finance::{books, changes as money, handlers as finance};
use crate::http::config::{BODY_BYTES, TEXTS_BODY_BYTES};
use crate::http::failure::Failure;
use crate::http::state::AppState;
use crate::http::{cross_site, health, layers, page, telemetry, workspace};
use crate::overview::handlers as overview;
use crate::pipeline::{changes as sales, children as talk, handlers as pipeline, imports};
use crate::session::handlers as session;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodFilter, MethodRouter, any, get, on};
use revos_shared::automations::endpoints::*;
use revos_shared::clients::endpoints::*;
use revos_shared::finance::endpoints::*;
use revos_shared::kernel::limits::TELEMETRY_BATCH_BYTES;
use revos_shared::kernel::telemetry::ReportClientRecords;
use revos_shared::kernel::workspace::{
    DeleteView, ListColleagues, ListSavedViews, RecordUiEvent, SaveView, SearchWorkspace,
};
use revos_shared::overview::endpoints::{KeepFigures, ReadKeptFigures, ReadOverview};
use revos_shared::pipeline::endpoints::*;
use revos_shared::session::endpoints::{ReadServerInfo, ReadSession, RefreshSession, SignIn, SignOut};
use revos_shared::{Endpoint, ErrorCode, Method};
use tower_http::catch_panic::CatchPanicLayer;

/// The whole server.
pub fn router(state: AppState) -> Router {
    let api = Router::new()
        // session
        .mount::<ReadServerInfo, _, _>(session::read_server_info)
        .mount::<SignIn, _, _>(session::sign_in)
        .mount::<ReadSession, _, _>(session::read_session)
        .mount::<RefreshSession, _, _>(session::refresh_session)
        .mount::<SignOut, _, _>(session::sign_out)
        // clients
        .mount::<ListClients, _, _>(clients::list_clients)
        .mount::<ReadClientsSummary, _, _>(clients::read_clients_summary)
        .mount::<ReadClient, _, _>(clients::read_client)
        .mount::<ReadClientTimeline, _, _>(clients::read_client_timeline)
        .mount::<CreateClient, _, _>(changes::create_client)
        .mount_with::<UpdateClient, _, _>(changes::update_client, TEXTS_BODY_BYTES)
        .mount::<DeleteClient, _, _>(changes::delete_client)
        .mount_with::<UpdateClients, _, _>(changes::update_clients, TEXTS_BODY_BYTES)
        .mount::<SetClientHealth, _, _>(changes::set_client_health)
        .mount::<EnsureClientOnboarding, _, _>(changes::ensure_client_onboarding)
        .mount::<CreateContact, _, _>(children::create_contact)
        .mount::<UpdateContact, _, _>(children::update_contact)
        .mount::<DeleteContact, _, _>(children::delete_contact)
        .mount::<SaveCommercials, _, _>(children::save_commercials)
        .mount::<SaveClientTerms, _, _>(children::save_client_terms)
        .mount::<CreateDeliverable, _, _>(children::create_deliverable)
        .mount::<UpdateDeliverable, _, _>(children::update_deliverable)
        .mount::<DeleteDeliverable, _, _>(children::delete_deliverable)
        .mount_with::<SaveDiscovery, _, _>(engagement::save_discovery, TEXTS_BODY_BYTES)
        .mount_with::<SyncDiscoveryQuestions, _, _>(engagement::sync_discovery_questions, TEXTS_BODY_BYTES)
        .mount_with::<SyncDataSources, _, _>(engagement::sync_data_sources, TEXTS_BODY_BYTES)
        .mount_with::<SyncKanban, _, _>(engagement::sync_kanban, TEXTS_BODY_BYTES)
        .mount::<MoveKanbanItem, _, _>(engagement::move_kanban_item)
        // pipeline
        .mount::<ListOpportunities, _, _>(pipeline::list_opportunities)
        .mount::<ReadForecast, _, _>(pipeline::read_forecast)
        .mount::<FindSimilarClients, _, _>(pipeline::find_similar_clients)
        .mount::<ReadOpportunity, _, _>(pipeline::read_opportunity)
        .mount::<CreateProspect, _, _>(sales::create_prospect)
        .mount_with::<CheckProspects, _, _>(imports::check_prospects, TEXTS_BODY_BYTES)
        .mount_with::<ImportProspects, _, _>(imports::import_prospects, TEXTS_BODY_BYTES)
        .mount::<UndoImport, _, _>(imports::undo_import)
        .mount_with::<UpdateOpportunity, _, _>(sales::update_opportunity, TEXTS_BODY_BYTES)
        .mount::<DeleteOpportunity, _, _>(sales::delete_opportunity)
        .mount_with::<MoveOpportunity, _, _>(sales::move_opportunity, TEXTS_BODY_BYTES)
        .mount_with::<UpdateOpportunities, _, _>(sales::update_opportunities, TEXTS_BODY_BYTES)
        .mount::<SetTarget, _, _>(sales::set_target)
        .mount_with::<CreateNote, _, _>(talk::create_note, TEXTS_BODY_BYTES)
        .mount_with::<UpdateNote, _, _>(talk::update_note, TEXTS_BODY_BYTES)
        .mount::<DeleteNote, _, _>(talk::delete_note)
        .mount_with::<CreateActivity, _, _>(talk::create_activity, TEXTS_BODY_BYTES)
        .mount_with::<UpdateActivity, _, _>(talk::update_activity, TEXTS_BODY_BYTES)
        .mount::<DeleteActivity, _, _>(talk::delete_activity)
        // overview
        .mount::<ReadOverview, _, _>(overview::read_overview)
        .mount::<ReadKeptFigures, _, _>(overview::read_kept_figures)
        .mount::<KeepFigures, _, _>(overview::keep_figures)
        // automations
        .mount::<ListPlaybooks, _, _>(automations::list_playbooks)
        .mount_with::<CreatePlaybook, _, _>(automations::create_playbook, TEXTS_BODY_BYTES)
        .mount_with::<UpdatePlaybook, _, _>(automations::update_playbook, TEXTS_BODY_BYTES)
        .mount::<SetPlaybookStatus, _, _>(automations::set_playbook_status)
        .mount::<StartAutomationRun, _, _>(runs::start_automation_run)
        .mount::<ListAutomationRuns, _, _>(runs::list_automation_runs)
        .mount::<RetryAutomationRun, _, _>(runs::retry_automation_run)
        // finance
        .mount::<ReadFigures, _, _>(finance::read_figures)
        .mount::<ListInvoices, _, _>(finance::list_invoices)
        .mount::<ReadInvoice, _, _>(finance::read_invoice)
        .mount_with::<CreateInvoice, _, _>(money::create_invoice, TEXTS_BODY_BYTES)
        .mount_with::<UpdateInvoice, _, _>(money::update_invoice, TEXTS_BODY_BYTES)
        .mount::<SendInvoice, _, _>(money::send_invoice)
        .mount::<CancelInvoice, _, _>(money::cancel_invoice)
        .mount::<RecordPayment, _, _>(money::record_payment)
        .mount::<ReversePayment, _, _>(money::reverse_payment)
        .mount::<ListSubscriptions, _, _>(books::list_subscriptions)
        .mount_with::<CreateSubscription, _, _>(books::create_subscription, TEXTS_BODY_BYTES)
        .mount::<ChangeSubscription, _, _>(books::change_subscription)
        .mount::<SetSubscriptionStatus, _, _>(books::set_subscription_status)
        .mount::<ListExpenses, _, _>(books::list_expenses)
        .mount_with::<CreateExpense, _, _>(books::create_expense, TEXTS_BODY_BYTES)
        .mount_with::<UpdateExpense, _, _>(books::update_expense, TEXTS_BODY_BYTES)
        .mount::<DeleteExpense, _, _>(books::delete_expense)
        .mount::<ApproveExpense, _, _>(books::approve_expense)
        .mount::<MarkExpensePaid, _, _>(books::mark_expense_paid)
        .mount::<ListCashEntries, _, _>(books::list_cash_entries)
        .mount_with::<CreateCashEntry, _, _>(books::create_cash_entry, TEXTS_BODY_BYTES)
        .mount_with::<UpdateCashEntry, _, _>(books::update_cash_entry, TEXTS_BODY_BYTES)
        .mount::<DeleteCashEntry, _, _>(books::delete_cash_entry)
        // every page
        .mount::<SearchWorkspace, _, _>(workspace::search_workspace)
        .mount::<ListColleagues, _, _>(workspace::list_colleagues)
        .mount::<ListSavedViews, _, _>(workspace::list_saved_views)
        .mount::<SaveView, _, _>(workspace::save_view)
        .mount::<DeleteView, _, _>(workspace::delete_view)
        .mount::<RecordUiEvent, _, _>(workspace::record_ui_event)
        // the page about itself
        .mount_with::<ReportClientRecords, _, _>(telemetry::report_client_records, TELEMETRY_BATCH_BYTES)
        .route("/api", any(no_route))
        .route("/api/", any(no_route))
        .route("/api/{*rest}", any(no_route));

    api.route("/health", get(health::health).fallback(wrong_method))
        .route("/ready", get(health::ready).fallback(wrong_method))
        .fallback(page::serve)
        .layer(from_fn_with_state(state.clone(), cross_site::refuse_foreign_writes))
        .layer(from_fn(layers::set_cookies))
        .layer(CatchPanicLayer::custom(layers::panicked))
        .layer(from_fn(layers::tell_failures))
        .layer(from_fn(layers::secure))
        .with_state(state)
}

/// Mounts operations by their description.
trait Mount: Sized {
    /// Mounts `handler` where `E` says; its body is limited to the usual size.
    fn mount<E: Endpoint, H: Handler<T, AppState>, T: 'static>(self, handler: H) -> Self {
        self.mount_with::<E, H, T>(handler, BODY_BYTES)
    }

    /// Mounts `handler` where `E` says, with its own limit of body bytes.
    fn mount_with<E: Endpoint, H: Handler<T, AppState>, T: 'static>(self, handler: H, body: usize) -> Self;
}

impl Mount for Router<AppState> {
    fn mount_with<E: Endpoint, H: Handler<T, AppState>, T: 'static>(self, handler: H, body: usize) -> Self {
        let filter = match E::METHOD {
            Method::Get => MethodFilter::GET,
            Method::Post => MethodFilter::POST,
            Method::Put => MethodFilter::PUT,
            Method::Patch => MethodFilter::PATCH,
            Method::Delete => MethodFilter::DELETE,
        };
        let methods: MethodRouter<AppState> = on(filter, handler).layer(DefaultBodyLimit::max(body));
        self.route(E::PATH, methods).method_not_allowed_fallback(wrong_method)
    }
}

async fn no_route() -> Failure {
    Failure::new(ErrorCode::NoRoute)
}

async fn wrong_method() -> Failure {
    Failure::new(ErrorCode::MethodNotAllowed)
}
