//! Correspondence: the letters that were sent, and whose key seals what they say.
//!
//! What leads an answer home is its reader's; the text of a letter about a pairing, which holds both
//! people's words and names, is the pairing's and becomes noise with it. A letter about none keeps no line
//! with somebody else's words.

use crate::daemon::ledger::{Ledger, LedgerError};
use crate::keyring::Owner;
use crate::lunch::letter::{Body, Harvest, Quote};
use crate::lunch::notes::Words;
use crate::lunch::pairing::PairingId;
use crate::lunch::person::Person;
use crate::lunch::weave::Weave;
use crate::store::Batch;
use crate::store::key::{Key, Shelf};
use crate::store::record::{self, LetterRecord};
use crate::words::address::{Address, NameAddr};
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// Letters shorten a long goal, but never to less than this, in characters.
const TELLING_CHARS: usize = 40;

impl Ledger {
    /// The letter in a row; without subject and text where those have been forgotten.
    ///
    /// # Errors
    /// As `person`.
    pub fn letter(&self, row: u64) -> Result<Option<LetterRecord>, LedgerError> {
        let Some(bare) = self.letter_without_text(row)? else {
            return Ok(None);
        };
        let told = self.store.get(&Key::on(Shelf::LetterText).number(row))?;
        Ok(Some(match told {
            Some(whole) => record::letter_from_bytes(&whole)?,
            None => bare,
        }))
    }

    /// The same where nobody asks for subject and text: a letter about a pairing comes without them.
    ///
    /// # Errors
    /// As `person`.
    pub fn letter_without_text(&self, row: u64) -> Result<Option<LetterRecord>, LedgerError> {
        let found = self.store.get(&Key::on(Shelf::Letter).number(row))?;
        let read = |octets: Vec<u8>| record::letter_from_bytes(&octets);
        Ok(found.map(read).transpose()?)
    }

    /// Writes a sent letter, and where it is found.
    ///
    /// # Errors
    /// If the record cannot be written.
    pub fn put_letter(&self, batch: &mut Batch, letter: &LetterRecord) -> Result<(), LedgerError> {
        let (row, person) = (letter.row, letter.person.0);
        if let Some(pairing) = letter.pairing {
            batch.put(
                Key::on(Shelf::LetterText).number(row),
                Owner::Pairing(pairing.0),
                record::letter_to_bytes(letter)?,
            );
        }
        let kept = match letter.pairing {
            Some(_) => record::letter_to_bytes(&bare(letter))?,
            None => record::letter_to_bytes(letter)?,
        };
        batch.put(
            Key::on(Shelf::Letter).number(row),
            Owner::Person(person),
            kept,
        );
        batch.put(
            Key::on(Shelf::LetterOf).number(person).number(row),
            Owner::House,
            Vec::new(),
        );
        let digest = self.store.digest(&letter.message_id);
        let octets = row.to_be_bytes().to_vec();
        batch.put(
            Key::on(Shelf::MessageId).digest(digest),
            Owner::House,
            octets,
        );
        Ok(())
    }

    /// Takes out of what is kept with somebody's partners whatever that one told them: of older letters
    /// the text, and of goals the words that were theirs. A goal without others ends, and nobody is told.
    ///
    /// # Errors
    /// If the store fails or a record cannot be written.
    pub fn forget_with_partners(
        &self,
        batch: &mut Batch,
        person: &Person,
        pairings: &[PairingId],
        today: NaiveDate,
    ) -> Result<(), LedgerError> {
        let mut partners = BTreeSet::new();
        for id in pairings {
            let pairing = self.pairing(*id)?;
            partners.extend(
                pairing
                    .map(|p| [p.inviter, p.invitee])
                    .into_iter()
                    .flatten(),
            );
        }
        partners.remove(&person.id);
        for partner in partners {
            let Some(mut kept) = self.person(partner)? else {
                continue;
            };
            let mut theirs = Vec::new();
            for goal in &mut kept.goals {
                if goal.taken_from.is_some_and(|id| pairings.contains(&id)) {
                    theirs.push(beginning(goal.forget_borrowed(today).reveal()));
                }
            }
            self.put_person(batch, &kept)?;
            for row in self.letters_to(partner) {
                let row = row?;
                let Some(letter) = self.letter(row)? else {
                    continue;
                };
                // A goal stands in letters about other lunches too.
                let text = one_line(letter.text.reveal());
                let tells = theirs.iter().any(|words| text.contains(words.as_str()));
                if tells || letter.pairing.is_none_or(|id| pairings.contains(&id)) {
                    let kept = record::letter_to_bytes(&bare(&letter))?;
                    let owner = Owner::Person(partner.0);
                    batch.put(Key::on(Shelf::Letter).number(row), owner, kept);
                    batch.delete(Key::on(Shelf::LetterText).number(row));
                }
            }
        }
        Ok(())
    }

