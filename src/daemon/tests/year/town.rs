//! The town: post, disk, clock and the daemon in the midst of them.

use super::calendar::{Place as Seat, entry};
use super::people::{Arrival, Character, Deed, Meaning, Resident};
use super::promises::{Leaving, Promises, about, secrets_in};
use crate::clock::Clock;
use crate::clock::tests::random_by;
use crate::daemon::decider::{Decider, DeciderError};
use crate::daemon::incoming::{Handled, Place};
use crate::daemon::ledger::Turn;
use crate::daemon::outgoing::Claimed;
use crate::daemon::request::{Reply, Request};
use crate::demo::client::{self, Habit, Mail};
use crate::disk::tests::{self as disk, Dice};
use crate::lunch::agenda::next_due;
use crate::lunch::cadence::local;
use crate::lunch::event::Circle;
use crate::lunch::pairing::{LunchState, PairingId, Stage};
use crate::lunch::person::PersonId;
use crate::reading::message::Message;
use crate::smtp::{Answer, Outcome, Refusal, Step};
use chrono::{DateTime, Datelike, NaiveDateTime, TimeDelta, Utc};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use tempfile::TempDir;

const ZONE: chrono_tz::Tz = chrono_tz::Europe::Berlin;

/// A Monday morning.
const BEGINNING: &str = "2027-01-04T08:00:00Z";

/// Steps of the disk from one power cut to the next, at most, for each person of the town.
const STEPS_EACH: u64 = 45;

/// What was seen in a year.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    letters: u64,
    mails: u64,
    copies: u64,
    deferred: u64,
    unheard: u64,
    doubled: u64,
    refused: u64,
    outages: u64,
    stops: u64,
    cuts: u64,
    looks: u64,
    late: u64,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} letters ({} tries deferred, {} replies lost, {} letters twice where nobody could tell, \
             {} refused), {} mails ({} copies, {} late), {} outages, {} stops, {} power cuts; \
             {} times looked at both calendars",
            self.letters,
            self.deferred,
            self.unheard,
            self.doubled,
            self.refused,
            self.mails,
            self.copies,
            self.late,
            self.outages,
            self.stops,
            self.cuts,
            self.looks
        )
    }
}

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

/// What the server does with a letter.
enum Fate {
    Taken,
    TakenUnheard,
    LostUnheard,
    Later,
    Never,
    Unreachable,
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

    // ---- the daemon, and its disk ----

    fn arm(&mut self) {
        let most = STEPS_EACH * self.residents.len() as u64 + 500;
        disk::power_fails_at(Some(self.dice.below(most) + 1));
    }

    /// Opens the store as a start of the daemon does, again and again while the power goes.
    fn open(&mut self) {
        for _ in 0..20 {
            let path = self.folder.path().join("store");
            let opened = super::super::open(&path, &self.clock, ZONE).and_then(|mut decider| {
                decider.doubt_the_claimed()?;
                Ok(decider)
            });
            match opened {
                Ok(decider) => {
                    self.decider = Some(decider);
                    return;
                }
                Err(_) if disk::has_failed() => self.lose(),
                Err(error) => self.broken(&[], &format!("the store does not open: {error}")),
            }
        }
        self.broken(&[], "the store did not open in twenty tries");
    }

    /// What was not synced is gone, or not.
    fn lose(&mut self) {
        self.tally.cuts += 1;
        disk::lose(&mut self.dice);
        if self.dice.below(4) == 0 {
            let _ = std::fs::remove_dir_all(self.folder.path().join("store/index"));
        }
        self.arm();
    }

    /// One job of the decider's; `None` if the power went, after which a new daemon stands there.
    fn ask<T>(&mut self, job: impl FnOnce(&mut Decider) -> Result<T, DeciderError>) -> Option<T> {
        let decider = self.decider.as_mut().expect("a daemon");
        match decider.guarded("a job", job) {
            Ok(answer) => Some(answer),
            Err(_) if disk::has_failed() => {
                self.tell(&[], || "the power goes".into());
                drop(self.decider.take());
                self.lose();
                self.open();
                self.stirred = true; // a start looks at everything
                self.retry = Some(self.now());
                None
            }
            Err(error) => self.broken(&[], &format!("the decider fails: {error}")),
        }
    }

