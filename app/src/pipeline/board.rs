//! What is where? A board of cards, moved by pointer, keyboard or menu.

use super::address::Lane;
use super::desk::{Desk, Form, Painted};
use super::steps::card_id;
use super::toolbar::load_more;
use super::words;
use crate::shell::drag::{Drag, grip};
use crate::shell::format;
use crate::shell::lines::lines;
use crate::shell::terms;
use jiff::civil::Date;
use leptos::ev::{KeyboardEvent, MouseEvent, PointerEvent};
use leptos::prelude::*;
use revos_shared::kernel::fiscal::first_of_month;
use revos_shared::kernel::ids::OpportunityId;
use revos_shared::pipeline::{OpportunityRow, Stage, StageTotal, Total, row_alerts};
use revos_shared::{Money, UserId};
use revos_ui::{Button, Icon, IconName, Menu, MenuItem, Signal, Var, badge, effect, live, on};
use std::sync::Arc;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement};

/// Cards of a column that are drawn at first, and after each "Show more".
const CARDS: usize = 60;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Stage(Stage),
    Owner(Option<UserId>),
    /// The first day of the month; none for what has no date.
    Month(Option<Date>),
}

impl Column {
    fn of(lane: Lane, row: &OpportunityRow) -> Self {
        match lane {
            Lane::Stage => Self::Stage(row.stage),
            Lane::Owner => Self::Owner(row.owner_id),
            Lane::Month => Self::Month(row.expected_close_date.map(|day| first_of_month(day, 0))),
        }
    }

    /// What stands above it; owners have the name of their rows.
    fn title(self, name: Option<&str>) -> String {
        match self {
            Self::Stage(stage) => words::stage(stage).to_owned(),
            Self::Owner(None) => "Unassigned".to_owned(),
            Self::Owner(Some(_)) => name.unwrap_or("Somebody").to_owned(),
            Self::Month(None) => "Undated".to_owned(),
            Self::Month(Some(day)) => format::month(day),
        }
    }

    /// A number, because lines of the page are kept by numbers.
    fn key(self) -> u128 {
        match self {
            Self::Stage(stage) => stage as u128,
            Self::Owner(owner) => owner.map_or(1, |owner| owner.0.as_u128()),
            Self::Month(day) => day.map_or(u128::MAX, |day| {
                u128::from(day.year().unsigned_abs()) * 16 + u128::from(day.month().unsigned_abs())
            }),
        }
    }
}

/// A column with the cards in it.
#[derive(Clone, Debug, PartialEq)]
struct Filled {
    column: Column,
    title: String,
    total: Total,
    cards: Arc<Vec<u128>>,
}

/// The board and what is going on on it.
#[derive(Clone, Copy)]
struct Board {
    desk: Desk,
    lane: Signal<Lane>,
    drag: Drag<OpportunityId, Stage>,
    /// The column that a phone shows.
    shown: Var<u128>,
    cards: Cards,
    columns: Signal<Vec<Filled>>,
    /// Cards that come from now on were moved, by somebody.
    settled: Var<bool>,
}

type Card = Var<Arc<OpportunityRow>>;

/// The cards on screen, each told of its own opportunity: when one of thousands changes, no other card is asked
/// whether it did.
#[derive(Clone, Copy)]
struct Cards {
    drawn: StoredValue<Drawn>,
}

#[derive(Default)]
struct Drawn {
    cards: Vec<DrawnCard>,
    numbers: u32,
}

/// A card that moves is drawn anew before the old one goes, so there may be two for a while, told apart by number.
struct DrawnCard {
    key: u128,
    number: u32,
    shows: Card,
}

impl Cards {
    fn of(desk: Desk) -> Self {
        let drawn = StoredValue::new(Drawn::default());
        let told = StoredValue::new(Vec::<Arc<OpportunityRow>>::new());
        effect(move || {
            let painted = desk.painted.get();
            let changed: Vec<Arc<OpportunityRow>> = told.with_value(|told| {
                let rows = painted.rows.iter().enumerate();
                let is_new = |(at, row): &(usize, &Arc<OpportunityRow>)| {
                    told.get(*at).is_none_or(|told| !Arc::ptr_eq(told, row))
                };
                rows.filter(is_new).map(|(_, row)| Arc::clone(row)).collect()
            });
            told.set_value(painted.rows.clone());
            for row in changed {
                let key = row.id.0.as_u128();
                let cards: Vec<Card> = drawn.with_value(|drawn| {
                    drawn.cards.iter().filter(|card| card.key == key).map(|card| card.shows).collect()
                });
                for card in cards {
                    if card.with_untracked(|old| *old != row) {
                        card.set(Arc::clone(&row));
                    }
                }
            }
        });
        Self { drawn }
    }

