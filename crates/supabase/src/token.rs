//! What proves who is asking? Tokens that print as stars.

use secrecy::{ExposeSecret, SecretString};
use std::fmt;

macro_rules! token {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone)]
        pub struct $name(SecretString);

        impl $name {
            /// Keeps a token. Text with characters that cannot stand in a header is refused.
            #[must_use]
            pub fn new(text: &str) -> Option<Self> {
                let fits = !text.is_empty() && text.len() <= 8192 && text.bytes().all(|b| b.is_ascii_graphic());
                fits.then(|| Self(SecretString::from(text.to_owned())))
            }

            /// The token itself, to be sent and nothing else.
            #[must_use]
            pub fn expose(&self) -> &str {
                self.0.expose_secret()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(***)"))
            }
        }
    };
}

token!(
    /// A signed access token, valid for minutes.
    AccessToken
);
token!(
    /// An opaque token that is exchanged once for fresh ones.
    RefreshToken
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_prints_itself() {
        let token = AccessToken::new("secret-token").unwrap();
        assert_eq!(format!("{token:?}"), "AccessToken(***)");
        assert!(AccessToken::new("").is_none() && RefreshToken::new("a b").is_none());
    }
}
