//! The decider against time: clocks that jump, zones that change their offset, long stops, the edges
//! of the calendar. No servers: letters are claimed and settled by hand, and answers are read as they
//! would come in.

use crate::clock::Clock;
use crate::config::{Config, Surroundings};
use crate::daemon::decider::{Decider, DeciderError};
use crate::daemon::incoming::{Handled, Place};
use crate::daemon::letters;
use crate::daemon::request::{Reply, Request};
use crate::daemon::settings::Settings;
use crate::demo::client::Mail;
use crate::keyring::{Purpose, StoreKey};
use crate::lunch::act::Act;
use crate::reading::message::Message;
use crate::smtp::{Answer, Outcome};
use crate::store::{Options, Store};
use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};
use chrono_tz::Tz;
use std::path::Path;
use tempfile::TempDir;

mod year;

const ANA: &str = "ana@example.com";
const BEN: &str = "ben@example.com";

/// A letter that left.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Left {
    to: String,
    kind: String,
    /// By the decider's clock, at which it left.
    at: DateTime<Utc>,
    subject: String,
    octets: Vec<u8>,
}

/// A decider, and what left it.
struct Desk {
    decider: Option<Decider>,
    clock: Clock,
    zone: Tz,
    folder: TempDir,
    left: Vec<Left>,
    mails: u32,
}

/// A decider over the store at `path`, as the daemon has one.
fn open(path: &Path, clock: &Clock, zone: Tz) -> Result<Decider, DeciderError> {
    let settings = format!(
        "[mail]\naddress = \"lunch@example.com\"\nname = \"Lunch\"\n\
         [operator]\naddress = \"cleo@example.com\"\ncontact = \"Cleo\"\n\
         [imap]\nhost = \"127.0.0.1\"\nsecurity = \"none\"\npassword = \"x\"\n\
         [smtp]\nhost = \"127.0.0.1\"\nsecurity = \"none\"\npassword = \"x\"\n\
         [lunch]\ntimezone = \"{zone}\"\nholidays = []\n",
    );
    let origin = Path::new("/config.toml");
    let config = Config::parse_in(&settings, origin, &Surroundings::default());
    let config = config.expect("a configuration");
    let key = StoreKey::from_octets(&[7; 32]).expect("a key");
    let options = Options {
        ballast_octets: 0,
        ..Options::new(Purpose::Real)
    };
    let store = Store::open(path, &key, options)?;
    let mut settings = Settings::new(&config, store.token_key(), None);
    settings.haste = i32::MAX; // what is in doubt is looked for at once
    let (templates, _) = letters::load(None).expect("letters");
    Decider::new(store, settings, templates, clock.clone())
}

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().expect("a moment")
}

impl Desk {
    fn new(zone: &str, start: &str) -> Self {
        let mut desk = Self {
            decider: None,
            clock: Clock::by_hand(moment(start)),
            zone: zone.parse().expect("a zone"),
            folder: tempfile::tempdir().expect("a folder"),
            left: Vec::new(),
            mails: 0,
        };
        desk.start();
        desk
    }

    /// Opens the store that is there, with the clock where it stands.
    fn start(&mut self) {
        if let Some(decider) = self.decider.take() {
            decider.close();
        }
        let path = self.folder.path().join("store");
        let decider = open(&path, &self.clock, self.zone);
        self.decider = Some(decider.expect("a decider"));
    }

    fn decider(&mut self) -> &mut Decider {
        self.decider.as_mut().expect("a decider")
    }

    fn set(&self, to: DateTime<Utc>) {
        let Clock::Hand(hands) = &self.clock else {
            panic!("a clock driven by hand");
        };
        *hands.lock().expect("the hands") = to; // unlike people's clocks, some go back
    }

    /// What is due by now is decided, and whatever may leave does.
    fn work(&mut self) {
        let now = self.clock.now();
        self.decider().run_due().expect("what is due");
        while let Some(claimed) = self.decider().claim().expect("a claim") {
            let octets = claimed.submission.octets.reveal().clone();
            let mail = Mail::read(&octets).expect("a mail");
            self.left.push(Left {
                to: claimed.submission.recipient.to_string(),
                kind: claimed.kind,
                at: now,
                subject: mail.subject,
                octets,
            });
            let taken = Outcome::Accepted(Answer {
                code: 250,
                status: None,
                words: String::new(),
            });
            self.decider().settle(claimed.row, &taken).expect("settled");
        }
    }

