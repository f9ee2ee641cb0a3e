//! How does JSON travel whose shape is not ours to say? As it was written, read only where it is shown: a tree of values
//! would bring 30 KB of code along to the page.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A value of any kind, as it was written.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Json(Box<RawValue>);

impl Json {
    /// The value, if it is one of this type.
    #[must_use]
    pub fn read<T: DeserializeOwned>(&self) -> Option<T> {
        lean_json::from_str(self.0.get()).ok()
    }

    /// The value in words: a text as it is, nothing for null, anything else as the JSON it is.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        match self.0.get() {
            "null" => None,
            written => Some(self.read().unwrap_or_else(|| written.to_owned())),
        }
    }
}

/// As they are written: `1` and `1.0` differ.
impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        self.0.get() == other.0.get()
    }
}

impl Eq for Json {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_any_kind_are_told_in_words() {
        for (written, told) in [
            (r#""Two \"wins\"\nand é""#, Some("Two \"wins\"\nand é")),
            (r#"{"list": [1.50, null]}"#, Some(r#"{"list": [1.50, null]}"#)),
            ("12", Some("12")),
            ("true", Some("true")),
            (r#""null""#, Some("null")),
            ("null", None),
        ] {
            let json: Json = serde_json::from_str(written).unwrap();
            assert_eq!(json.text().as_deref(), told, "{written}");
            assert_eq!(serde_json::to_string(&json).unwrap(), written);
            assert_eq!(lean_json::from_str::<Json>(written), Ok(json));
        }
        let yes: Json = serde_json::from_str("true").unwrap();
        assert_eq!((yes.read(), yes.read::<u8>()), (Some(true), None));
    }
}
