//! The wire to a mail server: one TCP connection, TLS where it is required, bounds on everything.
//!
//! Both mail rooms have their libraries speak over a `Wire`. It promises that plain text leaves the
//! machine only before STARTTLS, that nothing said before the handshake is believed after it, that
//! no line grows without end and that every wait has its limit. It knows no protocol. All of it can
//! be dropped while it waits: nothing that was read is lost.

mod fault;
mod tls;

pub use fault::{TlsFault, WireError};

use crate::words::endpoint::{Endpoint, Security};
use chrono::{DateTime, Utc};
use socket2::{SockRef, TcpKeepalive};
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep, timeout};

/// Octets asked from the socket at once.
const READ_OCTETS: usize = 16 * 1024;

/// How long written octets may stay unacknowledged before the kernel gives the connection up.
const UNACKNOWLEDGED_MAX: Duration = Duration::from_secs(120);

enum Stream {
    Plain(TcpStream),
    Tls(Box<tokio_rustls::client::TlsStream<TcpStream>>),
}

/// An open connection and the octets read from it that nobody has taken yet. Its debug output tells
/// how many those are and never what: they hold people's letters.
pub struct Wire {
    stream: Stream,
    unread: Vec<u8>,
    /// How many of the unread octets are known to hold no line end.
    looked_at: usize,
    alarm: Pin<Box<Sleep>>,
    limit: Duration,
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_tls = matches!(self.stream, Stream::Tls(_));
        f.debug_struct("Wire")
            .field("is_tls", &is_tls)
            .field("unread", &self.unread.len())
            .finish()
    }
}

impl Wire {
    /// Connects to an endpoint, within `limit` for all its addresses together. With
    /// [`Security::Tls`] the handshake is done as well; with [`Security::StartTls`] the wire is
    /// plain until [`Wire::secure`].
    ///
    /// # Errors
    /// If the host is unknown, does not answer, shows a bad certificate, or is another machine
    /// while `security` is none.
    pub async fn open(endpoint: &Endpoint, limit: Duration) -> Result<Self, WireError> {
        let opening = async {
            let stream = dial(endpoint, limit).await?;
            let wire = Self::over(Stream::Plain(stream), limit);
            match endpoint.security {
                Security::Tls => wire.shake_hands(endpoint).await,
                Security::StartTls | Security::None => Ok(wire),
            }
        };
        timeout(limit, opening)
            .await
            .unwrap_or(Err(WireError::Silent { limit }))
    }

    /// Makes a plain wire a TLS one (after the server agreed to STARTTLS).
    ///
    /// # Errors
    /// If octets wait that were sent in plain text, or the handshake fails.
    pub async fn secure(self, endpoint: &Endpoint, limit: Duration) -> Result<Self, WireError> {
        if !self.unread.is_empty() {
            return Err(WireError::SlippedIn);
        }
        timeout(limit, self.shake_hands(endpoint))
            .await
            .unwrap_or(Err(WireError::Silent { limit }))
    }

    async fn shake_hands(self, endpoint: &Endpoint) -> Result<Self, WireError> {
        let Stream::Plain(tcp) = self.stream else {
            return Ok(self);
        };
        let stream = tls::shake_hands(endpoint, tcp)
            .await
            .map_err(|fault| WireError::Tls {
                endpoint: endpoint.to_string(),
                fault,
            })?;
        Ok(Self::over(Stream::Tls(Box::new(stream)), self.limit))
    }

    fn over(stream: Stream, limit: Duration) -> Self {
        Self {
            stream,
            unread: Vec::new(),
            looked_at: 0,
            alarm: Box::pin(sleep(limit)),
            limit,
        }
    }

    /// Whether what is said here can be read on the way: false under TLS and on loopback.
    pub fn is_exposed(&self) -> bool {
        match &self.stream {
            Stream::Tls(_) => false,
            Stream::Plain(tcp) => !tcp.peer_addr().is_ok_and(|peer| peer.ip().is_loopback()),
        }
    }

    /// What would be wrong with the certificate that the server showed, at another moment than now;
    /// `None` where it would be good, and without TLS.
    pub fn certificate_fault(
        &self,
        endpoint: &Endpoint,
        moment: DateTime<Utc>,
    ) -> Option<TlsFault> {
        let Stream::Tls(stream) = &self.stream else {
            return None;
        };
        let chain = stream.get_ref().1.peer_certificates()?;
        tls::judge(endpoint, chain, moment).err()
    }

    /// Octets that were read and not yet taken.
    pub fn unread(&self) -> &[u8] {
        &self.unread
    }

    /// Takes up to `count` of the unread octets.
    pub fn take(&mut self, count: usize) -> Vec<u8> {
        self.looked_at = 0;
        let rest = self.unread.split_off(count.min(self.unread.len()));
        std::mem::replace(&mut self.unread, rest)
    }

    /// Gives all that follows `limit` from now on: past it, every wait ends with
    /// [`WireError::Silent`].
    pub fn allow(&mut self, limit: Duration) {
        self.allow_until(Instant::now() + limit, limit);
    }

    /// Gives all that follows until `deadline`; `limit` is named in the error only.
    pub fn allow_until(&mut self, deadline: Instant, limit: Duration) {
        self.alarm.as_mut().reset(deadline);
        self.limit = limit;
    }

