//! How is a closed set of words written once? An enum equal to a CHECK set of the database.

/// Declares an enum whose words are those of a database value set, in the set's order.
macro_rules! value_set {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$variant_meta])* $variant),+ }

        impl $name {
            /// Every value, in the order of the set.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word used by the database, the API and the URL.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl $crate::kernel::chosen::Choice for $name {
            const WORDS: &'static [&'static str] = &[$($word),+];

            fn place(self) -> usize {
                self as usize
            }

            fn at(place: usize) -> Option<Self> {
                Self::ALL.get(place).copied()
            }
        }

        impl $crate::kernel::chosen::MaybeNone for $name {
            const WORDS_OR_NONE: &'static [&'static str] = &[$($word),+, "none"];
        }

        impl std::str::FromStr for $name {
            type Err = $crate::kernel::error::UnknownWord;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                $crate::kernel::chosen::named(word)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::kernel::chosen::read_word(deserializer)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

pub(crate) use value_set;
