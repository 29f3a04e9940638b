//! `postlunch status` as an operator and a monitor meet it: what it says, how it ends, how it
//! watches. A sandbox on loopback; every wait is bounded.

use postlunch::sandbox::{Sandbox, SandboxOptions};
use serde_json::Value;
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::{sleep, timeout};

const SOON: Duration = Duration::from_secs(60);

struct House {
    folder: TempDir,
    sandbox: Sandbox,
}

impl House {
    async fn new(smtp_password: &str) -> Self {
        let options = SandboxOptions::with_accounts(&[
            ("lunch@example.com", "secret"),
            ("ben@example.com", "secret"),
        ]);
        let sandbox = Sandbox::start(options).await.expect("starts");
        let folder = tempfile::tempdir().expect("folder");
        let (imap, smtp) = (sandbox.imap_port(), sandbox.smtp_port());
        let text = format!(
            "[mail]\naddress = \"lunch@example.com\"\n\
             [operator]\naddress = \"ops@example.com\"\n\
             [imap]\nhost = \"127.0.0.1\"\nport = {imap}\nsecurity = \"none\"\npassword = \"secret\"\n\
             [smtp]\nport = {smtp}\nsecurity = \"none\"\npassword = \"{smtp_password}\"\n\
             [store]\npath = \"store\"\n\
             [lunch]\ntimezone = \"Europe/Amsterdam\"\n\
             [control]\nsocket = \"control.sock\"\n"
        );
        std::fs::write(folder.path().join("config.toml"), text).expect("written");
        Self { folder, sandbox }
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_postlunch"));
        command
            .args(words)
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .env("TZ", "UTC")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    async fn run(&self, words: &[&str]) -> (i32, String) {
        let output = timeout(SOON, self.command(words).output()).await;
        let output = output.expect("in time").expect("runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        (output.status.code().expect("a code"), text)
    }

    /// Asks until the answer is as wished.
    async fn until(&self, what: &str, wished: impl Fn(&Value) -> bool) -> (i32, Value) {
        for _ in 0..400 {
            let (code, text) = self.run(&["status", "--json"]).await;
            let value: Value = serde_json::from_str(&text).expect("JSON");
            if wished(&value) {
                return (code, value);
            }
            sleep(Duration::from_millis(50)).await;
        }
        panic!("never: {what}");
    }

    fn daemon(&self) -> Child {
        let words = ["run", "--rehearsal", "2026-01-05T09:00:00Z"];
        let mut command = self.command(&words);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().expect("starts")
    }

    async fn end(&self, mut process: Child, signal: &str) -> Option<i32> {
        let id = process.id().expect("running").to_string();
        let told = Command::new("kill").args([signal, &id]).status().await;
        assert!(told.expect("kill runs").success());
        let ended = timeout(SOON, process.wait()).await.expect("in time");
        ended.expect("an end").code()
    }
}

/// The next lines of a watch, until one is as wished.
async fn next(lines: &mut Lines<BufReader<ChildStdout>>, wished: impl Fn(&Value) -> bool) {
    let reading = async {
        loop {
            let line = lines.next_line().await.expect("readable").expect("a line");
            let value: Value = serde_json::from_str(&line).expect("one object a line");
            if wished(&value) {
                return;
            }
        }
    };
    timeout(SOON, reading).await.expect("comes in time");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watch_outlives_the_daemon_and_ends_well() {
    let house = House::new("secret").await;
    let (code, text) = house.run(&["status"]).await;
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("no daemon is running"), "{text}");
    assert!(text.contains("`postlunch run`"), "{text}");

    let mut watch = house
        .command(&["status", "--watch", "1", "--json"])
        .spawn()
        .expect("starts");
    let mut lines = BufReader::new(watch.stdout.take().expect("piped")).lines();
    next(&mut lines, |seen| {
        seen["answer"] == "not-running" && seen["health"] == "wrong"
    })
    .await;
    let daemon = house.daemon();
    let well = |seen: &Value| seen["health"] == "well" && seen["imap"]["up"] == true;
    next(&mut lines, well).await;
    assert_eq!(house.end(daemon, "-TERM").await, Some(0));
    next(&mut lines, |seen| seen["answer"] == "not-running").await;
    let again = house.daemon();
    next(&mut lines, well).await;
    assert_eq!(house.end(watch, "-INT").await, Some(0));

    // For people, on no terminal: page after page, and no control characters.
    let mut watch = house
        .command(&["status", "--watch"])
        .spawn()
        .expect("starts");
    let mut lines = BufReader::new(watch.stdout.take().expect("piped")).lines();
    let first = timeout(SOON, lines.next_line()).await.expect("in time");
    let first = first.expect("readable").expect("a line");
    assert!(first.ends_with("all is well"), "{first}");
    // Nobody reads it any more: it ends by itself, and well.
    drop(lines);
    let ended = timeout(SOON, watch.wait()).await.expect("in time");
    assert_eq!(ended.expect("an end").code(), Some(0));
    assert_eq!(house.end(again, "-TERM").await, Some(0));
    house.sandbox.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trouble_is_told_with_its_remedy_and_ends_with_its_code() {
    let house = House::new("guess").await;
    let daemon = house.daemon();
    let (code, _) = house.until("well", |seen| seen["imap"]["up"] == true).await;
    assert_eq!(code, 0);
    assert!(house.run(&["hold"]).await.0 == 0);
    let (ana, ben) = ("Ana <ana@example.com>", "Ben <ben@example.com>");
    let note = "my own words";
    let invite = ["invite", "--from", ana, "--to", ben, "--note", note];
    assert_eq!(house.run(&invite).await.0, 0);
    let (code, held) = house.until("held", |seen| seen["queued"] == 1).await;
    assert_eq!((code, &held["health"]), (1, &Value::from("warning")));
    let (_, page) = house.run(&["status"]).await;
    assert!(page.contains("sending is on hold, 1 mail waits"), "{page}");
    assert!(page.contains("-> `postlunch resume` goes on"), "{page}");
    assert!(page.contains("1 invited"), "{page}");

    assert!(house.run(&["resume"]).await.0 == 0);
    let refused = |seen: &Value| seen["smtp"]["trouble"]["needs_a_person"] == true;
    let (code, seen) = house.until("refused", refused).await;
    assert_eq!((code, &seen["health"]), (2, &Value::from("wrong")));
    let remedy = seen["warnings"][0]["remedy"].as_str().expect("a remedy");
    assert!(remedy.contains("app password"), "{remedy}");
    let (code, page) = house.run(&["status"]).await;
    assert_eq!(code, 2);
    let lines: Vec<&str> = page.lines().collect();
    assert!(lines[1].starts_with("  WRONG       submission: "), "{page}");
    assert!(lines.len() <= 24, "{page}");
    assert!(lines.iter().all(|l| l.chars().count() <= 80), "{page}");
    for text in [&page, &seen.to_string()] {
        for secret in ["guess", note, "One on one", "ben@example.com"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    assert_eq!(house.end(daemon, "-TERM").await, Some(0));
    house.sandbox.stop().await;
}

/// The fields that docs/status.md promises are the fields there are.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_field_of_the_json_is_documented() {
    let house = House::new("secret").await;
    let daemon = house.daemon();
    let counted = |seen: &Value| seen["review"] == 0;
    let (_, seen) = house.until("the review folder was counted", counted).await;
    let docs = include_str!("../docs/status.md");
    let rows = docs.lines().filter_map(|line| line.strip_prefix("| `"));
    let told: Vec<&str> = rows.filter_map(|row| row.split('`').next()).collect();
    let fields = seen.as_object().expect("an object");
    for field in fields.keys() {
        assert!(told.contains(&field.as_str()), "{field} is not in {told:?}");
    }
    for told in told.iter().filter(|told| !told.contains('.')) {
        assert!(fields.contains_key(*told), "there is no {told}");
    }
    for within in ["imap", "pairings"] {
        for field in seen[within].as_object().expect("an object").keys() {
            let field = format!("{within}.{field}");
            assert!(told.contains(&field.as_str()), "{field} is not in {told:?}");
        }
    }
    assert_eq!(house.end(daemon, "-TERM").await, Some(0));
    house.sandbox.stop().await;
}

#[tokio::test]
async fn the_manual_and_the_completions_come_out_of_the_program() {
    let house = House::new("secret").await;
    let (code, text) = house.run(&["man", "manual/man1"]).await;
    assert_eq!(code, 0, "{text}");
    let page = house.folder.path().join("manual/man1/postlunch-status.1");
    let page = std::fs::read_to_string(page).expect("a page");
    assert!(page.starts_with(".ie") && page.contains("watch"), "{page}");
    let (code, _) = house.run(&["man", "config.toml"]).await;
    assert_eq!(code, 1, "a file is no folder");
    let (code, script) = house.run(&["completions", "bash"]).await;
    assert_eq!(code, 0);
    // As bash itself does it: what may follow `postlunch pairing p`.
    let ask = format!(
        "{script}\nCOMP_WORDS=(postlunch pairing p); COMP_CWORD=2\n\
         _postlunch postlunch p pairing; printf '%s\\n' \"${{COMPREPLY[@]}}\"\n"
    );
    let mut bash = Command::new("bash");
    let bash = bash.args(["--norc", "-c", &ask]).output().await;
    let said = String::from_utf8_lossy(&bash.expect("bash runs").stdout).into_owned();
    assert_eq!(said.trim(), "pause", "{said}");
    house.sandbox.stop().await;
}
