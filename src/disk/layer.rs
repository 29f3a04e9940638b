//! What stands between this room and the operating system: nothing, but for a full disk that a test
//! orders in a program built with crash points.

use crate::crash_point;
use std::fs::File;
use std::io;
use std::path::Path;

/// Octets that a test says are free.
pub fn free() -> Option<u64> {
    crash_point::free_disk()
}

/// Before a write: refused where a test says that nothing is free.
pub fn write(_: &File, _: &[u8], _: Option<u64>) -> io::Result<()> {
    match free() {
        Some(0) => Err(io::ErrorKind::StorageFull.into()),
        _ => Ok(()),
    }
}

/// Before another library writes by itself.
pub const fn others_may_write() -> io::Result<()> {
    Ok(())
}

/// Before a sync: whether it is left to the operating system.
pub const fn sync(_: &File) -> io::Result<bool> {
    Ok(true)
}

/// Before a folder is synced: whether it is left to the operating system.
pub const fn sync_names(_: &Path) -> io::Result<bool> {
    Ok(true)
}

/// Before a file is cut off.
pub const fn cut(_: &File, _: u64) -> io::Result<()> {
    Ok(())
}

/// Before a file gets another name.
pub const fn rename(_: &Path, _: &Path) -> io::Result<()> {
    Ok(())
}

/// Before a file is taken away.
pub const fn remove(_: &Path) -> io::Result<()> {
    Ok(())
}
