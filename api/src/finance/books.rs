//! How are subscriptions, expenses and cash read and changed? Terms by functions, entries by one row with its version.

use crate::http::conditional::{Found, answer_by_digest, digest};
use crate::http::extract::{Checked, JsonBody, Params};
use crate::http::failure::Failure;
use crate::http::signed_in::SignedIn;
use crate::http::writing::{Table, Writing, columns_of, read_before};
use axum::Json;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use revos_shared::finance::changes::{
    CashDetail, CashFields, ChangedTerms, ExpenseDetail, ExpenseFields, PaidOn, StatusChange,
    SubscriptionFields, SubscriptionState, TermsChange,
};
use revos_shared::finance::endpoints::{
    CashEntryQuery, CashEntryRemoval, ExpenseQuery, ExpenseRemoval, ListCashEntries, ListExpenses,
    ListSubscriptions, SubscriptionQuery,
};
use revos_shared::finance::{
    ArrangementRow, CashEntry, CashList, CashQuery, CashSums, ExpenseList, ExpenseRow, ExpenseSums,
    ExpensesQuery, SubscriptionList, SubscriptionRow, SubscriptionSums, SubscriptionsQuery,
};
use revos_shared::kernel::bulk::AtVersion;
use revos_shared::kernel::endpoint::NoQuery;
use serde::Deserialize;
use serde_json::json;

const EXPENSES: Table = Table {
    name: "expenses",
    columns: "id,expense_date,vendor,category,description,amount,cost_of_revenue,recurring_frequency,\
              receipt_url,notes,approved_at,paid_on,version",
};
const CASH: Table = Table {
    name: "cash_flow_entries",
    columns: "id,entry_date,type,category,description,amount,source,version",
};

/// The subscriptions that match, with sums over all of them, and what active clients have agreed to.
///
/// # Errors
/// `invalid_argument`, `forbidden` but for Directors and Admins, upstream codes.
pub async fn list_subscriptions(
    signed_in: SignedIn,
    headers: HeaderMap,
    Params(query): Params<SubscriptionsQuery>,
) -> Result<Response, Failure> {
    query.check().map_err(|(name, expected)| Failure::parameter(name, &expected))?;
    let read = async {
        let arguments = json!({
            "p_filter": {
                "status": query.status.iter().collect::<Vec<_>>(),
                "client": query.client.into_iter().collect::<Vec<_>>(),
            },
            "p_sort": query.sort().to_string(),
            "p_limit": query.limit(),
            "p_organization_id": signed_in.other_organization(),
        });
        let listed: ListedSubscriptions = signed_in.caller()?.read("list_subscriptions", arguments).await?;
        let ListedSubscriptions { rows, total, sums, arrangements } = listed;
        let count = rows.len();
        Ok(Found::first(SubscriptionList { rows, sums, arrangements }, count, total))
    };
    let digest = digest(&signed_in, "subscriptions_digest");
    answer_by_digest::<ListSubscriptions, _>(&signed_in, &headers, &query, digest, read).await
}

/// The expenses that match, with sums over all of them.
///
/// # Errors
/// `invalid_argument`, `forbidden` but for Directors and Admins, upstream codes.
pub async fn list_expenses(
    signed_in: SignedIn,
    headers: HeaderMap,
    Params(query): Params<ExpensesQuery>,
) -> Result<Response, Failure> {
    query.check().map_err(|(name, expected)| Failure::parameter(name, &expected))?;
    let read = async {
        let arguments = json!({
            "p_filter": {
                "q": query.text(),
                "category": query.category.iter().collect::<Vec<_>>(),
                "state": query.state.iter().collect::<Vec<_>>(),
                "month": query.month.map(|day| day.to_string()),
            },
            "p_sort": query.sort().to_string(),
            "p_limit": query.limit(),
            "p_organization_id": signed_in.other_organization(),
        });
        let listed: Listed<ExpenseRow, ExpenseSums> =
            signed_in.caller()?.read("list_expenses", arguments).await?;
        let Listed { rows, total, sums } = listed;
        let count = rows.len();
        Ok(Found::first(ExpenseList { rows, sums }, count, total))
    };
    let digest = digest(&signed_in, "expenses_digest");
    answer_by_digest::<ListExpenses, _>(&signed_in, &headers, &query, digest, read).await
}

