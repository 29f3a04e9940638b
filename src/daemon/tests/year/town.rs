//! The town: who lives there, how time goes by, and what is on its way.
//!
//! | room | what happens there |
//! | --- | --- |
//! | `house` | the daemon lives, and its disk loses its power |
//! | `inbox` | mail comes to the house and is read |
//! | `post_office` | letters leave the house, and a server takes them or not |
//! | `readers` | letters come to people, who do with them as they are wont |
//! | `checks` | what has to hold is looked at |
//! | `tally` | what was seen |

mod checks;
mod house;
mod inbox;
mod post_office;
mod readers;
mod tally;

use super::people::{Character, Meaning, Resident};
use super::promises::Promises;
use crate::clock::Clock;
use crate::clock::tests::random_by;
use crate::daemon::decider::Decider;
use crate::daemon::incoming::Place;
use crate::demo::client::Mail;
use crate::disk::tests::Dice;
use crate::lunch::cadence::local;
use crate::lunch::person::PersonId;
use chrono::{DateTime, Datelike, NaiveDateTime, TimeDelta, Utc};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::hash::{DefaultHasher, Hasher};
use tally::Tally;
use tempfile::TempDir;

const ZONE: chrono_tz::Tz = chrono_tz::Europe::Berlin;

/// A Monday morning.
const BEGINNING: &str = "2027-01-04T08:00:00Z";

/// Steps of the disk from one power cut to the next, at most, for each person of the town.
const STEPS_EACH: u64 = 45;

/// Something on its way.
enum Parcel {
    /// A letter of ours.
    Letter { to: usize, letter: Box<Letter> },
    /// Somebody's mail to the house.
    Mail(Posted),
    /// The operator invites.
    Invitation(usize, usize),
    /// The submission server is out of reach.
    Outage(TimeDelta),
    /// The daemon is stopped and started.
    Stop,
}

/// A letter as it came to somebody.
struct Letter {
    name: String,
    lunch: (u64, Option<NaiveDateTime>),
    mail: Mail,
    octets: Vec<u8>,
}

/// A mail as it lies in the inbox.
#[derive(Clone)]
struct Posted {
    from: usize,
    octets: Vec<u8>,
    lunch: (u64, Option<NaiveDateTime>),
    meaning: Meaning,
    /// Whether it has lain there before.
    copy: bool,
}

/// All of it.
pub struct Town {
    /// What was seen.
    pub tally: Tally,
    seed: u64,
    clock: Clock,
    folder: TempDir,
    decider: Option<Decider>,
    dice: Dice,
    residents: Vec<Resident>,
    by_address: BTreeMap<String, usize>,
    post: BTreeMap<(DateTime<Utc>, u64), Parcel>,
    parcels: u64,
    inbox: VecDeque<(Place, Posted)>,
    uid: u32,
    /// What lies in the account's sent mail; `None` if the server keeps none.
    sent: Option<BTreeSet<String>>,
    doubted: BTreeSet<u64>,
    /// Rows of letters that may still be on their way out, those behind `rows` not yet among them.
    open_rows: BTreeSet<u64>,
    rows: u64,
    /// Who waits for a letter that did not leave yet, and when the next of these is tried again.
    waiting: BTreeSet<u64>,
    retry: Option<DateTime<Utc>>,
    unreachable_until: DateTime<Utc>,
    /// Whether the daemon has something to do.
    stirred: bool,
    promises: Promises,
    pairings: BTreeMap<u64, [(PersonId, usize); 2]>,
    unchecked: BTreeSet<u64>,
    story: Vec<(Vec<usize>, String)>,
    digest: DefaultHasher,
}

impl Town {
    /// A town on its first morning.
    pub fn new(people: usize, seed: u64) -> Self {
        random_by(Some(seed));
        let mut dice = Dice(seed);
        let characters = Character::all(people, &mut dice);
        let each = characters.iter().enumerate();
        let residents: Vec<Resident> = each
            .map(|(number, character)| Resident::new(number, *character, &mut dice))
            .collect();
        let addresses = residents.iter().map(|one| one.address.clone());
        let start: DateTime<Utc> = BEGINNING.parse().expect("a moment");
        let mut town = Self {
            tally: Tally::default(),
            seed,
            clock: Clock::by_hand(start),
            folder: a_folder(),
            decider: None,
            by_address: addresses.zip(0..).collect(),
            residents,
            post: BTreeMap::new(),
            parcels: 0,
            inbox: VecDeque::new(),
            uid: 0,
            sent: (seed % 2 == 1).then(BTreeSet::new),
            doubted: BTreeSet::new(),
            open_rows: BTreeSet::new(),
            rows: 0,
            waiting: BTreeSet::new(),
            retry: None,
            unreachable_until: start,
            stirred: true,
            promises: Promises::default(),
            pairings: BTreeMap::new(),
            unchecked: BTreeSet::new(),
            story: Vec::new(),
            digest: DefaultHasher::new(),
            dice,
        };
        town.arm();
        town.open();
        town.plan();
        town
    }