    fn stop(&mut self) {
        self.tally.stops += 1;
        if let Some(decider) = self.decider.take() {
            match self.dice.below(2) {
                0 => decider.close(),
                _ => drop(decider),
            }
        }
        if disk::has_failed() {
            self.lose();
        }
        self.open();
    }

    // ---- time ----

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

    fn invite(&mut self, from: usize, to: usize, key: u64) {
        if !self.residents[from].character.is_reached() {
            return;
        }
        let address = |one: usize| format!("Person {one} <{}>", self.residents[one].address);
        let request = Request::Invite {
            from: Some(address(from)),
            to: vec![address(to)],
            note: None,
            dry_run: false,
            id: format!("invite-{key}"),
        };
        // After a power cut the operator asks again.
        for _ in 0..20 {
            let request = request.clone();
            match self.ask(|d| d.command(request)) {
                Some(Reply::Invited { .. } | Reply::Refused { .. }) => break,
                Some(other) => self.broken(&[from, to], &format!("{other:?}")),
                None => {}
            }
        }
        self.tell(&[from, to], || format!("person {from} invites person {to}"));
    }

    // ---- mail to the house ----

    fn lie_in_the_inbox(&mut self, mut posted: Posted) {
        self.uid += 1;
        let place = Place {
            mailbox: "INBOX".to_owned(),
            uid_validity: 1,
            uid: self.uid,
        };
        if self.dice.below(40) == 0 {
            let mut copy = posted.clone();
            copy.copy = true;
            let after = TimeDelta::minutes(self.dice.below(4000).cast_signed());
            self.later(after, Parcel::Mail(copy));
        }
        posted.copy &= true;
        self.inbox.push_back((place, posted));
    }

    fn read_mail(&mut self) {
        while let Some((place, posted)) = self.inbox.front().cloned() {
            let message = Message::parse(&posted.octets);
            let (at, letter) = (place.clone(), message.clone());
            let handled = self.ask(move |d| {
                let before = d.ledger.counter("letters")?;
                let Some((route, background)) = d.route(&letter, d.clock.now())? else {
                    return Ok((Handled::NotOurs, "not ours", 0));
                };
                let reading = background.read(&letter);
                let handled = d.receive(&at, &letter, &route, &reading)?;
                let after = d.ledger.counter("letters")?;
                Ok((handled, reading.kind(), after - before))
            });
            // The power went: the mail lies where it lay, and is looked at again.
            let Some((handled, kind, letters)) = handled else {
                continue;
            };
            let from = posted.from;
            self.tell(&[from], || {
                format!(
                    "mail of person {from} ({:?}) read as {kind}: {letters} letters",
                    posted.meaning
                )
            });
            if handled == Handled::Later {
                self.broken(&[from], "a mail waits");
            }
            if posted.copy && letters > 0 {
                self.broken(&[from], "a second copy of a mail has an effect");
            }
            self.tally.mails += 1;
            self.tally.copies += u64::from(posted.copy);
            if !posted.copy {
                self.promises.heard(from, posted.lunch, posted.meaning);
            }
            self.unchecked.insert(posted.lunch.0);
            self.inbox.pop_front();
            if handled != Handled::NotOurs {
                self.ask(|d| d.acknowledged(&place));
            }
        }
    }

    // ---- letters ----

    /// What is due is decided, and what may leave does.
    fn work(&mut self) {
        for _ in 0..1000 {
            let turns = self.ask(|d| {
                d.take_log();
                d.run_due()
            });
            for (_, turn) in turns.into_iter().flatten() {
                if let Turn::Pairing(id) = turn {
                    self.unchecked.insert(id.0);
                }
            }
            let mut worked = false;
            while let Some(Some(claimed)) = self.ask(|d| d.claim()) {
                worked = true;
                self.submit(&claimed);
            }
            worked |= self.look_for_the_doubtful();
            let due = self.ask(|d| d.next_turn()).flatten();
            if !worked && due.is_none_or(|at| at > self.now()) {
                return self.look_at_the_outbox();
            }
        }
        self.broken(&[], "the work does not come to an end");
    }

    /// What did not leave, and when that is tried again. What waits for a new day (a ceiling) is tried
    /// with whatever comes next.
    fn look_at_the_outbox(&mut self) {
        let (rows, open) = (self.rows, std::mem::take(&mut self.open_rows));
        let left = self.ask(|d| {
            let last = d.ledger.counter("letters")?;
            let mut left = Vec::new();
            for row in open.iter().copied().chain(rows + 1..=last) {
                left.extend(d.ledger.outbox_row(row)?);
            }
            Ok((last, left))
        });
        let Some((last, left)) = left else {
            self.open_rows = open;
            return;
        };
        let now = self.now();
        self.rows = last;
        self.open_rows = left.iter().map(|row| row.row).collect();
        self.waiting = left.iter().map(|row| row.person).collect();
        let later = left.iter().map(|row| row.not_before);
        self.retry = later.filter(|at| *at > now).min();
    }

