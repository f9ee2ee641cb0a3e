//! Is JSON read as `serde_json` reads it?

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
