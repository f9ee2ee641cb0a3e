//! How do components get values that change, without a copy of the machinery for every type of value?
//!
//! Leptos' own signals are generic down to their graph: each type of value costs 5 to 8 KB of the page. These
//! hold their value behind one pointer, so a further type costs a few hundred bytes.

use leptos::prelude::{Effect, Get, GetUntracked, GetValue, Memo, RwSignal, Set, StoredValue};
use std::any::Any;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex};

/// A value whose type is known to its owner only.
#[derive(Clone)]
struct Erased {
    value: Arc<dyn Any + Send + Sync>,
    same: fn(&Self, &Self) -> bool,
}

impl PartialEq for Erased {
    fn eq(&self, other: &Self) -> bool {
        (self.same)(self, other)
    }
}

impl Erased {
    /// A value that counts as another one each time.
    fn new<T: Send + Sync + 'static>(value: T) -> Self {
        Self { value: Arc::new(value), same: |_, _| false }
    }

    /// A value that is compared.
    fn comparable<T: PartialEq + Send + Sync + 'static>(value: T) -> Self {
        Self { value: Arc::new(value), same: |one, other| one.read::<T>() == other.read::<T>() }
    }

    /// A value that is the same as another one where both are one allocation.
    fn shared<T: Send + Sync + 'static>(value: Option<Arc<T>>) -> Self {
        Self { value: Arc::new(value), same: |one, other| is_same::<T>(one.read(), other.read()) }
    }

    /// There once for each type of value, not once for everybody who reads it.
    #[inline(never)]
    fn read<T: 'static>(&self) -> &T {
        match self.value.downcast_ref() {
            Some(value) => value,
            None => unreachable!("only this module makes them, each for one type"),
        }
    }
}

/// Are these one allocation, or none?
pub fn is_same<T>(one: &Option<Arc<T>>, other: &Option<Arc<T>>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other),
        (None, None) => true,
        _ => false,
    }
}

type Derive = Arc<dyn Fn() -> Erased + Send + Sync>;
type Fold = Arc<dyn Fn(Option<&Erased>) -> Erased + Send + Sync>;

#[derive(Clone, Copy)]
enum Source {
    Derived(StoredValue<Derive>),
    Memo(Memo<Erased>),
    Var(RwSignal<Erased>),
}

impl Source {
    fn get(self) -> Erased {
        match self {
            // Cloned first: the value may be computed from other derived values.
            Self::Derived(derive) => derive.get_value()(),
            Self::Memo(memo) => memo.get(),
            Self::Var(var) => var.get(),
        }
    }

    fn get_untracked(self) -> Erased {
        match self {
            Self::Derived(derive) => leptos::prelude::untrack(|| derive.get_value()()),
            Self::Memo(memo) => memo.get_untracked(),
            Self::Var(var) => var.get_untracked(),
        }
    }
}

fn memo_of(derive: Derive) -> Source {
    Source::Memo(Memo::new(move |_| derive()))
}

fn fold_of(fold: Fold) -> Source {
    Source::Memo(Memo::new(move |before| fold(before)))
}

/// A value to read; it may change.
pub struct Signal<T> {
    source: Source,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Signal<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Signal<T> {}

impl<T: Send + Sync + 'static> Signal<T> {
    const fn of(source: Source) -> Self {
        Self { source, of: PhantomData }
    }

    /// Computed anew at each reading.
    pub fn derive(derive: impl Fn() -> T + Send + Sync + 'static) -> Self {
        let derive: Derive = Arc::new(move || Erased::new(derive()));
        Self::of(Source::Derived(StoredValue::new(derive)))
    }

    /// Never changes.
    pub fn stored(value: T) -> Self {
        let value = Erased::new(value);
        let derive: Derive = Arc::new(move || value.clone());
        Self::of(Source::Derived(StoredValue::new(derive)))
    }

    /// Computed when what it reads has changed, and told on only when the result is another one.
    pub fn memo(compute: impl Fn() -> T + Send + Sync + 'static) -> Self
    where
        T: PartialEq,
    {
        Self::of(memo_of(Arc::new(move || Erased::comparable(compute()))))
    }

    /// Computed when what it reads has changed, and told on each time: for what costs more to compare than to show.
    pub fn fresh(compute: impl Fn() -> T + Send + Sync + 'static) -> Self {
        Self::of(memo_of(Arc::new(move || Erased::new(compute()))))
    }

    /// Like [`Self::memo`], computed from the result before.
    pub fn fold(compute: impl Fn(Option<&T>) -> T + Send + Sync + 'static) -> Self
    where
        T: PartialEq,
    {
        Self::of(fold_of(Arc::new(move |before| Erased::comparable(compute(before.map(Erased::read))))))
    }

    /// Reads the value in place; whoever runs now runs again when it changes.
    pub fn with<R>(self, read: impl FnOnce(&T) -> R) -> R {
        read(self.source.get().read())
    }

    /// Reads the value in place without listening.
    pub fn with_untracked<R>(self, read: impl FnOnce(&T) -> R) -> R {
        read(self.source.get_untracked().read())
    }

    /// The value; whoever runs now runs again when it changes.
    #[must_use]
    pub fn get(self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// The value, without listening.
    #[must_use]
    pub fn get_untracked(self) -> T
    where
        T: Clone,
    {
        self.with_untracked(T::clone)
    }
}

impl<T: Send + Sync + 'static> Signal<Option<Arc<T>>> {
    /// Like [`Self::memo`], for what is handed on as it is: told on only when the result is another allocation.
    pub fn shared(compute: impl Fn() -> Option<Arc<T>> + Send + Sync + 'static) -> Self {
        Self::of(memo_of(Arc::new(move || Erased::shared(compute()))))
    }
}

impl<T: Default + Send + Sync + 'static> Default for Signal<T> {
    fn default() -> Self {
        Self::stored(T::default())
    }
}

impl<T: Send + Sync + 'static> From<Var<T>> for Signal<T> {
    fn from(var: Var<T>) -> Self {
        Self::of(Source::Var(var.value))
    }
}

