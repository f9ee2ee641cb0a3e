//! Do the finance figures, computed from the database's sums, say of any rows what the rows themselves say?

use crate::rig::{Rig, SUPER_ADMIN};
use crate::sql_agreement::Seeded;
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use revos_shared::Money;
use revos_shared::finance::{
    Aging, BillingFrequency, ExpenseCategory, FinanceFigures, FinanceInputs, TimeScope,
    days_sales_outstanding,
};
use revos_shared::kernel::fiscal::first_of_month;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

/// One set of terms: whose, how much, how often, from and until when.
struct Terms(usize, Money, BillingFrequency, Date, Option<Date>);

/// One invoice: status, net, tax, paid, issued, due, for a subscription.
struct Invoice(&'static str, Money, Money, Money, Date, Date, bool);

/// One expense: day, category, cost of revenue, amount, approved.
struct Expense(Date, ExpenseCategory, bool, Money, bool);

/// One entry: day, in and not out, opening balance, amount.
struct Entry(Date, bool, bool, Money);

#[derive(Default)]
struct Books {
    terms: Vec<Terms>,
    invoices: Vec<Invoice>,
    expenses: Vec<Expense>,
    entries: Vec<Entry>,
    /// Day, amount, reversed.
    payments: Vec<(Date, Money, bool)>,
}

fn amount(seeded: &mut Seeded, below: u64) -> Money {
    Money::from_minor(i64::try_from(seeded.below(below) + 1).unwrap())
}

fn some_day(seeded: &mut Seeded, as_of: Date) -> Date {
    match seeded.below(4) {
        0 => seeded.one(&[
            as_of,
            first_of_month(as_of, 0),
            first_of_month(as_of, 0).yesterday().unwrap(),
            first_of_month(as_of, -3),
            as_of.checked_sub(1.year()).unwrap(),
        ]),
        _ => as_of.checked_sub(i64::try_from(seeded.below(480)).unwrap().days()).unwrap(),
    }
}

impl Books {
    fn of(seeded: &mut Seeded, as_of: Date) -> Self {
        let mut books = Self::default();
        for _ in 0..seeded.one(&[0, 1, 4, 30]) {
            let from = some_day(seeded, as_of);
            let days = (seeded.below(2) == 0).then(|| i64::try_from(seeded.below(300)).unwrap());
            books.terms.push(Terms(
                usize::try_from(seeded.below(4)).unwrap(),
                amount(seeded, 10_000_000),
                seeded.one(BillingFrequency::ALL),
                from,
                days.map(|days| from.checked_add(days.days()).unwrap()),
            ));
        }
        for _ in 0..seeded.one(&[0, 2, 40]) {
            let (net, tax) = (amount(seeded, 5_000_000), amount(seeded, 300_000));
            let status = seeded.one(&["draft", "sent", "sent", "paid", "cancelled"]);
            let paid = match status {
                "paid" => net + tax,
                "sent" => Money::from_minor(i64::try_from(seeded.below(net.minor().unsigned_abs())).unwrap()),
                _ => Money::ZERO,
            };
            let issued = some_day(seeded, as_of);
            let due = issued.checked_add(seeded.one(&[0_i64, 15, 30, 60, 90]).days()).unwrap();
            books.invoices.push(Invoice(status, net, tax, paid, issued, due, seeded.below(2) == 0));
        }
        for _ in 0..seeded.one(&[0, 3, 40]) {
            books.expenses.push(Expense(
                some_day(seeded, as_of),
                seeded.one(ExpenseCategory::ALL),
                seeded.below(3) == 0,
                amount(seeded, 2_000_000),
                seeded.below(4) > 0,
            ));
        }
        for _ in 0..seeded.one(&[0, 3, 60]) {
            let incoming = seeded.below(3) == 0;
            let opening = incoming && seeded.below(8) == 0;
            books.entries.push(Entry(some_day(seeded, as_of), incoming, opening, amount(seeded, 9_000_000)));
        }
        for _ in 0..seeded.one(&[0, 2, 30]) {
            books.payments.push((some_day(seeded, as_of), amount(seeded, 900_000), seeded.below(4) == 0));
        }
        books
    }

    fn statements(&self, organization: &str) -> String {
        let mut sql = "set local session_replication_role = replica;
            delete from public.invoice_payments; delete from public.invoice_line_items;
            delete from public.invoices; delete from public.subscriptions; delete from public.expenses;
            delete from public.cash_flow_entries;"
            .to_owned();
        let client = |place: usize| {
            format!(
                "(select id from public.clients where organization_id = '{organization}' order by name offset {place} limit 1)"
            )
        };
        let person = format!(
            "(select id from public.users where organization_id = '{organization}' order by email limit 1)"
        );
        let other = format!(
            "(select id from public.users where organization_id = '{organization}' order by email desc limit 1)"
        );
        sql.push_str(&format!(
            "insert into public.subscriptions (organization_id, client_id, product_name, status, amount, trial_ends_on)
             values ('{organization}', {}, 'Trial', 'trial', 1234.56, '2030-01-01');",
            client(0)
        ));
        for Terms(who, amount, frequency, from, until) in &self.terms {
            let (status, until) =
                until.map_or(("active", "null".to_owned()), |day| ("cancelled", format!("'{day}'")));
            sql.push_str(&format!(
                "insert into public.subscriptions (organization_id, client_id, product_name, status, amount,
                   billing_frequency, activated_on, ended_on)
                 values ('{organization}', {}, 'One', '{status}', {amount}, '{frequency}', '{from}', {until});",
                client(*who)
            ));
        }
        for (place, Invoice(status, net, tax, paid, issued, due, subscribed)) in
            self.invoices.iter().enumerate()
        {
            let at = |wanted: &str| if *status == wanted { "now()" } else { "null" };
            // Only whether there is a subscription counts; replicas do not look where it is.
            let subscription = if *subscribed {
                "(select id from public.subscriptions where product_name = 'Trial')"
            } else {
                "null"
            };
            sql.push_str(&format!(
                "insert into public.invoices (organization_id, client_id, invoice_number, status, amount, tax,
                   amount_paid, issue_date, due_date, paid_at, cancelled_at, subscription_id)
                 values ('{organization}', {}, 'R-{place}', '{status}', {net}, {tax}, {paid}, '{issued}', '{due}',
                   {}, {}, {subscription});",
                client(place % 4),
                at("paid"),
                at("cancelled")
            ));
        }
        for (received, amount, reversed) in &self.payments {
            let reversal = if *reversed { "now(), 'mistake'" } else { "null, null" };
            sql.push_str(&format!(
                "insert into public.invoice_payments (organization_id, invoice_id, amount, received_on, method,
                   reversed_at, reversal_reason)
                 values ('{organization}', gen_random_uuid(), {amount}, '{received}', 'other', {reversal});"
            ));
        }
        for Expense(day, category, cost, amount, approved) in &self.expenses {
            let approval = if *approved { format!("now(), {other}") } else { "null, null".to_owned() };
            sql.push_str(&format!(
                "insert into public.expenses (organization_id, created_by, expense_date, category, cost_of_revenue,
                   vendor, description, amount, approved_at, approved_by)
                 values ('{organization}', {person}, '{day}', '{category}', {cost}, 'V', 'D', {amount}, {approval});"
            ));
        }
        for Entry(day, incoming, opening, amount) in &self.entries {
            let kind = if *incoming { "inflow" } else { "outflow" };
            let source = if *opening { "opening_balance" } else { "manual" };
            sql.push_str(&format!(
                "insert into public.cash_flow_entries (organization_id, entry_date, type, category, description,
                   amount, source)
                 values ('{organization}', '{day}', '{kind}', 'C', 'D', {amount}, '{source}');"
            ));
        }
        sql
    }

    fn mrr_of(&self, who: usize, day: Date) -> Money {
        let counting = self
            .terms
            .iter()
            .filter(|terms| terms.0 == who && terms.3 <= day && terms.4.is_none_or(|until| day < until));
        counting.map(|terms| terms.2.monthly(terms.1)).sum()
    }

    fn mrr(&self, day: Date) -> Money {
        (0..4).map(|who| self.mrr_of(who, day)).sum()
    }

    fn issued(&self, from: Date, to: Date) -> impl Iterator<Item = &Invoice> {
        self.invoices
            .iter()
            .filter(move |invoice| matches!(invoice.0, "sent" | "paid") && (from..=to).contains(&invoice.4))
    }

    fn billed(&self, from: Date, to: Date) -> Money {
        self.issued(from, to).map(|invoice| invoice.1 + invoice.2).sum()
    }

    fn collected(&self, from: Date, to: Date) -> Money {
        let counting =
            self.payments.iter().filter(|(day, _, reversed)| !reversed && (from..=to).contains(day));
        counting.map(|(_, amount, _)| *amount).sum()
    }

    fn cash(&self, to: Date) -> Money {
        let signed = |entry: &Entry| if entry.1 { entry.3.minor() } else { -entry.3.minor() };
        Money::from_minor(self.entries.iter().filter(|entry| entry.0 <= to).map(signed).sum())
    }

    fn compare(&self, figures: &FinanceFigures, told: &str) {
        let (as_of, window) = (figures.as_of, figures.window);
        let known = |money: Money| Some(money);
        assert_eq!(figures.recurring.mrr.value().copied(), known(self.mrr(as_of)), "{told}");
        assert_eq!(figures.previous_mrr.value().copied(), known(self.mrr(window.previous_to)), "{told}");
        for point in &figures.mrr_line {
            assert_eq!(point.mrr.value().copied(), known(self.mrr(point.day)), "{told} {}", point.day);
        }
        let start = window.from.yesterday().unwrap();
        assert_eq!(
            (figures.movements.start, figures.movements.end),
            (self.mrr(start), self.mrr(as_of)),
            "{told}"
        );
        let lost = (0..4)
            .filter(|who| self.mrr_of(*who, start) > Money::ZERO && self.mrr_of(*who, as_of) == Money::ZERO)
            .map(|who| self.mrr_of(who, start))
            .sum();
        assert_eq!(figures.movements.churn, lost, "{told}");
        let then = as_of.checked_sub(1.year()).unwrap();
        let cohort: Money = (0..4).map(|who| self.mrr_of(who, then)).sum();
        assert_eq!(figures.retention.nrr.value().is_some(), cohort > Money::ZERO, "{told}");

        let open = self.invoices.iter().filter(|invoice| invoice.0 == "sent").map(|invoice| {
            let days = (as_of - invoice.5).get_days();
            (Money::from_minor(invoice.1.minor() + invoice.2.minor() - invoice.3.minor()), i64::from(days))
        });
        let aging = Aging::of(open);
        let receivables = figures.receivables;
        assert_eq!((receivables.aging, receivables.ar), (aging, aging.total()), "{told}");
        assert_eq!(receivables.overdue, aging.overdue(), "{told}");
        let billed = self.billed(as_of.checked_sub(89.days()).unwrap(), as_of);
        assert_eq!(receivables.dso, days_sales_outstanding(aging.total(), billed), "{told}");
        assert_eq!(figures.billed, self.billed(window.from, as_of), "{told}");
        assert_eq!(figures.previous_billed, self.billed(window.previous_from, window.previous_to), "{told}");
        assert_eq!(figures.collected, self.collected(window.from, as_of), "{told}");
        assert_eq!(
            figures.previous_collected,
            self.collected(window.previous_from, window.previous_to),
            "{told}"
        );

        if let Some(balance) = figures.cash.balance.value() {
            assert_eq!(*balance, self.cash(as_of), "{told}");
        } else {
            assert!(self.entries.is_empty(), "{told}");
        }
        if let Some(previous) = figures.previous_cash.value() {
            assert_eq!(*previous, self.cash(window.previous_to), "{told}");
        }
        for (cash, profit) in figures.cash.months.iter().zip(&figures.profit) {
            let (from, to) = (cash.month, first_of_month(cash.month, 1).yesterday().unwrap().min(as_of));
            let moved = |incoming: bool| -> Money {
                let counting = self
                    .entries
                    .iter()
                    .filter(|entry| entry.1 == incoming && !entry.2 && (from..=to).contains(&entry.0));
                counting.map(|entry| entry.3).sum()
            };
            assert_eq!((cash.cash_in, cash.cash_out), (moved(true), moved(false)), "{told} {from}");
            let revenue: Money = self.issued(from, to).map(|invoice| invoice.1).sum();
            assert_eq!(profit.revenue, revenue, "{told} {from}");
            let of = |wanted: &dyn Fn(&&Expense) -> bool| -> Money {
                let dated = self.expenses.iter().filter(|expense| (from..=to).contains(&expense.0));
                dated.filter(wanted).map(|expense| expense.3).sum()
            };
            assert_eq!(profit.spent, of(&|expense| expense.4), "{told} {from}");
            assert_eq!(profit.cost_of_revenue, of(&|expense| expense.4 && expense.2), "{told} {from}");
            assert_eq!(profit.unapproved, of(&|expense| !expense.4), "{told} {from}");
            for total in &profit.expenses {
                let spent = of(&|expense| expense.4 && expense.1 == total.category);
                assert_eq!(total.amount, spent, "{told} {from}");
            }
        }
    }
}

