//! A village: the sandbox, the daemon as a process of its own, and people who read and answer.

use crate::support::LUNCH;
use crate::support::house::company;
use crate::support::process::{Ended, Process};
use chrono::{DateTime, TimeDelta, Utc};
use mail_parser::{MessageParser, MimeHeaders};
use postlunch::demo::client::{self, Habit, Mail};
use postlunch::sandbox::{Sandbox, SandboxOptions};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
use tokio::runtime::Runtime;

const BEGINNING: &str = "2027-01-04T08:00:00Z";
/// Servers, daemon, people.
pub struct Village {
    sandbox: Sandbox,
    runtime: Runtime,
    /// The program.
    pub process: Process,
    /// Its folder.
    pub folder: PathBuf,
    people: Vec<String>,
    answered: BTreeMap<String, usize>,
    now: DateTime<Utc>,
    mails: u32,
}

/// A letter somebody got, with its octets.
pub struct Letter {
    /// As a client shows it.
    pub mail: Mail,
    /// All of it.
    pub octets: Vec<u8>,
}

impl Letter {
    /// Its attachments, by name.
    pub fn files(&self) -> BTreeMap<String, String> {
        let message = MessageParser::default()
            .parse(&self.octets)
            .expect("a mail");
        let named = message.attachments().filter_map(|part| {
            let name = part.attachment_name()?.to_owned();
            Some((name, String::from_utf8_lossy(part.contents()).into_owned()))
        });
        named.collect()
    }

    /// Its picture, which the HTML must show.
    pub fn picture(&self) -> Vec<u8> {
        let message = MessageParser::default()
            .parse(&self.octets)
            .expect("a mail");
        let part = message
            .attachments()
            .find(|part| part.content_type().is_some_and(|t| t.ctype() == "image"))
            .expect("a picture");
        let cid = part.content_id().expect("a Content-ID");
        let html = self.mail.html.as_deref().expect("HTML");
        assert!(html.contains(&format!("src=\"cid:{cid}\"")), "{html}");
        part.contents().to_vec()
    }
}

impl Village {
    /// People by their first names; `policy` are further lines of `[policy]`.
    pub fn new(names: &[&str], policy: &str) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let people: Vec<String> = names.iter().map(|name| address(name)).collect();
        let mut accounts = vec![(LUNCH, "sandbox")];
        accounts.extend(people.iter().map(|address| (address.as_str(), "sandbox")));
        let options = SandboxOptions::with_accounts(&accounts);
        let sandbox = runtime
            .block_on(Sandbox::start(options))
            .expect("a sandbox");
        let configuration = company(&sandbox, policy);
        let folder = tempfile::Builder::new()
            .prefix("postlunch-papers-")
            .tempdir()
            .expect("a folder")
            .keep();
        let beginning = BEGINNING.parse().expect("a moment");
        let mut process = Process::new(&folder, &configuration, "sandbox", beginning);
        process.start();
        Self {
            sandbox,
            runtime,
            process,
            folder,
            people,
            answered: BTreeMap::new(),
            now: beginning,
            mails: 0,
        }
    }

    /// A command that must do well.
    pub fn ask(&mut self, arguments: &[&str]) -> Value {
        match self.process.command(arguments) {
            Ended::Well(value) => value,
            other => panic!("{arguments:?}: {other:?}; see {}", self.folder.display()),
        }
    }

    /// A command that must be refused; why.
    pub fn refused(&mut self, arguments: &[&str]) -> String {
        match self.process.command(arguments) {
            Ended::Badly(why) => why,
            other => panic!("{arguments:?}: {other:?}; see {}", self.folder.display()),
        }
    }

    /// One invites another, who answers so.
    pub fn pair(&mut self, from: &str, to: &str, words: &str) {
        let names = [from, to].map(|name| format!("{name} <{}>", address(name)));
        self.ask(&["invite", "--from", &names[0], "--to", &names[1]]);
        self.pass(TimeDelta::minutes(1));
        if !words.is_empty() {
            let invitation = self.letter(to, "Shall we have lunch every other week");
            self.say(to, &invitation, words);
        }
    }

    /// Lets the time pass; mail is read before each due moment.
    pub fn pass(&mut self, time: TimeDelta) {
        let stretch = format!("{}s", time.num_seconds());
        self.ask(&["clock", "advance", &stretch, "--settle", "0"]);
        self.now += time;
    }

    /// Days go by; twice a day everybody answers the letters that ask for notes with these words.
    pub fn days(&mut self, days: i64, notes: impl Fn(&str) -> Option<String>) {
        for _ in 0..days * 2 {
            self.pass(TimeDelta::hours(12));
            for person in self.people.clone() {
                let letters = self.mailbox(&person);
                let seen = self.answered.insert(person.clone(), letters.len());
                for letter in letters.into_iter().skip(seen.unwrap_or(0)) {
                    let asks = "put a few words under each line";
                    let words = notes(&person).filter(|_| letter.mail.text.contains(asks));
                    if let Some(words) = words {
                        self.write(&person, &letter.mail, &words);
                    }
                }
            }
        }
    }

    fn mailbox(&self, person: &str) -> Vec<Letter> {
        let messages = self.sandbox.mailbox(person, "INBOX").into_iter();
        let letters = messages.map(|message| Letter {
            mail: Mail::read(&message.bytes).expect("a letter"),
            octets: message.bytes.to_vec(),
        });
        letters.collect()
    }

    /// All that somebody has got.
    pub fn letters(&self, name: &str) -> Vec<Letter> {
        self.mailbox(&address(name))
    }

    /// The latest letter to somebody that says so.
    pub fn letter(&self, name: &str, says: &str) -> Letter {
        let all = self.letters(name);
        let subjects: Vec<String> = all.iter().map(|l| l.mail.subject.clone()).collect();
        let folder = self.folder.display();
        let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let found = all
            .into_iter()
            .rev()
            .find(|l| flat(&l.mail.text).contains(says));
        found.unwrap_or_else(|| {
            panic!("{name} got nothing with '{says}': {subjects:?}; see {folder}")
        })
    }

    /// Somebody answers a letter, and the daemon reads it.
    pub fn say(&mut self, name: &str, letter: &Letter, words: &str) {
        self.write(&address(name), &letter.mail, words);
        self.pass(TimeDelta::minutes(1));
    }

    fn write(&mut self, person: &str, letter: &Mail, words: &str) {
        self.mails += 1;
        let writer = client::Writer {
            name: person.split('@').next().unwrap_or_default(),
            address: person,
            now: self.now,
            zone: chrono_tz::Tz::Europe__Berlin,
            number: std::process::id() * 1000 + self.mails,
        };
        let octets = client::reply(letter, writer, words, Habit::Phone);
        self.sandbox
            .deliver(&letter.reply_to, octets)
            .expect("delivered");
    }

    /// What the daemon has logged, at its most verbose.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).expect("a log")
    }

    /// A file in the folder.
    pub fn file(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.folder.join(name)).expect("a file")
    }

    /// The end.
    pub fn close(mut self) {
        assert_eq!(self.process.stop(), Some(0));
        self.runtime.block_on(self.sandbox.stop());
        std::fs::remove_dir_all(&self.folder).expect("a folder to remove");
    }
}

/// Somebody's address.
pub fn address(name: &str) -> String {
    format!("{}@example.test", name.to_lowercase())
}
