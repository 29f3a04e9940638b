//! Machines: our own letters coming back, bounces, reports, and automatic answers.
//!
//! Witnesses add up: the header (`witness`), status parts (`status`), the shape of a bounce's prose
//! (`places`), and turns of phrase in many languages (`phrases`). `bounce` and `absence` weigh them;
//! `days` finds the day of return. Nothing here acts on anything; whoever is not surely a machine is
//! a person.

mod absence;
mod bounce;
mod days;
mod phrases;
mod places;
mod status;
mod witness;

use crate::lunch::act::Act;
use crate::reading::message::Message;
use crate::reading::visible::{self, Own};
use crate::reading::{Context, Reading};
use phrases::Sign;
use witness::{Sender, Witness};

/// What comes before calendar answers: our own letter, a bounce, a report.
pub fn own_or_report(message: &Message, context: &Context) -> Option<Reading> {
    let witness = Witness::of(message);
    if is_own(message, &witness, context) {
        return Some(other("one of our own letters coming back", message));
    }
    let report = message.report_type.as_deref();
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
    bounce::read(message, &witness, context)
}

/// What comes behind calendar answers: automatic replies and everything else that is automatic.
pub fn absence(message: &Message, own: &Own, context: &Context) -> Option<Reading> {
    absence::read(message, own, &Witness::of(message), context)
}

/// Our own letter. Some lists strip our mark; then our address and the mark of RFC 3834 tell
/// together.
fn is_own(message: &Message, witness: &Witness, context: &Context) -> bool {
    let by_us = message
        .from
        .as_ref()
        .is_some_and(|from| context.own_addresses.contains(&from.address));
    message.postlunch_id.is_some() || (by_us && witness.automatic)
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
