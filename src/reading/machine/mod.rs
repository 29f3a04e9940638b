//! Machines: our own letters coming back, bounces, reports, and automatic answers.
//!
//! Witnesses add up: the header (`witness`), status parts (`status`), the shape of a bounce's prose
//! (`places`), and turns of phrase in many languages (`phrases`). `bounce`, `challenge`, `bulk` and
//! `absence` weigh them; `dates` finds the days of a text and `days` that of return. Nothing here acts on anything; whoever is not surely a machine is
//! a person.

mod absence;
mod bounce;
mod bulk;
mod challenge;
mod dates;
mod days;
mod phrases;
mod places;
mod status;
mod witness;

use crate::lunch::act::Act;
use crate::reading::message::Message;
use crate::reading::visible::{self, Own};
use crate::reading::{Context, Reading};
use crate::words::address::Address;
use phrases::Sign;
use witness::{Sender, Witness};

/// What comes before calendar answers: our own letter, a bounce, a report.
pub fn own_or_report(message: &Message, context: &Context) -> Option<Reading> {
    let witness = Witness::of(message);
    if is_own(message, &witness, context) {
        return Some(other("one of our own letters coming back", message));
    }
    let report = message.report_type.as_deref();
    if is_aggregate_report(message, &witness) {
        return Some(other("a report on our domain (DMARC or TLS)", message));
    }
    let passed_on = report.is_none() && witness.answered && witness.sender == Sender::Ordinary;
    let has = |end: &str| !passed_on && message.part_types.iter().any(|kind| kind.ends_with(end));
    if report == Some("disposition-notification") || has("/disposition-notification") {
        return Some(other("a read receipt", message));
    }
    if report == Some("feedback-report")
        || has("/feedback-report")
        || is_complaint(message, &witness)
    {
        return Some(other("a complaint report of a mail provider", message));
    }
    if let Some(reason) = challenge::read(message, &witness) {
        let act = Act::AutoReply { away_until: None };
        let text = visible::body_text(message).trim().to_owned();
        return Some(Reading::by_machine(act, reason, text));
    }
    bounce::read(message, &witness, context)
}

/// What comes behind calendar answers: automatic replies and everything else that is automatic.
pub fn absence(message: &Message, own: &Own, context: &Context) -> Option<Reading> {
    absence::read(message, own, &Witness::of(message), context)
}

/// The mail that clients send for our List-Unsubscribe: its subject is the word that we put there
/// and its body at most the client's own sentence. It may call itself automatic, and is the
/// person's click.
pub fn is_unsubscription(message: &Message, own: &Own) -> bool {
    const CLIENTS_WORDS: &[&str] = &["automatically", "unsubscribe", "on behalf of", "sent this"];
    const WORDS_MAX: usize = 60;
    let subject = message.subject.as_str().trim_matches(['.', '!', ' ']);
    if !["stop", "unsubscribe"].contains(&subject.to_ascii_lowercase().as_str()) {
        return false;
    }
    let witness = Witness::of(message);
    let from_person = witness.sender == Sender::Ordinary
        && !(witness.null_path || witness.daemon_path || witness.auto_replied || witness.list);
    let text = own.text().to_lowercase();
    let by_client = own.is_empty()
        || own.from_subject
        || (text.split_whitespace().count() <= WORDS_MAX
            && CLIENTS_WORDS.iter().any(|words| text.contains(words)));
    from_person && by_client
}

/// Whether a mail answers ours by its subject or by naming it.
pub fn answers_ours(message: &Message) -> bool {
    let witness = Witness::of(message);
    witness.answered || witness.threaded
}

/// Whether a mail calls itself automatic (RFC 3834).
pub fn is_automatic(message: &Message) -> bool {
    Witness::of(message).automatic
}

/// Whether a header alone lets one expect a bounce or a report inside.
pub fn may_report(message: &Message) -> bool {
    let witness = Witness::of(message);
    message.report_type.is_some()
        || witness.null_path
        || witness.daemon_path
        || witness.bounce_marked
        || matches!(witness.sender, Sender::Daemon | Sender::Postmaster)
}

/// Our own letter. Some lists strip our mark; then our address tells, with the mark of RFC 3834 or
/// the list's. Others put themselves into From and keep us elsewhere.
fn is_own(message: &Message, witness: &Witness, context: &Context) -> bool {
    let ours = |address: &Address| {
        let mut own = context.own_addresses.iter();
        own.any(|own| own == address || own.detail_of(address).is_some())
    };
    let by_us = message
        .from
        .as_ref()
        .is_some_and(|from| context.own_addresses.contains(&from.address));
    let moved = || {
        let fields = ["reply-to", "x-original-from", "x-original-sender"];
        let mut values = fields.iter().filter_map(|field| message.first(field));
        values.any(|value| places::addresses_in(value).iter().any(ours))
    };
    message.postlunch_id.is_some()
        || (by_us && (witness.automatic || witness.list))
        || (witness.list && !(witness.answered || witness.threaded) && moved())
}

/// What domains are told about their mail: RFC 7489 (DMARC), RFC 8460 (TLS).
fn is_aggregate_report(message: &Message, witness: &Witness) -> bool {
    let subject = &witness.subject;
    let named = subject.contains("report domain:") && subject.contains("submitter:");
    let mut parts = message.part_types.iter();
    message.report_type.as_deref() == Some("tlsrpt")
        || message.first("tls-report-domain").is_some()
        || parts.any(|kind| kind.starts_with("application/tlsrpt"))
        || (named && !witness.answered)
}

/// A complaint passed on as it came, without the form of RFC 5965.
fn is_complaint(message: &Message, witness: &Witness) -> bool {
    let returns = !message.returned.is_empty();
    let by_name = witness.feedback_marked || witness.says(Sign::FeedbackSubject);
    let from_desk = message.from.as_ref().is_some_and(|from| {
        let local = from.address.local().to_ascii_lowercase();
        [
            "scomp",
            "fbl",
            "abuse",
            "staff",
            "feedbackloop",
            "complaints",
            "complaint",
            "arf",
            "spam",
            "jmrp",
            "feedback",
            "fbl-no-reply",
        ]
        .contains(&local.as_str())
    });
    witness.feedback_marked
        || (returns && from_desk)
        || (returns && by_name && witness.sender != Sender::Ordinary)
}

fn other(reason: &str, message: &Message) -> Reading {
    Reading::by_machine(
        Act::Other,
        reason,
        visible::body_text(message).trim().to_owned(),
    )
}
