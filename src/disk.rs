//! Every step that lasts on the disk, by its name.
//!
//! The rooms that keep things (`store`, `keyring`) change files through this room alone; a test of the
//! house holds that. So a new step is on the list of crash points by itself, and one place stands
//! where a test can lose what was not synced (`disk/tests.rs`) or fill the disk.

#[cfg(not(test))]
mod layer;
#[cfg(test)]
pub(crate) mod tests;

#[cfg(test)]
use tests as layer;

use crate::crash_point::around;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

/// Octets that may still be taken where `path` is; `None` where the system does not tell.
pub fn free(path: &Path) -> Option<u64> {
    if let Some(told) = layer::free() {
        return Some(told);
    }
    // Before the first commit the folder itself may not be there.
    let mut folders = path.ancestors();
    let told = folders.find_map(|folder| rustix::fs::statvfs(folder).ok())?;
    told.f_bavail.checked_mul(told.f_frsize)
}

/// Before another library writes by itself: refused where a test has filled the disk under it alone.
///
/// # Errors
/// `StorageFull`, in a test.
pub fn others_may_write() -> io::Result<()> {
    layer::others_may_write()
}

/// Writes all octets at an offset.
///
/// # Errors
/// As the operating system says; part of it may be written.
pub fn write_at(file: &File, octets: &[u8], offset: u64, what: &str) -> io::Result<()> {
    around("write", what, || {
        layer::write(file, octets, Some(offset))?;
        file.write_all_at(octets, offset)
    })
}

/// Writes all octets where the file stands.
///
/// # Errors
/// As the operating system says; part of it may be written.
pub fn write(mut file: &File, octets: &[u8], what: &str) -> io::Result<()> {
    around("write", what, || {
        layer::write(file, octets, None)?;
        file.write_all(octets)
    })
}

/// Brings a file's octets, and what is needed to read them, to the disk (fdatasync).
///
/// # Errors
/// As the operating system says; nobody knows then what is on the disk.
pub fn sync_data(file: &File, what: &str) -> io::Result<()> {
    around("sync", what, || match layer::sync(file)? {
        true => file.sync_data(),
        false => Ok(()),
    })
}

/// Brings a file with all its attributes to the disk (fsync).
///
/// # Errors
/// As the operating system says; nobody knows then what is on the disk.
pub fn sync_all(file: &File, what: &str) -> io::Result<()> {
    around("sync", what, || match layer::sync(file)? {
        true => file.sync_all(),
        false => Ok(()),
    })
}

/// Syncs the folder of `path`, without which a new name may be gone after a power cut.
///
/// # Errors
/// As the operating system says.
pub fn sync_parent(path: &Path) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    around("sync", "folder", || match layer::sync_names(folder)? {
        true => File::open(folder)?.sync_all(),
        false => Ok(()),
    })
}

/// Cuts a file off, or fills it up, to that many octets.
///
/// # Errors
/// As the operating system says.
pub fn set_len(file: &File, octets: u64, what: &str) -> io::Result<()> {
    around("cut", what, || {
        layer::cut(file, octets)?;
        file.set_len(octets)
    })
}

/// Gives a file or a folder another name, over a file that has it.
///
/// # Errors
/// As the operating system says.
pub fn rename(from: &Path, to: &Path, what: &str) -> io::Result<()> {
    around("name", what, || {
        layer::rename(from, to)?;
        fs::rename(from, to)
    })
}

/// Gives a file its name, unless something has that name already.
///
/// # Errors
/// `AlreadyExists`, or as the operating system says.
pub fn name_new(from: &Path, to: &Path, what: &str) -> io::Result<()> {
    around("name", what, || match fs::hard_link(from, to) {
        Ok(()) => fs::remove_file(from),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists || to.exists() => Err(error),
        // A file system without hard links.
        Err(_) => fs::rename(from, to),
    })
}

/// Gives a file a second name beside the one it has, or copies it where there is no such thing.
///
/// # Errors
/// As the operating system says.
pub fn link(from: &Path, to: &Path, what: &str) -> io::Result<()> {
    around("name", what, || match fs::hard_link(from, to) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        Err(_) => fs::copy(from, to).map(|_| ()),
    })
}

/// Copies a file to a place where none is, for its owner alone, and syncs it.
///
/// # Errors
/// As the operating system says; a file that is there already is one.
pub fn copy(from: &Path, to: &Path, what: &str) -> io::Result<()> {
    let mut source = File::open(from)?;
    let target = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(to)?;
    around("write", what, || {
        layer::write(&target, &[], None)?;
        io::copy(&mut source, &mut &target)
    })?;
    sync_all(&target, what)?;
    sync_parent(to)
}

/// Takes a file away.
///
/// # Errors
/// As the operating system says, a missing one too.
pub fn remove(path: &Path, what: &str) -> io::Result<()> {
    around("remove", what, || {
        layer::remove(path)?;
        fs::remove_file(path)
    })
}

/// Takes a folder away with all that is in it; one that is not there is no error.
///
/// # Errors
/// As the operating system says.
pub fn remove_folder(path: &Path, what: &str) -> io::Result<()> {
    around("remove", what, || match fs::remove_dir_all(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    })
}
