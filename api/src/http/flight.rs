//! Who does the work that several want at the same time? One of them, and all get its outcome.

use super::sync::{Arc, Mutex, MutexGuard};
use std::collections::HashMap;
use std::hash::Hash;
use std::pin::Pin;
use std::sync::PoisonError;
use std::task::{Context, Poll, Waker};

/// Work under way, by what is worked on.
#[derive(Debug)]
pub struct Flights<K, V>(Mutex<HashMap<K, Arc<Flight<V>>>>);

#[derive(Debug)]
struct Flight<V>(Mutex<Course<V>>);

#[derive(Debug)]
enum Course<V> {
    /// Those who wait, each with a number of its own. One that has left has no waker any more.
    UnderWay(Vec<Option<Waker>>),
    Landed(V),
    /// Whoever did the work went away; one of those who wait begins anew.
    GivenUp,
}

/// What remembers the good outcomes.
pub trait Memory<K, V> {
    /// What is known, if it is.
    fn get(&self, key: &K) -> impl Future<Output = Option<V>> + Send;
    /// Remembers it.
    fn insert(&self, key: K, value: V) -> impl Future<Output = ()> + Send;
}

impl<K, V> Default for Flights<K, V> {
    fn default() -> Self {
        Self(Mutex::new(HashMap::new()))
    }
}

/// A part in a flight.
enum Seat<'a, K: Eq + Hash, V> {
    Leads(Leader<'a, K, V>),
    Joins(Joined<V>),
}

impl<K: Clone + Eq + Hash, V: Clone> Flights<K, V> {
    fn join(&self, key: &K) -> Seat<'_, K, V> {
        let mut flights = held(&self.0);
        if let Some(flight) = flights.get(key) {
            return Seat::Joins(Joined { flight: Arc::clone(flight), number: None });
        }
        let flight = Arc::new(Flight(Mutex::new(Course::UnderWay(Vec::new()))));
        flights.insert(key.clone(), Arc::clone(&flight));
        Seat::Leads(Leader { flights: self, key: key.clone(), flight })
    }
}

/// Does `work` once for all who ask for `key` at the same time, and remembers what it brought.
///
/// Who joins may have more patience than the one who works: an outcome of which `again` says so is none for those
/// who joined, and one of them begins anew.
///
/// # Errors
/// Whatever `work` fails with; failures are shared, and not remembered.
pub async fn once<K, V, E>(
    flights: &Flights<K, Result<V, E>>,
    memory: &impl Memory<K, V>,
    key: K,
    again: impl Fn(&E) -> bool,
    work: impl Future<Output = Result<V, E>>,
) -> Result<V, E>
where
    K: Clone + Eq + Hash,
    V: Clone,
    E: Clone,
{
    let work = std::pin::pin!(work);
    let leader = loop {
        if let Some(known) = memory.get(&key).await {
            return Ok(known);
        }
        match flights.join(&key) {
            Seat::Leads(leader) => break leader,
            Seat::Joins(joined) => match joined.await {
                Some(Err(failure)) if again(&failure) => {}
                Some(outcome) => return outcome,
                None => {}
            },
        }
    };
    // Somebody may have landed between the look into the memory and the start.
    if let Some(known) = memory.get(&key).await {
        leader.lands(Ok(known.clone()));
        return Ok(known);
    }
    let outcome = work.await;
    if let Ok(value) = &outcome {
        // Before the landing: whoever comes after it finds the value.
        memory.insert(key, value.clone()).await;
    }
    leader.lands(outcome.clone());
    outcome
}

/// The one who works.
struct Leader<'a, K: Eq + Hash, V> {
    flights: &'a Flights<K, V>,
    key: K,
    flight: Arc<Flight<V>>,
}

impl<K: Eq + Hash, V> Leader<'_, K, V> {
    fn lands(self, value: V) {
        // Nobody joins it any more: who does not want its outcome would meet it again and again.
        self.leaves();
        self.flight.ends(Course::Landed(value));
    }

    fn leaves(&self) {
        let mut flights = held(&self.flights.0);
        if flights.get(&self.key).is_some_and(|flight| Arc::ptr_eq(flight, &self.flight)) {
            flights.remove(&self.key);
        }
    }
}

impl<K: Eq + Hash, V> Drop for Leader<'_, K, V> {
    fn drop(&mut self) {
        self.leaves();
        self.flight.ends(Course::GivenUp);
    }
}

impl<V> Flight<V> {
    fn ends(&self, end: Course<V>) {
        let waiting = {
            let mut course = held(&self.0);
            match &mut *course {
                Course::UnderWay(waiting) => {
                    let waiting = std::mem::take(waiting);
                    *course = end;
                    waiting
                }
                // It has landed, and its leader goes.
                Course::Landed(_) | Course::GivenUp => return,
            }
        };
        waiting.into_iter().flatten().for_each(Waker::wake);
    }
}

/// One who waits: for the outcome, or for none when the work was given up.
struct Joined<V> {
    flight: Arc<Flight<V>>,
    number: Option<usize>,
}

impl<V: Clone> Future for Joined<V> {
    type Output = Option<V>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<V>> {
        let flight = Arc::clone(&self.flight);
        let mut course = held(&flight.0);
        match &mut *course {
            Course::Landed(value) => Poll::Ready(Some(value.clone())),
            Course::GivenUp => Poll::Ready(None),
            Course::UnderWay(waiting) => {
                let waker = Some(context.waker().clone());
                match self.number.and_then(|number| waiting.get_mut(number)) {
                    Some(place) => *place = waker,
                    None => {
                        self.number = Some(waiting.len());
                        waiting.push(waker);
                    }
                }
                Poll::Pending
            }
        }
    }
}

impl<V> Drop for Joined<V> {
    fn drop(&mut self) {
        if let (Some(number), Course::UnderWay(waiting)) = (self.number, &mut *held(&self.flight.0))
            && let Some(place) = waiting.get_mut(number)
        {
            *place = None;
        }
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is behind it is whole after each statement, so a panic elsewhere has not spoilt it.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
