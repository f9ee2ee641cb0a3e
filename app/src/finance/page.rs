//! What does the Finance page show? One of its parts, with an invoice beside it.

use super::address::{NewForm, Tab};
use super::desk::{Desk, Form};
use super::{billing, cash, expenses, forms, invoice, overview, profit, subscriptions};
use crate::shell::frame::PageHead;
use crate::shell::keyboard::Keyboard;
use crate::shell::no_rows::{demo_page, denied_page};
use crate::shell::part::{part, show_part};
use crate::shell::record::{notice_of, opens_beside};
use crate::shell::session::Session;
use crate::shell::style::adopt;
use leptos::prelude::*;
use revos_shared::session::Capability;
use revos_ui::{Segment, Segments, effect, live, on};

part!(
    finance,
    pub(crate) fn finance_page() {
        adopt(include_str!("../shell/record.css"));
        adopt(include_str!("../shell/columns.css"));
        adopt(include_str!("finance.css"));
        let session = expect_context::<Session>();
        let may_read = session.member().is_some_and(|member| member.can(Capability::FINANCE_READ));
        match session.api().filter(|_| may_read) {
            Some(api) => finance(Desk::new(api, session)),
            None if may_read => demo_page("Finance", "The demo has no money"),
            None => denied_page(
                "Finance",
                "Finance is for Directors and Admins",
                "Your account may not read the organization’s money. An Admin can change that. What your own clients pay stands in their records.",
            ),
        }
    }
);

fn finance(desk: Desk) -> AnyView {
    let tab = desk.asks(|state| state.tab);
    let segments =
        Tab::ALL.iter().map(|&(_, value, label)| Segment { value, label, name: label }).collect::<Vec<_>>();
    let choose = Callback::new(move |word: &'static str| {
        desk.address.choose(|state| state.tab = Tab::named(word));
    });
    offer(desk);
    answer_address(desk);
    view! {
        <PageHead title="Finance" refresh=Callback::new(move |()| desk.refresh()) />
        <div class="page finance" on:click=on(opens_beside("/finance/invoices/"))>
            {notice_of(desk.notice)}
            <div class="finance-tabs">
                <Segments
                    label="Parts of finance"
                    segments
                    chosen=revos_ui::Signal::memo(move || tab.get().word())
                    on_choose=choose
                    tabs=true
                />
            </div>
            {live(move || {
                let tab = tab.get();
                let label = Tab::ALL.iter().find(|(known, ..)| *known == tab).map_or("", |(_, _, label)| label);
                let inside = match tab {
                    Tab::Overview => show_part("The overview", move || Box::pin(overview::overview_view(desk))),
                    Tab::Billing => show_part("The invoices", move || Box::pin(billing::billing_view(desk))),
                    Tab::Subscriptions => {
                        show_part("The subscriptions", move || Box::pin(subscriptions::subscriptions_view(desk)))
                    }
                    Tab::Expenses => show_part("The expenses", move || Box::pin(expenses::expenses_view(desk))),
                    Tab::Cash => show_part("The cash", move || Box::pin(cash::cash_view(desk))),
                    Tab::Profit => show_part("Profit and loss", move || Box::pin(profit::profit_view(desk))),
                };
                view! { <section role="tabpanel" aria-label=label>{inside}</section> }.into_any()
            })}
        </div>
        {invoice::panel(desk)}
        {forms::dialog(desk)}
    }
    .into_any()
}

/// What the palette can do here.
fn offer(desk: Desk) {
    let commands = move |(at, run): (usize, bool)| {
        let actions = [
            ("New invoice", Form::New(None)),
            ("Record payment", Form::PayOne),
            ("New subscription", Form::NewSubscription(None)),
            ("Add expense", Form::Expense(None)),
            ("Add cash entry", Form::Cash(None)),
        ];
        let (name, form) = actions.into_iter().nth(at).filter(|_| desk.write)?;
        if run {
            desk.open(form);
        }
        Some(name)
    };
    expect_context::<Keyboard>().offer(Callback::new(commands));
}

/// An address may ask for a form; asked once, it is taken out of the address.
fn answer_address(desk: Desk) {
    let new =
        desk.asks(|state| state.new.map(|form| (form, state.invoices.client.or(state.subscriptions.client))));
    effect(move || {
        let Some((form, client)) = new.get() else { return };
        desk.address.pass(|state| state.new = None);
        if !desk.write {
            return;
        }
        desk.open(match (form, client) {
            (form, Some(client)) => Form::Asked(form, client),
            (NewForm::Invoice, None) => Form::New(None),
            (NewForm::Subscription, None) => Form::NewSubscription(None),
        });
    });
}
