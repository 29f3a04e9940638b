//! Letters of the house: what is due is decided, what may leave does, and what the server makes of it.

use super::super::people::Character;
use super::super::promises::{Leaving, about};
use super::{Letter, Parcel, Town};
use crate::daemon::ledger::Turn;
use crate::daemon::outgoing::Claimed;
use crate::demo::client::Mail;
use crate::smtp::{Answer, Outcome, Refusal, Step};
use chrono::TimeDelta;
use std::hash::{DefaultHasher, Hash, Hasher};

/// What the server does with a letter.
enum Fate {
    Taken,
    TakenUnheard,
    LostUnheard,
    Later,
    Never,
    Unreachable,
}

impl Town {
    /// What is due is decided, and what may leave does.
    pub(super) fn work(&mut self) {
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
}
