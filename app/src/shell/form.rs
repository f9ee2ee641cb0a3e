//! How do the problems of a change come to the fields of a form?

use revos_shared::kernel::check::Problem;
use revos_ui::Problem as FieldProblem;
use uuid::Uuid;

/// Problems as the form shows them; `fields` gives the input of each field by the server's name for it.
pub(crate) fn field_problems(problems: &[Problem], fields: &[(&str, &'static str)]) -> Vec<FieldProblem> {
    problems
        .iter()
        .filter_map(|problem| {
            let name = problem.field.as_deref()?;
            let (_, field) = fields.iter().find(|(known, _)| *known == name)?;
            Some(FieldProblem { field, text: sentence(&problem.key).to_owned() })
        })
        .collect()
}

/// What a problem's key means to a person.
pub(crate) fn sentence(key: &str) -> &'static str {
    match key {
        "required" => "Fill this in.",
        "too_long" => "This is too long.",
        "too_many" => "These are too many.",
        "out_of_range" => "This is outside of what is possible.",
        "not_a_date" => "Enter a day such as 2026-05-20.",
        "not_a_number" | "too_many_decimals" => "Enter an amount with at most two decimal places.",
        "not_an_address" => "Enter an e-mail address such as name@example.com.",
        "not_a_link" => "Enter a link that begins with https:// or http://.",
        "not_text" => "This holds characters that cannot be kept.",
        "overlapping" => "There are terms for this product on that day already.",
        "not_a_secure_link" => "Enter a link that begins with https://.",
        "before_issue_date" => "This is before the day of issue.",
        "more_than_owed" => "This is more than is owed.",
        "not_found" => "This is no longer there, or belongs to somebody else.",
        "in_the_future" => "This day is still to come.",
        "duplicate" => "There is one like this already.",
        _ => "This cannot be right.",
    }
}

/// An id that nobody else has.
pub(crate) fn new_id() -> Uuid {
    let id = web_sys::window().and_then(|window| window.crypto().ok()).map(|crypto| crypto.random_uuid());
    id.and_then(|id| id.parse().ok()).unwrap_or_default()
}
