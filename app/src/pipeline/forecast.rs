//! How will the quarter end? Scenarios against the target, where they come from, and what to look at.

use super::data::use_forecast;
use super::desk::{Desk, Form};
use super::record::Panel;
use super::words;
use crate::shell::format;
use crate::shell::lists::{table, table_or};
use crate::shell::part::part;
use crate::shell::query::{Standby, Standing};
use leptos::prelude::*;
use revos_shared::Money;
use revos_shared::kernel::figure::Figure as Known;
use revos_shared::pipeline::{Forecast, Scenario, Score, Total};
use revos_ui::{Button, Figure, Panel as Frame, Signal, SkeletonLines, badge, effect, live};

part!(
    pipeline_views,
    pub(super) fn forecast_view(desk: Desk, panel: Panel) {
        forecast(desk, panel)
    }
);

fn forecast(desk: Desk, panel: Panel) -> AnyView {
    let answer = use_forecast(desk.api).following(desk.changes);
    let standing = Standing::of(answer.view, Callback::new(move |()| answer.refresh()), None);
    effect(move || panel.forecast.set(answer.value.get()));
    let export = move |()| {
        if let Some(forecast) = answer.value.get_untracked() {
            super::export::forecast(desk, &forecast);
        }
    };
    let tools = move || {
        view! {
            {desk.rights.target.then(|| {
                view! { <Button label="Set target" on_press=move |()| desk.open(Form::Target) /> }.into_any()
            })}
            <Button label="Export CSV" on_press=export />
        }
        .into_any()
    };
    view! {
        <Frame id="forecast" title="Forecast of the quarter" freshness=standing.freshness on_action=standing.on_action tools>
            <Standby
                standing
                what="the forecast of your organization"
                skeleton=|| view! { <SkeletonLines count=8 class="skeleton-rows" /> }.into_any()
            >
                {move || live(move || answer.value.get().map(|forecast| inside(desk, &forecast))).into_any()}
            </Standby>
        </Frame>
    }
    .into_any()
}

/// Today's figures beside those that were kept last at least a week ago.
fn history(desk: Desk, forecast: &Forecast) -> AnyView {
    let inside = match forecast.earlier {
        None => view! {
            <p class="quiet">
                "No forecast of a week ago was kept yet. One is kept each day from now on, so the first can be compared in a week."
            </p>
        }
        .into_any(),
        Some(earlier) => {
            let figures = [
                ("Open", forecast.open.amount, earlier.open_value),
                ("Weighted", forecast.open.weighted, earlier.open_weighted),
                ("Won", forecast.won, earlier.won),
                ("Commit", forecast.commit.amount, earlier.commit),
                ("Upside", forecast.upside.amount, earlier.upside),
                ("Best case", forecast.best.amount, earlier.best),
            ];
            let heads =
                [("Figure", false), ("Then", true), ("Today", true), ("Change", true)];
            let lines = table("Forecast then and today", &heads, figures.to_vec(), |(name, now, then)| {
                let change = then.map_or_else(
                    || format::NONE.to_owned(),
                    |then| signed(desk, Money::from_minor(now.minor() - then.minor())),
                );
                view! {
                    <tr>
                        <th scope="row">{name}</th>
                        <td class="number">{then.map_or_else(|| format::NONE.to_owned(), |then| desk.money(then))}</td>
                        <td class="number">{desk.money(now)}</td>
                        <td class="number">{change}</td>
                    </tr>
                }
                .into_any()
            });
            let day = desk.day(Some(earlier.snapshot_date));
            view! {
                <p class="quiet">{format!("Then is {day}: the last forecast that was kept at least 7 days ago.")}</p>
                {lines}
            }
            .into_any()
        }
    };
    view! {
        <section class="forecast-part" aria-labelledby="history-title">
            <h3 id="history-title">"Then and today"</h3>
            {inside}
        </section>
    }
    .into_any()
}

/// An amount with its sign.
fn signed(desk: Desk, amount: Money) -> String {
    let sign = if amount.minor() > 0 { "+" } else { "" };
    format!("{sign}{}", desk.money(amount))
}

