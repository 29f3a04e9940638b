//! Routing and trust: which conversation a mail belongs to, and whether it may act.
//!
//! A route says what is being answered and who should have written it. Routing is not trust: only
//! the expected sender acts; a mail in somebody's name from elsewhere is asked about at the known
//! address; strangers get no answer (DESIGN section 7).

use crate::daemon::ledger::{Ledger, LedgerError};
use crate::lunch::act::{Act, CommandName, Permission};
use crate::lunch::pairing::PairingId;
use crate::lunch::person::PersonId;
use crate::reading::Reading;
use crate::reading::message::Message;
use crate::store::record::LetterRecord;
use crate::words::address::Address;
use crate::words::message_id::MessageId;
use crate::words::token::{Token, TokenKey};
use chrono::{DateTime, Utc};

/// The field that marks the mail which `postlunch check` sends to its own mailbox.
pub const CHECK_FIELD: &str = "X-Postlunch-Check";

/// Whether it is such a mail: nobody's answer, and taken away again by whoever sent it.
pub fn is_check(own: &Address, message: &Message) -> bool {
    let sender = message.from.as_ref().map(|from| &from.address);
    sender == Some(own) && message.first(CHECK_FIELD).is_some()
}

/// By what a mail was routed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trail {
    /// A valid token, in a reply address or a quoted footer.
    Token,
    /// The token of an invitation that a member hands on: it shows nobody to be its reader.
    Guest,
    /// One of our Message-IDs, in In-Reply-To or References.
    MessageId,
    /// One of our letters inside it, sent back.
    Returned,
    /// The UID of one of our series.
    CalendarUid,
    /// It answers a meeting that is none of ours.
    ForeignCalendar,
    /// Nothing but the address it says to be from.
    Sender,
    /// It answers somebody else's letter, in the name of another member.
    Astray,
}

/// Where a mail belongs.
#[derive(Clone, Debug)]
pub struct Route {
    /// By what.
    pub trail: Trail,
    /// Who should have written it.
    pub person: PersonId,
    /// In which pairing, if in one.
    pub pairing: Option<PairingId>,
    /// The letter it answers, if one is known.
    pub letter: Option<LetterRecord>,
}

/// What a mail may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leave {
    /// Act on what it says.
    Act(Vec<Act>),
    /// Ask at the known address.
    Ask,
    /// It was they, and the letter answered is old: ask what they want now.
    AskLate,
    /// Somebody asks for the invitation that was handed on to them.
    Guest,
    /// One of our letters did not arrive.
    Undelivered,
    /// It is ours, and changes nothing.
    Nothing,
    /// It is not ours after all: leave it where it is, as it is.
    NotOurs,
}

/// Finds the conversation of a mail; `None` if it is not ours.
///
/// # Errors
/// If the store fails.
pub fn route(
    ledger: &Ledger,
    key: &TokenKey,
    own: &Address,
    message: &Message,
) -> Result<Option<Route>, LedgerError> {
    if is_check(own, message) {
        return Ok(None);
    }
    let sender = match &message.from {
        Some(from) => ledger.person_at(&from.address)?,
        None => None,
    };
    let answered = letters_answered(ledger, key, own, message)?;
    let own_letter = answered
        .iter()
        .find(|(_, letter)| Some(letter.person) == sender);
    if let Some((trail, letter)) = own_letter.or(answered.first()) {
        let route = of_letter(*trail, letter.clone());
        return Ok(Some(match sender {
            Some(member) if member != route.person && !is_handed_on(&route) => {
                astray(ledger, &route, member)?
            }
            _ => route,
        }));
    }
    if let Some(letter) = first_of(ledger, message.returned_message_ids().iter())? {
        return Ok(Some(of_letter(Trail::Returned, letter)));
    }
    for uid in message.calendar_uids() {
        let Some(id) = ledger.pairing_with_uid(&uid)? else {
            continue;
        };
        let Some(pairing) = ledger.pairing(id)? else {
            continue;
        };
        if let Some(person) = sender.filter(|who| pairing.role(*who).is_some()) {
            let trail = Trail::CalendarUid;
            return Ok(Some(Route {
                trail,
                person,
                pairing: Some(id),
                letter: None,
            }));
        }
    }
    match sender {
        Some(person) => by_sender(ledger, person),
        None => Ok(None),
    }
}

/// All letters of ours that a mail answers, the surest trail first. A mail to everybody names those
/// of several people.
fn letters_answered(
    ledger: &Ledger,
    key: &TokenKey,
    own: &Address,
    message: &Message,
) -> Result<Vec<(Trail, LetterRecord)>, LedgerError> {
    let mut found = Vec::new();
    let details = message.recipients.iter().filter_map(|to| own.detail_of(to));
    for detail in details.chain(message.footer_references()) {
        found.extend(by_token(ledger, key, &detail)?);
    }
    let ids = message
        .in_reply_to
        .iter()
        .chain(message.references.iter().rev());
    for id in ids {
        found.extend(
            ledger
                .letter_with(id)?
                .map(|letter| (Trail::MessageId, letter)),
        );
    }
    Ok(found)
}

