//! Which rows under a client are kept as lists, and how does a changed row come into its list?

use super::desk::{Desk, Sending};
use crate::shell::api::Order;
use revos_shared::Endpoint;
use revos_shared::clients::changes::{DataSourceItem, KanbanItem, QuestionItem, SetChange};
use revos_shared::clients::endpoints::{ClientQuery, SyncDataSources, SyncDiscoveryQuestions, SyncKanban};
use revos_shared::clients::{
    ClientRecord, Contact, DataSource, Deliverable, DiscoveryForm, KanbanCard, Question,
};
use revos_shared::kernel::ids::{DataSourceId, KanbanItemId, QuestionId};
use serde::de::DeserializeOwned;
use std::cmp::Ordering;
use std::sync::Arc;

/// What a change does to the record on screen.
pub(in crate::clients) type Apply = Arc<dyn Fn(&mut ClientRecord) + Send + Sync>;
/// Does a record from the server hold the change?
pub(in crate::clients) type Settled = Arc<dyn Fn(&ClientRecord) -> bool + Send + Sync>;

/// A row of one of the record's lists.
pub(in crate::clients) trait Line:
    Clone + DeserializeOwned + Send + Sync + 'static
{
    /// What tells it apart from the others, and its version.
    fn identity(&self) -> (u128, u32);
    /// The list.
    fn lines(record: &ClientRecord) -> &Vec<Self>;
    /// The list, to be changed.
    fn lines_mut(record: &mut ClientRecord) -> &mut Vec<Self>;
    /// The order of the list.
    fn order(&self, other: &Self) -> Ordering;
}

macro_rules! line {
    ($type:ident, $list:ident, $order:expr) => {
        impl Line for $type {
            fn identity(&self) -> (u128, u32) {
                (self.id.0.as_u128(), self.version)
            }

            fn lines(record: &ClientRecord) -> &Vec<Self> {
                &record.$list
            }

            fn lines_mut(record: &mut ClientRecord) -> &mut Vec<Self> {
                &mut record.$list
            }

            fn order(&self, other: &Self) -> Ordering {
                let order: fn(&Self, &Self) -> Ordering = $order;
                order(self, other)
            }
        }
    };
}

line!(Contact, contacts, |one, other| one.name.to_lowercase().cmp(&other.name.to_lowercase()));
line!(Question, questions, |one, other| one.position.cmp(&other.position));
line!(DataSource, sources, |one, other| one.name.to_lowercase().cmp(&other.name.to_lowercase()));
line!(KanbanCard, cards, |one, other| (one.status, one.position).cmp(&(other.status, other.position)));
line!(Deliverable, deliverables, |one, other| one.title.to_lowercase().cmp(&other.title.to_lowercase()));
line!(DiscoveryForm, forms, |one, other| one.form_type.cmp(&other.form_type));

/// A row that is saved with others as a set.
pub(in crate::clients) trait SetLine: Line {
    /// The row as it is wanted.
    type Item: 'static;
    /// What tells it apart, as the server knows it.
    type Id: Copy + Send + Sync + 'static;
    /// The operation that saves the set.
    type Sync: Endpoint<Query = ClientQuery, Body = SetChange<Self::Item, Self::Id>, Reply = Vec<Self>>;
}

macro_rules! set_line {
    ($type:ident, $item:ident, $id:ident, $operation:ident) => {
        impl SetLine for $type {
            type Item = $item;
            type Id = $id;
            type Sync = $operation;
        }
    };
}

set_line!(Question, QuestionItem, QuestionId, SyncDiscoveryQuestions);
set_line!(DataSource, DataSourceItem, DataSourceId, SyncDataSources);
set_line!(KanbanCard, KanbanItem, KanbanItemId, SyncKanban);

/// Saves rows of a set; the answer is the whole set. `gone` is the row that leaves it.
pub(in crate::clients) fn sync<T: SetLine>(
    desk: Desk,
    set: SetChange<T::Item, T::Id>,
    gone: Option<u128>,
) -> Sending {
    let query = ClientQuery { client_id: desk.id };
    desk.order(Order::of::<T::Sync>(&query, &set), move |given| {
        Ok(match gone {
            Some(id) => gone_from::<T>(id),
            None => {
                let rows = given.read::<Vec<T>>()?;
                let settled = holds(&rows);
                (put_all(rows), settled)
            }
        })
    })
}

/// The version of a row when a change is sent: what the change before left.
pub(in crate::clients) fn version_now<T: Line>(desk: Desk, id: u128) -> Option<u32> {
    let record = desk.now()?;
    T::lines(&record).iter().map(T::identity).find(|(own, _)| *own == id).map(|(_, version)| version)
}

/// Puts a row into its list, in the place of the one it was.
pub(in crate::clients) fn put<T: Line>(row: T) -> Apply {
    Arc::new(move |record| {
        let lines = T::lines_mut(record);
        match lines.iter_mut().find(|line| line.identity().0 == row.identity().0) {
            Some(line) => *line = row.clone(),
            None => lines.push(row.clone()),
        }
        lines.sort_by(T::order);
    })
}

/// Puts several rows into their list.
pub(in crate::clients) fn put_all<T: Line>(rows: Vec<T>) -> Apply {
    let each: Vec<Apply> = rows.into_iter().map(put).collect();
    Arc::new(move |record| each.iter().for_each(|put| put(record)))
}

/// Takes a row out of its list.
pub(in crate::clients) fn take<T: Line>(id: u128) -> Apply {
    Arc::new(move |record| T::lines_mut(record).retain(|line| line.identity().0 != id))
}

/// The server's record holds these rows, or newer ones.
pub(in crate::clients) fn holds<T: Line>(rows: &[T]) -> Settled {
    let wanted: Vec<(u128, u32)> = rows.iter().map(T::identity).collect();
    Arc::new(move |record| {
        let lines = T::lines(record);
        wanted.iter().all(|(id, version)| {
            lines.iter().map(T::identity).any(|(own, newest)| own == *id && newest >= *version)
        })
    })
}

/// The server's record does not hold this row any more.
fn lacks<T: Line>(id: u128) -> Settled {
    Arc::new(move |record| T::lines(record).iter().all(|line| line.identity().0 != id))
}

/// A row has left its list.
pub(in crate::clients) fn gone_from<T: Line>(id: u128) -> (Apply, Settled) {
    (take::<T>(id), lacks::<T>(id))
}
