//! The store, its key, and who has it open.
//!
//! A daemon that runs is asked; where none does, the store is opened as the daemon itself would
//! open it, and closed again. It is never opened as somebody else than its owner, since that would
//! leave files there which the daemon cannot write to.

use super::finding::{Code, Finding, parted};
use crate::config::Config;
use crate::control::{self, ControlError};
use crate::daemon::beside;
use crate::daemon::request::{Reply, Request};
use crate::keyring::{KeyringError, Purpose, StoreKey};
use crate::store::{Options, Store, StoreError};
use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

const SUBJECT: &str = "store";

/// Key, folder, store and daemon.
pub(super) async fn check(config: &Config, patience: Duration) -> Vec<Finding> {
    let request = serde_json::to_value(Request::Status).unwrap_or_default();
    let answer = control::ask(&config.control.socket, &request, patience).await;
    let mut findings = Vec::new();
    let key = key(config, &mut findings);
    if let Some(finding) = folder(&config.store.path) {
        findings.push(finding);
    } else {
        findings.push(inside(config, key.as_ref(), answer.is_ok()));
    }
    findings.push(daemon(config, answer));
    findings
}

/// The key, with what there is to say of it.
fn key(config: &Config, findings: &mut Vec<Finding>) -> Option<StoreKey> {
    let file = &config.store.key_file;
    let (key, finding) = match StoreKey::read(file) {
        Ok(key) => {
            let means = format!("{} can be read", file.display());
            (Some(key), Finding::ok("key", means))
        }
        Err(_) if !file.exists() && is_empty(&config.store.path) => {
            let means = format!(
                "{} is made with the store by the first `run`",
                file.display()
            );
            (None, Finding::ok("key", means))
        }
        Err(error) => (None, bad_key(&error)),
    };
    findings.push(finding);
    key
}

pub(super) fn bad_key(error: &KeyringError) -> Finding {
    let told = error.to_string();
    let (means, remedy) = parted(&told);
    Finding::wrong(Code::Key, "key", means, remedy)
}

/// Whether there is nothing in the folder, or no folder.
fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).map_or_else(
        |error| error.kind() == io::ErrorKind::NotFound,
        |mut entries| entries.next().is_none(),
    )
}

/// What keeps the store's folder, or the one that it will be made in, from being written to.
fn folder(path: &Path) -> Option<Finding> {
    let here = |folder: &'_ Path| folder.as_os_str().is_empty();
    let mut folders = path
        .ancestors()
        .map(|f| if here(f) { Path::new(".") } else { f });
    let Some(there) = folders.find(|folder| folder.exists()) else {
        let none = io::Error::from(io::ErrorKind::NotFound);
        return Some(unwritable(path, &none));
    };
    if let Some(owner) = foreign_owner(path) {
        return Some(of_other_user(path, owner));
    }
    let trial = there.join(".postlunch-check");
    let written = OpenOptions::new().write(true).create_new(true).open(&trial);
    let written = written.and_then(|_| fs::remove_file(&trial));
    written.err().map(|error| unwritable(there, &error))
}

pub(super) fn unwritable(folder: &Path, error: &io::Error) -> Finding {
    Finding::wrong(
        Code::StoreUnwritable,
        SUBJECT,
        format!("{} cannot be written to: {error}", folder.display()),
        "check as the daemon's user; give that user the folder, or name another [store] path",
    )
}

/// The owner of a store that is somebody else's.
fn foreign_owner(path: &Path) -> Option<u32> {
    let owner = path.metadata().ok()?.uid();
    let own = rustix::process::geteuid().as_raw();
    (owner != own).then_some(owner)
}

pub(super) fn of_other_user(path: &Path, owner: u32) -> Finding {
    Finding::warning(
        Code::StoreOfOtherUser,
        SUBJECT,
        format!(
            "{} belongs to another user (number {owner}), so it was not opened",
            path.display()
        ),
        "check as that user, who the daemon runs as: with sudo -u, or systemd-run",
    )
}

/// Whether the store opens with its key, unless a daemon has it open.
fn inside(config: &Config, key: Option<&StoreKey>, answers: bool) -> Finding {
    let path = &config.store.path;
    if let Some(holder) = Store::held_by(path) {
        if answers {
            return Finding::ok(
                SUBJECT,
                format!("{} is open in the running daemon", path.display()),
            );
        }
        return second_daemon(path, &holder, &config.control.socket);
    }
    if Store::is_new(path) {
        let means = format!("{} is made by the first `run`", path.display());
        return Finding::ok(SUBJECT, means);
    }
    let Some(key) = key else {
        let means = format!("{} was not opened, for want of its key", path.display());
        return Finding::ok(SUBJECT, means);
    };
    match Store::open(path, key, Options::new(Purpose::Real)) {
        Ok(store) => {
            drop(store);
            Finding::ok(SUBJECT, format!("{} opens with its key", path.display()))
        }
        Err(StoreError::InUse { .. }) => second_daemon(path, "?", &config.control.socket),
        Err(error) => broken(&error),
    }
}

pub(super) fn broken(error: &StoreError) -> Finding {
    let told = error.to_string();
    let (means, remedy) = parted(&told);
    Finding::wrong(Code::StoreBroken, SUBJECT, means, remedy)
}

pub(super) fn second_daemon(store: &Path, holder: &str, socket: &Path) -> Finding {
    let who = match holder {
        "?" => "another postlunch".to_owned(),
        number => format!("another postlunch (process {number})"),
    };
    Finding::wrong(
        Code::SecondDaemon,
        SUBJECT,
        format!(
            "{who} has {} open and does not answer at {}: a second daemon would be refused",
            store.display(),
            socket.display()
        ),
        "stop the other one, or name here the [control] socket that it was started with",
    )
}

/// Whether a daemon answers on the control socket, and whether it is the one of this store.
fn daemon(config: &Config, answer: Result<serde_json::Value, ControlError>) -> Finding {
    let socket = &config.control.socket;
    let answer = match answer {
        Ok(answer) => answer,
        Err(ControlError::NotRunning(_)) => return not_running(),
        Err(error) => return silent(&error),
    };
    let rehearsal = match serde_json::from_value(answer) {
        Ok(Reply::Status(status)) => status.rehearsal,
        _ => return silent(&ControlError::Unreadable),
    };
    let store = if rehearsal {
        beside(&config.store.path)
    } else {
        config.store.path.clone()
    };
    let is_elsewhere = store.exists() && Store::held_by(&store).is_none();
    if is_elsewhere || !store.exists() {
        return other_daemon(socket, &store);
    }
    let what = if rehearsal { "a rehearsal" } else { "it" };
    Finding::ok(
        "daemon",
        format!("{what} runs and answers at {}", socket.display()),
    )
}

pub(super) fn not_running() -> Finding {
    Finding::warning(
        Code::NoDaemon,
        "daemon",
        "none is running",
        "start it with `postlunch run`",
    )
}

pub(super) fn silent(error: &ControlError) -> Finding {
    let told = error.to_string();
    let (means, remedy) = parted(&told);
    Finding::wrong(Code::DaemonSilent, "daemon", means, remedy)
}

pub(super) fn other_daemon(socket: &Path, store: &Path) -> Finding {
    Finding::wrong(
        Code::OtherDaemon,
        "daemon",
        format!(
            "the daemon that answers at {} does not have {} open: it is another one's",
            socket.display(),
            store.display()
        ),
        "give each daemon a [store] path and a [control] socket of its own",
    )
}