impl From<&'static str> for Signal<String> {
    fn from(text: &'static str) -> Self {
        Self::stored(text.to_owned())
    }
}

impl From<String> for Signal<String> {
    fn from(text: String) -> Self {
        Self::stored(text)
    }
}

/// A value to read and to change.
pub struct Var<T> {
    value: RwSignal<Erased>,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Var<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Var<T> {}

impl<T> std::fmt::Debug for Var<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Var")
    }
}

impl<T: Send + Sync + 'static> Var<T> {
    /// A variable with this value.
    pub fn new(value: T) -> Self {
        Self { value: RwSignal::new(Erased::new(value)), of: PhantomData }
    }

    /// Changes it; whoever reads it runs again.
    pub fn set(self, value: T) {
        self.value.set(Erased::new(value));
    }

    /// Changes it from what it is.
    pub fn update(self, change: impl FnOnce(&mut T))
    where
        T: Clone,
    {
        let mut value = self.get_untracked();
        change(&mut value);
        self.set(value);
    }

    /// Reads the value in place; whoever runs now runs again when it changes.
    pub fn with<R>(self, read: impl FnOnce(&T) -> R) -> R {
        read(self.value.get().read())
    }

    /// Reads the value in place without listening.
    pub fn with_untracked<R>(self, read: impl FnOnce(&T) -> R) -> R {
        read(self.value.get_untracked().read())
    }

    /// The value; whoever runs now runs again when it changes.
    #[must_use]
    pub fn get(self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// The value, without listening.
    #[must_use]
    pub fn get_untracked(self) -> T
    where
        T: Clone,
    {
        self.with_untracked(T::clone)
    }
}

/// A part of a view that follows what it reads. One type for all closures with the same result, so that the
/// view's machinery is there once per type of result and not once per closure.
pub type Live<T> = Arc<Mutex<dyn FnMut() -> T + Send>>;

/// Makes a part of a view follow what it reads.
pub fn live<T>(read: impl FnMut() -> T + Send + 'static) -> Live<T> {
    Arc::new(Mutex::new(read))
}

/// What happens at an event; one type for all of the same event, for the same reason.
pub fn on<E>(handle: impl FnMut(E) + 'static) -> Box<dyn FnMut(E)> {
    Box::new(handle)
}

/// Runs now and whenever what it reads has changed, until its owner is gone.
pub fn effect(run: impl FnMut() + 'static) {
    erased_effect(Box::new(run));
}

fn erased_effect(mut run: Box<dyn FnMut()>) {
    Effect::new(move |_| run());
}

#[cfg(test)]
mod tests {
    use super::*;
    use leptos::prelude::Owner;

    #[test]
    fn values_of_all_kinds_read_the_same() {
        Owner::new().with(|| {
            let var = Var::new(2);
            let double = Signal::derive(move || var.get() * 2);
            let text = Signal::memo(move || double.get().to_string());
            assert_eq!((Signal::from(var).get(), double.get(), text.get()), (2, 4, "4".to_owned()));
            var.update(|value| *value += 1);
            assert_eq!((double.get(), text.get_untracked()), (6, "6".to_owned()));
            assert!(!Signal::<bool>::default().get());
        });
    }

    /// How often somebody heard of a value.
    fn heard<T: Send + Sync + 'static>(of: Signal<T>) -> Signal<u32> {
        Signal::fold(move |before: Option<&u32>| of.with(|_| before.map_or(1, |times| times + 1)))
    }

    #[test]
    fn a_memo_tells_of_another_result_and_a_fresh_one_of_each() {
        Owner::new().with(|| {
            let var = Var::new(2);
            let is_even = move || var.get() % 2 == 0;
            let (memo, fresh) = (heard(Signal::memo(is_even)), heard(Signal::fresh(is_even)));
            for (value, times) in [(2, (1, 1)), (4, (1, 2)), (5, (2, 3))] {
                var.set(value);
                assert_eq!((memo.get(), fresh.get()), times);
            }
        });
    }

    #[test]
    fn what_is_shared_is_told_on_when_it_is_another_allocation() {
        Owner::new().with(|| {
            let text = Arc::new("text".to_owned());
            let var = Var::new(Some(Arc::clone(&text)));
            let shared = heard(Signal::shared(move || var.get()));
            let other = Arc::new("text".to_owned());
            for (value, times) in [(Some(text), 1), (Some(other), 2), (None, 3), (None, 3)] {
                var.set(value);
                assert_eq!(shared.get(), times);
            }
        });
    }

    #[test]
    fn a_memo_computes_once_and_sees_its_last_result() {
        Owner::new().with(|| {
            let var = Var::new(1);
            let sum =
                Signal::fold(move |before: Option<&i32>| before.copied().unwrap_or_default() + var.get());
            assert_eq!((sum.get(), sum.get()), (1, 1));
            var.set(5);
            assert_eq!(sum.get(), 6);
        });
    }
}