    /// Every due moment is visited, as the conductor does by hand.
    fn until(&mut self, end: &str) {
        let end = moment(end);
        for _ in 0..5000 {
            self.work();
            let next = self.decider().next_turn().expect("a turn");
            match next {
                Some(next) if next <= end => self.set(next.max(self.clock.now())),
                _ => break,
            }
        }
        self.set(end.max(self.clock.now()));
        self.work();
    }

    fn invite(&mut self) {
        let request = Request::Invite {
            from: Some(format!("Ana <{ANA}>")),
            to: vec![format!("Ben <{BEN}>")],
            note: None,
            dry_run: false,
            id: "one".to_owned(),
        };
        let invited = self.decider().command(request).expect("an answer");
        assert!(matches!(invited, Reply::Invited { .. }), "{invited:?}");
        self.work();
    }

    /// Somebody answers the latest letter to them.
    fn answer(&mut self, from: &str, words: &str) {
        let latest = self.left.iter().rev().find(|left| left.to == from);
        let letter = Mail::read(&latest.expect("a letter").octets).expect("a mail");
        self.mails += 1;
        let mail = format!(
            "From: <{from}>\nTo: <{}>\nSubject: Re: {}\nMessage-ID: <mail-{}@example.com>\n\n{words}\n",
            letter.reply_to, letter.subject, self.mails
        );
        let message = Message::parse(mail.as_bytes());
        let now = self.clock.now();
        let place = Place {
            mailbox: "INBOX".to_owned(),
            uid_validity: 1,
            uid: self.mails,
        };
        let routed = self.decider().route(&message, now).expect("a route");
        let (route, background) = routed.expect("ours");
        let reading = background.read(&message);
        let done = self.decider().receive(&place, &message, &route, &reading);
        assert_eq!(done.expect("decided"), Handled::Done);
        self.work();
    }

    fn meeting(zone: &str, start: &str) -> Self {
        let mut desk = Self::new(zone, start);
        desk.invite();
        desk.answer(BEN, "Yes, gladly");
        desk
    }

    /// Local starts of all planned lunches.
    fn lunches(&mut self) -> Vec<chrono::NaiveDateTime> {
        let pairings = self.decider().ledger.pairings().expect("pairings");
        let lunches = pairings.iter().flat_map(|pairing| &pairing.lunches);
        lunches.map(|lunch| lunch.start).collect()
    }

    /// Letters of a kind to somebody.
    fn of(&self, to: &str, kind: &str) -> Vec<Left> {
        let left = self.left.iter();
        let left = left.filter(|left| left.to == to && left.kind == kind);
        left.cloned().collect()
    }

    /// Who got what about what, without when.
    fn said(&self) -> Vec<(String, String, String)> {
        let each = self.left.iter();
        let mut said: Vec<_> = each
            .map(|left| (left.to.clone(), left.kind.clone(), left.subject.clone()))
            .collect();
        said.sort();
        said
    }
}

