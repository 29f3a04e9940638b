//! Stores that older versions wrote, kept as they lay on the disk: each is opened by the present
//! program for ever after, tells what it told, and goes on.
//!
//! `tests/stores/vN` was written by the first program of version N and is never edited; if it does not
//! open, the program is wrong. `POSTLUNCH_WRITE_STORE=1` writes the folder of a version that has none.

#[allow(
    dead_code,
    reason = "each test program uses its own part of the theatre"
)]
mod support;

use chrono::{DateTime, Utc};
use postlunch::daemon::migration::VERSION;
use postlunch::demo::client::{Habit, Mail, Writer, reply};
use postlunch::keyring::{Owner, Purpose, StoreKey};
use postlunch::sandbox::{Sandbox, SandboxOptions};
use postlunch::store::{Batch, Key, Options, Shelf, Store};
use std::fs;
use std::path::{Path, PathBuf};
use support::LUNCH;
use support::house::company;
use support::process::{Ended, Process};
use tokio::runtime::Runtime;

const ANA: &str = "ana@example.test";
const BEN: &str = "ben@example.test";
const CARA: &str = "cara@example.test";

/// Sandbox, folder and daemon.
struct House {
    runtime: Runtime,
    sandbox: Sandbox,
    folder: tempfile::TempDir,
    process: Process,
}

fn kept(version: u64) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/stores/v{version}"))
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).unwrap()),
        }
    }
}

impl House {
    fn new(begins: &str) -> Self {
        let runtime = Runtime::new().unwrap();
        let accounts = [LUNCH, ANA, BEN, CARA].map(|address| (address, "sandbox"));
        let options = SandboxOptions::with_accounts(&accounts);
        let sandbox = runtime.block_on(Sandbox::start(options)).unwrap();
        let configuration = company(&sandbox, "");
        let folder = tempfile::tempdir().unwrap();
        let begins: DateTime<Utc> = begins.parse().unwrap();
        let process = Process::new(folder.path(), &configuration, "sandbox", begins);
        Self {
            runtime,
            sandbox,
            folder,
            process,
        }
    }

    fn ask(&mut self, arguments: &[&str]) -> serde_json::Value {
        match self.process.command(arguments) {
            Ended::Well(answer) => answer,
            other => panic!("{arguments:?}: {other:?}"),
        }
    }

    fn pass(&mut self, time: &str) {
        self.ask(&["clock", "advance", time, "--settle", "1s"]);
    }

    fn letters(&self, to: &str) -> Vec<Mail> {
        let all = self.sandbox.mailbox(to, "INBOX").into_iter();
        all.map(|message| Mail::read(&message.bytes).unwrap())
            .collect()
    }

    /// Somebody answers their latest letter with such a subject.
    fn answer(&mut self, by: &str, subject: &str, words: &str) {
        let letters = self.letters(by);
        let letter = letters
            .iter()
            .rev()
            .find(|letter| letter.subject.contains(subject));
        let letter = letter.unwrap_or_else(|| panic!("{by} has no {subject}"));
        let now = self.ask(&["clock", "show"])["now"]
            .as_str()
            .unwrap()
            .parse();
        let number = letters.len() as u32;
        let writer = Writer {
            name: "Somebody",
            address: by,
            now: now.unwrap(),
            zone: chrono_tz::Europe::Berlin,
            number,
        };
        let octets = reply(letter, writer, words, Habit::Phone);
        self.sandbox.deliver(&letter.reply_to, octets).unwrap();
        self.pass("1h");
    }

    fn end(mut self) -> tempfile::TempDir {
        assert_eq!(self.process.stop(), Some(0));
        self.runtime.block_on(self.sandbox.stop());
        self.folder
    }
}

