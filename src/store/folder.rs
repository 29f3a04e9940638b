//! What lies in a store's folder beside its records: the lock, the mark of a running store, the ballast.

use super::StoreError;
use crate::disk;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

pub(super) const JOURNAL: &str = "journal";
pub(super) const INDEX: &str = "index";
pub(super) const OPEN_MARK: &str = "index.open";
pub(super) const KEYRING: &str = "keyring";
pub(super) const LOCK: &str = "lock";
pub(super) const BALLAST: &str = "ballast";

/// Takes the mark of a running store away: the index is whole on the disk. One that was moved aside
/// is of no more use then.
pub(super) fn mark_closed(path: &Path) -> Result<(), StoreError> {
    let aside = path.join(INDEX).with_extension("aside");
    disk::remove_folder(&aside, "index aside").map_err(|source| io_at(&aside, source))?;
    let mark = path.join(OPEN_MARK);
    disk::remove(&mark, "open mark").map_err(|source| io_at(&mark, source))
}

pub(super) fn make_folder(path: &Path) -> Result<(), StoreError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .and_then(|()| disk::sync_parent(path))
        .map_err(|source| io_at(path, source))
}

/// The lock on a store's folder.
pub(super) struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing alone is not enough: a child process that is just being started holds a copy.
        let _ = self.0.unlock();
    }
}

pub(super) fn take_lock(path: &Path) -> Result<Lock, StoreError> {
    let name = path.join(LOCK);
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&name)
        .map_err(|source| io_at(&name, source))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            let _ = file.read_to_string(&mut holder);
            if !holder.is_empty() {
                holder = format!(" (process {})", holder.trim());
            }
            return Err(StoreError::InUse {
                path: path.to_owned(),
                holder,
            });
        }
        Err(TryLockError::Error(source)) => return Err(io_at(&name, source)),
    }
    // Only for the message above: a full disk must not keep the store closed.
    let _ = disk::set_len(&file, 0, "lock");
    let _ = writeln!(file, "{}", std::process::id());
    Ok(Lock(file))
}

/// Keeps some space that can be given up. If there is none to keep, the store works without.
pub(super) fn keep_ballast(path: &Path, octets: u64) {
    let name = path.join(BALLAST);
    if octets == 0 || name.exists() {
        return;
    }
    let kept =
        new_file(&name).and_then(|mut file| io::copy(&mut io::repeat(0).take(octets), &mut file));
    if kept.is_err() {
        let _ = disk::remove(&name, "ballast");
    }
}

/// Makes a little room on a full disk, once.
pub(super) fn give_up_ballast(path: &Path) -> bool {
    disk::remove(&path.join(BALLAST), "ballast").is_ok()
}

pub(super) fn new_file(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
}

pub(super) fn io_at(path: &Path, source: io::Error) -> StoreError {
    StoreError::Io {
        path: path.to_owned(),
        source,
    }
}
