//! Opening a browser, the way each system does it.

use std::process::{Command, Stdio};

/// The command that opens an address, or `None` where nobody would see a window.
fn opener() -> Option<&'static str> {
    let there = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if cfg!(target_os = "macos") {
        Some("open")
    } else if there("DISPLAY") || there("WAYLAND_DISPLAY") || there("WSL_DISTRO_NAME") {
        Some("xdg-open")
    } else {
        // On a plain terminal it would start a browser for terminals, on top of what we print.
        None
    }
}

/// Opens an address. Returns whether something was there to open it with.
pub fn open(address: &str) -> bool {
    let mut command = if cfg!(target_os = "windows") {
        let mut command = Command::new("cmd");
        command.args(["/C", "start", ""]);
        command
    } else {
        match opener() {
            Some(opener) => Command::new(opener),
            None => return false,
        }
    };
    command
        .arg(address)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let Ok(mut child) = command.spawn() else {
        return false;
    };
    // Waited for, so that no dead process is left; a thread, since some openers stay.
    std::thread::spawn(move || child.wait());
    true
}
