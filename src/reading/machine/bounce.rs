//! Bounces, delays and notices of success, told by witnesses that add up.
//!
//! A delivery status part (RFC 3464) is proof. Elsewhere the sender, the return path, the subject,
//! marks and the shape of the body each weigh something, and one alone never suffices unless only
//! machines can bear it. A failure is permanent where the reporting side gave up, whatever the class
//! of the code; while it goes on trying it is a delay.

use super::phrases::{self, Find, Sign};
use super::places;
use super::status::{self, Action, RecipientStatus};
use super::witness::{Sender, Witness};
use crate::lunch::act::Act;
use crate::reading::message::Message;
use crate::reading::{Bounce, Context, Reading, visible};
use crate::words::address::Address;

/// Most recipients that are taken.
const RECIPIENTS_MAX: usize = 50;
/// What witnesses must weigh together.
const ENOUGH: i32 = 4;
/// What they must weigh where the sender looks like anybody.
const ENOUGH_FROM_ANYBODY: i32 = 5;
/// Most octets of a body that are searched for phrases.
const PHRASE_OCTETS_MAX: usize = 6_000;

/// The body of a suspected bounce, looked at once.
struct Body {
    head: String,
    says: Vec<Find>,
    named: Vec<Address>,
    beside_code: bool,
    /// A mail, or its header, comes back.
    returns: bool,
}

/// A bounce, a delay or a success notice, if the mail is one.
pub(super) fn read(message: &Message, witness: &Witness, context: &Context) -> Option<Reading> {
    let proven =
        has_status_part(message, witness) || message.first("x-failed-recipients").is_some();
    let suspected = proven
        || witness.sender != Sender::Ordinary
        || witness.null_path
        || witness.daemon_path
        || witness.automatic
        || witness.bounce_marked
        || witness.says(Sign::BounceSubject)
        || witness.says(Sign::SuccessSubject);
    if !suspected {
        return None; // most mail: its text need not be searched
    }
    let body = Body::of(message, context);
    if !proven && let Some(reading) = notice(message, witness, &body) {
        return Some(reading);
    }
    if !proven && !adds_up(message, witness, &body) {
        return None;
    }
    let groups = status::read(&message.delivery_status);
    if is_success(&groups, witness, &body) {
        return Some(super::other("a notice that a mail was delivered", message));
    }
    let permanent = permanence(message, &groups, witness, &body);
    let bounce = Bounce {
        recipients: failed_recipients(message, &groups, &body, context),
        permanent,
        status: code(&groups, &body),
    };
    let reason = match permanent {
        Some(false) => "a notice that a mail is delayed",
        _ => "a bounce",
    };
    let act = Act::Bounce {
        permanent: permanent.unwrap_or(false),
    };
    let mut reading = Reading::by_machine(act, reason, String::new());
    reading.bounce = Some(bounce);
    Some(reading)
}

/// What a mail system tells us that is no bounce: a list holds our mail, our mailbox fills, mail to
/// us waits in quarantine. It names nobody else and returns nothing.
fn notice(message: &Message, witness: &Witness, body: &Body) -> Option<Reading> {
    let system = witness.sender != Sender::Ordinary || witness.automatic;
    if !system || witness.answered {
        return None;
    }
    let in_subject = phrases::phrases().find(&witness.subject);
    let held = phrases::has(&in_subject, Sign::HeldSubject) && !body.returns;
    let fits = !witness.says(Sign::BounceSubject) && witness.sender != Sender::Daemon;
    if held && fits {
        return Some(super::other(
            "a list of mails that a filter holds back",
            message,
        ));
    }
    if !body.named.is_empty() || body.beside_code || body.returns {
        return None;
    }
    let moderated =
        witness.says(Sign::ModerationSubject) && phrases::has(&body.says, Sign::ModerationText);
    if moderated {
        let act = Act::AutoReply { away_until: None };
        let text = visible::body_text(message).trim().to_owned();
        let reason = "a mailing list holds our mail";
        return Some(Reading::by_machine(act, reason, text));
    }
    let by_subject = phrases::has(&in_subject, Sign::NoticeSubject);
    let by_text = phrases::has(&body.says, Sign::NoticeText);
    (fits && (by_subject || by_text))
        .then(|| super::other("a notice about our own mailbox", message))
}

