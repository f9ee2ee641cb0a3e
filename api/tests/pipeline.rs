//! What does each person read of the pipeline, and what becomes of their changes?

use crate::client_changes::{field, problems};
use crate::rig::{ADMIN, ADMIN_B, Browser, CLIENT, DIRECTOR, MEMBER, MEMBER_2, MEMBER_B, Rig};
use reqwest::{Method, StatusCode, header};
use revos_shared::pipeline::endpoints::Target;
use revos_shared::pipeline::{
    ClosedOpportunity, ConversionPart, CreatedProspect, Forecast, ForecastMaterial, Moved, OpportunityDetail,
    OpportunityList, OpportunityRecord, SimilarClient, Stage, StageTotal, Total,
};
use revos_shared::{Envelope, ErrorCode, Money};
use serde_json::{Value, json};

const LIST: &str = "/api/opportunities";
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

/// The id of an opportunity.
async fn named(rig: &Rig, name: &str) -> String {
    rig.value(&format!("select id::text from public.opportunities where name = '{name}'")).await
}

async fn list(person: &Browser, query: &str) -> Envelope<OpportunityList> {
    let reply = person.get(&format!("{LIST}{query}")).await;
    assert_eq!(reply.status, StatusCode::OK, "{query}: {}", reply.text());
    reply.json()
}

fn names(list: &Envelope<OpportunityList>) -> Vec<&str> {
    list.data.rows.iter().map(|row| row.name.as_str()).collect()
}

fn money(whole: i64) -> Money {
    Money::from_minor(whole * 100)
}

async fn version(rig: &Rig, id: &str) -> u32 {
    let query = format!("select version::text from public.opportunities where id = '{id}'");
    rig.value(&query).await.parse().unwrap()
}

#[tokio::test]
async fn the_list_holds_what_its_address_asks_for_and_sums_all_of_it() {
    let rig = Rig::of_today().await;
    let member = rig.program(MEMBER).await;
    let open = list(&member, "").await;
    assert_eq!((open.total, open.truncated), (13, false));
    // Demo data, section 8.
    assert_eq!((open.data.open.count, open.data.open.amount), (13, money(799_500)));
    assert_eq!(open.data.open.weighted, money(439_375));
    assert_eq!(open.data.stages, StageTotal::of(&open.data.rows), "one rule in both");
    assert_eq!(open.data.open, Total::of(&open.data.rows));
    assert_eq!((open.data.rates.all.won, open.data.rates.all.closed), (5, 9));

    for (query, count) in [
        ("?closed=1", 22),
        ("?stage=Proposal", 4),
        ("?stage=ClosedWon", 5),
        ("?owner=me", 6),
        ("?owner=unassigned", 0),
        ("?min=100000", 2),
        ("?min=15000&max=18000", 2),
        ("?prob=75", 3),
        ("?close=overdue", 2),
        ("?close=7", 2),
        ("?close=undated", 1),
        ("?q=PRICING", 2),
        ("?q=%25", 0),
        ("?q=brindlecrest", 1),
    ] {
        let found = list(&member, query).await;
        assert_eq!(found.total, count, "{query}");
        assert_eq!(found.data.stages, StageTotal::of(&found.data.rows), "{query}");
    }
    let cut = list(&member, "?limit=2&sort=-amount").await;
    assert_eq!(names(&cut), ["Enterprise analytics", "Second line launch"]);
    assert!(cut.truncated && cut.total == 13 && cut.data.open == open.data.open, "sums are of all");
    for column in [
        "name",
        "client",
        "owner",
        "stage",
        "amount",
        "probability",
        "weighted",
        "close",
        "days",
        "next",
        "updated",
    ] {
        let up = list(&member, &format!("?sort={column}")).await;
        let down = list(&member, &format!("?sort=-{column}")).await;
        assert_eq!((up.data.rows.len(), down.data.rows.len()), (13, 13), "{column}");
        assert_ne!(names(&up), names(&down), "{column}");
    }
    assert_eq!(
        names(&list(&member, "?sort=-close").await).last(),
        Some(&"Restart engagement"),
        "undated last"
    );

    let other = list(&rig.program(ADMIN_B).await, "?closed=1").await;
    assert_eq!(
        (other.total, other.data.open.amount, other.data.open.weighted),
        (2, money(10_000), money(2_500))
    );
    for (bad, name) in [("?sort=score", "sort"), ("?limit=0", "limit"), ("?prob=101", "prob"), ("?x=1", "x")]
    {
        let reply = member.get(&format!("{LIST}{bad}")).await;
        assert_eq!(reply.refusal(), (400, ErrorCode::InvalidArgument), "{name}");
    }
    for path in ["", "/forecast", "/similar-clients?name=ab", &format!("/{NOBODY}")] {
        let reply = rig.program(CLIENT).await.get(&format!("{LIST}{path}")).await;
        assert_eq!(reply.refusal(), (403, ErrorCode::Forbidden), "{path}");
    }
}

