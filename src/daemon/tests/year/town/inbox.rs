//! Mail to the house: how it comes to lie in the inbox, and how it is read.

use super::{Parcel, Posted, Town};
use crate::daemon::incoming::{Handled, Place};
use crate::daemon::request::{Reply, Request};
use crate::reading::message::Message;
use chrono::TimeDelta;

impl Town {
    pub(super) fn invite(&mut self, from: usize, to: usize, key: u64) {
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

    pub(super) fn lie_in_the_inbox(&mut self, mut posted: Posted) {
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

    pub(super) fn read_mail(&mut self) {
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
}
