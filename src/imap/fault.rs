//! What can go wrong with a mailbox server, each told apart, with its remedy for the operator.

use crate::wire::WireError;
use crate::words::clean::clean_text;
use thiserror::Error;

/// Most characters of a server's text that are kept.
const WORDS_CHARS_MAX: usize = 200;

/// The cleaned beginning of a server's text, on one line.
pub(super) fn clean_words(text: &str) -> String {
    let clean = clean_text(text).replace('\n', " ");
    clean.trim().chars().take(WORDS_CHARS_MAX).collect()
}

/// A response code with its text, as one phrase.
fn said(code: &str, words: &str) -> String {
    format!("{code} {words}").trim().to_owned()
}

/// Why an IMAP step failed. Nothing here is ever to be read as "there is no mail".
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ImapError {
    /// The wire: name, network, TLS, silence, a closed connection.
    #[error("IMAP: {0}")]
    Wire(#[from] WireError),
    /// The server greeted with BYE.
    #[error("the IMAP server turns us away: {words}")]
    TurnedAway {
        /// What it said.
        words: String,
    },
    /// What answers speaks no IMAP, or the answer cannot be read.
    #[error("the IMAP server's answer cannot be read")]
    Garbled,
    /// STARTTLS is configured and not offered, or refused.
    #[error("the IMAP server does not offer STARTTLS, and without it nobody logs in")]
    NoStartTls,
    /// No way to log in that we know, or LOGINDISABLED.
    #[error("the IMAP server offers no way to log in that we know")]
    NoMechanism,
    /// The login was refused.
    #[error("the IMAP server refuses the login: {words}")]
    LoginRefused {
        /// What it said.
        words: String,
        /// Whether it said that this will pass (RFC 5530: UNAVAILABLE, INUSE, LIMIT).
        passing: bool,
    },
    /// `NO`: understood, not done.
    #[error("{command} was refused: {}", said(code, words))]
    Refused {
        /// The command's name.
        command: &'static str,
        /// The name of the response code in capitals (`TRYCREATE`, RFC 5530), or nothing.
        code: String,
        /// What the server said.
        words: String,
    },
    /// `BAD`: not understood.
    #[error("{command} was not understood: {words}")]
    Misunderstood {
        /// The command's name.
        command: &'static str,
        /// What the server said.
        words: String,
    },
    /// The server said BYE and is gone.
    #[error("the IMAP server said goodbye: {words}")]
    Bye {
        /// What it said.
        words: String,
    },
    /// An answer to a command that was not given; an earlier step was left half way.
    #[error("the dialogue is out of step")]
    OutOfStep,
    /// A mailbox was selected and the server did not tell its UIDVALIDITY.
    #[error("the IMAP server tells no UIDVALIDITY for {mailbox}")]
    NoUidValidity {
        /// The mailbox.
        mailbox: String,
    },
    /// The mailbox has other numbers than before (its UIDVALIDITY changed).
    #[error("{mailbox} was renumbered meanwhile")]
    Renumbered {
        /// The mailbox.
        mailbox: String,
    },
    /// A message command without a selected mailbox.
    #[error("no mailbox is selected")]
    NothingSelected,
    /// A setting that cannot be used.
    #[error("{0}")]
    Setting(&'static str),
}

impl ImapError {
    /// Whether the connection is of no further use. A refusal is the only thing it survives.
    pub const fn ends_connection(&self) -> bool {
        !matches!(
            self,
            Self::Refused { .. }
                | Self::Misunderstood { .. }
                | Self::NothingSelected
                | Self::NoUidValidity { .. }
                | Self::Setting(_)
        )
    }

    /// Whether only a person can mend it, so that hammering on is no use.
    pub const fn needs_a_person(&self) -> bool {
        match self {
            Self::LoginRefused { passing, .. } => !*passing,
            Self::NoStartTls | Self::NoMechanism | Self::Setting(_) => true,
            Self::Wire(wire) => {
                matches!(wire, WireError::NotLoopback { .. } | WireError::Tls { .. })
            }
            _ => false,
        }
    }

    /// What the operator can do about it.
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::Wire(wire) => wire.remedy(),
            Self::TurnedAway { .. } | Self::Bye { .. } => {
                "it is tried again; if it stays, too many connections may be open, or the server is in maintenance"
            }
            Self::Garbled => {
                "check host and port; security = \"tls\" goes with 993, \"starttls\" with 143"
            }
            Self::NoStartTls => "use security = \"tls\" with port 993",
            Self::NoMechanism => {
                "allow LOGIN or PLAIN over TLS at the server, or use an access token where it wants XOAUTH2"
            }
            Self::LoginRefused { passing: true, .. } => {
                "it is tried again; if it stays, the server limits logins"
            }
            Self::LoginRefused { .. } => {
                "check username and password; accounts with two-step sign-in need an app password, and IMAP may be switched off for the mailbox"
            }
            Self::Refused { .. } | Self::Misunderstood { .. } => {
                "check that the mailbox exists and that the account may change it"
            }
            Self::OutOfStep | Self::Renumbered { .. } => "it is tried again with a new connection",
            Self::NoUidValidity { .. } | Self::NothingSelected => {
                "choose another mailbox; this one cannot be read safely"
            }
            Self::Setting(_) => "correct the setting",
        }
    }
}
