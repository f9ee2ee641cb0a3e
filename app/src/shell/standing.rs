//! How does a query stand: what is shown, how fresh is it, and in which words?

#![cfg_attr(not(feature = "csr"), allow(dead_code, reason = "the server draws only the page's outline"))]

use super::{failure, format};
use live_query::{Failure, Health, Reason, SampleCause, ServerTime, Source, View};
use revos_ui::{Freshness, FreshnessState};
use std::time::Duration;

/// What a list or a panel shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// A skeleton: there is nothing yet.
    Loading,
    /// The rows, which may be none.
    Rows,
    /// Nothing could be had.
    Failed {
        /// What happened.
        title: String,
        /// What still works and what to do.
        text: String,
    },
    /// The person has no right to it.
    Denied,
}

/// What is shown for this view.
pub(crate) fn shown<T>(view: &View<T>) -> Shown {
    match &view.health {
        Health::Denied(_) => Shown::Denied,
        _ if view.data.is_some() => Shown::Rows,
        Health::Failed { failure, .. } if !view.refreshing => {
            Shown::Failed { title: failure::sentence(failure).to_owned(), text: failure::advice(failure) }
        }
        _ => Shown::Loading,
    }
}

/// How a time of the server is written: (short, exact).
pub(crate) type Written<'a> = &'a dyn Fn(ServerTime) -> (String, String);

/// What the mark says now, with rows of this age and this long until the next try.
pub(crate) fn freshness<T>(
    view: &View<T>,
    age: Duration,
    wait: Option<Duration>,
    written: Written<'_>,
) -> Freshness {
    // What is on its way to the server is shown as what comes from there.
    let refreshing = view.refreshing || view.pending_writes > 0;
    if let Source::Sample(cause) = view.source {
        return Freshness {
            state: FreshnessState::Sample,
            text: "Sample data".to_owned(),
            exact: "Invented rows, not from your organization".to_owned(),
            announcement: "Sample data is shown: invented rows, not from your organization".to_owned(),
            action: (cause == SampleCause::ByHand).then_some("Back to live"),
            refreshing,
            ..Freshness::default()
        };
    }
    let Some(as_of) = view.as_of.filter(|_| view.data.is_some()) else { return without_rows(view, wait) };
    let (short, exact) = written(as_of.server);
    let age = format::ago(age);
    match &view.health {
        Health::Degraded { failure, .. } => {
            let reason = sentence_inside(failure);
            let next = next_try(view, failure, wait);
            Freshness {
                state: FreshnessState::LastGood,
                text: format!("As of {short} ({age}), {reason}, {next}"),
                exact: format!("Rows as of {exact}"),
                announcement: format!("Showing rows as of {short}: {reason}"),
                action: Some("Retry now"),
                refreshing,
                ..Freshness::default()
            }
        }
        _ => Freshness {
            state: FreshnessState::Live,
            text: format!("Updated {age}"),
            brief: age,
            exact: format!("As of {exact}"),
            announcement: "Up to date".to_owned(),
            action: None,
            refreshing,
        },
    }
}

fn without_rows<T>(view: &View<T>, wait: Option<Duration>) -> Freshness {
    match &view.health {
        Health::Denied(_) => Freshness {
            state: FreshnessState::Failed,
            text: "No access".to_owned(),
            announcement: "You have no right to this".to_owned(),
            ..Freshness::default()
        },
        Health::Failed { failure, .. } => {
            let reason = failure::sentence(failure);
            Freshness {
                state: FreshnessState::Failed,
                text: format!("{reason}, {}", next_try(view, failure, wait)),
                brief: format!("Not loaded, {}", next_try(view, failure, wait)),
                announcement: format!("Not loaded: {}", sentence_inside(failure)),
                refreshing: view.refreshing,
                ..Freshness::default()
            }
        }
        _ => Freshness { text: "Loading".to_owned(), refreshing: view.refreshing, ..Freshness::default() },
    }
}

