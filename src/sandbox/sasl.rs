//! Who is it? The SASL mechanisms that both ports offer: PLAIN (RFC 4616), LOGIN and XOAUTH2.
//!
//! An account's secret serves as its password and as its bearer token. Only reading of what the
//! client says; the conversations stay with the ports.

/// A login with its secret, as a client gave them.
#[derive(Default)]
pub(super) struct Credentials {
    /// Who.
    pub(super) login: String,
    /// Password or token.
    pub(super) secret: String,
    /// Which of the two.
    pub(super) is_token: bool,
}

impl Credentials {
    /// A login by password.
    pub(super) const fn password(login: String, secret: String) -> Self {
        Self {
            login,
            secret,
            is_token: false,
        }
    }
}

/// What XOAUTH2 says before it refuses, so that a client can ask for a new token.
pub(super) const BEARER_REFUSAL: &[u8] =
    b"{\"status\":\"401\",\"schemes\":\"bearer\",\"scope\":\"mail\"}";

/// Reads `authzid NUL authcid NUL password`.
pub(super) fn plain(response: &[u8]) -> Option<Credentials> {
    let mut parts = response.split(|b| *b == 0);
    let _on_behalf_of = parts.next()?;
    let login = text(parts.next()?)?;
    let password = text(parts.next()?)?;
    parts
        .next()
        .is_none()
        .then_some(Credentials::password(login, password))
}

/// Reads `user=… ^A auth=Bearer … ^A ^A`.
pub(super) fn bearer(response: &[u8]) -> Option<Credentials> {
    let response = text(response)?;
    let mut parts = response.split('\u{1}');
    let login = parts.next()?.strip_prefix("user=")?;
    let token = parts.next()?.strip_prefix("auth=Bearer ")?;
    Some(Credentials {
        login: login.to_owned(),
        secret: token.to_owned(),
        is_token: true,
    })
}

/// Octets as text.
pub(super) fn text(octets: &[u8]) -> Option<String> {
    String::from_utf8(octets.to_vec()).ok()
}