    /// What a card shows, from now until it goes.
    fn draw(self, desk: Desk, key: u128) -> Option<Signal<Arc<OpportunityRow>>> {
        let found =
            |painted: &Arc<Painted>| painted.rows.iter().find(|row| row.id.0.as_u128() == key).cloned();
        let shows = Var::new(desk.painted.with_untracked(found)?);
        let number = self.drawn.try_update_value(|drawn| {
            drawn.numbers += 1;
            drawn.cards.push(DrawnCard { key, number: drawn.numbers, shows });
            drawn.numbers
        })?;
        on_cleanup(move || {
            self.drawn.try_update_value(|drawn| drawn.cards.retain(|card| card.number != number));
        });
        Some(shows.into())
    }
}

pub(super) fn board(desk: Desk) -> AnyView {
    let lane = Signal::memo(move || desk.address.state.with(|state| state.lane));
    let columns =
        Signal::memo(move || desk.painted.with(|painted| filled(lane.get(), &painted.rows, &painted.stages)));
    let board = Board {
        desk,
        lane,
        drag: Drag::new(),
        shown: Var::new(Column::Stage(Stage::Prospect).key()),
        cards: Cards::of(desk),
        columns,
        settled: Var::new(false),
    };
    board.drag.listen(move |id, stage, _| {
        if let Some(row) = desk.row(id) {
            desk.move_to(&row, stage);
        }
    });
    effect(move || {
        if desk.painted.with(|painted| !painted.rows.is_empty()) {
            request_animation_frame(move || board.settled.set(true));
        }
    });
    effect(move || {
        // Another lane begins with its first column.
        let first =
            columns.with(|columns| columns.iter().map(|filled| filled.column.key()).collect::<Vec<_>>());
        if !first.contains(&board.shown.get_untracked()) {
            board.shown.set(first.first().copied().unwrap_or_default());
        }
    });
    view! {
        <div class="pipeline-tabs" role="tablist" aria-label="Columns">
            {lines(
                move || columns.with(|columns| columns.iter().map(|filled| filled.column.key()).collect()),
                move |key| board.tab(key),
            )}
        </div>
        <div class="pipeline-board" data-board="" role="group" aria-label="Pipeline board">
            {lines(
                move || columns.with(|columns| columns.iter().map(|filled| filled.column.key()).collect()),
                move |key| board.column(key),
            )}
        </div>
        {load_more(desk)}
    }
    .into_any()
}

/// The columns of a lane. Stages are always all there, with the sums of all that match.
fn filled(lane: Lane, rows: &[Arc<OpportunityRow>], sums: &[StageTotal]) -> Vec<Filled> {
    let mut columns: Vec<(Column, Vec<&Arc<OpportunityRow>>)> = Vec::new();
    if lane == Lane::Stage {
        columns.extend(Stage::ALL.iter().map(|stage| (Column::Stage(*stage), Vec::new())));
    }
    // What is won or lost is past people's forecasts.
    for row in rows.iter().filter(|row| lane == Lane::Stage || row.stage.is_open()) {
        let column = Column::of(lane, row);
        match columns.iter_mut().find(|(known, _)| *known == column) {
            Some((_, own)) => own.push(row),
            None => columns.push((column, vec![row])),
        }
    }
    let mut filled: Vec<Filled> = columns
        .into_iter()
        .map(|(column, own)| {
            let name = own.iter().find_map(|row| row.owner_name.as_deref());
            let title = column.title(name);
            let summed = match column {
                Column::Stage(stage) => sums.iter().find(|total| total.stage == stage),
                _ => None,
            };
            let total = match summed {
                Some(StageTotal { count, amount, weighted, .. }) => {
                    Total { count: *count, amount: *amount, weighted: *weighted }
                }
                None => Total::of(own.iter().map(|row| &***row)),
            };
            Filled {
                column,
                title,
                total,
                cards: Arc::new(own.iter().map(|row| row.id.0.as_u128()).collect()),
            }
        })
        .collect();
    filled.sort_by(|a, b| match lane {
        Lane::Owner => b.total.amount.cmp(&a.total.amount).then_with(|| a.title.cmp(&b.title)),
        // Stages in their order, undated ones last.
        Lane::Stage | Lane::Month => a.column.key().cmp(&b.column.key()),
    });
    filled
}

