//! Where a mail server is, how the way there is protected, and who logs in: pure settings.
//!
//! The configuration fills these in and the mail rooms read them. Nothing here connects anywhere.
//! There is no opportunistic level: what is configured is required.

use crate::words::confidential::Confidential;
use std::fmt;

/// How a connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first octet (RFC 8314 section 3: ports 993 and 465).
    Tls,
    /// Plain text that must become TLS before anything of worth is said (ports 143 and 587).
    StartTls,
    /// No protection at all; only to a loopback address.
    None,
}

impl Security {
    /// The value as the configuration file writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tls => "tls",
            Self::StartTls => "starttls",
            Self::None => "none",
        }
    }
}

/// A server's address and the protection it is reached with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Host name or IP address; the certificate must be valid for it.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// The protection required.
    pub security: Security,
    /// Certificates (PEM) trusted beside the system's own, for a private authority.
    pub ca_pem: Option<Vec<u8>>,
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// What proves who we are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// A password.
    Password(Confidential<String>),
    /// An OAuth 2.0 access token, shown by the SASL mechanism XOAUTH2.
    AccessToken(Confidential<String>),
}

/// A user name with its proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// The account's name at the server, often a mail address.
    pub username: String,
    /// Password or access token.
    pub proof: Proof,
}

impl Login {
    /// A login by password.
    pub fn password(username: &str, password: Confidential<String>) -> Self {
        Self {
            username: username.to_owned(),
            proof: Proof::Password(password),
        }
    }

    /// A login by access token.
    pub fn access_token(username: &str, token: Confidential<String>) -> Self {
        Self {
            username: username.to_owned(),
            proof: Proof::AccessToken(token),
        }
    }

    /// The initial response of SASL PLAIN (RFC 4616), or of XOAUTH2 for a token, before base64.
    pub fn sasl_response(&self) -> Confidential<Vec<u8>> {
        let user = &self.username;
        let text = match &self.proof {
            Proof::Password(password) => format!("\0{user}\0{}", password.reveal()),
            Proof::AccessToken(token) => {
                format!("user={user}\u{1}auth=Bearer {}\u{1}\u{1}", token.reveal())
            }
        };
        Confidential::new(text.into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_never_prints_its_proof() {
        let login = Login::password("lunch@example.com", "hunter2".to_owned().into());
        assert!(!format!("{login:?}").contains("hunter2"));
        let token = Login::access_token("lunch@example.com", "ya29".to_owned().into());
        assert!(!format!("{token:?}{:?}", token.sasl_response()).contains("ya29"));
    }

    #[test]
    fn the_sasl_responses_are_as_the_mechanisms_want_them() {
        let plain = Login::password("lu", "pw".to_owned().into()).sasl_response();
        assert_eq!(plain.reveal(), b"\0lu\0pw");
        let token = Login::access_token("lu", "tk".to_owned().into()).sasl_response();
        assert_eq!(token.reveal(), b"user=lu\x01auth=Bearer tk\x01\x01");
    }
}