fn inside(desk: Desk, forecast: &Forecast) -> AnyView {
    let money = move |amount: Money| desk.money(amount);
    let signed = move |amount: Money| signed(desk, amount);
    let figure = |label: &'static str, value: String, note: String| {
        view! { <Figure label value=Signal::stored(value) note=Signal::stored(note) /> }.into_any()
    };
    let scenario = |label: &'static str, scenario: &Scenario, before: Option<Money>| {
        let against = match (scenario.attainment.value(), scenario.variance.value()) {
            (Some(share), Some(variance)) => {
                format!("{} of target, {}", words::percent(*share), signed(*variance))
            }
            _ => words::figure(&scenario.attainment, words::percent).1,
        };
        let moved = before.map(|before| {
            let change = Money::from_minor(scenario.amount.minor() - before.minor());
            if change == Money::ZERO {
                "; as a week ago".to_owned()
            } else {
                format!("; {} in a week", signed(change))
            }
        });
        figure(label, money(scenario.amount), format!("{against}{}", moved.unwrap_or_default()))
    };
    let earlier = forecast.earlier;
    let was =
        |read: fn(&revos_shared::pipeline::EarlierForecast) -> Option<Money>| earlier.as_ref().and_then(read);
    let (coverage, no_coverage) = words::figure(&forecast.coverage, words::times);
    let rate = |known: &Known<i64>, won: u32, closed: u32| {
        let (value, why) = words::figure(known, words::percent);
        (value, if why.is_empty() { format!("{won} of {closed}") } else { why })
    };
    let quarter = rate(&forecast.win_rate.rate, forecast.win_rate.won, forecast.win_rate.closed);
    let year = rate(&forecast.win_rate_year.rate, forecast.win_rate_year.won, forecast.win_rate_year.closed);
    let (cycle, no_cycle) =
        words::figure(&forecast.cycle.median, |days| format!("{} days", words::tenths(days)));
    let mean =
        forecast.cycle.mean.value().map(|mean| format!("median of 365 days; mean {}", words::tenths(*mean)));
    let range = forecast.range;
    let method = format!(
        "Each open opportunity of the quarter is won whole or not at all. Of the chances, {} were typed by a person, {} are the win rate of the stage over the last 365 days, and {} are the probability of the stage for want of history. All outcomes are weighed: the quarter ends at or below p10 with 10 %, p50 with 50 % and p90 with 90 %.",
        range.by_person, range.by_history, range.by_stage,
    );
    let target = forecast.target.map_or_else(|| format::NONE.to_owned(), money);
    let sums = move |name: String, total: Total| {
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td class="number">{format::count(total.count.into())}</td>
                <td class="number">{money(total.amount)}</td>
                <td class="number">{money(total.weighted)}</td>
            </tr>
        }
        .into_any()
    };
    const SUMS: &[(&str, bool)] = &[("", false), ("Count", true), ("Amount", true), ("Weighted", true)];
    let heads = |first: &'static str| {
        let mut heads = SUMS.to_vec();
        heads[0] = (first, false);
        heads
    };
    let mut stages: Vec<(String, Total)> = forecast
        .stages
        .iter()
        .filter(|stage| stage.stage.is_open())
        .map(|stage| {
            let total = Total { count: stage.count, amount: stage.amount, weighted: stage.weighted };
            (words::stage(stage.stage).to_owned(), total)
        })
        .collect();
    stages.push(("All open".to_owned(), forecast.open));
    let mut months: Vec<(String, Total)> =
        forecast.months.iter().map(|month| (format::month(month.month), month.total)).collect();
    months.push(("Undated, in no scenario".to_owned(), forecast.undated));
    let owners = forecast.owners.clone();
    let scores =
        forecast.rows.iter().map(|row| (row.clone(), Score::of(row, &forecast.rates))).collect::<Vec<_>>();
    let scored = !scores.is_empty();
    let alerts = forecast.alerts.clone();
    let when = earlier.map(|earlier| {
        format!("Changes are since the forecast of {}.", desk.day(Some(earlier.snapshot_date)))
    });
    view! {
        <p class="quiet">
            {format!("{} to {}. ", desk.day(Some(forecast.quarter_start)), desk.day(Some(forecast.quarter_end)))}
            {when}
        </p>
        <dl class="forecast-figures">
            {figure("Target", target, String::new())}
            {figure("Won", money(forecast.won), was(|was| was.won).map(|before| {
                signed(Money::from_minor(forecast.won.minor() - before.minor())) + " in a week"
            }).unwrap_or_default())}
            {scenario("Commit", &forecast.commit, was(|was| was.commit))}
            {scenario("Upside", &forecast.upside, was(|was| was.upside))}
            {scenario("Best case", &forecast.best, was(|was| was.best))}
            {scenario("Weighted", &forecast.weighted, None)}
            {figure("Coverage", coverage, if no_coverage.is_empty() { "open of the quarter ÷ target".to_owned() } else { no_coverage })}
            {figure("Win rate, quarter", quarter.0, quarter.1)}
            {figure("Win rate, 365 days", year.0, year.1)}
            {figure("Sales cycle", cycle, mean.unwrap_or(no_cycle))}
        </dl>
        {history(desk, forecast)}
        <section class="forecast-part" aria-labelledby="range-title">
            <h3 id="range-title">"Range"</h3>
            <dl class="forecast-figures">
                {figure("p10", money(range.p10), "at or below with 10 %".to_owned())}
                {figure("p50", money(range.p50), "as likely above as below".to_owned())}
                {figure("p90", money(range.p90), "at or below with 90 %".to_owned())}
            </dl>
            <p class="quiet">{method}</p>
        </section>
        <div class="forecast-tables">
            <section class="forecast-part" aria-labelledby="stages-title">
                <h3 id="stages-title">"By stage"</h3>
                {table("Open pipeline by stage", &heads("Stage"), stages, move |(name, total)| sums(name, total))}
            </section>
            <section class="forecast-part" aria-labelledby="months-title">
                <h3 id="months-title">"By close month"</h3>
                {table("Open pipeline by close month", &heads("Month"), months, move |(name, total)| sums(name, total))}
            </section>
        </div>
        <section class="forecast-part" aria-labelledby="owners-title">
            <h3 id="owners-title">"By owner"</h3>
            {table_or(
                "Nobody leads a sale, and nobody closed one in the quarter.",
                "Forecast by owner",
                &[("Owner", false), ("Open", true), ("Amount", true), ("Weighted", true), ("Won", true), ("Commit", true), ("Win rate, 365 days", true)],
                owners,
                move |owner| {
                    let name = words::owner(owner.owner_name.as_deref(), owner.owner_id);
                    let (rate, why) = words::figure(&owner.win_rate.rate, words::percent);
                    view! {
                        <tr>
                            <th scope="row">{name}</th>
                            <td class="number">{format::count(owner.open.count.into())}</td>
                            <td class="number">{money(owner.open.amount)}</td>
                            <td class="number">{money(owner.open.weighted)}</td>
                            <td class="number">{money(owner.won)}</td>
                            <td class="number">{money(owner.commit)}</td>
                            <td class="number" title=why>{rate}</td>
                        </tr>
                    }
                    .into_any()
                },
            )}
        </section>
        <section class="forecast-part" aria-labelledby="alerts-title">
            <h3 id="alerts-title">"Alerts"</h3>
            {if alerts.is_empty() {
                view! { <p class="quiet">"Nothing needs a look today."</p> }.into_any()
            } else {
                let lines = alerts
                    .into_iter()
                    .map(|alert| {
                        let tone = words::severity(alert.severity);
                        let word = if alert.severity.as_str() == "critical" { "Critical" } else { "Warning" };
                        let text = words::alert(&alert);
                        let link = alert.opportunity_id.map(|id| {
                            view! { <a href=format!("/pipeline/{id}?view=forecast")>{alert.name}</a> " " }.into_any()
                        });
                        view! { <li>{badge(word, tone)} " " {link} <span>{text}</span></li> }.into_any()
                    })
                    .collect_view();
                view! { <ul class="forecast-alerts">{lines}</ul> }.into_any()
            }}
        </section>
        <section class="forecast-part" aria-labelledby="scores-title">
            <h3 id="scores-title">"Scores"</h3>
            {table_or(
                "There are no open opportunities to score.",
                "Open opportunities with their score",
                &[("Opportunity", false), ("Stage", false), ("Amount", true), ("Score", true), ("Prob. 35", true), ("Stage 25", true), ("Owner 20", true), ("Touches 10", true), ("Recent 10", true)],
                scores,
                move |(row, score)| {
                    let part = |value: Option<u8>| value.map_or_else(|| format::NONE.to_owned(), |value| format!("{value} %"));
                    let (word, tone) = words::risk(score.risk);
                    view! {
                        <tr>
                            <th scope="row">
                                <a href=format!("/pipeline/{}?view=forecast", row.id)>{row.name}</a>
                            </th>
                            <td>{words::stage(row.stage)}</td>
                            <td class="number">{money(row.amount)}</td>
                            <td class="number">
                                <span class="scored">
                                    {badge(word, tone)}
                                    <span class="score">{score.score.to_string()}</span>
                                </span>
                            </td>
                            <td class="number">{part(Some(score.probability))}</td>
                            <td class="number">{part(score.stage)}</td>
                            <td class="number">{part(score.owner)}</td>
                            <td class="number">{part(Some(score.engagement))}</td>
                            <td class="number">{part(Some(score.freshness))}</td>
                        </tr>
                    }
                    .into_any()
                },
            )}
            {scored.then(|| {
                let note = "– stands where there is not enough history; the other components then weigh more.";
                view! { <p class="quiet">{note}</p> }.into_any()
            })}
        </section>
    }
    .into_any()
}
