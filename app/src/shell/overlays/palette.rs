//! What does the palette show, and how is it used? A combobox with its listbox (WAI-ARIA), in a dialog.

use super::super::keyboard::Keyboard;
use super::super::session::Session;
use super::choices::{Deed, Tools};
use super::listing::{self, Choice, Leads};
use super::matching::pieces;
use super::recent::Recent;
use super::search::{Search, Standing};
use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::prelude::*;
use revos_shared::kernel::limits::SEARCH_MAX_CHARS;
use revos_shared::kernel::workspace::HitKind;
use revos_ui::{ElementRef, Icon, IconName, Signal, Var, effect, live, on};
use std::ops::Range;
use web_sys::{HtmlElement, ScrollIntoViewOptions, ScrollLogicalPosition};

type Group = listing::Group<Deed>;
type Line = listing::Line<Deed>;

/// The open palette.
#[derive(Clone, Copy)]
struct Palette {
    tools: Tools,
    search: Search,
    recent: Recent,
    typed: Var<String>,
    groups: Signal<Vec<Group>>,
    /// The line that Enter chooses, once a person has moved to one; else it is the first.
    moved_to: Var<Option<Choice<Deed>>>,
    /// Its place among all lines.
    active: Signal<usize>,
}

/// The inside of the palette's dialog.
pub(super) fn palette(session: Session, keyboard: Keyboard) -> AnyView {
    let tools = Tools { session, keyboard, theme: expect_context(), address: expect_context() };
    let search = Search::new(session);
    let recent = Recent::new();
    let typed = Var::new(String::new());
    // What can be done is asked once: nothing of it changes while the palette is open.
    let (places, actions) = untrack(|| (tools.places(), tools.actions()));
    let groups = Signal::memo(move || {
        let text = typed.get();
        let mut groups = Vec::new();
        if text.trim().is_empty() && search.asks() {
            groups.extend(recent.hits.with(|hits| listing::opened(hits)));
        }
        groups.extend(listing::fitting("Go to", &places, &text));
        search.standing.with(|standing| groups.extend(records(standing, text.trim())));
        groups.extend(listing::fitting("Actions", &actions, &text));
        groups
    });
    let moved_to = Var::new(None::<Choice<Deed>>);
    let active = Signal::memo(move || {
        let wanted = moved_to.get();
        groups.with(|groups| {
            let at = lines(groups).position(|line| Some(&line.choice) == wanted.as_ref());
            at.unwrap_or(0)
        })
    });
    let palette = Palette { tools, search, recent, typed, groups, moved_to, active };
    palette.view()
}

/// What the search found, or why it found nothing.
fn records(standing: &Standing, text: &str) -> Vec<Group> {
    if let Some(why) = standing.failed {
        let again = Choice {
            label: "Search again".to_owned(),
            note: format!("{why}. Pages and actions still work."),
            others: "",
            keys: &[],
            leads: Leads::Does(Deed::SearchAgain),
        };
        let name = "Search is unavailable".to_owned();
        return vec![Group {
            name,
            lines: vec![Line { choice: again, marks: Vec::new(), note_marks: Vec::new() }],
        }];
    }
    if standing.text == text {
        return listing::found(&standing.hits, text);
    }
    listing::found(&listing::still_fitting(&standing.hits, text), text)
}

fn lines(groups: &[Group]) -> impl Iterator<Item = &Line> {
    groups.iter().flat_map(|group| &group.lines)
}

fn line_id(at: usize) -> String {
    format!("palette-line-{at}")
}