#[tokio::test]
async fn an_unchanged_list_is_not_sent_again_and_a_touch_changes_it() {
    let rig = Rig::new().await;
    let member = rig.program(MEMBER).await;
    let etag = member.get(LIST).await.etag();
    let ask =
        async || member.send(member.request(Method::GET, LIST).header(header::IF_NONE_MATCH, &etag)).await;
    assert_eq!(ask().await.status, StatusCode::NOT_MODIFIED);
    assert_eq!(ask().await.status, StatusCode::NOT_MODIFIED, "by its digest");
    let id = named(&rig, "Clinic group expansion").await;
    let reply = member.post(&format!("{LIST}/{id}/notes"), &json!({ "body": "Called." })).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    assert_eq!(ask().await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_move_is_one_request_and_a_colleagues_is_not_undone() {
    let rig = Rig::new().await;
    let member = rig.program(MEMBER).await;
    let id = named(&rig, "Clinic group expansion").await;
    let moves = format!("{LIST}/{id}/moves");
    let read = version(&rig, &id).await;
    let to = |stage: &str, version: u32| json!({ "stage": stage, "version": version });
    let before = rig.rest_requests();
    let reply = member.post(&moves, &to("Proposal", read)).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    assert_eq!(rig.rest_requests_of("POST", "/rest/v1/rpc/move_opportunity"), 1);
    assert!(rig.rest_requests() - before <= 2, "the move, and who asks");
    let moved: Moved = reply.json();
    assert_eq!((moved.opportunity.stage, moved.opportunity.probability), (Stage::Proposal, 50));
    assert!(moved.conversion.is_none());

    // Somebody who read it before.
    let stale = rig.program(DIRECTOR).await.post(&moves, &to("Qualify", read)).await;
    assert_eq!(stale.refusal(), (409, ErrorCode::StaleVersion));
    let now: OpportunityDetail = serde_json::from_value(stale.error().details.unwrap()).unwrap();
    assert_eq!((now.stage, now.version), (Stage::Proposal, moved.opportunity.version));
    let colleague = rig.program(MEMBER_2).await.post(&moves, &to("Qualify", now.version)).await;
    assert_eq!(colleague.refusal(), (403, ErrorCode::Forbidden));
    let stranger = rig.program(ADMIN_B).await.post(&moves, &to("Qualify", now.version)).await;
    assert_eq!(stranger.refusal(), (404, ErrorCode::NotFound));

    for (body, named) in [
        (json!({ "stage": "ClosedLost", "version": now.version }), "lost_reason"),
        (json!({ "stage": "Qualify", "version": now.version, "lost_reason": "price" }), "lost_reason"),
    ] {
        assert_eq!(problems(&member.post(&moves, &body).await)[0].1, named);
    }
    let lost = json!({ "stage": "ClosedLost", "version": now.version, "lost_reason": "price", "lost_note": " Too much " });
    let lost: Moved = member.post(&moves, &lost).await.json();
    assert_eq!(lost.opportunity.lost_note.as_deref(), Some("Too much"));
    assert!(lost.opportunity.closed_at.is_some());
    let back: Moved = member.post(&moves, &to("Negotiation", lost.opportunity.version)).await.json();
    assert!(back.opportunity.lost_reason.is_none() && back.opportunity.closed_at.is_none());
}

/// All rows of all tables but those of history, without what counts and dates the moves of an opportunity.
async fn all_but_history(rig: &Rig) -> String {
    rig.value(
        "select string_agg(md5(query_to_xml(format(
             'select to_jsonb(t) - %L::text[] as row from public.%I t order by t::text', case c.relname
               when 'opportunities' then '{version,updated_at,stage_changed_at}' else '{}' end, c.relname),
             false, true, '')::text), ' ' order by c.relname)
         from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
           and c.relname not in ('opportunity_stage_history', 'analytics_events', 'audit_log')",
    )
    .await
}