/// SplitMix64.
fn dice(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *seed;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A clock that somebody sets an hour forward or back, again and again, and a restart now and then:
/// the same letters as by a good clock, each once.
#[test]
fn a_clock_that_jumps_by_an_hour_says_nothing_twice_and_misses_nothing() {
    let (start, hours) = ("2027-01-04T08:00:00Z", 24 * 45);
    let seeds = if std::env::var_os("POSTLUNCH_LONG").is_some() {
        20
    } else {
        2
    };
    let mut good = Desk::meeting("Europe/Berlin", start);
    for hour in 1..hours {
        good.set(moment(start) + TimeDelta::hours(hour));
        good.work();
    }
    assert!(good.of(BEN, "reminder").len() >= 3, "{:#?}", good.said());
    for seed in 0..seeds {
        let mut seen = seed;
        let mut desk = Desk::meeting("Europe/Berlin", start);
        let mut off = TimeDelta::zero();
        for hour in 1..hours {
            match dice(&mut seen) % 60 {
                0..5 => off = TimeDelta::hours(1),
                5..10 => off = TimeDelta::hours(-1),
                10..15 => off = TimeDelta::zero(),
                15 => desk.start(),
                _ => {}
            }
            desk.set(moment(start) + TimeDelta::hours(hour) + off);
            desk.work();
        }
        assert_eq!(desk.said(), good.said(), "seed {seed}");
    }
}

/// Every lunch at its local time, every reminder at its own, the working day before: through both
/// changes of the clocks, where the offset changes by an hour or by half of one.
#[test]
fn local_times_hold_through_the_change_of_the_clocks() {
    let half_past = NaiveTime::from_hms_opt(12, 30, 0).expect("a time");
    let nine = NaiveTime::from_hms_opt(9, 0, 0).expect("a time");
    for zone in ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"] {
        let mut desk = Desk::meeting(zone, "2027-01-11T23:30:00Z");
        desk.until("2027-11-20T12:00:00Z");
        let lunches = desk.lunches();
        let held: Vec<_> = lunches
            .iter()
            .filter(|start| start.date() < NaiveDate::from_ymd_opt(2027, 11, 19).expect("a day"))
            .collect();
        assert!(held.len() >= 21, "{zone}: {held:?}");
        for pair in held.windows(2) {
            assert_eq!((*pair[1] - *pair[0]).num_days(), 14, "{zone}: {pair:?}");
        }
        assert!(
            held.iter().all(|start| start.time() == half_past),
            "{zone}: {held:?}"
        );
        let mut offsets = std::collections::BTreeSet::new();
        for person in [ANA, BEN] {
            let reminders = desk.of(person, "reminder");
            assert!(reminders.len() >= 21, "{zone}: {}", reminders.len());
            let mut lunch = held.iter();
            for reminder in reminders.iter().take(21) {
                let local = reminder.at.with_timezone(&desk.zone).naive_local();
                assert_eq!(local.time(), nine, "{zone}: {local}");
                let next = lunch.find(|start| start.date() > local.date());
                let next = next.expect("its lunch");
                let before = (next.date() - local.date()).num_days();
                let weekend = if next.weekday() == Weekday::Mon { 3 } else { 1 };
                assert_eq!(before, weekend, "{zone}: {local} for {next}");
                let utc = reminder.at.naive_utc();
                offsets.insert((local - utc).num_minutes());
            }
        }
        assert_eq!(
            offsets.len(),
            2,
            "{zone}: both offsets had their turn: {offsets:?}"
        );
    }
}

/// 29 February, and the turn of a year that ends within a week.
#[test]
fn leap_day_and_the_turn_of_the_year_are_days_like_others() {
    let mut desk = Desk::meeting("Europe/Berlin", "2027-12-06T09:00:00Z");
    desk.until("2028-04-20T12:00:00Z");
    let lunches = desk.lunches();
    for pair in lunches.windows(2) {
        assert_eq!((pair[1] - pair[0]).num_days(), 14, "{pair:?}");
    }
    let years: std::collections::BTreeSet<i32> = lunches.iter().map(|l| l.year()).collect();
    assert!(years.contains(&2027) && years.contains(&2028));
    let past = |day: &NaiveDate| *day < NaiveDate::from_ymd_opt(2028, 4, 19).expect("a day");
    let past = lunches
        .iter()
        .map(chrono::NaiveDateTime::date)
        .filter(past)
        .count();
    for person in [ANA, BEN] {
        assert_eq!(desk.of(person, "reminder").len(), past, "{lunches:?}");
        assert_eq!(desk.of(person, "followup").len(), past);
    }
    // One that falls on the leap day itself: moved there by a word.
    let mut desk = Desk::meeting("Europe/Berlin", "2028-02-14T09:00:00Z");
    desk.answer(BEN, "Can we move it to Tuesday 29 February 2028, 12:30?");
    desk.until("2028-03-10T12:00:00Z");
    let leap = NaiveDate::from_ymd_opt(2028, 2, 29).expect("a day");
    let lunches = desk.lunches();
    let on_it = lunches.iter().filter(|lunch| lunch.date() == leap).count();
    assert_eq!(on_it, 1, "{lunches:?}");
}

