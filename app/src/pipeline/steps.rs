//! How does an opportunity come to another stage? Painted at once, sent as one request, taken back with the reason.

use super::desk::{Desk, Form, Paint, stands_at};
use super::words;
use crate::shell::Refused;
use crate::shell::api::Order;
use crate::shell::drag::refocus;
use revos_shared::kernel::ids::OpportunityId;
use revos_shared::pipeline::changes::OpportunityMove;
use revos_shared::pipeline::endpoints::{MoveOpportunity, OpportunityQuery};
use revos_shared::pipeline::{LostReason, Moved, OpportunityRow, Stage};
use std::sync::Arc;

/// What is said about a lost one.
#[derive(Clone, Debug, Default)]
pub(super) struct Loss {
    /// Why.
    pub reason: Option<LostReason>,
    /// What else.
    pub note: Option<String>,
}

impl Desk {
    /// A person wants it there. What must be said or confirmed first is asked for.
    pub(super) fn move_to(self, row: &OpportunityRow, stage: Stage) {
        if row.stage == stage {
            return;
        }
        if !self.may_leave(row) {
            let why = if self.may_write(row) {
                "only a Director or an Admin takes back what was won"
            } else {
                "it is a colleague's"
            };
            return self.say(format!("“{}” was not moved: {why}.", row.name), true);
        }
        match (row.stage, stage) {
            (Stage::ClosedWon, _) => self.open(Form::Reopen(row.id, stage)),
            (_, Stage::ClosedLost) => self.open(Form::Lost(row.id)),
            (_, Stage::ClosedWon) => self.open(Form::Won(row.id)),
            _ => self.go(row, stage, Loss::default(), Box::new(|_| ())),
        }
    }

    /// Moves it; `then` hears what was refused.
    pub(super) fn go(
        self,
        row: &OpportunityRow,
        stage: Stage,
        loss: Loss,
        then: Box<dyn FnOnce(Option<Refused>)>,
    ) {
        let (id, name) = (row.id, row.name.clone());
        let today = self.today.get_untracked();
        let paint: Paint = Arc::new(move |row| {
            row.stage = stage;
            row.probability = stage.probability();
            row.probability_override = None;
            row.days_in_stage = 0;
            row.closed_on = (!stage.is_open()).then_some(today);
        });
        let order = move |version| {
            let to = OpportunityMove { version, stage, lost_reason: loss.reason, lost_note: loss.note };
            Order::of::<MoveOpportunity>(&OpportunityQuery { opportunity_id: id }, &to)
        };
        let told = name.clone();
        self.write(
            (id, row.version),
            paint,
            order,
            |given| given.read::<Moved>().map(|moved| (moved.opportunity, moved.conversion)),
            Box::new(move |outcome| {
                match outcome {
                    Ok(Some(conversion)) => self.open(Form::Made(told, conversion)),
                    Ok(None) => {}
                    Err(refused) => {
                        self.refuse(&told, &refused);
                        refocus(card_id(id));
                        return then(Some(refused));
                    }
                }
                then(None);
            }),
        );
        self.notice.set(None);
        self.said.set(self.where_is(id, stage));
        refocus(card_id(id));
    }

    /// Says that a move was taken back, and why.
    fn refuse(self, name: &str, refused: &Refused) {
        let text = match stands_at(refused) {
            Some(now) => format!(
                "“{name}” was not moved: a colleague changed it in the meantime. It is in {} now.",
                words::stage(now.stage)
            ),
            None => format!("“{name}” was not moved: {}", refused.sentence().replace("Not saved: ", "")),
        };
        self.said.set(String::new());
        self.say(text, true);
    }

    /// `Moved to Proposal, 3 of 5`.
    fn where_is(self, id: OpportunityId, stage: Stage) -> String {
        self.painted.with_untracked(|painted| {
            let column: Vec<_> = painted.rows.iter().filter(|row| row.stage == stage).collect();
            let place = column.iter().position(|row| row.id == id).map_or(0, |at| at + 1);
            format!("Moved to {}, {place} of {}", words::stage(stage), column.len())
        })
    }
}

/// The id of a card's element.
pub(super) fn card_id(id: OpportunityId) -> String {
    format!("deal-{id}")
}
