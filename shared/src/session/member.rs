//! Who is the signed-in person, and what may they do?

use crate::kernel::ids::{ClientId, OrganizationId, UserId};
use crate::kernel::money::Money;
use crate::kernel::value_set;
use serde::{Deserialize, Serialize};

value_set! {
    /// What a person is in an organization.
    Persona {
        /// Operates RevOS across organizations.
        SuperAdmin = "SuperAdmin",
        /// Runs one organization.
        Admin = "Admin",
        /// Leads clients and opportunities; reads money.
        Director = "Director",
        /// Works on own clients and opportunities.
        Member = "Member",
        /// A customer's user, tied to one client.
        Client = "Client",
    }
}

impl Persona {
    /// Everybody but a customer's user.
    #[must_use]
    pub const fn is_staff(self) -> bool {
        !matches!(self, Self::Client)
    }
}

/// A right, by name, as the database computes it; for example `clients.read`.
///
/// A text and not a closed set: an older page must survive a newer database.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Capability(pub String);

impl Capability {
    /// Reads the clients list and records.
    pub const CLIENTS_READ: &'static str = "clients.read";
    /// Changes any client.
    pub const CLIENTS_WRITE_ALL: &'static str = "clients.write_all";
    /// Changes own clients.
    pub const CLIENTS_WRITE_OWN: &'static str = "clients.write_own";
    /// See the pipeline.
    pub const PIPELINE_READ: &'static str = "pipeline.read";
    /// Change every opportunity.
    pub const PIPELINE_WRITE_ALL: &'static str = "pipeline.write_all";
    /// Change the own opportunities, and add some.
    pub const PIPELINE_WRITE_OWN: &'static str = "pipeline.write_own";
    /// Import prospects.
    pub const PIPELINE_IMPORT: &'static str = "pipeline.import";
    /// Take an opportunity back from "won".
    pub const PIPELINE_REOPEN_WON: &'static str = "pipeline.reopen_won";
    /// See the organization's money.
    pub const FINANCE_READ: &'static str = "finance.read";
    /// Change invoices, subscriptions, expenses and cash.
    pub const FINANCE_WRITE: &'static str = "finance.write";
    /// See cash, burn and runway.
    pub const OVERVIEW_CASH: &'static str = "overview.cash";
    /// Admit people, change their roles, and see to what they share.
    pub const MEMBERS_MANAGE: &'static str = "members.manage";
    /// Change the organization, its sales target among the rest.
    pub const ORGANIZATION_MANAGE: &'static str = "organization.manage";
    /// Start runs of playbooks, and retry failed ones.
    pub const AUTOMATIONS_RUN: &'static str = "automations.run";
    /// Write playbooks, switch them on and off.
    pub const AUTOMATIONS_MANAGE: &'static str = "automations.manage";
}

/// The signed-in person, their organization and their rights.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The person.
    pub person: Person,
    /// The organization whose rows are shown.
    pub organization: Organization,
    /// What the person may do there.
    pub capabilities: Vec<Capability>,
}

impl Member {
    /// May the person do this?
    #[must_use]
    pub fn can(&self, capability: &str) -> bool {
        self.capabilities.iter().any(|held| held.0 == capability)
    }
}

/// A person with a membership.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The `sub` of the access token.
    pub id: UserId,
    /// As shown to colleagues.
    pub name: String,
    /// The address signed in with.
    pub email: String,
    /// What the person is here.
    pub persona: Persona,
    /// The account a Client persona belongs to.
    pub client_id: Option<ClientId>,
    /// A picture, if any.
    pub avatar_url: Option<String>,
    /// The person's own time zone, if it differs from the organization's.
    pub time_zone: Option<String>,
}

/// A tenant, as far as everybody in it may know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// As shown.
    pub name: String,
    /// As used in addresses.
    pub slug: String,
    /// ISO 4217 code of the one currency of all its amounts.
    pub currency: String,
    /// IANA name; decides what day it is.
    pub time_zone: String,
    /// 1–12.
    pub fiscal_year_start_month: u8,
    /// Sales target of a fiscal quarter; none set means no coverage and no variance.
    pub quarterly_target: Option<Money>,
}