/// The failure's sentence after a comma.
fn sentence_inside(failure: &Failure) -> String {
    let sentence = failure::sentence(failure);
    match sentence.strip_prefix("RevOS") {
        Some(_) => sentence.to_owned(),
        None => {
            let (first, rest) = sentence.split_at(1);
            first.to_ascii_lowercase() + rest
        }
    }
}

fn next_try<T>(view: &View<T>, failure: &Failure, wait: Option<Duration>) -> String {
    match wait {
        _ if view.refreshing => "trying again".to_owned(),
        Some(wait) if wait.as_secs() < 1 => "next try now".to_owned(),
        Some(wait) => format!("next try in {}", format::span(wait)),
        None if failure.reason == Reason::Offline => "next try when you are online".to_owned(),
        None => "no try planned".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use live_query::{AsOf, Moment};

    const AGE: Duration = Duration::from_secs(360);
    const WAIT: Option<Duration> = Some(Duration::from_secs(5));

    fn view(data: Option<()>, source: Source, health: Health) -> View<()> {
        let as_of = AsOf {
            server: ServerTime::from_unix_millis(0),
            received: Moment::ZERO,
            age_then: Duration::ZERO,
        };
        View { data, source, as_of: data.map(|()| as_of), refreshing: false, health, pending_writes: 0 }
    }

    fn text(view: &View<()>) -> String {
        freshness(view, AGE, WAIT, &|_| ("14:02".to_owned(), "20 May 2026, 14:02:00".to_owned())).text
    }

    #[test]
    fn live_rows_are_quiet() {
        let live = view(Some(()), Source::Live, Health::Ok);
        assert_eq!(text(&live), "Updated 6 min ago");
        assert_eq!(shown(&live), Shown::Rows);
    }

    #[test]
    fn a_change_on_its_way_moves_the_line() {
        let mut live = view(Some(()), Source::Live, Health::Ok);
        let moves =
            |view: &View<()>| freshness(view, AGE, WAIT, &|_| (String::new(), String::new())).refreshing;
        assert!(!moves(&live));
        live.pending_writes = 2;
        assert!(moves(&live));
    }

    #[test]
    fn last_good_rows_say_since_when_why_and_what_next() {
        let health = Health::Degraded {
            failure: Failure::from_http(503, None),
            since: Moment::ZERO,
            next_try: Some(Moment::ZERO),
        };
        let degraded = view(Some(()), Source::LastGood(live_query::Kept::Memory), health);
        assert_eq!(text(&degraded), "As of 14:02 (6 min ago), the database is unreachable, next try in 5 s");
        assert_eq!(shown(&degraded), Shown::Rows);
        let trying = View { refreshing: true, ..degraded };
        assert!(text(&trying).ends_with("trying again"));
    }

    #[test]
    fn nothing_to_show_is_never_an_empty_list() {
        let failed = Health::Failed { failure: Failure::new(Reason::Decode), next_try: None };
        assert!(matches!(shown(&view(None, Source::None, failed)), Shown::Failed { .. }));
        let denied = Health::Denied(Failure::new(Reason::Forbidden));
        assert_eq!(shown(&view(None, Source::None, denied)), Shown::Denied);
        assert_eq!(shown(&View::<()>::empty()), Shown::Loading);
    }

    #[test]
    fn sample_rows_are_always_labelled() {
        for (cause, action) in [(SampleCause::Demo, None), (SampleCause::ByHand, Some("Back to live"))] {
            let mark = freshness(&view(Some(()), Source::Sample(cause), Health::Ok), AGE, None, &|_| {
                Default::default()
            });
            assert_eq!(
                (mark.state, mark.text.as_str(), mark.action),
                (FreshnessState::Sample, "Sample data", action)
            );
        }
    }

    #[test]
    fn announcements_do_not_tick() {
        let live = view(Some(()), Source::Live, Health::Ok);
        let at = |age| {
            let age = Duration::from_secs(age);
            freshness(&live, age, None, &|_| ("14:02".to_owned(), String::new())).announcement
        };
        assert_eq!(at(5), at(900));
    }
}
