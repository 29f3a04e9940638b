//! The program as somebody meets it at a terminal: its words, its exit codes, never a panic.
//!
//! Each story runs the built binary. Servers are sandboxes on loopback; every wait is bounded.

use postlunch::sandbox::{Sandbox, SandboxOptions};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

const SOON: Duration = Duration::from_secs(60);

struct Seen {
    code: i32,
    out: String,
    err: String,
}

impl Seen {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e} in {}", self.out))
    }
}

/// A folder to run in, which is its own home and holds what the story puts there.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn put(&self, name: &str, octets: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, octets).expect("written");
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_postlunch"));
        command
            .args(words)
            .current_dir(self.0.path())
            .env_clear()
            .env("HOME", self.0.path())
            .env("TZ", "UTC")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    async fn run(&self, words: &[&str]) -> Seen {
        self.run_with(words, b"").await
    }

    async fn run_with(&self, words: &[&str], input: &[u8]) -> Seen {
        let mut child = self
            .command(words)
            .stdin(Stdio::piped())
            .spawn()
            .expect("starts");
        let mut stdin = child.stdin.take().expect("piped");
        let _ = stdin.write_all(input).await; // a command that reads nothing may be gone
        drop(stdin);
        let output = timeout(SOON, child.wait_with_output()).await;
        let output = output.expect("ends in time").expect("runs");
        let seen = Seen {
            code: output.status.code().expect("an exit code"),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        assert!(!seen.err.contains("panicked"), "{words:?}: {}", seen.err);
        assert!(
            seen.code != 70 && seen.code != 101,
            "{words:?}: {}",
            seen.err
        );
        seen
    }

    /// A configuration for a sandbox, as `config.toml`, where the program looks for one.
    fn configure(&self, imap: u16, smtp: u16, password: &str) {
        let text = format!(
            "[mail]\naddress = \"lunch@example.com\"\n\
             [operator]\naddress = \"ops@example.com\"\n\
             [imap]\nhost = \"127.0.0.1\"\nport = {imap}\nsecurity = \"none\"\npassword = \"{password}\"\n\
             [smtp]\nport = {smtp}\nsecurity = \"none\"\n\
             [store]\npath = \"store\"\n\
             [lunch]\ntimezone = \"Europe/Amsterdam\"\n\
             [control]\nsocket = \"control.sock\"\n"
        );
        self.put("config.toml", text);
    }
}

const ANSWER: &str = "From: Ben <ben@example.com>\r\n\
    To: Lunch <lunch@example.com>\r\n\
    Subject: Re: One on one peer review feedback lunch: Ben & Ana\r\n\
    Message-ID: <yes@example.com>\r\n\
    \r\n\
    Yes, happy to!\r\n\
    \r\n\
    On Mon, 5 Jan 2026 at 09:00, Ana wrote:\r\n\
    > Shall we have lunch? Answer \"no thanks\" and that is that.\r\n";

async fn sandbox() -> Sandbox {
    let options = SandboxOptions::with_accounts(&[
        ("lunch@example.com", "secret"),
        ("ana@example.com", "secret"),
        ("ben@example.com", "secret"),
    ]);
    Sandbox::start(options).await.expect("starts")
}

#[tokio::test]
async fn the_first_screen_is_short_and_names_the_exit_codes() {
    let desk = Desk::new();
    let seen = desk.run(&["--help"]).await;
    assert_eq!(seen.code, 0);
    for shown in [
        "demo", "init", "check", "run", "invite", "status", "explain", "preview", "78",
    ] {
        assert!(seen.out.contains(shown), "{shown} in {}", seen.out);
    }
    for hidden in ["\n  clock", "\n  pairing", "\n  hold", "\n  help"] {
        assert!(!seen.out.contains(hidden), "{hidden} in {}", seen.out);
    }
    let all = desk.run(&["help", "--all"]).await;
    assert_eq!(all.code, 0);
    for shown in ["clock advance", "pairing end", "summary", "resume"] {
        assert!(all.out.contains(shown), "{shown} in {}", all.out);
    }
    let page = desk.run(&["help", "pairing", "pause"]).await;
    assert!(page.out.contains("--until"), "{}", page.out);
    let bare = desk.run(&[]).await;
    assert_eq!(bare.code, 2);
}

#[tokio::test]
async fn wrong_words_are_told_with_what_would_be_right() {
    let desk = Desk::new();
    for (words, told) in [
        (&["--frob"][..], "--frob"),
        (&["frob"], "frob"),
        (&["help", "frob"], "frob"),
        (&["explain"], "FILE"),
        (&["explain", "--answering", "letter", "x"], "followup"),
        (
            &["explain", "--now", "tomorrow", "x"],
            "2026-01-05T09:00:00Z",
        ),
        (&["clock", "advance", "soon"], "14d"),
        (&["clock", "advance", "500ms"], "second"),
        (
            &["invite", "--from", "Ana", "--to", "ben@example.com"],
            "'@'",
        ),
        (&["invite", "--from", "ana@example.com"], "--to"),
        (
            &["pairing", "pause", "3", "--until", "January"],
            "2026-01-07",
        ),
        (&["run", "--recipients", "ana@example.com"], "--rehearsal"),
        (&["preview", "poem"], "--list"),
        (&["explain", "--jsonl", ".", "x"], "--jsonl"),
    ] {
        let seen = desk.run(words).await;
        assert_eq!(seen.code, 2, "{words:?}: {}", seen.err);
        assert!(seen.err.contains(told), "{words:?}: {}", seen.err);
    }
}

