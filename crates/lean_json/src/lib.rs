//! How is JSON read with less code on its way to the browser?
//!
//! What `serde` derives for a struct reads it in two ways: from an object, by the names of its fields, and from an
//! array, by their order. Nothing of ours is written as an array, but both ways travel with every struct. Here a
//! struct is an object and nothing else, so that the compiler leaves the second way out.

use serde::de::{DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};
use serde::{Deserialize, de};
use std::fmt;

/// Reads a value; a struct only from an object.
///
/// # Errors
/// The text is no JSON, or does not say such a value.
pub fn from_str<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = T::deserialize(Objects(&mut reader))?;
    reader.end()?;
    Ok(value)
}

/// The reader, or a part of it, that knows structs as objects only, and hands this on to whatever lies within.
struct Objects<T>(T);

/// What holds no struct goes straight to the reader.
macro_rules! straight {
    ($($method:ident),*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.0.$method(visitor)
        })*
    };
}

/// What may hold one goes there with a visitor that stays beside it.
macro_rules! within {
    ($($method:ident($($argument:ident: $type:ty),*)),*) => {
        $(fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            self.0.$method($($argument,)* Objects(visitor))
        })*
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Objects<D> {
    type Error = D::Error;

    straight!(
        deserialize_bool,
        deserialize_i8,
        deserialize_i16,
        deserialize_i32,
        deserialize_i64,
        deserialize_i128,
        deserialize_u8,
        deserialize_u16,
        deserialize_u32,
        deserialize_u64,
        deserialize_u128,
        deserialize_f32,
        deserialize_f64,
        deserialize_char,
        deserialize_str,
        deserialize_string,
        deserialize_bytes,
        deserialize_byte_buf,
        deserialize_unit,
        deserialize_identifier,
        deserialize_ignored_any
    );
    within!(
        deserialize_any(),
        deserialize_option(),
        deserialize_seq(),
        deserialize_map(),
        deserialize_newtype_struct(name: &'static str),
        deserialize_tuple(length: usize),
        deserialize_tuple_struct(name: &'static str, length: usize),
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
    );

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_unit_struct(name, visitor)
    }

    /// The point of it all.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(ObjectOnly(visitor))
    }
}

/// The visitor of a struct: it sees an object, and what lies within it likewise.
struct ObjectOnly<V>(V);

impl<'de, V: Visitor<'de>> Visitor<'de> for ObjectOnly<V> {
    type Value = V::Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(formatter)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(Objects(map))
    }
}

/// What a value within may be, handed on as it is.
macro_rules! handed_on {
    ($($method:ident($type:ty)),*) => {
        $(fn $method<E: de::Error>(self, value: $type) -> Result<V::Value, E> {
            self.0.$method(value)
        })*
    };
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Objects<V> {
    type Value = V::Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(formatter)
    }

    handed_on!(
        visit_bool(bool),
        visit_i64(i64),
        visit_u64(u64),
        visit_f64(f64),
        visit_str(&str),
        visit_borrowed_str(&'de str),
        visit_string(String)
    );

    fn visit_none<E: de::Error>(self) -> Result<V::Value, E> {
        self.0.visit_none()
    }

    fn visit_unit<E: de::Error>(self) -> Result<V::Value, E> {
        self.0.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.0.visit_some(Objects(deserializer))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.0.visit_newtype_struct(Objects(deserializer))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<V::Value, A::Error> {
        self.0.visit_seq(Objects(seq))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(Objects(map))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<V::Value, A::Error> {
        self.0.visit_enum(Objects(data))
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Objects<A> {
    type Error = A::Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, A::Error> {
        self.0.next_element_seed(Objects(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Objects<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        self.0.next_key_seed(seed)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, A::Error> {
        self.0.next_value_seed(Objects(seed))
    }
}

impl<'de, A: EnumAccess<'de>> EnumAccess<'de> for Objects<A> {
    type Error = A::Error;
    type Variant = Objects<A::Variant>;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Self::Variant), A::Error> {
        self.0.variant_seed(seed).map(|(value, variant)| (value, Objects(variant)))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Objects<A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.0.unit_variant()
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, A::Error> {
        self.0.newtype_variant_seed(Objects(seed))
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, A::Error> {
        self.0.tuple_variant(length, Objects(visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        self.0.struct_variant(fields, Objects(visitor))
    }
}

impl<'de, T: DeserializeSeed<'de>> DeserializeSeed<'de> for Objects<T> {
    type Value = T::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T::Value, D::Error> {
        self.0.deserialize(Objects(deserializer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::Serialize;
    use serde_json::value::RawValue;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    enum Kind {
        Plain,
        Named(String),
        Pair(u8, i64),
        Point { x: f64, y: Option<f64> },
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Inner(Vec<Kind>);

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        flag: bool,
        text: Option<String>,
        inner: Option<Box<Outer>>,
        kinds: Inner,
        #[serde(default)]
        pairs: Vec<(u32, String)>,
    }

    fn kind() -> impl Strategy<Value = Kind> {
        prop_oneof![
            Just(Kind::Plain),
            "\\PC{0,8}".prop_map(Kind::Named),
            any::<(u8, i64)>().prop_map(|(one, two)| Kind::Pair(one, two)),
            (-1e9..1e9, proptest::option::of(-1e9..1e9)).prop_map(|(x, y)| Kind::Point { x, y }),
        ]
    }

    fn outer() -> impl Strategy<Value = Outer> {
        let flat = || {
            let (texts, kinds) = (proptest::option::of("\\PC{0,8}"), prop::collection::vec(kind(), 0..4));
            (any::<bool>(), texts, kinds, prop::collection::vec((any::<u32>(), "\\PC{0,4}"), 0..3))
        };
        (flat(), proptest::option::of(flat())).prop_map(|(one, two)| {
            let made =
                |(flag, text, kinds, pairs), inner| Outer { flag, text, inner, kinds: Inner(kinds), pairs };
            made(one, two.map(|two| Box::new(made(two, None))))
        })
    }

    proptest! {
        #[test]
        fn reads_what_is_read_elsewhere(value in outer()) {
            let text = serde_json::to_string(&value).unwrap();
            prop_assert_eq!(from_str::<Outer>(&text).unwrap(), serde_json::from_str::<Outer>(&text).unwrap());
        }

        #[test]
        fn refuses_what_is_refused_elsewhere(value in outer(), cut in 0..200usize) {
            let text = serde_json::to_string(&value).unwrap();
            let cut: String = text.chars().take(cut).collect();
            prop_assert_eq!(from_str::<Outer>(&cut).is_ok(), serde_json::from_str::<Outer>(&cut).is_ok());
        }
    }

    #[test]
    fn a_struct_is_an_object() {
        let flat = r#"[true,null,null,[]]"#;
        assert!(serde_json::from_str::<Outer>(flat).is_ok());
        assert!(from_str::<Outer>(flat).is_err());
        assert!(from_str::<Vec<Outer>>(&format!("[{flat}]")).is_err(), "within others too");
        let strange = r#"{"flag": true, "kinds": [], "other": 1}"#;
        assert!(from_str::<Outer>(strange).is_err(), "unknown fields are refused as ever");
        assert!(from_str::<bool>("true false").is_err(), "nothing follows");
    }

    #[test]
    fn what_is_kept_as_text_is_kept_as_text() {
        let raw: Vec<Box<RawValue>> = from_str(r#"[{"a": [1.50]}, null]"#).unwrap();
        assert_eq!(raw[0].get(), r#"{"a": [1.50]}"#);
    }
}
