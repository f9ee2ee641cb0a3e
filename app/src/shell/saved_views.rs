//! Which lists does a person keep under a name?

use super::address::Address;
use super::api::{Api, SignedIn};
use super::form::{field_problems, new_id};
use super::session::Session;
use super::style::adopt;
use leptos::prelude::*;
use revos_shared::UserId;
use revos_shared::kernel::check::Check as _;
use revos_shared::kernel::endpoint::NoQuery;
use revos_shared::kernel::ids::SavedViewId;
use revos_shared::kernel::workspace::{
    DeleteView, ListSavedViews, SaveView, SavedView, ViewFields, ViewRemoval, ViewWorkspace, ViewsQuery,
};
use revos_shared::session::Capability;
use revos_ui::{
    Button, ButtonKind, CheckBox, ErrorSummary, FailedState, Problem, SkeletonLines, TextField, Tone, Var,
    badge, live,
};
use wasm_bindgen_futures::spawn_local;

const FIELDS: [(&str, &str); 2] = [("name", "view-name"), ("query", "view-name")];

/// What the form works on.
#[derive(Clone, Copy)]
struct Views {
    api: Api<SignedIn>,
    me: UserId,
    is_admin: bool,
    list: Var<Vec<SavedView>>,
    /// The view that was removed last, to bring it back.
    removed: Var<Option<SavedView>>,
    problems: Var<Vec<Problem>>,
    title: Var<Option<String>>,
    busy: Var<bool>,
    workspace: ViewWorkspace,
    close: Callback<()>,
    address: Address,
}

/// The views that were asked for.
#[derive(Clone)]
enum Asked {
    Waiting,
    There(Vec<SavedView>),
    Failed,
}

/// The views of a workspace that one may open, and what is needed to keep its list as it is now.
pub(crate) fn view_form(workspace: ViewWorkspace, close: Callback<()>) -> AnyView {
    adopt(include_str!("list_forms.css"));
    let session = expect_context::<Session>();
    let Some((api, member)) = session.api().zip(session.member()) else { return ().into_any() };
    let asked = Var::new(Asked::Waiting);
    let load = move || {
        asked.set(Asked::Waiting);
        spawn_local(async move {
            let answer = api.read_rows::<ListSavedViews, _>(&ViewsQuery { workspace }, None).await;
            asked.set(answer.map_or(Asked::Failed, |views| Asked::There(views.data)));
        });
    };
    load();
    let views = Views {
        api,
        me: member.person.id,
        is_admin: member.can(Capability::MEMBERS_MANAGE),
        list: Var::new(Vec::new()),
        removed: Var::new(None),
        problems: Var::new(Vec::new()),
        title: Var::new(None),
        busy: Var::new(false),
        workspace,
        close,
        address: expect_context(),
    };
    live(move || {
        asked.with(|asked_now| match asked_now {
            Asked::Waiting => view! { <SkeletonLines count=4 class="skeleton-rows" /> }.into_any(),
            Asked::Failed => view! {
                <FailedState
                    title="The saved views could not be read"
                    text="The list itself works. Try again in a moment."
                    on_retry=move |()| load()
                />
            }
            .into_any(),
            Asked::There(list) => {
                views.list.set(list.clone());
                views.body()
            }
        })
    })
    .into_any()
}

