//! Where do opportunities and the forecast come from?

use crate::shell::api::{Api, Place, SignedIn};
use crate::shell::store::{Key, Row, Store, all_of, read_text, subscribe};
use leptos::prelude::Get as _;
use live_query::browser::{Extent, Query};
use live_query::{Timing, View};
use revos_shared::Money;
use revos_shared::kernel::endpoint::NoQuery;
use revos_shared::kernel::ids::OpportunityId;
use revos_shared::pipeline::endpoints::{ListOpportunities, OpportunityQuery, ReadForecast, ReadOpportunity};
use revos_shared::pipeline::{OpportunityList, OpportunityRecord, PipelineQuery};
use revos_ui::{Signal, Var, effect};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::Duration;

/// A store of one answer, read.
pub(super) struct Answer<T> {
    /// How it stands.
    pub view: Signal<View<Extent>>,
    /// What it says; none until it is here, and when there is no such thing.
    pub value: Signal<Option<Arc<T>>>,
    store: Store,
}

impl<T> Clone for Answer<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Answer<T> {}

impl<T: DeserializeOwned + PartialEq + Send + Sync + 'static> Answer<T> {
    fn of(api: Api<SignedIn>, query: Query<Row, Key>, place: Place) -> Self {
        let store = subscribe(api, query, place, read_text::<T>);
        let text = Signal::memo(move || all_of(store, Row::text).pop());
        let value = Signal::memo(move || {
            text.with(|text| lean_json::from_str::<T>(text.as_ref()?).ok().map(Arc::new))
        });
        Self { view: Signal::derive(move || store.view.get()), value, store }
    }

    /// Asks again whenever something was changed.
    pub(super) fn following(self, changes: Var<u32>) -> Self {
        effect(move || {
            if changes.get() > 0 {
                self.refresh();
            }
        });
        self
    }

    /// Asks again now.
    pub(super) fn refresh(self) {
        self.store.refresh();
    }
}

fn query(name: &'static str, key: String) -> Query<Row, Key> {
    Query::new(name, key, Row::key)
}

/// The opportunities that match.
pub(super) fn use_opportunities(api: Api<SignedIn>, asked: &PipelineQuery) -> Answer<OpportunityList> {
    let key = format!("opportunities?{}", serde_urlencoded::to_string(asked).unwrap_or_default());
    // Colleagues move cards all day: the board asks more often than a list does.
    let timing = Timing::every(Some(Duration::from_secs(20)));
    Answer::of(
        api,
        query("opportunities", key).timing(timing).persisted(),
        Place::of::<ListOpportunities>(asked),
    )
}

/// The forecast of the quarter, read as a whole ([`revos_shared::pipeline::Forecast`]), or as far as its reader needs it: [`Quarter`].
pub(super) fn use_forecast<T>(api: Api<SignedIn>) -> Answer<T>
where
    T: DeserializeOwned + PartialEq + Send + Sync + 'static,
{
    let place = Place::of::<ReadForecast>(&NoQuery {});
    Answer::of(api, query("forecast", "forecast".to_owned()).persisted(), place)
}

/// What the head of the page needs of the forecast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Quarter {
    /// Sales target of the quarter.
    pub target: Option<Money>,
    /// Won in the quarter.
    pub won: Money,
}

/// One opportunity with everything its panel shows.
pub(super) fn use_record(api: Api<SignedIn>, opportunity_id: OpportunityId) -> Answer<OpportunityRecord> {
    let place = Place::of::<ReadOpportunity>(&OpportunityQuery { opportunity_id });
    Answer::of(api, query("opportunity", format!("opportunities/{opportunity_id}")).persisted(), place)
}
