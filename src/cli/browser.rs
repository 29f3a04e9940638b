//! The browser: opens a page where somebody would see it. What cannot be opened is only told.

use std::env;
use std::ffi::{OsStr, OsString};
use std::process::{Command, Stdio};

/// The command that opens a page: the one that was named, else the system's own; `None` where nobody
/// would see a window.
fn opener() -> Option<OsString> {
    let there = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
    let window = ["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"];
    if let Some(own) = there("BROWSER") {
        Some(own)
    } else if cfg!(target_os = "macos") {
        Some("open".into())
    } else if window.into_iter().any(|name| there(name).is_some()) {
        Some("xdg-open".into())
    } else {
        // On a plain terminal it would start a browser for terminals, on top of what we print.
        None
    }
}

/// Opens a file or an address in whatever the system shows pages with; whether something was started.
pub fn open(page: impl AsRef<OsStr>) -> bool {
    let started = opener().map(|program| {
        Command::new(program)
            .arg(page)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
    });
    let Some(Ok(mut child)) = started else {
        return false;
    };
    // Waited for, so that no dead process is left; a thread, since some openers stay.
    std::thread::spawn(move || child.wait());
    true
}
