//! What is spent, and what moves in and out of the account?

use crate::kernel::value_set;

value_set! {
    /// What money is spent on.
    ExpenseCategory {
        /// Pay and benefits.
        PayrollBenefits = "payroll_benefits",
        /// Marketing and advertising.
        MarketingAdvertising = "marketing_advertising",
        /// Software.
        SoftwareTools = "software_tools",
        /// Office and equipment.
        OfficeEquipment = "office_equipment",
        /// Travel and entertainment.
        TravelEntertainment = "travel_entertainment",
        /// Services of others.
        ProfessionalServices = "professional_services",
        /// Hosting.
        HostingInfrastructure = "hosting_infrastructure",
        /// Anything else.
        Other = "other",
    }
}

value_set! {
    /// Direction of a cash entry.
    CashType {
        /// Money that came in.
        Inflow = "inflow",
        /// Money that went out.
        Outflow = "outflow",
    }
}

value_set! {
    /// What a cash entry records.
    CashSource {
        /// Typed by a person.
        Manual = "manual",
        /// The balance at the start.
        OpeningBalance = "opening_balance",
        /// A payment of an invoice.
        InvoicePayment = "invoice_payment",
        /// A payment that was taken back.
        PaymentReversal = "payment_reversal",
        /// A paid expense.
        Expense = "expense",
    }
}
