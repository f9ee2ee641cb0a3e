//! Who may call which function, with ids of which organization? schema.md §5 and access.md as data.

/// One way to call a function, and what everybody hears.
pub(super) struct Call {
    /// The function, and after a comma whose ids it is given.
    pub(super) label: &'static str,
    pub(super) arguments: &'static str,
    /// A letter for each caller, in the order of the grid: anonymous, nobody, gone; SuperAdmin, Admin, Director,
    /// Member and Client of A; Admin of B; the service. See [`letter`].
    pub(super) expected: &'static str,
}

impl Call {
    pub(super) fn function(&self) -> &'static str {
        self.label.split(',').next().unwrap_or_default()
    }
}

/// What an outcome is in [`Call::expected`].
pub(super) fn letter(outcome: &str) -> char {
    match outcome {
        // Past the check of rights: done, or held back by a rule.
        "yes" | "stale_version" | "invalid_transition" | "overpayment" | "duplicate" | "session_open" => 'y',
        "forbidden" => 'f',
        "not_found" => 'n',
        "no_membership" => 'o',
        "401" => '1',
        // No right to execute it.
        "403" => 'x',
        // Nobody has such a function.
        "404" => '-',
        // An argument that means nothing says nothing about rights either.
        _ => '?',
    }
}

pub(super) const fn call(label: &'static str, arguments: &'static str, expected: &'static str) -> Call {
    Call { label, arguments, expected }
}

// In the order of the letters: everybody; staff; leaders; Admins; the service.
pub(super) const EVERYBODY: &str = "1oo yyyyy y x";
pub(super) const STAFF: &str = "1oo yyyyf y x";
pub(super) const LEADERS: &str = "1oo yyyff y x";
pub(super) const ADMINS: &str = "1oo yyfff y x";
pub(super) const SERVICE: &str = "1xx xxxxx x y";
// With a row of A.
pub(super) const STAFF_OF_A: &str = "1oo yyyyf n x";
pub(super) const READERS_OF_A: &str = "1oo yyyyy n x";
pub(super) const LEADERS_OF_A: &str = "1oo yyyff n x";
pub(super) const ADMINS_OF_A: &str = "1oo yyfff n x";
// With a row of B: those of A do not learn whether it is there, as far as they would come to it.
pub(super) const STAFF_OF_B: &str = "1oo ynnnf y x";
pub(super) const LEADERS_OF_B: &str = "1oo ynnff y x";
pub(super) const ADMINS_OF_B: &str = "1oo ynfff y x";
// With a client that is not the Member's: a Client sees one client, and the others are as good as none.
pub(super) const CLIENT_WRITERS_OF_A: &str = "1oo yyyfn n x";
pub(super) const CLIENT_WRITERS_OF_B: &str = "1oo ynnnn y x";
// With the name of B as the organization.
pub(super) const IN_B: &str = "1oo yffff y x";

/// Every way that is tried.
pub(super) fn calls() -> impl Iterator<Item = &'static Call> {
    super::calls_of_clients::CALLS.iter().chain(super::calls_of_work::CALLS)
}
