//! A logged-in IMAP session: connecting, STARTTLS, login, capabilities, leaving.
//!
//! Nothing that the server said before TLS is believed after it, no login goes out where others
//! could read it or where the server forbids it, and a greeting that skips the login (PREAUTH) is
//! refused where STARTTLS was required.

use super::dialog::{Command, Dialog};
use super::fault::ImapError;
use super::folders::Selected;
use super::names::Mailbox;
use super::reply::{Response, Verdict};
use super::{ImapAccount, Patience};
use crate::wire::{Wire, WireError};
use crate::words::endpoint::{Endpoint, Login, Proof, Security};
use async_imap::imap_proto::Status;
use data_encoding::BASE64;
use std::collections::BTreeSet;
use tokio::time::Instant;

/// A connection to a mailbox server, logged in.
#[derive(Debug)]
pub struct Session {
    pub(super) dialog: Dialog,
    pub(super) patience: Patience,
    pub(super) capabilities: BTreeSet<String>,
    pub(super) delimiter: Option<char>,
    pub(super) selected: Option<(Mailbox, Selected)>,
    pub(super) idle_refused: bool,
}

impl Session {
    /// Connects, protects the wire as configured, logs in, reads capabilities and delimiter.
    ///
    /// # Errors
    /// See [`ImapError`]; [`ImapError::remedy`] says what to do.
    pub async fn connect(account: &ImapAccount, patience: &Patience) -> Result<Self, ImapError> {
        let endpoint = &account.endpoint;
        let mut dialog = Dialog::new(Wire::open(endpoint, patience.connect).await?).await?;
        let known = greet(&mut dialog, patience).await?;
        if endpoint.security == Security::StartTls {
            if known {
                // A server that knows us already takes no STARTTLS: somebody wants it plain.
                return Err(ImapError::NoStartTls);
            }
            dialog = start_tls(dialog, endpoint, patience).await?;
        }
        if !known {
            let offered = capabilities(&mut dialog, patience).await?;
            log_in(&mut dialog, &account.login, &offered, patience).await?;
        }
        let capabilities = capabilities(&mut dialog, patience).await?;
        let mut session = Self {
            dialog,
            patience: *patience,
            capabilities,
            delimiter: None,
            selected: None,
            idle_refused: false,
        };
        session.delimiter = session.ask_delimiter().await?;
        Ok(session)
    }

    /// What the server can do, in capitals, as told after the login.
    pub const fn capabilities(&self) -> &BTreeSet<String> {
        &self.capabilities
    }

    /// Whether the server can do this (a name in capitals).
    pub fn can(&self, capability: &str) -> bool {
        self.capabilities.contains(capability)
    }

    /// What parts the levels of mailbox names; `None` if there are no levels.
    pub const fn delimiter(&self) -> Option<char> {
        self.delimiter
    }

    /// Whether the connection can still be used.
    pub const fn is_open(&self) -> bool {
        self.dialog.is_open()
    }

    /// Asks nothing; shows that the server is still there.
    ///
    /// # Errors
    /// As every step.
    pub async fn noop(&mut self) -> Result<(), ImapError> {
        let limit = self.patience.command;
        self.dialog
            .run(&Command::new("NOOP"), limit, |_| ())
            .await?;
        Ok(())
    }

    /// Says goodbye and closes; bounded.
    pub async fn logout(mut self) {
        let limit = self.patience.logout;
        let _ = self
            .dialog
            .run(&Command::new("LOGOUT"), limit, |_| ())
            .await;
    }

    /// Runs a short command and drops what else it says.
    pub(super) async fn order(&mut self, command: &Command) -> Result<Verdict, ImapError> {
        let limit = self.patience.command;
        self.dialog.run(command, limit, |_| ()).await
    }
}

/// Reads the greeting (RFC 3501 section 7.1); true if the server knows us already.
async fn greet(dialog: &mut Dialog, patience: &Patience) -> Result<bool, ImapError> {
    let deadline = Instant::now() + patience.command;
    match dialog.read(deadline, patience.command).await? {
        Response::Told(Verdict { status, words, .. }) => match status {
            Status::Ok => Ok(false),
            Status::PreAuth => Ok(true),
            Status::Bye | Status::No | Status::Bad => Err(ImapError::TurnedAway { words }),
        },
        _ => Err(ImapError::Garbled),
    }
}

