//! The mail that the doctor sends to its own mailbox.
//!
//! It bears a mark by which the daemon leaves it alone and the doctor finds it again. It carries
//! what real answers carry: a reply address of the usual length, a Message-ID, a calendar answer.
//! That answer is to a meeting nobody has, so no calendar changes by it.

use crate::daemon::routing::CHECK_FIELD;
use crate::words::address::{Address, AddressError};
use crate::words::message_id::MessageId;
use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;

/// One check's mail.
#[derive(Debug)]
pub(super) struct CheckLetter {
    /// What all of it is found by; letters and digits only, so that any search takes it for a word.
    pub(super) mark: String,
    /// Where it comes from, and goes to when it goes plainly.
    pub(super) own: Address,
    /// Where it goes.
    pub(super) to: Address,
    /// Its Message-ID, without brackets.
    pub(super) message_id: String,
    /// The UID in its calendar part.
    pub(super) uid: String,
    /// When it was written.
    pub(super) written: DateTime<Utc>,
}

impl CheckLetter {
    /// A letter to the mailbox, by a reply address or plainly. `random` makes it one of a kind.
    ///
    /// # Errors
    /// If the address is too long for a reply address.
    pub(super) fn new(
        own: &Address,
        by_subaddress: bool,
        random: [u8; 14],
        now: DateTime<Utc>,
    ) -> Result<Self, AddressError> {
        let mark = format!("postlunchcheck{}", HEXLOWER.encode(&random));
        // As long as the token of a real letter.
        let detail = format!("check-{}", HEXLOWER.encode(&random));
        let to = if by_subaddress {
            own.with_detail(&detail)?
        } else {
            own.clone()
        };
        Ok(Self {
            message_id: format!("{mark}@{}", own.domain()),
            uid: format!("{mark}@postlunch"),
            own: own.clone(),
            written: now,
            mark,
            to,
        })
    }

    /// As mail-parser will read it back.
    pub(super) fn parsed_message_id(&self) -> Option<MessageId> {
        MessageId::parse(&self.message_id)
    }

    /// The final octets.
    pub(super) fn octets(&self) -> Vec<u8> {
        let Self {
            mark, own, to, uid, ..
        } = self;
        let stamp = self.written.format("%Y%m%dT%H%M%SZ");
        let lines = [
            format!("From: {own}"),
            format!("To: {to}"),
            "Subject: postlunch check (removed again by itself)".to_owned(),
            format!("Date: {}", self.written.to_rfc2822()),
            format!("Message-ID: <{}>", self.message_id),
            format!("{CHECK_FIELD}: {mark}"),
            "Auto-Submitted: auto-generated".to_owned(),
            "X-Auto-Response-Suppress: All".to_owned(),
            "MIME-Version: 1.0".to_owned(),
            format!("Content-Type: multipart/alternative; boundary=\"{mark}\""),
            String::new(),
            format!("--{mark}"),
            "Content-Type: text/plain; charset=utf-8".to_owned(),
            String::new(),
            "`postlunch check` sent this to its own mailbox, to see whether mail gets there as it"
                .to_owned(),
            "was sent, and removes it again. If you can read this, it may be deleted.".to_owned(),
            String::new(),
            format!("--{mark}"),
            "Content-Type: text/calendar; charset=utf-8; method=REPLY".to_owned(),
            String::new(),
            "BEGIN:VCALENDAR".to_owned(),
            "VERSION:2.0".to_owned(),
            "PRODID:-//postlunch//check//EN".to_owned(),
            "METHOD:REPLY".to_owned(),
            "BEGIN:VEVENT".to_owned(),
            format!("UID:{uid}"),
            format!("DTSTAMP:{stamp}"),
            format!("DTSTART:{stamp}"),
            "SUMMARY:postlunch check".to_owned(),
            format!("ORGANIZER:mailto:{own}"),
            format!("ATTENDEE;PARTSTAT=ACCEPTED:mailto:{own}"),
            "END:VEVENT".to_owned(),
            "END:VCALENDAR".to_owned(),
            String::new(),
            format!("--{mark}--"),
            String::new(),
        ];
        lines.join("\r\n").into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::message::Message;

    #[test]
    fn it_says_all_that_is_looked_for_when_it_comes_back() {
        let own = Address::parse("lunch@example.com").expect("an address");
        let now = DateTime::UNIX_EPOCH;
        let letter = CheckLetter::new(&own, true, [7; 14], now).expect("a letter");
        let read = Message::parse(&letter.octets());
        assert_eq!(read.message_id, letter.parsed_message_id());
        assert_eq!(read.calendar_uids(), [letter.uid.as_str()]);
        assert_eq!(read.first(CHECK_FIELD), Some(letter.mark.as_str()));
        assert_eq!(read.recipients.first(), Some(&letter.to));
        assert!(own.detail_of(&letter.to).is_some_and(|d| d.len() >= 32));
        let long = Address::parse(&format!("{}@example.com", "l".repeat(50))).expect("an address");
        assert!(CheckLetter::new(&long, true, [7; 14], now).is_err());
    }
}
