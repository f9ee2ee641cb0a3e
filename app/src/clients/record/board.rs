//! What is being done for a client? A board of cards, moved by pointer, keyboard or menu.

use super::desk::{Confirmed, Desk, Form, Removal};
use super::lines::{Apply, holds, put, version_now};
use super::table::{open_button, writers};
use super::words;
use crate::shell::drag::{Drag, grip, refocus};
use crate::shell::format;
use crate::shell::lines::lines;
use crate::shell::query::row_of;
use leptos::ev::{DragEvent, KeyboardEvent, MouseEvent, PointerEvent};
use leptos::prelude::*;
use revos_shared::clients::changes::CardMove;
use revos_shared::clients::endpoints::{CardQuery, MoveKanbanItem};
use revos_shared::clients::{KanbanCard, KanbanStatus};
use revos_shared::kernel::ids::KanbanItemId;
use revos_ui::{Icon, IconName, Menu, MenuItem, Signal, Tone, Var, badge, focus_by_id, live, on};
use std::sync::Arc;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement};

/// The board and what is going on on it.
#[derive(Clone, Copy)]
struct Board {
    desk: Desk,
    cards: Signal<Vec<KanbanCard>>,
    drag: Drag<KanbanItemId, KanbanStatus>,
    /// What was done last, read aloud.
    said: Var<String>,
}

pub(super) fn board(desk: Desk) -> AnyView {
    let board = Board {
        desk,
        cards: desk.part(|record| record.cards.clone()),
        drag: Drag::new(),
        said: Var::new(String::new()),
    };
    board.drag.listen(move |id, status, height| board.go(id, status, place_at(status, height, id)));
    let columns = KanbanStatus::ALL.iter().map(|status| board.column(*status)).collect_view();
    view! {
        <p class="hidden-visually" role="status">{live(move || board.said.get())}</p>
        <div class="board" role="group" data-board="" aria-label="Board of cards">{columns}</div>
    }
    .into_any()
}

impl Board {
    fn column(self, status: KanbanStatus) -> AnyView {
        let cards = Signal::memo(move || {
            self.cards
                .with(|cards| cards.iter().filter(|card| card.status == status).cloned().collect::<Vec<_>>())
        });
        let count = Signal::memo(move || cards.with(|cards| cards.len() as u64));
        let word = words::card_status(status);
        let title_id = format!("column-{status}");
        let labelled_by = title_id.clone();
        view! {
            <section
                class="board-column"
                aria-labelledby=labelled_by
                data-column=status.as_str()
                data-over=live(move || (self.drag.over.get() == Some(status)).then_some(""))
            >
                <div class="board-column-head">
                    <h3 id=title_id>
                        {word} <span class="quiet">{live(move || format::count(count.get()))}</span>
                    </h3>
                    {writers(
                        self.desk,
                        move || open_button(self.desk, "Add", format!("Add card to {word}"), Form::Card(None, status)),
                    )}
                </div>
                <ul>
                    {lines(
                        move || cards.with(|cards| cards.iter().map(|card| card.id.0.as_u128()).collect()),
                        move |key| self.card(key),
                    )}
                </ul>
            </section>
        }
        .into_any()
    }

    fn card(self, key: u128) -> AnyView {
        let Some(card) = row_of(self.cards, key, |card| card.id.0.as_u128()) else { return ().into_any() };
        let id = card.with_untracked(|card| card.id);
        let desk = self.desk;
        let title = move || card.with(|card| card.title.clone());
        let late = Signal::memo(move || {
            card.with(|card| {
                card.status != KanbanStatus::Done
                    && card.due_date.is_some_and(|due| due < desk.writing.today.get())
            })
        });
        let may = Signal::memo(move || desk.rights.get().write);
        view! {
            <li
                class="board-card"
                id=card_id(id)
                tabindex="0"
                aria-label=live(move || self.name(&card.get()))
                data-movable=live(move || may.get().then_some(""))
                data-dragging=live(move || self.drag.holds(id).then_some(""))
                on:pointerdown=on(move |event: PointerEvent| {
                    if may.get_untracked() {
                        self.drag.press(&event, id);
                    }
                })
                on:dragstart=on(|event: DragEvent| event.prevent_default())
                on:click=on(move |event: MouseEvent| self.drag.click(&event))
                on:keydown=on(move |event: KeyboardEvent| self.press(&event, &card.get_untracked()))
            >
                <p class="board-card-title">{live(move || may.get().then(grip))} <span>{live(title)}</span></p>
                <p class="board-card-facts quiet">
                    {live(move || {
                        card.with(|card| {
                            let name = card.assignee_name.clone();
                            name.unwrap_or_else(|| if card.assignee_id.is_some() { "Hidden" } else { "Unassigned" }.to_owned())
                        })
                    })}
                    {live(move || card.with(|card| card.due_date).map(|due| format!(" · due {}", desk.day(Some(due)))))}
                    {live(move || {
                        late.get().then(|| badge("Overdue", Tone::Bad))
                    })}
                </p>
                {writers(desk, move || self.tools(card))}
            </li>
        }
        .into_any()
    }

