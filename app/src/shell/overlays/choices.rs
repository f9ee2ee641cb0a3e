//! Where can a person go, and what can they do, whatever is found?

use super::super::address::Address;
use super::super::frame::PLACES;
use super::super::keyboard::{Keyboard, Overlay};
use super::super::session::{Session, SessionState};
use super::super::theme::{Theme, ThemeChoice};
use super::account::sign_out;
use super::listing::{Choice, Leads};
use leptos::prelude::*;
use revos_shared::session::Capability;

/// Commands that are offered from everywhere: their page, their name there, and the rights of which one is enough.
const ELSEWHERE: [(&str, &str, &[&str]); 6] = [
    ("/clients", "Add client", &[Capability::CLIENTS_WRITE_ALL, Capability::CLIENTS_WRITE_OWN]),
    ("/finance", "New invoice", &[Capability::FINANCE_WRITE]),
    ("/finance", "Record payment", &[Capability::FINANCE_WRITE]),
    ("/finance", "New subscription", &[Capability::FINANCE_WRITE]),
    ("/finance", "Add expense", &[Capability::FINANCE_WRITE]),
    ("/finance", "Add cash entry", &[Capability::FINANCE_WRITE]),
];
/// A page offers its commands within so many frames.
const PATIENCE_FRAMES: u32 = 120;

/// What a command of a page is called here, where its surroundings do not explain it, and its other names.
const COMMANDS: [(&str, &str, &str); 10] = [
    ("Add client", "Add client", "new create"),
    ("New invoice", "New invoice", "bill create add"),
    ("Record payment", "Record payment", "money received paid"),
    ("New subscription", "New subscription", "terms recurring create add"),
    ("Add expense", "Add expense", "new spent cost create"),
    ("Add cash entry", "Add cash entry", "new opening balance bank create"),
    ("Filter clients", "Filter clients", "owner status phase"),
    ("Columns", "Choose columns", "table hide show order"),
    ("Saved views", "Open or save a view", "list filter"),
    ("Export CSV", "Export clients as CSV", "download excel"),
];

/// What a line of the palette does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    /// The command of the open page at this place in its list.
    OfPage(usize),
    /// Goes to the page of this command of [`ELSEWHERE`], and runs it there.
    Elsewhere(usize),
    /// Asks again for all on the page.
    Refresh,
    /// Light, dark, or as the system says.
    Theme(ThemeChoice),
    /// Shows the list of shortcuts.
    Shortcuts,
    /// Signs out.
    SignOut,
    /// Searches once more.
    SearchAgain,
}

/// What deeds need.
#[derive(Clone, Copy)]
pub(super) struct Tools {
    pub session: Session,
    pub keyboard: Keyboard,
    pub theme: Theme,
    pub address: Address,
}

impl Tools {
    /// Pages, and the views of a page that have an address.
    pub(super) fn places(self) -> Vec<Choice<Deed>> {
        let may_read = self.session.member().is_some_and(|member| member.can(Capability::CLIENTS_READ));
        if !may_read {
            return Vec::new();
        }
        let to = |label: &str, address: &str, keys| Choice {
            label: label.to_owned(),
            note: String::new(),
            others: "page open",
            keys,
            leads: Leads::To(address.to_owned()),
        };
        let led = PLACES.iter().filter(|place| place.is_for(self.session));
        let pages = led.map(|place| to(place.label, place.path, place.keys));
        let views = [
            ("Clients: churn risk", "/clients?panel=churn"),
            ("Clients: health", "/clients?panel=health"),
            ("Clients: reviews (QBR)", "/clients?panel=qbr"),
            ("Pipeline: table", "/pipeline?view=table"),
            ("Pipeline: forecast", "/pipeline?view=forecast"),
        ];
        let may_import = self.session.member().is_some_and(|member| member.can(Capability::PIPELINE_IMPORT));
        let import = may_import.then(|| to("Import opportunities", "/pipeline?view=import", &[]));
        let may_see = self.session.member().is_some_and(|member| member.can(Capability::FINANCE_READ));
        let books = [
            ("Finance: billing", "/finance?tab=billing"),
            ("Finance: subscriptions", "/finance?tab=subscriptions"),
            ("Finance: expenses", "/finance?tab=expenses"),
            ("Finance: cash", "/finance?tab=cash"),
            ("Finance: profit and loss", "/finance?tab=pnl"),
        ];
        let money = books.into_iter().filter(|_| may_see).map(|(label, address)| to(label, address, &[]));
        pages
            .chain(views.map(|(label, address)| to(label, address, &[])))
            .chain(import)
            .chain(money)
            .collect()
    }

