//! Where do opportunities and the forecast come from?

use crate::shell::api::{Api, Place, SignedIn};
use crate::shell::store::{Key, Row, Store, all_of, read_text, subscribe};
use leptos::prelude::Get as _;
use live_query::browser::{Extent, Query};
use live_query::{Timing, View};
use revos_shared::kernel::endpoint::NoQuery;
use revos_shared::kernel::ids::OpportunityId;
use revos_shared::pipeline::endpoints::{ListOpportunities, OpportunityQuery, ReadForecast, ReadOpportunity};
use revos_shared::pipeline::{Forecast, OpportunityList, OpportunityRecord, PipelineQuery};
use revos_ui::Signal;
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

/// The forecast of the quarter.
pub(super) fn use_forecast(api: Api<SignedIn>) -> Answer<Forecast> {
    let place = Place::of::<ReadForecast>(&NoQuery {});
    Answer::of(api, query("forecast", "forecast".to_owned()).persisted(), place)
}

/// One opportunity with everything its panel shows.
pub(super) fn use_record(api: Api<SignedIn>, opportunity_id: OpportunityId) -> Answer<OpportunityRecord> {
    let place = Place::of::<ReadOpportunity>(&OpportunityQuery { opportunity_id });
    Answer::of(api, query("opportunity", format!("opportunities/{opportunity_id}")).persisted(), place)
}
