//! Mail of somebody's own life in the mailbox that the daemon reads, and whether it was left alone.

use super::{ALICE, BOB, CARA};
use postlunch::imap::Head;
use std::path::Path;

/// Words that stand in each of them, in the subject and in the text.
pub const SECRETS: [&str; 2] = ["Zimtsternverschwörung", "Salamikonto"];

/// A mail that has nothing to do with lunches.
#[derive(Clone, Debug)]
pub struct Bystander {
    /// Its Message-ID.
    pub id: String,
    /// Who hands it over.
    pub envelope: String,
    /// All of it, as it was handed over.
    pub octets: Vec<u8>,
}

/// A message as it lies in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The folder.
    pub folder: String,
    /// The UID there.
    pub uid: u32,
    /// Flags, without `\Recent`, which tells of the session that asks and not of the message.
    pub flags: Vec<String>,
    /// All of it.
    pub octets: Vec<u8>,
}

impl Found {
    /// As read.
    pub fn new(folder: &str, head: &Head, octets: Vec<u8>) -> Self {
        let mut flags = head.flags.clone();
        flags.retain(|flag| !flag.eq_ignore_ascii_case("\\Recent"));
        flags.sort();
        Self {
            folder: folder.to_owned(),
            uid: head.uid,
            flags,
            octets,
        }
    }

    /// Whether that is this mail, with what servers write above it.
    pub fn is(&self, mail: &Bystander) -> bool {
        unix(&self.octets).ends_with(&unix(&mail.octets))
    }
}

fn unix(octets: &[u8]) -> Vec<u8> {
    let octets = octets.iter().copied();
    octets.filter(|octet| *octet != b'\r').collect()
}

/// Whether the daemon wrote it.
pub fn is_letter(octets: &[u8]) -> bool {
    let text = String::from_utf8_lossy(octets);
    let head = text.split("\r\n\r\n").next().unwrap_or_default();
    head.contains("\r\nX-Postlunch-Id:")
}

/// One of each kind. `before`: how many there are already.
pub fn some(folder: &Path, before: usize) -> Vec<Bystander> {
    let mark: String = folder.display().to_string();
    let mark: String = mark.chars().filter(char::is_ascii_alphanumeric).collect();
    let [secret, money] = SECRETS;
    let bob = format!("{} <{}>", BOB.full_name, BOB.address);
    let cara = format!("{} <{}>", CARA.full_name, CARA.address);
    let alice = format!("{} <{}>", ALICE.full_name, ALICE.address);
    let zoe = "Zoe <zoe@elsewhere.example>".to_owned();
    let thread = "In-Reply-To: <unheard-of@elsewhere.example>\r\n\
                  References: <first@elsewhere.example> <unheard-of@elsewhere.example>\r\n";
    let away = "Auto-Submitted: auto-replied\r\nIn-Reply-To: <other@elsewhere.example>\r\n";
    let list = "List-Id: <news.elsewhere.example>\r\nPrecedence: bulk\r\n";
    let calendar =
        "MIME-Version: 1.0\r\nContent-Type: text/calendar; method=REPLY; charset=utf-8\r\n";
    let reply = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\n\
                 UID:dentist-4711@elsewhere.example\r\nDTSTAMP:20270104T080000Z\r\n\
                 DTSTART:20270107T113000Z\r\nORGANIZER:mailto:alice@example.test\r\n\
                 ATTENDEE;PARTSTAT=DECLINED:mailto:bob@example.test\r\nEND:VEVENT\r\nEND:VCALENDAR";
    let report = "MIME-Version: 1.0\r\nAuto-Submitted: auto-replied\r\n\
                  Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n";
    let bounce = "--b\r\n\r\nNot delivered.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
                  Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; gone@elsewhere.example\r\n\
                  Action: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n\
                  From: alice@example.test\r\nMessage-ID: <holiday@example.test>\r\n\r\nHello\r\n--b--";
    let daemon = "Mail Delivery System <MAILER-DAEMON@elsewhere.example>".to_owned();
    let kinds: [(&String, &str, &str); 12] = [
        (&bob, "", "Yes, the figures are on the drive."),
        (&bob, thread, "No thanks. And please end the old contract."),
        (&bob, calendar, reply),
        (&bob, away, "I am away until 18 January."),
        (&cara, "", "stop"),
        (&alice, "", "Note to self: best: the cake. Worst: the oven."),
        (&alice, thread, "skip"),
        (&zoe, "", "Shall we have lunch on Thursday?"),
        (&zoe, list, "Lunch menus of the week. Unsubscribe: stop"),
        (&zoe, calendar, reply),
        (&daemon, report, bounce),
        (
            &daemon,
            "",
            "Undelivered mail: <gone@elsewhere.example>: unknown",
        ),
    ];
    let made = kinds.iter().enumerate().map(|(number, (from, fields, text))| {
        let id = format!("bystander-{}-{mark}@elsewhere.example", before + number);
        let body = match fields.contains("Content-Type") {
            true => (*text).to_owned(),
            false => format!("{text}\r\n{secret} {money}"),
        };
        let mail = format!(
            "Date: Mon, 4 Jan 2027 08:00:00 +0100\r\nFrom: {from}\r\nTo: {alice}\r\nSubject: {money}\r\nMessage-ID: <{id}>\r\n{fields}\r\n{body}\r\n"
        );
        Bystander {
            id,
            envelope: "somebody@elsewhere.example".to_owned(),
            octets: mail.into_bytes(),
        }
    });
    made.collect()
}