    /// What can be done here and now.
    pub(super) fn actions(self) -> Vec<Choice<Deed>> {
        let does = |label: &str, others, keys, deed| Choice {
            label: label.to_owned(),
            note: String::new(),
            others,
            keys,
            leads: Leads::Does(deed),
        };
        let signed_in = self.session.state.with_untracked(|state| matches!(state, SessionState::SignedIn(_)));
        let mut actions = Vec::new();
        // A page under an open dialog is out of reach.
        if open_dialogs() <= 1 {
            for (at, name) in (0..).map_while(|at| Some((at, command(self.keyboard, at, false)?))) {
                let (label, others) = called(name);
                actions.push(does(label, others, &[], Deed::OfPage(at)));
            }
        }
        let here = self.address.path_now();
        let elsewhere = ELSEWHERE.iter().enumerate().filter(|(_, (page, _, rights))| {
            signed_in
                && !here.starts_with(page)
                && self.session.member().is_some_and(|member| rights.iter().any(|right| member.can(right)))
        });
        let elsewhere: Vec<_> = elsewhere
            .map(|(at, (_, name, _))| {
                let (label, others) = called(name);
                does(label, others, &[], Deed::Elsewhere(at))
            })
            .collect();
        actions.splice(0..0, elsewhere);
        if self.keyboard.refresh.get_value().is_some() {
            actions.push(does("Refresh this page's data", "reload update", &["r"], Deed::Refresh));
        }
        for (theme, label) in ThemeChoice::ALL {
            let mut action = does(
                &format!("Theme: {}", label.to_lowercase()),
                "colours appearance mode",
                &[],
                Deed::Theme(theme),
            );
            if self.theme.choice() == theme {
                "Chosen".clone_into(&mut action.note);
            }
            actions.push(action);
        }
        actions.push(does("Show keyboard shortcuts", "keys help", &["?"], Deed::Shortcuts));
        if signed_in {
            actions.push(does("Sign out", "log off leave", &[], Deed::SignOut));
        }
        actions
    }

    /// Does it. The palette is closed by then.
    pub(super) fn run(self, deed: Deed) {
        match deed {
            Deed::OfPage(at) => {
                command(self.keyboard, at, true);
            }
            Deed::Elsewhere(at) => {
                if let Some((page, name, _)) = ELSEWHERE.get(at) {
                    self.address.go(page);
                    run_once_offered(self.keyboard, name, PATIENCE_FRAMES);
                }
            }
            Deed::Refresh => {
                if let Some(refresh) = self.keyboard.refresh.get_value() {
                    refresh.run(());
                }
            }
            Deed::Theme(theme) => self.theme.choose(theme),
            Deed::Shortcuts => self.keyboard.show(Overlay::Shortcuts),
            Deed::SignOut => sign_out(self.session),
            Deed::SearchAgain => {}
        }
    }
}

/// What a command is called here, and its other names.
fn called(name: &'static str) -> (&'static str, &'static str) {
    let known = COMMANDS.iter().find(|(known, ..)| *known == name);
    known.map_or((name, ""), |(_, label, others)| (*label, *others))
}

/// The name of the page's command at this place; runs it when asked to.
fn command(keyboard: Keyboard, at: usize, run: bool) -> Option<&'static str> {
    keyboard.commands.get_value()?.run((at, run))
}

/// Runs the command of the page that is about to appear.
fn run_once_offered(keyboard: Keyboard, name: &'static str, frames: u32) {
    request_animation_frame(move || {
        let mut offered = (0..).map_while(|at| command(keyboard, at, false));
        match offered.position(|offered| offered == name) {
            Some(at) => _ = command(keyboard, at, true),
            None if frames > 0 => run_once_offered(keyboard, name, frames - 1),
            None => {}
        }
    });
}

fn open_dialogs() -> u32 {
    document().query_selector_all("dialog[open]").map_or(0, |dialogs| dialogs.length())
}
