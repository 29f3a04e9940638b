//! From an accepted envelope to mailboxes: trace headers, copies for the sender, bounces.
//!
//! Puts Return-Path, Delivered-To and Received in front as a final delivery does (RFC 5321
//! section 4.4). An address that bounces gets its message taken and a delivery status
//! notification (RFC 3464) goes back with the null return path; a bounce is never bounced.

use super::SentCopies;
use super::header;
use super::post_office::{Handover, INBOX, PostOffice, SENT};
use super::premises::{Premises, Route, SentCopy};
use crate::words::address::Address;
use chrono::{DateTime, SubsecRound, Utc};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The name the sandbox goes by in greetings and trace headers.
pub(super) const HOST: &str = "sandbox.invalid";

/// An SMTP envelope with its text.
pub(super) struct Submission {
    pub(super) account: String,
    pub(super) client: String,
    pub(super) sender: String,
    pub(super) recipients: Vec<Address>,
    pub(super) bytes: Arc<[u8]>,
}

impl Premises {
    /// The time now, in whole seconds as INTERNALDATE has them.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.options.clock.now().trunc_subsecs(0)
    }

    /// Takes a submission, delivers it to everybody and gives its queue id.
    pub(super) fn take(&self, submission: &Submission) -> String {
        let now = self.now();
        let queue_id = self.change(|office| {
            let queue_id = format!("PL{:06}", office.number());
            for to in &submission.recipients {
                office.handovers.push(Handover {
                    sender: submission.sender.clone(),
                    recipient: to.as_str().to_owned(),
                    bytes: submission.bytes.clone(),
                    at: now,
                });
                match self.route(office, to) {
                    Route::Account(key) => {
                        let habits = &self.options.habits;
                        let is_main = office.accounts.contains_key(to.key());
                        if habits.loses_details && !is_main {
                            continue;
                        }
                        let number = office.number();
                        let (folder, bytes) = habits.on_delivery(number, &submission.bytes);
                        let received = received(&submission.client, &queue_id, to, now);
                        let whole = traced(&submission.sender, to, &received, &bytes);
                        let whole = habits.stamped(whole);
                        office.create_mailbox(&key, folder);
                        file(office, &key, folder, whole, &[], now);
                    }
                    Route::Bounces => self.bounce(office, submission, to, now),
                    Route::Elsewhere | Route::Unknown => {}
                }
            }
            if self.options.sent_copies == SentCopies::Filed {
                let copy = submission.bytes.clone();
                file(office, &submission.account, SENT, copy, &["\\Seen"], now);
            }
            queue_id
        });
        if let SentCopies::Delayed(wait) = self.options.sent_copies {
            // Nobody listens once the sandbox has stopped; then nobody misses the copy either.
            let _ = self.sent_copies.send(SentCopy {
                due: tokio::time::Instant::now() + wait,
                account: submission.account.clone(),
                bytes: submission.bytes.clone(),
            });
        }
        queue_id
    }

    /// Files the sender's copy of a submission.
    pub(super) fn file_sent_copy(&self, copy: &SentCopy) {
        let now = self.now();
        let bytes = copy.bytes.clone();
        self.change(|office| file(office, &copy.account, SENT, bytes, &["\\Seen"], now));
    }

    /// Delivers a message that came from outside, without SMTP; false if nobody here takes it.
    pub(super) fn deliver(&self, to: &Address, bytes: &[u8]) -> bool {
        let now = self.now();
        let bytes = &header::with_crlf(bytes)[..];
        self.change(|office| {
            let Route::Account(key) = self.route(office, to) else {
                return false;
            };
            let whole = if header::values(bytes, "Return-Path").is_empty() {
                let from = header::values(bytes, "From").pop().unwrap_or_default();
                let sender = from.rsplit_once('<').map_or(from.as_str(), |(_, a)| a);
                let sender = sender.trim().trim_end_matches('>');
                let queue_id = format!("PL{:06}", office.number());
                traced(
                    sender,
                    to,
                    &received("outside.invalid", &queue_id, to, now),
                    bytes,
                )
            } else {
                Arc::from(bytes)
            };
            file(office, &key, INBOX, whole, &[], now);
            true
        })
    }

    /// Puts a message into a mailbox, which is made if it is not there; false without the account.
    pub(super) fn file(&self, key: &str, mailbox: &str, bytes: &[u8]) -> bool {
        let now = self.now();
        self.change(|office| {
            office.create_mailbox(key, mailbox);
            file(office, key, mailbox, Arc::from(bytes), &[], now);
            office.mailbox_mut(key, mailbox).is_some()
        })
    }

    fn bounce(
        &self,
        office: &mut PostOffice,
        submission: &Submission,
        to: &Address,
        now: DateTime<Utc>,
    ) {
        let Ok(sender) = Address::parse(&submission.sender) else {
            return; // the null return path: a bounce is never bounced
        };
        let Route::Account(key) = self.route(office, &sender) else {
            return;
        };
        let number = office.number();
        let report = notification(number, &sender, to, &submission.bytes, now);
        let received = received("localhost", &format!("PL{number:06}"), &sender, now);
        let whole = traced("", &sender, &received, &report);
        file(office, &key, INBOX, whole, &[], now);
    }
}

