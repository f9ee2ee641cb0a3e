//! How is JSON read with less code on its way to the browser?
//!
//! What `serde` derives is there once for every reader that it is used with. The reader of `serde_json` is made for
//! speed, and has a sentence for everything that may be wrong with each field: it brings a few hundred bytes along for
//! each type that is read. This one does what is not about a type in functions that are there once, knows structs as
//! objects only, and says of a text that cannot be read just that.
//!
//! It takes what `serde_json` takes, as the tests hold, but for keys of maps that are no strings, and floats beyond 22
//! places, whose last bit may differ.

use serde::Deserialize;
use serde::de::value::{BorrowedStrDeserializer, StrDeserializer};
use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, Expected, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};
use std::borrow::Cow;
use std::fmt;

/// Values within each other, at most: deeper ones are refused before the stack ends.
const DEPTH_MAX: u8 = 127;
/// The name by which `serde_json` asks its readers for a text as it is (`RawValue`).
const RAW: &str = "$serde_json::private::RawValue";
/// The largest power of ten that a float holds exactly.
const POWER_MAX: i32 = 22;

/// The text is no JSON, or does not say such a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the text does not say such a value")
    }
}

impl std::error::Error for Unreadable {}

/// Everything that may be wrong, without the words for it.
impl de::Error for Unreadable {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }

    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self
    }

    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self
    }

    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Self
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }

    fn missing_field(_: &'static str) -> Self {
        Self
    }

    fn duplicate_field(_: &'static str) -> Self {
        Self
    }
}

type Read<T> = Result<T, Unreadable>;

/// Reads a value; a struct only from an object.
///
/// # Errors
/// The text is no JSON, or does not say such a value.
pub fn from_str<'de, T: Deserialize<'de>>(text: &'de str) -> Read<T> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    let value = T::deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// A text, and how far it is read.
struct Reader<'de> {
    text: &'de str,
    at: usize,
    depth: u8,
}

enum Number {
    Positive(u64),
    Negative(i64),
    Float(f64),
}

impl<'de> Reader<'de> {
    /// The byte at hand.
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The byte at hand, which is then behind.
    fn next(&mut self) -> Read<u8> {
        let byte = self.byte().ok_or(Unreadable)?;
        self.at += 1;
        Ok(byte)
    }