    /// Ready with an error once the time given is over, however much the server says.
    fn poll_alarm(&mut self, cx: &mut Context<'_>) -> Result<(), WireError> {
        match self.alarm.as_mut().poll(cx) {
            Poll::Ready(()) => Err(WireError::Silent { limit: self.limit }),
            Poll::Pending => Ok(()),
        }
    }

    /// Waits for more octets and adds them to [`Wire::unread`].
    ///
    /// # Errors
    /// If the server closed or broke the connection, or the time given is over.
    pub fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), WireError>> {
        self.poll_alarm(cx)?;
        let mut block = [0; READ_OCTETS];
        let mut block = ReadBuf::new(&mut block);
        let read = match &mut self.stream {
            Stream::Plain(tcp) => Pin::new(tcp).poll_read(cx, &mut block),
            Stream::Tls(tls) => Pin::new(tls).poll_read(cx, &mut block),
        };
        ready!(read).map_err(|e| broken(&e))?;
        if block.filled().is_empty() {
            return Poll::Ready(Err(WireError::Closed));
        }
        self.unread.extend_from_slice(block.filled());
        Poll::Ready(Ok(()))
    }

    /// Waits for one line of at most `octets_max` and takes it, without its line end.
    ///
    /// # Errors
    /// As [`Wire::poll_fill`], and if the line is longer.
    pub fn poll_line(
        &mut self,
        cx: &mut Context<'_>,
        octets_max: usize,
    ) -> Poll<Result<Vec<u8>, WireError>> {
        let too_long = WireError::TooLong { limit: octets_max };
        loop {
            let mut fresh = self.unread.iter().skip(self.looked_at);
            if let Some(at) = fresh.position(|b| *b == b'\n') {
                let mut line = self.take(self.looked_at + at + 1);
                line.pop();
                if line.last() == Some(&b'\r') {
                    line.pop();
                }
                let fits = line.len() <= octets_max;
                return Poll::Ready(if fits { Ok(line) } else { Err(too_long) });
            }
            self.looked_at = self.unread.len();
            if self.looked_at > octets_max {
                return Poll::Ready(Err(too_long));
            }
            ready!(self.poll_fill(cx))?;
        }
    }

    /// Hands octets over and tells how many were taken.
    ///
    /// # Errors
    /// If the connection is gone or the time given is over.
    pub fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<Result<usize, WireError>> {
        self.poll_alarm(cx)?;
        let written = match &mut self.stream {
            Stream::Plain(tcp) => Pin::new(tcp).poll_write(cx, octets),
            Stream::Tls(tls) => Pin::new(tls).poll_write(cx, octets),
        };
        written.map_err(|e| broken(&e))
    }

    /// Pushes out what was handed over.
    ///
    /// # Errors
    /// As [`Wire::poll_write`]; how much of it went out is then unknown.
    pub fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), WireError>> {
        self.poll_alarm(cx)?;
        let flushed = match &mut self.stream {
            Stream::Plain(tcp) => Pin::new(tcp).poll_flush(cx),
            Stream::Tls(tls) => Pin::new(tls).poll_flush(cx),
        };
        flushed.map_err(|e| broken(&e))
    }
}

async fn dial(endpoint: &Endpoint, limit: Duration) -> Result<TcpStream, WireError> {
    let unresolved = |why: String| WireError::Unresolved {
        host: endpoint.host.clone(),
        why,
    };
    let addresses: Vec<SocketAddr> =
        tokio::net::lookup_host((endpoint.host.as_str(), endpoint.port))
            .await
            .map_err(|e| unresolved(e.to_string()))?
            .collect();
    if addresses.is_empty() {
        return Err(unresolved("the list is empty".to_owned()));
    }
    if endpoint.security == Security::None && !addresses.iter().all(|a| a.ip().is_loopback()) {
        return Err(WireError::NotLoopback {
            host: endpoint.host.clone(),
        });
    }
    // Each address gets its share, so that one in the dark leaves time for the others.
    let share = limit / u32::try_from(addresses.len()).unwrap_or(u32::MAX);
    let mut why = String::new();
    for address in addresses {
        match timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                keep_alive(&stream);
                return Ok(stream);
            }
            Ok(Err(e)) => why = e.to_string(),
            Err(_) => why = format!("no answer within {} s", share.as_secs_f32()),
        }
    }
    Err(WireError::Unreachable {
        endpoint: endpoint.to_string(),
        why,
    })
}

/// Lets the kernel notice a dead peer. A system that refuses the options only notices later: every
/// wait has its own deadline anyway.
fn keep_alive(stream: &TcpStream) {
    let socket = SockRef::from(stream);
    let probes = TcpKeepalive::new()
        .with_time(Duration::from_secs(60))
        .with_interval(Duration::from_secs(20));
    let _ = socket.set_tcp_keepalive(&probes);
    let _ = socket.set_tcp_nodelay(true);
    #[cfg(target_os = "linux")]
    let _ = socket.set_tcp_user_timeout(Some(UNACKNOWLEDGED_MAX));
}

/// TLS peers that close without saying so are simply closed: both protocols mark their own ends.
fn broken(e: &io::Error) -> WireError {
    match e.kind() {
        io::ErrorKind::UnexpectedEof => WireError::Closed,
        _ => WireError::Broken(e.to_string()),
    }
}