async fn inputs(connection: &mut PgConnection, organization: &str, as_of: Date) -> FinanceInputs {
    let query = format!("select private.finance_inputs_at('{organization}', '{as_of}', 13)::text");
    let text: String = sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(connection).await.unwrap();
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn the_figures_of_any_books_are_the_same() {
    let rig = Rig::new().await;
    let mut connection = rig.connection().await;
    let organization = rig.organization("marlowick").await;
    let mut seeded = Seeded(20_260_523);
    for round in 0..24 {
        let as_of = seeded.one(&[
            date(2026, 5, 20),
            date(2026, 3, 31),
            date(2026, 1, 1),
            date(2028, 2, 29),
            date(2026, 12, 31),
        ]);
        let books = Books::of(&mut seeded, as_of);
        let mut transaction = connection.begin().await.unwrap();
        transaction.execute(sqlx::raw_sql(AssertSqlSafe(books.statements(&organization)))).await.unwrap();
        let inputs = inputs(&mut transaction, &organization, as_of).await;
        for scope in TimeScope::ALL {
            let figures = inputs.figures(*scope).unwrap();
            books.compare(&figures, &format!("round {round}, {as_of}, {scope}"));
        }
        transaction.rollback().await.unwrap();
    }
}

#[tokio::test]
async fn the_demo_data_has_the_figures_that_are_written_down() {
    let rig = Rig::new().await;
    let mut connection = rig.as_person(SUPER_ADMIN).await;
    let organization = rig.organization("marlowick").await;
    let figures =
        inputs(&mut connection, &organization, date(2026, 5, 20)).await.figures(TimeScope::Quarter).unwrap();
    let whole = |amount: i64| Money::from_minor(amount * 100);
    let known = |figure: Option<&Money>| figure.map(|money| money.minor());
    // Demo data, section 8, and golden vector V7.
    assert_eq!(known(figures.recurring.mrr.value()), Some(6_365_000));
    assert_eq!(known(figures.recurring.arr.value()), Some(76_380_000));
    assert_eq!(figures.recurring.past_due, whole(3_400));
    let moved = figures.movements;
    assert_eq!((moved.start, moved.expansion, moved.churn), (whole(64_800), whole(1_250), whole(2_400)));
    assert_eq!((moved.net_new, moved.end), (whole(-1_150), whole(63_650)));
    assert_eq!((figures.retention.nrr.value(), figures.retention.grr.value()), (Some(&9_460), Some(&9_119)));
    let owed = figures.receivables;
    assert_eq!((owed.ar, owed.overdue), (whole(110_812), whole(17_412)));
    assert_eq!(owed.aging.buckets(), [93_400, 6_396, 11_016, 0, 0].map(whole));
    assert_eq!(owed.dso.value(), Some(&366));
    assert_eq!(figures.collected, whole(139_964));
    assert_eq!(known(figures.cash.balance.value()), Some(36_757_000));
    assert_eq!(known(figures.cash.net_burn.value()), Some(2_124_333));
    assert_eq!(figures.cash.runway.value().and_then(|runway| runway.tenths), Some(173));
    assert_eq!(figures.cash.outlook.value().map(Vec::len), Some(4));
    let of = |back: usize| {
        let month = &figures.profit[figures.profit.len() - 1 - back];
        (month.revenue, month.spent, month.net)
    };
    assert_eq!(of(1), (whole(32_700), whole(76_400), whole(-43_700)));
    assert_eq!(of(2), (whole(118_500), whole(77_200), whole(41_300)));
}
