//! How is a file read without holding it? A slice at a time, as its encoding says, line by line.

use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use revos_shared::kernel::separated::{Encoding, Line, Reader, Separator};
use revos_shared::pipeline::import::{BEGINNING_BYTES, Fingerprint, separator_of};
use std::collections::VecDeque;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Bytes of the file that are in memory at a time.
const SLICE_BYTES: f64 = 256.0 * 1024.0;

/// The browser cannot read the file, or not any more: it was moved or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unreadable;

impl From<JsValue> for Unreadable {
    fn from(_: JsValue) -> Self {
        Self
    }
}

/// How a file is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Form {
    pub encoding: Encoding,
    pub separator: Separator,
}

/// A file of the person's. What it can do is asked for by name: each type of its own would travel with the first
/// module.
#[derive(Clone)]
pub(super) struct File(JsValue);

impl File {
    /// The first one that was chosen in an input.
    pub(super) fn chosen_in(input: &JsValue) -> Option<Self> {
        let file = get(&get(input, "files").ok()?, "0").ok()?;
        (!file.is_undefined()).then_some(Self(file))
    }

    /// Its name.
    pub(super) fn name(&self) -> String {
        get(&self.0, "name").ok().and_then(|name| name.as_string()).unwrap_or_default()
    }

    fn size(&self) -> f64 {
        get(&self.0, "size").ok().and_then(|size| size.as_f64()).unwrap_or_default()
    }

    async fn slice(&self, at: f64, length: f64) -> Result<Uint8Array, Unreadable> {
        let end = (at + length).min(self.size());
        let slice = call(&self.0, "slice", &at.into(), &end.into())?;
        let bytes: Promise =
            call(&slice, "arrayBuffer", &JsValue::UNDEFINED, &JsValue::UNDEFINED)?.unchecked_into();
        Ok(Uint8Array::new(&JsFuture::from(bytes).await?))
    }
}

/// Turns bytes into text, a portion at a time.
struct Decoder(JsValue);

impl Decoder {
    fn of(encoding: Encoding) -> Result<Self, Unreadable> {
        let class: Function = get(&js_sys::global(), "TextDecoder")?.dyn_into()?;
        Ok(Self(Reflect::construct(&class, &Array::of1(&encoding.label().into()))?))
    }

    /// With more to come, a character that is cut by the end waits for its rest.
    fn decode(&self, bytes: &Uint8Array, more: bool) -> Result<String, Unreadable> {
        let options = Object::new();
        Reflect::set(&options, &"stream".into(), &more.into())?;
        call(&self.0, "decode", bytes, &options)?.as_string().ok_or(Unreadable)
    }
}

fn get(from: &JsValue, name: &str) -> Result<JsValue, JsValue> {
    Reflect::get(from, &name.into())
}

fn call(this: &JsValue, name: &str, one: &JsValue, two: &JsValue) -> Result<JsValue, JsValue> {
    get(this, name)?.dyn_into::<Function>()?.call2(this, one, two)
}

/// The lines of a file, one after the other.
pub(super) struct Lines {
    file: File,
    at: f64,
    decoder: Decoder,
    reader: Option<Reader>,
    ready: VecDeque<Line>,
}

impl Lines {
    pub(super) fn of(file: &File, form: Form) -> Result<Self, Unreadable> {
        Ok(Self {
            file: file.clone(),
            at: 0.0,
            decoder: Decoder::of(form.encoding)?,
            reader: Some(Reader::new(form.separator)),
            ready: VecDeque::new(),
        })
    }

    /// The next line; none at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Line>, Unreadable> {
        while self.ready.is_empty() && self.reader.is_some() {
            let bytes = self.file.slice(self.at, SLICE_BYTES).await?;
            self.at += SLICE_BYTES;
            let is_last = self.at >= self.file.size();
            let text = self.decoder.decode(&bytes, !is_last)?;
            let Some(reader) = &mut self.reader else { break };
            reader.read(&text, |line| self.ready.push_back(line));
            if is_last {
                self.ready.extend(self.reader.take().and_then(Reader::end));
            }
        }
        Ok(self.ready.pop_front())
    }

    /// How much was read, in whole percent.
    pub(super) fn percent(&self) -> u8 {
        let share = self.at.min(self.file.size()) / self.file.size().max(1.0);
        // Between 0 and 100.
        (share * 100.0) as u8
    }
}

/// How the file is written, as far as its beginning tells.
pub(super) async fn form_of(file: &File) -> Result<Form, Unreadable> {
    let encoding = Encoding::of(&file.slice(0.0, BEGINNING_BYTES as f64).await?.to_vec());
    Ok(Form { encoding, separator: separator_in(file, encoding).await? })
}

/// The separator, when the encoding was chosen.
pub(super) async fn separator_in(file: &File, encoding: Encoding) -> Result<Separator, Unreadable> {
    let beginning = file.slice(0.0, BEGINNING_BYTES as f64).await?;
    Ok(separator_of(&Decoder::of(encoding)?.decode(&beginning, true)?))
}

/// What tells the file's content from others.
pub(super) async fn fingerprint(file: &File) -> Result<Fingerprint, Unreadable> {
    let mut print = Fingerprint::default();
    let mut at = 0.0;
    while at < file.size() {
        print.add(&file.slice(at, SLICE_BYTES).await?.to_vec());
        at += SLICE_BYTES;
    }
    Ok(print)
}
