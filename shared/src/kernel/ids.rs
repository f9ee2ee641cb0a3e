//! Which row is meant? One id type per kind of row, so that they cannot be mixed up.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

id!(
    /// A client of an organization.
    ClientId
);
id!(
    /// A tenant.
    OrganizationId
);
id!(
    /// A person; the `sub` of the access token.
    UserId
);
id!(
    /// A person at a client.
    ContactId
);
id!(
    /// A possible sale.
    OpportunityId
);
id!(
    /// A project.
    ProjectId
);
id!(
    /// An invoice.
    InvoiceId
);
id!(
    /// A payment of an invoice.
    PaymentId
);
id!(
    /// A subscription: one set of terms.
    SubscriptionId
);
id!(
    /// An expense.
    ExpenseId
);
id!(
    /// An entry of the cash book.
    CashEntryId
);
id!(
    /// A card of a client's board.
    KanbanItemId
);
id!(
    /// A deliverable.
    DeliverableId
);
id!(
    /// A data source of a client.
    DataSourceId
);
id!(
    /// A person's plan for a day.
    DailyPlanId
);
id!(
    /// An item of a plan.
    PriorityId
);
id!(
    /// A focus session.
    FocusSessionId
);
id!(
    /// A version of an agent.
    AgentDefinitionId
);
id!(
    /// A run of an agent.
    AgentRunId
);
id!(
    /// An automation playbook.
    PlaybookId
);
id!(
    /// A step of a playbook.
    StepId
);
id!(
    /// A run of a playbook.
    AutomationRunId
);
id!(
    /// A connected account.
    IntegrationId
);
id!(
    /// A client's commercial terms.
    CommercialsId
);
id!(
    /// A question of a client's discovery.
    QuestionId
);
id!(
    /// A client's discovery form.
    DiscoveryId
);
id!(
    /// A client's terms of payment.
    TermsId
);
id!(
    /// A list under a name.
    SavedViewId
);
id!(
    /// A note on an opportunity.
    NoteId
);
id!(
    /// An activity of an opportunity.
    ActivityId
);
