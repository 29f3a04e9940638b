//! A theatre: servers, daemon, people's letterboxes, and what people do.

use super::bystanders::{self, Bystander};
use super::house::House;
use super::letters::{Kind, Received};
use super::process::{Ended, Points, Process};
use super::{ALICE, BOB, CARA, DAN, Person};
use chrono::{DateTime, TimeDelta, Utc};
use postlunch::demo::client::{self, Habit};
use postlunch::imap::{self, Fetched, Head, ImapAccount, Mailbox, Session};
use postlunch::sandbox::{Fault, FaultPoint, Trouble};
use postlunch::smtp::{self, Outcome, SmtpAccount, Submission, Submitter};
use postlunch::words::address::Address;
use postlunch::words::confidential::Confidential;
use postlunch::words::endpoint::{Endpoint, Login};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// Longest wait for any mail.
const MAIL_MAX: Duration = Duration::from_secs(20);

/// Biggest mail read.
const OCTETS_MAX: u32 = 1024 * 1024;

/// Folders of the daemon's mailbox where a mail may lie.
const FOLDERS: [&str; 3] = ["INBOX", "Postlunch/Done", "Postlunch/Review"];

/// A person's mailbox, as far as it was read.
struct Letterbox {
    session: Session,
    next_uid: u32,
    letters: Vec<Received>,
}

/// When the daemon is killed: at which of the story's commands, how far into it (0 to 1); for the
/// same command again, how far into its next try.
pub type Kills = BTreeMap<usize, Vec<f64>>;

/// The theatre.
pub struct Theatre {
    letterboxes: BTreeMap<&'static str, Letterbox>,
    taken: BTreeSet<(&'static str, u32)>,
    pub house: House,
    /// The program.
    pub process: Process,
    folder: PathBuf,
    replies: u32,
    kills: Kills,
    /// The points at which the daemon ends, by the story's commands.
    pub ends: BTreeMap<usize, String>,
    /// The one that it may meet now.
    armed: Option<(usize, String)>,
    /// At which of them it did.
    pub ended: BTreeSet<(usize, String)>,
    /// The crash points met in each of the story's commands.
    pub met: Vec<BTreeSet<String>>,
    /// How long each of the story's commands took.
    pub durations: Vec<Duration>,
    /// How long they took in an undisturbed play.
    pub usual: Vec<Duration>,
    now: DateTime<Utc>,
    /// Mail of its owner's own life that came into the mailbox.
    pub bystanders: Vec<Bystander>,
    pours: bool,
    runtime: Runtime,
}

impl Theatre {
    /// Servers are up and the daemon is not yet: everything that lies in a mailbox is old.
    pub fn new(name: &str, runtime: Runtime, house: House, start: DateTime<Utc>) -> Self {
        let folder = tempfile::Builder::new()
            .prefix(&format!("postlunch-{name}-"))
            .tempdir()
            .expect("a folder")
            .keep();
        let process = Process::new(
            &folder,
            &house.configuration(),
            &house.passwords[house.mailbox()],
            start,
        );
        let mut theatre = Self {
            letterboxes: BTreeMap::new(),
            taken: BTreeSet::new(),
            house,
            process,
            folder,
            replies: 0,
            kills: Kills::new(),
            ends: BTreeMap::new(),
            armed: None,
            ended: BTreeSet::new(),
            met: Vec::new(),
            durations: Vec::new(),
            usual: Vec::new(),
            now: start,
            bystanders: Vec::new(),
            pours: false,
            runtime,
        };
        for person in [ALICE, BOB, CARA, DAN] {
            let mut session = theatre.log_in(person.address);
            let inbox = Mailbox::named("INBOX");
            let selected = theatre.runtime.block_on(session.select(&inbox));
            let next_uid = selected.expect("an inbox").uid_next.unwrap_or(1);
            let letterbox = Letterbox {
                session,
                next_uid,
                letters: Vec::new(),
            };
            theatre.letterboxes.insert(person.address, letterbox);
        }
        theatre
    }

    /// On a sandbox.
    pub fn sandbox(name: &str, start: &str) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let house = House::sandbox(&runtime);
        Self::new(name, runtime, house, start.parse().expect("a moment"))
    }

