//! Record keys: a shelf, then parts that keep their order as octets.
//!
//! One ordered keyspace holds everything; the first octet says on which shelf a record stands. Keys
//! are not sealed, so they never hold an address, a name or a Message-ID: those go in as keyed
//! digests (`Store::digest`). The numbers of the shelves are on disk: add, never renumber.

use super::batch::Change;
use std::fmt;

/// The closed list of what is kept, and how its keys are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Shelf {
    /// Single values by name: record version, counters, hold mode.
    Meta = 1,
    /// Owner: which key is held, or was forgotten. Written by `store` itself.
    Keys = 2,
    /// Person.
    Person = 3,
    /// Digest of an address: person.
    AddressHash = 4,
    /// Pairing.
    Pairing = 5,
    /// Pairing, lunch.
    Lunch = 6,
    /// Pairing, lunch, person: their notes.
    Notes = 7,
    /// Person, goal.
    Goal = 8,
    /// Pairing, person, number: good moments kept for the next reminder.
    Jar = 9,
    /// Letter (the row in its token): what was sent, to whom, with its visible text.
    Letter = 10,
    /// Digest of a Message-ID: letter.
    MessageId = 11,
    /// Digest of an iCalendar UID: pairing.
    CalendarUid = 12,
    /// Person, letter: the conversation's letters by person.
    LetterOf = 13,
    /// Row: submissions that are queued or claimed (S1, S2).
    Outbox = 14,
    /// Row: submissions that came to an end (S3, S4, S5), without their message.
    Submitted = 15,
    /// Digest of an effect key: outbox row. The same cause makes no second mail.
    Effect = 16,
    /// Moment, owner: when to look again.
    Due = 17,
    /// Owner: moment; where its due row stands.
    DueOf = 18,
    /// Mailbox digest, UIDVALIDITY, UID: decided or acknowledged.
    Seen = 19,
    /// Digest of Message-ID and content: decided or acknowledged, against copies.
    SeenHash = 20,
    /// Person, day: the pairing that has booked them.
    Booked = 21,
    /// Person, month: summary sent.
    Summary = 22,
    /// Mailbox digest: UIDVALIDITY and how far it was read.
    Mailbox = 23,
    /// Digest of an address: no mail again.
    Suppressed = 24,
    /// Mailbox digest, UIDVALIDITY, UID: ours, but not handleable.
    Review = 25,
    /// Digest of an operator's request: its answer, so that asking twice acts once.
    Request = 26,
    /// Person or pairing, day: mails counted against a ceiling.
    Sent = 27,
    /// Person, pairing: which pairings a person is in.
    PairingOf = 28,
    /// Person, day: mails of theirs that were acted on, against loops.
    Heard = 29,
    /// Mailbox digest, UIDVALIDITY, UID: tries of a mail that failed.
    Tried = 30,
    /// Digest of a Message-ID, or of content without one: set aside, to be known when moved back.
    SetAside = 31,
    /// Letter to be handed on, number: the pairing that began with it.
    HandedOn = 32,
    /// Letter: its subject and visible text, where it is about a pairing.
    LetterText = 33,
    /// Row: the message of a submission that is queued or claimed, to its last octet.
    OutboxMessage = 34,
}

/// A record's key, or the beginning of one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(Vec<u8>);

impl Key {
    /// The beginning of every key on a shelf.
    pub fn on(shelf: Shelf) -> Self {
        Self(vec![shelf as u8])
    }

    /// Adds a number; keys sort by it.
    #[must_use]
    pub fn number(mut self, number: u64) -> Self {
        self.0.extend_from_slice(&number.to_be_bytes());
        self
    }

    /// Adds a moment in seconds since 1970, of either sign; keys sort by it.
    #[must_use]
    pub fn moment(self, seconds: i64) -> Self {
        // Flipping the sign bit puts the years before 1970 in front.
        self.number(seconds.cast_unsigned() ^ (1 << 63))
    }

    /// Adds a keyed digest.
    #[must_use]
    pub fn digest(mut self, digest: [u8; 16]) -> Self {
        self.0.extend_from_slice(&digest);
        self
    }

    /// Adds an owner.
    #[must_use]
    pub fn owner(mut self, owner: crate::keyring::Owner) -> Self {
        self.0.extend_from_slice(&owner.octets());
        self
    }

    /// Adds a fixed word of our own, closed by a zero so that none is the beginning of another.
    #[must_use]
    pub fn word(mut self, word: &'static str) -> Self {
        self.0.extend_from_slice(word.as_bytes());
        self.0.push(0);
        self
    }

    /// All octets, the shelf's first.
    pub fn octets(&self) -> &[u8] {
        &self.0
    }

    /// What stands behind `beginning`, if this key begins so.
    pub fn after(&self, beginning: &Self) -> Option<&[u8]> {
        self.0.strip_prefix(beginning.0.as_slice())
    }

    /// Reads the number right behind `beginning`.
    pub fn number_after(&self, beginning: &Self) -> Option<u64> {
        let octets = self.after(beginning)?.first_chunk::<8>()?;
        Some(u64::from_be_bytes(*octets))
    }

    /// Reads the moment right behind `beginning`, in seconds since 1970.
    pub fn moment_after(&self, beginning: &Self) -> Option<i64> {
        let number = self.number_after(beginning)?;
        Some((number ^ (1 << 63)).cast_signed())
    }

    /// A sealed value at this key, or its deletion.
    pub(super) fn change(self, value: Option<Vec<u8>>) -> Change {
        Change { key: self.0, value }
    }

    pub(super) const fn from_octets(octets: Vec<u8>) -> Self {
        Self(octets)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for octet in &self.0 {
            write!(f, "{octet:02x}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_sort_as_their_parts_do() {
        let moments = [i64::MIN, -1, 0, 1, 1_800_000_000, i64::MAX];
        let keys = moments.map(|at| Key::on(Shelf::Due).moment(at));
        assert!(keys.is_sorted());
        for (key, at) in keys.iter().zip(moments) {
            assert_eq!(key.moment_after(&Key::on(Shelf::Due)), Some(at));
        }
        assert!(Key::on(Shelf::Pairing).number(255) < Key::on(Shelf::Pairing).number(256));
        assert!(Key::on(Shelf::Meta).word("a").number(1) < Key::on(Shelf::Meta).word("ab"));
    }
}
