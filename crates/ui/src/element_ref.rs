//! How does a component get at an element it has drawn? By one type for all elements.
//!
//! Leptos' own reference is generic over the element, and each further one brings its signal machinery along.

use crate::signal::Var;
use leptos::tachys::html::element::ElementType;
use leptos::tachys::html::node_ref::NodeRefContainer;
use send_wrapper::SendWrapper;
use std::marker::PhantomData;
use wasm_bindgen::JsCast;
use web_sys::Element;

/// The element that was drawn with `node_ref` set to this, as what the browser calls it.
pub struct ElementRef<T> {
    element: Var<Option<SendWrapper<Element>>>,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for ElementRef<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for ElementRef<T> {}

impl<T> Default for ElementRef<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> ElementRef<T> {
    /// Of nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self { element: Var::new(None), of: PhantomData }
    }
}

impl<T: JsCast> ElementRef<T> {
    /// The element, once it is drawn; whoever runs now runs again then.
    #[must_use]
    pub fn get(self) -> Option<T> {
        typed(self.element.get())
    }

    /// The element, once it is drawn, without listening.
    #[must_use]
    pub fn get_untracked(self) -> Option<T> {
        typed(self.element.get_untracked())
    }
}

fn typed<T: JsCast>(element: Option<SendWrapper<Element>>) -> Option<T> {
    element?.take().dyn_into().ok()
}

impl<E: ElementType, T: 'static> NodeRefContainer<E> for ElementRef<T> {
    fn load(self, element: &Element) {
        self.element.set(Some(SendWrapper::new(element.clone())));
    }
}
