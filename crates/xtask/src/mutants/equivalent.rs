//! Which mutants cannot be noticed, because something else refuses the same?

use super::Mutant;

/// Name of the mutant, and why nobody could tell it from the original.
const EQUIVALENT: &[(&str, &str)] = &[
    ("private.invoice_payments_guard: without guard_op (2)", REFUSED_BY_INVOICE),
    ("private.lock_membership: without admit", LOST_MEANWHILE),
    ("private.lock_membership: without persona", LOST_MEANWHILE),
    ("public.convert_won_opportunity: without may_act_in", ASKED_BY_ENGAGE),
];

const LOST_MEANWHILE: &str = "each caller has asked the same before it waited for the lock; two sessions and a wait would see the difference";
const REFUSED_BY_INVOICE: &str = "a reversal changes what is paid of the invoice, which private.invoices_guard() refuses with the same answer";
const ASKED_BY_ENGAGE: &str =
    "private.engage() is called next, asks the same and gives the same answer before anything is written";

/// Why the mutant of this name is not tried.
pub(crate) fn reason(name: &str) -> Option<&'static str> {
    EQUIVALENT.iter().find(|(listed, _)| *listed == name).map(|(_, why)| *why)
}

/// Names on the list that no mutant has (any more).
pub(crate) fn unknown(mutants: &[Mutant]) -> Vec<&'static str> {
    let exists = |name: &str| mutants.iter().any(|it| it.name == name);
    EQUIVALENT.iter().map(|(name, _)| *name).filter(|name| !exists(name)).collect()
}