impl Board {
    fn find(self, key: u128) -> Signal<Option<Filled>> {
        Signal::memo(move || {
            self.columns.with(|columns| columns.iter().find(|filled| filled.column.key() == key).cloned())
        })
    }

    /// One of the tabs with which a phone shows one column at a time.
    fn tab(self, key: u128) -> AnyView {
        let filled = self.find(key);
        let chosen = move || self.shown.get() == key;
        view! {
            <button
                type="button"
                role="tab"
                aria-selected=live(move || chosen().to_string())
                tabindex=live(move || if chosen() { "0" } else { "-1" })
                on:click=on(move |_: MouseEvent| self.shown.set(key))
                on:keydown=on(move |event: KeyboardEvent| step_tab(&event))
            >
                {live(move || filled.with(|filled| filled.as_ref().map(|filled| filled.title.clone())))}
                " "
                <span class="quiet">
                    {live(move || {
                        filled.with(|filled| filled.as_ref().map(|filled| format::count(filled.total.count.into())))
                    })}
                </span>
            </button>
        }
        .into_any()
    }

    fn column(self, key: u128) -> AnyView {
        let filled = self.find(key);
        let limit = Var::new(CARDS);
        let title_id = format!("lane-{}", uuid::Uuid::from_u128(key));
        let labelled_by = title_id.clone();
        let stage = filled.with_untracked(|filled| match filled.as_ref().map(|filled| filled.column) {
            Some(Column::Stage(stage)) => Some(stage),
            _ => None,
        });
        let desk = self.desk;
        let sum = move |read: fn(&Total) -> Money| {
            live(move || filled.with(|filled| filled.as_ref().map(|filled| desk.money(read(&filled.total)))))
        };
        let cards = Signal::memo(move || {
            filled.with(|filled| filled.as_ref().map(|filled| Arc::clone(&filled.cards)).unwrap_or_default())
        });
        let more = Signal::memo(move || cards.with(|cards| cards.len().saturating_sub(limit.get())));
        view! {
            <section
                class="lane"
                aria-labelledby=labelled_by
                data-column=stage.map(Stage::as_str)
                data-shown=live(move || (self.shown.get() == key).then_some(""))
                data-over=live(move || (stage.is_some() && self.drag.over.get() == stage).then_some(""))
            >
                <div class="lane-head">
                    <h2 id=title_id>
                        {live(move || filled.with(|filled| filled.as_ref().map(|filled| filled.title.clone())))}
                        " "
                        <span class="lane-count">
                            {live(move || {
                                filled.with(|filled| filled.as_ref().map(|filled| format::count(filled.total.count.into())))
                            })}
                        </span>
                    </h2>
                    <p class="lane-sums">
                        <span title="Amount">{sum(|total| total.amount)}</span>
                        {(stage.is_none_or(Stage::is_open))
                            .then(|| {
                                view! {
                                    <span class="quiet" title="Weighted by probability">
                                        {sum(|total| total.weighted)} " weighted"
                                    </span>
                                }
                                .into_any()
                            })}
                        {(!stage.is_none_or(Stage::is_open))
                            .then(|| {
                                let closed = move || desk.address.state.with(|state| state.query.closed.is_some());
                                view! {
                                    <span class="quiet">
                                        {live(move || if closed() { "ever" } else { "this quarter" })}
                                    </span>
                                }
                                .into_any()
                            })}
                    </p>
                </div>
                <ul class="lane-cards">
                    {lines(
                        move || cards.with(|cards| cards.iter().take(limit.get()).copied().collect()),
                        move |key| self.card(key),
                    )}
                </ul>
                {live(move || {
                    let left = more.get();
                    (left > 0).then(|| {
                        view! {
                            <Button
                                label=format!("Show {} more", format::count(left.min(CARDS) as u64))
                                on_press=move |()| limit.update(|limit| *limit += CARDS)
                            />
                        }
                        .into_any()
                    })
                })}
                {live(move || {
                    cards.with(|cards| cards.is_empty()).then(|| view! { <p class="lane-none quiet">"None"</p> }.into_any())
                })}
            </section>
        }
        .into_any()
    }

