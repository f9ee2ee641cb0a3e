//! How is filled in what was agreed with a client, and what it pays with?

use super::super::desk::Desk;
use super::super::lines::{Apply, Settled};
use super::{amount, send, shown};
use crate::clients::words;
use crate::shell::sheet::{Definition, Kind, Submission, choices, choices_or, field};
use crate::shell::terms;
use revos_shared::clients::changes::{CommercialsFields, TermsFields};
use revos_shared::clients::endpoints::{ClientQuery, SaveClientTerms, SaveCommercials};
use revos_shared::clients::{ClientRecord, ClientTerms, Commercials};
use revos_shared::finance::{ArrangementType, PaymentTerm};
use revos_shared::kernel::percent::Percent;
use std::sync::Arc;

fn agreed(commercials: &Commercials) -> Vec<String> {
    vec![
        commercials.plan.clone(),
        amount(Some(commercials.price)),
        commercials.term_months.to_string(),
        commercials.discount_pct.to_string(),
        shown(commercials.renewal_date),
        commercials.payment_term.to_string(),
        commercials.approvals.join("\n"),
    ]
}

pub(super) fn commercials(desk: Desk, record: &ClientRecord) -> Definition {
    let known = record.commercials.clone();
    let new = || ["", "", "12", "0", "", PaymentTerm::Net30.as_str(), ""].map(str::to_owned).to_vec();
    Definition {
        title: format!("Commercials of {}", record.client.name),
        save: "Save",
        save_also: None,
        draft: format!("draft:{}:commercials", desk.id),
        fields: vec![
            field!("plan", "Plan", Kind::Line("text")),
            field!("price", "List price per month", Kind::Line("text")),
            field!("term_months", "Term in months", Kind::Line("text"), "1 to 1,200."),
            field!("discount_pct", "Discount in percent", Kind::Line("text"), "Off the list price."),
            field!("renewal_date", "Renewal", Kind::Line("date")),
            field!(
                "payment_term",
                "Payment term",
                choices(PaymentTerm::ALL, |term| (term.as_str(), words::payment_term(term)))
            ),
            field!(
                "approvals",
                "Approvals",
                Kind::Area,
                "Who has to agree, one name on each line, in order."
            ),
        ],
        begun: known.as_ref().map_or_else(new, agreed),
        version: known.as_ref().map(|commercials| commercials.version),
        submit: Arc::new(move |entries, Submission { version, then, .. }| {
            // What is missing is told below, by its field.
            let required = |name: &str| {
                if entries.given(name).is_none() {
                    entries.refuse(name, "required");
                }
            };
            ["price", "term_months", "payment_term"].into_iter().for_each(required);
            let approvals = entries.text("approvals");
            let names = approvals.lines().map(str::trim).filter(|name| !name.is_empty());
            let fields = CommercialsFields {
                version,
                plan: entries.text("plan"),
                price: entries.money("price").unwrap_or_default(),
                term_months: entries.whole("term_months").unwrap_or(1),
                discount_pct: entries.percent("discount_pct").unwrap_or(Percent::ZERO),
                renewal_date: entries.day("renewal_date"),
                payment_term: entries.word("payment_term").unwrap_or(PaymentTerm::Net30),
                approvals: names.map(str::to_owned).collect(),
            };
            entries.checked(&fields)?;
            let painted = fields.clone();
            // Until the server has given it an id, nothing is painted for a first agreement.
            let apply: Apply = Arc::new(move |record| {
                if let Some(commercials) = &mut record.commercials {
                    commercials.plan.clone_from(&painted.plan);
                    commercials.price = painted.price;
                    commercials.term_months = painted.term_months;
                    commercials.discount_pct = painted.discount_pct;
                    commercials.renewal_date = painted.renewal_date;
                    commercials.payment_term = painted.payment_term;
                    commercials.approvals.clone_from(&painted.approvals);
                }
            });
            let confirm = |commercials: Commercials| -> (Apply, Settled) {
                let version = commercials.version;
                let settled: Settled = Arc::new(move |record: &ClientRecord| {
                    record.commercials.as_ref().is_some_and(|own| own.version >= version)
                });
                (Arc::new(move |record| record.commercials = Some(commercials.clone())), settled)
            };
            let query = ClientQuery { client_id: desk.id };
            desk.write(Some(apply), send::<SaveCommercials>(desk, &query, &fields, confirm), then);
            Ok(())
        }),
        current: |text| {
            let commercials = lean_json::from_str::<Commercials>(text).ok()?;
            Some((agreed(&commercials), commercials.version))
        },
    }
}

