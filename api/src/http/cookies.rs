//! Where does the browser keep the session? In two cookies that no script can read.

use super::config::REFRESH_COOKIE_TIME;
use http::{HeaderMap, HeaderValue, header};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use supabase::{AccessToken, Grant, RefreshToken};

/// What the two cookies are called: `__Host-` binds them to this host and to https.
#[derive(Clone, Debug)]
pub struct CookieNames {
    access: &'static str,
    refresh: &'static str,
    secure: bool,
}

/// Cookies to be set on the answer of the request at hand.
#[derive(Clone, Debug, Default)]
pub struct NewCookies(Arc<Mutex<Vec<HeaderValue>>>);

impl CookieNames {
    /// Over plain http on this machine prefix and `Secure` are left out, because browsers would refuse them.
    #[must_use]
    pub const fn new(secure: bool) -> Self {
        if secure {
            Self { access: "__Host-revos-access", refresh: "__Host-revos-refresh", secure }
        } else {
            Self { access: "revos-access", refresh: "revos-refresh", secure }
        }
    }

    /// The access token the browser sent.
    #[must_use]
    pub fn access(&self, headers: &HeaderMap) -> Option<AccessToken> {
        AccessToken::new(find(headers, self.access)?)
    }

    /// The refresh token the browser sent.
    #[must_use]
    pub fn refresh(&self, headers: &HeaderMap) -> Option<RefreshToken> {
        RefreshToken::new(find(headers, self.refresh)?)
    }

    /// Has the browser sent either of the two?
    #[must_use]
    pub fn any(&self, headers: &HeaderMap) -> bool {
        find(headers, self.access).or_else(|| find(headers, self.refresh)).is_some()
    }

    /// Keeps fresh tokens.
    pub fn keep(&self, grant: &Grant, new: &NewCookies) {
        new.push(self.line(self.access, grant.access.expose(), grant.expires_in));
        new.push(self.line(self.refresh, grant.refresh.expose(), REFRESH_COOKIE_TIME));
    }

    /// Removes both.
    pub fn remove(&self, new: &NewCookies) {
        new.push(self.line(self.access, "", Duration::ZERO));
        new.push(self.line(self.refresh, "", Duration::ZERO));
    }

    fn line(&self, name: &str, value: &str, time: Duration) -> Option<HeaderValue> {
        let secure = if self.secure { "; Secure" } else { "" };
        let line =
            format!("{name}={value}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{secure}", time.as_secs());
        let mut line = HeaderValue::from_str(&line).ok()?;
        line.set_sensitive(true);
        Some(line)
    }
}

impl NewCookies {
    fn push(&self, line: Option<HeaderValue>) {
        if let (Some(line), Ok(mut lines)) = (line, self.0.lock()) {
            lines.push(line);
        }
    }

    /// Puts the cookies on the answer; a later one of a name replaces an earlier one in the browser.
    pub fn write(&self, headers: &mut HeaderMap) {
        if let Ok(mut lines) = self.0.lock() {
            for line in lines.drain(..) {
                headers.append(header::SET_COOKIE, line);
            }
        }
    }
}

fn find<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name && !value.is_empty()).then_some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_out_of_reach_for_scripts_and_other_sites() {
        let new = NewCookies::default();
        CookieNames::new(true).remove(&new);
        let mut headers = HeaderMap::new();
        new.write(&mut headers);
        let lines: Vec<_> =
            headers.get_all(header::SET_COOKIE).iter().map(|line| line.to_str().unwrap()).collect();
        assert_eq!(lines.len(), 2);
        for line in lines {
            for part in ["__Host-revos-", "; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure", "Max-Age=0"]
            {
                assert!(line.contains(part), "{part} in {line}");
            }
            assert!(!line.contains("Domain"));
        }
    }

    #[test]
    fn finds_its_own_cookies_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=b; xrevos-access=no; revos-access=yes"));
        headers.append(header::COOKIE, HeaderValue::from_static("revos-refresh="));
        let names = CookieNames::new(false);
        assert_eq!(names.access(&headers).unwrap().expose(), "yes");
        assert!(names.refresh(&headers).is_none() && names.any(&headers));
    }
}
