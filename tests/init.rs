//! `postlunch init` as somebody meets it: with options, at a terminal, and where it must not write.
//!
//! Each story runs the built binary against a sandbox on loopback; every wait is bounded.

use postlunch::sandbox::{Sandbox, SandboxOptions};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;
use tokio::time::{sleep, timeout};

const SOON: Duration = Duration::from_secs(60);
const SECRET: &str = "correct horse battery";

struct Seen {
    code: i32,
    text: String,
}

/// Somebody with a home, and a mail server.
struct Desk {
    home: TempDir,
    sandbox: Sandbox,
}

impl Desk {
    async fn new() -> Self {
        let accounts = [
            ("lunch@example.com", SECRET),
            ("ana@example.com", SECRET),
            ("ben@example.com", SECRET),
        ];
        let options = SandboxOptions::with_accounts(&accounts);
        Self {
            home: tempfile::tempdir().expect("folder"),
            sandbox: Sandbox::start(options).await.expect("starts"),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// The options that name the sandbox's servers.
    fn servers(&self) -> [String; 4] {
        [
            "--imap".to_owned(),
            format!("127.0.0.1:{}/none", self.sandbox.imap_port()),
            "--smtp".to_owned(),
            format!("127.0.0.1:{}/none", self.sandbox.smtp_port()),
        ]
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.home.path())
            .env_clear()
            .env("HOME", self.home.path())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("TZ", "UTC")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    async fn run(&self, words: &[&str], input: &str) -> Seen {
        let mut command = self.command(env!("CARGO_BIN_EXE_postlunch"));
        let mut child = command.args(words).spawn().expect("starts");
        let mut stdin = child.stdin.take().expect("piped");
        let _ = stdin.write_all(input.as_bytes()).await;
        drop(stdin);
        let output = timeout(SOON, child.wait_with_output()).await;
        let output = output.expect("ends in time").expect("runs");
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        assert!(
            !text.contains(SECRET),
            "a password is never printed: {text}"
        );
        let code = output.status.code().expect("an exit code");
        Seen { code, text }
    }

    /// `init` with these options more, where its answers lie in `conf/`.
    async fn init(&self, more: &[&str], input: &str) -> Seen {
        let servers = self.servers();
        let mut words = vec!["init", "--config", "conf/config.toml"];
        words.extend(servers.iter().map(String::as_str));
        words.extend(more);
        self.run(&words, input).await
    }
}

fn mode(path: &Path) -> u32 {
    let mode = path
        .metadata()
        .unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    mode.permissions().mode() & 0o777
}

const SHARED: [&str; 6] = [
    "--address",
    "lunch@example.com",
    "--operator",
    "ana@example.com",
    "--password-file",
    "-",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_nothing_to_the_first_invitation_in_under_a_minute() {
    let desk = Desk::new().await;
    let began = Instant::now();
    let seen = desk.init(&SHARED, &format!("{SECRET}\n")).await;
    assert_eq!(seen.code, 0, "{}", seen.text);
    for words in [
        "came back after",
        "Ready to run",
        "postlunch --config conf/config.toml run",
    ] {
        assert!(seen.text.contains(words), "{words} in {}", seen.text);
    }
    assert!(
        !seen.text.contains("none is running"),
        "no news yet: {}",
        seen.text
    );
    let text = fs::read_to_string(desk.path("conf/config.toml")).expect("written");
    assert!(text.contains("# Where mail is read."), "it explains itself");
    assert!(
        text.contains("#every_weeks = 2") && !text.contains(SECRET),
        "{text}"
    );
    assert_eq!(mode(&desk.path("conf/imap-password")), 0o600);
    assert_eq!(mode(&desk.path("conf/store.key")), 0o600);
    assert_eq!(mode(&desk.path("conf")), 0o700);
    // It works as it stands.
    let config = ["--config", "conf/config.toml"];
    let mut daemon = desk.command(env!("CARGO_BIN_EXE_postlunch"));
    let mut daemon = daemon.arg("run").args(config).spawn().expect("starts");
    let invite = [
        "invite",
        "--from",
        "Ana <ana@example.com>",
        "--to",
        "Ben <ben@example.com>",
        "--config",
        "conf/config.toml",
    ];
    while desk.run(&invite, "").await.code != 0 {
        assert!(began.elapsed() < SOON, "no daemon took the invitation");
        sleep(Duration::from_millis(50)).await;
    }
    let arrived = |office: &postlunch::sandbox::PostOffice| {
        !office.messages("ben@example.com", "INBOX").is_empty()
    };
    desk.sandbox
        .wait_for(arrived, SOON)
        .await
        .expect("the invitation");
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    daemon.kill().await.expect("ends");
    desk.sandbox.stop().await;
}

#[tokio::test]
async fn what_is_there_is_never_written_over() {
    let desk = Desk::new().await;
    fs::create_dir(desk.path("conf")).expect("made");
    for name in ["conf/config.toml", "conf/imap-password"] {
        fs::write(desk.path(name), "mine").expect("written");
        let seen = desk.init(&SHARED, &format!("{SECRET}\n")).await;
        assert_eq!(seen.code, 1, "{}", seen.text);
        assert!(seen.text.contains("left as it is"), "{}", seen.text);
        assert_eq!(fs::read_to_string(desk.path(name)).expect("there"), "mine");
        let there = fs::read_dir(desk.path("conf")).expect("readable").count();
        assert_eq!(there, 1, "nothing was added");
        fs::remove_file(desk.path(name)).expect("removed");
    }
    assert!(desk.sandbox.delivered().is_empty());
    desk.sandbox.stop().await;
}

#[tokio::test]
async fn a_wrong_password_is_told_and_what_was_written_stays() {
    let desk = Desk::new().await;
    let more = [
        "--mode",
        "personal",
        "--address",
        "ana@example.com",
        "--password-file",
        "-",
    ];
    let seen = desk.init(&more, "guess\n").await;
    assert_eq!(seen.code, 1, "{}", seen.text);
    assert!(
        seen.text.contains("check username and password"),
        "{}",
        seen.text
    );
    assert!(
        seen.text.contains("check\n") && !seen.text.contains("guess"),
        "{}",
        seen.text
    );
    // Mended by hand, it is well.
    fs::write(desk.path("conf/imap-password"), SECRET).expect("written");
    let seen = desk
        .run(&["check", "--config", "conf/config.toml", "--json"], "")
        .await;
    assert_eq!(seen.code, 0, "{}", seen.text);
    let json: Value = serde_json::from_str(&seen.text).expect("JSON");
    let told = json["findings"].as_array().expect("findings");
    let mode = told.iter().find(|f| f["subject"] == "mode").expect("told");
    assert!(
        mode["means"]
            .as_str()
            .is_some_and(|m| m.contains("personal")),
        "{mode}"
    );
    desk.sandbox.stop().await;
}

#[tokio::test]
async fn what_is_missing_is_named_where_nobody_can_be_asked() {
    let desk = Desk::new().await;
    let seen = desk
        .run(&["init", "--config", "conf/config.toml"], "")
        .await;
    assert_eq!(seen.code, 2, "{}", seen.text);
    assert!(
        seen.text.contains("--address and --password-file"),
        "{}",
        seen.text
    );
    assert!(!desk.path("conf").exists(), "nothing was written");
    let seen = desk
        .init(&["--address", "no address", "--password-file", "-"], "x\n")
        .await;
    assert_eq!(seen.code, 2, "{}", seen.text);
    desk.sandbox.stop().await;
}

#[tokio::test]
async fn a_known_provider_is_filled_in_and_a_file_of_ones_own_is_referred_to() {
    let desk = Desk::new().await;
    fs::write(desk.path("secret"), SECRET).expect("written");
    fs::set_permissions(desk.path("secret"), fs::Permissions::from_mode(0o600)).expect("set");
    let words = [
        "init",
        "--json",
        "--no-check",
        "--config",
        "conf/config.toml",
        "--address",
        "lunch.acme@icloud.com",
        "--mode",
        "shared",
        "--operator",
        "ana@example.com",
        "--password-file",
        "secret",
        "--name",
        "Lunch \"Acme\"",
        "--timezone",
        "Europe/Amsterdam",
    ];
    let seen = desk.run(&words, "").await;
    assert_eq!(seen.code, 0, "{}", seen.text);
    let json: Value = serde_json::from_str(&seen.text).expect("JSON");
    assert_eq!(json["ok"], true);
    assert_eq!(json["password_file"], Value::Null);
    let config = postlunch::config::Config::load(&desk.path("conf/config.toml")).expect("usable");
    assert_eq!(config.imap.login.host, "imap.mail.me.com");
    let smtp = &config.smtp.login;
    assert_eq!((smtp.host.as_str(), smtp.port), ("smtp.mail.me.com", 587));
    assert_eq!(config.mail.name.as_str(), "Lunch \"Acme\"");
    assert_eq!(config.lunch.timezone.name(), "Europe/Amsterdam");
    assert!(config.warnings.is_empty(), "{:?}", config.warnings);
    desk.sandbox.stop().await;
}

/// Reads what a terminal shows until these words come, and then types.
async fn answer(child: &mut tokio::process::Child, shown: &mut String, wanted: &str, typed: &str) {
    let from = shown.len();
    let out = child.stdout.as_mut().expect("piped");
    let reading = async {
        let mut octets = [0; 4096];
        while !shown.get(from..).unwrap_or_default().contains(wanted) {
            let length = out.read(&mut octets).await.expect("readable");
            assert!(length > 0, "it ended before {wanted:?}: {shown}");
            shown.push_str(&String::from_utf8_lossy(&octets[..length]));
        }
    };
    if timeout(SOON, reading).await.is_err() {
        panic!("{wanted:?} was never shown: {shown}");
    }
    // The echo is switched off between the question and the reading.
    sleep(Duration::from_millis(300)).await;
    let stdin = child.stdin.as_mut().expect("piped");
    stdin.write_all(typed.as_bytes()).await.expect("typed");
    stdin.flush().await.expect("typed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_a_terminal_it_asks_and_shows_no_password() {
    let desk = Desk::new().await;
    let program = env!("CARGO_BIN_EXE_postlunch");
    let servers = desk.servers().join(" ");
    let line = format!("'{program}' init --config conf/config.toml {servers}");
    let mut command = desk.command("script");
    command
        .args(["-qec", &line, "/dev/null"])
        .env("SHELL", "/bin/sh");
    let mut child = command.spawn().expect("script runs (util-linux)");
    let mut shown = String::new();
    answer(&mut child, &mut shown, "Mail address", "lunch\n").await;
    answer(
        &mut child,
        &mut shown,
        "it has no '@'",
        "lunch@example.com\n",
    )
    .await;
    answer(&mut child, &mut shown, "1 or 2 [1]", "\n").await;
    answer(
        &mut child,
        &mut shown,
        "Your own address",
        "ana@example.com\n",
    )
    .await;
    answer(&mut child, &mut shown, "not shown", "guess\n").await;
    answer(&mut child, &mut shown, "Type the password anew?", "y\n").await;
    answer(&mut child, &mut shown, "Password", &format!("{SECRET}\n")).await;
    answer(&mut child, &mut shown, "Rehearse now", "n\n").await;
    let out = child.stdout.take();
    let ended = timeout(SOON, child.wait())
        .await
        .expect("in time")
        .expect("ends");
    drop(out);
    assert_eq!(ended.code(), Some(0), "{shown}");
    assert!(
        !shown.contains(SECRET) && !shown.contains("guess"),
        "{shown}"
    );
    assert!(
        shown.contains("invite --from 'Ana <ana@example.com>'"),
        "{shown}"
    );
    let written = fs::read_to_string(desk.path("conf/imap-password")).expect("written");
    assert_eq!(written.trim(), SECRET);
    assert_eq!(mode(&desk.path("conf/imap-password")), 0o600);
    let config = postlunch::config::Config::load(&desk.path("conf/config.toml")).expect("usable");
    assert_eq!(config.operator.address.as_str(), "ana@example.com");
    desk.sandbox.stop().await;
}
