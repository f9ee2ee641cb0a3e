//! What did an import make, what stopped it, and what did taking it back leave?

use super::tally::SHOWN;
use super::work::{Step, Work};
use super::{bad_news, findings, words};
use crate::shell::format;
use crate::shell::lists::facts;
use leptos::prelude::*;
use revos_shared::pipeline::import::UndoneImport;
use revos_ui::{Button, ButtonKind};

pub(super) fn ended(work: Work) -> AnyView {
    match work.step.get_untracked() {
        Step::Undone(undone, why) => taken_back(work, &undone, why),
        Step::Halted(why) => view! {
            {bad_news(why)}
            <p>"What was imported so far is listed below. Going on makes nothing twice."</p>
            {made(work)}
            <div class="import-foot">
                {undo(work)}
                <Button label="Resume import" kind=ButtonKind::Primary on_press=move |()| work.make() />
            </div>
        }
        .into_any(),
        _ => view! {
            <h3 tabindex="-1">"Imported"</h3>
            {made(work)}
            {findings(work)}
            <div class="import-foot">
                {undo(work)}
                <Button label="Import another file" kind=ButtonKind::Primary on_press=move |()| work.restart() />
            </div>
        }
        .into_any(),
    }
}

fn undo(work: Work) -> AnyView {
    let any = work.tally.with_untracked(|tally| !tally.keys.is_empty());
    any.then(|| view! { <Button label="Undo import" on_press=move |()| work.undo() /> }.into_any()).into_any()
}

fn made(work: Work) -> AnyView {
    let tally = work.tally.get_untracked();
    let number = |number: usize| format::count(number as u64);
    let known = vec![
        ("Opportunities", number(tally.opportunities)),
        ("Of these made before", number(tally.repeated)),
        ("New clients", number(tally.clients)),
        ("Refused rows", number(tally.refused)),
    ];
    let opportunities: Vec<_> =
        tally.first.iter().map(|(id, name)| (format!("/pipeline/{id}"), name.clone())).collect();
    let clients: Vec<_> =
        tally.named.iter().map(|client| (format!("/clients/{}", client.id), client.name.clone())).collect();
    view! {
        {facts(known)}
        {links("Opportunities", opportunities, tally.opportunities)}
        {links("New clients", clients, tally.clients)}
    }
    .into_any()
}

fn links(label: &'static str, links: Vec<(String, String)>, of: usize) -> AnyView {
    if links.is_empty() {
        return ().into_any();
    }
    let more = (of > links.len()).then(|| {
        let text = format!("The first {SHOWN} of {}.", format::count(of as u64));
        view! { <p class="quiet">{text}</p> }.into_any()
    });
    let items = links
        .into_iter()
        .map(|(href, name)| {
            view! {
                <li>
                    <a href=href>{name}</a>
                </li>
            }
            .into_any()
        })
        .collect_view();
    view! {
        <h3>{label}</h3>
        {more}
        <ul class="import-links" aria-label=label tabindex="0">{items}</ul>
    }
    .into_any()
}

fn taken_back(work: Work, undone: &UndoneImport, why: Option<String>) -> AnyView {
    let number = |number: u32| format::count(number.into());
    let removed = vec![
        ("Opportunities removed", number(undone.opportunities)),
        ("Clients removed", number(undone.clients)),
        ("Contacts removed", number(undone.contacts)),
        ("Kept", format::count(undone.kept.len() as u64)),
    ];
    let kept = undone
        .kept
        .iter()
        .take(SHOWN)
        .map(|kept| {
            let text = format!("{} {}: {}", words::kind(kept.kind), kept.name, words::reason(kept.reason));
            view! { <li>{text}</li> }.into_any()
        })
        .collect_view();
    view! {
        {why.map(|why| bad_news(format!("{why} Nothing was imported.")))}
        <h3>"Import undone"</h3>
        {facts(removed)}
        {(!undone.kept.is_empty()).then(|| view! { <ul class="import-links" aria-label="Kept" tabindex="0">{kept}</ul> }.into_any())}
        <div class="import-foot">
            <Button label="Import another file" kind=ButtonKind::Primary on_press=move |()| work.restart() />
        </div>
    }
    .into_any()
}
