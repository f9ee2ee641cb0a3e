//! How is an element drawn again and again without touching what stays the same? By comparing its attributes.
//!
//! A view whose types are erased takes every attribute away and sets it anew when it is rebuilt, also those that are
//! the same. In a table that shows other rows, that is most of the work.

use leptos::prelude::{AnyView, IntoAny as _, Mountable, Render, RenderHtml};
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::no_attrs;
use leptos::tachys::renderer::types::{Element, Node};
use leptos::tachys::renderer::{CastFrom as _, Rndr};
use leptos::tachys::view::any_view::AnyViewState;
use leptos::tachys::view::{Position, PositionState};
use std::borrow::Cow;

type Attributes = Vec<(&'static str, Cow<'static, str>)>;

struct Compared {
    tag: &'static str,
    attributes: Attributes,
    inside: AnyView,
}

/// An element whose attributes touch the document only when they differ from those that it was drawn with before.
pub fn element<const N: usize>(
    tag: &'static str,
    attributes: [(&'static str, Cow<'static, str>); N],
    inside: AnyView,
) -> AnyView {
    Compared { tag, attributes: attributes.into(), inside }.into_any()
}

struct ComparedState {
    tag: &'static str,
    attributes: Attributes,
    element: Element,
    inside: AnyViewState,
}

impl Render for Compared {
    type State = ComparedState;

    fn build(self) -> ComparedState {
        let Self { tag, attributes, inside } = self;
        let element = Rndr::create_element(tag, None);
        for (name, value) in &attributes {
            Rndr::set_attribute(&element, name, value);
        }
        let mut inside = inside.build();
        inside.mount(&element, None);
        ComparedState { tag, attributes, element, inside }
    }

    fn rebuild(self, state: &mut ComparedState) {
        if self.tag != state.tag {
            let mut new = self.build();
            state.insert_before_this(&mut new);
            state.unmount();
            *state = new;
            return;
        }
        for (name, _) in &state.attributes {
            if self.attributes.iter().all(|(other, _)| other != name) {
                Rndr::remove_attribute(&state.element, name);
            }
        }
        for attribute in &self.attributes {
            if !state.attributes.contains(attribute) {
                Rndr::set_attribute(&state.element, attribute.0, &attribute.1);
            }
        }
        state.attributes = self.attributes;
        self.inside.rebuild(&mut state.inside);
    }
}

impl Mountable for ComparedState {
    fn unmount(&mut self) {
        Rndr::remove(&self.element);
    }

    fn mount(&mut self, parent: &Element, marker: Option<&Node>) {
        Rndr::insert_node(parent, &self.element, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        let Some(parent) = Rndr::get_parent(&self.element).and_then(Element::cast_from) else {
            return false;
        };
        child.mount(&parent, Some(&self.element));
        true
    }

    fn elements(&self) -> Vec<Element> {
        vec![self.element.clone()]
    }
}

no_attrs!(Compared);

impl RenderHtml for Compared {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {
        self.inside.dry_resolve();
    }

    async fn resolve(self) -> Self {
        Self { inside: self.inside.resolve().await, ..self }
    }

    fn to_html_with_buf(
        self,
        html: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        _extra: Vec<AnyAttribute>,
    ) {
        *html += "<";
        *html += self.tag;
        for (name, value) in &self.attributes {
            let value = value.replace('&', "&amp;").replace('"', "&quot;");
            *html += &format!(" {name}=\"{value}\"");
        }
        *html += ">";
        *position = Position::FirstChild;
        self.inside.to_html_with_buf(html, position, escape, mark_branches, Vec::new());
        *html += "</";
        *html += self.tag;
        *html += ">";
        *position = Position::NextChild;
    }

    /// The page is drawn in the browser alone: there is nothing that could be taken over.
    fn hydrate<const FROM_SERVER: bool>(self, _cursor: &Cursor, _position: &PositionState) -> ComparedState {
        self.build()
    }

    fn into_owned(self) -> Self {
        self
    }
}
