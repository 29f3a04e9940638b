//! The control socket: how commands speak with the running daemon.
//!
//! A Unix socket that only its owner can reach (0600 from its first moment), one JSON object a line
//! in each direction. Every read is bounded in octets and in time, and so is the number of
//! connections, so that a stuck or hostile client costs the daemon nothing. What is asked and
//! answered is no matter of this room; only its own refusals are (`{"answer":"refused","message"}`).

use crate::clock;
use serde_json::{Value, json};
use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinSet;
use tokio::time::timeout;

/// Longest line in either direction, in octets.
pub const LINE_OCTETS_MAX: usize = 1024 * 1024;

/// Most connections served at once; further ones wait for their turn.
pub const CONNECTIONS_MAX: usize = 16;

/// How long a client may take over one request, and over taking its answer.
pub const CLIENT_LIMIT: Duration = Duration::from_secs(10);

/// How long answers under way may still take once the listener shuts down.
const FAREWELL_LIMIT: Duration = Duration::from_secs(2);

/// Why the socket could not be made, or a question found no answer.
#[derive(Debug, Error)]
pub enum ControlError {
    /// Nobody listens.
    #[error("no daemon is running at {}; start it with `postlunch run`", .0.display())]
    NotRunning(PathBuf),
    /// Somebody else's daemon.
    #[error(
        "{}: this socket belongs to another user; run the command as the daemon's user, or as root",
        .0.display()
    )]
    NotAllowed(PathBuf),
    /// A file stands where the socket should be.
    #[error("{}: this is no socket and is left alone; name another [control] socket", .0.display())]
    NotASocket(PathBuf),
    /// Another daemon listens there, perhaps a rehearsal's: it has a store of its own.
    #[error(
        "a daemon listens at {} already; stop it first, or name another [control] socket",
        .0.display()
    )]
    InUse(PathBuf),
    /// The path is longer than the system takes.
    #[error(
        "{}: this path is too long for a socket (about 100 octets); name a shorter [control] socket",
        .0.display()
    )]
    TooLong(PathBuf),
    /// The daemon went away without an answer.
    #[error("the daemon closed the connection without an answer; look at its log, then ask again")]
    Closed,
    /// The daemon took too long.
    #[error("the daemon did not answer within {} s; it may be busy, so ask again", .0.as_secs())]
    Silent(Duration),
    /// What answered is no daemon of this version.
    #[error(
        "the answer cannot be read; command and daemon may be of two versions: restart the daemon"
    )]
    Unreadable,
    /// The operating system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// The socket.
        path: PathBuf,
        /// The system's own words.
        source: io::Error,
    },
}

impl ControlError {
    /// Whether trying again cannot help: exit code 78.
    pub const fn needs_a_person(&self) -> bool {
        matches!(
            self,
            Self::NotAllowed(_) | Self::NotASocket(_) | Self::InUse(_) | Self::TooLong(_)
        )
    }
}

/// A bound socket that listens.
#[derive(Debug)]
pub struct Listener {
    socket: UnixListener,
    path: PathBuf,
    client_limit: Duration,
}

impl Listener {
    /// Makes the socket and listens; needs a tokio runtime around it. A socket that is already
    /// there is replaced if nobody answers on it: only whoever holds the store's lock may call this,
    /// for then it is a stale one. Missing folders are made (0700).
    ///
    /// # Errors
    /// If something else than a socket stands there, another daemon listens on it (one with another
    /// store, such as a rehearsal's), or the system refuses.
    pub fn bind(path: &Path) -> Result<Self, ControlError> {
        let io = |source: io::Error| refusal(path, source);
        match fs::symlink_metadata(path) {
            Ok(file) if !file.file_type().is_socket() => {
                return Err(ControlError::NotASocket(path.to_owned()));
            }
            Ok(_) if std::os::unix::net::UnixStream::connect(path).is_ok() => {
                return Err(ControlError::InUse(path.to_owned()));
            }
            _ => {}
        }
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let mut private = DirBuilder::new();
        private.mode(0o700);
        private.recursive(true).create(folder).map_err(io)?;
        // Born in a folder that nobody else can enter, and moved out once it is 0600: at no moment
        // can others reach it, whatever the umask.
        let [a, b, c] = clock::random().map_err(io)?;
        let cradle = folder.join(format!(".{a:02x}{b:02x}{c:02x}"));
        private.recursive(false).create(&cradle).map_err(io)?;
        let newborn = cradle.join("s");
        let bound = UnixListener::bind(&newborn).and_then(|socket| {
            fs::set_permissions(&newborn, Permissions::from_mode(0o600))?;
            fs::rename(&newborn, path)?;
            Ok(socket)
        });
        if bound.is_err() {
            let _ = fs::remove_file(&newborn);
        }
        let _ = fs::remove_dir(&cradle);
        Ok(Self {
            socket: bound.map_err(io)?,
            path: path.to_owned(),
            client_limit: CLIENT_LIMIT,
        })
    }

