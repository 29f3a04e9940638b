//! SEARCH (RFC 3501 section 6.4.4): whether a message has what is asked for.
//!
//! Every key of the base protocol. Texts are compared without regard to ASCII case in the raw
//! message, unfolded but with encoded words left encoded.

use super::view::{Place, View};
use crate::sandbox::header;
use crate::sandbox::post_office::Message;
use chrono::{DateTime, NaiveDate};
use imap_next::imap_types::core::AString;
use imap_next::imap_types::search::SearchKey;
use std::collections::BTreeSet;

/// The places that fit all keys.
pub(super) fn places<'a>(
    view: &View,
    keys: &[SearchKey<'static>],
    get: impl Fn(u32) -> Option<&'a Message>,
) -> Vec<Place> {
    let prepared: Vec<Key<'_>> = keys.iter().map(|k| prepare(view, k)).collect();
    let fits = |place: &Place| {
        get(place.uid).is_some_and(|m| prepared.iter().all(|key| key.fits(*place, m)))
    };
    view.places().filter(fits).collect()
}

/// A key whose sets are resolved once and not for each message.
enum Key<'k> {
    Places(BTreeSet<Place>),
    All(Vec<Key<'k>>),
    Either(Box<Key<'k>>, Box<Key<'k>>),
    Not(Box<Key<'k>>),
    Plain(&'k SearchKey<'static>),
}

fn prepare<'k>(view: &View, key: &'k SearchKey<'static>) -> Key<'k> {
    match key {
        SearchKey::And(keys) => Key::All(keys.as_ref().iter().map(|k| prepare(view, k)).collect()),
        SearchKey::Or(a, b) => Key::Either(Box::new(prepare(view, a)), Box::new(prepare(view, b))),
        SearchKey::Not(key) => Key::Not(Box::new(prepare(view, key))),
        SearchKey::SequenceSet(set) => Key::Places(view.resolve(set, false).into_iter().collect()),
        SearchKey::Uid(set) => Key::Places(view.resolve(set, true).into_iter().collect()),
        plain => Key::Plain(plain),
    }
}

impl Key<'_> {
    fn fits(&self, place: Place, message: &Message) -> bool {
        match self {
            Self::Places(places) => places.contains(&place),
            Self::All(keys) => keys.iter().all(|k| k.fits(place, message)),
            Self::Either(a, b) => a.fits(place, message) || b.fits(place, message),
            Self::Not(key) => !key.fits(place, message),
            Self::Plain(key) => fits(key, message),
        }
    }
}

fn fits(key: &SearchKey<'static>, message: &Message) -> bool {
    use SearchKey as K;
    let flagged = |flag: &str| message.flags.contains(flag);
    let day = message.internal_date.date_naive();
    match key {
        K::All | K::Old => true,
        K::New | K::Recent => false, // \Recent is never set here
        K::Answered => flagged("\\Answered"),
        K::Unanswered => !flagged("\\Answered"),
        K::Deleted => flagged("\\Deleted"),
        K::Undeleted => !flagged("\\Deleted"),
        K::Draft => flagged("\\Draft"),
        K::Undraft => !flagged("\\Draft"),
        K::Flagged => flagged("\\Flagged"),
        K::Unflagged => !flagged("\\Flagged"),
        K::Seen => flagged("\\Seen"),
        K::Unseen => !flagged("\\Seen"),
        K::Keyword(word) => flagged(word.as_ref()),
        K::Unkeyword(word) => !flagged(word.as_ref()),
        K::Before(date) => day < *date.as_ref(),
        K::On(date) => day == *date.as_ref(),
        K::Since(date) => day >= *date.as_ref(),
        K::SentBefore(date) => sent(message).is_some_and(|d| d < *date.as_ref()),
        K::SentOn(date) => sent(message).is_some_and(|d| d == *date.as_ref()),
        K::SentSince(date) => sent(message).is_some_and(|d| d >= *date.as_ref()),
        K::Larger(octets) => message.bytes.len() as u64 > u64::from(*octets),
        K::Smaller(octets) => (message.bytes.len() as u64) < u64::from(*octets),
        K::Bcc(text) => field_has(message, "Bcc", text),
        K::Cc(text) => field_has(message, "Cc", text),
        K::From(text) => field_has(message, "From", text),
        K::Subject(text) => field_has(message, "Subject", text),
        K::To(text) => field_has(message, "To", text),
        K::Header(name, text) => {
            let name = String::from_utf8_lossy(name.as_ref());
            field_has(message, &name, text)
        }
        K::Body(text) => holds(header::split(&message.bytes).1, text.as_ref()),
        K::Text(text) => holds(&message.bytes, text.as_ref()),
        K::And(_) | K::Or(..) | K::Not(_) | K::SequenceSet(_) | K::Uid(_) => false, // resolved
    }
}

fn field_has(message: &Message, name: &str, text: &AString<'static>) -> bool {
    let values = header::values(&message.bytes, name);
    values
        .iter()
        .any(|value| holds(value.as_bytes(), text.as_ref()))
}

fn holds(hay: &[u8], needle: &[u8]) -> bool {
    needle.is_empty()
        || hay
            .windows(needle.len())
            .any(|w| w.eq_ignore_ascii_case(needle))
}

fn sent(message: &Message) -> Option<NaiveDate> {
    let date = header::values(&message.bytes, "Date").pop()?;
    let date = DateTime::parse_from_rfc2822(date.trim()).ok()?;
    Some(date.date_naive())
}
