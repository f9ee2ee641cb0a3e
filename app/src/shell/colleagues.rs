//! Who are the organization's staff, for choosing somebody and for saying who it was?

use super::session::Session;
use leptos::prelude::*;
use revos_shared::kernel::endpoint::NoQuery;
use revos_shared::kernel::workspace::{Colleague, ListColleagues};
use revos_ui::{SelectOption, Signal, Var};
use wasm_bindgen_futures::spawn_local;

/// The staff. Until they are known, and when they cannot be: oneself.
pub(crate) fn colleagues() -> Var<Vec<Colleague>> {
    let session = expect_context::<Session>();
    let me = session.member().map(|member| {
        let person = &member.person;
        Colleague { id: person.id, name: person.name.clone(), role: person.persona }
    });
    let known = Var::new(me.into_iter().collect());
    ask_colleagues(session, known);
    known
}

/// Asks who they are; until they are known, what is there stays.
pub(crate) fn ask_colleagues(session: Session, known: Var<Vec<Colleague>>) {
    if let Some(api) = session.api() {
        spawn_local(async move {
            if let Ok(staff) = api.read_rows::<ListColleagues, _>(&NoQuery {}, None).await {
                known.set(staff.data);
            }
        });
    }
}

/// The staff to choose from, and nobody.
pub(crate) fn colleague_options() -> Signal<Vec<SelectOption>> {
    let colleagues = colleagues();
    Signal::derive(move || {
        let nobody = SelectOption::new("", "Nobody (unassigned)");
        colleagues.with(|colleagues| {
            let each = colleagues.iter().map(|one| SelectOption::new(one.id.to_string(), one.name.clone()));
            [nobody].into_iter().chain(each).collect()
        })
    })
}