    /// Answers requests with `handler` until `shutdown` is ready; then takes the socket away and
    /// lets answers under way go out for two seconds more. A handler goes on to its end even if its
    /// client has left.
    pub async fn serve<H, A>(self, handler: H, shutdown: impl Future<Output = ()>)
    where
        H: Fn(Value) -> A + Send + Sync + 'static,
        A: Future<Output = Value> + Send,
    {
        let handler = Arc::new(handler);
        let limit = self.client_limit;
        let mut open = JoinSet::new();
        tokio::pin!(shutdown);
        loop {
            tokio::select! {
                () = &mut shutdown => break,
                Some(_) = open.join_next() => {}
                accepted = self.socket.accept(), if open.len() < CONNECTIONS_MAX => match accepted {
                    Ok((stream, _)) => {
                        let handler = Arc::clone(&handler);
                        open.spawn(async move { serve_one(stream, limit, handler.as_ref()).await });
                    }
                    // Out of file handles, or a client that left at once: neither may make this spin.
                    Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
                },
            }
        }
        drop(self);
        let farewell = async { while open.join_next().await.is_some() {} };
        let _ = timeout(FAREWELL_LIMIT, farewell).await;
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

async fn serve_one<H, A>(stream: UnixStream, limit: Duration, handler: &H)
where
    H: Fn(Value) -> A,
    A: Future<Output = Value>,
{
    let mut stream = BufReader::new(stream);
    loop {
        let line = match timeout(limit, read_line(&mut stream)).await {
            Ok(Ok(Some(line))) => line,
            Ok(Err(error)) if error.kind() == io::ErrorKind::InvalidData => {
                let _ = write_line(&mut stream, &refused("the request is longer than 1 MiB")).await;
                return;
            }
            Ok(Ok(None) | Err(_)) | Err(_) => return,
        };
        let answer = match serde_json::from_slice(&line) {
            Ok(request) => handler(request).await,
            Err(_) => refused("the request is not one JSON object on one line"),
        };
        if write_line(&mut stream, &answer).await.is_err() {
            return;
        }
    }
}

fn refused(message: &str) -> Value {
    json!({ "answer": "refused", "message": message })
}

/// One line without its end; `None` where the other side has said all it had to say.
async fn read_line(stream: &mut BufReader<UnixStream>) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let most = u64::try_from(LINE_OCTETS_MAX + 1).unwrap_or(u64::MAX);
    stream.take(most).read_until(b'\n', &mut line).await?;
    match line.pop() {
        Some(b'\n') => Ok(Some(line)),
        // No line end: cut off by the bound, or by the other side in mid-line.
        Some(_) if line.len() >= LINE_OCTETS_MAX => Err(io::ErrorKind::InvalidData.into()),
        _ => Ok(None),
    }
}

async fn write_line(stream: &mut BufReader<UnixStream>, value: &Value) -> io::Result<()> {
    let mut line = value.to_string().into_bytes();
    if line.len() > LINE_OCTETS_MAX {
        line = refused("the answer is longer than 1 MiB")
            .to_string()
            .into_bytes();
    }
    line.push(b'\n');
    let writing = async {
        stream.write_all(&line).await?;
        stream.flush().await
    };
    match timeout(CLIENT_LIMIT, writing).await {
        Ok(done) => done,
        Err(_) => Err(io::ErrorKind::TimedOut.into()),
    }
}

/// Asks the daemon at `path` and waits for its answer, at most `limit` in all.
///
/// # Errors
/// If no daemon runs there, it is another user's, or no readable answer comes in time.
pub async fn ask(path: &Path, request: &Value, limit: Duration) -> Result<Value, ControlError> {
    let asking = async {
        let io = |source| refusal(path, source);
        let stream = UnixStream::connect(path).await.map_err(io)?;
        let mut stream = BufReader::new(stream);
        write_line(&mut stream, request).await.map_err(io)?;
        let line = read_line(&mut stream)
            .await
            .map_err(|source| match source.kind() {
                io::ErrorKind::InvalidData => ControlError::Unreadable,
                io::ErrorKind::ConnectionReset => ControlError::Closed,
                _ => refusal(path, source),
            })?
            .ok_or(ControlError::Closed)?;
        serde_json::from_slice(&line).map_err(|_| ControlError::Unreadable)
    };
    timeout(limit, asking)
        .await
        .unwrap_or(Err(ControlError::Silent(limit)))
}

fn refusal(path: &Path, source: io::Error) -> ControlError {
    let path = path.to_owned();
    match source.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => {
            ControlError::NotRunning(path)
        }
        io::ErrorKind::PermissionDenied => ControlError::NotAllowed(path),
        io::ErrorKind::InvalidInput => ControlError::TooLong(path),
        io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => ControlError::Closed,
        _ => ControlError::Io { path, source },
    }
}

#[cfg(test)]
mod tests;