impl Views {
    fn body(self) -> AnyView {
        let name = Var::new(String::new());
        let shared = Var::new(false);
        let save = move |event: leptos::ev::SubmitEvent| {
            event.prevent_default();
            let view = ViewFields {
                id: SavedViewId(new_id()),
                version: None,
                workspace: self.workspace,
                name: name.get_untracked().trim().to_owned(),
                query: self.address.search_now(),
                is_shared: shared.get_untracked(),
            };
            self.save(view, move || name.set(String::new()));
        };
        view! {
            <ul class="plain-list view-list" aria-label="Saved views">
                {live(move || self.list.get().into_iter().map(|view| self.line(view)).collect_view())}
            </ul>
            {live(move || {
                self.list
                    .with(Vec::is_empty)
                    .then(|| view! { <p class="quiet">"No list is kept under a name yet."</p> }.into_any())
            })}
            {live(move || {
                self.removed.get().map(|view| {
                    let bring_back = view.clone();
                    view! {
                        <p role="status">
                            {format!("“{}” was removed. ", view.name)}
                            <Button label="Undo" on_press=move |()| self.bring_back(bring_back.clone()) />
                        </p>
                    }
                    .into_any()
                })
            })}
            <form class="form" novalidate on:submit=save>
                <ErrorSummary title=self.title problems=self.problems />
                <TextField
                    id="view-name"
                    label="Keep the list as it is now under this name"
                    hint="Filters, order and columns are kept, not the rows."
                    value=name
                    problems=self.problems
                />
                <CheckBox
                    label="Share with your organization"
                    checked=shared
                    on_toggle=move |()| shared.update(|shared| *shared = !*shared)
                />
                <div class="dialog-foot">
                    <Button label="Close" on_press=self.close />
                    <Button label="Save view" kind=ButtonKind::Primary submit=true busy=self.busy />
                </div>
            </form>
        }
        .into_any()
    }

    fn line(self, view: SavedView) -> AnyView {
        let own = view.user_id == self.me;
        let (open, share, remove) = (view.clone(), view.clone(), view.clone());
        let word = if view.is_shared { "Shared" } else { "Private" };
        view! {
            <li class="view-line">
                <button
                    type="button"
                    class="link"
                    on:click=move |_| {
                        self.close.run(());
                        self.address.choose_search(&open.query);
                    }
                >
                    {view.name.clone()}
                </button>
                {badge(word, Tone::Neutral)}
                {own.then(|| {
                    let label = if view.is_shared { "Make private" } else { "Share" };
                    view! { <Button label on_press=move |()| self.share(share.clone()) /> }.into_any()
                })}
                {(own || (view.is_shared && self.is_admin)).then(|| {
                    view! { <Button label="Remove" on_press=move |()| self.remove(remove.clone()) /> }.into_any()
                })}
            </li>
        }
        .into_any()
    }

    fn share(self, view: SavedView) {
        let is_shared = !view.is_shared;
        self.save(ViewFields { is_shared, ..fields(&view, Some(view.version)) }, || {});
    }

    /// A removed view comes back as what it was, under the same id.
    fn bring_back(self, view: SavedView) {
        self.save(fields(&view, None), move || self.removed.set(None));
    }

    fn save(self, view: ViewFields, done: impl FnOnce() + 'static) {
        if self.busy.get_untracked() {
            return;
        }
        self.problems.set(Vec::new());
        self.title.set(None);
        if let Err(found) = view.check() {
            self.problems.set(field_problems(&found, &FIELDS));
            self.title.set(Some("The view was not saved".to_owned()));
            return;
        }
        self.busy.set(true);
        spawn_local(async move {
            let outcome = self.api.change::<SaveView>(&NoQuery {}, &view).await;
            self.busy.set(false);
            match outcome {
                Ok(saved) => {
                    self.list.update(|list| {
                        list.retain(|view| view.id != saved.id);
                        list.push(saved);
                        list.sort_by_key(|view| (view.user_id != self.me, view.name.to_lowercase()));
                    });
                    done();
                }
                Err(refused) => {
                    self.problems.set(field_problems(&refused.problems(), &FIELDS));
                    self.title.set(Some(refused.sentence()));
                }
            }
        });
    }

    fn remove(self, view: SavedView) {
        spawn_local(async move {
            let which = ViewRemoval { view_id: view.id, version: view.version };
            match self.api.remove::<DeleteView>(&which).await {
                Ok(()) => {
                    self.list.update(|list| list.retain(|other| other.id != view.id));
                    // Somebody else's view cannot be brought back in their name.
                    self.removed.set(Some(view).filter(|view| view.user_id == self.me));
                }
                Err(refused) => self.title.set(Some(refused.sentence())),
            }
        });
    }
}

fn fields(view: &SavedView, version: Option<u32>) -> ViewFields {
    ViewFields {
        id: view.id,
        version,
        workspace: view.workspace,
        name: view.name.clone(),
        query: view.query.clone(),
        is_shared: view.is_shared,
    }
}