/// A report in the form of RFC 3464. Somebody's client may keep such a part as an attachment when
/// the bounce is passed on.
fn has_status_part(message: &Message, witness: &Witness) -> bool {
    let part = !message.delivery_status.is_empty()
        || message
            .part_types
            .iter()
            .any(|kind| kind.ends_with("delivery-status"));
    let report = message.root_type == "multipart/report";
    let passed_on = !report && witness.answered && witness.sender == Sender::Ordinary;
    (part && !passed_on)
        || message.report_type.as_deref() == Some("delivery-status")
        || (report && message.report_type.is_none() && !message.returned.is_empty())
}

impl Body {
    fn of(message: &Message, context: &Context) -> Self {
        let text = visible::body_text(message);
        let head = places::head_of(&text);
        let mut bound = head.len().min(PHRASE_OCTETS_MAX);
        while !head.is_char_boundary(bound) {
            bound -= 1;
        }
        let says = phrases::phrases().find(&phrases::fold(head.get(..bound).unwrap_or_default()));
        let (named, beside_code) =
            places::recipients(&head, &|address| is_ours(address, message, context));
        let returns = !message.returned.is_empty()
            || message.part_types.iter().any(|kind| {
                matches!(
                    kind.as_str(),
                    "message/rfc822"
                        | "text/rfc822-headers"
                        | "message/global"
                        | "message/global-headers"
                        | "message/partial"
                )
            })
            || places::header_names(&text) >= 4;
        Self {
            head,
            says,
            named,
            beside_code,
            returns,
        }
    }
}

/// Whether an address in a bounce is ours or the reporter's, so no failed recipient.
fn is_ours(address: &Address, message: &Message, context: &Context) -> bool {
    let reporter = message
        .from
        .as_ref()
        .is_some_and(|from| from.address == *address);
    let own = context
        .own_addresses
        .iter()
        .any(|own| own == address || own.detail_of(address).is_some());
    let local = address.local().to_ascii_lowercase();
    reporter
        || own
        || message.recipients.contains(address)
        || local.starts_with("postmaster")
        || local.starts_with("mailer-daemon")
}

/// Whether the witnesses suffice without a status part.
fn adds_up(message: &Message, witness: &Witness, body: &Body) -> bool {
    let mut weight = match witness.sender {
        Sender::Daemon => 4,
        Sender::Postmaster => 3,
        Sender::NoReply | Sender::Role | Sender::Nobody => 1,
        Sender::Ordinary => 0,
    };
    let mut add = |told: bool, by: i32| weight += if told { by } else { 0 };
    let phrases = phrases::count(&body.says, Sign::BounceText);
    add(witness.null_path || witness.daemon_path, 2);
    add(witness.says(Sign::BounceSubject), 2);
    add(witness.says_as_prefix(Sign::BounceSubject), 1);
    add(witness.says(Sign::SuccessSubject), 1);
    add(witness.bounce_marked, 4);
    add(witness.automatic, 1);
    add(phrases > 0, 1);
    add(phrases > 1, 1);
    add(body.beside_code, 1);
    add(body.returns, 1);
    // Who answers or passes on is mostly a person, whatever is told below.
    add(witness.answered && !witness.null_path, -4);
    add(is_absence(witness), -3);
    add(!message.calendars.is_empty(), -2);
    let structure = body.beside_code || body.returns;
    let tells = phrases > 0
        || structure
        || witness.bounce_marked
        || witness.says(Sign::BounceSubject)
        || witness.says(Sign::SuccessSubject);
    if !tells && !matches!(witness.sender, Sender::Daemon | Sender::Postmaster) {
        return false; // a desk that answers by itself, with an empty return path as it should
    }
    let anybody = witness.sender == Sender::Ordinary && !witness.null_path && !witness.daemon_path;
    if anybody && !witness.bounce_marked {
        return weight >= ENOUGH_FROM_ANYBODY && structure && phrases > 0;
    }
    weight >= ENOUGH
}

fn is_absence(witness: &Witness) -> bool {
    [
        Sign::AutomaticSubject,
        Sign::AbsenceSubject,
        Sign::ReceiptSubject,
    ]
    .iter()
    .any(|sign| witness.says(*sign))
        && !witness.says(Sign::BounceSubject)
}