    /// Who invites whom and when; when the servers are away and the daemon is stopped.
    fn plan(&mut self) {
        let half = self.residents.len() / 2;
        let minutes =
            |days: u64, dice: &mut Dice| TimeDelta::minutes(dice.below(days * 1440).cast_signed());
        for number in 0..half {
            let after = minutes(250, &mut self.dice);
            self.later(after, Parcel::Invitation(number, number + half));
            if self.dice.below(5) == 0 {
                let other = self.dice.below(half as u64) as usize + half;
                let after = minutes(330, &mut self.dice);
                self.later(after, Parcel::Invitation(number, other));
            }
        }
        for _ in 0..12 {
            let (after, long) = (minutes(365, &mut self.dice), minutes(1, &mut self.dice));
            self.later(after, Parcel::Outage(long));
            let after = minutes(365, &mut self.dice);
            self.later(after, Parcel::Stop);
        }
    }

    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    fn later(&mut self, after: TimeDelta, parcel: Parcel) {
        self.parcels += 1;
        self.post.insert((self.now() + after, self.parcels), parcel);
    }

    /// Notes what happened, for the story of a broken promise.
    fn tell(&mut self, who: &[usize], what: impl FnOnce() -> String) {
        let at = local(self.now(), ZONE).format("%a %Y-%m-%d %H:%M");
        self.story.push((who.to_vec(), format!("{at} {}", what())));
    }

    fn broken(&self, who: &[usize], why: &str) -> ! {
        let theirs = self
            .story
            .iter()
            .filter(|(of, _)| of.iter().any(|one| who.contains(one)));
        let theirs: Vec<&str> = theirs.map(|(_, line)| line.as_str()).collect();
        let last = theirs.len().saturating_sub(60);
        let named: Vec<_> = who
            .iter()
            .map(|one| format!("person {one} is {:?}", self.residents[*one].character))
            .collect();
        panic!(
            "{why}\n{}\n{}\n\nplay it alone: POSTLUNCH_TEST_SEED={} POSTLUNCH_TOWN={} cargo test --lib a_town_lives\n",
            theirs[last..].join("\n"),
            named.join(", "),
            self.seed,
            self.residents.len()
        );
    }

    /// So much time goes by.
    pub fn live(&mut self, time: TimeDelta) {
        let end = self.now() + time;
        while let Some((next, ours)) = self.next_moment().filter(|(next, _)| *next <= end) {
            if next.month() != self.now().month() {
                // Seen with --nocapture, or where something breaks.
                println!(
                    "{}: {}, {} rows open",
                    next.date_naive(),
                    self.tally,
                    self.open_rows.len()
                );
            }
            self.clock.advance_to(next);
            self.stirred |= ours;
            self.take_post();
            // A letter that comes to its reader is no matter of the daemon's.
            if std::mem::take(&mut self.stirred) {
                self.read_mail();
                self.work();
            }
            self.check();
        }
    }

    /// When something happens next, and whether it is the daemon that has to do it.
    fn next_moment(&mut self) -> Option<(DateTime<Utc>, bool)> {
        let turn = self.ask(|d| d.next_turn());
        let turn = turn.unwrap_or_else(|| Some(self.now()));
        let ours = [turn, self.retry].into_iter().flatten().min();
        let post = self.post.keys().next().map(|(at, _)| *at);
        let next = ours.into_iter().chain(post).min()?;
        Some((next, ours == Some(next)))
    }

    fn take_post(&mut self) {
        let now = self.now();
        while let Some(((at, key), parcel)) = self.post.pop_first() {
            if at > now {
                self.post.insert((at, key), parcel);
                return;
            }
            self.stirred |= !matches!(parcel, Parcel::Letter { .. });
            match parcel {
                Parcel::Letter { to, letter } => self.arrive(to, &letter),
                Parcel::Mail(posted) => self.lie_in_the_inbox(posted),
                Parcel::Invitation(from, to) => self.invite(from, to, key),
                Parcel::Outage(long) => {
                    self.tally.outages += 1;
                    self.unreachable_until = now + long;
                }
                Parcel::Stop => self.stop(),
            }
        }
    }

    /// Who got which octets, in which order.
    pub fn digest(&self) -> u64 {
        self.digest.finish()
    }
}

/// In memory where there is such a place: what a power cut takes is told by the dice.
fn a_folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().expect("a folder"))
}