#[tokio::test]
async fn there_and_back_leaves_nothing_but_history() {
    let rig = Rig::new().await;
    let member = rig.program(MEMBER).await;
    let id = named(&rig, "Clinic group expansion").await;
    let moves = format!("{LIST}/{id}/moves");
    let history = format!(
        "select string_agg(from_stage || '>' || to_stage, ' ' order by changed_at) from public.opportunity_stage_history
         where opportunity_id = '{id}' and changed_at > now() - interval '1 hour' and from_stage is not null"
    );
    let to = async |stage: Stage| {
        let mut body = json!({ "stage": stage, "version": version(&rig, &id).await });
        if stage == Stage::ClosedLost {
            body["lost_reason"] = json!("price");
        }
        let reply = member.post(&moves, &body).await;
        assert_eq!(reply.status, StatusCode::OK, "{stage}: {}", reply.text());
    };
    // What is won is no more what it was: its client has become one.
    let places: Vec<Stage> = Stage::ALL.iter().copied().filter(|stage| *stage != Stage::ClosedWon).collect();
    let mut trips = 0;
    for &from in places.iter().filter(|stage| stage.is_open()) {
        if rig.value(&format!("select stage from public.opportunities where id = '{id}'")).await
            != from.as_str()
        {
            to(from).await;
        }
        for &there in places.iter().filter(|stage| **stage != from) {
            rig.sql(
                "delete from public.opportunity_stage_history where changed_at > now() - interval '1 hour'",
            )
            .await;
            let (before, read) = (all_but_history(&rig).await, version(&rig, &id).await);
            to(there).await;
            assert_ne!(all_but_history(&rig).await, before, "{from} to {there} is no move");
            to(from).await;
            assert_eq!(all_but_history(&rig).await, before, "{from} to {there} and back");
            assert_eq!(version(&rig, &id).await, read + 2);
            assert_eq!(rig.value(&history).await, format!("{from}>{there} {there}>{from}"));
            trips += 1;
        }
    }
    assert_eq!(trips, 16);
}

#[tokio::test]
async fn winning_converts_once_however_often_it_is_pressed() {
    let rig = Rig::new().await;
    let (member, id) = (rig.program(MEMBER).await, named(&rig, "Clinic group expansion").await);
    let moves = format!("{LIST}/{id}/moves");
    let read = version(&rig, &id).await;
    let won = json!({ "stage": "ClosedWon", "version": read });
    let (first, second) = tokio::join!(member.post(&moves, &won), member.post(&moves, &won));
    let made: Vec<Moved> = [first, second]
        .into_iter()
        .map(|reply| {
            assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
            reply.json()
        })
        .collect();
    let conversions: Vec<_> = made.iter().map(|moved| moved.conversion.as_ref().unwrap()).collect();
    let projects = conversions.iter().flat_map(|conversion| &conversion.created);
    assert_eq!(projects.filter(|made| made.kind == ConversionPart::Project).count(), 1);
    assert_eq!(conversions[0].project_id, conversions[1].project_id);
    let count = |table: &str| {
        format!("select count(*)::text from public.{table} where source_opportunity_id = '{id}'")
    };
    assert_eq!(rig.value(&count("projects")).await, "1");
    let events = format!(
        "select count(*)::text from public.analytics_events where event_key = 'client.converted' and payload ->> 'opportunity_id' = '{id}'"
    );
    assert_eq!(rig.value(&events).await, "1");

    // Coming back from "won" is for those who lead.
    let version = made[0].opportunity.version.max(made[1].opportunity.version);
    let back = json!({ "stage": "Negotiation", "version": version });
    assert_eq!(member.post(&moves, &back).await.refusal(), (403, ErrorCode::Forbidden));
    let path = format!("{LIST}/{id}?version={version}");
    assert_eq!(member.delete(&path).await.refusal(), (409, ErrorCode::ClosedOpportunity));
    let reopened = rig.program(DIRECTOR).await.post(&moves, &back).await;
    assert_eq!(reopened.status, StatusCode::OK);
    assert_eq!(rig.value(&count("projects")).await, "1", "project and client stay");
}

