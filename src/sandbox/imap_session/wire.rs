//! The octets of an IMAP connection, between the socket and imap-next's protocol machine.
//!
//! imap-next brings a driver of its own, which keeps the socket to itself; this one acknowledges
//! at once what comes in pieces (async-imap writes a command in two, some 40 ms apart otherwise)
//! and can break off in the middle of an answer. `next` may be dropped and called again.

use imap_next::server::{Error as ProtocolError, Event, Server};
use imap_next::{Interrupt, Io, State};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Answers are written once this many octets are ready, or when there is nothing else to do.
const READY_OCTETS_MAX: usize = 64 * 1024;
/// Octets read at once.
const READ_OCTETS: usize = 8 * 1024;

/// Why there is no next event.
pub(super) enum Stop {
    /// The connection is gone.
    Lost,
    /// A line that is no command.
    Protocol(ProtocolError),
}

impl From<std::io::Error> for Stop {
    fn from(_: std::io::Error) -> Self {
        Self::Lost
    }
}

pub(super) struct Wire {
    stream: TcpStream,
    incoming: Vec<u8>,
    outgoing: Vec<u8>,
}

impl Wire {
    pub(super) const fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            incoming: Vec::new(),
            outgoing: Vec::new(),
        }
    }

    /// The next event. A response counts as sent when it is ready to be written.
    pub(super) async fn next(&mut self, server: &mut Server) -> Result<Event, Stop> {
        loop {
            while self.outgoing.len() >= READY_OCTETS_MAX {
                self.exchange().await?;
            }
            if !self.incoming.is_empty() {
                server.enqueue_input(&self.incoming);
                self.incoming.clear();
            }
            match server.next() {
                Ok(event) => return Ok(event),
                Err(Interrupt::Error(error)) => return Err(Stop::Protocol(error)),
                Err(Interrupt::Io(Io::Output(octets))) => self.outgoing.extend(octets),
                Err(Interrupt::Io(Io::NeedMoreInput)) => self.exchange().await?,
            }
        }
    }

    /// Writes what is ready or reads what has come, whichever goes first: who only wrote could wait
    /// for ever for a client that only writes too.
    async fn exchange(&mut self) -> std::io::Result<()> {
        if self.outgoing.is_empty() {
            self.acknowledge_at_once();
        }
        self.incoming.reserve(READ_OCTETS);
        let (mut reader, mut writer) = self.stream.split();
        tokio::select! {
            read = reader.read_buf(&mut self.incoming) => {
                if read? == 0 {
                    return Err(std::io::ErrorKind::UnexpectedEof.into());
                }
            }
            written = writer.write(&self.outgoing), if !self.outgoing.is_empty() => {
                let written = written?;
                self.outgoing.drain(..written);
            }
        }
        Ok(())
    }

    /// Writes all that is ready.
    pub(super) async fn flush(&mut self) -> std::io::Result<()> {
        self.stream.write_all(&self.outgoing).await?;
        self.outgoing.clear();
        self.stream.flush().await
    }

    /// Writes the first half of all that waits to be said, and no more.
    pub(super) async fn break_off(&mut self, server: &mut Server) -> std::io::Result<()> {
        self.flush().await?;
        self.collect(server);
        self.outgoing.truncate(self.outgoing.len() / 2);
        self.flush().await
    }

    /// Writes what waits to be said, then only listens until the client goes away.
    pub(super) async fn fall_silent(&mut self, server: &mut Server) -> std::io::Result<()> {
        self.collect(server);
        self.flush().await?;
        self.swallow().await;
        Ok(())
    }

    /// Makes all queued responses ready.
    fn collect(&mut self, server: &mut Server) {
        loop {
            match server.next() {
                Ok(Event::ResponseSent { .. }) => {}
                Err(Interrupt::Io(Io::Output(octets))) => self.outgoing.extend(octets),
                _ => return,
            }
        }
    }

    /// Reads and forgets until the client goes away.
    pub(super) async fn swallow(&mut self) {
        let mut forgotten = [0; 1024];
        while matches!(self.stream.read(&mut forgotten).await, Ok(1..)) {}
    }

    fn acknowledge_at_once(&self) {
        #[cfg(any(target_os = "linux", target_os = "android"))]
        {
            // It only makes things faster; where it fails they are merely slow.
            let _ = self.stream.set_quickack(true);
        }
    }
}