/// Whether every recipient was reached.
fn is_success(groups: &[RecipientStatus], witness: &Witness, body: &Body) -> bool {
    let mut actions = groups.iter().filter_map(|group| group.action).peekable();
    if actions.peek().is_some() {
        return actions.all(|action| action == Action::Arrived);
    }
    let failed = phrases::has(&body.says, Sign::BounceText) || body.beside_code;
    witness.says(Sign::SuccessSubject) && !failed
}

/// Whether the reporting side gave up; `None` if it does not say.
fn permanence(
    message: &Message,
    groups: &[RecipientStatus],
    witness: &Witness,
    body: &Body,
) -> Option<bool> {
    let any = |action| groups.iter().any(|group| group.action == Some(action));
    if any(Action::Failed) {
        return Some(true);
    }
    if any(Action::Delayed) {
        return Some(false);
    }
    let says = |sign| phrases::has(&body.says, sign);
    let class = places::status_code(&body.head)
        .and_then(|code| code.chars().next())
        .or_else(|| places::reply_class(&body.head));
    // "Please check and send it again" beside a 550 is no delay.
    let refused = class == Some('5') && body.beside_code;
    if says(Sign::DelayText) && !says(Sign::GaveUpText) && !refused {
        return Some(false);
    }
    let in_subject = phrases::phrases().find(&witness.subject);
    let failed_header = message.first("x-failed-recipients").is_some();
    if phrases::has(&in_subject, Sign::DelayText) && !failed_header {
        return Some(false);
    }
    if says(Sign::GaveUpText) || failed_header {
        return Some(true);
    }
    match class {
        Some('5') => Some(true),
        Some('4') => Some(body.returns && witness.says(Sign::BounceSubject)),
        _ => (witness.says(Sign::BounceSubject) || says(Sign::BounceText)).then_some(true),
    }
}

/// The code of the first failed recipient, else of the first delayed one, else of the text.
fn code(groups: &[RecipientStatus], body: &Body) -> Option<String> {
    let of = |action| {
        groups
            .iter()
            .filter(|group| group.action == Some(action))
            .find_map(|group| group.status.clone())
    };
    of(Action::Failed)
        .or_else(|| of(Action::Delayed))
        .or_else(|| groups.iter().find_map(|group| group.status.clone()))
        .or_else(|| places::status_code(&body.head).filter(|code| !code.starts_with('2')))
}

/// Whom the mail did not reach: by the report, by header fields, by the prose, by the returned mail.
fn failed_recipients(
    message: &Message,
    groups: &[RecipientStatus],
    body: &Body,
    context: &Context,
) -> Vec<Address> {
    let mut found: Vec<Address> = Vec::new();
    let mut add = |address: Address| {
        if found.len() < RECIPIENTS_MAX && !found.contains(&address) {
            found.push(address);
        }
    };
    let wanted = [Some(Action::Failed), Some(Action::Delayed), None]
        .into_iter()
        .find(|action| groups.iter().any(|group| group.action == *action));
    for group in groups.iter().filter(|group| Some(group.action) == wanted) {
        group.addresses.iter().cloned().for_each(&mut add);
    }
    for name in [
        "x-failed-recipients",
        "x-mailer-daemon-recipients",
        "x-bounced-address",
    ] {
        for value in message.all(name) {
            places::addresses_in(value).into_iter().for_each(&mut add);
        }
    }
    if !found.is_empty() {
        return found;
    }
    let returned = message.returned.iter().flat_map(|mail| &mail.recipients);
    let returned: Vec<&Address> = returned
        .filter(|address| !is_ours(address, message, context))
        .collect();
    // What the prose names and the returned mail was sent to is surest.
    let both = body.named.iter().filter(|named| returned.contains(named));
    let mut both = both.cloned().peekable();
    if both.peek().is_some() {
        return both.take(RECIPIENTS_MAX).collect();
    }
    if body.named.is_empty() {
        return returned.into_iter().take(RECIPIENTS_MAX).cloned().collect();
    }
    body.named.iter().take(RECIPIENTS_MAX).cloned().collect()
}