#[tokio::test]
async fn a_prospect_is_made_once_with_its_client_and_contact() {
    let rig = Rig::new().await;
    let member = rig.program(MEMBER).await;
    let body = json!({
        "request_id": "e0000000-0000-4000-8000-0000000000ff", "company": "  Harrowmere Tea ", "name": "First order",
        "amount": "1234.50", "expected_close_date": "2026-09-30", "contact_name": "Ada", "contact_email": "ada@example.com",
    });
    let reply = member.post(LIST, &body).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    let made: CreatedProspect = reply.json();
    assert!(made.client_created && made.contact_id.is_some());
    assert_eq!((made.client.name.as_str(), made.opportunity.stage), ("Harrowmere Tea", Stage::Prospect));
    assert_eq!(made.opportunity.owner_id.unwrap().to_string(), rig.user_id(MEMBER).await);
    let again: CreatedProspect = member.post(LIST, &body).await.json();
    assert_eq!(again, made, "a repeated request makes nothing");
    let mut other = body.clone();
    other["amount"] = json!("99.00");
    assert_eq!(member.post(LIST, &other).await.refusal(), (409, ErrorCode::IdempotencyMismatch));
    let second = json!({ "company": "HARROWMERE TEA", "name": "Second order", "amount": "1.00" });
    let second: CreatedProspect = member.post(LIST, &second).await.json();
    assert!(!second.client_created && second.client.id == made.client.id);

    let similar = async |name: &str| -> Vec<SimilarClient> {
        let reply = member.get(&format!("{LIST}/similar-clients?name={name}")).await;
        reply.json::<Envelope<Vec<SimilarClient>>>().data
    };
    let found = similar("harrowmere%20tee").await;
    assert_eq!((found[0].id, found[0].same), (made.client.id, false));
    assert!(similar("%20harrowmere%20tea").await[0].same);
    assert!(similar("%25%25").await.is_empty() && similar("").await.is_empty());

    for (bad, named) in [
        (json!({ "name": "x", "amount": "1.00" }), "company"),
        (json!({ "company": "x", "name": "x", "amount": "0.00" }), "amount"),
        (
            json!({ "company": "x", "name": "x", "amount": "1.00", "contact_email": "nobody" }),
            "contact_email",
        ),
    ] {
        assert_eq!(problems(&member.post(LIST, &bad).await)[0].1, named);
    }
    rig.sql("insert into public.clients (organization_id, name) select organization_id, ' harrowmere tea ' from public.clients where name = 'Harrowmere Tea'").await;
    let ambiguous = json!({ "company": "Harrowmere tea", "name": "x", "amount": "1.00" });
    let reply = member.post(LIST, &ambiguous).await;
    assert_eq!(reply.refusal(), (409, ErrorCode::ClientAmbiguous));
    assert_eq!(reply.error().details.unwrap().as_array().map(Vec::len), Some(2));
    let nobody = json!({ "client_id": NOBODY, "name": "x", "amount": "1.00" });
    assert_eq!(member.post(LIST, &nobody).await.refusal(), (404, ErrorCode::NotFound));
    assert_eq!(rig.program(CLIENT).await.post(LIST, &nobody).await.refusal(), (403, ErrorCode::Forbidden));
}

