//! Sifting: in somebody's own mailbox, whether a mail is ours, told from a few header fields.
//!
//! A mail is ours if it goes to one of our reply addresses or answers a letter of ours directly. Where
//! only the body could tell (a bounce, a calendar answer, a client that drops the thread), the server
//! is asked whether one of our marks stands in it; so no body is fetched that is not ours. Whatever
//! is in doubt stays where it is: its owner reads it anyway.

use crate::daemon::decider::{Decider, DeciderError};
use crate::daemon::routing::{CHECK_FIELD, by_token, is_check};
use crate::lunch::person::PersonId;
use crate::reading::machine;
use crate::reading::message::{FOOTER_REFERENCE_OPENING, Message};
use crate::words::token::Token;

/// The fields that are looked at. No subject among them.
pub const FIELDS: [&str; 14] = [
    "From",
    "To",
    "Cc",
    "Delivered-To",
    "X-Original-To",
    "Envelope-To",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Return-Path",
    "Content-Type",
    "Auto-Submitted",
    "X-Postlunch-Id",
    CHECK_FIELD,
];

/// The field that marks our letters; a returned letter still has it.
const MARK: &str = "X-Postlunch-Id:";

/// So many of the latest letters to somebody are asked for by their references.
const REFERENCES_MAX: usize = 12;

/// What its header says of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sifted {
    /// It is for us.
    Ours,
    /// It is not, or it is a letter of ours that lies there to be read.
    NotOurs,
    /// It is ours if one of these texts stands in it.
    IfItHolds(Vec<String>),
}

impl Decider {
    /// Judges the header of a mail that lies in the inbox.
    ///
    /// # Errors
    /// If the store fails.
    pub fn sift(&self, head: &Message) -> Result<Sifted, DeciderError> {
        let ownership = &self.settings.ownership;
        let key = &self.settings.rules.key;
        let sender = head.from.as_ref().map(|from| &from.address);
        if self.is_own_letter(head)? {
            return Ok(Sifted::NotOurs);
        }
        for detail in self.details(head) {
            if by_token(&self.ledger, key, &detail)?.is_some() {
                return Ok(Sifted::Ours);
            }
        }
        let by_owner = sender.is_some_and(|sender| ownership.is_owner(sender));
        if by_owner && machine::is_automatic(head) {
            return Ok(Sifted::NotOurs); // a letter of ours whose marks got lost on the way
        }
        // An answer to somebody's own mail is between those two, whatever it all began with.
        let answered = match head.in_reply_to.as_slice() {
            [] => &head.references,
            ids => ids,
        };
        for id in answered {
            let Some(letter) = self.ledger.letter_with(id)? else {
                continue;
            };
            let reader = self.ledger.person(letter.person)?.map(|p| p.who.address);
            if !by_owner || reader.as_ref() == sender {
                return Ok(Sifted::Ours);
            }
        }
        if machine::may_report(head) {
            return Ok(Sifted::IfItHolds(vec![MARK.to_owned()]));
        }
        let member = match sender {
            Some(sender) if !by_owner => self.ledger.person_at(sender)?,
            _ => None,
        };
        let marks = match member {
            Some(member) => self.marks_of(member, answered.is_empty())?,
            None => Vec::new(),
        };
        Ok(match marks.is_empty() {
            true => Sifted::NotOurs,
            false => Sifted::IfItHolds(marks),
        })
    }

    /// Judges the header of a mail that lies where handled mail goes: whether it was put there by us,
    /// even if its sender has been forgotten since.
    ///
    /// # Errors
    /// If the store fails.
    pub fn sift_handled(&self, head: &Message) -> Result<Sifted, DeciderError> {
        let key = &self.settings.rules.key;
        if let Some(from) = &head.from {
            let proves = |detail: String| {
                Token::parse(&detail).is_some_and(|token| key.proves(&token, &from.address))
            };
            if self.details(head).any(proves) {
                return Ok(Sifted::Ours);
            }
        }
        for id in head.in_reply_to.iter().chain(&head.references) {
            if self.ledger.has_sent(id)? {
                return Ok(Sifted::Ours);
            }
        }
        self.sift(head)
    }

    /// A letter to the owner, there to be read; the copy of one to somebody else; or the doctor's.
    fn is_own_letter(&self, head: &Message) -> Result<bool, DeciderError> {
        let sent = match &head.message_id {
            Some(id) => self.ledger.has_sent(id)?,
            None => false,
        };
        let checks = is_check(&self.settings.mailbox.address, head);
        Ok(sent || checks || head.postlunch_id.is_some())
    }

    fn details<'a>(&'a self, head: &'a Message) -> impl Iterator<Item = String> + 'a {
        let own = &self.settings.mailbox.address;
        head.recipients.iter().filter_map(|to| own.detail_of(to))
    }

    /// What only a mail to us holds: the UIDs of somebody's calendar series, and, where it belongs to
    /// no thread, the references in the small print of the latest letters to them.
    fn marks_of(&self, member: PersonId, alone: bool) -> Result<Vec<String>, DeciderError> {
        let mut marks = Vec::new();
        for id in self.ledger.pairings_of(member)? {
            let series = self.ledger.pairing(id)?.and_then(|pairing| pairing.series);
            // Without its domain, so that no line of a calendar is folded within it.
            let uid = series.and_then(|series| series.uid.split('@').next().map(str::to_owned));
            marks.extend(uid.filter(|uid| !uid.is_empty()));
        }
        let person = self.ledger.person(member)?;
        let Some(person) = person.filter(|_| alone) else {
            return Ok(marks);
        };
        let rows = self.ledger.letters_to(member);
        for row in rows.rev().take(REFERENCES_MAX) {
            let token = self.settings.rules.key.mint(row?, &person.who.address);
            marks.push(format!("{FOOTER_REFERENCE_OPENING} {}", token.detail()));
        }
        Ok(marks)
    }
}
