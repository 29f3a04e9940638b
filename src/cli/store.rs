//! `postlunch store …`: looks after the store itself. A backup is made by the running daemon, if
//! there is one; everything else wants the store for itself.

use crate::cli::args::{Common, Store as Asked};
use crate::cli::ending::{Code, Failure};
use crate::cli::{orders, place, show};
use crate::clock::Clock;
use crate::config::Config;
use crate::daemon::request::{Reply, Request};
use crate::daemon::{self, RunError, store_of};
use crate::store::{Keys, Rebuilt, Store, StoreError};
use serde_json::json;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// Backs up, restores, verifies or rebuilds.
///
/// # Errors
/// If the daemon runs, the key is wrong, or something is not whole; with exit code 78 where no
/// second try helps.
pub async fn store(common: &Common, asked: &Asked) -> Result<(), Failure> {
    let config = place::load(common.config.as_deref())?;
    match asked {
        Asked::Backup { folder, rehearsal } => backup(common, &config, folder, *rehearsal).await,
        Asked::Restore {
            file,
            keyring,
            rehearsal,
        } => {
            let beside = file.with_file_name(KEYRING);
            let keys = match keyring {
                Some(keyring) => Keys::These(keyring),
                None => Keys::Beside(&beside),
            };
            restore(common, &config, file, keys, *rehearsal)
        }
        Asked::Verify { rehearsal } => verify(common, &config, *rehearsal),
        Asked::Rebuild {
            give_up_keys,
            rehearsal,
        } => rebuild(common, &config, *give_up_keys, *rehearsal),
    }
}

/// The keyring's copy in a backup's folder.
const KEYRING: &str = "keyring";

async fn backup(
    common: &Common,
    config: &Config,
    folder: &Path,
    rehearsal: bool,
) -> Result<(), Failure> {
    let mut private = DirBuilder::new();
    private.recursive(true).mode(0o700);
    private.create(folder).map_err(|e| refused(folder, &e))?;
    let stamp = Clock::Wall.now().format("%Y%m%dT%H%M%SZ");
    let file = folder.join(format!("postlunch-{stamp}.backup"));
    let keyring = folder.join(KEYRING);
    let (count, sequence) =
        match orders::ask_the_daemon(config, &Request::Backup, orders::ANSWER_LIMIT).await {
            Ok(Reply::BackedUp {
                records,
                keyring: key_copy,
                count,
                sequence,
            }) => {
                take(&records, &file)?;
                take(&key_copy, &keyring)?;
                (count, sequence)
            }
            Ok(Reply::Refused { message }) => return Err(Failure::failed(message)),
            Ok(_) => return Err(crate::control::ControlError::Unreadable.into()),
            Err(crate::control::ControlError::NotRunning(_)) => {
                let (path, key, options) = store_of(config, rehearsal).map_err(not_done)?;
                let mut store = Store::open(&path, &key, options).map_err(failure)?;
                let fresh = keyring.with_extension("copy");
                let _ = fs::remove_file(&fresh);
                let copied = store.backup(&file, &fresh).map_err(failure)?;
                store.close().map_err(failure)?;
                take(&fresh, &keyring)?;
                (copied.records, copied.sequence)
            }
            Err(error) => return Err(error.into()),
        };
    if common.json {
        return show::json(&json!({
            "file": file, "keyring": keyring, "records": count, "sequence": sequence,
        }));
    }
    show::print(&format!(
        "{count} records up to commit {sequence}: {}\nkeyring, over the copy before: {}\n",
        file.display(),
        keyring.display(),
    ))
}

/// Copies a file to a place, over what is there, and takes the first one away.
fn take(from: &Path, to: &Path) -> Result<(), Failure> {
    let fresh = to.with_extension("part");
    let copied = || -> io::Result<()> {
        let mut source = File::open(from)?;
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let mut target = options.open(&fresh)?;
        io::copy(&mut source, &mut target)?;
        target.sync_all()?;
        fs::rename(&fresh, to)?;
        fs::remove_file(from)
    };
    copied().map_err(|error| refused(to, &error))
}

fn refused(path: &Path, error: &io::Error) -> Failure {
    let path = path.display();
    Failure::failed(format!(
        "{path}: {error}; name a folder that this user may write to"
    ))
}

fn restore(
    common: &Common,
    config: &Config,
    file: &Path,
    keys: Keys<'_>,
    rehearsal: bool,
) -> Result<(), Failure> {
    let done = daemon::restore(config, rehearsal, file, keys).map_err(not_done)?;
    if common.json {
        return show::json(&json!({
            "sequence": done.sequence, "forgotten": done.forgotten, "aside": done.aside,
        }));
    }
    let mut told = format!("put back up to commit {}\n", done.sequence);
    if done.forgotten > 0 {
        told += &format!("forgotten since, and still so: {}\n", done.forgotten);
    }
    if let Some(aside) = &done.aside {
        told += &format!("the journal before is in {}\n", aside.display());
    }
    told += "sending is on hold: start the daemon, look around, then `postlunch resume`\n";
    show::print(&told)
}

fn verify(common: &Common, config: &Config, rehearsal: bool) -> Result<(), Failure> {
    let (path, key, options) = store_of(config, rehearsal).map_err(not_done)?;
    let mut store = Store::open(&path, &key, options).map_err(failure)?;
    let found = store.verify().map_err(failure)?;
    if common.json {
        return show::json(&json!({
            "records": found.records,
            "segments": found.segments,
            "sequence": found.sequence,
        }));
    }
    show::print(&format!(
        "whole: {} records, {} journal segments, {} commits\n",
        found.records, found.segments, found.sequence
    ))
}

fn rebuild(
    common: &Common,
    config: &Config,
    give_up_keys: bool,
    rehearsal: bool,
) -> Result<(), Failure> {
    let (path, key, options) = store_of(config, rehearsal).map_err(not_done)?;
    let what = if give_up_keys {
        let (store, given_up) = Store::give_up_keys(&path, &key, options).map_err(failure)?;
        store.close().map_err(failure)?;
        format!("{given_up} people or pairings whose keys are missing count as forgotten")
    } else {
        let (store, rebuilt) = Store::rebuild(&path, &key, options).map_err(failure)?;
        store.close().map_err(failure)?;
        match rebuilt {
            Rebuilt::Index => "the index was made again from the journal".to_owned(),
            Rebuilt::Journal => "the journal was begun again from the index".to_owned(),
        }
    };
    if common.json {
        return show::json(&json!({ "rebuilt": what }));
    }
    show::print(&format!("{what}\n"))
}

fn not_done(error: RunError) -> Failure {
    Failure {
        code: error.exit_code(),
        message: error.to_string(),
    }
}

fn failure(error: StoreError) -> Failure {
    let code = if error.needs_a_person() {
        78
    } else {
        Code::Failed as u8
    };
    Failure {
        code,
        message: error.to_string(),
    }
}
