//! What `init` writes: the configuration, the password beside it, the store's key. Nothing that is
//! there already is written over.

use super::answers::{Answers, Secret};
use crate::cli::ending::{Code, Failure};
use crate::config::{Config, Filling, Mode, filled};
use crate::daemon::store_of;
use crate::words::confidential::Confidential;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The password's file, beside the configuration.
const PASSWORD: &str = "imap-password";

/// What was written.
pub struct Written {
    /// The configuration's file.
    pub config: PathBuf,
    /// The password's file, if it is ours.
    pub password: Option<PathBuf>,
    /// The store's key.
    pub key: PathBuf,
}

/// Refuses where a configuration is already.
///
/// # Errors
/// If there is one.
pub fn refuse_to_write_over(path: &Path) -> Result<(), Failure> {
    let password = path.with_file_name(PASSWORD);
    for there in [path, &password] {
        if there.symlink_metadata().is_ok() {
            return Err(Failure::new(
                Code::Failed,
                format!(
                    "{} is there already and is left as it is; `postlunch check` tries a configuration, --config names another place for a new one",
                    there.display()
                ),
            ));
        }
    }
    Ok(())
}

/// Writes all of it, and gives the configuration as the daemon will read it.
///
/// # Errors
/// If a file cannot be written; then none of them is left.
pub fn write(path: &Path, answers: &Answers) -> Result<(Config, Written), Failure> {
    let text = text(answers);
    // Nothing is written that could not be read back.
    let config = Config::parse(&text, path)?;
    if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(|error| failed(folder, &error))?;
    }
    let password = path.with_file_name(PASSWORD);
    let password = match &answers.secret {
        Secret::File(_) => None,
        Secret::Typed(secret) => {
            new_file(
                &password,
                format!("{}\n", secret.reveal()).as_bytes(),
                0o600,
            )?;
            Some(password)
        }
    };
    let rest = new_file(path, text.as_bytes(), 0o644).and_then(|()| {
        store_of(&config, false).map_err(|error| Failure {
            code: error.exit_code(),
            message: error.to_string(),
        })
    });
    if let Err(failure) = rest {
        if let Some(password) = &password {
            let _ = fs::remove_file(password);
        }
        let _ = fs::remove_file(path);
        return Err(failure);
    }
    let written = Written {
        config: path.to_owned(),
        password,
        key: config.store.key_file.clone(),
    };
    // Read from the disk, as every later command will.
    Ok((Config::load(path)?, written))
}

/// Another password in the file that was written.
///
/// # Errors
/// If it cannot be written.
pub fn change_password(path: &Path, secret: &Confidential<String>) -> Result<(), Failure> {
    let fresh = path.with_extension("new");
    let _ = fs::remove_file(&fresh);
    new_file(&fresh, format!("{}\n", secret.reveal()).as_bytes(), 0o600)?;
    fs::rename(&fresh, path).map_err(|error| failed(path, &error))
}

fn new_file(path: &Path, octets: &[u8], mode: u32) -> Result<(), Failure> {
    let made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)
        .and_then(|mut file| {
            file.write_all(octets)?;
            file.sync_all()
        });
    made.map_err(|error| failed(path, &error))
}

fn failed(path: &Path, error: &io::Error) -> Failure {
    let remedy = match error.kind() {
        ErrorKind::PermissionDenied => "; name another place by --config, or run it as root",
        _ => "",
    };
    Failure::failed(format!("{}: {error}{remedy}", path.display()))
}

/// The configuration's text.
fn text(answers: &Answers) -> String {
    let mut all = vec![
        Filling::text("mail", "address", answers.address.as_str()),
        Filling::text("imap", "host", &answers.imap.host),
        Filling::number("imap", "port", answers.imap.port),
        Filling::text("imap", "security", answers.imap.security.as_str()),
        Filling::text("smtp", "host", &answers.smtp.host),
        Filling::number("smtp", "port", answers.smtp.port),
        Filling::text("smtp", "security", answers.smtp.security.as_str()),
    ];
    let mut given = |section, key, value: Option<String>| {
        all.extend(value.map(|value| Filling::text(section, key, &value)));
    };
    let shown = |path: &PathBuf| path.display().to_string();
    let mode = (answers.mode == Mode::Personal).then(|| "personal".to_owned());
    given("mail", "mode", mode);
    given("mail", "name", answers.name.clone());
    let operator = answers.operator.as_ref().map(|o| o.as_str().to_owned());
    given("operator", "address", operator);
    given("imap", "username", answers.username.clone());
    let password = match &answers.secret {
        Secret::File(path) => shown(path),
        Secret::Typed(_) => PASSWORD.to_owned(),
    };
    given("imap", "password_file", Some(password));
    given("imap", "ca_file", answers.ca_file.as_ref().map(shown));
    given(
        "lunch",
        "timezone",
        answers.timezone.map(|zone| zone.name().to_owned()),
    );
    given("store", "path", answers.store.as_ref().map(shown));
    filled(&all)
}