async fn start_tls(
    mut dialog: Dialog,
    endpoint: &Endpoint,
    patience: &Patience,
) -> Result<Dialog, ImapError> {
    if !capabilities(&mut dialog, patience)
        .await?
        .contains("STARTTLS")
    {
        return Err(ImapError::NoStartTls);
    }
    let leave = dialog
        .run(&Command::new("STARTTLS"), patience.command, |_| ())
        .await;
    match leave {
        Ok(_) => {}
        Err(ImapError::Refused { .. } | ImapError::Misunderstood { .. }) => {
            return Err(ImapError::NoStartTls);
        }
        Err(e) => return Err(e),
    }
    let wire = dialog.take_wire().ok_or(WireError::Closed)?;
    let wire = wire.secure(endpoint, patience.connect).await?;
    // A new dialogue: nothing told in plain text is known any more (RFC 3501 section 6.2.1).
    Dialog::new(wire).await
}

async fn capabilities(
    dialog: &mut Dialog,
    patience: &Patience,
) -> Result<BTreeSet<String>, ImapError> {
    let mut found = BTreeSet::new();
    let command = Command::new("CAPABILITY");
    let read = |response| {
        if let Response::Capabilities(told) = response {
            found.extend(told);
        }
    };
    dialog.run(&command, patience.command, read).await?;
    Ok(found)
}

async fn log_in(
    dialog: &mut Dialog,
    login: &Login,
    offered: &BTreeSet<String>,
    patience: &Patience,
) -> Result<(), ImapError> {
    if dialog.is_exposed() {
        return Err(ImapError::Setting(
            "a password is never sent over a connection that others can read",
        ));
    }
    let done = match &login.proof {
        Proof::Password(password) if !offered.contains("LOGINDISABLED") => {
            let command = Command::new("LOGIN")
                .string(&login.username)
                .string(password.reveal());
            let limit = patience.command;
            dialog.run(&command, limit, |_| ()).await.map(|_| ())
        }
        Proof::Password(_) if offered.contains("AUTH=PLAIN") => {
            authenticate(dialog, "PLAIN", login, patience).await
        }
        Proof::AccessToken(_) if offered.contains("AUTH=XOAUTH2") => {
            authenticate(dialog, "XOAUTH2", login, patience).await
        }
        _ => return Err(ImapError::NoMechanism),
    };
    match done {
        Err(ImapError::Refused { words, code, .. }) => {
            // RFC 5530 section 3: these will pass by themselves.
            let passing = ["UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG"].contains(&code.as_str());
            Err(ImapError::LoginRefused { words, passing })
        }
        Err(ImapError::Misunderstood { words, .. }) => Err(ImapError::LoginRefused {
            words,
            passing: false,
        }),
        other => other,
    }
}

/// AUTHENTICATE without an initial response (RFC 3501 section 6.2.2): the server asks, we answer; a
/// second question explains a refusal, and an empty answer brings the refusal itself.
async fn authenticate(
    dialog: &mut Dialog,
    mechanism: &str,
    login: &Login,
    patience: &Patience,
) -> Result<(), ImapError> {
    let limit = patience.command;
    let deadline = Instant::now() + limit;
    let command = Command::new("AUTHENTICATE").plain(mechanism);
    let tag = dialog.send(&command, deadline, limit).await?;
    let mut answer = BASE64.encode(login.sasl_response().reveal());
    for _ in 0..2 {
        match dialog
            .wait_for_question(&tag, "AUTHENTICATE", deadline, limit)
            .await?
        {
            None => {
                dialog.say(&answer, deadline, limit).await?;
                answer.clear();
            }
            Some(_) => return Ok(()),
        }
    }
    dialog
        .finish(&tag, "AUTHENTICATE", deadline, limit, |_| ())
        .await?;
    Ok(())
}