impl Palette {
    fn view(self) -> AnyView {
        let Self { typed, groups, active, search, .. } = self;
        let input = ElementRef::<HtmlElement>::new();
        effect(move || {
            if let Some(input) = input.get() {
                let _ = input.focus();
            }
        });
        effect(move || {
            groups.with(|_| ());
            reveal(active.get());
        });
        let none = Signal::memo(move || groups.with(Vec::is_empty));
        let busy = Signal::memo(move || search.standing.with(|standing| standing.busy));
        let cut = Signal::memo(move || search.standing.with(|standing| standing.cut && !standing.busy));
        let on_input = move |event| {
            typed.set(event_target_value(&event));
            self.moved_to.set(None);
            self.search.look_for(&typed.get_untracked());
        };
        view! {
            <div class="palette" on:keydown=on(move |event| self.key(&event))>
                <div class="palette-box">
                    <Icon name=IconName::Search />
                    <input
                        type="text"
                        role="combobox"
                        aria-label="Search, go to a page or choose an action"
                        placeholder=if search.asks() { "Search clients, contacts, pages and actions" } else { "Search pages and actions" }
                        aria-autocomplete="list"
                        aria-controls="palette-list"
                        aria-expanded=live(move || (!none.get()).to_string())
                        aria-activedescendant=live(move || (!none.get()).then(|| line_id(active.get())))
                        autocomplete="off"
                        autocapitalize="none"
                        spellcheck="false"
                        maxlength=SEARCH_MAX_CHARS.to_string()
                        node_ref=input
                        on:input=on(on_input)
                    />
                </div>
                <div
                    class="palette-list"
                    id="palette-list"
                    role="listbox"
                    aria-label="Results"
                    aria-busy=live(move || busy.get().then_some("true"))
                    hidden=live(move || none.get())
                    // The focus stays in the field.
                    on:mousedown=on(|event: MouseEvent| event.prevent_default())
                >
                    {live(move || self.listed())}
                </div>
                <p class="palette-note" role="status" data-shown=live(move || match (none.get(), cut.get()) { (true, _) => Some("alone"), (_, true) => Some("below"), _ => None })>
                    {live(move || self.said())}
                </p>
            </div>
        }
        .into_any()
    }

    /// What a screen reader says once a search has ended; nobody else needs it while there are lines.
    fn said(self) -> String {
        let text = self.typed.with(|typed| typed.trim().to_owned());
        let (busy, cut) = self.search.standing.with(|standing| (standing.busy, standing.cut));
        self.groups.with(|groups| match (busy, groups.is_empty()) {
            (true, true) => "Searching…".to_owned(),
            (true, false) => String::new(),
            (false, true) => format!("No results for “{text}”"),
            (false, false) if cut => {
                format!(
                    "{} Only the best matches are shown; type more to find others.",
                    listing::counted(groups)
                )
            }
            (false, false) => listing::counted(groups),
        })
    }

    fn listed(self) -> Vec<AnyView> {
        let mut at = 0;
        self.groups.with(|groups| {
            groups
                .iter()
                .enumerate()
                .map(|(number, group)| {
                    let first = at;
                    at += group.lines.len();
                    let head = format!("palette-group-{number}");
                    let lines = group.lines.iter().enumerate();
                    let lines = lines.map(|(place, line)| self.line(first + place, line)).collect_view();
                    view! {
                        <div role="group" aria-labelledby=head.clone()>
                            <div class="palette-head" id=head.clone() role="presentation">{group.name.clone()}</div>
                            {lines}
                        </div>
                    }
                    .into_any()
                })
                .collect()
        })
    }

    fn line(self, at: usize, line: &Line) -> AnyView {
        let choice = line.choice.clone();
        let active = self.active;
        let label = marked(&choice.label, &line.marks);
        let note = marked(&choice.note, &line.note_marks);
        let keys = choice
            .keys
            .iter()
            .map(|key| view! { <kbd aria-hidden="true">{*key}</kbd> }.into_any())
            .collect_view();
        let inside = view! {
            {picture(&choice)}
            <span class="cut palette-label">{label}</span>
            <span class="cut quiet">{note}</span>
            <span class="palette-keys">{keys}</span>
        };
        let selected = move || (active.get() == at).to_string();
        let pointed = {
            let choice = choice.clone();
            move |_| {
                if self.active.get_untracked() != at {
                    self.moved_to.set(Some(choice.clone()));
                }
            }
        };
        let address = choice.leads.address().map(str::to_owned);
        let pressed = move |event: MouseEvent| {
            // With a key held the browser follows the link itself, elsewhere.
            let elsewhere = event.ctrl_key() || event.meta_key() || event.shift_key();
            if elsewhere && choice.leads.address().is_some() {
                self.remember(&choice);
                self.close();
            } else {
                event.prevent_default();
                self.choose(&choice, false);
            }
        };
        match address {
            Some(address) => view! {
                <a class="palette-line" role="option" tabindex="-1" id=line_id(at) href=address
                    aria-selected=live(selected) on:pointermove=on(pointed) on:click=on(pressed)>{inside}</a>
            }
            .into_any(),
            None => view! {
                <div class="palette-line" role="option" id=line_id(at)
                    aria-selected=live(selected) on:pointermove=on(pointed) on:click=on(pressed)>{inside}</div>
            }
            .into_any(),
        }
    }

