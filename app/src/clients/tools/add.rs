//! How does a client come into the list?

use super::super::tool::Workbench;
use crate::shell::Refused;
use crate::shell::colleagues::colleague_options;
use crate::shell::form::{field_problems, new_id};
use crate::shell::session::Session;
use crate::shell::terms;
use leptos::prelude::*;
use revos_shared::clients::changes::NewClient;
use revos_shared::clients::endpoints::CreateClient;
use revos_shared::clients::{ClientsQuery, Segment};
use revos_shared::kernel::check::Check as _;
use revos_shared::kernel::endpoint::NoQuery;
use revos_shared::kernel::limits::SEARCH_MAX_CHARS;
use revos_shared::session::Capability;
use revos_shared::{ClientId, UserId};
use revos_ui::{
    Button, ButtonKind, ErrorSummary, Problem, SelectField, SelectOption, Signal, TextField, Var, live,
};
use wasm_bindgen_futures::spawn_local;

/// Fields of the form, by the names the server uses.
const FIELDS: [(&str, &str); 5] = [
    ("name", "client-name"),
    ("industry", "client-industry"),
    ("region", "client-region"),
    ("segment", "client-segment"),
    ("owner_id", "client-owner"),
];

/// Name, segment, industry, region and owner of a new client.
pub(super) fn add_form(bench: Workbench) -> AnyView {
    let session = expect_context::<Session>();
    let Some((api, member)) = session.api().zip(session.member()) else { return ().into_any() };
    // A Member leads what they add; giving it to somebody is for Directors.
    let may_assign = member.can(Capability::CLIENTS_WRITE_ALL);
    let me = member.person.id;
    let (name, industry, region) =
        (Var::new(String::new()), Var::new(String::new()), Var::new(String::new()));
    let (segment, owner) = (Var::new(String::new()), Var::new(me.to_string()));
    let problems = Var::new(Vec::<Problem>::new());
    let title = Var::new(None::<String>);
    let busy = Var::new(false);
    let added = Var::new(None::<String>);
    // One id for all tries of this form: a repeated request adds no second client.
    let id = ClientId(new_id());
    let colleagues = colleague_options();

    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let given =
            |text: Var<String>| Some(text.get_untracked().trim().to_owned()).filter(|text| !text.is_empty());
        let client = NewClient {
            id: Some(id),
            name: name.get_untracked().trim().to_owned(),
            status: None,
            segment: segment.get_untracked().parse().ok(),
            industry: given(industry),
            region: given(region),
            owner_id: owner.get_untracked().parse::<UserId>().ok(),
        };
        if let Err(found) = client.check() {
            problems.set(field_problems(&found, &FIELDS));
            title.set(Some("The client was not added".to_owned()));
            return;
        }
        busy.set(true);
        problems.set(Vec::new());
        spawn_local(async move {
            let outcome = api.change::<CreateClient>(&NoQuery {}, &client).await;
            busy.set(false);
            match outcome {
                Ok(_) => {
                    bench.refresh.run(());
                    added.set(Some(client.name));
                }
                Err(refused) => refuse(&refused, problems, title),
            }
        });
    };
    let segments: Vec<_> = [SelectOption::new("", "Not known")]
        .into_iter()
        .chain(
            Segment::ALL.iter().map(|segment| SelectOption::new(segment.as_str(), terms::segment(*segment))),
        )
        .collect();
    let segments = Signal::stored(segments);
    let save = StoredValue::new_local(save);
    let form = move || {
        view! {
        <form class="form" novalidate on:submit=move |event| save.with_value(|save| save(event))>
            <ErrorSummary title problems />
            <TextField id="client-name" label="Name" value=name problems />
            <SelectField id="client-segment" label="Segment" options=segments value=segment problems />
            <TextField id="client-industry" label="Industry" value=industry problems />
            <TextField id="client-region" label="Region" value=region problems />
            {may_assign.then(|| {
                view! { <SelectField id="client-owner" label="Owner" options=colleagues value=owner problems /> }.into_any()
            })}
            <div class="dialog-foot">
                <Button label="Cancel" on_press=move |()| bench.toolbox.close() />
                <Button label="Add client" kind=ButtonKind::Primary submit=true busy />
            </div>
        </form>
    }
    .into_any()
    };
    live(move || match added.get() {
        None => form(),
        Some(name) => told(name, bench),
    })
    .into_any()
}

/// What became of it. A list of customers does not show a prospect, so there is a way to it.
fn told(name: String, bench: Workbench) -> AnyView {
    let text = format!("“{name}” was added as a prospect.");
    let show = move |()| {
        bench.toolbox.close();
        bench.address.choose(|state| {
            let ClientsQuery { sort, limit, .. } = state.query;
            let q = Some(name.chars().take(SEARCH_MAX_CHARS).collect());
            state.query = ClientsQuery { q, sort, limit, ..ClientsQuery::default() };
        });
    };
    view! {
        <p role="status" class="told">{text}</p>
        <div class="dialog-foot">
            <Button label="Show in the list" on_press=show />
            <Button label="Close" kind=ButtonKind::Primary on_press=move |()| bench.toolbox.close() />
        </div>
    }
    .into_any()
}

fn refuse(refused: &Refused, problems: Var<Vec<Problem>>, title: Var<Option<String>>) {
    let found = field_problems(&refused.problems(), &FIELDS);
    title.set(Some(refused.sentence()));
    problems.set(found);
}
