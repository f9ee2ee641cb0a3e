//! Which rows does access.md tell apart, and how far does a right of it reach?

use crate::rig::{ADMIN, ADMIN_B, CLIENT, DIRECTOR, MEMBER, MEMBER_2, MEMBER_B, SUPER_ADMIN};

/// A table or view, its row of access.md §2, and what is tried on it.
pub(super) struct Table {
    pub(super) name: &'static str,
    /// The column that says which row it is.
    pub(super) key: &'static str,
    /// SuperAdmin, Admin, Director, Member, Client: access.md §2, word for word where one row of it is one table.
    /// Last the service role, which bypasses policies and not grants.
    pub(super) cells: [&'static str; 6],
    /// Rows there are: their ids are `{<name> <label>}`.
    pub(super) rows: &'static [Row],
    /// Rows to make.
    pub(super) new: &'static [Row],
    /// The body that makes one. `$o` is the organization, `$label` the row's label, `$owner` its first owner.
    pub(super) insert: &'static str,
    /// A harmless change.
    pub(super) update: &'static str,
}

impl Table {
    pub(super) fn is_view(&self) -> bool {
        ["vw_client_overview", "pipeline", "vw_pipeline_forecast"].contains(&self.name)
    }

    /// The name of a row's id.
    pub(super) fn name_of(&self, row: &Row) -> String {
        match self.name {
            "organizations" | "users" | "vw_pipeline_forecast" => format!("{{{}}}", row.label),
            "vw_client_overview" => format!("{{clients {}}}", row.label),
            "pipeline" => format!("{{opportunities {}}}", row.label),
            table => format!("{{{table} {}}}", row.label),
        }
    }

    /// What makes such a row.
    pub(super) fn body_of(&self, row: &Row) -> String {
        let owner = row.own.first().map_or("null".to_owned(), |email| format!("\"{{{email}}}\""));
        let organization = format!("{{{}}}", row.organization);
        self.insert.replace("$owner", &owner).replace("$o", &organization).replace("$label", row.label)
    }
}

/// A row, as far as access.md tells it from others.
#[derive(Clone, Copy)]
pub(super) struct Row {
    pub(super) label: &'static str,
    pub(super) organization: char,
    /// Those for whom it is "own".
    pub(super) own: &'static [&'static str],
    /// What else is true of it: `acct`, `drafts`, `money`, `shared`.
    pub(super) is: &'static [&'static str],
}

pub(super) const fn row(
    label: &'static str,
    organization: char,
    own: &'static [&'static str],
    is: &'static [&'static str],
) -> Row {
    Row { label, organization, own, is }
}

/// The letters and the scope of one right: `SIU org`.
pub(super) fn rights(cell: &str) -> impl Iterator<Item = (&str, &str)> {
    cell.split(", ").filter_map(|part| part.split_once(' '))
}

/// Does a right of this scope reach the row?
pub(super) fn reaches(scope: &str, row: &Row, email: &str, organization: char) -> bool {
    let in_organization = row.organization == organization;
    match scope {
        "all" => true,
        "org" => in_organization,
        "org but money" => in_organization && !row.is.contains(&"money"),
        "own" => in_organization && row.own.contains(&email),
        "acct" => in_organization && row.is.contains(&"acct"),
        "shared" => in_organization && row.is.contains(&"shared"),
        "drafts all" => row.is.contains(&"drafts"),
        "drafts org" => in_organization && row.is.contains(&"drafts"),
        other => panic!("{other} is no scope of access.md"),
    }
}

pub(super) const A_AND_B: &[Row] = &[row("A", 'A', &[], &[]), row("B", 'B', &[], &[])];
pub(super) const CLIENTS: &[Row] = &[
    row("A own", 'A', &[MEMBER], &["acct"]),
    row("A colleague's", 'A', &[MEMBER_2], &[]),
    row("A unassigned", 'A', &[], &[]),
    row("B's", 'B', &[ADMIN_B], &[]),
];
pub(super) const INVOICES: &[Row] = &[
    row("A own, draft", 'A', &[MEMBER], &["drafts"]),
    row("A own, sent", 'A', &[MEMBER], &["acct"]),
    row("A colleague's, draft", 'A', &[MEMBER_2], &["drafts"]),
    row("A colleague's, sent", 'A', &[MEMBER_2], &[]),
    row("B's, draft", 'B', &[ADMIN_B], &["drafts"]),
    row("B's, sent", 'B', &[ADMIN_B], &[]),
];
pub(super) const PEOPLE: &[Row] = &[
    row("SuperAdmin's", 'A', &[SUPER_ADMIN], &[]),
    row("Admin's", 'A', &[ADMIN], &[]),
    row("Director's", 'A', &[DIRECTOR], &[]),
    row("Member's", 'A', &[MEMBER], &[]),
    row("colleague's", 'A', &[MEMBER_2], &[]),
    row("Client's", 'A', &[CLIENT], &[]),
    row("gone's", 'A', &["gone@example.com"], &[]),
    row("B's", 'B', &[ADMIN_B], &[]),
];
const STAFF: &[&str] = &[SUPER_ADMIN, ADMIN, DIRECTOR, MEMBER, MEMBER_2];
pub(super) const LINKED: &[Row] = &[
    row("Member's", 'A', &[MEMBER], &[]),
    row("Member's, shared", 'A', STAFF, &[]),
    row("Client's", 'A', &[CLIENT], &[]),
    row("B's, shared", 'B', &[ADMIN_B, MEMBER_B], &[]),
];
/// The organization's books are also its Admin's, whoever connected them.
pub(super) const CONNECTIONS: &[Row] = &[
    row("Member's", 'A', &[MEMBER], &[]),
    row("Director's", 'A', &[DIRECTOR], &[]),
    row("Client's", 'A', &[CLIENT], &[]),
    row("A's books", 'A', &[SUPER_ADMIN, ADMIN], &[]),
    row("B's", 'B', &[MEMBER_B], &[]),
    row("B's books", 'B', &[ADMIN_B], &[]),
];