/// A small life: a yes with a goal, a lunch with notes, a no. Written once for each version.
fn write(version: u64) {
    let mut house = House::new("2027-01-04T08:00:00Z");
    house.process.start();
    let invite = |to| ["invite", "--from", ANA, "--to", to];
    house.ask(&invite(BEN));
    house.ask(&invite(CARA));
    house.pass("1h");
    house.answer(CARA, "feedback lunch", "No thanks");
    house.answer(BEN, "feedback lunch", "Yes, gladly!");
    house.answer(BEN, "feedback lunch", "goal: Shorter answers");
    house.pass("4d");
    house.answer(
        BEN,
        "your notes",
        "Best: how you handled the outage.\nWorst: the long meeting.",
    );
    let folder = house.end();
    let to = kept(version);
    fs::create_dir_all(&to).unwrap();
    let at = folder.path();
    // The index is no truth; a new segment holds the state alone, without the letters' octets.
    let key = StoreKey::read(&at.join("store.key-rehearsal")).unwrap();
    let options = Options {
        segment_octets: 1,
        ballast_octets: 0,
        ..Options::new(Purpose::Rehearsal)
    };
    let mut store = Store::open(&at.join("store-rehearsal"), &key, options).unwrap();
    let mut batch = Batch::new();
    batch.put(Key::on(Shelf::Meta).word("kept"), Owner::House, vec![1]);
    store.commit(vec![batch]).unwrap();
    store.retire(1).unwrap();
    store.close().unwrap();
    copy(&at.join("store-rehearsal/journal"), &to.join("journal"));
    fs::copy(at.join("store-rehearsal/keyring"), to.join("keyring")).unwrap();
    fs::copy(at.join("store.key-rehearsal"), to.join("store.key")).unwrap();
}

/// A house in which that store lies, days later.
fn moved_in(version: u64) -> House {
    let house = House::new("2027-01-11T08:00:00Z");
    let (from, at) = (kept(version), house.folder.path());
    let store = at.join("store-rehearsal");
    copy(&from.join("journal"), &store.join("journal"));
    fs::copy(from.join("keyring"), store.join("keyring")).unwrap();
    let key = at.join("store.key-rehearsal");
    fs::copy(from.join("store.key"), &key).unwrap();
    use std::os::unix::fs::PermissionsExt;
    for private in [store.join("keyring"), key] {
        fs::set_permissions(private, fs::Permissions::from_mode(0o600)).unwrap();
    }
    house
}

#[test]
fn a_store_of_every_version_opens_and_goes_on() {
    for version in 1..=VERSION {
        if !kept(version).exists() && std::env::var_os("POSTLUNCH_WRITE_STORE").is_some() {
            write(version);
        }
        let mut house = moved_in(version);
        house.process.start();
        // The seal of Ben's notes broke while nobody was there; Cara has said no.
        house.pass("2h");
        let anas = house.letters(ANA);
        let subjects: Vec<&str> = anas.iter().map(|one| one.subject.as_str()).collect();
        let told = anas.iter().find(|one| one.subject.contains("told you"));
        let told = told.unwrap_or_else(|| panic!("no exchange in {subjects:?}"));
        assert!(
            told.text.contains("how you handled the outage"),
            "{}",
            told.text
        );
        house.pass("14d");
        let bens = house.letters(BEN);
        let reminder = bens.iter().find(|letter| {
            letter.text.contains("speaks first") || letter.text.contains("you speak first")
        });
        let reminder = reminder.expect("a reminder");
        assert!(
            reminder.text.contains("Shorter answers"),
            "{}",
            reminder.text
        );
        assert_eq!(house.letters(CARA).len(), 0);
        let folder = house.end();
        let key = StoreKey::read(&folder.path().join("store.key-rehearsal")).unwrap();
        let options = Options::new(Purpose::Rehearsal);
        let store = Store::open(&folder.path().join("store-rehearsal"), &key, options);
        store.unwrap().verify().unwrap();
    }
}

#[test]
fn a_store_of_a_newer_version_is_refused_whole() {
    let mut house = moved_in(VERSION);
    let at = house.folder.path().to_owned();
    let key = StoreKey::read(&at.join("store.key-rehearsal")).unwrap();
    let path = at.join("store-rehearsal");
    let open = || Store::open(&path, &key, Options::new(Purpose::Rehearsal)).unwrap();
    let mut store = open();
    let newer = (VERSION + 1).to_be_bytes().to_vec();
    let mut batch = Batch::new();
    batch.put(
        Key::on(Shelf::Meta).word("record-version"),
        Owner::House,
        newer,
    );
    let sequence = store.commit(vec![batch]).unwrap();
    store.close().unwrap();
    let ended = house.process.try_start().unwrap_err();
    assert_eq!(ended, "exit status: 78");
    let log = fs::read_to_string(at.join("log")).unwrap();
    assert!(
        log.contains("newer postlunch") && log.contains("store restore"),
        "{log}"
    );
    assert_eq!(open().sequence(), sequence, "nothing was touched");
}
