//! A small stage for attacks: the sandbox and the daemon in this process, and mail of any shape.
//!
//! What people see is counted in their mailboxes, not taken from the daemon's word.

use chrono::{DateTime, TimeDelta, Utc};
use postlunch::config::{Config, Surroundings};
use postlunch::daemon::ledger::Ledger;
use postlunch::daemon::request::{PairingLine, Reply, Request, Status};
use postlunch::daemon::{Daemon, RunOptions, store_of};
use postlunch::demo::client::Mail;
use postlunch::sandbox::{Sandbox, SandboxOptions};
use postlunch::store::Store;
use std::time::Duration;
use tempfile::TempDir;

/// The daemon's mailbox.
pub const LUNCH: &str = "lunch@example.test";
/// Who invites.
pub const ALICE: &str = "alice@example.test";
/// Who is asked.
pub const BOB: &str = "bob@example.test";
/// A third colleague.
pub const CARA: &str = "cara@example.test";
/// Nobody that the daemon knows.
pub const MALLORY: &str = "mallory@elsewhere.example";

/// Servers, daemon and letterboxes.
pub struct Stage {
    /// The mail server.
    pub sandbox: Sandbox,
    daemon: Option<Daemon>,
    folder: TempDir,
    settings: String,
    sent: u32,
}

impl Stage {
    /// Everything up, on a Monday morning.
    pub async fn set() -> Self {
        Self::set_for(&[], "").await
    }

    /// The same with more colleagues, and more in the configuration's `[policy]`.
    pub async fn set_for(more: &[&str], policy: &str) -> Self {
        let people = [LUNCH, ALICE, BOB, CARA];
        let people = people.iter().chain(more);
        let accounts: Vec<_> = people.map(|address| (*address, "sandbox")).collect();
        let sandbox = Sandbox::start(SandboxOptions::with_accounts(&accounts)).await;
        let sandbox = sandbox.expect("a sandbox");
        let server = |section: &str, port: u16| {
            format!(
                "[{section}]\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"none\"\npassword = \"sandbox\"\n"
            )
        };
        let ceiling = match policy.contains("mails_per_person_per_day") {
            true => "",
            false => "mails_per_person_per_day = 50\n",
        };
        let settings = format!(
            "[mail]\naddress = \"{LUNCH}\"\nname = \"Lunch\"\n\
             [operator]\naddress = \"cleo@example.test\"\ncontact = \"Cleo\"\n{}{}\
             [store]\npath = \"store\"\nkey_file = \"store.key\"\n\
             [lunch]\ntimezone = \"Europe/Berlin\"\n\
             [policy]\n{ceiling}{policy}\n",
            server("imap", sandbox.imap_port()),
            server("smtp", sandbox.smtp_port()),
        );
        let mut stage = Self {
            sandbox,
            daemon: None,
            folder: tempfile::tempdir().expect("a folder"),
            settings,
            sent: 0,
        };
        stage.start().await;
        stage
    }

    /// Starts the daemon on the store that is there.
    pub async fn start(&mut self) {
        let options = RunOptions {
            rehearsal: Some("2027-01-04T09:00:00Z".parse().expect("a moment")),
            recipients: Vec::new(),
        };
        let daemon = Daemon::start(&self.config(), &options);
        let daemon = daemon.expect("a daemon");
        let settled = daemon.conductor().settle(Duration::ZERO).await;
        settled.expect("an inbox");
        self.daemon = Some(daemon);
    }

    /// The configuration.
    pub fn config(&self) -> Config {
        let origin = self.folder.path().join("config.toml");
        let config = Config::parse_in(&self.settings, &origin, &Surroundings::default());
        config.expect("a configuration")
    }

    /// What is kept, once the daemon has stopped.
    pub fn kept(&self) -> Ledger {
        let (path, key, options) = store_of(&self.config(), true).expect("a place");
        let store = Store::open(&path, &key, options).expect("a store");
        Ledger::new(store)
    }

    /// Stops the daemon.
    pub async fn stop(&mut self) {
        let daemon = self.daemon.take().expect("a daemon");
        daemon.stop().await.expect("a quiet end");
    }

    /// Takes everything down; the daemon must have lived until now.
    pub async fn strike(mut self) {
        self.stop().await;
        self.sandbox.stop().await;
    }