#[tokio::test]
async fn without_a_configuration_the_places_are_told() {
    let desk = Desk::new();
    let named = desk.run(&["status", "--config", "gone.toml"]).await;
    assert_eq!(named.code, 78);
    assert!(named.err.contains("gone.toml"), "{}", named.err);
    if !Path::new("/etc/postlunch/config.toml").exists() {
        let seen = desk.run(&["status"]).await;
        assert_eq!(seen.code, 78);
        for place in [
            "postlunch.toml",
            ".config/postlunch",
            "/etc/postlunch",
            "--config",
        ] {
            assert!(seen.err.contains(place), "{place} in {}", seen.err);
        }
    }
}

#[tokio::test]
async fn a_mistaken_configuration_needs_a_person() {
    let desk = Desk::new();
    desk.put("config.toml", "[mail]\nadress = \"lunch@example.com\"\n");
    for words in [&["status"][..], &["run"], &["check"], &["check", "--json"]] {
        let seen = desk.run(words).await;
        assert_eq!(seen.code, 78, "{words:?}: {}", seen.err);
        let told = format!("{}{}", seen.err, seen.out);
        assert!(told.contains("adress"), "{words:?}: {told}");
    }
    let json = desk.run(&["check", "--json"]).await.json();
    assert_eq!(json["ok"], false);
}

#[tokio::test]
async fn without_a_daemon_the_way_to_one_is_told() {
    let desk = Desk::new();
    desk.configure(1, 1, "secret");
    for words in [
        &["pairing", "list", "--json"][..],
        &["clock", "show"],
        &["summary", "--dry-run"],
    ] {
        let seen = desk.run(words).await;
        assert_eq!(seen.code, 1, "{words:?}: {}", seen.err);
        assert!(
            seen.err.contains("`postlunch run`"),
            "{words:?}: {}",
            seen.err
        );
    }
}

#[tokio::test]
async fn a_mail_is_explained_wherever_the_options_stand() {
    let desk = Desk::new();
    desk.put("yes.eml", ANSWER);
    let now = "2026-01-06T10:00:00Z";
    let before = desk
        .run(&[
            "explain",
            "--json",
            "--answering",
            "invitation",
            "--now",
            now,
            "yes.eml",
        ])
        .await;
    assert_eq!(before.code, 0, "{}", before.err);
    let object = before.json();
    assert_eq!(object["kind"], "accept");
    assert_eq!(object["from"], "ben@example.com");
    assert_eq!(object["message_id"], "yes@example.com");
    assert_eq!(object["reply_text"], "Yes, happy to!");
    let after = desk
        .run(&[
            "explain",
            "yes.eml",
            "--now",
            now,
            "--in-reply-to-kind",
            "invite",
            "--json",
        ])
        .await;
    assert_eq!(after.json(), object);
    let words = [
        "explain",
        "-",
        "--json",
        "--answering",
        "invitation",
        "--now",
        now,
    ];
    let piped = desk.run_with(&words, ANSWER.as_bytes()).await;
    assert_eq!(piped.json(), object);
    let person = desk.run(&["explain", "yes.eml"]).await;
    assert!(person.out.contains("| Yes, happy to!"), "{}", person.out);
    assert!(person.out.contains("Verdict  accept"), "{}", person.out);
    assert!(!person.out.contains("| >"), "{}", person.out);
}

/// An answer as a phone sends it: own words, a signature, a quote.
const DRESSED: &str = "From: Ben <ben@example.com>\nSubject: Re: Lunch\nContent-Type: text/plain; charset=utf-8\n\nSure, let us try it once. Rain or shine.\n\nBest,\nBen\n\nOn Tue, 6 Jan 2026 at 09:00, Ana <lunch@example.com> wrote:\n\n> Hi Ben,\n> no thanks is a fine answer.\n";

#[tokio::test]
async fn a_person_sees_whose_words_are_whose_and_what_hangs_on_them() {
    let desk = Desk::new();
    desk.put("mail.eml", DRESSED);
    let seen = desk.run(&["explain", "mail.eml"]).await;
    assert_eq!(seen.code, 0, "{}", seen.err);
    let rows: Vec<&str> = seen.out.lines().collect();
    for row in [
        "From     Ben <ben@example.com>",
        "  | newly written   > quoted   : introduces a quote   ~ signature or banner",
        "  | Sure, let us try it once. Rain or shine.",
        "  ~ Best,",
        "  ~ Ben",
        "  : On Tue, 6 Jan 2026 at 09:00, Ana <lunch@example.com> wrote:",
        "  > no thanks is a fine answer.",
        "Verdict  accept",
        "         A yes.",
        "           once, to try it",
        "Because  a yes",
    ] {
        assert!(rows.contains(&row), "{row} in\n{}", seen.out);
    }
    let hangs = "- without “Sure, let us try it once.” it would be unclear";
    assert!(seen.out.contains(hangs), "{}", seen.out);
    assert!(
        rows.iter().all(|row| row.chars().count() <= 80),
        "{}",
        seen.out
    );
}

