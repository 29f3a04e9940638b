//! Why a submission server could not be used, each with its remedy for the operator.

use super::reply::Answer;
use crate::wire::WireError;
use thiserror::Error;

/// Why an exchange failed: the wire, or an answer that is no SMTP.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum Fault {
    #[error("{0}")]
    Wire(#[from] WireError),
    #[error("the server's answer is no SMTP reply")]
    Garbled,
}

impl From<Fault> for ConnectError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Wire(e) => Self::Wire(e),
            Fault::Garbled => Self::NotSmtp,
        }
    }
}

/// Why no usable connection came about. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ConnectError {
    /// The wire: name, network, TLS, silence.
    #[error("SMTP: {0}")]
    Wire(#[from] WireError),
    /// The greeting was no 220.
    #[error("the SMTP server turns us away with {answer}")]
    TurnedAway {
        /// What it said.
        answer: Answer,
    },
    /// What came is no SMTP.
    #[error("what answers there does not speak SMTP")]
    NotSmtp,
    /// EHLO was refused.
    #[error("the SMTP server refuses our EHLO name '{name}' with {answer}")]
    EhloRefused {
        /// The name we gave.
        name: String,
        /// What it said.
        answer: Answer,
    },
    /// STARTTLS is configured and not offered, or refused.
    #[error("the SMTP server does not offer STARTTLS, and without it nothing is sent")]
    NoStartTls,
    /// A login is configured and no mechanism fits.
    #[error("the SMTP server offers no way to log in that we know (it offers: {offered})")]
    NoMechanism {
        /// The mechanisms it offers.
        offered: String,
    },
    /// The login was refused.
    #[error("the SMTP server refuses the login with {answer}")]
    AuthRefused {
        /// What it said.
        answer: Answer,
    },
    /// A setting that cannot be sent.
    #[error("{0}")]
    Setting(&'static str),
}

impl ConnectError {
    /// What the operator can do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Wire(wire) => wire.remedy(),
            Self::TurnedAway { .. } => {
                "it is tried again; if it stays, the server blocks this machine or is overloaded"
            }
            Self::NotSmtp => {
                "check host and port; security = \"tls\" goes with 465, \"starttls\" with 587"
            }
            Self::EhloRefused { .. } => "give this machine a full host name",
            Self::NoStartTls => {
                "use security = \"tls\" with port 465, or the port for submission, 587"
            }
            Self::NoMechanism { .. } => {
                "allow PLAIN or LOGIN over TLS at the server, or use an access token where it wants XOAUTH2"
            }
            Self::AuthRefused { answer } if answer.code / 100 == 4 => {
                "it is tried again; if it stays, the server limits logins"
            }
            Self::AuthRefused { .. } => {
                "check username and password; accounts with two-step sign-in need an app password, and SMTP AUTH may be switched off for the mailbox"
            }
            Self::Setting(_) => "correct the setting",
        }
    }

    /// Whether only a person can mend it, so that hammering on is no use.
    pub const fn needs_a_person(&self) -> bool {
        match self {
            Self::AuthRefused { answer } => answer.code / 100 == 5,
            Self::NoStartTls | Self::NoMechanism { .. } | Self::Setting(_) => true,
            Self::Wire(wire) => {
                matches!(wire, WireError::NotLoopback { .. } | WireError::Tls { .. })
            }
            _ => false,
        }
    }
}
