//! The browser: opens a file where there is one. What cannot be opened is only told.

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};

/// Opens a file in whatever the system shows pages with; whether something was started.
pub fn open(page: &Path) -> bool {
    let own = env::var_os("BROWSER").filter(|name| !name.is_empty());
    let usual = ["xdg-open", "open", "wslview"].map(OsString::from);
    own.into_iter().chain(usual).any(|program| {
        Command::new(program)
            .arg(page)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .is_ok()
    })
}