    /// Whether somebody at that address wants no cards.
    ///
    /// # Errors
    /// If the store fails.
    pub fn is_refused_as_board(&self, address: &Address) -> Result<bool, LedgerError> {
        Ok(self.store.get(&self.refused_board_key(address))?.is_some())
    }

    /// Remembers that somebody at that address wants no cards.
    pub fn refuse_as_board(&self, batch: &mut Batch, address: &Address) {
        batch.put(self.refused_board_key(address), Owner::House, Vec::new());
    }

    fn refused_board_key(&self, address: &Address) -> Key {
        let digest = self.store.digest(&format!("board {}", address.key()));
        Key::on(Shelf::Suppressed).digest(digest)
    }
}

/// What leads an answer home, without a word of the letter.
fn bare(letter: &LetterRecord) -> LetterRecord {
    LetterRecord {
        subject: Words::default(),
        text: Words::default(),
        ..letter.clone()
    }
}

/// Stands where lines were left out: what is quoted there was not typed between two lines that follow one
/// another.
const LEFT_OUT: &str = "(others are left out)";

/// The lines of a letter that are nobody's but its reader's: the rest would outlive those who wrote it.
pub(super) fn own_lines(text: &str, body: &Body) -> String {
    let others = told_by_others(body);
    if others.is_empty() {
        return text.to_owned();
    }
    let mut others: Vec<String> = others.iter().map(|told| one_line(told)).collect();
    others.retain(|told| !told.is_empty());
    let is_own = |line: &&str| {
        let said = one_line(line.trim_start_matches(['>', ' ']));
        let holds = |told: &String| said.contains(told.as_str()) || told.contains(&said);
        said.is_empty() || !others.iter().any(holds)
    };
    let lines = text.lines().map(|line| match is_own(&line) {
        true => line,
        false => LEFT_OUT,
    });
    let mut lines: Vec<&str> = lines.collect();
    lines.dedup_by(|line, above| *line == LEFT_OUT && line == above);
    lines.join("\n")
}

/// As much of a goal as every letter tells that tells it.
fn beginning(words: &str) -> String {
    let told: String = one_line(words).chars().take(TELLING_CHARS).collect();
    told.trim_end().to_owned()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Words and names of others in a letter about no pairing.
fn told_by_others(body: &Body) -> Vec<String> {
    match body {
        Body::Summary(month) => told_in_a_month(month),
        Body::Fabric(weave) => in_threads(weave).flat_map(names).collect(),
        _ => Vec::new(),
    }
}

fn told_in_a_month(month: &Harvest) -> Vec<String> {
    let goals = month.open.iter();
    let seen = goals.flat_map(|g| [&g.helps, &g.hinders, &g.both, &g.seen]);
    let lists = seen.chain([&month.focus, &month.good_moments, &month.between]);
    let quotes: Vec<&Quote> = lists.flatten().collect();
    let said = quotes.iter().map(|quote| quote.words.reveal().clone());
    let watched = month
        .watching
        .iter()
        .map(|(_, words)| words.reveal().clone());
    let held = month.held.iter().chain(&month.unknown).map(|(who, _)| who);
    let agreed = month
        .reached
        .iter()
        .filter_map(|goal| goal.agreed_by.as_ref());
    let who = held
        .chain(agreed)
        .chain(in_threads(&month.weave))
        .chain(month.next.iter().map(|next| &next.partner))
        .chain(month.watching.iter().map(|(who, _)| who))
        .chain(quotes.iter().map(|quote| &quote.speaker));
    said.chain(watched).chain(who.flat_map(names)).collect()
}

/// Whoever is told by name in threads: the partners.
fn in_threads(weave: &Weave) -> impl Iterator<Item = &NameAddr> {
    weave.threads.iter().map(|thread| &thread.partner)
}

/// How somebody may be named in a letter.
fn names(who: &NameAddr) -> [String; 3] {
    let address = who.address.to_string();
    [who.first_name(), who.display_name(), address]
}
