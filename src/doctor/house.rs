//! What the doctor looks at on this machine: clock, configuration, key, store, letters, daemon.

use super::mail::unready;
use super::{Finding, PATIENCE};
use crate::clock::Clock;
use crate::config::Config;
use crate::control::{self, ControlError};
use crate::daemon::letters as own_letters;
use crate::daemon::request::Request;
use crate::keyring::StoreKey;
use chrono::Datelike;
use std::fs::{self, OpenOptions};
use std::io;
use std::path::Path;

/// Nobody had this program before.
const FIRST_YEAR: i32 = 2025;

/// Whether the machine's clock can be right.
pub(super) fn clock() -> Finding {
    let now = Clock::Wall.now();
    if now.year() < FIRST_YEAR {
        return Finding::wrong(
            "clock",
            format!("this machine believes it is {}", now.format("%-d %B %Y")),
            "set its clock, best by NTP: lunches and signatures go by it",
        );
    }
    Finding::ok("clock", now.format("%a %Y-%m-%d %H:%M UTC").to_string())
}

/// What the configuration itself warns of.
pub(super) fn configuration(config: &Config) -> Vec<Finding> {
    if config.warnings.is_empty() {
        let means = format!(
            "every value can be used; lunches go by {}",
            config.lunch.timezone
        );
        return vec![Finding::ok("configuration", means)];
    }
    let warnings = config.warnings.iter();
    warnings
        .map(|told| {
            let (means, remedy) = told.rsplit_once("; ").unwrap_or((told, "see above"));
            Finding::warning("configuration", means, remedy)
        })
        .collect()
}

/// Whether the store's key can be read.
pub(super) fn key(config: &Config) -> Finding {
    let file = &config.store.key_file;
    match StoreKey::read(file) {
        Ok(_) => Finding::ok("key", format!("{} can be read", file.display())),
        Err(_) if !file.exists() && is_empty(&config.store.path) => Finding::ok(
            "key",
            format!(
                "{} is made with the store by the first `run`",
                file.display()
            ),
        ),
        Err(error) => unready("key", &error.to_string()),
    }
}

/// Whether there is nothing in the folder, or no folder.
fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).map_or_else(
        |error| error.kind() == io::ErrorKind::NotFound,
        |mut entries| entries.next().is_none(),
    )
}

/// Whether the store's folder, or the one it will be made in, can be written to.
pub(super) fn store(config: &Config) -> Finding {
    let path = &config.store.path;
    let here = |folder: &'_ Path| folder.as_os_str().is_empty();
    let mut folders = path
        .ancestors()
        .map(|f| if here(f) { Path::new(".") } else { f });
    let Some(there) = folders.find(|folder| folder.exists()) else {
        return Finding::wrong(
            "store",
            format!("{} and its folders do not exist", path.display()),
            "name another [store] path",
        );
    };
    let trial = there.join(".postlunch-check");
    let written = OpenOptions::new().write(true).create_new(true).open(&trial);
    let written = written.and_then(|_| fs::remove_file(&trial));
    match written {
        Ok(()) if there == path => {
            Finding::ok("store", format!("{} can be written to", path.display()))
        }
        Ok(()) => Finding::ok(
            "store",
            format!("{} is made by the first `run`", path.display()),
        ),
        Err(error) => Finding::wrong(
            "store",
            format!("{} cannot be written to: {error}", there.display()),
            "check as the daemon's user; give that user the folder, or name another [store] path",
        ),
    }
}

/// Whether the letters can be written, the operator's own among them.
pub(super) fn templates(config: &Config) -> Finding {
    let folder = config.templates.path.as_deref();
    match own_letters::load(folder) {
        Ok((_, 0)) => Finding::ok("letters", "the built-in ones"),
        Ok((_, count)) => Finding::ok("letters", format!("{count} of your own, all usable")),
        Err(error) => Finding::wrong(
            "letters",
            error.to_string(),
            "mend the template, or move it away to get the built-in letter back",
        ),
    }
}

/// Whether a daemon answers on the control socket.
pub(super) async fn daemon(config: &Config) -> Finding {
    let socket = &config.control.socket;
    let request = serde_json::to_value(Request::Status).unwrap_or_default();
    match control::ask(socket, &request, PATIENCE).await {
        Ok(_) => Finding::ok(
            "daemon",
            format!("it runs and answers at {}", socket.display()),
        ),
        Err(ControlError::NotRunning(_)) => {
            Finding::warning("daemon", "none is running", "start it with `postlunch run`")
        }
        Err(error) => unready("daemon", &error.to_string()),
    }
}
