//! A house in the weather: the sandbox, a proxy before each of its ports, and the daemon in this
//! process. What people got is counted in their mailboxes, not taken from the daemon's word.

use super::proxy::{Proxy, Rule, Tongue};
use chrono::{DateTime, TimeDelta, Utc};
use postlunch::config::{Config, Surroundings};
use postlunch::daemon::request::{Reply, Request, Status};
use postlunch::daemon::{Daemon, RunOptions};
use postlunch::demo::client::Mail;
use postlunch::sandbox::{Sandbox, SandboxOptions, SentCopies};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The daemon's mailbox.
pub const LUNCH: &str = "lunch@example.test";
/// Who invites everybody.
pub const ALICE: &str = "alice@example.test";

/// What a house is like.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Of the proxies' dice.
    pub seed: u64,
    /// Before the submission port.
    pub smtp: Vec<Rule>,
    /// Before the inbox.
    pub imap: Vec<Rule>,
    /// How many people Alice invites.
    pub people: usize,
    /// A clock driven by hand, or the wall's.
    pub by_hand: bool,
    /// Whether the server has MOVE.
    pub moves: bool,
    /// Whether the server has UIDPLUS.
    pub uidplus: bool,
}

impl Plan {
    /// Fair weather, four people, a clock driven by hand.
    pub const fn fair(seed: u64) -> Self {
        Self {
            seed,
            smtp: Vec::new(),
            imap: Vec::new(),
            people: 4,
            by_hand: true,
            moves: true,
            uidplus: true,
        }
    }
}

/// Servers, proxies and daemon.
pub struct House {
    /// The mail server.
    pub sandbox: Sandbox,
    /// Before its submission port.
    pub smtp: Proxy,
    /// Before its IMAP port.
    pub imap: Proxy,
    daemon: Option<Daemon>,
    _folder: TempDir,
    people: Vec<String>,
    answered: BTreeSet<String>,
}

impl House {
    /// Everything up, in whatever weather.
    pub async fn set(plan: Plan) -> Self {
        let people: Vec<String> = (1..=plan.people)
            .map(|number| format!("person{number}@example.test"))
            .collect();
        let mut accounts = vec![(LUNCH, "sandbox"), (ALICE, "sandbox")];
        accounts.extend(people.iter().map(|address| (address.as_str(), "sandbox")));
        let options = SandboxOptions {
            sent_copies: SentCopies::Filed,
            move_: plan.moves,
            uidplus: plan.uidplus,
            ..SandboxOptions::with_accounts(&accounts)
        };
        let sandbox = Sandbox::start(options).await.expect("a sandbox");
        let smtp = Proxy::start(Tongue::Smtp, sandbox.smtp_port(), plan.seed, plan.smtp).await;
        let imap = Proxy::start(Tongue::Imap, sandbox.imap_port(), plan.seed, plan.imap).await;
        let server = |section: &str, port: u16| {
            format!(
                "[{section}]\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"none\"\npassword = \"sandbox\"\n"
            )
        };
        let settings = format!(
            "[mail]\naddress = \"{LUNCH}\"\nname = \"Lunch\"\n\
             [operator]\naddress = \"cleo@example.test\"\ncontact = \"Cleo\"\n{}{}per_minute = 6000\n\
             [store]\npath = \"store\"\nkey_file = \"store.key\"\n\
             [lunch]\ntimezone = \"Europe/Berlin\"\n\
             [policy]\nmails_per_person_per_day = 200\n",
            server("imap", imap.port()),
            server("smtp", smtp.port()),
        );
        let folder = tempfile::tempdir().expect("a folder");
        let origin = folder.path().join("config.toml");
        let config = Config::parse_in(&settings, &origin, &Surroundings::default());
        let start: DateTime<Utc> = "2027-01-04T09:00:00Z".parse().expect("a moment");
        let options = RunOptions {
            rehearsal: plan.by_hand.then_some(start),
            recipients: Vec::new(),
        };
        let daemon = Daemon::start(&config.expect("a configuration"), &options);
        Self {
            sandbox,
            smtp,
            imap,
            daemon: Some(daemon.expect("a daemon")),
            _folder: folder,
            people,
            answered: BTreeSet::new(),
        }
    }

    fn daemon(&self) -> &Daemon {
        self.daemon.as_ref().expect("a daemon")
    }

    /// Those whom Alice invites.
    pub fn people(&self) -> Vec<String> {
        self.people.clone()
    }

    /// Takes everything down; the daemon must have lived until now.
    pub async fn strike(mut self) {
        let daemon = self.daemon.take().expect("a daemon");
        daemon.stop().await.expect("a quiet end");
        self.smtp.stop().await;
        self.imap.stop().await;
        self.sandbox.stop().await;
    }

    /// `postlunch status`.
    pub async fn status(&self) -> Status {
        match self.daemon().ask(Request::Status).await {
            Reply::Status(status) => *status,
            other => panic!("{other:?}"),
        }
    }

