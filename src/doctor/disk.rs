//! Free disk: whether the store can go on writing.

use super::finding::{Code, Finding};
use std::path::Path;

/// Below this no start is safe: a journal segment, the index and the ballast need as much.
pub(super) const FLOOR: u64 = 64 << 20;

/// Below this it will not last long.
const COMFORT: u64 = 512 << 20;

/// Asks how many octets a folder may still take; `None` where the system does not tell. A value of
/// its own, so that a full disk can be tried without filling one.
pub type FreeSpace = fn(&Path) -> Option<u64>;

/// The system's own word, for the folder or the nearest one above it that exists.
pub fn free_space(folder: &Path) -> Option<u64> {
    let absolute = std::path::absolute(folder).ok()?;
    let mut folders = absolute.ancestors();
    let told = folders.find_map(|folder| rustix::fs::statvfs(folder).ok())?;
    told.f_bavail.checked_mul(told.f_frsize)
}

/// Whether there is room for the store.
pub(super) fn check(store: &Path, free: FreeSpace) -> Finding {
    match free(store) {
        None => Finding::ok("disk", "the system does not tell how much is free"),
        Some(octets) if octets < FLOOR => full(store, octets),
        Some(octets) if octets < COMFORT => Finding::warning(
            Code::DiskLow,
            "disk",
            format!("only {} are left for {}", size(octets), store.display()),
            "free some space soon; the store grows by a few kB for each mail",
        ),
        Some(octets) => Finding::ok("disk", format!("{} are free", size(octets))),
    }
}

pub(super) fn full(store: &Path, octets: u64) -> Finding {
    Finding::wrong(
        Code::DiskFull,
        "disk",
        format!(
            "the disk is full: {} are left for {}, and it takes {}",
            size(octets),
            store.display(),
            size(FLOOR)
        ),
        "free some space, or name a [store] path on another disk; until then nothing is decided or sent, and mail waits in the mailbox",
    )
}

fn size(octets: u64) -> String {
    match octets {
        0..1_048_576 => format!("{} kB", octets >> 10),
        1_048_576..10_737_418_240 => format!("{} MB", octets >> 20),
        _ => format!("{} GB", octets >> 30),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Level;
    use super::*;

    #[test]
    fn a_full_disk_is_told_from_a_filling_one() {
        let path = Path::new("/var/lib/postlunch/store");
        assert_eq!(check(path, |_| Some(1 << 40)).level, Level::Ok);
        assert_eq!(check(path, |_| Some(100 << 20)).level, Level::Warning);
        let full = check(path, |_| Some(12 << 10));
        assert_eq!(full.code, Some(Code::DiskFull));
        assert!(full.means.contains("12 kB"), "{full:?}");
        assert!(free_space(Path::new("/no/such/folder")).is_some_and(|octets| octets > 0));
    }
}
