//! Commands and replies over the wire, one at a time (RFC 5321 section 4.2), bounded.
//!
//! A reply that nobody asked for, one that is malformed and one without end are all garbled: the
//! connection is then of no further use.

use super::fault::ConnectError;
use super::reply::{Reply, parse_line};
use crate::wire::{Wire, WireError};
use std::fmt;
use std::time::Duration;
use tokio::time::Instant;

/// Longest reply line taken (RFC 5321 says 512; servers write more), in octets.
const LINE_OCTETS_MAX: usize = 4_096;
/// Most lines in one reply.
const LINES_MAX: usize = 100;

/// Why an exchange failed: the wire, or an answer that is no SMTP.
pub(super) enum Fault {
    Wire(WireError),
    Garbled,
}

impl From<WireError> for Fault {
    fn from(e: WireError) -> Self {
        Self::Wire(e)
    }
}

impl From<Fault> for ConnectError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Wire(e) => Self::Wire(e),
            Fault::Garbled => Self::NotSmtp,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wire(e) => e.fmt(f),
            Self::Garbled => f.write_str("the server's answer is no SMTP reply"),
        }
    }
}

/// Says one command and reads its reply, each within `limit`.
pub(super) async fn exchange(
    wire: &mut Wire,
    command: &str,
    limit: Duration,
) -> Result<Reply, Fault> {
    // A reply that nobody asked for would be taken for the answer to this command.
    if !wire.unread().is_empty() {
        let unasked = read_reply(wire, limit).await?;
        return if unasked.code == 421 {
            Ok(unasked)
        } else {
            Err(Fault::Garbled)
        };
    }
    wire.write(format!("{command}\r\n").as_bytes(), limit)
        .await?;
    read_reply(wire, limit).await
}

/// Reads one reply, all of it within `limit`.
pub(super) async fn read_reply(wire: &mut Wire, limit: Duration) -> Result<Reply, Fault> {
    let deadline = Instant::now() + limit;
    let mut lines = Vec::new();
    let mut first_code = None;
    loop {
        let line = wire.read_line(LINE_OCTETS_MAX, deadline, limit).await?;
        let (code, more, text) = parse_line(&line).ok_or(Fault::Garbled)?;
        if *first_code.get_or_insert(code) != code || lines.len() >= LINES_MAX {
            return Err(Fault::Garbled);
        }
        lines.push(text);
        if !more {
            return Ok(Reply { code, lines });
        }
    }
}