/// Down for three weeks: nothing stale, nothing doubled, at most one letter to each about what is
/// next; and the practice goes on as if nothing had been.
#[test]
fn after_three_weeks_down_nobody_gets_a_flood() {
    for down_from in [
        "2027-01-19T12:00:00Z",
        "2027-01-21T12:00:00Z",
        "2027-01-26T03:00:00Z",
    ] {
        let mut desk = Desk::meeting("Europe/Berlin", "2027-01-04T08:00:00Z");
        desk.until(down_from);
        let before = desk.left.len();
        desk.set(moment(down_from) + TimeDelta::days(21));
        desk.start();
        desk.work();
        let now = desk.clock.now().with_timezone(&desk.zone).naive_local();
        let caught_up: Vec<Left> = desk.left.iter().skip(before).cloned().collect();
        for person in [ANA, BEN] {
            let got: Vec<_> = caught_up.iter().filter(|left| left.to == person).collect();
            let kinds: Vec<&str> = got.iter().map(|left| left.kind.as_str()).collect();
            let about_lunch = kinds.iter().filter(|kind| **kind != "summary").count();
            assert!(
                about_lunch <= 1,
                "{down_from}: {person} got {kinds:?} at once"
            );
            assert!(!kinds.contains(&"reminder") || desk.lunches().iter().any(|l| *l > now));
        }
        desk.until("2027-04-30T12:00:00Z");
        let reminded = desk.of(BEN, "reminder");
        let different: std::collections::BTreeSet<_> =
            reminded.iter().map(|left| left.at.date_naive()).collect();
        assert_eq!(different.len(), reminded.len(), "{down_from}");
        assert!(reminded.len() >= 5, "{down_from}: {}", reminded.len());
    }
}

/// Read late (after a long stop, or once more after a restore) a mail means the days that its writer
/// had before them when it came in, and not those that follow its reading.
#[test]
fn a_mail_that_is_read_late_means_the_days_after_it_came() {
    let mut desk = Desk::meeting("Europe/Berlin", "2027-01-04T08:00:00Z");
    desk.until("2027-01-25T08:00:00Z");
    let latest = desk.of(BEN, "reminder").pop().expect("a reminder");
    let letter = Mail::read(&latest.octets).expect("a mail");
    let mail = format!(
        "From: <{BEN}>\nTo: <{}>\nSubject: Re: {}\nDate: Mon, 1 Feb 1999 12:00:00 +0000\n\
         Message-ID: <late@example.com>\n\nCan we move it to Friday at 12:00?\n",
        letter.reply_to, letter.subject
    );
    let message = Message::parse(mail.as_bytes());
    let read = |desk: &mut Desk, came: &str| {
        let routed = desk.decider().route(&message, moment(came));
        let (_, background) = routed.expect("a route").expect("ours");
        let reading = background.read(&message);
        let moved = reading.acts.iter().find_map(|act| match act {
            Act::Reschedule(moved) => moved.start,
            _ => None,
        });
        moved.expect("another day").to_string()
    };
    assert_eq!(
        read(&mut desk, "2027-01-20T10:00:00Z"),
        "2027-01-22 12:00:00"
    );
    assert_eq!(
        read(&mut desk, "2027-01-25T08:00:00Z"),
        "2027-01-29 12:00:00"
    );
    // A clock driven by hand goes by itself, and nobody's goes ahead of us.
    let early = moment("2027-01-20T10:00:00Z").fixed_offset();
    assert_eq!(desk.decider().came(Some(early)), desk.clock.now());
    desk.decider().clock = Clock::Wall;
    assert_eq!(
        desk.decider()
            .came(Some(early.with_year(2020).expect("a day")))
            .year(),
        2020
    );
    let ahead = Clock::Wall.now() + TimeDelta::days(3);
    assert!(desk.decider().came(Some(ahead.fixed_offset())) < ahead);
}