    /// Alice invites all of them, by command.
    pub async fn invite(&self, people: &[String]) {
        for (number, some) in people.chunks(10).enumerate() {
            let request = Request::Invite {
                from: Some(format!("Alice <{ALICE}>")),
                to: some.to_vec(),
                note: None,
                dry_run: false,
                id: format!("request-{number}-{}", some[0]),
            };
            match self.daemon().ask(request).await {
                Reply::Invited { invitations } => {
                    assert!(invitations.iter().all(|one| one.refused.is_none()));
                }
                other => panic!("{other:?}"),
            }
        }
    }

    /// Somebody's letters, oldest first.
    pub fn letters(&self, address: &str) -> Vec<Mail> {
        let messages = self.sandbox.mailbox(address, "INBOX");
        let read = messages.iter().filter_map(|m| Mail::read(&m.bytes));
        read.collect()
    }

    /// The answer of somebody who was invited, as it would come in.
    pub fn answer(&self, person: &str) -> Option<(String, String)> {
        let invitation = self.letters(person).into_iter().next()?;
        let to = invitation.reply_to;
        let mail = format!(
            "From: <{person}>\nTo: <{to}>\nSubject: Re: {}\nMessage-ID: <answer-of-{person}>\n\n\
             No thanks, but have fun.\n{}",
            invitation.subject,
            "> and a long quote that is none of mine\n".repeat(20),
        );
        Some((to, mail))
    }

    /// Whoever has an invitation and has not answered says no; at most so many. How many did.
    pub fn some_answer(&mut self, most: usize) -> usize {
        let mut answered = 0;
        for person in self.people() {
            if answered == most || self.answered.contains(&person) {
                continue;
            }
            if let Some((to, mail)) = self.answer(&person) {
                self.sandbox.deliver(&to, mail).expect("delivered");
                self.answered.insert(person);
                answered += 1;
            }
        }
        answered
    }

    /// Lets the rehearsal's time pass; in bad weather a step may have to be done again.
    pub async fn pass(&self, time: TimeDelta) {
        let target = self.status().await.now + time;
        for _ in 0..20 {
            let moved = self.daemon().conductor().advance_to(target, Duration::ZERO);
            match moved.await {
                Ok(_) => return,
                Err(why) => eprintln!("the clock waits: {why}"),
            }
        }
        panic!("the clock does not move");
    }

    /// Lets the time pass to the next thing due; what the clock shows then.
    pub async fn next(&self) -> DateTime<Utc> {
        let moved = self.daemon().conductor().next(Duration::ZERO).await;
        moved.expect("a clock that moves");
        self.status().await.now
    }

    /// Waits until it is so.
    pub async fn until(&mut self, what: &str, limit: Duration, so: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + limit;
        while !so(self) {
            let status = self.status().await;
            assert!(
                Instant::now() < deadline,
                "waited in vain for {what}; {:?}; {:?}\n{}",
                status.warnings,
                self.imap.log().done,
                self.whereabouts()
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Where the daemon's mail lies, and who has had how many letters.
    fn whereabouts(&self) -> String {
        let mut told = String::new();
        for folder in ["INBOX", "Postlunch/Done", "Postlunch/Review"] {
            let lies = self.sandbox.mailbox(LUNCH, folder);
            let from = lies.iter().filter_map(|m| Mail::read(&m.bytes));
            let ids: Vec<String> = from.map(|mail| mail.message_id).collect();
            told += &format!("{folder}: {ids:?}\n");
        }
        for person in self.people.iter().map(String::as_str).chain([ALICE]) {
            told += &format!("{person}: {} letters\n", self.letters(person).len());
        }
        told
    }

    /// Whether everybody got an invitation and one answer to their no, and Alice heard of each.
    pub fn all_is_said(&self) -> bool {
        let two = |person: &String| self.sandbox.mailbox(person, "INBOX").len() >= 2;
        self.people.iter().all(two) && self.letters(ALICE).len() >= self.people.len()
    }

    /// Nobody got anything twice, or anything else; and every answer lies in Done.
    pub fn assert_said_once(&self, told: &str) {
        let mut everything = Vec::new();
        for person in self.people.iter().map(String::as_str).chain([ALICE]) {
            let letters = self.letters(person);
            let subjects: Vec<&str> = letters.iter().map(|l| l.subject.as_str()).collect();
            let expected = if person == ALICE {
                self.people.len()
            } else {
                2
            };
            assert_eq!(
                letters.len(),
                expected,
                "{told}: {person} got {subjects:#?}"
            );
            everything.extend(letters.into_iter().map(|letter| letter.message_id));
        }
        let different: BTreeSet<&String> = everything.iter().collect();
        assert_eq!(
            different.len(),
            everything.len(),
            "{told}: a letter came twice"
        );
        let left = self.sandbox.mailbox(LUNCH, "INBOX");
        assert_eq!(left.len(), 0, "{told}: answers are left in the inbox");
    }
}
