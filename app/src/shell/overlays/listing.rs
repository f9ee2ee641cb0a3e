//! Which lines does the palette show for what was typed, in which groups and order?

use super::matching::{Match, fit, fit_named};
use revos_shared::kernel::workspace::{HitKind, SearchHit};
use std::ops::Range;

/// A line to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Choice<Deed> {
    /// What it is called.
    pub label: String,
    /// What tells it from others of the name.
    pub note: String,
    /// Other words for it, which are not shown.
    pub others: &'static str,
    /// The keys that do the same.
    pub keys: &'static [&'static str],
    /// What happens.
    pub leads: Leads<Deed>,
}

/// What a line does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Leads<Deed> {
    /// Goes to an address.
    To(String),
    /// Goes to what was found.
    Found(String, SearchHit),
    /// Does something.
    Does(Deed),
}

impl<Deed> Leads<Deed> {
    /// The address it goes to.
    pub(super) fn address(&self) -> Option<&str> {
        match self {
            Self::To(address) | Self::Found(address, _) => Some(address),
            Self::Does(_) => None,
        }
    }
}

/// A line and the letters of it that were typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line<Deed> {
    /// The line.
    pub choice: Choice<Deed>,
    /// Bytes of its label.
    pub marks: Vec<Range<usize>>,
    /// Bytes of its note, where the label holds none of them.
    pub note_marks: Vec<Range<usize>>,
}

/// Lines under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group<Deed> {
    /// As shown and read aloud.
    pub name: String,
    /// Its lines, the best first; never none.
    pub lines: Vec<Line<Deed>>,
}

/// A group of what fits, the best first; none when nothing does.
pub(super) fn fitting<Deed: Clone>(name: &str, choices: &[Choice<Deed>], typed: &str) -> Option<Group<Deed>> {
    let mut found: Vec<(Match, &Choice<Deed>)> = choices
        .iter()
        .filter_map(|choice| Some((fit_named(&choice.label, choice.others, typed)?, choice)))
        .collect();
    found.sort_by_key(|(found, _)| found.fit);
    group(
        name,
        found
            .into_iter()
            .map(|(found, choice)| Line {
                choice: choice.clone(),
                marks: found.marks,
                note_marks: Vec::new(),
            })
            .collect(),
    )
}

/// Found records by their kind, in the order the search gave them. Those nothing leads to are left out.
pub(super) fn found<Deed>(hits: &[SearchHit], typed: &str) -> Vec<Group<Deed>> {
    HitKind::ALL
        .iter()
        .filter_map(|kind| {
            let lines = hits.iter().filter(|hit| hit.kind == *kind).filter_map(|hit| line(hit, typed, false));
            group(plural(*kind), lines.collect())
        })
        .collect()
}

/// Records that were opened before; each says what it is.
pub(super) fn opened<Deed>(hits: &[SearchHit]) -> Option<Group<Deed>> {
    group("Recent", hits.iter().filter_map(|hit| line(hit, "", true)).collect())
}

/// Hits of an earlier text that fit the newer one too, so that lines do not flicker while a person types.
pub(super) fn still_fitting(hits: &[SearchHit], typed: &str) -> Vec<SearchHit> {
    hits.iter().filter(|hit| fit(&hit.title, typed).is_some()).cloned().collect()
}

fn group<Deed>(name: &str, lines: Vec<Line<Deed>>) -> Option<Group<Deed>> {
    (!lines.is_empty()).then(|| Group { name: name.to_owned(), lines })
}

fn line<Deed>(hit: &SearchHit, typed: &str, with_kind: bool) -> Option<Line<Deed>> {
    let leads = Leads::Found(address(hit)?, hit.clone());
    let mut note = worded(hit);
    if with_kind {
        let kind = singular(hit.kind);
        note = if note.is_empty() { kind.to_owned() } else { format!("{kind} · {note}") };
    }
    let in_label = fit(&hit.title, typed);
    let in_note = if in_label.is_none() { fit(&note, typed) } else { None };
    let marks = |found: Option<Match>| found.map(|found| found.marks).unwrap_or_default();
    let choice = Choice { label: hit.title.clone(), note, others: "", keys: &[], leads };
    Some(Line { choice, marks: marks(in_label), note_marks: marks(in_note) })
}

/// What tells a hit from others of its name, in the words of the pages.
fn worded(hit: &SearchHit) -> String {
    let words = hit.subtitle.split(" · ").map(|word| match (hit.kind, word) {
        (HitKind::Client, "smb") => "small business",
        (HitKind::Client, "mid") => "mid-market",
        (HitKind::Opportunity, "ClosedWon") => "Won",
        (HitKind::Opportunity, "ClosedLost") => "Lost",
        (_, word) => word,
    });
    words.collect::<Vec<_>>().join(" · ")
}

/// The page that shows a hit. Contacts and invoices stand on their client's record.
fn address(hit: &SearchHit) -> Option<String> {
    let client = hit.client_id?;
    Some(match hit.kind {
        HitKind::Invoice => format!("/clients/{client}?tab=finance"),
        HitKind::Opportunity => format!("/pipeline/{}", hit.id),
        _ => format!("/clients/{client}"),
    })
}