/// A mail that answers somebody else's letter, in the name of another member: what it says is that
/// member's and not for the other to read, so it counts for no more than the name it bears.
fn astray(ledger: &Ledger, route: &Route, member: PersonId) -> Result<Route, LedgerError> {
    let pairing = match route.pairing {
        Some(id) => ledger.pairing(id)?,
        None => None,
    };
    let theirs = pairing.filter(|pairing| pairing.role(member).is_some());
    Ok(Route {
        trail: Trail::Astray,
        person: member,
        pairing: theirs.map(|pairing| pairing.id),
        letter: None,
    })
}

/// What somebody who is a member too writes to an invitation that was handed on, and that does not ask
/// for it, is astray as elsewhere.
///
/// # Errors
/// If the store fails.
pub fn of_guest(
    ledger: &Ledger,
    route: &Route,
    reading: &Reading,
    message: &Message,
) -> Result<Route, LedgerError> {
    let from = message.from.as_ref().map(|from| &from.address);
    let sender = from.map(|from| ledger.person_at(from)).transpose()?;
    match sender.flatten() {
        Some(member) if is_handed_on(route) && member != route.person && !accepts(reading) => {
            astray(ledger, route, member)
        }
        _ => Ok(route.clone()),
    }
}

/// The letter whose token stands in an address or a quoted footer, if the token is good.
///
/// # Errors
/// If the store fails.
pub(super) fn by_token(
    ledger: &Ledger,
    key: &TokenKey,
    detail: &str,
) -> Result<Option<(Trail, LetterRecord)>, LedgerError> {
    let Some(token) = Token::parse(detail) else {
        return Ok(None);
    };
    let Some(letter) = ledger.letter(token.row)? else {
        return Ok(None);
    };
    let Some(person) = ledger.person(letter.person)? else {
        return Ok(None);
    };
    let reader = &person.who.address;
    Ok(if key.proves(&token, reader) {
        Some((Trail::Token, letter))
    } else if letter.name == PASS_IT_ON && key.proves_for_guests(&token, reader) {
        Some((Trail::Guest, letter))
    } else {
        None
    })
}

fn first_of<'a>(
    ledger: &Ledger,
    ids: impl Iterator<Item = &'a MessageId>,
) -> Result<Option<LetterRecord>, LedgerError> {
    for id in ids {
        if let Some(letter) = ledger.letter_with(id)? {
            return Ok(Some(letter));
        }
    }
    Ok(None)
}

fn of_letter(trail: Trail, letter: LetterRecord) -> Route {
    Route {
        trail,
        person: letter.person,
        pairing: letter.pairing,
        letter: Some(letter),
    }
}

/// The sender's only open conversation; several or none say nothing about which.
fn by_sender(ledger: &Ledger, person: PersonId) -> Result<Option<Route>, LedgerError> {
    let open = open_pairings(ledger, person)?;
    let pairing = match open.as_slice() {
        [] => return Ok(None),
        [only] => Some(*only),
        _ => None,
    };
    Ok(Some(Route {
        trail: Trail::Sender,
        person,
        pairing,
        letter: None,
    }))
}

fn open_pairings(ledger: &Ledger, person: PersonId) -> Result<Vec<PairingId>, LedgerError> {
    let mut open = Vec::new();
    for id in ledger.pairings_of(person)? {
        let pairing = ledger.pairing(id)?.filter(|p| p.stage.is_open());
        open.extend(pairing.map(|p| p.id));
    }
    Ok(open)
}

/// The pairing that somebody means. A letter about all of somebody's lunches (the summary) names
/// none; answered with "end" or "skip", it means the only open one, if there is but one. Anything
/// else said to such a letter is between us and its reader, and reaches no partner.
///
/// # Errors
/// If the store fails.
pub fn meant(
    ledger: &Ledger,
    route: &Route,
    acts: &[Act],
) -> Result<Option<PairingId>, LedgerError> {
    let lunches = |act: &Act| {
        matches!(
            act,
            Act::End | Act::Skip | Act::Pause { .. } | Act::Resume | Act::Reschedule(_)
        )
    };
    if route.pairing.is_some() || !acts.iter().any(lunches) {
        return Ok(route.pairing);
    }
    let open = open_pairings(ledger, route.person)?;
    Ok(match open.as_slice() {
        [only] => Some(*only),
        _ => None,
    })
}

