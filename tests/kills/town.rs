//! A town: people with characters who read their mail twice a day and answer it as they are wont, and
//! the daemon as a process of its own that may be killed at any moment.
//!
//! What somebody does depends on the letter alone, so the same town without a kill says what everybody
//! should have got.

use crate::support::LUNCH;
use crate::support::house::company;
use crate::support::process::{Ended, Process};
use chrono::{DateTime, TimeDelta, Utc};
use postlunch::demo::client::{self, Habit, Mail};
use postlunch::sandbox::{Sandbox, SandboxOptions, SentCopies};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// When everything begins: a Monday morning in Berlin.
const BEGINNING: &str = "2027-01-04T08:00:00Z";

/// How big a town is, and what it keeps.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// How many people; the first half invites the second.
    pub people: usize,
    /// How many days.
    pub days: i64,
    /// Whether the server keeps copies of what is sent.
    pub sent_copies: bool,
}

/// When the daemon is killed: at which step, how far into it.
pub type Kills = BTreeMap<usize, f64>;

/// What everybody got: by person, subject and text, how often.
pub type Sights = BTreeMap<(String, String, String), usize>;

/// What a town came to.
pub struct Lived {
    /// What everybody got.
    pub sights: Sights,
    /// Letters that lie in a mailbox more than once, under one Message-ID.
    pub doubled: usize,
    /// How long each step took.
    pub durations: Vec<Duration>,
    /// How often the daemon was killed.
    pub kills: u32,
    /// All letters.
    pub letters: usize,
}

/// Servers, daemon, people.
struct Town {
    sandbox: Sandbox,
    runtime: Runtime,
    process: Process,
    folder: PathBuf,
    people: Vec<String>,
    read: BTreeMap<String, usize>,
    followups: BTreeMap<String, usize>,
    now: DateTime<Utc>,
}

/// Lives through all days; `kills` by step, with how long each step usually takes.
pub fn live(size: Size, kills: &Kills, usual: &[Duration]) -> Lived {
    let mut town = Town::new(size);
    town.process.start();
    let mut durations = Vec::new();
    let half = size.people / 2;
    for number in 0..half {
        let (from, to) = (
            town.people[number].clone(),
            town.people[number + half].clone(),
        );
        town.step(
            &["invite", "--from", &from, "--to", &to],
            &mut durations,
            kills,
            usual,
        );
    }
    for half_day in 1..=size.days * 2 {
        let target = moment(BEGINNING) + TimeDelta::hours(12 * half_day);
        town.pass_until(target, &mut durations, kills, usual);
        town.everybody_reads();
    }
    let lived = town.look_back(durations);
    town.end();
    lived
}

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().expect("a moment")
}