fn file(
    office: &mut PostOffice,
    key: &str,
    mailbox: &str,
    bytes: Arc<[u8]>,
    flags: &[&str],
    now: DateTime<Utc>,
) {
    let flags: BTreeSet<String> = flags.iter().map(|f| (*f).to_owned()).collect();
    if let Some(mailbox) = office.mailbox_mut(key, mailbox) {
        mailbox.file(bytes, flags, now);
    }
}

fn received(client: &str, queue_id: &str, to: &Address, now: DateTime<Utc>) -> String {
    format!(
        "Received: from {client} ([127.0.0.1])\r\n\tby {HOST} with ESMTPA id {queue_id}\r\n\t\
         for <{to}>; {}\r\n",
        now.to_rfc2822()
    )
}

fn traced(sender: &str, to: &Address, received: &str, bytes: &[u8]) -> Arc<[u8]> {
    let trace = format!("Return-Path: <{sender}>\r\nDelivered-To: {to}\r\n{received}");
    let mut whole = trace.into_bytes();
    whole.extend_from_slice(bytes);
    Arc::from(whole)
}

/// A delivery status notification: what happened in words, the same for machines (RFC 3464), and
/// the message that could not be delivered.
fn notification(
    number: u64,
    sender: &Address,
    to: &Address,
    original: &[u8],
    now: DateTime<Utc>,
) -> Vec<u8> {
    let mut boundary = format!("bounce-{number}");
    while original
        .windows(boundary.len())
        .any(|w| w == boundary.as_bytes())
    {
        boundary.push('x');
    }
    let date = now.to_rfc2822();
    let encoding = if original.is_ascii() { "7bit" } else { "8bit" };
    let head = [
        format!("From: Mail Delivery System <MAILER-DAEMON@{HOST}>"),
        format!("To: {sender}"),
        "Subject: Undelivered Mail Returned to Sender".to_owned(),
        format!("Date: {date}"),
        format!("Message-ID: <bounce.{number}@{HOST}>"),
        "Auto-Submitted: auto-replied".to_owned(),
        "MIME-Version: 1.0".to_owned(),
        "Content-Type: multipart/report; report-type=delivery-status;".to_owned(),
        format!("\tboundary=\"{boundary}\""),
        String::new(),
        format!("--{boundary}"),
        "Content-Type: text/plain; charset=us-ascii".to_owned(),
        String::new(),
        format!("The mail system at {HOST} could not deliver your message to"),
        format!("<{to}>: there is no such mailbox any more."),
        String::new(),
        format!("--{boundary}"),
        "Content-Type: message/delivery-status".to_owned(),
        String::new(),
        format!("Reporting-MTA: dns; {HOST}"),
        format!("X-Queue-ID: PL{number:06}"),
        format!("Arrival-Date: {date}"),
        String::new(),
        format!("Final-Recipient: rfc822; {to}"),
        format!("Original-Recipient: rfc822;{to}"),
        "Action: failed".to_owned(),
        "Status: 5.1.1".to_owned(),
        format!("Diagnostic-Code: smtp; 550 5.1.1 <{to}>: no such mailbox"),
        String::new(),
        format!("--{boundary}"),
        "Content-Type: message/rfc822".to_owned(),
        format!("Content-Transfer-Encoding: {encoding}"),
        String::new(),
        String::new(),
    ];
    let mut report = head.join("\r\n").into_bytes();
    report.extend_from_slice(original);
    report.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    report
}