/// The cash entries that match, with sums over all of them and what was left after each.
///
/// # Errors
/// `invalid_argument`, `forbidden` but for Directors and Admins, upstream codes.
pub async fn list_cash_entries(
    signed_in: SignedIn,
    headers: HeaderMap,
    Params(query): Params<CashQuery>,
) -> Result<Response, Failure> {
    query.check().map_err(|(name, expected)| Failure::parameter(name, &expected))?;
    let read = async {
        let arguments = json!({
            "p_filter": {
                "type": query.kind.iter().collect::<Vec<_>>(),
                "source": query.source.iter().collect::<Vec<_>>(),
                "from": query.from.map(|day| day.to_string()),
                "to": query.to.map(|day| day.to_string()),
            },
            "p_limit": query.limit(),
            "p_organization_id": signed_in.other_organization(),
        });
        let listed: Listed<CashEntry, CashSums> =
            signed_in.caller()?.read("list_cash_entries", arguments).await?;
        let Listed { rows, total, sums } = listed;
        let count = rows.len();
        Ok(Found::first(CashList { rows, sums }, count, total))
    };
    let digest = digest(&signed_in, "cash_digest");
    answer_by_digest::<ListCashEntries, _>(&signed_in, &headers, &query, digest, read).await
}

/// Adds terms of recurring revenue, as a trial or in force.
///
/// # Errors
/// `validation_failed` (also for terms that overlap others of the product), `not_found` with the field, `forbidden`
/// but for Admins, upstream codes.
pub async fn create_subscription(
    writing: Writing,
    Params(NoQuery {}): Params<NoQuery>,
    Checked(subscription): Checked<SubscriptionFields>,
) -> Result<(StatusCode, Json<SubscriptionState>), Failure> {
    let mut fields = columns_of(&subscription)?;
    fields.retain(|_, value| !value.is_null());
    let arguments = json!({ "p_subscription": fields, "p_organization_id": writing.other_organization() });
    Ok((StatusCode::CREATED, Json(writing.call("create_subscription", arguments).await?)))
}

/// New terms from a day on: those in force end there, and others begin.
///
/// # Errors
/// `validation_failed` (also for a day before the terms began), `not_found`, `stale_version` with the subscription as
/// it is now, `invalid_transition` when it is not in force, `forbidden` but for Admins, upstream codes.
pub async fn change_subscription(
    writing: Writing,
    Params(SubscriptionQuery { subscription_id }): Params<SubscriptionQuery>,
    Checked(terms): Checked<TermsChange>,
) -> Result<Json<ChangedTerms>, Failure> {
    let arguments = json!({
        "p_subscription_id": subscription_id,
        "p_amount": terms.amount,
        "p_billing_frequency": terms.billing_frequency,
        "p_effective_on": terms.effective_on.to_string(),
        "p_version": terms.version,
    });
    Ok(Json(writing.call("change_subscription", arguments).await.map_err(dated)?))
}

/// Starts, pauses, resumes or cancels from a day on, or marks as past due and back.
///
/// # Errors
/// As [`change_subscription`].
pub async fn set_subscription_status(
    writing: Writing,
    Params(SubscriptionQuery { subscription_id }): Params<SubscriptionQuery>,
    Checked(change): Checked<StatusChange>,
) -> Result<Json<SubscriptionState>, Failure> {
    let mut arguments = json!({
        "p_subscription_id": subscription_id,
        "p_status": change.status,
        "p_effective_on": change.effective_on.map(|day| day.to_string()),
        "p_version": change.version,
    });
    if let Some(reason) = change.reason {
        arguments["p_reason"] = json!(reason);
    }
    Ok(Json(writing.call("set_subscription_status", arguments).await.map_err(dated)?))
}

/// A day that cannot be is a problem of its field.
fn dated(failure: Failure) -> Failure {
    failure.as_field("p_effective_on", "effective_on", "out_of_range")
}

/// Enters an expense.
///
/// # Errors
/// `validation_failed`, `forbidden` but for Admins, upstream codes.
pub async fn create_expense(
    writing: Writing,
    Params(NoQuery {}): Params<NoQuery>,
    Checked(expense): Checked<ExpenseFields>,
) -> Result<(StatusCode, Json<ExpenseDetail>), Failure> {
    Ok((StatusCode::CREATED, Json(writing.insert(&EXPENSES, columns_of(&expense)?).await?)))
}