#[tokio::test]
async fn colours_come_where_they_are_asked_for() {
    let desk = Desk::new();
    desk.put("mail.eml", DRESSED);
    let own = "\x1b[32mSure, let us try it once. Rain or shine.\x1b[0m";
    let always = ["explain", "mail.eml", "--color", "always"];
    let seen = desk.run(&always).await;
    assert!(seen.out.contains(own), "{}", seen.out);
    assert!(!seen.out.contains("  | "), "{}", seen.out);
    // Asked for by name, they come even so.
    let mut command = desk.command(&always);
    let asked = command
        .env("NO_COLOR", "1")
        .output()
        .await
        .expect("it runs");
    assert!(String::from_utf8_lossy(&asked.stdout).contains(own));
    for words in [
        vec!["explain", "mail.eml"],
        vec!["explain", "--color", "auto", "mail.eml"],
        vec!["explain", "--color=never", "mail.eml"],
    ] {
        let seen = desk.run(&words).await;
        assert!(!seen.out.contains('\x1b'), "{words:?}: {}", seen.out);
        assert!(seen.out.contains("  | Sure"), "{words:?}: {}", seen.out);
    }
    // On a terminal, unless NO_COLOR is set to anything.
    let program = env!("CARGO_BIN_EXE_postlunch");
    for (no_color, coloured) in [("", true), ("1", false)] {
        let line = format!("{program} explain mail.eml");
        let mut command = Command::new("script");
        command.args(["-qec", &line, "/dev/null"]);
        command.current_dir(desk.0.path()).env("TERM", "xterm");
        command.env("NO_COLOR", no_color).stdin(Stdio::null());
        let Ok(seen) = command.output().await else {
            continue; // this machine has no `script`
        };
        let out = String::from_utf8_lossy(&seen.stdout);
        assert_eq!(out.contains(own), coloured, "NO_COLOR={no_color:?}: {out}");
    }
}

#[tokio::test]
async fn where_the_words_came_from_is_said() {
    let desk = Desk::new();
    let head = "From: ben@example.com\nMIME-Version: 1.0\n";
    let html =
        format!("{head}Subject: Re: x\nContent-Type: text/html\n\n<p>Yes, <b>gladly</b></p>");
    desk.put("html.eml", html);
    let seen = desk.run(&["explain", "html.eml"]).await;
    assert!(seen.out.contains("taken from the HTML"), "{}", seen.out);
    assert!(seen.out.contains("  | Yes, gladly"), "{}", seen.out);
    desk.put("subject.eml", format!("{head}Subject: Yes please\n\n\n"));
    let seen = desk.run(&["explain", "subject.eml"]).await;
    assert!(seen.out.contains("taken from the subject"), "{}", seen.out);
    assert!(seen.out.contains("(an empty body)"), "{}", seen.out);
    let bounce = "From: MAILER-DAEMON@example.com\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: text/plain\n\nNot delivered\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; example.com\n\nFinal-Recipient: rfc822; cara@example.com\nAction: failed\nStatus: 5.1.1\n--b--\n";
    desk.put("bounce.eml", bounce);
    let seen = desk.run(&["explain", "bounce.eml"]).await;
    assert!(seen.out.contains("A program wrote this"), "{}", seen.out);
    assert!(seen.out.contains("to cara@example.com"), "{}", seen.out);
    assert!(!seen.out.contains("  | "), "{}", seen.out);
}

#[tokio::test]
async fn notes_are_shown_under_their_prompts() {
    let desk = Desk::new();
    let quoted = "> 1. Ana's best moment since you last met\n\nThe demo.\n\n> 2. Ana's worst moment since you last met: the retro\n> 3. Ana's focus: what helps or hinders?\n\n";
    let head = "From: ben@example.com\nSubject: Re: your notes\n\n";
    desk.put("notes.eml", format!("{head}{quoted}"));
    let seen = desk.run(&["explain", "notes.eml"]).await;
    let expected = "\
Verdict  notes
         Notes after a lunch:
           1. Best moment
             The demo.
           2. Worst moment
             the retro
           3. Focused improvement point: nothing
";
    assert!(seen.out.contains(expected), "{}", seen.out);
    assert!(seen.out.contains("\n  | the retro\n"), "{}", seen.out);
}