    fn card(self, key: u128) -> AnyView {
        let desk = self.desk;
        let Some(row) = self.cards.draw(desk, key) else { return ().into_any() };
        let id = row.with_untracked(|row| row.id);
        let may = Signal::memo(move || row.with(|row| desk.may_leave(row)));
        let drags = Signal::memo(move || may.get() && self.lane.get() == Lane::Stage);
        let alerts = Signal::memo(move || row.with(|row| row_alerts(row, desk.today.get())));
        let new = self.settled.get_untracked();
        view! {
            <li
                class="deal"
                id=card_id(id)
                tabindex="0"
                aria-label=live(move || row.with(|row| self.name(row)))
                data-movable=live(move || drags.get().then_some(""))
                data-dragging=live(move || self.drag.holds(id).then_some(""))
                data-new=new.then_some("")
                on:pointerdown=on(move |event: PointerEvent| {
                    if drags.get_untracked() {
                        self.drag.press(&event, id);
                    }
                })
                on:dragstart=on(|event: leptos::ev::DragEvent| event.prevent_default())
                on:click=on(move |event: MouseEvent| self.drag.click(&event))
                on:keydown=on(move |event: KeyboardEvent| self.press(&event, &row.get_untracked()))
            >
                <p class="deal-name">
                    {live(move || {
                        drags.get().then(grip)
                    })}
                    <a href=format!("/pipeline/{id}") tabindex="-1">{live(move || row.with(|row| row.name.clone()))}</a>
                </p>
                <p class="deal-client quiet">
                    {live(move || {
                        row.with(|row| {
                            let owner = words::owner(row.owner_name.as_deref(), row.owner_id);
                            format!("{} · {owner}", row.client_name)
                        })
                    })}
                </p>
                <p class="deal-figures">
                    <strong>{live(move || row.with(|row| desk.money(row.amount)))}</strong>
                    <span class="quiet">
                        {live(move || row.with(|row| format!("{} %", row.probability)))}
                        {live(move || {
                            row.with(|row| row.probability_override.is_some())
                                .then(|| view! { <span title="Set by a person">" set"</span> }.into_any())
                        })}
                    </span>
                </p>
                <p class="deal-facts quiet">{live(move || row.with(|row| facts(desk, row)))}</p>
                {live(move || {
                    let alerts = alerts.get();
                    (!alerts.is_empty()).then(|| {
                        let marks = alerts
                            .iter()
                            .map(|alert| {
                                let tone = words::severity(alert.severity);
                                view! {
                                    <span title=words::alert(alert)>
                                        {badge(words::alert_word(alert.kind), tone)}
                                    </span>
                                }
                                .into_any()
                            })
                            .collect_view();
                        view! { <p class="deal-alerts">{marks}</p> }.into_any()
                    })
                })}
                {live(move || may.get().then(|| self.menu(row)))}
            </li>
        }
        .into_any()
    }

    /// What can be done with a card, for everybody and for touch.
    fn menu(self, row: Signal<Arc<OpportunityRow>>) -> AnyView {
        let desk = self.desk;
        let to = move |stage: Stage| {
            let away = Signal::memo(move || row.with(|row| row.stage != stage));
            live(move || {
                away.get().then(|| {
                    view! {
                        <MenuItem
                            label=format!("Move to {}", words::stage(stage))
                            on_press=move |()| row.with_untracked(|row| desk.move_to(row, stage))
                        />
                    }
                    .into_any()
                })
            })
        };
        view! {
            <Menu
                label=Signal::derive(move || format!("Move {}", row.with(|row| row.name.clone())))
                class="card-menu"
                face=move || view! { <Icon name=IconName::More /> }.into_any()
            >
                {Stage::ALL.iter().map(|stage| to(*stage)).collect_view()}
                <hr />
                <MenuItem label="Edit" on_press=move |()| desk.open(Form::Edit(row.with_untracked(|row| row.id))) />
            </Menu>
        }
        .into_any()
    }

