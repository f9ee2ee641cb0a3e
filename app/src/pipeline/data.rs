//! Where do opportunities and the forecast come from?

pub(super) use crate::shell::answer::Answer;
use crate::shell::answer::query;
use crate::shell::api::{Api, Place, SignedIn};
use live_query::Timing;
use revos_shared::Money;
use revos_shared::kernel::endpoint::NoQuery;
use revos_shared::kernel::ids::OpportunityId;
use revos_shared::pipeline::endpoints::{ListOpportunities, OpportunityQuery, ReadForecast, ReadOpportunity};
use revos_shared::pipeline::{OpportunityList, OpportunityRecord, PipelineQuery};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::time::Duration;

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
    T: DeserializeOwned + Send + Sync + 'static,
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