    /// The first byte of what comes next.
    fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.byte() {
            self.at += 1;
        }
        self.byte()
    }

    fn take(&mut self, byte: u8) -> Read<()> {
        if self.peek() == Some(byte) {
            self.at += 1;
            Ok(())
        } else {
            Err(Unreadable)
        }
    }

    fn word(&mut self, word: &str) -> Read<()> {
        let rest = self.text.get(self.at..).ok_or(Unreadable)?;
        if rest.starts_with(word) {
            self.at += word.len();
            Ok(())
        } else {
            Err(Unreadable)
        }
    }

    fn end(&mut self) -> Read<()> {
        if self.peek().is_none() { Ok(()) } else { Err(Unreadable) }
    }

    fn open(&mut self, byte: u8) -> Read<()> {
        self.take(byte)?;
        self.depth += 1;
        if self.depth > DEPTH_MAX { Err(Unreadable) } else { Ok(()) }
    }

    fn close(&mut self, byte: u8) -> Read<()> {
        self.depth -= 1;
        self.take(byte)
    }

    /// Is there another one before the end? Steps over the comma between them.
    fn another(&mut self, first: &mut bool, end: u8) -> Read<bool> {
        let is_first = std::mem::replace(first, false);
        match self.peek() {
            Some(byte) if byte == end => Ok(false),
            Some(_) if is_first => Ok(true),
            Some(b',') => {
                self.at += 1;
                if self.peek() == Some(end) { Err(Unreadable) } else { Ok(true) }
            }
            _ => Err(Unreadable),
        }
    }

    /// What has been read since.
    fn since(&self, start: usize) -> Read<&'de str> {
        self.text.get(start..self.at).ok_or(Unreadable)
    }

    fn string(&mut self) -> Read<Cow<'de, str>> {
        self.take(b'"')?;
        let mut start = self.at;
        let mut made = String::new();
        loop {
            match self.next()? {
                b'"' => {
                    self.at -= 1;
                    let rest = self.since(start)?;
                    self.at += 1;
                    return Ok(if made.is_empty() { Cow::Borrowed(rest) } else { Cow::Owned(made + rest) });
                }
                b'\\' => {
                    self.at -= 1;
                    made.push_str(self.since(start)?);
                    self.at += 1;
                    made.push(self.escaped()?);
                    start = self.at;
                }
                0..=0x1f => return Err(Unreadable),
                _ => {}
            }
        }
    }

    fn escaped(&mut self) -> Read<char> {
        Ok(match self.next()? {
            byte @ (b'"' | b'\\' | b'/') => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let mut code = self.hex()?;
                if (0xd800..0xdc00).contains(&code) {
                    // The second half of a character beyond the first 65,536.
                    self.word("\\u")?;
                    let low = self.hex()?;
                    if !(0xdc00..0xe000).contains(&low) {
                        return Err(Unreadable);
                    }
                    code = 0x1_0000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                }
                return char::from_u32(code).ok_or(Unreadable);
            }
            _ => return Err(Unreadable),
        })
    }

    fn hex(&mut self) -> Read<u32> {
        let mut code = 0;
        for _ in 0..4 {
            code = code * 16 + char::from(self.next()?).to_digit(16).ok_or(Unreadable)?;
        }
        Ok(code)
    }

    /// Reads digits into `digits`, which holds as many as fit; how many there were, and how many did not fit.
    fn digits(&mut self, digits: &mut u64) -> (usize, i32) {
        let (start, mut left) = (self.at, 0);
        while let Some(byte @ b'0'..=b'9') = self.byte() {
            self.at += 1;
            let more = digits.checked_mul(10).and_then(|tens| tens.checked_add(u64::from(byte - b'0')));
            match more {
                Some(more) if left == 0 => *digits = more,
                _ => left += 1,
            }
        }
        (self.at - start, left)
    }

    #[allow(clippy::cast_precision_loss, reason = "a float holds 53 digits, as everywhere")]
    fn number(&mut self) -> Read<Number> {
        let negative = self.peek() == Some(b'-');
        self.at += usize::from(negative);
        let leads = self.byte() == Some(b'0');
        let mut digits = 0;
        let (count, mut power) = self.digits(&mut digits);
        if count == 0 || (leads && count > 1) {
            return Err(Unreadable);
        }
        let mut whole = power == 0;
        if self.byte() == Some(b'.') {
            self.at += 1;
            whole = false;
            let (count, left) = self.digits(&mut digits);
            if count == 0 {
                return Err(Unreadable);
            }
            power -= i32::try_from(count).map_err(|_| Unreadable)? - left;
        }
        if let Some(b'e' | b'E') = self.byte() {
            self.at += 1;
            whole = false;
            let below = self.byte() == Some(b'-');
            self.at += usize::from(matches!(self.byte(), Some(b'+' | b'-')));
            let mut exponent = 0;
            let (count, _) = self.digits(&mut exponent);
            if count == 0 {
                return Err(Unreadable);
            }
            // Beyond these, every float is zero or too large.
            let exponent = i32::try_from(exponent.min(100_000)).map_err(|_| Unreadable)?;
            power += if below { -exponent } else { exponent };
        }
        match (whole, negative) {
            (true, false) => return Ok(Number::Positive(digits)),
            (true, true) if digits > 0 && digits <= i64::MIN.unsigned_abs() => {
                return Ok(Number::Negative(0_i64.wrapping_sub_unsigned(digits)));
            }
            _ => {}
        }
        let mut float = digits as f64;
        while power != 0 && float != 0.0 && float.is_finite() {
            let step = power.clamp(-POWER_MAX, POWER_MAX);
            let ten = 10_f64.powi(step.abs());
            float = if step < 0 { float / ten } else { float * ten };
            power -= step;
        }
        if float.is_finite() {
            Ok(Number::Float(if negative { -float } else { float }))
        } else {
            Err(Unreadable)
        }
    }

    /// Reads over a value, whatever it is.
    fn skip(&mut self) -> Read<()> {
        match self.peek().ok_or(Unreadable)? {
            b'n' => self.word("null"),
            b't' => self.word("true"),
            b'f' => self.word("false"),
            b'"' => self.string().map(drop),
            b'[' => {
                self.open(b'[')?;
                let mut first = true;
                while self.another(&mut first, b']')? {
                    self.skip()?;
                }
                self.close(b']')
            }
            b'{' => {
                self.open(b'{')?;
                let mut first = true;
                while self.another(&mut first, b'}')? {
                    self.string()?;
                    self.take(b':')?;
                    self.skip()?;
                }
                self.close(b'}')
            }
            _ => self.number().map(drop),
        }
    }

    /// A value's text as it is.
    fn raw(&mut self) -> Read<&'de str> {
        self.peek();
        let start = self.at;
        self.skip()?;
        self.since(start)
    }
}