#[tokio::test]
async fn text_without_a_header_is_read_as_the_mails_text() {
    let desk = Desk::new();
    desk.put("yes.txt", "Yes, gladly!\n\nBen\n");
    let seen = desk.run(&["explain", "yes.txt"]).await;
    assert!(seen.out.contains("there is no header"), "{}", seen.out);
    assert!(seen.out.contains("Verdict  accept"), "{}", seen.out);
}

#[tokio::test]
async fn words_under_no_prompt_come_first_and_no_prompt_is_called_empty() {
    let desk = Desk::new();
    let words = "We sat outside for once and she told me how the move went. A good hour.";
    desk.put("notes.txt", words);
    let seen = desk
        .run(&["explain", "--answering", "followup", "notes.txt"])
        .await;
    let (_, verdict) = seen
        .out
        .split_once("Notes after a lunch:\n")
        .expect("notes");
    let first = verdict.lines().next().unwrap_or_default();
    assert!(first.contains("Under no prompt"), "{}", seen.out);
    assert!(!verdict.contains(": nothing"), "{}", seen.out);
}

#[tokio::test]
async fn a_letter_of_ours_is_known_as_a_quote_where_it_is_given() {
    let desk = Desk::new();
    let sent = desk.run(&["preview", "invitation", "--eml"]).await;
    desk.put("sent.eml", &sent.out);
    let shown = desk.run(&["preview", "invitation", "--text"]).await;
    let (_, body) = shown.out.split_once("\n\n").expect("a head");
    // Answered inside our letter, and no mark on any line of it.
    let head = "From: ben@example.com\nSubject: Re: Lunch\n\nGladly, count me in.\n\n";
    desk.put("reply.eml", format!("{head}{body}"));
    let ours = "Focused improvement point";
    let own_words = |seen: &Seen| seen.json()["reply_text"].to_string();
    let without = desk.run(&["explain", "--json", "reply.eml"]).await;
    // Its fixed sentences are known even so.
    assert!(!own_words(&without).contains(ours), "{}", without.out);
    assert!(own_words(&without).contains("Gladly"), "{}", without.out);
    let words = ["explain", "--json", "reply.eml", "--original", "sent.eml"];
    let with = desk.run(&words).await;
    assert!(own_words(&with).contains("Gladly"), "{}", with.out);
    assert!(!own_words(&with).contains(ours), "{}", with.out);
}

