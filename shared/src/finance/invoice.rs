//! What is an invoice, and how is it paid?

use crate::kernel::value_set;

value_set! {
    /// How an invoice stands. Overdue is derived: sent, and due before the day in question.
    InvoiceStatus {
        /// Not sent yet.
        Draft = "draft",
        /// Sent, and not fully paid.
        Sent = "sent",
        /// Fully paid.
        Paid = "paid",
        /// Withdrawn.
        Cancelled = "cancelled",
    }
}

value_set! {
    /// Where an invoice was made.
    InvoiceSource {
        /// Here, by a person.
        Manual = "manual",
        /// In QuickBooks.
        QuickBooks = "quickbooks",
        /// Here, by a playbook.
        Automation = "automation",
    }
}

value_set! {
    /// How money arrived.
    PaymentMethod {
        /// Bank transfer.
        BankTransfer = "bank_transfer",
        /// Card.
        Card = "card",
        /// Check.
        Check = "check",
        /// Cash.
        Cash = "cash",
        /// Recorded in QuickBooks.
        QuickBooks = "quickbooks",
        /// No money: a balance was written off.
        Adjustment = "adjustment",
        /// Another way.
        Other = "other",
    }
}

value_set! {
    /// When an invoice is due.
    PaymentTerm {
        /// At once.
        DueOnReceipt = "due_on_receipt",
        /// 15 days after issue.
        Net15 = "net_15",
        /// 30 days after issue.
        Net30 = "net_30",
        /// 45 days after issue.
        Net45 = "net_45",
        /// 60 days after issue.
        Net60 = "net_60",
        /// 90 days after issue.
        Net90 = "net_90",
    }
}

impl PaymentTerm {
    /// Days from issue to due date.
    #[must_use]
    pub const fn days(self) -> u8 {
        match self {
            Self::DueOnReceipt => 0,
            Self::Net15 => 15,
            Self::Net30 => 30,
            Self::Net45 => 45,
            Self::Net60 => 60,
            Self::Net90 => 90,
        }
    }
}
