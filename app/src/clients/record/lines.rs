//! Which rows under a client are kept as lists, and how does a changed row come into its list?

use revos_shared::clients::{
    ClientRecord, Contact, DataSource, Deliverable, DiscoveryForm, KanbanCard, Question,
};
use std::cmp::Ordering;
use std::sync::Arc;

/// What a change does to the record on screen.
pub(in crate::clients) type Apply = Arc<dyn Fn(&mut ClientRecord) + Send + Sync>;
/// Does a record from the server hold the change?
pub(in crate::clients) type Settled = Arc<dyn Fn(&ClientRecord) -> bool + Send + Sync>;

/// A row of one of the record's lists.
pub(in crate::clients) trait Line: Clone + Send + Sync + 'static {
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
pub(in crate::clients) fn lacks<T: Line>(id: u128) -> Settled {
    Arc::new(move |record| T::lines(record).iter().all(|line| line.identity().0 != id))
}