#[tokio::test]
async fn any_bytes_are_readable() {
    let desk = Desk::new();
    let junk: Vec<u8> = (0..20_000_u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    let deep = "Content-Type: multipart/mixed; boundary=b\n\n--b\n".repeat(3000);
    for (name, octets) in [
        ("empty.eml", Vec::new()),
        ("junk.bin", junk),
        ("nul.eml", vec![0; 5000]),
        ("deep.eml", deep.into_bytes()),
        ("yes.eml", ANSWER.as_bytes().to_vec()),
        ("no-body.eml", b"Subject: \xff\xfe".to_vec()),
    ] {
        desk.put(&format!("mails/{name}"), &octets);
        let path = format!("mails/{name}");
        let seen = desk.run(&["explain", "--json", &path]).await;
        assert_eq!(seen.code, 0, "{name}: {}", seen.err);
        assert!(seen.json()["kind"].is_string(), "{name}");
        let person = desk.run(&["explain", &path]).await;
        assert_eq!(person.code, 0, "{name}: {}", person.err);
        assert!(
            !person.out.contains('\0'),
            "{name} reaches the terminal raw"
        );
    }
    std::os::unix::fs::symlink("nowhere", desk.path("mails/lost.eml")).expect("linked");
    fs::create_dir(desk.path("mails/folder")).expect("made");
    // Opening it would wait for a writer for ever, but for the look at what it is.
    let piped = Command::new("mkfifo").arg(desk.path("mails/pipe")).status();
    assert!(piped.await.expect("mkfifo runs").success());
    let seen = desk.run(&["explain", "--jsonl", "mails"]).await;
    assert_eq!(seen.code, 0, "{}", seen.err);
    let mut names = Vec::new();
    for line in seen.out.lines() {
        assert!(line.starts_with("{\"file\":"), "{line}");
        let object: Value = serde_json::from_str(line).expect("one object a line");
        for field in [
            "kind",
            "acts",
            "reason",
            "reply_text",
            "notes",
            "calendar",
            "bounce",
        ] {
            assert!(object.get(field).is_some(), "{field} in {line}");
        }
        names.push(object["file"].as_str().expect("a name").to_owned());
        if object["file"] == "lost.eml" || object["file"] == "pipe" {
            assert_eq!(object["kind"], "other");
            assert!(
                object["reason"]
                    .as_str()
                    .is_some_and(|r| r.contains("cannot be read"))
            );
        }
    }
    let expected = [
        "deep.eml",
        "empty.eml",
        "junk.bin",
        "lost.eml",
        "no-body.eml",
        "nul.eml",
        "pipe",
        "yes.eml",
    ];
    assert_eq!(names, expected);
    let folder = desk.run(&["explain", "mails"]).await;
    assert_eq!(folder.code, 1);
    assert!(folder.err.contains("--jsonl"), "{}", folder.err);
    let missing = desk.run(&["explain", "gone.eml"]).await;
    assert_eq!(missing.code, 1);
    assert!(missing.err.contains("gone.eml"), "{}", missing.err);
    let missing = desk.run(&["explain", "--jsonl", "gone"]).await;
    assert_eq!(missing.code, 1);
}

#[tokio::test]
async fn every_letter_can_be_looked_at() {
    let desk = Desk::new();
    let list = desk.run(&["preview", "--list"]).await;
    let kinds: Vec<&str> = list.out.lines().collect();
    assert!(
        kinds.len() > 10 && kinds.contains(&"invitation"),
        "{}",
        list.out
    );
    for kind in ["invitation", "followup", "exchange", "summary"] {
        assert!(kinds.contains(&kind), "{kind} in {}", list.out);
        for (form, part) in [
            ("--text", "Subject: "),
            ("--html", "<html"),
            ("--eml", "MIME-Version: 1.0"),
        ] {
            let seen = desk.run(&["preview", kind, form]).await;
            assert_eq!(seen.code, 0, "{kind} {form}: {}", seen.err);
            assert!(seen.out.contains(part), "{kind} {form}: {}", seen.out);
        }
    }
    let json = desk.run(&["preview", "--list", "--json"]).await.json();
    assert_eq!(json.as_array().map(Vec::len), Some(kinds.len()));
}

#[tokio::test]
async fn a_bad_template_is_told_with_its_place() {
    let desk = Desk::new();
    desk.configure(1, 1, "secret");
    let config = fs::read_to_string(desk.path("config.toml")).expect("there");
    desk.put(
        "config.toml",
        format!("{config}[templates]\npath = \"letters\"\n"),
    );
    desk.put("letters/.hidden.txt", "not a letter");
    desk.put("letters/en/invitation.txt~", "not a letter either");
    let seen = desk.run(&["preview", "--check"]).await;
    assert_eq!(seen.code, 0, "{}", seen.err);
    desk.put(
        "letters/en/invitation.txt",
        "subject: Lunch\n\nCome or else.\n",
    );
    let seen = desk.run(&["preview", "--check"]).await;
    assert_eq!(seen.code, 78, "{}", seen.out);
    let place = desk.path("letters/en/invitation.txt, line 3: ");
    let place = place.display().to_string();
    for part in [
        place.as_str(),
        "Come or else.",
        "^^^^",
        "\"no thanks\" is missing",
        "Add a line",
    ] {
        assert!(seen.err.contains(part), "{part} in {}", seen.err);
    }
    for words in [
        &["preview", "reminder"][..],
        &["preview", "--coming", "9d"],
        &["run"],
    ] {
        let seen = desk.run(words).await;
        assert_eq!(
            seen.code, 78,
            "what run would refuse, preview refuses: {}",
            seen.out
        );
        assert!(seen.err.contains(&place), "{}", seen.err);
    }
    desk.put("letters/en/reminder.txt", "subject: x\n\n{{ nobody }}\n");
    let seen = desk.run(&["preview", "--check"]).await;
    let second = desk.path("letters/en/reminder.txt, line 3: undefined value");
    for place in [&place, &second.display().to_string()] {
        assert!(seen.err.contains(place), "both at once: {}", seen.err);
    }
    fs::remove_file(desk.path("letters/en/reminder.txt")).expect("gone");
    let own = "subject: Lunch, {{ you }}?\n\nShall we, {{ you }}? {{ other }}\n\n! Yes\n! No thanks\n\n-- \nReply \"stop\" and nothing comes again.\n";
    desk.put("letters/en/invitation.txt", own);
    let seen = desk.run(&["preview", "--check"]).await;
    assert!(
        seen.out.contains("1 letters of your own, all usable"),
        "{}{}",
        seen.out,
        seen.err
    );
    let seen = desk.run(&["preview", "invitation"]).await;
    assert!(seen.out.contains("Shall we, Ben? Ana"), "{}", seen.out);
}

#[tokio::test]
async fn letters_are_put_into_a_folder_and_opened_in_the_browser() {
    let desk = Desk::new();
    let kinds = desk.run(&["preview", "--list"]).await.out;
    let seen = desk.run(&["preview", "all", "--into", "out"]).await;
    assert_eq!(seen.code, 0, "{}", seen.err);
    assert!(seen.out.contains("out/index.html"), "{}", seen.out);
    let index = fs::read_to_string(desk.path("out/index.html")).expect("a page");
    for kind in kinds.lines() {
        assert!(index.contains(&format!("src=\"{kind}.html\"")), "{kind}");
        for ending in ["html", "txt", "eml"] {
            let file = desk.path(&format!("out/{kind}.{ending}"));
            let length = fs::metadata(&file).expect("there").len();
            assert!(length > 100, "{}", file.display());
        }
    }
    // A browser that only notes down what it was given.
    desk.put("browser", "#!/bin/sh\necho \"$1\" > \"$HOME/opened\"\n");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    fs::set_permissions(desk.path("browser"), mode).expect("set");
    let output = desk
        .command(&["preview", "reminder", "--open"])
        .env("BROWSER", desk.path("browser"))
        .env("TMPDIR", desk.path(""))
        .output();
    let output = timeout(SOON, output).await.expect("in time").expect("runs");
    let told = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    assert!(told.ends_with("/reminder.html"), "{told}");
    for _ in 0..400 {
        if fs::read_to_string(desk.path("opened")).is_ok_and(|opened| opened.trim() == told) {
            break;
        }
        sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(
        fs::read_to_string(desk.path("opened"))
            .expect("opened")
            .trim(),
        told
    );
    let folder = Path::new(&told).parent().expect("a folder");
    let mode = fs::metadata(folder).expect("there").permissions();
    let mode = std::os::unix::fs::PermissionsExt::mode(&mode);
    assert_eq!(mode & 0o777, 0o700, "nobody else looks into it");
    let seen = desk.run(&["preview", "all", "--html"]).await;
    assert!(
        seen.code != 0 && seen.err.contains("--into"),
        "{}",
        seen.err
    );
}

#[tokio::test]
async fn letters_are_shown_as_the_configured_mailbox_sends_them() {
    let desk = Desk::new();
    let seen = desk.run(&["preview", "invitation"]).await;
    assert!(
        seen.out
            .starts_with("From: Ana via Lunch <lunch@example.com>\n"),
        "{}",
        seen.out
    );
    let seen = desk.run(&["preview", "invitation", "--personal"]).await;
    assert!(
        seen.out.starts_with("From: Ana <ana@example.com>\n"),
        "{}",
        seen.out
    );
    assert!(
        seen.out.contains("A program in my own mailbox"),
        "{}",
        seen.out
    );
    desk.put(
        "config.toml",
        "[mail]\naddress = \"ana@example.com\"\nname = \"Ana\"\nmode = \"personal\"\n\
         [imap]\nhost = \"127.0.0.1\"\nport = 1\nsecurity = \"none\"\npassword = \"x\"\n\
         [smtp]\nport = 1\nsecurity = \"none\"\n",
    );
    for kind in ["invitation", "all"] {
        let seen = desk.run(&["preview", kind]).await;
        assert_eq!(seen.code, 0, "{}", seen.err);
        assert!(
            seen.out.contains("From: Ana <ana@example.com>\n"),
            "{}",
            seen.out
        );
        assert!(!seen.out.contains(" via "), "{}", seen.out);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_to_come_is_told_without_a_daemon_too() {
    let sandbox = sandbox().await;
    let desk = Desk::new();
    desk.configure(sandbox.imap_port(), sandbox.smtp_port(), "secret");
    let seen = desk.run(&["preview", "--coming", "60d"]).await;
    assert_eq!(seen.code, 0, "{}", seen.err);
    assert!(
        seen.out.contains("No mail would go out until"),
        "{}",
        seen.out
    );
    assert!(seen.out.contains("No daemon runs"), "{}", seen.out);
    assert!(!desk.path("store").exists(), "looking makes no store");

    let mut command = desk.command(&["run"]);
    command.stdout(Stdio::null()).stderr(Stdio::inherit());
    let mut daemon = command.spawn().expect("starts");
    answering(&desk, &mut daemon).await;
    let words = [
        "invite",
        "--from",
        "Ana <ana@example.com>",
        "--to",
        "Ben <ben@example.com>",
    ];
    let seen = desk.run(&words).await;
    assert_eq!(seen.code, 0, "{}{}", seen.out, seen.err);
    for _ in 0..400 {
        if desk.run(&["status", "--json"]).await.json()["accepted"] == 1 {
            break;
        }
        sleep(Duration::from_millis(50)).await;
    }
    let with = desk
        .run(&["preview", "--coming", "60d", "--json"])
        .await
        .json();
    let id = daemon.id().expect("running").to_string();
    let told = Command::new("kill").args(["-TERM", &id]).status().await;
    assert!(told.expect("kill runs").success());
    timeout(SOON, daemon.wait())
        .await
        .expect("ends in time")
        .expect("an end");

    let without = desk
        .run(&["preview", "--coming", "60d", "--json"])
        .await
        .json();
    assert_eq!(
        (&with["daemon"], &without["daemon"]),
        (&true.into(), &false.into())
    );
    assert_eq!(with["mails"], without["mails"]);
    let seen = desk.run(&["preview", "--coming", "60d"]).await;
    for part in [
        "invitation-reminder",
        "notice-lapsed",
        "ben@example.com",
        "2 mails to 2 people until",
        "nobody answers",
    ] {
        assert!(seen.out.contains(part), "{part}: {}", seen.out);
    }
    for bad in ["soon", "401d", "-1d"] {
        let seen = desk.run(&["preview", "--coming", bad]).await;
        assert!(
            seen.code != 0 && !seen.err.is_empty(),
            "{bad}: {}",
            seen.out
        );
    }
    assert_eq!(sandbox.delivered().len(), 1, "looking sends nothing");
    sandbox.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn check_proves_a_configuration_and_preview_sends_a_letter() {
    let sandbox = sandbox().await;
    let desk = Desk::new();
    desk.configure(sandbox.imap_port(), sandbox.smtp_port(), "secret");
    let seen = desk.run(&["check"]).await;
    assert_eq!(seen.code, 0, "{}{}", seen.out, seen.err);
    assert!(seen.out.contains("logged in at 127.0.0.1"), "{}", seen.out);
    let json = desk.run(&["check", "--json"]).await.json();
    assert_eq!(json["ok"], true);
    let trips = sandbox.delivered().len();
    assert_eq!(trips, 2, "one mail for each check, to itself");
    assert!(sandbox.mailbox("lunch@example.com", "INBOX").is_empty());
    assert_eq!(desk.run(&["check", "--no-mail"]).await.code, 0);
    assert_eq!(sandbox.delivered().len(), trips);
    let seen = desk
        .run(&["preview", "invitation", "--send", "ana@example.com"])
        .await;
    assert_eq!(seen.code, 0, "{}", seen.err);
    let got = sandbox.mailbox("ana@example.com", "INBOX");
    assert_eq!(got.len(), 1);
    let text = String::from_utf8_lossy(&got[0].bytes).into_owned();
    assert!(text.contains("Reply-To: lunch@example.com"), "{text}");
    desk.configure(sandbox.imap_port(), sandbox.smtp_port(), "guess");
    let seen = desk.run(&["check"]).await;
    assert_eq!(seen.code, 1);
    assert!(
        seen.out.contains("WRONG") && seen.out.contains("->"),
        "{}",
        seen.out
    );
    assert!(!seen.out.contains("guess"), "{}", seen.out);
    sandbox.stop().await;
}

/// The names of what `check` finds amiss.
async fn amiss(desk: &Desk, file: &str) -> Vec<String> {
    let seen = desk
        .run(&["check", "--json", "--no-mail", "--config", file])
        .await;
    let json = seen.json();
    let findings = json["findings"].as_array().expect("findings");
    let codes = findings
        .iter()
        .filter_map(|finding| finding["code"].as_str())
        // The password stands in the file, for everybody to read.
        .filter(|code| *code != "configuration-doubtful");
    codes.map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn check_tells_its_own_daemon_from_a_second_one() {
    let sandbox = sandbox().await;
    let desk = Desk::new();
    desk.configure(sandbox.imap_port(), sandbox.smtp_port(), "secret");
    let mut daemon = desk.command(&["run"]).spawn().expect("starts");
    answering(&desk, &mut daemon).await;
    assert!(
        amiss(&desk, "config.toml").await.is_empty(),
        "all is well while it runs"
    );
    let text = fs::read_to_string(desk.path("config.toml")).expect("there");
    // The same store under another socket: nobody answers there, and the store is taken.
    desk.put(
        "other-socket.toml",
        text.replace("control.sock", "other.sock"),
    );
    assert_eq!(
        amiss(&desk, "other-socket.toml").await,
        ["second-daemon", "no-daemon"]
    );
    // The same socket over another store: what answers is another one's daemon.
    desk.put(
        "other-store.toml",
        text.replace("path = \"store\"", "path = \"other\""),
    );
    let found = amiss(&desk, "other-store.toml").await;
    assert!(found.contains(&"other-daemon".to_owned()), "{found:?}");
    daemon.kill().await.expect("ends");
    sandbox.stop().await;
}

#[tokio::test]
async fn check_names_a_folder_that_its_user_may_not_write_to() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    desk.configure(1, 1, "secret");
    // Nobody in particular: the owner of the folder keeps it to itself, unless that is who tests.
    let closed = desk.path("closed");
    fs::create_dir(&closed).expect("made");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o555)).expect("set");
    fs::set_permissions(desk.0.path(), fs::Permissions::from_mode(0o755)).expect("set");
    let text = fs::read_to_string(desk.path("config.toml")).expect("there");
    desk.put(
        "config.toml",
        text.replace("path = \"store\"", "path = \"closed/store\""),
    );
    let mut command = desk.command(&["check", "--json", "--no-mail"]);
    let is_root = fs::write(closed.join("trial"), "").is_ok();
    if is_root {
        // The program itself lies where that user may not look.
        let program = desk.path("postlunch");
        fs::copy(env!("CARGO_BIN_EXE_postlunch"), &program).expect("copied");
        command = Command::new(&program);
        command
            .args(["check", "--json", "--no-mail"])
            .current_dir(desk.0.path());
        command.stdin(Stdio::null()).uid(65_534).gid(65_534);
    }
    let output = timeout(SOON, command.output())
        .await
        .expect("in time")
        .expect("runs");
    let json: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let findings = json["findings"].as_array().expect("findings");
    let found = findings.iter().find(|f| f["code"] == "store-unwritable");
    let found = found.unwrap_or_else(|| panic!("{json:#}"));
    let remedy = found["remedy"].as_str().unwrap_or_default();
    assert!(remedy.contains("give that user the folder"), "{found}");
}

/// Waits until the daemon answers, and fails with what it said if it ends before.
async fn answering(desk: &Desk, daemon: &mut Child) {
    for _ in 0..600 {
        if let Ok(Some(status)) = daemon.try_wait() {
            panic!("the daemon ended with {status}");
        }
        if desk.run(&["status"]).await.code == 0 {
            return;
        }
        sleep(Duration::from_millis(50)).await;
    }
    panic!("the daemon does not answer");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rehearsal_is_driven_from_the_command_line() {
    let sandbox = sandbox().await;
    let desk = Desk::new();
    desk.configure(sandbox.imap_port(), sandbox.smtp_port(), "secret");
    let mut daemon = desk
        .command(&["run", "--rehearsal", "2026-01-05T09:00:00Z"])
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .expect("starts");
    answering(&desk, &mut daemon).await;

    let status = desk.run(&["status"]).await;
    assert!(
        status.out.contains("2026-01-05 09:00 UTC (rehearsal)"),
        "{}",
        status.out
    );
    assert_eq!(
        desk.run(&["status", "--json"]).await.json()["answer"],
        "status"
    );

    let words = [
        "invite",
        "--from",
        "Ana <ana@example.com>",
        "--to",
        "Ben <ben@example.com>",
    ];
    let dry = desk.run(&[&words[..], &["--dry-run"]].concat()).await;
    assert_eq!(dry.code, 0, "{}", dry.err);
    assert!(
        dry.out.contains("Ben & Ana") && dry.out.contains("Nothing was sent."),
        "{}",
        dry.out
    );
    let seen = desk.run(&words).await;
    assert_eq!(seen.code, 0, "{}{}", seen.out, seen.err);
    assert!(
        seen.out
            .contains("One on one peer review feedback lunch: Ben & Ana"),
        "{}",
        seen.out
    );

    let moved = desk
        .run(&["clock", "advance", "7d", "--settle", "100ms"])
        .await;
    assert_eq!(moved.code, 0, "{}{}", moved.out, moved.err);
    assert!(
        moved
            .out
            .contains("The clock shows Mon 2026-01-12 09:00 UTC"),
        "{}",
        moved.out
    );
    let got = sandbox.mailbox("ben@example.com", "INBOX");
    assert_eq!(
        got.len(),
        2,
        "the invitation and its reminder: {}",
        moved.out
    );

    let list = desk.run(&["pairing", "list"]).await;
    assert!(
        list.out.contains("ana@example.com") && list.out.contains("invited"),
        "{}",
        list.out
    );
    let refused = desk.run(&["pairing", "end", "4711"]).await;
    assert_eq!(refused.code, 1, "{}{}", refused.out, refused.err);
    let refused = desk.run(&["pairing", "end", "4711", "--json"]).await;
    assert_eq!(refused.json()["answer"], "refused");
    let second = desk.run(&["run"]).await;
    assert_ne!(
        second.code, 0,
        "one process owns the mailbox's socket and store"
    );

    let id = daemon.id().expect("running").to_string();
    let told = Command::new("kill").args(["-TERM", &id]).status().await;
    assert!(told.expect("kill runs").success());
    let ended = timeout(SOON, daemon.wait()).await.expect("ends in time");
    assert_eq!(ended.expect("an end").code(), Some(0));
    assert!(!desk.path("control.sock").exists());
    sandbox.stop().await;
}

#[test]
fn every_command_that_a_text_names_exists() {
    fn texts(path: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
        for entry in std::fs::read_dir(path).unwrap().flatten() {
            let path = entry.path();
            match path.extension().and_then(|e| e.to_str()) {
                _ if path.is_dir() => texts(&path, found),
                Some("rs" | "txt" | "toml" | "md" | "html") => found.push(path),
                _ => {}
            }
        }
    }
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = vec![root.join("README.md"), root.join("config.example.toml")];
    for folder in ["src", "templates", "docs"] {
        texts(&root.join(folder), &mut files);
    }
    let help = std::process::Command::new(env!("CARGO_BIN_EXE_postlunch"))
        .args(["help", "--all"])
        .output()
        .unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let known: std::collections::BTreeSet<&str> = help.split_whitespace().chain(["help"]).collect();
    let mut named = 0;
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for command in text.split("`postlunch ").skip(1) {
            let words = command
                .split('`')
                .next()
                .unwrap_or_default()
                .split_whitespace();
            let words: Vec<&str> = words.take(2).collect();
            let grouped = matches!(
                words.first(),
                Some(&("pairing" | "person" | "store" | "clock"))
            );
            for word in words.into_iter().take(if grouped { 2 } else { 1 }) {
                if !word.chars().all(|c| c.is_ascii_lowercase()) {
                    continue;
                }
                named += 1;
                assert!(
                    known.contains(word),
                    "{}: `postlunch {word}` does not exist",
                    file.display()
                );
            }
        }
    }
    assert!(named > 20, "only {named} commands named");
}