const fn plural(kind: HitKind) -> &'static str {
    match kind {
        HitKind::Client => "Clients",
        HitKind::Contact => "Contacts",
        HitKind::Opportunity => "Opportunities",
        HitKind::Invoice => "Invoices",
        HitKind::Agent => "Agents",
    }
}

const fn singular(kind: HitKind) -> &'static str {
    match kind {
        HitKind::Client => "Client",
        HitKind::Contact => "Contact",
        HitKind::Opportunity => "Opportunity",
        HitKind::Invoice => "Invoice",
        HitKind::Agent => "Agent",
    }
}

/// How many lines there are, and in which groups, for people who do not see them.
pub(super) fn counted<Deed>(groups: &[Group<Deed>]) -> String {
    let all: usize = groups.iter().map(|group| group.lines.len()).sum();
    let each: Vec<String> =
        groups.iter().map(|group| format!("{} in {}", group.lines.len(), group.name)).collect();
    format!("{all} {}: {}.", if all == 1 { "result" } else { "results" }, each.join(", "))
}

/// The record that is opened now before those of earlier, each once, at most so many.
pub(super) fn remembered(hit: SearchHit, before: Vec<SearchHit>, most: usize) -> Vec<SearchHit> {
    let others: Vec<_> =
        before.into_iter().filter(|other| (other.kind, other.id) != (hit.kind, hit.id)).collect();
    [hit].into_iter().chain(others).take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use revos_shared::ClientId;
    use uuid::Uuid;

    fn choice(label: &str, others: &'static str) -> Choice<()> {
        Choice { label: label.to_owned(), note: String::new(), others, keys: &[], leads: Leads::Does(()) }
    }

    fn hit(kind: HitKind, id: u128, title: &str) -> SearchHit {
        let client_id = (kind != HitKind::Agent).then_some(ClientId(Uuid::from_u128(7)));
        SearchHit {
            kind,
            id: Uuid::from_u128(id),
            title: title.to_owned(),
            subtitle: "active".to_owned(),
            client_id,
        }
    }

    fn labels(group: &Group<()>) -> Vec<&str> {
        group.lines.iter().map(|line| line.choice.label.as_str()).collect()
    }

    #[test]
    fn what_begins_with_the_text_comes_first() {
        let choices = [
            choice("Recharge", ""),
            choice("Show charts", ""),
            choice("Charge card", ""),
            choice("Bill", "charge"),
        ];
        let group = fitting("Actions", &choices, "char").unwrap();
        assert_eq!(labels(&group), ["Charge card", "Show charts", "Recharge", "Bill"]);
        assert_eq!(fitting("Actions", &choices, "xyz"), None);
        assert_eq!(fitting("Actions", &choices, "").unwrap().lines.len(), 4);
    }

    #[test]
    fn hits_stand_by_kind_and_lead_to_a_page_that_exists() {
        let hits = [
            hit(HitKind::Invoice, 1, "INV-1"),
            hit(HitKind::Client, 2, "Amber"),
            hit(HitKind::Agent, 3, "Amber agent"),
            hit(HitKind::Contact, 4, "Amber Person"),
        ];
        let groups: Vec<Group<()>> = found(&hits, "amb");
        let names: Vec<_> = groups.iter().map(|group| group.name.as_str()).collect();
        assert_eq!(names, ["Clients", "Contacts", "Invoices"]);
        let client = "/clients/00000000-0000-0000-0000-000000000007";
        let leads: Vec<_> =
            groups.iter().map(|group| group.lines[0].choice.leads.address().unwrap()).collect();
        assert_eq!(leads, [client, client, &format!("{client}?tab=finance")]);
        assert_eq!(groups[0].lines[0].marks, vec![Range { start: 0, end: 3 }]);
        assert_eq!(counted(&groups), "3 results: 1 in Clients, 1 in Contacts, 1 in Invoices.");
        assert_eq!(opened::<()>(&hits[1..2]).unwrap().lines[0].choice.note, "Client · active");
        assert_eq!(opened::<()>(&[]), None);
        // Found by something else than its name: then that is marked.
        let by_note: Vec<Group<()>> = found(&hits[1..2], "activ");
        assert_eq!((by_note[0].lines[0].marks.len(), by_note[0].lines[0].note_marks.len()), (0, 1));
        assert_eq!(still_fitting(&hits, "amber p").len(), 1);
    }

    proptest! {
        #[test]
        fn the_newest_few_are_remembered_once(opened in proptest::collection::vec(0_u128..12, 1..40)) {
            let mut list = Vec::new();
            for id in &opened {
                list = remembered(hit(HitKind::Client, *id, "x"), list, 8);
            }
            prop_assert!(list.len() <= 8);
            prop_assert_eq!(list[0].id.as_u128(), *opened.last().unwrap());
            let mut ids: Vec<_> = list.iter().map(|hit| hit.id).collect();
            ids.sort_unstable();
            ids.dedup();
            prop_assert_eq!(ids.len(), list.len());
        }
    }
}