    /// What is read of a card. Not its place, which readers tell of every list: a card that comes or goes would rename
    /// all of its column.
    fn name(self, row: &OpportunityRow) -> String {
        let desk = self.desk;
        let title = Column::of(self.lane.get(), row).title(row.owner_name.as_deref());
        let alerts: String = row_alerts(row, desk.today.get())
            .iter()
            .map(|alert| format!(", {}", words::alert(alert)))
            .collect();
        format!("{}, {}, {}, {title}{alerts}", row.name, row.client_name, desk.money(row.amount))
    }

    /// Arrows go from card to card; with Shift the card itself goes. `M` opens its menu, Enter its panel.
    fn press(self, event: &KeyboardEvent, row: &OpportunityRow) {
        let own = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
        let Some(card) = own.filter(|own| own.class_list().contains("deal")) else { return };
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let stages = event.shift_key() && self.lane.get_untracked() == Lane::Stage;
        let side = |by: isize| {
            let at = Stage::ALL.iter().position(|stage| *stage == row.stage)?;
            at.checked_add_signed(by).and_then(|at| Stage::ALL.get(at)).copied()
        };
        match event.key().as_str() {
            "ArrowLeft" if stages => side(-1).into_iter().for_each(|stage| self.desk.move_to(row, stage)),
            "ArrowRight" if stages => side(1).into_iter().for_each(|stage| self.desk.move_to(row, stage)),
            "ArrowUp" => focus(card.previous_element_sibling()),
            "ArrowDown" => focus(card.next_element_sibling()),
            "ArrowLeft" => focus(beside(&card, false)),
            "ArrowRight" => focus(beside(&card, true)),
            "m" | "M" => focus_and_press(&card, "button[aria-haspopup]"),
            "Enter" => focus_and_press(&card, "a"),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    }
}

/// Days in the stage, expected close, next step.
fn facts(desk: Desk, row: &OpportunityRow) -> String {
    let days = if row.stage.is_open() {
        Some(format!("{} in stage", format::plural(row.days_in_stage.into(), "day", "days")))
    } else {
        row.lost_reason.map(|reason| terms::lost_reason(reason).to_owned())
    };
    let close = match (row.closed_on, row.expected_close_date) {
        (Some(day), _) => Some(format!("closed {}", desk.day(Some(day)))),
        (None, Some(day)) => Some(format!("close {}", desk.day(Some(day)))),
        (None, None) => Some("undated".to_owned()),
    };
    let next = row.next_step.clone().filter(|_| row.stage.is_open());
    format::joined(&[days, close, next])
}

fn focus(element: Option<Element>) {
    let element = element.and_then(|element| element.dyn_into::<HtmlElement>().ok());
    if let Some(element) = element {
        let _ = element.focus();
    }
}

/// The card at the same height in the nearest column on that side that has any.
fn beside(card: &Element, forward: bool) -> Option<Element> {
    let list = card.parent_element()?;
    let at = (0..list.children().length()).find(|at| list.children().item(*at).as_ref() == Some(card))?;
    let mut column = card.closest(".lane").ok()??;
    loop {
        column = if forward { column.next_element_sibling()? } else { column.previous_element_sibling()? };
        let cards = column.query_selector(".lane-cards").ok()??.children();
        if cards.length() > 0 {
            return cards.item(at.min(cards.length() - 1));
        }
    }
}

fn focus_and_press(card: &Element, selector: &str) {
    let button = card.query_selector(selector).ok().flatten();
    if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
        button.click();
    }
}

/// Arrows move in the row of tabs.
fn step_tab(event: &KeyboardEvent) {
    let tab = event.current_target().and_then(|target| target.dyn_into::<Element>().ok());
    let to = match (event.key().as_str(), tab) {
        ("ArrowRight", Some(tab)) => tab.next_element_sibling(),
        ("ArrowLeft", Some(tab)) => tab.previous_element_sibling(),
        _ => return,
    };
    event.prevent_default();
    if let Some(to) = to.and_then(|to| to.dyn_into::<HtmlElement>().ok()) {
        let _ = to.focus();
        to.click();
    }
}
