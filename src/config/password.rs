//! Where a password comes from: the file itself, a file of its own, or a command. A command may give
//! an OAuth 2.0 access token (RFC 6749) in its place.
//!
//! It is fetched when it is needed and not kept, so a changed password is picked up at the next
//! connection. A systemd credential is a file like any other. Errors never hold the password, nor
//! what a command printed.

use crate::words::confidential::Confidential;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use thiserror::Error;
use tokio::process::Command;

/// Longest time a password command may take; it may have to unlock a key ring or ask a server.
const COMMAND_TIME_MAX: Duration = Duration::from_secs(30);

/// Longest password read from a file or a command, in octets; OAuth tokens reach several thousand.
const PASSWORD_OCTETS_MAX: usize = 16 * 1024;

/// The source of a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Password {
    /// Written in the configuration.
    Written(Confidential<String>),
    /// The first line of a file.
    File(PathBuf),
    /// The first line that a command, run by `sh -c`, prints. It may hold a secret itself.
    Command(Confidential<String>),
    /// The first line that such a command prints is an access token, good for an hour or so.
    Token(Confidential<String>),
}

/// Why there is no password; the message names the remedy.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PasswordError {
    /// The file could not be read.
    #[error("the password file {} cannot be read ({why}); create it, or give its reader leave", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The operating system's word for it.
        why: String,
    },
    /// The command could not be run, or said no.
    #[error("the {key} {why}; run it by hand as the daemon's user")]
    Command {
        /// `password_command` or `token_command`.
        key: &'static str,
        /// What happened.
        why: String,
    },
    /// There was nothing in it, too much, or no text.
    #[error("{source_name} gives no password or token: {why}; its first line is taken")]
    Unfit {
        /// The file or command.
        source_name: String,
        /// What is wrong.
        why: &'static str,
    },
}

impl Password {
    /// Fetches the password.
    ///
    /// # Errors
    /// If the file cannot be read, the command fails or takes over 30 seconds, or nothing is there.
    pub async fn fetch(&self) -> Result<Confidential<String>, PasswordError> {
        match self {
            Self::Written(password) => Ok(password.clone()),
            Self::File(path) => {
                let octets = tokio::fs::read(path)
                    .await
                    .map_err(|error| PasswordError::File {
                        path: path.clone(),
                        why: error.to_string(),
                    })?;
                first_line(&octets, &path.display().to_string())
            }
            Self::Command(command) => first_printed(command, "password_command").await,
            Self::Token(command) => first_printed(command, "token_command").await,
        }
    }

    /// Whether it is an access token, to be shown as such.
    pub const fn is_token(&self) -> bool {
        matches!(self, Self::Token(_))
    }

    /// A warning if other users of the machine can read the password's file.
    pub fn warning(&self) -> Option<String> {
        match self {
            Self::File(path) => readable_by_others(path),
            Self::Written(_) | Self::Command(_) | Self::Token(_) => None,
        }
    }
}

/// A warning if group or others may read the file; `None` where there is no file.
pub(super) fn readable_by_others(path: &Path) -> Option<String> {
    let mode = path.metadata().ok()?.permissions().mode() & 0o777;
    let path = path.display();
    (mode & 0o044 != 0).then(|| {
        format!(
            "{path} holds a secret and other users can read it (mode {mode:04o}); \
             run: chmod 600 {path}"
        )
    })
}

async fn first_printed(
    command: &Confidential<String>,
    key: &'static str,
) -> Result<Confidential<String>, PasswordError> {
    first_line(&printed_by(command.reveal(), key).await?, key)
}

async fn printed_by(command: &str, key: &'static str) -> Result<Vec<u8>, PasswordError> {
    let failed = |why: String| PasswordError::Command { key, why };
    let running = Command::new("sh")
        .args(["-c", command])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(COMMAND_TIME_MAX, running)
        .await
        .map_err(|_| failed(format!("took over {} s", COMMAND_TIME_MAX.as_secs())))?
        .map_err(|error| failed(format!("could not be run ({error})")))?;
    if !output.status.success() {
        return Err(failed(format!("failed ({})", output.status)));
    }
    Ok(output.stdout)
}

fn first_line(octets: &[u8], source_name: &str) -> Result<Confidential<String>, PasswordError> {
    let unfit = |why| PasswordError::Unfit {
        source_name: source_name.to_owned(),
        why,
    };
    let text = std::str::from_utf8(octets).map_err(|_| unfit("it is no UTF-8 text"))?;
    match text.lines().next() {
        None | Some("") => Err(unfit("it is empty")),
        Some(line) if line.len() > PASSWORD_OCTETS_MAX => Err(unfit("it is too long")),
        Some(line) if line.contains('\0') => Err(unfit("it has a NUL in it")),
        Some(line) => Ok(Confidential::new(line.to_owned())),
    }
}
