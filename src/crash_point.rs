//! Crash points: the moments before and after each step that lasts, on the disk or at a server.
//!
//! Built as usual they are nothing. With the feature `crash-points`, in a process that is told a
//! folder by `POSTLUNCH_CRASH_POINTS`, each writes its name into `met` there; and where `armed` holds
//! the name, the process ends at once, as if the power were gone.

/// Runs a step between its two points.
pub fn around<T>(step: &str, what: &str, run: impl FnOnce() -> T) -> T {
    at("before", step, what);
    let done = run();
    at("after", step, what);
    done
}

/// A crash point: `before` or `after` which step, of what.
#[cfg(not(feature = "crash-points"))]
#[inline]
pub const fn at(_side: &str, _step: &str, _what: &str) {}

/// A crash point: `before` or `after` which step, of what.
#[cfg(feature = "crash-points")]
pub fn at(side: &str, step: &str, what: &str) {
    armed::meet(&format!("{side} {step} {what}"));
}

#[cfg(feature = "crash-points")]
mod armed {
    use std::fs::{self, OpenOptions};
    use std::io::Write;
    use std::path::PathBuf;
    use std::sync::OnceLock;

    /// The folder by which a test and the process under it speak.
    fn folder() -> Option<&'static PathBuf> {
        static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
        let told = || std::env::var_os("POSTLUNCH_CRASH_POINTS").map(PathBuf::from);
        FOLDER.get_or_init(told).as_ref()
    }

    /// What a test has written into a file of that name.
    pub fn told(name: &str) -> Option<String> {
        fs::read_to_string(folder()?.join(name)).ok()
    }

    pub fn meet(name: &str) {
        let Some(folder) = folder() else { return };
        let met = folder.join("met");
        if let Ok(mut met) = OpenOptions::new().append(true).create(true).open(met) {
            let _ = met.write_all(format!("{name}\n").as_bytes());
        }
        if fs::read_to_string(folder.join("armed")).is_ok_and(|armed| armed == name) {
            let _ = fs::remove_file(folder.join("armed"));
            std::process::abort();
        }
    }
}

/// Octets that a test says are free on the disk: the number in `free`, in the same folder.
#[cfg(not(feature = "crash-points"))]
pub const fn free_disk() -> Option<u64> {
    None
}

/// Octets that a test says are free on the disk: the number in `free`, in the same folder.
#[cfg(feature = "crash-points")]
pub fn free_disk() -> Option<u64> {
    armed::told("free")?.trim().parse().ok()
}

/// Where a test asks for it, handling a mail panics here, or ends the process ("end …").
#[cfg(not(feature = "crash-points"))]
#[inline]
pub const fn poison(_: &str) {}

/// Where a test asks for it, handling a mail panics here, or ends the process ("end …").
#[cfg(feature = "crash-points")]
pub fn poison(step: &str) {
    let asked = armed::told("poison").unwrap_or_default();
    for line in asked.lines() {
        if line == step {
            std::panic::panic_any("a test poisoned this mail");
        }
        if line.strip_prefix("end ") == Some(step) {
            std::process::abort();
        }
    }
}