    fn fate(&mut self, to: usize) -> Fate {
        if self.now() < self.unreachable_until {
            return Fate::Unreachable;
        }
        if self.residents[to].character == Character::Refused {
            return Fate::Never;
        }
        match self.dice.below(100) {
            0..4 => Fate::Later,
            4 => Fate::TakenUnheard,
            5 => Fate::LostUnheard,
            _ => Fate::Taken,
        }
    }

    fn submit(&mut self, claimed: &Claimed) {
        let to = self.by_address[claimed.submission.recipient.as_str()];
        let fate = self.fate(to);
        if matches!(fate, Fate::Taken | Fate::TakenUnheard) {
            self.take(to, claimed);
        }
        let answer = |code| Answer {
            code,
            status: None,
            words: String::new(),
        };
        let refusal = |step, answer| Refusal {
            step,
            answer,
            reason: String::new(),
        };
        let outcome = match fate {
            Fate::Unreachable => {
                self.tally.deferred += 1;
                self.ask(|d| d.settle_unreachable(claimed.row));
                return;
            }
            Fate::Taken => Outcome::Accepted(answer(250)),
            Fate::TakenUnheard | Fate::LostUnheard => {
                self.tally.unheard += 1;
                self.doubted.insert(claimed.row);
                Outcome::InDoubt(refusal(Step::Dot, None))
            }
            Fate::Later => {
                self.tally.deferred += 1;
                Outcome::Transient(refusal(Step::Rcpt, Some(answer(451))))
            }
            Fate::Never => {
                self.tally.refused += 1;
                Outcome::Permanent(refusal(Step::Rcpt, Some(answer(550))))
            }
        };
        if self.ask(|d| d.settle(claimed.row, &outcome)).is_none() {
            self.doubted.insert(claimed.row); // how it ended is not on the disk
        }
    }

    /// The server takes a letter.
    fn take(&mut self, to: usize, claimed: &Claimed) {
        let octets = claimed.submission.octets.reveal();
        let mail = Mail::read(octets).expect("a mail");
        let row = claimed.row;
        let mut record = None;
        while record.is_none() {
            record = self.ask(|d| Ok(d.ledger.letter(row)?)); // reading cuts no power
        }
        let Some(record) = record.flatten() else {
            self.broken(&[to], "a letter without its record");
        };
        let digest = {
            let mut hasher = DefaultHasher::new();
            octets.hash(&mut hasher);
            hasher.finish()
        };
        let leaving = Leaving {
            to,
            record: &record,
            mail: &mail,
            digest,
            doubted: self.sent.is_none() && self.doubted.contains(&row),
        };
        let taken = self.promises.leaves(&leaving);
        let name = record.name.clone();
        self.tell(&[to], || {
            format!("letter {row}, {name}, to person {to}: {}", mail.subject)
        });
        match taken {
            Ok(true) => self.tally.letters += 1,
            Ok(false) => self.tally.doubled += 1,
            Err(why) => self.broken(&[to], &format!("{why}\n\n{}", mail.text)),
        }
        (to, digest).hash(&mut self.digest);
        if let Some(sent) = &mut self.sent {
            sent.insert(mail.message_id.clone());
        }
        let lunch = about(&record);
        let delay = match self.dice.below(50) {
            0 => TimeDelta::minutes(self.dice.below(1500).cast_signed()),
            _ => TimeDelta::minutes(self.dice.below(5).cast_signed()),
        };
        // Between the same two servers nothing overtakes; what waited at ours may.
        let before = self.residents[to].expects;
        let arrives = (self.now() + delay).max(before);
        self.residents[to].expects = arrives;
        let delay = arrives - self.now();
        self.residents[to].in_flight += 1;
        self.unchecked.insert(lunch.0);
        let letter = Box::new(Letter {
            name,
            lunch,
            mail,
            octets: octets.clone(),
        });
        self.later(delay, Parcel::Letter { to, letter });
    }

