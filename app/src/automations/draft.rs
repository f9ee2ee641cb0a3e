//! How does a step stand in the editor? As texts, all steps of a playbook as one text of the form.

use revos_shared::automations::changes::StepFields;
use revos_shared::automations::{AutomationAction, AutomationWorkspace, PlaybookStep, StepConfig};
use revos_shared::kernel::ids::StepId;
use serde::{Deserialize, Serialize};

/// A step as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StepDraft {
    /// Which step; none for a new one.
    pub id: Option<StepId>,
    /// A word of [`AutomationWorkspace`].
    pub workspace: String,
    /// A word of [`AutomationAction`].
    pub action: String,
    /// What was typed, by the field's name. Fields of another action are kept and not sent.
    pub texts: Vec<(String, String)>,
}

/// Something typed that says nothing: the step's place from 1, and its field.
pub(super) type Unread = (u32, &'static str);

impl StepDraft {
    /// A step that writes a note.
    pub(super) fn new() -> Self {
        Self {
            workspace: AutomationWorkspace::Sales.to_string(),
            action: AutomationAction::RecordNote.to_string(),
            ..Self::default()
        }
    }

    fn of(step: &PlaybookStep) -> Self {
        let StepConfig { body, kind, title, description, due_in_days, count, first_in_days } = &step.config;
        let number = |value: &Option<u16>| value.map(|value| value.to_string());
        let texts = [
            ("body", body.clone()),
            ("type", kind.map(|kind| kind.to_string())),
            ("title", title.clone()),
            ("description", description.clone()),
            ("due_in_days", number(due_in_days)),
            ("count", number(count)),
            ("first_in_days", number(first_in_days)),
        ];
        let texts = texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text?))).collect();
        Self {
            id: Some(step.id),
            workspace: step.workspace.to_string(),
            action: step.action.to_string(),
            texts,
        }
    }

    /// What was typed into a field.
    pub(super) fn text(&self, name: &str) -> &str {
        self.texts.iter().find(|(known, _)| known == name).map_or("", |(_, text)| text)
    }

    /// Types it. An empty text is as good as none.
    pub(super) fn enter(&mut self, name: &str, text: String) {
        self.texts.retain(|(known, _)| known != name);
        if !text.is_empty() {
            self.texts.push((name.to_owned(), text));
            // In one order, whatever was typed first: the same step is the same text.
            self.texts.sort();
        }
    }

    /// What it does.
    pub(super) fn action(&self) -> AutomationAction {
        self.action.parse().unwrap_or(AutomationAction::RecordNote)
    }

    fn read(&self, row: u32, unread: &mut Vec<Unread>) -> StepFields {
        let action = self.action();
        let given = |name: &'static str| {
            let text = self.text(name).trim();
            (action.fields().contains(&name) && !text.is_empty()).then(|| text.to_owned())
        };
        let mut number = |name: &'static str| {
            let value = given(name)?.parse::<u16>();
            if value.is_err() {
                unread.push((row, name));
            }
            value.ok()
        };
        let (due_in_days, count, first_in_days) =
            (number("due_in_days"), number("count"), number("first_in_days"));
        StepFields {
            id: self.id,
            workspace: self.workspace.parse().unwrap_or(AutomationWorkspace::Sales),
            action,
            config: StepConfig {
                body: given("body"),
                kind: given("type").and_then(|word| word.parse().ok()),
                title: given("title"),
                description: given("description"),
                due_in_days,
                count,
                first_in_days,
            },
        }
    }
}

/// The steps as one text.
pub(super) fn written(steps: &[PlaybookStep]) -> String {
    let drafts: Vec<StepDraft> = steps
        .iter()
        .map(|step| {
            let mut draft = StepDraft::of(step);
            draft.texts.sort();
            draft
        })
        .collect();
    write(&drafts)
}

/// The same of drafts.
pub(super) fn write(drafts: &[StepDraft]) -> String {
    serde_json::to_string(drafts).unwrap_or_default()
}

/// The steps that a text says.
pub(super) fn drafts(text: &str) -> Vec<StepDraft> {
    lean_json::from_str(text).unwrap_or_default()
}

/// The steps as they are sent, and what was typed that says nothing.
pub(super) fn fields(text: &str) -> (Vec<StepFields>, Vec<Unread>) {
    let mut unread = Vec::new();
    let fields = (1..).zip(drafts(text)).map(|(row, draft)| draft.read(row, &mut unread)).collect();
    (fields, unread)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn step(action: AutomationAction, config: StepConfig) -> PlaybookStep {
        PlaybookStep { id: StepId(Uuid::nil()), workspace: AutomationWorkspace::Finance, action, config }
    }

    #[test]
    fn what_was_read_is_sent_again() {
        let steps = [
            step(
                AutomationAction::ScheduleInvoices,
                StepConfig { count: Some(3), description: Some("Part".to_owned()), ..StepConfig::default() },
            ),
            step(AutomationAction::RecordNote, StepConfig::default()),
        ];
        let (sent, unread) = fields(&written(&steps));
        assert_eq!(unread, []);
        for (sent, step) in sent.iter().zip(&steps) {
            assert_eq!((sent.id, sent.action, &sent.config), (Some(step.id), step.action, &step.config));
        }
    }

    #[test]
    fn another_action_sends_its_own_fields_only() {
        let mut draft = StepDraft::new();
        draft.enter("body", "Hello".to_owned());
        draft.action = AutomationAction::ScheduleInvoices.to_string();
        draft.enter("count", "three".to_owned());
        draft.enter("first_in_days", " 14 ".to_owned());
        let (sent, unread) = fields(&write(&[StepDraft::new(), draft.clone()]));
        assert_eq!(unread, [(2, "count")]);
        assert_eq!(sent[1].config, StepConfig { first_in_days: Some(14), ..StepConfig::default() });
        draft.action = AutomationAction::RecordNote.to_string();
        assert_eq!(fields(&write(&[draft])).0[0].config.body.as_deref(), Some("Hello"), "brought back");
    }

    #[test]
    fn the_order_of_typing_makes_no_difference() {
        let (mut one, mut other) = (StepDraft::new(), StepDraft::new());
        one.enter("title", "a".to_owned());
        one.enter("body", "b".to_owned());
        other.enter("body", "b".to_owned());
        other.enter("title", "x".to_owned());
        other.enter("title", "a".to_owned());
        assert_eq!(write(&[one.clone()]), write(&[other]));
        one.enter("title", String::new());
        assert_eq!(one.text("title"), "");
    }
}