fn terms_values(terms: &ClientTerms) -> Vec<String> {
    vec![
        shown(terms.arrangement_type),
        amount(terms.monthly_fee),
        shown(terms.revenue_share_pct),
        amount(terms.client_reported_mrr),
        shown(terms.equity_stake_pct),
        amount(terms.projection_mrr),
    ]
}

/// The terms exist with the client's finance row; without one there is nothing to change.
pub(super) fn terms(desk: Desk, record: &ClientRecord) -> Option<Definition> {
    let known = record.terms.clone()?;
    Some(Definition {
        title: format!("Terms of {}", record.client.name),
        save: "Save",
        save_also: None,
        draft: format!("draft:{}:terms", desk.id),
        fields: vec![
            field!(
                "arrangement_type",
                "Arrangement",
                choices_or("Not agreed", ArrangementType::ALL, |kind| (
                    kind.as_str(),
                    terms::arrangement(kind)
                ))
            ),
            field!("monthly_fee", "Fee per month", Kind::Line("text")),
            field!("revenue_share_pct", "Revenue share in percent", Kind::Line("text")),
            field!("client_reported_mrr", "Monthly revenue the client reports", Kind::Line("text")),
            field!(
                "equity_stake_pct",
                "Equity in percent",
                Kind::Line("text"),
                "For information; it counts nowhere."
            ),
            field!("projection_mrr", "Expected monthly revenue", Kind::Line("text")),
        ],
        begun: terms_values(&known),
        version: Some(known.version),
        submit: Arc::new(move |entries, Submission { version, then, .. }| {
            let fields = TermsFields {
                version: version.unwrap_or_default(),
                arrangement_type: entries.word("arrangement_type"),
                monthly_fee: entries.money("monthly_fee"),
                revenue_share_pct: entries.percent("revenue_share_pct"),
                client_reported_mrr: entries.money("client_reported_mrr"),
                equity_stake_pct: entries.percent("equity_stake_pct"),
                projection_mrr: entries.money("projection_mrr"),
            };
            entries.checked(&fields)?;
            let painted = fields.clone();
            let apply: Apply = Arc::new(move |record| {
                if let Some(terms) = &mut record.terms {
                    terms.arrangement_type = painted.arrangement_type;
                    terms.monthly_fee = painted.monthly_fee;
                    terms.revenue_share_pct = painted.revenue_share_pct;
                    terms.client_reported_mrr = painted.client_reported_mrr;
                    terms.equity_stake_pct = painted.equity_stake_pct;
                    terms.projection_mrr = painted.projection_mrr;
                }
            });
            let confirm = |terms: ClientTerms| -> (Apply, Settled) {
                let version = terms.version;
                let settled: Settled = Arc::new(move |record: &ClientRecord| {
                    record.terms.as_ref().is_some_and(|own| own.version >= version)
                });
                (Arc::new(move |record| record.terms = Some(terms.clone())), settled)
            };
            let query = ClientQuery { client_id: desk.id };
            desk.write(Some(apply), send::<SaveClientTerms>(desk, &query, &fields, confirm), then);
            Ok(())
        }),
        current: |text| {
            let terms = lean_json::from_str::<ClientTerms>(text).ok()?;
            Some((terms_values(&terms), terms.version))
        },
    })
}