/// Decides what a routed mail may do. `known` is the address of the route's person.
pub fn leave(
    route: &Route,
    reading: &Reading,
    message: &Message,
    known: &Address,
    trusted_authserv_id: Option<&str>,
    now: DateTime<Utc>,
) -> Leave {
    if reading.is_machine() {
        return machine(route, reading, message, known);
    }
    if route.trail == Trail::ForeignCalendar {
        return Leave::NotOurs;
    }
    let from = message.from.as_ref().map(|from| &from.address);
    let expected = from == Some(known);
    let silent = reading.acts.iter().all(|act| *act == Act::Other);
    if route.trail == Trail::Returned && (silent || !expected) {
        return Leave::Nothing; // a person forwarding a letter of ours says nothing by that
    }
    let stops = reading.acts.contains(&Act::Stop);
    let fresh = route
        .letter
        .as_ref()
        .is_none_or(|letter| now <= letter.expires);
    if is_handed_on(route) && !expected {
        return match route.trail {
            _ if accepts(reading) => Leave::Guest,
            // It may be its reader, from another address of theirs.
            Trail::Token if stops => Leave::Ask,
            Trail::Guest | Trail::Token => Leave::Nothing,
            _ => Leave::Ask,
        };
    }
    // A letter that was handed on, or lies on a board, is in other hands: what its every copy holds
    // shows nobody to be its reader, its Reply-To neither, which goes along where it is forwarded as an
    // attachment. Their mail is stopped by it, which harms least, and colleagues are asked, as anybody
    // could have them asked who holds it.
    let shared = match route.trail {
        Trail::Guest => true,
        Trail::Token => is_handed_on(route),
        Trail::MessageId => is_in_other_hands(route),
        _ => false,
    };
    if shared && !is_authentic(message, trusted_authserv_id) {
        let harmless = |act: &&Act| match route.trail {
            Trail::Guest | Trail::Token => **act == Act::Stop || is_invite(act) && fresh,
            _ => **act == Act::Stop,
        };
        let acts: Vec<_> = reading.acts.iter().filter(harmless).cloned().collect();
        return match expected && !acts.is_empty() {
            true => Leave::Act(acts),
            false => Leave::Ask,
        };
    }
    match route.trail {
        Trail::Token | Trail::MessageId | Trail::Guest if expected && (fresh || stops) => {
            Leave::Act(reading.acts.clone())
        }
        // What somebody once allowed can be taken back by a letter of any age.
        Trail::Token | Trail::MessageId
            if expected && reading.acts.iter().any(takes_leave_back) =>
        {
            let acts = reading.acts.iter().filter(|act| takes_leave_back(act));
            Leave::Act(acts.cloned().collect())
        }
        // Nobody asks whether it was they, whose address it is.
        Trail::Token | Trail::MessageId if expected && silent => Leave::Nothing,
        Trail::Token | Trail::MessageId if expected => Leave::AskLate,
        // Whoever holds the token may end the mail to its person, from any address of theirs.
        Trail::Token if stops => Leave::Act(vec![Act::Stop]),
        Trail::Token
        | Trail::Guest
        | Trail::MessageId
        | Trail::Returned
        | Trail::ForeignCalendar => Leave::Ask,
        Trail::CalendarUid => {
            // What a button cannot say is asked about, at the address that we know.
            let calendar = |act: &&Act| {
                matches!(
                    act,
                    Act::CalendarReply { .. } | Act::CalendarCounter { .. } | Act::Unclear
                )
            };
            Leave::Act(reading.acts.iter().filter(calendar).cloned().collect())
        }
        Trail::Sender | Trail::Astray if silent => Leave::NotOurs,
        Trail::Sender | Trail::Astray if expected && is_authentic(message, trusted_authserv_id) => {
            Leave::Act(reading.acts.clone())
        }
        Trail::Sender | Trail::Astray => Leave::Ask,
    }
}

/// The name of an invitation to hand on.
const PASS_IT_ON: &str = "pass-it-on";

/// Whether it answers an invitation to hand on.
pub(super) fn is_handed_on(route: &Route) -> bool {
    let letter = route.letter.as_ref();
    letter.is_some_and(|letter| letter.name == PASS_IT_ON)
}

/// An invitation to hand on, or the card of a lunch on a board.
fn is_in_other_hands(route: &Route) -> bool {
    let letter = route.letter.as_ref();
    is_handed_on(route) || letter.is_some_and(|letter| letter.name == "card")
}

fn accepts(reading: &Reading) -> bool {
    let mut acts = reading.acts.iter();
    acts.any(|act| matches!(act, Act::Accept(_)))
}

const fn takes_leave_back(act: &Act) -> bool {
    matches!(
        act,
        Act::Permission(Permission::Refused)
            | Act::Command {
                name: CommandName::NoQuotes | CommandName::NoBoard,
                ..
            }
    )
}