macro_rules! numbers {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
            match self.number()? {
                Number::Positive(number) => visitor.visit_u64(number),
                Number::Negative(number) => visitor.visit_i64(number),
                Number::Float(number) => visitor.visit_f64(number),
            }
        })*
    };
}

macro_rules! strings {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
            match self.string()? {
                Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
                Cow::Owned(text) => visitor.visit_string(text),
            }
        })*
    };
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Unreadable;

    numbers!(
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64
    );
    strings!(
        deserialize_char deserialize_str deserialize_string deserialize_bytes deserialize_byte_buf
        deserialize_identifier
    );

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        match self.peek().ok_or(Unreadable)? {
            b'n' => self.deserialize_unit(visitor),
            b't' | b'f' => self.deserialize_bool(visitor),
            b'"' => self.deserialize_str(visitor),
            b'[' => self.deserialize_seq(visitor),
            b'{' => self.deserialize_map(visitor),
            _ => self.deserialize_f64(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        let yes = self.peek() == Some(b't');
        self.word(if yes { "true" } else { "false" })?;
        visitor.visit_bool(yes)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.peek();
        self.word("null")?;
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Read<V::Value> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        if self.peek() == Some(b'n') {
            self.word("null")?;
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Read<V::Value> {
        if name == RAW {
            return visitor.visit_map(Raw(Some(self.raw()?)));
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.open(b'[')?;
        let value = visitor.visit_seq(Items { reader: self, first: true })?;
        self.close(b']')?;
        Ok(value)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Read<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _length: usize,
        visitor: V,
    ) -> Read<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.open(b'{')?;
        let value = visitor.visit_map(Items { reader: self, first: true })?;
        self.close(b'}')?;
        Ok(value)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Read<V::Value> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Read<V::Value> {
        if self.peek() == Some(b'"') {
            return visitor.visit_enum(Word(self));
        }
        self.open(b'{')?;
        let value = visitor.visit_enum(Variant(self))?;
        self.close(b'}')?;
        Ok(value)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.skip()?;
        visitor.visit_unit()
    }
}

/// What an array or an object holds.
struct Items<'a, 'de> {
    reader: &'a mut Reader<'de>,
    first: bool,
}

impl<'de> SeqAccess<'de> for Items<'_, 'de> {
    type Error = Unreadable;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Read<Option<T::Value>> {
        if !self.reader.another(&mut self.first, b']')? {
            return Ok(None);
        }
        seed.deserialize(&mut *self.reader).map(Some)
    }
}

impl<'de> MapAccess<'de> for Items<'_, 'de> {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Read<Option<K::Value>> {
        if !self.reader.another(&mut self.first, b'}')? {
            return Ok(None);
        }
        if self.reader.peek() != Some(b'"') {
            return Err(Unreadable);
        }
        seed.deserialize(&mut *self.reader).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Read<T::Value> {
        self.reader.take(b':')?;
        seed.deserialize(&mut *self.reader)
    }
}

/// A text as it is, in the form in which `serde_json` looks for it.
struct Raw<'de>(Option<&'de str>);

impl<'de> MapAccess<'de> for Raw<'de> {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Read<Option<K::Value>> {
        match self.0 {
            Some(_) => seed.deserialize(StrDeserializer::new(RAW)).map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Read<T::Value> {
        seed.deserialize(BorrowedStrDeserializer::new(self.0.take().ok_or(Unreadable)?))
    }
}

/// A variant that holds nothing, written as its name.
struct Word<'a, 'de>(&'a mut Reader<'de>);

impl<'de> EnumAccess<'de> for Word<'_, 'de> {
    type Error = Unreadable;
    type Variant = Self;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Read<(T::Value, Self)> {
        Ok((seed.deserialize(&mut *self.0)?, self))
    }
}

impl<'de> VariantAccess<'de> for Word<'_, 'de> {
    type Error = Unreadable;

    fn unit_variant(self) -> Read<()> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _seed: T) -> Read<T::Value> {
        Err(Unreadable)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _length: usize, _visitor: V) -> Read<V::Value> {
        Err(Unreadable)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        _visitor: V,
    ) -> Read<V::Value> {
        Err(Unreadable)
    }
}

/// A variant with what it holds, written as an object of one member.
struct Variant<'a, 'de>(&'a mut Reader<'de>);

impl<'de> EnumAccess<'de> for Variant<'_, 'de> {
    type Error = Unreadable;
    type Variant = Self;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Read<(T::Value, Self)> {
        let name = seed.deserialize(&mut *self.0)?;
        self.0.take(b':')?;
        Ok((name, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, 'de> {
    type Error = Unreadable;

    fn unit_variant(self) -> Read<()> {
        self.0.peek();
        self.0.word("null")
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Read<T::Value> {
        seed.deserialize(self.0)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Read<V::Value> {
        self.0.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _fields: &'static [&'static str], visitor: V) -> Read<V::Value> {
        self.0.deserialize_map(visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::Serialize;
    use serde::de::IgnoredAny;
    use serde_json::Value;
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

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (-1e15..1e15).prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn reads_any_json(value in json(), pretty: bool) {
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
            prop_assert_eq!(from_str::<Value>(&text).ok(), serde_json::from_str::<Value>(&text).ok(), "{}", text);
            prop_assert!(from_str::<IgnoredAny>(&text).is_ok());
            let raw: Box<RawValue> = from_str(&text).unwrap();
            prop_assert_eq!(raw.get(), text.trim());
        }

        #[test]
        fn refuses_what_is_no_json(text in "[\\[\\]{}\",:\\\\ntruefalsu0-9.eE+\\- \u{1}é]{0,12}") {
            let (ours, theirs) = (from_str::<Value>(&text), serde_json::from_str::<Value>(&text));
            prop_assert_eq!(ours.is_ok(), theirs.is_ok(), "{:?}", text);
            prop_assert_eq!(from_str::<IgnoredAny>(&text).is_ok(), theirs.is_ok(), "{:?}", text);
        }
    }

    #[test]
    fn texts_and_numbers_are_read_as_elsewhere() {
        for text in [
            r#""a\"\\\/\b\f\n\r\t""#,
            r#""\u00e9\ud83d\ude00 é""#,
            r#""\ud83d""#,
            r#""\ude00""#,
            r#""\ud83dx""#,
            r#""\u12""#,
            r#""\x""#,
            "\"\n\"",
            "\"",
            r#""""#,
            "0",
            "-0",
            "01",
            "-",
            "1.",
            ".5",
            "1.50",
            "-1e3",
            "1E+2",
            "1e-2",
            "1e",
            "1e999",
            "0e999",
            "1e-999",
            "18446744073709551615",
            "18446744073709551616",
            "-9223372036854775808",
            "-9223372036854775809",
            "+1",
            "nul",
            "nullx",
            "true",
            "[1,]",
            "[,1]",
            "[1 2]",
            "{\"a\":1,}",
            "{\"a\" 1}",
            "{1:2}",
            "",
            " ",
            "1 ",
        ] {
            assert_eq!(from_str::<Value>(text).ok(), serde_json::from_str::<Value>(text).ok(), "{text}");
        }
        for length in [0, 1, 126, 127, 128, 10_000] {
            let text = "[".repeat(length) + &"]".repeat(length);
            assert_eq!(
                from_str::<Value>(&text).is_ok(),
                serde_json::from_str::<Value>(&text).is_ok(),
                "{length}"
            );
            assert_eq!(from_str::<IgnoredAny>(&text).is_ok(), (1..=127).contains(&length), "{length}");
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