    /// What can be done with a card, for pointer and touch.
    fn tools(self, card: Signal<KanbanCard>) -> AnyView {
        let id = card.with_untracked(|card| card.id);
        let desk = self.desk;
        let step = move |by: i32| {
            let card = card.get_untracked();
            let place = i64::from(card.position) + i64::from(by);
            if let Ok(place) = u32::try_from(place) {
                self.go(id, card.status, place);
            }
        };
        view! {
            <Menu
                label=Signal::derive(move || format!("Actions for {}", card.with(|card| card.title.clone())))
                class="card-menu"
                face=move || view! { <Icon name=IconName::More /> }.into_any()
            >
                {KanbanStatus::ALL
                    .iter()
                    .map(|status| {
                        let status = *status;
                        let label = format!("Move to {}", words::card_status(status));
                        let away = Signal::memo(move || card.with(|card| card.status != status));
                        live(move || {
                            away.get().then(|| {
                                view! {
                                    <MenuItem label=label.clone() on_press=move |()| self.go(id, status, u32::MAX) />
                                }
                                .into_any()
                            })
                        })
                    })
                    .collect_view()}
                <MenuItem label="Move up" on_press=move |()| step(-1) />
                <MenuItem label="Move down" on_press=move |()| step(1) />
                <hr />
                <MenuItem
                    label="Edit"
                    on_press=move |()| desk.open(Form::Card(Some(id), card.with_untracked(|card| card.status)))
                />
                <MenuItem label="Remove" on_press=move |()| desk.open(Form::Remove(Removal::Card(id))) />
            </Menu>
        }
        .into_any()
    }

    fn name(self, card: &KanbanCard) -> String {
        let column = words::card_status(card.status);
        let count = self.cards.with(|cards| cards.iter().filter(|other| other.status == card.status).count());
        format!("{}, {column}, {} of {count}", card.title, card.position + 1)
    }