#[tokio::test]
async fn fields_notes_and_activities_belong_to_those_who_may_change_them() {
    let rig = Rig::of_today().await;
    let (member, colleague) = (rig.program(MEMBER).await, rig.program(MEMBER_2).await);
    let id = named(&rig, "Warehouse network rollout").await;
    let path = format!("{LIST}/{id}");
    let read = async |person: &Browser| -> OpportunityRecord {
        person.get(&path).await.json::<Envelope<OpportunityRecord>>().data
    };
    let record = read(&member).await;
    assert!(record.rights.write && !record.rights.assign && !record.rights.reopen_won);
    assert!(record.changes.is_empty(), "the audit trail is for Admins");
    let others = read(&colleague).await;
    assert!(!others.rights.write && others.notes == record.notes && others.history == record.history);
    assert_eq!(record.history[0].to_stage, Stage::Negotiation);

    let change = json!({ "version": record.row.version, "amount": "97000.50", "probability_override": 80, "next_step": null });
    assert_eq!(colleague.patch(&path, &change).await.refusal(), (403, ErrorCode::Forbidden));
    let changed: OpportunityDetail = member.patch(&path, &change).await.json();
    assert_eq!((changed.amount, changed.probability), (Money::from_minor(9_700_050), 80));
    assert_eq!(member.patch(&path, &change).await.refusal(), (409, ErrorCode::StaleVersion));
    let away = json!({ "version": changed.version, "owner_id": rig.user_id(MEMBER_2).await });
    assert_eq!(member.patch(&path, &away).await.refusal(), (403, ErrorCode::Forbidden), "nobody gives away");
    let stranger = json!({ "version": changed.version, "owner_id": rig.user_id(MEMBER_B).await });
    let reply = rig.program(DIRECTOR).await.patch(&path, &stranger).await;
    assert_eq!(reply.refusal(), (409, ErrorCode::ReferenceMissing));
    assert_eq!(field(&reply).0, "owner_id");
    let admin = rig.program(ADMIN).await;
    assert!(!read(&admin).await.changes[0].columns.is_empty());

    let note = colleague.post(&format!("{path}/notes"), &json!({ "body": " Met them. " })).await;
    assert_eq!(note.status, StatusCode::CREATED, "{}", note.text());
    let note: Value = note.json();
    assert_eq!(note["body"], "Met them.");
    let own = format!("{path}/notes/{}", note["id"].as_str().unwrap());
    let edit = json!({ "version": 1, "body": "Met all of them." });
    assert_eq!(member.put(&own, &edit).await.refusal(), (403, ErrorCode::Forbidden));
    assert_eq!(colleague.put(&own, &edit).await.status, StatusCode::OK);
    assert_eq!(member.delete(&format!("{own}?version=2")).await.refusal(), (403, ErrorCode::Forbidden));
    assert_eq!(admin.delete(&format!("{own}?version=2")).await.status, StatusCode::NO_CONTENT);
    assert_eq!(problems(&member.post(&format!("{path}/notes"), &json!({ "body": " " })).await)[0].1, "body");
    let reply = member.post(&format!("{LIST}/{NOBODY}/notes"), &json!({ "body": "x" })).await;
    assert_eq!(reply.refusal(), (404, ErrorCode::NotFound));

    let activity = json!({ "type": "call", "title": "Call back", "status": "pending", "due_at": "2026-05-20T09:00:00Z" });
    let planned = member.post(&format!("{path}/activities"), &activity).await;
    assert_eq!(planned.status, StatusCode::CREATED, "{}", planned.text());
    let planned: Value = planned.json();
    let own = format!("{path}/activities/{}", planned["id"].as_str().unwrap());
    let mut done = activity.clone();
    done["status"] = json!("completed");
    done["version"] = json!(1);
    assert_eq!(colleague.put(&own, &done).await.refusal(), (403, ErrorCode::Forbidden));
    let done: Value = member.put(&own, &done).await.json();
    assert!(done["completed_at"].is_string());
    assert_eq!(member.delete(&format!("{own}?version=1")).await.refusal(), (409, ErrorCode::StaleVersion));
    assert_eq!(member.delete(&format!("{own}?version=2")).await.status, StatusCode::NO_CONTENT);
    let bad = json!({ "type": "call", "title": "", "status": "pending" });
    assert_eq!(problems(&member.post(&format!("{path}/activities"), &bad).await)[0].1, "title");
}

