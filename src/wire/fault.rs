//! What can go wrong between here and a mail server, each told apart, with its remedy.

use std::time::Duration;
use thiserror::Error;

/// Why a server's certificate or handshake was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TlsFault {
    /// The certificate is for other names.
    #[error("the certificate is valid for other names only ({})", names.join(", "))]
    OtherName {
        /// The names it is valid for, where it tells.
        names: Vec<String>,
    },
    /// No trusted authority signed it.
    #[error("no trusted authority signed the certificate")]
    UnknownIssuer,
    /// The server shows an authority's own certificate (what `openssl req -x509` makes by default).
    #[error("the certificate is an authority's own and not a server's")]
    AuthorityItself,
    /// It is no longer valid.
    #[error("the certificate has expired")]
    Expired,
    /// It is not valid yet.
    #[error("the certificate is not valid yet")]
    NotYetValid,
    /// Its authority took it back.
    #[error("the certificate was revoked")]
    Revoked,
    /// What answered speaks no TLS.
    #[error("the server does not speak TLS on this port")]
    NotTls,
    /// The configured authority cannot be read, or no authority is known at all.
    #[error("no certificate authority to trust: {0}")]
    NoRoots(String),
    /// Anything else.
    #[error("the TLS handshake failed: {0}")]
    Handshake(String),
}

impl TlsFault {
    /// What the operator can do about it.
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::OtherName { .. } => "set host to a name that the certificate carries",
            Self::UnknownIssuer => {
                "set ca_file to the authority's certificate (PEM), or have the server send its whole chain"
            }
            Self::AuthorityItself => {
                "give the server a certificate that the authority signed; a self-signed one needs basicConstraints=CA:FALSE"
            }
            Self::Expired => "renew the server's certificate, and check this machine's clock",
            Self::NotYetValid => "check this machine's clock, then the server's certificate",
            Self::Revoked => "have the server's certificate replaced",
            Self::NotTls => {
                "check the port: security = \"tls\" goes with 993 and 465, \"starttls\" with 143 and 587"
            }
            Self::NoRoots(_) => {
                "install the system's ca-certificates, or set ca_file to a PEM file that holds a certificate"
            }
            Self::Handshake(_) => "check that the server offers TLS 1.2 or 1.3 on this port",
        }
    }
}

/// Why the wire could not be opened, or broke.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WireError {
    /// The host name has no address.
    #[error("{host} has no address: {why}")]
    Unresolved {
        /// The host as configured.
        host: String,
        /// The resolver's reason.
        why: String,
    },
    /// No address of the host took the connection.
    #[error("{endpoint} cannot be reached: {why}")]
    Unreachable {
        /// Host and port.
        endpoint: String,
        /// The last reason.
        why: String,
    },
    /// `security = "none"` towards another machine.
    #[error(
        "{host} is not this machine, and security = \"none\" would show the password on the way"
    )]
    NotLoopback {
        /// The host as configured.
        host: String,
    },
    /// The TLS handshake failed.
    #[error("{endpoint}: {fault}")]
    Tls {
        /// Host and port.
        endpoint: String,
        /// What was wrong.
        fault: TlsFault,
    },
    /// Octets arrived in plain text behind the leave to start TLS: somebody tries to slip them in.
    #[error("the server sent text before the TLS handshake that does not belong there")]
    SlippedIn,
    /// The server closed the connection.
    #[error("the server closed the connection")]
    Closed,
    /// The server said nothing within the limit.
    #[error("the server kept silent for {} s", limit.as_secs_f32())]
    Silent {
        /// The limit that passed.
        limit: Duration,
    },
    /// A line or literal beyond its bound.
    #[error("the server sent more than {limit} octets where less belongs")]
    TooLong {
        /// The bound in octets.
        limit: usize,
    },
    /// The connection broke.
    #[error("the connection broke: {0}")]
    Broken(String),
}

impl WireError {
    /// What the operator can do about it.
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::Unresolved { .. } => "check host for a typing error, and this machine's DNS",
            Self::Unreachable { .. } => {
                "check host and port, that the server runs, and that no firewall stands between"
            }
            Self::NotLoopback { .. } => "set security to \"tls\" or \"starttls\"",
            Self::Tls { fault, .. } => fault.remedy(),
            Self::SlippedIn => {
                "use security = \"tls\" if the server offers it; else ask who sits between here and the server"
            }
            Self::Closed | Self::Silent { .. } | Self::Broken(_) => {
                "it is tried again; if it stays, check that port and security go together (tls: 993 and 465, starttls: 143 and 587), then the server's log"
            }
            Self::TooLong { .. } => "check that host and port belong to a mail server",
        }
    }
}
