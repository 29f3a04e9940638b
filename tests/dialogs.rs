//! Scripted servers with one bad habit each (`dialogs/*.dialog`), and what the mail rooms make of
//! it. A server that lies, falls silent or goes away must never look like an empty mailbox or a
//! letter that was accepted.

#[allow(dead_code, reason = "each test program uses its own part of it")]
#[path = "support/authority.rs"]
mod authority;
#[path = "dialogs/imap.rs"]
mod imap;
#[path = "dialogs/server.rs"]
mod server;
#[path = "dialogs/smtp.rs"]
mod smtp;
#[path = "dialogs/tls.rs"]
mod tls;

use std::path::Path;

#[test]
fn every_dialog_is_played_by_a_test() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dialogs");
    let mut names = Vec::new();
    let mut tests = String::new();
    for entry in std::fs::read_dir(&folder).expect("the folder").flatten() {
        let path = entry.path();
        let name = path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        match path.extension().and_then(|e| e.to_str()) {
            Some("dialog") => names.push(name),
            Some("rs") => tests.push_str(&std::fs::read_to_string(&path).expect("readable")),
            _ => {}
        }
    }
    assert!(names.len() > 30, "only {} dialogs found", names.len());
    names.retain(|name| !tests.contains(&format!("\"{name}\"")));
    assert!(names.is_empty(), "never played: {names:?}");
}
