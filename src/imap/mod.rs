//! The inbox over IMAP (RFC 3501): told apart is what looks alike, and what is not ours stays.
//!
//! async-imap speaks, over a stream that bounds and cleans what it reads. Its ready commands report
//! a lost connection as an empty mailbox; so the few commands needed are given here one by one, in
//! a dialogue that knows OK, NO, BAD, BYE, silence and a closed connection apart, with a
//! limit on every wait. All reading is PEEK, no flag is set but on messages that move away, and no
//! plain EXPUNGE (which drops what others flagged) is ever sent.

mod dialog;
mod fault;
mod folders;
mod guard;
mod idle;
mod messages;
mod names;
mod reply;
mod session;
mod spelling;
pub mod watch;

pub use fault::ImapError;
pub use folders::{Folder, Selected};
pub use idle::Woke;
pub use messages::{Fetched, Head, Moved};
pub use names::Mailbox;
pub use session::Session;

use crate::words::endpoint::{Endpoint, Login};
use std::time::Duration;

/// The mailbox server and who logs in there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImapAccount {
    /// Where the server is.
    pub endpoint: Endpoint,
    /// Who logs in.
    pub login: Login,
}

/// How long each step may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// TCP connection and TLS handshake together.
    pub connect: Duration,
    /// The greeting, and any command without much data.
    pub command: Duration,
    /// A command that brings or takes whole messages.
    pub transfer: Duration,
    /// The longest IDLE (RFC 2177 allows 29 minutes; a dead wire shall be noticed in 10).
    pub idle_max: Duration,
    /// Between two looks where the server has no IDLE.
    pub poll: Duration,
    /// The farewell; past it the connection is simply closed.
    pub logout: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            command: Duration::from_secs(60),
            transfer: Duration::from_secs(300),
            idle_max: Duration::from_secs(540),
            poll: Duration::from_secs(60),
            logout: Duration::from_secs(5),
        }
    }
}
