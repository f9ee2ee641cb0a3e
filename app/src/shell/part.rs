//! How does a part of the page travel only when it is first needed?

use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;
use revos_ui::{FailedState, SkeletonLines, Var, live};
use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use wasm_bindgen_futures::spawn_local;

/// A part did not arrive.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PartMissing;

#[cfg(revos_parts)]
impl From<wasm_split_helpers::SplitLoaderError> for PartMissing {
    fn from(_: wasm_split_helpers::SplitLoaderError) -> Self {
        Self
    }
}

/// Declares a view that travels in a module of its own: `part!(module, fn name(argument: Type) { view })`. Calling it
/// gives a future of `Result<AnyView, PartMissing>`. While developing (without `--cfg revos_parts`) it is an ordinary function of the
/// one module.
macro_rules! part {
    ($module:ident, $visibility:vis fn $name:ident($($argument:ident: $type:ty),* $(,)?) $body:block) => {
        #[cfg(revos_parts)]
        #[wasm_split_helpers::wasm_split($module, fallible)]
        $visibility fn $name($($argument: $type),*) -> Result<leptos::prelude::AnyView, $crate::shell::part::PartMissing> {
            Ok($body)
        }

        #[cfg(not(revos_parts))]
        #[allow(clippy::unused_async, reason = "as when it has to travel first")]
        $visibility async fn $name(
            $($argument: $type),*
        ) -> Result<leptos::prelude::AnyView, $crate::shell::part::PartMissing> {
            Ok($body)
        }
    };
}

pub(crate) use part;

/// A part on its way.
pub(crate) type Arrival = Pin<Box<dyn Future<Output = Result<AnyView, PartMissing>>>>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Loading,
    There,
    Missing,
}

/// Shows a part: an outline until it is there, and what can be done when it did not arrive.
pub(crate) fn show_part(what: &'static str, load: impl Fn() -> Arrival + 'static) -> AnyView {
    show_part_over(what, || view! { <SkeletonLines count=8 class="skeleton-rows" /> }.into_any(), load)
}

/// Shows a part over an outline of its own.
pub(crate) fn show_part_over(
    what: &'static str,
    outline: fn() -> AnyView,
    load: impl Fn() -> Arrival + 'static,
) -> AnyView {
    show(what, outline, Box::new(load))
}

fn show(what: &'static str, outline: fn() -> AnyView, load: Box<dyn Fn() -> Arrival>) -> AnyView {
    let stage = Var::new(Stage::Loading);
    let arrived: Rc<RefCell<Option<AnyView>>> = Rc::default();
    let left = Arc::new(AtomicBool::new(false));
    on_cleanup({
        let left = Arc::clone(&left);
        move || left.store(true, Ordering::Relaxed)
    });
    let ask = {
        let arrived = Rc::clone(&arrived);
        move || {
            stage.set(Stage::Loading);
            let arrived = Rc::clone(&arrived);
            // The part belongs to whoever shows it: what it starts ends with that page, and a part that arrives later is
            // not even begun, since nothing that it reads is there any more.
            let mut load = Box::pin(ScopedFuture::new(load()));
            let left = Arc::clone(&left);
            spawn_local(async move {
                let arrival = poll_fn(|context| {
                    if left.load(Ordering::Relaxed) {
                        return Poll::Ready(None);
                    }
                    load.as_mut().poll(context).map(Some)
                });
                let Some(outcome) = arrival.await else { return };
                let next = if outcome.is_ok() { Stage::There } else { Stage::Missing };
                *arrived.borrow_mut() = outcome.ok();
                stage.set(next);
            });
        }
    };
    ask();
    let retry = StoredValue::new_local(ask);
    let on_retry = Callback::new(move |()| retry.with_value(|ask| ask()));
    let arrived = StoredValue::new_local(arrived);
    live(move || match stage.get() {
        Stage::There => arrived.with_value(|arrived| arrived.borrow_mut().take()).into_any(),
        Stage::Loading => view! {
            <div aria-busy="true">
                <span class="hidden-visually">"Loading"</span>
                {outline()}
            </div>
        }
        .into_any(),
        Stage::Missing => view! {
            <FailedState
                title=format!("{what} could not be loaded")
                text="The rest of the page works. Check your connection, then try again; after an update of RevOS, reload the page."
                on_retry
            />
        }
        .into_any(),
    })
    .into_any()
}