    fn key(self, event: &KeyboardEvent) {
        // The letters of some languages are put together with these keys.
        if event.is_composing() {
            return;
        }
        let (at, count) =
            (self.active.get_untracked(), self.groups.with_untracked(|groups| lines(groups).count()));
        let last = count.saturating_sub(1);
        let to = match event.key().as_str() {
            "Tab" => at,
            "ArrowDown" => {
                if at == last {
                    0
                } else {
                    at + 1
                }
            }
            "ArrowUp" => {
                if at == 0 {
                    last
                } else {
                    at - 1
                }
            }
            "Home" => 0,
            "End" => last,
            "Enter" => {
                event.prevent_default();
                if let Some(choice) = self.at(at) {
                    self.choose(&choice, event.ctrl_key() || event.meta_key());
                }
                return;
            }
            _ => return,
        };
        event.prevent_default();
        self.moved_to.set(self.at(to));
    }

    fn at(self, at: usize) -> Option<Choice<Deed>> {
        self.groups.with_untracked(|groups| lines(groups).nth(at).map(|line| line.choice.clone()))
    }

    fn choose(self, choice: &Choice<Deed>, new_tab: bool) {
        if choice.leads == Leads::Does(Deed::SearchAgain) {
            self.search.look_for(&self.typed.get_untracked());
            return;
        }
        self.remember(choice);
        // First, so that the focus is back before what comes next may take it.
        self.close();
        match &choice.leads {
            Leads::Does(deed) => self.tools.run(*deed),
            Leads::To(address) | Leads::Found(address, _) if new_tab => {
                let _ = window().open_with_url_and_target_and_features(address, "_blank", "noopener");
            }
            Leads::To(address) | Leads::Found(address, _) => self.tools.address.go(address),
        }
    }

    fn remember(self, choice: &Choice<Deed>) {
        if let Leads::Found(_, hit) = &choice.leads {
            self.recent.remember(hit.clone());
        }
    }

    fn close(self) {
        self.tools.keyboard.open.set(false);
    }
}

fn marked(text: &str, marks: &[Range<usize>]) -> Vec<AnyView> {
    pieces(text, marks)
        .into_iter()
        .map(|(piece, typed)| {
            let piece = piece.to_owned();
            if typed { view! { <mark>{piece}</mark> }.into_any() } else { piece.into_any() }
        })
        .collect()
}

/// A picture of what kind of line it is, drawn like [`Icon`]: only the palette has these.
fn picture(choice: &Choice<Deed>) -> AnyView {
    let path = match &choice.leads {
        Leads::Found(_, hit) => match hit.kind {
            HitKind::Client => "M3.5 13.5v-11h6v11M9.5 6.5h3v7M2 13.5h12M5.7 5h1.6M5.7 7.7h1.6M5.7 10.4h1.6",
            HitKind::Contact => return view! { <Icon name=IconName::Person /> }.into_any(),
            HitKind::Opportunity => "M2 12.5 6 8l2.5 2.5L13.5 4M10 4h3.5v3.5",
            HitKind::Invoice => "M4 2h8v12l-2-1.3L8 14l-2-1.3L4 14zM6.2 5.5h3.6M6.2 8.5h3.6",
            HitKind::Agent => "M3 6h10v7H3zM8 3v3M6 9v1M10 9v1",
        },
        Leads::To(_) => "M3 8h9.5M8.8 4.2 12.5 8l-3.7 3.8",
        Leads::Does(Deed::Refresh | Deed::SearchAgain) => {
            return view! { <Icon name=IconName::Refresh /> }.into_any();
        }
        Leads::Does(Deed::Elsewhere(_)) => "M8 3v10M3 8h10",
        Leads::Does(Deed::Theme(_)) => "M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11",
        Leads::Does(Deed::Shortcuts) => "M1.5 4.5h13v7h-13zM4 7h.1M6.7 7h.1M9.3 7h.1M12 7h.1M5 9.3h6",
        Leads::Does(Deed::SignOut) => "M9.5 2.5h-6v11h6M7 8h7M11.5 5.5 14 8l-2.5 2.5",
        Leads::Does(Deed::OfPage(_)) => "M9 2 4 9h3.5L7 14l5-7H8.5z",
    };
    view! {
        <svg
            viewBox="0 0 16 16"
            width="16"
            height="16"
            fill="none"
            stroke="currentColor"
            stroke-width="1.4"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
        >
            <path d=path />
        </svg>
    }
    .into_any()
}

/// Brings the line into sight; the first one together with the name of its group.
fn reveal(at: usize) {
    request_animation_frame(move || {
        if at == 0
            && let Some(list) = document().get_element_by_id("palette-list")
        {
            list.set_scroll_top(0);
        } else if let Some(line) = document().get_element_by_id(&line_id(at)) {
            let options = ScrollIntoViewOptions::new();
            options.set_block(ScrollLogicalPosition::Nearest);
            line.scroll_into_view_with_scroll_into_view_options(&options);
        }
    });
}
