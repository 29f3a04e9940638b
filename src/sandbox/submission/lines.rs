//! Lines off an SMTP connection, with their lengths and line ends watched.
//!
//! A line ends at LF; whether it was a proper CRLF is told, since a lone LF or CR inside a message
//! is how mail gets smuggled (RFC 5321 section 2.3.8). A line over its limit is read to its end and
//! only its head is kept.

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::tcp::OwnedReadHalf;

/// One line without its line end.
pub(super) struct Line {
    pub(super) octets: Vec<u8>,
    /// It was longer than allowed and is cut.
    pub(super) too_long: bool,
    /// It ended in CRLF and holds no other CR and no NUL.
    pub(super) clean: bool,
}

pub(super) struct Lines {
    reader: BufReader<OwnedReadHalf>,
}

impl Lines {
    pub(super) fn new(half: OwnedReadHalf) -> Self {
        Self {
            reader: BufReader::new(half),
        }
    }

    /// The next line, of which at most `octets_max` are kept (line end included); none at the end
    /// of the connection.
    pub(super) async fn next(&mut self, octets_max: usize) -> std::io::Result<Option<Line>> {
        let mut octets: Vec<u8> = Vec::new();
        let mut too_long = false;
        loop {
            if self.reader.buffer().is_empty() {
                self.acknowledge_at_once();
            }
            let ready = self.reader.fill_buf().await?;
            if ready.is_empty() {
                return Ok(None);
            }
            let end = ready.iter().position(|b| *b == b'\n');
            let taken = end.map_or(ready.len(), |at| at + 1);
            let room = octets_max.saturating_sub(octets.len());
            too_long |= taken > room;
            octets.extend_from_slice(ready.get(..taken.min(room)).unwrap_or_default());
            self.reader.consume(taken);
            if end.is_some() {
                break;
            }
        }
        let body = octets.strip_suffix(b"\r\n");
        let body = body.map(<[u8]>::to_vec);
        let clean = body
            .as_ref()
            .is_some_and(|b| !b.iter().any(|c| matches!(c, b'\r' | 0)));
        Ok(Some(Line {
            octets: body.unwrap_or(octets),
            too_long,
            clean,
        }))
    }

    /// Has the kernel acknowledge what came without waiting for a reply to put it on. A client that
    /// writes a message and its dot one after the other (lettre does) would else wait some 40 ms
    /// between the two for each message.
    fn acknowledge_at_once(&self) {
        #[cfg(any(target_os = "linux", target_os = "android"))]
        {
            let half = self.reader.get_ref();
            let stream: &tokio::net::TcpStream = half.as_ref();
            // It only makes things faster; where it fails they are merely slow.
            let _ = stream.set_quickack(true);
        }
    }

    /// Reads and forgets until the client goes away.
    pub(super) async fn swallow(&mut self) {
        while let Ok(ready) = self.reader.fill_buf().await {
            let taken = ready.len();
            if taken == 0 {
                return;
            }
            self.reader.consume(taken);
        }
    }
}