impl Town {
    fn new(size: Size) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let people: Vec<String> = (0..size.people)
            .map(|number| format!("person{number:02}@example.test"))
            .collect();
        let mut accounts = vec![(LUNCH, "sandbox")];
        accounts.extend(people.iter().map(|address| (address.as_str(), "sandbox")));
        let options = SandboxOptions {
            sent_copies: match size.sent_copies {
                true => SentCopies::Filed,
                false => SentCopies::None,
            },
            with_sent: size.sent_copies,
            ..SandboxOptions::with_accounts(&accounts)
        };
        let sandbox = runtime
            .block_on(Sandbox::start(options))
            .expect("a sandbox");
        let configuration = company(&sandbox, "");
        let folder = tempfile::Builder::new()
            .prefix("postlunch-kills-")
            .tempdir()
            .expect("a folder")
            .keep();
        let process = Process::new(&folder, &configuration, "sandbox", moment(BEGINNING));
        Self {
            sandbox,
            runtime,
            process,
            folder,
            people,
            read: BTreeMap::new(),
            followups: BTreeMap::new(),
            now: moment(BEGINNING),
        }
    }

    /// One command, under which the daemon may be killed; it is said again until it did well.
    fn step(
        &mut self,
        arguments: &[&str],
        durations: &mut Vec<Duration>,
        kills: &Kills,
        usual: &[Duration],
    ) -> serde_json::Value {
        let step = durations.len();
        let mut kill = kills.get(&step).map(|share| {
            let usually = usual.get(step).copied().unwrap_or_default();
            usually.mul_f64(*share)
        });
        let began = Instant::now();
        let answer = loop {
            match self.process.command_with_kill(arguments, kill.take()) {
                Ended::Well(answer) => break answer,
                Ended::Killed => {
                    self.process.start();
                    if arguments[0] == "clock" {
                        break serde_json::Value::Null; // how far it came is asked by the caller
                    }
                }
                Ended::Badly(why) if self.process.kills > 0 && why.contains("\"refused\"") => {
                    break serde_json::Value::Null; // it was decided before the kill
                }
                Ended::Badly(why) => panic!("{arguments:?}: {why}; see {}", self.folder.display()),
            }
        };
        durations.push(began.elapsed());
        answer
    }

    fn pass_until(
        &mut self,
        target: DateTime<Utc>,
        durations: &mut Vec<Duration>,
        kills: &Kills,
        usual: &[Duration],
    ) {
        let seconds = |town: &Self| format!("{}s", (target - town.now).num_seconds().max(1));
        let stretch = seconds(self);
        let advance = ["clock", "advance", &stretch, "--settle", "0"];
        let mut clock = self.step(&advance, durations, kills, usual);
        while clock.is_null() {
            // At least a second more, so that what the kill left is done.
            match self.process.command(&["clock", "show"]) {
                Ended::Well(shown) => self.set_now(&shown),
                other => panic!("{other:?}"),
            }
            let stretch = seconds(self);
            let advance = ["clock", "advance", &stretch, "--settle", "0"];
            clock = match self.process.command(&advance) {
                Ended::Well(clock) => clock,
                other => panic!("{other:?}; see {}", self.folder.display()),
            };
        }
        self.set_now(&clock);
    }

    fn set_now(&mut self, clock: &serde_json::Value) {
        self.now = moment(clock["now"].as_str().expect("a clock"));
    }

    fn everybody_reads(&mut self) {
        for number in 0..self.people.len() {
            let person = self.people[number].clone();
            let messages = self.sandbox.mailbox(&person, "INBOX");
            let seen = self
                .read
                .insert(person.clone(), messages.len())
                .unwrap_or(0);
            let mut met = BTreeSet::new();
            for message in &messages[seen..] {
                let Some(letter) = Mail::read(&message.bytes) else {
                    panic!("a letter that cannot be read");
                };
                let known = &messages[..seen];
                let again = known
                    .iter()
                    .filter_map(|message| Mail::read(&message.bytes))
                    .any(|before| before.message_id == letter.message_id);
                if !again && met.insert(letter.message_id.clone()) {
                    self.react(number, &person, &letter);
                }
            }
        }
    }

    /// What somebody of this character does with a letter.
    fn react(&mut self, number: usize, person: &str, letter: &Mail) {
        let said = |text: &str| letter.text.contains(text);
        let character = number % 8;
        let invited = number >= self.people.len() / 2;
        let words = if said("Shall we have lunch every other week") {
            match character {
                2 => "No thanks, but have fun.",
                3 => return,
                4 => "I am away until 18 January and read no mail.",
                _ => "Yes, gladly!",
            }
        } else if said("put a few words under each line") {
            let times = self.followups.entry(person.to_owned()).or_default();
            *times += 1;
            match (character, *times, invited) {
                (5, 2.., true) => "end",
                (1, times, _) if times % 2 == 0 => return,
                (3 | 4, _, _) => return,
                _ => {
                    "Best: how you handled the outage.\nWorst: the long meeting.\nFocus: ask earlier."
                }
            }
        } else if said("speaks first") && !said("Nobody else gets this") {
            match character {
                6 if invited => "stop",
                7 if invited => "skip",
                _ => return,
            }
        } else {
            return;
        };
        // The mail's name tells the letter it answers, so that it is the same in every play.
        let id = letter.message_id.as_bytes();
        let mark = id.iter().fold(5_381_u32, |sum, octet| {
            sum.wrapping_mul(33).wrapping_add((*octet).into())
        });
        let writer = client::Writer {
            name: "Somebody",
            address: person,
            now: self.now,
            zone: chrono_tz::Europe::Berlin,
            number: mark,
        };
        let octets = client::reply(letter, writer, words, Habit::Phone);
        let octets = match character {
            4 => [b"Auto-Submitted: auto-replied\r\n".as_slice(), &octets].concat(),
            _ => octets,
        };
        let sandbox = &self.sandbox;
        sandbox
            .deliver(&letter.reply_to, octets)
            .expect("delivered");
    }

    fn look_back(&mut self, durations: Vec<Duration>) -> Lived {
        let mut sights = Sights::new();
        let (mut doubled, mut letters) = (0, 0);
        for person in &self.people {
            let mut ids = BTreeSet::new();
            for message in self.sandbox.mailbox(person, "INBOX") {
                let letter = Mail::read(&message.bytes).expect("a letter");
                letters += 1;
                if !ids.insert(letter.message_id.clone()) {
                    doubled += 1;
                    continue;
                }
                // A store's own key makes its tokens: in the small print, and in an address to pass on.
                let told = |line: &&str| {
                    let line = line.trim_start();
                    !line.starts_with("Letter ") && !line.starts_with("lunch+")
                };
                let text: Vec<&str> = letter.text.lines().filter(told).collect();
                let sight = (person.clone(), letter.subject, text.join("\n"));
                *sights.entry(sight).or_default() += 1;
            }
        }
        let left = self.sandbox.mailbox(LUNCH, "INBOX").len();
        assert_eq!(left, 0, "answers are left; see {}", self.folder.display());
        Lived {
            sights,
            doubled,
            durations,
            kills: self.process.kills,
            letters,
        }
    }

    fn end(mut self) {
        assert_eq!(self.process.stop(), Some(0));
        let verified = self.process.command(&["store", "verify", "--rehearsal"]);
        assert!(matches!(verified, Ended::Well(_)), "{verified:?}");
        self.runtime.block_on(self.sandbox.stop());
        std::fs::remove_dir_all(&self.folder).expect("a folder to remove");
    }
}