/// Replaces the fields of an expense; what was approved keeps its amount, category and day.
///
/// # Errors
/// `validation_failed`, `not_found`, `stale_version` with the expense as it is now, `invalid_transition` once it is
/// approved, `forbidden` but for Admins, upstream codes.
pub async fn update_expense(
    writing: Writing,
    Params(ExpenseQuery { expense_id }): Params<ExpenseQuery>,
    Checked(expense): Checked<ExpenseFields>,
) -> Result<Json<ExpenseDetail>, Failure> {
    let version = read_before(expense.version)?;
    let keys = [("id", expense_id.to_string())];
    writing.update(&EXPENSES, &keys, version, columns_of(&expense)?).await.map(Json)
}

/// Removes an expense that is not paid.
///
/// # Errors
/// `not_found`, `stale_version` with the expense as it is now, `invalid_transition` once it is paid, `forbidden` but
/// for Admins, upstream codes.
pub async fn delete_expense(
    writing: Writing,
    Params(ExpenseRemoval { expense_id, version }): Params<ExpenseRemoval>,
) -> Result<StatusCode, Failure> {
    writing.delete::<ExpenseDetail>(&EXPENSES, &[("id", expense_id.to_string())], version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Approves an expense that somebody else entered.
///
/// # Errors
/// `self_approval`, `not_found`, `stale_version` with the expense as it is now, `forbidden` but for Admins, upstream
/// codes.
pub async fn approve_expense(
    writing: Writing,
    Params(ExpenseQuery { expense_id }): Params<ExpenseQuery>,
    JsonBody(AtVersion { version }): JsonBody<AtVersion>,
) -> Result<Json<ExpenseDetail>, Failure> {
    let arguments = json!({ "p_expense_id": expense_id, "p_version": version });
    Ok(Json(writing.call("approve_expense", arguments).await?))
}

/// Marks an approved expense as paid, which posts the cash entry.
///
/// # Errors
/// `validation_failed` (also for a day in the future), `not_found`, `stale_version` with the expense as it is now,
/// `invalid_transition` unless it is approved and unpaid, `forbidden` but for Admins, upstream codes.
pub async fn mark_expense_paid(
    writing: Writing,
    Params(ExpenseQuery { expense_id }): Params<ExpenseQuery>,
    Checked(PaidOn { version, paid_on }): Checked<PaidOn>,
) -> Result<Json<ExpenseDetail>, Failure> {
    let arguments =
        json!({ "p_expense_id": expense_id, "p_paid_on": paid_on.to_string(), "p_version": version });
    let paid = writing.call("mark_expense_paid", arguments).await;
    Ok(Json(paid.map_err(|failure: Failure| failure.as_field("p_paid_on", "paid_on", "in_the_future"))?))
}

/// Enters cash by hand.
///
/// # Errors
/// `validation_failed`, `forbidden` but for Admins, upstream codes.
pub async fn create_cash_entry(
    writing: Writing,
    Params(NoQuery {}): Params<NoQuery>,
    Checked(entry): Checked<CashFields>,
) -> Result<(StatusCode, Json<CashDetail>), Failure> {
    Ok((StatusCode::CREATED, Json(writing.insert(&CASH, columns_of(&entry)?).await?)))
}

/// Replaces the fields of an entry made by hand.
///
/// # Errors
/// `validation_failed`, `not_found`, `stale_version` with the entry as it is now, `use_function` for a posted one,
/// `forbidden` but for Admins, upstream codes.
pub async fn update_cash_entry(
    writing: Writing,
    Params(CashEntryQuery { entry_id }): Params<CashEntryQuery>,
    Checked(entry): Checked<CashFields>,
) -> Result<Json<CashDetail>, Failure> {
    let version = read_before(entry.version)?;
    writing.update(&CASH, &[("id", entry_id.to_string())], version, columns_of(&entry)?).await.map(Json)
}

/// Removes an entry made by hand.
///
/// # Errors
/// `not_found`, `stale_version` with the entry as it is now, `use_function` for a posted one, `forbidden` but for
/// Admins, upstream codes.
pub async fn delete_cash_entry(
    writing: Writing,
    Params(CashEntryRemoval { entry_id, version }): Params<CashEntryRemoval>,
) -> Result<StatusCode, Failure> {
    writing.delete::<CashDetail>(&CASH, &[("id", entry_id.to_string())], version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A list as the database writes it.
#[derive(Deserialize)]
struct Listed<Row, Sums> {
    rows: Vec<Row>,
    total: u64,
    sums: Sums,
}

/// `list_subscriptions()` as the database writes it.
#[derive(Deserialize)]
struct ListedSubscriptions {
    rows: Vec<SubscriptionRow>,
    total: u64,
    sums: SubscriptionSums,
    arrangements: Vec<ArrangementRow>,
}
