//! The doctor's visits told as stories, at a sandbox on loopback.

use postlunch::config::Config;
use postlunch::doctor::{Finding, Level, examine};
use postlunch::sandbox::{Sandbox, SandboxOptions};
use std::path::Path;

fn config(folder: &Path, imap: u16, smtp: u16, password: &str, more: &str) -> Config {
    let folder = folder.display();
    let text = format!(
        "[mail]\naddress = \"lunch@example.com\"\n\
         [operator]\naddress = \"ops@example.com\"\n\
         [imap]\nhost = \"127.0.0.1\"\nport = {imap}\nsecurity = \"none\"\npassword = \"{password}\"\n\
         [smtp]\nport = {smtp}\nsecurity = \"none\"\n\
         [store]\npath = \"{folder}/store\"\n\
         [control]\nsocket = \"{folder}/control.sock\"\n{more}"
    );
    Config::parse(&text, "test.toml").expect("a good configuration")
}

async fn visit(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    examine(config, |finding| findings.push(finding)).await;
    findings
}

fn found<'f>(findings: &'f [Finding], subject: &str) -> &'f Finding {
    let found = findings.iter().find(|f| f.subject == subject);
    found.unwrap_or_else(|| panic!("nothing about {subject} in {findings:#?}"))
}

#[tokio::test]
async fn a_good_house_has_nothing_wrong() {
    let folder = tempfile::tempdir().expect("folder");
    let options = SandboxOptions::with_accounts(&[("lunch@example.com", "secret")]);
    let sandbox = Sandbox::start(options).await.expect("starts");
    let config = config(
        folder.path(),
        sandbox.imap_port(),
        sandbox.smtp_port(),
        "secret",
        "",
    );
    let findings = visit(&config).await;
    let wrong: Vec<_> = findings
        .iter()
        .filter(|f| f.level == Level::Wrong)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(found(&findings, "abilities").means.contains("IDLE"));
    assert!(found(&findings, "sent mail").means.contains("Sent"));
    assert_eq!(found(&findings, "submission").level, Level::Ok);
    assert_eq!(found(&findings, "daemon").level, Level::Warning);
    assert!(sandbox.delivered().is_empty(), "the doctor sends nothing");
    let left: Vec<_> = std::fs::read_dir(folder.path())
        .expect("readable")
        .collect();
    assert!(left.is_empty(), "and leaves nothing behind: {left:?}");
    sandbox.stop().await;
}

#[tokio::test]
async fn a_wrong_password_is_told_twice_with_what_to_do() {
    let folder = tempfile::tempdir().expect("folder");
    let options = SandboxOptions::with_accounts(&[("lunch@example.com", "secret")]);
    let sandbox = Sandbox::start(options).await.expect("starts");
    let config = config(
        folder.path(),
        sandbox.imap_port(),
        sandbox.smtp_port(),
        "guess",
        "",
    );
    let findings = visit(&config).await;
    for subject in ["inbox", "submission"] {
        let finding = found(&findings, subject);
        assert_eq!(finding.level, Level::Wrong, "{finding:?}");
        let remedy = finding.remedy.as_deref().unwrap_or_default();
        assert!(remedy.contains("password"), "{finding:?}");
        assert!(
            !format!("{finding:?}").contains("guess"),
            "never the password itself"
        );
    }
    sandbox.stop().await;
}

#[tokio::test]
async fn an_old_server_is_a_warning_and_no_server_is_wrong() {
    let folder = tempfile::tempdir().expect("folder");
    let mut options = SandboxOptions::with_accounts(&[("lunch@example.com", "secret")]);
    options.idle = false;
    options.with_sent = false;
    let sandbox = Sandbox::start(options).await.expect("starts");
    let (imap, smtp) = (sandbox.imap_port(), sandbox.smtp_port());
    let config = config(folder.path(), imap, smtp, "secret", "");
    let findings = visit(&config).await;
    let abilities = found(&findings, "abilities");
    assert_eq!(abilities.level, Level::Warning);
    assert!(abilities.means.contains("no IDLE"), "{abilities:?}");
    assert_eq!(found(&findings, "sent mail").level, Level::Warning);
    sandbox.stop().await;
    let findings = visit(&config).await;
    let inbox = found(&findings, "inbox");
    assert_eq!(inbox.level, Level::Wrong);
    assert!(
        inbox.remedy.as_deref().is_some_and(|r| r.contains("port")),
        "{inbox:?}"
    );
}

#[tokio::test]
async fn a_lost_key_and_a_bad_letter_are_told() {
    let folder = tempfile::tempdir().expect("folder");
    let store = folder.path().join("store");
    std::fs::create_dir_all(store.join("journal")).expect("made");
    let letters = folder.path().join("letters");
    std::fs::create_dir_all(letters.join("en")).expect("made");
    std::fs::write(letters.join("en/invitation.txt"), "{{ nobody }}").expect("written");
    let more = format!("[templates]\npath = \"{}\"\n", letters.display());
    let config = config(folder.path(), 1, 1, "secret", &more);
    let findings = visit(&config).await;
    let key = found(&findings, "key");
    assert_eq!(key.level, Level::Wrong);
    assert!(key.means.contains("put its backup back there"), "{key:?}");
    let told = found(&findings, "letters");
    assert_eq!(told.level, Level::Wrong);
    assert!(told.means.contains("en/invitation.txt"), "{told:?}");
}