    /// What a command does.
    pub async fn ask(&self, request: Request) -> Reply {
        self.daemon.as_ref().expect("a daemon").ask(request).await
    }

    /// `postlunch status`.
    pub async fn status(&self) -> Status {
        match self.ask(Request::Status).await {
            Reply::Status(status) => *status,
            other => panic!("{other:?}"),
        }
    }

    /// `postlunch pairing list`.
    pub async fn pairings(&self) -> Vec<PairingLine> {
        match self.ask(Request::Pairings).await {
            Reply::Pairings { pairings } => pairings,
            other => panic!("{other:?}"),
        }
    }

    /// The stage of the first pairing.
    pub async fn standing(&self) -> String {
        self.pairings().await[0].stage.clone()
    }

    /// An invitation by command; says why not, if not.
    pub async fn invite(
        &mut self,
        from: impl Into<String>,
        to: impl Into<String>,
    ) -> Result<(), String> {
        self.sent += 1;
        let request = Request::Invite {
            from: Some(from.into()),
            to: vec![to.into()],
            note: None,
            dry_run: false,
            id: format!("request-{}", self.sent),
        };
        let refused = match self.ask(request).await {
            Reply::Invited { invitations } => invitations[0].refused.clone(),
            Reply::Refused { message } => Some(message),
            other => panic!("{other:?}"),
        };
        self.pass(TimeDelta::zero()).await;
        refused.map_or(Ok(()), Err)
    }

    /// Lets the time pass; mail is read and handed over on the way.
    pub async fn pass(&self, time: TimeDelta) {
        let daemon = self.daemon.as_ref().expect("a daemon");
        let target = self.now().await + time;
        let moved = daemon.conductor().advance_to(target, Duration::ZERO).await;
        moved.expect("a clock that moves");
    }

    /// The rehearsal's time.
    pub async fn now(&self) -> DateTime<Utc> {
        self.status().await.now
    }

    /// Somebody's letters, oldest first.
    pub fn letters(&self, address: &str) -> Vec<Mail> {
        let messages = self.sandbox.mailbox(address, "INBOX");
        let read = messages.iter().filter_map(|m| Mail::read(&m.bytes));
        read.collect()
    }

    /// Subjects of somebody's letters.
    pub fn subjects(&self, address: &str) -> Vec<String> {
        let letters = self.letters(address).into_iter();
        letters.map(|letter| letter.subject).collect()
    }

    /// The latest letter to somebody.
    pub fn latest(&self, address: &str) -> Mail {
        self.letters(address).pop().expect("a letter")
    }

    /// A mail as written here: `head` are whole header lines. Gets a Message-ID and is read.
    pub async fn arrives(&mut self, to: &str, head: &str, body: &str) {
        self.lands(to, head, body);
        self.pass(TimeDelta::zero()).await;
    }

    /// The same, not waiting until it is read.
    pub fn lands(&mut self, to: &str, head: &str, body: &str) {
        self.sent += 1;
        let text = format!(
            "{head}\nMessage-ID: <attack-{}@elsewhere.example>\n\n{body}\n",
            self.sent
        );
        self.sandbox.deliver(to, text).expect("delivered");
    }

    /// A plain answer to a letter.
    pub async fn answers(&mut self, from: &str, letter: &Mail, words: &str) {
        let to = letter.reply_to.clone();
        let head = format!("From: {from}\nTo: {to}\nSubject: Re: {}", letter.subject);
        self.arrives(&to, &head, words).await;
    }

    /// Alice has invited Bob; gives his invitation.
    pub async fn invited(&mut self) -> Mail {
        let asked = self.invite(format!("Alice <{ALICE}>"), format!("Bob <{BOB}>"));
        asked.await.expect("an invitation");
        self.latest(BOB)
    }

    /// Alice and Bob are meeting; gives Bob's receipt.
    pub async fn meeting(&mut self) -> Mail {
        let invitation = self.invited().await;
        self.answers(BOB, &invitation, "Yes, gladly").await;
        assert_eq!(self.standing().await, "meeting");
        let letters = self.letters(BOB).into_iter().rev();
        let mut receipts = letters.filter(|letter| letter.calendar.is_none());
        receipts.next().expect("a receipt")
    }
}