#[tokio::test]
async fn many_are_changed_each_for_itself() {
    let rig = Rig::new().await;
    let mut items = Vec::new();
    for name in ["Clinic group expansion", "Seasonal pricing", "Data room build"] {
        let id = named(&rig, name).await;
        items.push(json!({ "id": id, "version": version(&rig, &id).await }));
    }
    items[1]["version"] = json!(99);
    items.push(json!({ "id": NOBODY, "version": 1 }));
    let path = format!("{LIST}/changes");
    let change =
        json!({ "items": items, "changes": { "stage": "Proposal", "expected_close_date": "2026-09-01" } });
    let outcomes = async |person: &str, change: &Value| -> Vec<String> {
        let reply = rig.program(person).await.post(&path, change).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        reply.json::<Vec<Value>>().iter().map(|one| one["outcome"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(outcomes(MEMBER, &change).await, ["changed", "stale_version", "forbidden", "not_found"]);
    assert_eq!(outcomes(MEMBER, &change).await[0], "unchanged");
    let row = rig.value("select stage || ' ' || expected_close_date from public.opportunities where name = 'Clinic group expansion'").await;
    assert_eq!(row, "Proposal 2026-09-01");
    let member = rig.program(MEMBER).await;
    let lost = json!({ "items": items, "changes": { "stage": "ClosedLost" } });
    assert_eq!(problems(&member.post(&path, &lost).await)[0].1, "lost_reason");
    let owner = json!({ "items": [items[2]], "changes": { "owner_id": rig.user_id(MEMBER_B).await } });
    assert_eq!(outcomes(DIRECTOR, &owner).await, ["reference_missing"]);
}

#[tokio::test]
async fn the_forecast_is_the_one_of_the_demo_and_of_its_golden_figures() {
    let rig = Rig::new().await;
    let material = rig
        .value("select private.pipeline_forecast_at(id, '2026-05-20')::text from public.organizations where slug = 'marlowick'")
        .await;
    let material: ForecastMaterial = serde_json::from_str(&material).unwrap();
    let closed: &[ClosedOpportunity] = &material.closed;
    assert_eq!(closed.len(), 9);
    let forecast = material.forecast();
    // Demo data, section 8.
    assert_eq!(
        (forecast.open.count, forecast.open.amount, forecast.open.weighted),
        (13, money(799_500), money(439_375))
    );
    assert_eq!((forecast.period.count, forecast.period.amount), (10, money(730_500)));
    assert_eq!((forecast.undated.count, forecast.undated.amount), (1, money(18_000)));
    assert_eq!((forecast.won, forecast.commit.amount), (money(15_000), money(373_000)));
    assert_eq!((forecast.upside.amount, forecast.best.amount), (money(568_000), money(745_500)));
    assert_eq!(forecast.commit.variance.value(), Some(&money(-77_000)));
    assert_eq!(forecast.commit.attainment.value(), Some(&8_289));
    assert_eq!(forecast.coverage.value(), Some(&16_233), "1.62×");
    assert_eq!(forecast.win_rate_year.rate.value(), Some(&5_556));
    assert_eq!((forecast.win_rate.won, forecast.win_rate.closed), (1, 3));
    assert_eq!(forecast.cycle.median.value(), Some(&330));
    let alerts: Vec<_> = forecast
        .alerts
        .iter()
        .map(|alert| format!("{} {} {}", alert.severity, alert.kind, alert.name).trim().to_owned())
        .collect();
    let mut expected = vec![
        "critical stalled Second line launch",
        "critical expiring Warehouse network rollout",
        "critical expiring Clinic group expansion",
        "critical overdue Grid retention study",
        "critical overdue Dealer programme",
        "warning coverage",
        "warning variance",
        "warning stalled Data room build",
        "warning stalled Grid retention study",
        "warning expiring Enterprise analytics",
    ];
    let mut found: Vec<_> = alerts.iter().map(String::as_str).collect();
    expected.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, expected);
    let earlier = forecast.earlier.unwrap();
    assert_eq!(earlier.snapshot_date.to_string(), "2026-05-13");
    assert!(earlier.commit.is_some());
    assert!(forecast.range.p10 <= forecast.range.p50 && forecast.range.p90 <= forecast.best.amount);
}

#[tokio::test]
async fn the_target_is_set_by_admins_and_the_forecast_follows() {
    let rig = Rig::of_today().await;
    let admin = rig.program(ADMIN).await;
    let forecast = async || -> Forecast {
        let reply = admin.get(&format!("{LIST}/forecast")).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        reply.json::<Envelope<Forecast>>().data
    };
    let before = forecast().await;
    let path = format!("{LIST}/target");
    let to = |target: Value| json!({ "version": before.version, "target": target });
    assert_eq!(problems(&admin.put(&path, &to(json!("0.00"))).await)[0].1, "target");
    assert_eq!(
        rig.program(DIRECTOR).await.put(&path, &to(json!("1.00"))).await.refusal(),
        (403, ErrorCode::Forbidden)
    );
    let set: Target = admin.put(&path, &to(json!("500000.00"))).await.json();
    assert_eq!(set.quarterly_target, Some(money(500_000)));
    assert_eq!(forecast().await.target, set.quarterly_target);
    assert_eq!(admin.put(&path, &to(json!("1.00"))).await.refusal(), (409, ErrorCode::StaleVersion));
    let none: Target = admin.put(&path, &json!({ "version": set.version, "target": null })).await.json();
    assert_eq!(none.quarterly_target, None);
    let after = forecast().await;
    assert!(after.coverage.value().is_none() && after.open == before.open);
}
