//! From what went wrong with a server to a finding: the name of the fault, and what to do here.
//!
//! What can be done in general is said where the fault is (`imap`, `smtp`, `wire`); what this
//! provider wants is added.

use super::finding::{Code, Finding, parted};
use super::provider::Provider;
use crate::config::Login;
use crate::daemon::accounts::AccountError;
use crate::imap::ImapError;
use crate::smtp::ConnectError;
use crate::wire::{TlsFault, WireError};

/// What is said of the server where mail is read.
pub(super) const INBOX: &str = "inbox";

/// What is said of the server where mail is submitted.
pub(super) const SUBMISSION: &str = "submission";

/// No password, or no certificates to trust.
pub(super) fn account(subject: &'static str, error: &AccountError) -> Finding {
    let code = match error {
        AccountError::Password(_) => Code::NoPassword,
        AccountError::Certificates { .. } => Code::TlsNoAuthorities,
    };
    let told = error.to_string();
    let (means, remedy) = parted(&told);
    Finding::wrong(code, subject, means, remedy)
}

/// The way to the server.
pub(super) fn wire(subject: &'static str, error: &WireError) -> Finding {
    Finding::wrong(wire_code(error), subject, error.to_string(), error.remedy())
}

/// The mailbox server.
pub(super) fn imap(error: &ImapError, login: &Login) -> Finding {
    let (code, subject) = (imap_code(error), INBOX);
    let remedy = with_provider(error.remedy(), code, login);
    Finding::wrong(code, subject, error.to_string(), remedy)
}

/// The submission server.
pub(super) fn smtp(error: &ConnectError, login: &Login) -> Finding {
    let (code, subject) = (smtp_code(error), SUBMISSION);
    let remedy = with_provider(error.remedy(), code, login);
    Finding::wrong(code, subject, error.to_string(), remedy)
}

/// A refused login is nearly always something that the provider wants switched on.
fn with_provider(remedy: &str, code: Code, login: &Login) -> String {
    let is_login = matches!(code, Code::LoginRefused | Code::NoWayToLogIn);
    match Provider::of_host(&login.host).filter(|_| is_login) {
        Some(provider) => format!("{remedy}\n{}: {}", provider.name, provider.login),
        None => remedy.to_owned(),
    }
}

const fn wire_code(error: &WireError) -> Code {
    match error {
        WireError::Unresolved { .. } => Code::NameUnknown,
        WireError::Unreachable { .. } => Code::Unreachable,
        WireError::Tls { fault, .. } => tls_code(fault),
        WireError::NotLoopback { .. }
        | WireError::SlippedIn
        | WireError::Closed
        | WireError::Silent { .. }
        | WireError::TooLong { .. }
        | WireError::Broken(_) => Code::WireBroken,
    }
}

const fn tls_code(fault: &TlsFault) -> Code {
    match fault {
        TlsFault::OtherName { .. } => Code::TlsOtherName,
        TlsFault::UnknownIssuer => Code::TlsUntrusted,
        TlsFault::AuthorityItself => Code::TlsAuthorityItself,
        TlsFault::Expired => Code::TlsExpired,
        TlsFault::NotYetValid => Code::TlsNotYetValid,
        TlsFault::Revoked => Code::TlsRevoked,
        TlsFault::NotTls => Code::TlsNone,
        TlsFault::NoRoots(_) => Code::TlsNoAuthorities,
        TlsFault::Handshake(_) => Code::TlsHandshake,
    }
}

const fn imap_code(error: &ImapError) -> Code {
    match error {
        ImapError::Wire(wire) => wire_code(wire),
        ImapError::TurnedAway { .. } | ImapError::Bye { .. } => Code::TurnedAway,
        ImapError::Garbled => Code::NotAMailServer,
        ImapError::NoStartTls => Code::NoStartTls,
        ImapError::NoMechanism => Code::NoWayToLogIn,
        ImapError::LoginRefused { passing: true, .. } => Code::LoginPutOff,
        ImapError::LoginRefused { .. } => Code::LoginRefused,
        ImapError::OutOfStep => Code::WireBroken,
        ImapError::Refused { .. }
        | ImapError::Misunderstood { .. }
        | ImapError::NoUidValidity { .. }
        | ImapError::Renumbered { .. }
        | ImapError::NothingSelected
        | ImapError::Setting(_) => Code::Mailbox,
    }
}

fn smtp_code(error: &ConnectError) -> Code {
    match error {
        ConnectError::Wire(wire) => wire_code(wire),
        ConnectError::TurnedAway { .. } | ConnectError::EhloRefused { .. } => Code::TurnedAway,
        ConnectError::NotSmtp => Code::NotAMailServer,
        ConnectError::NoStartTls => Code::NoStartTls,
        ConnectError::NoMechanism { .. } => Code::NoWayToLogIn,
        ConnectError::AuthRefused { answer } if answer.code / 100 == 4 => Code::LoginPutOff,
        ConnectError::AuthRefused { .. } => Code::LoginRefused,
        ConnectError::Setting(_) => Code::NoWayToLogIn,
    }
}
