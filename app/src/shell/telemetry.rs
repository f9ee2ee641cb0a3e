//! What does the page tell the server about its own troubles? Never disturbing, never about itself.

use super::session::Session;
use leptos::ev;
use leptos::prelude::{document, window_event_listener};
use live_query::browser::{Telemetry, now, wall_now};
use live_query::{Batch, Level, Limits, Moment, Record, Report};
use revos_shared::kernel::limits::TELEMETRY_TEXT_CHARS;
use std::cell::{Cell, RefCell};

/// Records that happen before the reporter is here; later ones are not taken.
const EARLY_MAX: usize = 50;

/// Something to tell. What a query has to tell becomes a record where the reporter is, so that the words travel with it.
enum Told {
    Record(Box<Record>),
    OfQuery(&'static str, Report),
}

/// Takes in what there is to tell, and where. The reporter behind it travels after the page.
type Reporter = Box<dyn Fn(Told, String)>;

thread_local! {
    static REPORTER: RefCell<Option<Reporter>> = const { RefCell::new(None) };
    static EARLY: RefCell<Vec<(Told, String)>> = const { RefCell::new(Vec::new()) };
    static SESSION: Cell<Option<Session>> = const { Cell::new(None) };
    static TAB: String = tab_id();
}

/// Starts to take records in, unhandled errors of the page included.
pub(crate) fn start() {
    // Both listeners live as long as the page.
    let _ = window_event_listener(ev::error, |event: ev::ErrorEvent| {
        report_client_error("page_error", Level::Error, &event.message());
    });
    let _ = window_event_listener(ev::unhandledrejection, |event: ev::PromiseRejectionEvent| {
        let text = js_sys::JsString::from(
            js_sys::Reflect::get(&event.reason(), &"message".into()).unwrap_or_default(),
        );
        report_client_error("page_rejection", Level::Error, &String::from(text));
    });
}

/// Starts to report what was taken in and what follows. Nothing else may name the reporter, or it would travel with
/// the page.
pub(crate) fn begin() {
    if REPORTER.with_borrow(Option::is_some) {
        return;
    }
    let limits = Limits { message: TELEMETRY_TEXT_CHARS, ..Limits::default() };
    let telemetry = Telemetry::new(limits, send);
    let take = move |told, route| {
        let record = match told {
            Told::Record(record) => *record,
            Told::OfQuery(name, report) => Record::of_query(name, report),
        };
        telemetry.record(Record { route, ..record });
    };
    EARLY.take().into_iter().for_each(|(told, route)| take(told, route));
    REPORTER.set(Some(Box::new(take)));
}

/// Whose session the reports travel with.
pub(crate) fn speak_for(session: Session) {
    SESSION.set(Some(session));
}

/// Something failed.
pub(crate) fn report_client_error(event: &str, level: Level, error: &str) {
    tell(Told::Record(Box::new(Record::new(event, level, error))));
}

/// Something happened.
pub(crate) fn track_client_event(event: &str) {
    report_client_error(event, Level::Info, "");
}

/// A query of this name has something to tell.
pub(crate) fn report_query(name: &'static str, report: Report) {
    tell(Told::OfQuery(name, report));
}

/// Where it happened is added here.
fn tell(told: Told) {
    let route = web_sys::window().and_then(|window| window.location().pathname().ok()).unwrap_or_default();
    REPORTER.with(|cell| match cell.try_borrow().as_deref() {
        Ok(Some(report)) => report(told, route),
        Ok(None) => EARLY.with_borrow_mut(|early| {
            if early.len() < EARLY_MAX {
                early.push((told, route));
            }
        }),
        // A record of the reporter itself.
        Err(_) => {}
    });
}

/// Sends a batch. A beacon cannot carry the header that proves the request is ours, so a leaving page
/// sends with `keepalive` instead.
async fn send(batch: Batch) -> bool {
    let Some(session) = SESSION.get() else { return false };
    let Some(api) = session.api_for_reports() else { return false };
    let release = session.release();
    let tab = TAB.with(String::clone);
    let records = batch.records.iter().filter_map(|record| {
        let at = date_of(record.at);
        let record = serde_json::to_string(record).ok()?;
        let fields = record.strip_suffix('}')?;
        Some(format!(
            "{fields},\"at\":{},\"release\":{},\"tab_id\":{}}}",
            text(&at),
            text(&release),
            text(&tab)
        ))
    });
    let records = records.collect::<Vec<_>>().join(",");
    let body = format!("{{\"records\":[{records}],\"dropped\":{}}}", batch.dropped);
    api.report_client_records(body, batch.beacon || document().hidden()).await.is_ok()
}

/// A text as JSON writes it.
fn text(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// A moment of the monotonic clock as a date.
#[allow(clippy::cast_precision_loss, reason = "milliseconds since 1970 are exact in a double")]
fn date_of(at: Moment) -> String {
    let ago = now().as_millis().saturating_sub(at.as_millis());
    let millis = wall_now().as_unix_millis().saturating_sub_unsigned(ago);
    String::from(js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(millis as f64)).to_iso_string())
}

/// A random word for this tab.
fn tab_id() -> String {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "any bits will do")]
    let part = || format!("{:08x}", (js_sys::Math::random() * f64::from(u32::MAX)) as u32);
    part() + &part()
}