    /// Arrows go from card to card; with Shift the card itself goes. `M` opens its menu, Enter its form.
    fn press(self, event: &KeyboardEvent, card: &KanbanCard) {
        let own = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let on_card = own.is_some_and(|own| own.class_name() == "board-card");
        if !on_card || event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let moves = event.shift_key() && self.desk.rights.get_untracked().write;
        let side = |by: i8| {
            let at = KanbanStatus::ALL.iter().position(|status| *status == card.status)?;
            let to = if by < 0 { at.checked_sub(1)? } else { at + 1 };
            KanbanStatus::ALL.get(to).copied()
        };
        match event.key().as_str() {
            "ArrowUp" if moves => self.go(card.id, card.status, card.position.saturating_sub(1)),
            "ArrowDown" if moves => self.go(card.id, card.status, card.position + 1),
            "ArrowLeft" if moves => {
                if let Some(status) = side(-1) {
                    self.go(card.id, status, u32::MAX);
                }
            }
            "ArrowRight" if moves => {
                if let Some(status) = side(1) {
                    self.go(card.id, status, u32::MAX);
                }
            }
            "ArrowUp" => self.focus(card.status, card.position.checked_sub(1)),
            "ArrowDown" => self.focus(card.status, Some(card.position + 1)),
            "ArrowLeft" => self.focus_beside(card, &[-1, -2, -3, -4]),
            "ArrowRight" => self.focus_beside(card, &[1, 2, 3, 4]),
            "m" | "M" if self.desk.rights.get_untracked().write => {
                let menu = document().query_selector(&format!("#{} button[aria-haspopup]", card_id(card.id)));
                if let Some(menu) = menu.ok().flatten().and_then(|menu| menu.dyn_into::<HtmlElement>().ok()) {
                    menu.click();
                }
            }
            "Enter" if self.desk.rights.get_untracked().write => {
                self.desk.open(Form::Card(Some(card.id), card.status));
            }
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    }

    /// The nearest column on that side that has cards.
    fn focus_beside(self, card: &KanbanCard, steps: &[isize]) {
        let Some(at) = KanbanStatus::ALL.iter().position(|status| *status == card.status) else { return };
        for step in steps {
            let status = at.checked_add_signed(*step).and_then(|at| KanbanStatus::ALL.get(at));
            let Some(status) = status else { return };
            let last = self.cards.with_untracked(|cards| {
                cards.iter().filter(|other| other.status == *status).map(|other| other.position).max()
            });
            if let Some(last) = last {
                return self.focus(*status, Some(card.position.min(last)));
            }
        }
    }

    fn focus(self, status: KanbanStatus, place: Option<u32>) {
        let id = self.cards.with_untracked(|cards| {
            let there = |card: &&KanbanCard| card.status == status && Some(card.position) == place;
            cards.iter().find(there).map(|card| card.id)
        });
        if let Some(id) = id {
            let _ = focus_by_id(&card_id(id));
        }
    }

    /// Moves a card: painted at once, sent as one request, taken back when refused.
    fn go(self, id: KanbanItemId, status: KanbanStatus, place: u32) {
        let cards = self.cards.get_untracked();
        let Some(card) = cards.iter().find(|card| card.id == id).cloned() else { return };
        let others = cards.iter().filter(|other| other.status == status && other.id != id).count();
        let place = place.min(u32::try_from(others).unwrap_or(u32::MAX));
        if (card.status, card.position) == (status, place) {
            return;
        }
        let apply: Apply = Arc::new(move |record| record.cards = moved(&record.cards, id, status, place));
        let desk = self.desk;
        let query = CardQuery { client_id: desk.id, card_id: id };
        let painted = Arc::clone(&apply);
        let (what, said) = (format!("“{}” was not moved", card.title), self.said);
        let sending = Box::pin(async move {
            let to = |version| CardMove { version, status, position: place };
            let known = version_now::<KanbanCard>(desk, id.0.as_u128()).unwrap_or(card.version);
            let answer = desk.api.change::<MoveKanbanItem>(&query, &to(known)).await;
            let card = match answer.map_err(|refused| (only_numbered_anew(&card, &refused), refused)) {
                Ok(card) => card,
                Err((Some(version), _)) => desk.api.change::<MoveKanbanItem>(&query, &to(version)).await?,
                Err((None, refused)) => return Err(refused),
            };
            let own = put(card.clone());
            // The neighbours stand where they were painted until the server tells of them.
            let apply: Apply = Arc::new(move |record| {
                painted(record);
                own(record);
            });
            Ok(Confirmed { apply, settled: holds(&[card]) })
        });
        let word = words::card_status(status);
        self.said.set(format!("Moved to {word}, {} of {}", place + 1, others + 1));
        let then = move |refused: Option<crate::shell::Refused>| {
            if let Some(refused) = refused {
                let text = refused.sentence().replace("Not saved: ", "");
                said.set(String::new());
                desk.say(format!("{what}: {text}"), true);
            }
            refocus(card_id(id));
        };
        desk.write(Some(apply), sending, Box::new(then));
        refocus(card_id(id));
    }
}

/// The version of a card that stands as this person saw it and still has another version. Each move numbers the
/// neighbours anew, so after a move of this person's own that is nobody else's change.
fn only_numbered_anew(seen: &KanbanCard, refused: &crate::shell::Refused) -> Option<u32> {
    let now: KanbanCard = lean_json::from_str(refused.details.as_ref()?.get()).ok()?;
    let (version, assignee_name) = (now.version, now.assignee_name.clone());
    (KanbanCard { version, assignee_name, ..seen.clone() } == now).then_some(version)
}

/// The id of a card's element.
fn card_id(id: KanbanItemId) -> String {
    format!("card-{id}")
}

/// Before which card of a column a drop at this height comes; the dragged card itself does not count.
fn place_at(status: KanbanStatus, height: f64, dragged: KanbanItemId) -> u32 {
    let list = document().query_selector(&format!("[data-board] [data-column={status}] ul"));
    let Some(list) = list.ok().flatten() else { return u32::MAX };
    let own = card_id(dragged);
    let children = list.children();
    let cards = (0..children.length()).filter_map(|at| children.item(at)).filter(|card| card.id() != own);
    let above = cards.filter(|card| {
        let place = card.get_bounding_client_rect();
        place.top() + place.height() / 2.0 < height
    });
    u32::try_from(above.count()).unwrap_or(u32::MAX)
}

/// The cards after one of them has moved: no gaps, nobody twice.
fn moved(cards: &[KanbanCard], id: KanbanItemId, status: KanbanStatus, place: u32) -> Vec<KanbanCard> {
    let Some(card) = cards.iter().find(|card| card.id == id) else { return cards.to_vec() };
    let mut result = Vec::with_capacity(cards.len());
    for column in KanbanStatus::ALL {
        let mut own: Vec<KanbanCard> =
            cards.iter().filter(|other| other.status == *column && other.id != id).cloned().collect();
        own.sort_by_key(|card| card.position);
        if *column == status {
            let at = usize::try_from(place).unwrap_or(usize::MAX).min(own.len());
            own.insert(at, KanbanCard { status, ..card.clone() });
        }
        for (at, card) in own.iter_mut().enumerate() {
            card.position = u32::try_from(at).unwrap_or(u32::MAX);
        }
        result.extend(own);
    }
    result
}
