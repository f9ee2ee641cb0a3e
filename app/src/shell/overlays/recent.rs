//! Which records did the person open from here last? Kept encrypted, for this person and organization, until sign-out.

use super::listing::remembered;
use leptos::prelude::*;
use live_query::browser::LiveQueries;
use revos_shared::kernel::workspace::SearchHit;
use revos_ui::Var;
use wasm_bindgen_futures::spawn_local;

const NAME: &str = "palette.recent";
const MOST: usize = 8;

/// What was opened, the last first.
#[derive(Clone, Copy)]
pub(super) struct Recent {
    /// The records.
    pub hits: Var<Vec<SearchHit>>,
    queries: StoredValue<LiveQueries>,
}

impl Recent {
    /// Reads what is kept.
    pub(super) fn new() -> Self {
        let queries: LiveQueries = expect_context();
        let recent = Self { hits: Var::new(Vec::new()), queries: StoredValue::new(queries.clone()) };
        spawn_local(async move {
            let kept = queries.recall(NAME).await.unwrap_or_default();
            // One of another form is forgotten with the next record. The palette may be closed by now.
            if let Ok(hits) = lean_json::from_str(&kept)
                && recent.queries.try_get_value().is_some()
            {
                recent.hits.set(hits);
            }
        });
        recent
    }

    /// This record is opened now.
    pub(super) fn remember(self, hit: SearchHit) {
        let hits = remembered(hit, self.hits.get_untracked(), MOST);
        self.queries.with_value(|queries| queries.keep(NAME, serde_json::to_string(&hits).ok()));
    }
}