const fn is_invite(act: &Act) -> bool {
    matches!(
        act,
        Act::Command {
            name: CommandName::Invite,
            ..
        }
    )
}

fn machine(route: &Route, reading: &Reading, message: &Message, known: &Address) -> Leave {
    let gave_up = reading
        .acts
        .iter()
        .any(|act| matches!(act, Act::Bounce { permanent: true }));
    let expected = message.from.as_ref().map(|from| &from.address) == Some(known);
    let away = |act: &&Act| matches!(act, Act::AutoReply { away_until } if away_until.is_some());
    let absence = reading.acts.iter().find(away).filter(|_| expected);
    match (route.trail, absence) {
        (Trail::Sender | Trail::Astray, _) => Leave::NotOurs,
        _ if gave_up => Leave::Undelivered,
        (_, Some(absence)) => Leave::Act(vec![absence.clone()]),
        _ => Leave::Nothing,
    }
}

/// Whether our own server says that DMARC passed (RFC 8601, RFC 7489). Only the field above all
/// Received fields is believed, and only if the operator has named the server: everything below
/// may have come with the mail. So may whatever stands in quotes or comments.
fn is_authentic(message: &Message, trusted: Option<&str>) -> bool {
    let (Some(trusted), Some(from)) = (trusted, &message.from) else {
        return false;
    };
    let above = message.authentication_results.iter();
    above
        .filter(|field| field.received_above == 0)
        .any(|field| says_pass(&field.value, trusted, from.address.domain()))
}

fn says_pass(field: &str, trusted: &str, domain: &str) -> bool {
    let own_words = without_quotes_and_comments(field).to_ascii_lowercase();
    let mut parts = own_words.split(';');
    let id = parts.next().and_then(|id| id.split_whitespace().next());
    if !id.is_some_and(|id| id.eq_ignore_ascii_case(trusted)) {
        return false;
    }
    let about_dmarc = |part: &&str| part.trim_start().starts_with("dmarc");
    let mut results = parts.filter(about_dmarc).peekable();
    results.peek().is_some()
        && results.all(|part| {
            let mut words = part.split_whitespace();
            let passes = words.next() == Some("dmarc=pass");
            passes
                && words
                    .filter_map(|word| word.strip_prefix("header.from="))
                    .all(|judged| judged == domain)
        })
}

/// Quoted strings and comments (RFC 5322 section 3.2) become one blank each; one that is never
/// closed takes the rest along.
fn without_quotes_and_comments(field: &str) -> String {
    let mut plain = String::new();
    let (mut depth, mut quoted) = (0u32, false);
    let mut chars = field.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' if quoted || depth > 0 => {
                chars.next();
            }
            '"' if depth == 0 => {
                quoted = !quoted;
                plain.push(' ');
            }
            '(' if !quoted => {
                depth = depth.saturating_add(1);
                plain.push(' ');
            }
            ')' if !quoted => depth = depth.saturating_sub(1),
            _ if quoted || depth > 0 => {}
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opens(fields: &str) -> bool {
        let mail = format!("{fields}\nFrom: Bob <bob@example.test>\n\nYes\n");
        is_authentic(&Message::parse(mail.as_bytes()), Some("mx.example.test"))
    }

    #[test]
    fn our_own_servers_word_counts() {
        for field in [
            "Authentication-Results: mx.example.test; dmarc=pass",
            "Authentication-Results: MX.example.test 1; spf=pass smtp.mailfrom=example.test; dmarc=pass (p=none; dis=none) header.from=Example.TEST",
        ] {
            assert!(opens(field), "{field}");
        }
    }

    #[test]
    fn what_came_with_the_mail_does_not() {
        for field in [
            "",
            "Authentication-Results: elsewhere.example; dmarc=pass",
            "Received: from x by mx.example.test\nAuthentication-Results: mx.example.test; dmarc=pass",
            "Authentication-Results: mx.example.test; spf=pass; dmarc=fail",
            "Authentication-Results: mx.example.test; dmarc=pass; dmarc=fail",
            "Authentication-Results: mx.example.test; spf=pass smtp.mailfrom=\"; dmarc=pass \"@evil.example; dmarc=fail",
            "Authentication-Results: mx.example.test; spf=pass smtp.mailfrom=\"\\\"; dmarc=pass \"@evil.example",
            "Authentication-Results: mx.example.test; spf=fail (said \\) (; dmarc=pass )) smtp.mailfrom=x",
            "Authentication-Results: mx.example.test; spf=fail (said; dmarc=pass",
            "Authentication-Results: mx.example.test; dmarc=pass header.from=evil.example",
        ] {
            assert!(!opens(field), "{field}");
        }
    }
}
