//! Letters come to their readers, who answer as they are wont.

use super::super::calendar::entry;
use super::super::people::{Arrival, Deed};
use super::super::promises::secrets_in;
use super::{BEGINNING, Letter, Parcel, Posted, Town};
use crate::demo::client::{self, Habit};
use chrono::{DateTime, TimeDelta, Utc};

impl Town {
    /// A letter comes to its reader, who does with it as they are wont.
    pub(super) fn arrive(&mut self, to: usize, letter: &Letter) {
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
