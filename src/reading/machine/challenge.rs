//! Challenges: a filter in front of somebody's mailbox asks whether we are a person. They speak as
//! bounces do ("has not been delivered") and are none: nobody was missed, and nothing is proved.

use super::phrases::{self, Sign};
use super::witness::{Sender, Witness};
use crate::reading::message::Message;
use crate::reading::visible;

/// Most octets that are searched.
const TEXT_OCTETS_MAX: usize = 4_000;

/// Why a mail is a challenge, if it is one.
pub(super) fn read(message: &Message, witness: &Witness) -> Option<&'static str> {
    let reported = message.root_type == "multipart/report" || !message.delivery_status.is_empty();
    if reported || witness.sender == Sender::Daemon || !message.calendars.is_empty() {
        return None;
    }
    let subject = &witness.subject;
    let verifies = subject.ends_with("(verification)") || subject.contains("verify#");
    let by_subject = witness.says(Sign::ChallengeSubject) || verifies;
    let filter = message.first("x-spamarrest-verification").is_some()
        || message.first("x-boxtrapper").is_some()
        || message.first("x-challenge-response").is_some()
        || message
            .first("x-delivery-agent")
            .is_some_and(|agent| agent.starts_with("TMDA"));
    let machine = filter
        || witness.sender != Sender::Ordinary
        || witness.null_path
        || witness.automatic
        || witness.precedence
        || witness.bulk;
    // "Re: … verify#" is a person who speaks of the challenge, unless it speaks as challenges do.
    if !(by_subject || machine) || (witness.answered && !verifies) {
        return None;
    }
    let text = visible::body_text(message);
    let mut bound = text.len().min(TEXT_OCTETS_MAX);
    while !text.is_char_boundary(bound) {
        bound -= 1;
    }
    let folded = phrases::fold(text.get(..bound).unwrap_or_default());
    let says = phrases::phrases().find(&folded);
    let strong = phrases::count(&says, Sign::ChallengeText);
    let help = phrases::count(&says, Sign::ChallengeHelp);
    let enough = if filter {
        strong + help >= 1
    } else if !machine && !verifies {
        // By its words alone, and by no question: people ask what a challenge is about.
        let asks = text.contains(['?', '？']);
        !asks && (strong >= 2 || (strong >= 1 && help >= 1))
    } else if by_subject && !witness.answered {
        strong >= 1 || help >= 2 || witness.sender != Sender::Postmaster
    } else if witness.answered {
        strong >= 1 && help >= 1
    } else {
        strong >= 2 || (strong >= 1 && help >= 1)
    };
    enough.then_some("it asks to prove that we are a person")
}