    /// On a sandbox that can do little.
    pub fn austere(name: &str, start: &str) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let house = House::austere(&runtime);
        Self::new(name, runtime, house, start.parse().expect("a moment"))
    }

    /// On a sandbox, with the daemon in Alice's own mailbox.
    pub fn personal(name: &str, start: &str, reply_to: &'static str) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let house = House::sandbox(&runtime).owned_by(ALICE, reply_to);
        Self::new(name, runtime, house, start.parse().expect("a moment"))
    }

    /// The same on real servers.
    pub fn personal_real(name: &str, start: &str, reply_to: &'static str) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let house = House::real().owned_by(ALICE, reply_to);
        Self::new(name, runtime, house, start.parse().expect("a moment"))
    }

    /// From now on mail of its owner's own life comes with each step of the story.
    pub const fn pour(&mut self) {
        self.pours = true;
    }

    /// Whether the daemon writes from this person's own mailbox.
    pub fn is_owner(&self, person: Person) -> bool {
        self.house.owner == Some(person)
    }

    /// One mail of each kind of the owner's own life.
    pub fn some_bystanders(&mut self) {
        let owner = self.house.mailbox();
        for bystander in bystanders::some(&self.folder, self.bystanders.len()) {
            self.arrive(&bystander.envelope, owner, bystander.octets.clone());
            self.bystanders.push(bystander);
        }
    }

    /// Every message of the daemon's mailbox, in all its folders, and the folders' names.
    pub fn everything(&mut self) -> (Vec<String>, Vec<bystanders::Found>) {
        let mut session = self.log_in(self.house.mailbox());
        self.runtime.block_on(async {
            let every = session.list_special_use().await.expect("folders");
            let mut names: Vec<String> = every.iter().map(|f| f.mailbox.to_string()).collect();
            let standing = ["INBOX", "Postlunch/Done", "Postlunch/Review", "Sent"];
            names.extend(standing.map(str::to_owned));
            names.sort();
            names.dedup();
            let mut found = Vec::new();
            for name in &names {
                let mailbox = Mailbox::at_levels(name, session.delimiter());
                if session.select(&mailbox).await.is_err() {
                    continue; // a level, or not there
                }
                let uids = session.search_from(1).await.expect("a search");
                for head in session.fetch_heads(&uids).await.expect("heads") {
                    let whole = session.fetch(head.uid, OCTETS_MAX).await.expect("a mail");
                    if let Fetched::Whole(octets) = whole {
                        found.push(bystanders::Found::new(name, &head, octets.into_revealed()));
                    }
                }
            }
            (names, found)
        })
    }

    /// On real servers.
    pub fn real(name: &str, start: &str) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let start = start.parse().expect("a moment");
        Self::new(name, runtime, House::real(), start)
    }

    /// The same, with the daemon killed at these moments.
    pub fn with_kills(mut self, kills: Kills, usual: &[Duration]) -> Self {
        self.kills = kills;
        usual.clone_into(&mut self.usual);
        self
    }

    /// The curtain rises: the daemon runs.
    pub fn open(mut self) -> Self {
        self.process.start();
        self
    }

    /// Where everything lies.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The daemon stops, and starts again at a later time.
    pub fn reopen(&mut self, at: &str) {
        assert_eq!(self.process.stop(), Some(0));
        self.process.begins = at.parse().expect("a moment");
        self.process.start();
        let clock = self.ask(&["clock", "show"]);
        self.set_now(&clock);
        assert_eq!(self.now, self.process.begins);
    }

    /// Orders a trouble from the sandbox.
    pub fn order(&self, when: FaultPoint, what: Trouble) {
        let sandbox = self.house.sandbox.as_ref().expect("a sandbox");
        let times = Some(1);
        sandbox.refuse(Fault { when, what, times });
    }

    /// What the daemon has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).expect("a log")
    }

    /// The address that bounces.
    pub fn gone(&self) -> String {
        self.house.gone.clone()
    }

    /// The rehearsal clock, as far as it was moved.
    pub const fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// `postlunch invite`.
    pub fn invite(&mut self, from: Person, to: &[&str], note: Option<&str>) {
        let from = format!("{} <{}>", from.full_name, from.address);
        let mut arguments = vec!["invite", "--from", &from];
        for one in to {
            arguments.extend(["--to", one]);
        }
        arguments.extend(note.iter().flat_map(|note| ["--note", note]));
        loop {
            match self.story_command(&arguments) {
                Ended::Well(_) => break,
                Ended::Killed => self.process.start(),
                // Asked again after a kill: what was decided before it stands.
                Ended::Badly(why) if self.process.kills > 0 && why.contains("\"refused\"") => break,
                Ended::Badly(why) => panic!("{why}"),
            }
        }
        self.pump();
    }

    /// `postlunch invite`, without waiting for the letter to leave.
    pub fn invite_in_the_background(&mut self, from: Person, to: Person) {
        self.ask(&["invite", "--from", from.address, "--to", to.address]);
    }

    /// A command that must do well, outside the story.
    pub fn ask(&mut self, arguments: &[&str]) -> Value {
        self.raise();
        match self.process.command(arguments) {
            Ended::Well(value) => value,
            other => panic!("{arguments:?}: {other:?}"),
        }
    }

    /// What `status` says, well or not.
    pub fn status(&mut self) -> Value {
        self.raise();
        self.process.status().expect("nobody killed it")
    }

    /// Lets the time pass.
    pub fn pass(&mut self, time: TimeDelta) {
        self.pass_until(self.now + time);
    }

    /// Lets the time pass until then.
    pub fn pass_until(&mut self, moment: DateTime<Utc>) {
        let mut target = moment;
        loop {
            let left = (target - self.now).num_seconds();
            if left <= 0 {
                return;
            }
            let stretch = format!("{left}s");
            match self.story_command(&["clock", "advance", &stretch, "--settle", "0"]) {
                Ended::Well(clock) => self.set_now(&clock),
                Ended::Killed => {
                    self.process.start();
                    let clock = self.ask(&["clock", "show"]);
                    self.set_now(&clock);
                    // At least one more second, so that what the kill left is done.
                    target = target.max(self.now + TimeDelta::seconds(1));
                }
                Ended::Badly(why) => panic!("{why}"),
            }
        }
    }

    fn set_now(&mut self, clock: &Value) {
        let now = clock["now"].as_str().expect("a clock").parse();
        self.now = now.expect("a moment");
    }

    /// Mail that has come is read, and the answers leave.
    pub fn pump(&mut self) {
        self.pass(TimeDelta::minutes(1));
    }

    /// Starts the daemon again where it met its point between two commands.
    fn raise(&mut self) {
        let met = |points: &Points| points.was_met();
        if self.armed.is_some() && self.process.points.as_ref().is_some_and(met) {
            self.process.ends();
            self.ended.extend(self.armed.take());
            self.process.start();
        }
    }

    /// One command of the story, at which the daemon may be killed.
    fn story_command(&mut self, arguments: &[&str]) -> Ended {
        if self.pours {
            self.some_bystanders();
        }
        let step = self.durations.len();
        let usual = self.usual.get(step).copied().unwrap_or_default();
        let kill = self.kills.get_mut(&step).and_then(Vec::pop);
        let kill = kill.map(|share| usual.mul_f64(share));
        self.raise();
        if let Some(points) = &mut self.process.points {
            points.disarm();
            self.armed = self.ends.remove(&step).map(|point| (step, point));
            if let Some((_, point)) = &self.armed {
                points.arm(point);
            }
        }
        let began = Instant::now();
        let ended = self.process.command_with_kill(arguments, kill);
        if let Some(points) = &mut self.process.points {
            let met: BTreeSet<String> = points.met().into_iter().collect();
            match self.met.get_mut(step) {
                Some(known) => known.extend(met),
                None => self.met.push(met),
            }
            if matches!(ended, Ended::Killed) {
                self.ended.extend(self.armed.take());
            }
        }
        if !matches!(ended, Ended::Killed) {
            self.durations.push(began.elapsed());
        }
        ended
    }

    /// The next letter of that kind that was not taken before; waits for it.
    pub fn take(&mut self, person: Person, kind: Kind) -> Received {
        let deadline = Instant::now() + MAIL_MAX;
        loop {
            let letters = self.letters(person);
            let next = letters.into_iter().find(|letter| {
                letter.kind == kind && !self.taken.contains(&(person.address, letter.uid))
            });
            if let Some(letter) = next {
                self.taken.insert((person.address, letter.uid));
                return letter;
            }
            if Instant::now() > deadline {
                let had: Vec<_> = self.letters(person).iter().map(Received::line).collect();
                let (name, folder) = (person.name, self.folder.display());
                panic!("{name} waited in vain for {kind:?}; had {had:#?}; see {folder}");
            }
            sleep(Duration::from_millis(20));
        }
    }

    /// All that somebody got since the start, oldest first.
    pub fn letters(&mut self, person: Person) -> Vec<Received> {
        self.raise();
        let letterbox = self.letterboxes.get_mut(person.address).expect("a mailbox");
        let session = &mut letterbox.session;
        let fresh = self.runtime.block_on(async {
            session.noop().await?;
            let mut fresh = Vec::new();
            for uid in session.search_from(letterbox.next_uid).await? {
                if let Fetched::Whole(octets) = session.fetch(uid, OCTETS_MAX).await? {
                    fresh.push((uid, octets.into_revealed()));
                }
            }
            Ok::<_, imap::ImapError>(fresh)
        });
        // In her own mailbox lie also answers that come to her, and the rest of her life.
        let shared = self.house.owner != Some(person);
        for (uid, octets) in fresh.expect("a readable mailbox") {
            letterbox.next_uid = uid + 1;
            if shared || bystanders::is_letter(&octets) {
                letterbox.letters.push(Received::read(uid, octets));
            }
        }
        letterbox.letters.clone()
    }

    /// Waits until everything that the daemon handed over has arrived.
    pub fn all_delivered(&mut self) {
        let accepted = self.status()["accepted"].as_u64().expect("a count");
        let deadline = Instant::now() + MAIL_MAX;
        loop {
            let people = [ALICE, BOB, CARA, DAN];
            let had: usize = people.map(|person| self.letters(person).len()).iter().sum();
            if had as u64 >= accepted {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "{had} of {accepted} letters came"
            );
            sleep(Duration::from_millis(20));
        }
    }

    /// Somebody answers a letter, and the daemon reads it. Gives the answer's Message-ID.
    pub fn answer(
        &mut self,
        person: Person,
        letter: &Received,
        words: &str,
        habit: Habit,
    ) -> String {
        let id = self.submit_answer(person, letter, words, habit, "");
        self.pump();
        id
    }

    /// Hands an answer over, with further header fields, and waits until it has arrived.
    pub fn submit_answer(
        &mut self,
        person: Person,
        letter: &Received,
        words: &str,
        habit: Habit,
        fields: &str,
    ) -> String {
        let (id, octets) = self.compose(person, letter, words, habit, fields);
        self.submit(person, &letter.mail.reply_to, octets);
        self.wait_in_the_house(&id);
        id
    }

    /// The same without SMTP, so that a trouble ordered there waits for the daemon.
    pub fn post_answer(&mut self, person: Person, letter: &Received, words: &str) {
        let (_, octets) = self.compose(person, letter, words, Habit::Phone, "");
        self.arrive(person.address, &letter.mail.reply_to, octets);
    }

    /// Writes an answer as a mail client does; gives its Message-ID and octets.
    pub fn compose(
        &mut self,
        person: Person,
        letter: &Received,
        words: &str,
        habit: Habit,
        fields: &str,
    ) -> (String, Vec<u8>) {
        self.replies += 1;
        // Mailboxes of real servers outlive a test, so the process makes the number its own.
        let number = std::process::id() * 1000 + self.replies;
        let writer = client::Writer {
            name: person.full_name,
            address: person.address,
            now: self.now,
            zone: chrono_tz::Europe::Berlin,
            number,
        };
        let octets = client::reply(&letter.mail, writer, words, habit);
        let octets = [fields.as_bytes(), &octets].concat();
        let id = format!("reply-{number}@example.test");
        (id, octets)
    }

    /// Submits as somebody, over SMTP with their own login.
    pub fn submit(&mut self, person: Person, to: &str, octets: Vec<u8>) {
        let login = self.login(person.address);
        let endpoint = self.house.smtp.clone();
        self.hand_over(endpoint, Some(login), person.address, to, octets);
    }

    /// Mail that comes from outside, without a login.
    pub fn arrive(&mut self, from: &str, to: &str, octets: Vec<u8>) {
        match (self.house.outside.clone(), &self.house.sandbox) {
            (Some(endpoint), _) => self.hand_over(endpoint, None, from, to, octets),
            (None, Some(sandbox)) => sandbox.deliver(to, octets).expect("delivered"),
            (None, None) => unreachable!("a house is one or the other"),
        }
    }

    fn hand_over(
        &self,
        endpoint: Endpoint,
        login: Option<Login>,
        from: &str,
        to: &str,
        octets: Vec<u8>,
    ) {
        let account = SmtpAccount {
            endpoint,
            login,
            helo_name: "client.example.test".to_owned(),
        };
        let submission = Submission {
            envelope_from: Address::parse(from).expect("an address"),
            recipient: Address::parse(to).expect("an address"),
            octets: Confidential::new(octets),
        };
        let mut submitter = Submitter::new(account, smtp::Patience::default());
        let outcome = self.runtime.block_on(async {
            let outcome = tokio::time::timeout(MAIL_MAX, submitter.submit(&submission)).await;
            submitter.rest().await;
            outcome.expect("an answer in time")
        });
        let outcome = outcome.expect("a connection");
        assert!(matches!(outcome, Outcome::Accepted(_)), "{outcome:?}");
    }

    /// Waits until a mail lies in the daemon's mailbox, wherever.
    pub fn wait_in_the_house(&mut self, message_id: &str) {
        let deadline = Instant::now() + MAIL_MAX;
        let mut session = self.log_in(self.house.mailbox());
        let found = self.runtime.block_on(async {
            while Instant::now() < deadline {
                for folder in FOLDERS {
                    let mailbox = Mailbox::at_levels(folder, session.delimiter());
                    // A folder that is not there yet holds nothing.
                    let found = session
                        .find_by_header(&mailbox, "Message-ID", message_id)
                        .await;
                    if found.is_ok_and(|uids| !uids.is_empty()) {
                        session.logout().await;
                        return true;
                    }
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            false
        });
        assert!(
            found,
            "{message_id} did not come to {}",
            self.house.mailbox()
        );
    }

    /// Where a mail lies in the daemon's mailbox: folder and flags; `None` if nowhere.
    pub fn place(&mut self, message_id: &str) -> Option<(&'static str, Head)> {
        let mut session = self.log_in(self.house.mailbox());
        self.runtime.block_on(async {
            for folder in FOLDERS {
                let mailbox = Mailbox::at_levels(folder, session.delimiter());
                if session.select(&mailbox).await.is_err() {
                    continue;
                }
                let found = session
                    .find_by_header(&mailbox, "Message-ID", message_id)
                    .await;
                let Some(uid) = found.expect("a search").first().copied() else {
                    continue;
                };
                let heads = session.fetch_heads(&[uid]).await.expect("a head");
                return heads.into_iter().next().map(|head| (folder, head));
            }
            None
        })
    }

    fn log_in(&self, address: &str) -> Session {
        let account = ImapAccount {
            endpoint: self.house.imap.clone(),
            login: self.login(address),
        };
        let patience = imap::Patience::default();
        let opened = self.runtime.block_on(async {
            tokio::time::timeout(MAIL_MAX, Session::connect(&account, &patience)).await
        });
        opened.expect("an answer in time").expect("a session")
    }

    fn login(&self, address: &str) -> Login {
        let password = self.house.passwords[address].clone();
        Login::password(address, Confidential::new(password))
    }

    /// The curtain falls: the daemon ends well, and the folder goes.
    pub fn close(mut self) {
        if self.process.is_up() {
            assert_eq!(
                self.process.stop(),
                Some(0),
                "see {}",
                self.folder.display()
            );
        }
        for (_, letterbox) in std::mem::take(&mut self.letterboxes) {
            self.runtime.block_on(letterbox.session.logout());
        }
        if let Some(sandbox) = self.house.sandbox.take() {
            self.runtime.block_on(sandbox.stop());
        }
        std::fs::remove_dir_all(&self.folder).expect("a folder to remove");
    }
}

/// Somebody answers a letter in web mail, and gets one of that kind for it.
#[track_caller]
pub fn says(
    theatre: &mut Theatre,
    who: Person,
    to: &Received,
    words: &str,
    brings: Kind,
) -> Received {
    theatre.answer(who, to, words, Habit::Webmail);
    theatre.take(who, brings)
}
