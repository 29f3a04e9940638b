//! Submission of finished letters by SMTP (RFC 6409 over RFC 5321), one recipient per envelope.
//!
//! What an error means depends on where it happened: before the final dot nothing was sent and
//! trying again is safe; after it, without a reply, nobody knows (`Outcome::InDoubt`), and the
//! sender has to find out before sending again. A connection that saw any error or silence is
//! dropped whole, so that no reply is ever taken for the answer to another letter. The octets of a
//! letter go out exactly as they are given.

mod connection;
mod fault;
mod greeting;
mod guard;
mod login;
mod reply;
mod speaker;

pub use connection::Connection;
pub use fault::ConnectError;
pub use reply::{Answer, EnhancedStatus};

use crate::words::address::Address;
use crate::words::confidential::Confidential;
use crate::words::endpoint::{Endpoint, Login};
use std::time::Duration;

/// The submission server and how to log in there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmtpAccount {
    /// Where the server is.
    pub endpoint: Endpoint,
    /// Who logs in; `None` for a server that asks nobody (a relay on this machine).
    pub login: Option<Login>,
    /// The name given in EHLO (RFC 5321 section 4.1.1.1): a host name, or `[127.0.0.1]`.
    pub helo_name: String,
}

/// How long each step may take. The defaults are those of RFC 5321 section 4.5.3.2, where a short
/// wait after the final dot would make doubles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// TCP connection and TLS handshake together.
    pub connect: Duration,
    /// The greeting, and the replies to EHLO, STARTTLS, AUTH, MAIL, RCPT and RSET.
    pub command: Duration,
    /// The reply to DATA.
    pub data_start: Duration,
    /// Writing one block of the letter.
    pub data_block: Duration,
    /// The reply to the final dot.
    pub final_dot: Duration,
    /// The farewell; past it the connection is simply closed.
    pub quit: Duration,
    /// A kept connection that rested longer is asked (RSET) before it is used again.
    pub rest_max: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            command: Duration::from_secs(300),
            data_start: Duration::from_secs(120),
            data_block: Duration::from_secs(180),
            final_dot: Duration::from_secs(600),
            quit: Duration::from_secs(5),
            rest_max: Duration::from_secs(10),
        }
    }
}

/// One letter on its way: envelope and final octets (CRLF line ends).
#[derive(Clone, Debug)]
pub struct Submission {
    /// The reverse-path (RFC 5321 section 3.3).
    pub envelope_from: Address,
    /// The one forward-path.
    pub recipient: Address,
    /// The message, sent as it is.
    pub octets: Confidential<Vec<u8>>,
}

/// Where in the dialogue something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Before anything was said to the server.
    Preparation,
    /// RSET, or finding out whether a kept connection still lives.
    Reset,
    /// MAIL FROM: what is refused here is the account or the sender, not the recipient.
    Mail,
    /// RCPT TO.
    Rcpt,
    /// DATA, up to the server's 354.
    Data,
    /// The letter's text, before its final dot.
    Text,
    /// The final dot.
    Dot,
}

impl Step {
    /// The step as a word for the log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Preparation => "preparation",
            Self::Reset => "rset",
            Self::Mail => "mail",
            Self::Rcpt => "rcpt",
            Self::Data => "data",
            Self::Text => "text",
            Self::Dot => "dot",
        }
    }
}

/// Why a letter was not known to be accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Where it happened.
    pub step: Step,
    /// What the server answered, if it did.
    pub answer: Option<Answer>,
    /// What to tell the operator; never holds anything of the letter.
    pub reason: String,
}

/// What became of a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The server took the letter over.
    Accepted(Answer),
    /// Not sent; trying again later is safe.
    Transient(Refusal),
    /// Not sent; trying the same again is no use. See [`Refusal::step`] for whose fault it is.
    Permanent(Refusal),
    /// The final dot went out and no usable reply came: it may have been accepted.
    InDoubt(Refusal),
}

/// An account with its one kept connection.
#[derive(Debug)]
pub struct Submitter {
    account: SmtpAccount,
    patience: Patience,
    kept: Option<Connection>,
}

impl Submitter {
    /// A submitter that has not connected yet.
    pub const fn new(account: SmtpAccount, patience: Patience) -> Self {
        Self {
            account,
            patience,
            kept: None,
        }
    }

    /// Changes the login (a fresh access token, say) for connections still to be made; the kept one
    /// stays as it is.
    pub fn set_login(&mut self, login: Option<Login>) {
        self.account.login = login;
    }

    /// Opens a connection of its own, logged in and ready; the doctor's way to try an account.
    ///
    /// # Errors
    /// As [`Connection::open`].
    pub async fn connect(&self) -> Result<Connection, ConnectError> {
        Connection::open(&self.account, &self.patience).await
    }

    /// Submits one letter, over the kept connection where it still lives, else over a new one.
    ///
    /// # Errors
    /// If no connection could be opened; then nothing was sent.
    pub async fn submit(&mut self, submission: &Submission) -> Result<Outcome, ConnectError> {
        // Taken out for the time of the dialogue: if the caller drops this future half way, the
        // half-used connection goes with it instead of answering for the next letter.
        let mut rested = None;
        if let Some(mut kept) = self.kept.take() {
            rested = kept.is_alive().await.then_some(kept);
        }
        let has_rested = rested.is_some();
        let mut connection = match rested {
            Some(kept) => kept,
            None => self.connect().await?,
        };
        let mut outcome = connection.submit(submission).await;
        // A connection that rested may be dead without a sign (a firewall forgot it); nothing was
        // handed over, so a new one is tried before the letter has to wait for its next turn.
        let went_dead = matches!(&outcome, Outcome::Transient(why) if why.answer.is_none());
        if has_rested && went_dead && !connection.is_usable() {
            connection = self.connect().await?;
            outcome = connection.submit(submission).await;
        }
        if connection.is_usable() {
            self.kept = Some(connection);
        }
        Ok(outcome)
    }

    /// Says goodbye on the kept connection, if there is one.
    pub async fn rest(&mut self) {
        if let Some(connection) = self.kept.take() {
            connection.quit().await;
        }
    }
}