    fn look_for_the_doubtful(&mut self) -> bool {
        let doubtful = self.ask(|d| d.doubtful()).unwrap_or_default();
        for one in &doubtful {
            let found = self
                .sent
                .as_ref()
                .map(|sent| sent.contains(&one.message_id));
            self.doubted.insert(one.row);
            self.ask(|d| d.resolve(one.row, found));
        }
        !doubtful.is_empty()
    }

    /// A letter comes to its reader, who does with it as they are wont.
    fn arrive(&mut self, to: usize, letter: &Letter) {
        let day = (self.now() - BEGINNING.parse::<DateTime<Utc>>().expect("a moment")).num_days();
        let reader = &mut self.residents[to];
        reader.in_flight -= 1;
        if !reader.had.insert(letter.mail.message_id.clone()) {
            return; // a client shows one Message-ID once
        }
        if let Some(calendar) = &letter.mail.calendar {
            // What is older than what it has, a calendar leaves aside.
            let _ = reader.calendar.take(&entry(calendar));
        }
        let arrival = Arrival {
            kind: &letter.name,
            pairing: letter.lunch.0,
            day,
        };
        let reactions = reader.react(to, &arrival, &mut self.dice);
        for reaction in reactions {
            let Some(octets) = self.written(to, letter, &reaction.deed, reaction.after) else {
                continue;
            };
            let text = String::from_utf8_lossy(&octets);
            if let Deed::Says(words) = &reaction.deed {
                for word in secrets_in(words) {
                    assert!(text.contains(word), "the mail holds its words");
                    self.promises.written(word, to, letter.lunch);
                }
            }
            let mut after = reaction.after;
            if self.dice.below(40) == 0 {
                self.tally.late += 1;
                after += TimeDelta::minutes(self.dice.below(3000).cast_signed());
            }
            let posted = Posted {
                from: to,
                octets,
                lunch: letter.lunch,
                meaning: reaction.meaning,
                copy: false,
            };
            self.later(after, Parcel::Mail(posted));
        }
    }

    /// The octets that somebody's client makes.
    fn written(
        &mut self,
        by: usize,
        letter: &Letter,
        deed: &Deed,
        after: TimeDelta,
    ) -> Option<Vec<u8>> {
        self.parcels += 1;
        let reader = &self.residents[by];
        let colleague = format!("colleague-of-{}", reader.address);
        let address = match deed {
            Deed::Forwarded(_) => colleague.as_str(),
            _ => reader.address.as_str(),
        };
        let writer = client::Writer {
            name: "Somebody",
            address,
            now: self.now() + after,
            zone: chrono_tz::Europe::Berlin,
            number: u32::try_from(self.parcels).expect("few parcels"),
        };
        match deed {
            Deed::Says(words) => Some(client::reply(&letter.mail, writer, words, reader.habit)),
            Deed::IsAway(words) => Some(client::reply(&letter.mail, writer, words, Habit::Away)),
            Deed::Forwarded(words) => {
                Some(client::reply(&letter.mail, writer, words, Habit::Phone))
            }
            Deed::Calendar(answer) => client::calendar_answer(&letter.mail, writer, *answer),
            Deed::Bounces => Some(returned(&reader.address, &letter.octets, self.parcels)),
        }
    }

    // ---- what has to hold ----

    /// Every pairing that something happened to, once all letters about it have come.
    fn check(&mut self) {
        self.unchecked.remove(&0);
        if self.unchecked.is_empty() {
            return;
        }
        for id in self.unchecked.clone() {
            let two = self.pairings.get(&id).copied();
            if two.is_some_and(|two| !self.has_all_letters(two)) {
                continue; // looked at when they have come
            }
            let found = self.ask(|d| match d.ledger.pairing(PairingId(id))? {
                Some(pairing) => {
                    let two = [pairing.inviter, pairing.invitee];
                    let circle = d.ledger.circle(&two, &d.settings.rules)?;
                    Ok(Some((pairing, circle)))
                }
                None => Ok(None),
            });
            let Some(Some((pairing, circle))) = found else {
                continue;
            };
            let number = |person| (person, self.number_of(person, &circle));
            let two = [number(pairing.inviter), number(pairing.invitee)];
            let who = [two[0].1, two[1].1];
            self.pairings.insert(id, two);
            let once = pairing.stage == Stage::Meeting && pairing.plan.once;
            if pairing.stage.is_open() && next_due(&pairing, &circle.rules).is_none() && !once {
                let stage = &pairing.stage;
                self.broken(&who, &format!("pairing {id} is {stage:?} for ever"));
            }
            if !self.has_all_letters(two) {
                continue;
            }
            self.unchecked.remove(&id);
            for (person, number) in two {
                self.calendar_agrees(person, number, &circle);
            }
        }
    }

