//! What does the Pipeline page show? A board, a table or the forecast, with an opportunity beside it.

use super::address::View;
use super::desk::Desk;
use super::record::Panel;
use super::{board, forecast, forms, import, table, toolbar};
use crate::shell::frame::PageHead;
use crate::shell::no_rows::{demo_page, denied_page};
use crate::shell::part::{part, show_part};
use crate::shell::query::{Standby, Standing};
use crate::shell::record::{notice_of, opens_beside};
use crate::shell::session::Session;
use crate::shell::style::adopt;
use leptos::prelude::*;
use revos_shared::session::Capability;
use revos_ui::{Segment, Segments, Signal, SkeletonLines, live, on};

part!(
    pipeline,
    pub(crate) fn pipeline_page() {
        adopt(include_str!("../shell/record.css"));
        adopt(include_str!("pipeline.css"));
        let session = expect_context::<Session>();
        let may_read = session.member().is_some_and(|member| member.can(Capability::PIPELINE_READ));
        match session.api().filter(|_| may_read) {
            Some(api) => pipeline(Desk::new(api, session)),
            None if may_read => demo_page("Pipeline", "The demo has no pipeline"),
            None => denied_page(
                "Pipeline",
                "The pipeline is for staff",
                "Your account may not read opportunities. An Admin of the organization can change that.",
            ),
        }
    }
);

fn pipeline(desk: Desk) -> AnyView {
    toolbar::offer(desk);
    let panel = Panel::new();
    let selection = table::selection(desk);
    let refresh = Callback::new(move |()| desk.refresh());
    let standing = Standing::of(desk.view, refresh, None);
    let view_word = Signal::memo(move || desk.address.state.with(|state| state.view));
    let choose = Callback::new(move |word: &'static str| {
        let view = View::ALL.into_iter().find(|(_, known, _)| *known == word).map(|(view, ..)| view);
        desk.address.choose(|state| state.view = view.unwrap_or_default());
    });
    let may = |view: &View| *view != View::Import || desk.rights.import;
    let segments = View::ALL
        .into_iter()
        .filter(|(view, ..)| may(view))
        .map(|(_, value, label)| Segment { value, label, name: label })
        .collect::<Vec<_>>();
    view! {
        <PageHead title="Pipeline" mark=(standing.freshness, standing.on_action) refresh />
        <div class="page pipeline" on:click=on(opens_beside("/pipeline/"))>
            <p class="hidden-visually" role="status">{live(move || desk.said.get())}</p>
            {notice_of(desk.notice)}
            {toolbar::badges(desk)}
            <div class="pipeline-views">
                <Segments
                    label="View"
                    segments
                    chosen=Signal::memo(move || view_word.get().word())
                    on_choose=choose
                />
            </div>
            {live(move || {
                match view_word.get() {
                    View::Forecast => show_part("The forecast", move || Box::pin(forecast::forecast_view(desk, panel))),
                    View::Import => show_part("The import", move || Box::pin(import::import_view(desk))),
                    _ => list(desk, standing, selection, view_word),
                }
            })}
        </div>
        {panel.view(desk)}
        {forms::dialog(desk, panel, selection)}
    }
    .into_any()
}

fn list(
    desk: Desk,
    standing: Standing,
    selection: crate::shell::selection::Selection<revos_shared::pipeline::OpportunityRow>,
    view_word: Signal<View>,
) -> AnyView {
    view! {
        {toolbar::toolbar(desk)}
        <Standby
            standing
            what="the opportunities of your organization"
            skeleton=|| view! { <SkeletonLines count=8 class="skeleton-rows" /> }.into_any()
        >
            {move || {
                live(move || match view_word.get() {
                    View::Table => show_part("The table", move || Box::pin(table::table_view(desk, selection))),
                    _ => board::board(desk),
                })
                .into_any()
            }}
        </Standby>
    }
    .into_any()
}