    fn has_all_letters(&self, two: [(PersonId, usize); 2]) -> bool {
        two.iter().all(|(person, number)| {
            !self.waiting.contains(&person.0) && self.residents[*number].in_flight == 0
        })
    }

    fn number_of(&self, person: PersonId, circle: &Circle) -> usize {
        self.by_address[circle.people[&person].who.address.as_str()]
    }

    fn calendar_agrees(&mut self, person: PersonId, number: usize, circle: &Circle) {
        let resident = &self.residents[number];
        if !resident.character.is_reached() {
            return;
        }
        self.tally.looks += 1;
        let now = local(self.now(), ZONE);
        let mine = circle
            .pairings
            .values()
            .filter(|p| p.role(person).is_some());
        let meeting = mine.filter(|p| p.stage.is_meeting());
        let planned = meeting
            .flat_map(|p| &p.lunches)
            .filter(|l| l.state == LunchState::Planned && l.start > now);
        let mut planned: Vec<Seat> = planned.map(|l| (l.start, l.location.clone())).collect();
        planned.sort();
        for two in planned.windows(2) {
            if two[0].0.date() == two[1].0.date() {
                self.broken(&[number], &format!("two lunches on {}", two[0].0.date()));
            }
        }
        let shown = resident.calendar.ahead(now);
        if shown != planned {
            let extra = shown.iter().find(|seat| !planned.contains(seat));
            let missing = planned.iter().find(|seat| !shown.contains(seat));
            self.broken(
                &[number],
                &format!("the calendar of person {number} shows {extra:?} and lacks {missing:?}"),
            );
        }
    }

    /// Stops the daemon for good; its store is whole.
    pub fn end(&mut self) {
        disk::ordinary();
        if let Some(mut decider) = self.decider.take() {
            let verified = decider.ledger.store.verify();
            if let Err(error) = verified {
                self.broken(&[], &format!("the store at the end of the year: {error}"));
            }
            decider.close();
        }
        random_by(None);
    }

    /// Who got which octets, in which order.
    pub fn digest(&self) -> u64 {
        self.digest.finish()
    }

    /// A year in which nothing went wrong shows nothing.
    pub fn has_seen_weather(&self) {
        let Tally {
            letters,
            copies,
            deferred,
            unheard,
            refused,
            cuts,
            late,
            looks,
            ..
        } = self.tally;
        let people = self.residents.len() as u64;
        assert!(letters > 5 * people, "{}", self.tally);
        let common = [deferred, unheard, cuts, looks];
        let rare = [copies, refused, late];
        let seen = |some: &[u64]| some.iter().all(|number| *number > 0);
        assert!(seen(&common), "{}", self.tally);
        assert!(people < 100 || seen(&rare), "{}", self.tally);
        assert!(self.sent.is_none() || self.tally.doubled == 0);
    }
}

/// In memory where there is such a place: what a power cut takes is told by the dice.
fn a_folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().expect("a folder"))
}

/// A delivery status notification (RFC 3464).
fn returned(address: &str, letter: &[u8], number: u64) -> Vec<u8> {
    let text = String::from_utf8_lossy(letter);
    let header = text.split("\r\n\r\n").next().unwrap_or_default();
    format!(
        "From: Mail Delivery System <MAILER-DAEMON@example.org>\r\nTo: lunch@example.com\r\n\
         Subject: Undelivered Mail Returned to Sender\r\nMessage-ID: <returned-{number}@example.org>\r\n\
         Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"=_r\"\r\n\r\n\
         --=_r\r\nContent-Type: text/plain\r\n\r\n\
         This is the mail system. Your message could not be delivered.\r\n\
         --=_r\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mx.example.org\r\n\r\n\
         Final-Recipient: rfc822; {address}\r\nAction: failed\r\nStatus: 5.1.1\r\n\
         Diagnostic-Code: smtp; 550 5.1.1 User unknown\r\n\r\n\
         --=_r\r\nContent-Type: text/rfc822-headers\r\n\r\n{header}\r\n--=_r--\r\n"
    )
    .into_bytes()
}
