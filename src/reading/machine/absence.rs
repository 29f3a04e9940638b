//! Automatic answers: absences, acknowledgements, challenges, and whatever else bears the marks of
//! RFC 3834 or those that servers use in their place.
//!
//! Where no header marks it, the subject or the body must speak as only machines do: the body by
//! three turns of phrase of different kinds and no word about the matter itself. Who merely mentions
//! an absence is a person.

use super::phrases::{self, Find, Sign};
use super::witness::{Sender, Witness, kind_of_local};
use super::{bulk, days, other};
use crate::lunch::act::{Act, Answering};
use crate::reading::language::{Languages, Sense, lexicon};
use crate::reading::message::Message;
use crate::reading::notes::held;
use crate::reading::phrase::{self, tokens};
use crate::reading::visible::Own;
use crate::reading::{Context, Reading, judge};
use crate::words::address::Address;

/// Most octets of own words that are searched.
const TEXT_OCTETS_MAX: usize = 4_000;
/// Longest own text that may be an absence by its words alone, in octets.
const ABSENCE_OCTETS_MAX: usize = 1_800;

/// Longest absence that stands where notes were asked for, in words.
const INSTEAD_WORDS_MAX: usize = 50;
/// Most words of it that are about something else: a greeting, a name.
const BESIDE_WORDS_MAX: usize = 14;

/// An automatic answer, if the mail is one.
pub(super) fn read(
    message: &Message,
    own: &Own,
    witness: &Witness,
    context: &Context,
) -> Option<Reading> {
    let calls_itself = witness.says_as_prefix(Sign::AutomaticSubject)
        || witness.says_as_prefix(Sign::AbsenceSubject);
    if !calls_itself && let Some(reason) = bulk::kind(message, own, witness) {
        return Some(other(reason, message));
    }
    let by_header = by_header(witness)
        .or_else(|| by_gateway(witness).filter(|_| !is_person(message, own, witness, context)));
    let reason = by_header
        .or_else(|| by_subject(own, witness))
        .or_else(|| by_words(own, witness))
        .or_else(|| instead_of_notes(own, context))?;
    let text = own.text();
    if is_receipt(witness, &text) {
        return Some(other("a read receipt", message));
    }
    let away_until = days::away_until(bounded(&text), message, context);
    let subject_until = || days::away_until(message.subject.as_str(), message, context);
    let act = Act::AutoReply {
        away_until: away_until.or_else(subject_until),
    };
    Some(Reading::by_machine(act, reason, text))
}

fn by_header(witness: &Witness) -> Option<&'static str> {
    if witness.automatic {
        return Some("it is marked as automatic (Auto-Submitted)");
    }
    if witness.marked || (witness.precedence && !(witness.list || witness.unsubscribe)) {
        return Some("a header marks it as automatic");
    }
    if witness.null_path || witness.daemon_path {
        return Some("its return path is empty or a daemon's");
    }
    (witness.sender == Sender::Daemon).then_some("its sender is a mail system")
}

/// By marks that gateways set on the mail of people too. Lists mark every mail as bulk.
fn by_gateway(witness: &Witness) -> Option<&'static str> {
    if witness.bulk && !(witness.list || witness.unsubscribe) {
        return Some("a header marks it as automatic");
    }
    (witness.sender == Sender::NoReply).then_some("its sender reads no answers")
}

/// Whether somebody speaks from behind a gateway: it answers our mail by its id, in words that
/// answer and that are none of a machine's, and speaks of itself or can be written to.
fn is_person(message: &Message, own: &Own, witness: &Witness, context: &Context) -> bool {
    if !(witness.answered && witness.threaded) || own.is_empty() || own.from_subject {
        return false;
    }
    let text = own.text();
    let folded = phrases::fold(bounded(&text));
    let finds = phrases::phrases().find(&folded);
    let away = phrases::has(&finds, Sign::Away) && !opens_with_yes_or_no(&text);
    let speaks_as_machine = [
        Sign::Access,
        Sign::Urgent,
        Sign::Thanks,
        Sign::ChallengeText,
        Sign::ReceiptText,
        Sign::BulkText,
        Sign::NoticeText,
        Sign::ModerationText,
        Sign::BounceText,
    ]
    .iter()
    .any(|sign| phrases::has(&finds, *sign));
    if away || speaks_as_machine || has_ticket_number(&folded) {
        return false;
    }
    let answers = judge::judge(message, own, context)
        .acts
        .iter()
        .any(|act| !matches!(act, Act::Unclear | Act::Other | Act::Question));
    let myself = phrases::speaks_of_itself(&text);
    let reachable = personal_reply_to(message).is_some() || is_named_after_its_owner(message);
    match witness.sender {
        Sender::NoReply => {
            (answers && (myself || reachable))
                || (myself && reachable)
                || answers_go_to_owner(message)
        }
        _ => answers || myself,
    }
}

/// "No, I am on holiday until the 25th": no machine begins so.
fn opens_with_yes_or_no(text: &str) -> bool {
    let tokens = tokens(text.get(..200).unwrap_or(text));
    let [word, mark, ..] = tokens.as_slice() else {
        return false;
    };
    let senses = [Sense::FirmYes, Sense::Yes, Sense::No];
    let parted = matches!(&*mark.text, "," | "." | "!" | ";" | "–" | "-");
    parted && {
        let answer = lexicon().longest(&[&word.text], 0, &senses, Languages::ALL);
        answer.is_some()
    }
}

/// Whether the sender's address holds a piece of the sender's name: "noreply.kitty" of Kitty's.
fn is_named_after_its_owner(message: &Message) -> bool {
    let from = message.from.as_ref();
    from.is_some_and(|from| holds_name(&from.address, from.name.as_str()))
}

/// Whether answers go to an address that holds a piece of the sender's name.
fn answers_go_to_owner(message: &Message) -> bool {
    let from = message.from.as_ref();
    let reply_to = personal_reply_to(message);
    from.zip(reply_to)
        .is_some_and(|(from, address)| holds_name(&address, from.name.as_str()))
}

fn holds_name(address: &Address, name: &str) -> bool {
    const LETTERS_MIN: usize = 4;
    let local = phrases::fold(address.local());
    let name = phrases::fold(name);
    let words = name.split(|c: char| !c.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| word.len() >= 2).take(8).collect();
    let long = words.iter().any(|word| {
        let role = kind_of_local(word) != Sender::Ordinary || "reply".starts_with(word);
        word.len() >= LETTERS_MIN && !role && local.contains(word)
    });
    // "Bo Ek" of bo.ek@: short names stand side by side.
    let mut pairs = words.windows(2);
    long || pairs.any(|pair| {
        pair.iter()
            .all(|word| local.split(['.', '-', '_']).any(|p| p == *word))
    })
}

/// Where answers go, if that may be a person's address: no desk's and no ticket's.
fn personal_reply_to(message: &Message) -> Option<Address> {
    let value = message.first("reply-to")?;
    let bare = value.rsplit_once('<').map_or(value, |(_, rest)| rest);
    let address = Address::parse(bare.trim_end_matches(['>', ' '])).ok()?;
    let figures = address.local().bytes().filter(u8::is_ascii_digit).count();
    let from = message.from.as_ref().map(|from| &from.address);
    let personal = from != Some(&address)
        && figures < 3
        && !address.local().contains('+')
        && kind_of_local(address.local()) == Sender::Ordinary;
    personal.then_some(address)
}

/// By the beginning of the subject, never behind "Re:" unless brackets at its end say it again.
fn by_subject(own: &Own, witness: &Witness) -> Option<&'static str> {
    if witness.answered {
        let in_brackets = [Sign::AutomaticSubject, Sign::AbsenceSubject]
            .iter()
            .any(|sign| witness.says_in_brackets(*sign));
        let body = || phrases::phrases().find(&phrases::fold(bounded(&own.text())));
        let absent = in_brackets && (own.is_empty() || kinds(&body()) >= 1);
        return absent.then_some("its subject ends as automatic replies do");
    }
    let helped = witness.rules_loop || witness.suppress;
    if witness.says_as_prefix(Sign::AutomaticSubject)
        || (witness.says(Sign::AutomaticSubject) && !is_one_word(witness))
    {
        return Some("its subject begins as automatic replies do");
    }
    let absence = witness.says(Sign::AbsenceSubject) || is_away_sentence(&witness.subject);
    let ticket = witness.says(Sign::TicketSubject) || has_ticket_number(&witness.subject);
    let moderation = witness.says(Sign::ModerationSubject);
    let receipt = witness.says_as_prefix(Sign::ReceiptSubject);
    if !(absence || ticket || moderation || receipt) {
        return None;
    }
    let text = own.text();
    let body = phrases::phrases().find(&phrases::fold(bounded(&text)));
    let kinds = kinds(&body);
    let from_system = !matches!(witness.sender, Sender::Ordinary);
    let talks = converses(&text);
    if absence {
        let as_prefix = witness.says_as_prefix(Sign::AbsenceSubject);
        let enough =
            helped || from_system || (as_prefix && !talks) || (kinds >= 1 && !talks) || kinds >= 3;
        return enough.then_some("its subject begins as automatic replies do");
    }
    if receipt
        && (phrases::has(&body, Sign::ReceiptText)
            || helped
            || from_system
            || own.is_empty()
            || own.from_subject)
    {
        return Some("its subject begins as read receipts do");
    }
    let acknowledges = phrases::has(&body, Sign::Thanks);
    if ticket
        && (helped
            || (from_system && acknowledges)
            || (acknowledges && has_ticket_number(&phrases::fold(bounded(&text)))))
    {
        return Some("a desk acknowledges our mail");
    }
    (moderation && from_system).then_some("a mailing list holds our mail")
}

/// "AUTO …" alone may be a car: the word counts as a prefix only.
fn is_one_word(witness: &Witness) -> bool {
    witness
        .subject_says
        .iter()
        .filter(|find| find.sign == Sign::AutomaticSubject)
        .all(|find| find.end <= 4)
}

/// `Ben Smith is out of the office (returning 9 June)`, as Domino writes it, in its languages.
fn is_away_sentence(subject: &str) -> bool {
    let finds = phrases::phrases().find(subject);
    phrases::has(&finds, Sign::AwaySentence)
}

/// `#12345`, `[Ticket-4711]`, `case 00123456`.
fn has_ticket_number(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "ticket",
        "case",
        "request",
        "anfrage",
        "vorgang",
        "incident",
        "demande",
        "solicitud",
        "id",
        "ref",
    ];
    let words: Vec<&str> = text
        .split(|c: char| !(c.is_alphanumeric() || c == '#'))
        .filter(|w| !w.is_empty())
        .take(200)
        .collect();
    words.windows(2).any(|pair| {
        let [first, second] = pair else { return false };
        let digits = second.trim_start_matches('#');
        WORDS.contains(first) && digits.len() >= 3 && digits.bytes().all(|b| b.is_ascii_digit())
    }) || words.iter().any(|word| {
        word.strip_prefix('#')
            .is_some_and(|digits| digits.len() >= 4 && digits.bytes().all(|b| b.is_ascii_digit()))
    })
}

/// Without any mark: own words of an absence in at least three of their kinds, and nothing else.
fn by_words(own: &Own, witness: &Witness) -> Option<&'static str> {
    if own.is_empty() || own.from_subject {
        return None;
    }
    let octets: usize = own.passages.iter().map(|passage| passage.text.len()).sum();
    if !(30..=ABSENCE_OCTETS_MAX).contains(&octets) {
        return None;
    }
    let text = own.text();
    let body = phrases::phrases().find(&phrases::fold(&text));
    if phrases::has(&body, Sign::Declared) {
        return Some("it says of itself that nobody wrote it");
    }
    if converses(&text) {
        return None;
    }
    if !phrases::has(&body, Sign::Away) && !phrases::has(&body, Sign::Thanks) {
        return None;
    }
    let helped = usize::from(witness.rules_loop || witness.suppress || witness.bulk);
    let absent = phrases::has(&body, Sign::Away) && kinds(&body) + helped >= 3;
    absent.then_some("it speaks as automatic replies do, and of nothing else")
}

/// In answer to the letter with the prompts: an absence and nothing else, however short. Notes speak to
/// somebody, and of what was; whoever asks or speaks of the lunch is read as a person.
fn instead_of_notes(own: &Own, context: &Context) -> Option<&'static str> {
    let answering = context.answering.or(own.quoted);
    let prompted = own.passages.iter().any(|passage| passage.prompt.is_some());
    if answering != Some(Answering::FollowUp) || own.is_empty() || own.from_subject || prompted {
        return None;
    }
    let text = own.text();
    if text.split_whitespace().count() > INSTEAD_WORDS_MAX
        || converses(&text)
        || opens_with_yes_or_no(&text)
    {
        return None;
    }
    let (mut away, mut ends) = (false, false);
    let mut beside: Vec<&str> = Vec::new();
    let languages = lexicon().languages_of_notes(&tokens(&text));
    for piece in pieces(&text) {
        let tokens = tokens(piece);
        let words: Vec<&str> = phrase::words(&tokens);
        let finds = phrases::phrases().find(&phrases::fold(piece));
        let says = |signs: &[Sign]| signs.iter().any(|sign| phrases::has(&finds, *sign));
        let courteous = says(&[Sign::Thanks, Sign::Urgent, Sign::Access]);
        let absent = says(&[Sign::Away, Sign::AwayInShort]);
        let back = says(&[Sign::Until, Sign::Back, Sign::Return]);
        let headed = [Sense::Best, Sense::Worst, Sense::Focus]
            .iter()
            .any(|sense| {
                let mark = lexicon().longest(&words, 0, &[*sense], Languages::ALL);
                mark.is_some()
            });
        // "I'll come back to you on Monday" speaks to somebody too; "you …" begins a note.
        let first = words.get(..1).unwrap_or_default();
        let exempt = (courteous || back) && !addresses(first, languages);
        if headed || says(&[Sign::Was]) || (!exempt && addresses(&words, languages)) {
            return None;
        }
        let timed = words.iter().any(|word| names_time(word));
        away |= absent || (timed && says(&[Sign::Return]));
        ends |= back || courteous || timed;
        if !(absent || back || courteous) {
            beside.push(piece);
        }
    }
    let beside = beside.join(". ");
    let few = beside.split_whitespace().count() <= BESIDE_WORDS_MAX;
    (away && ends && few && held::told(&beside).is_none())
        .then_some("an absence and nothing else, where notes were asked for")
}

/// The pieces of a text between marks; the full stop of a date ("20.1.", "24. Januar") is none.
fn pieces(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut start, mut before) = (0, ' ');
    for (at, c) in text.char_indices() {
        let dated = c == '.' && before.is_ascii_digit();
        if matches!(c, '.' | ',' | '!' | ';' | '\n') && !dated {
            found.push(text.get(start..at).unwrap_or_default());
            start = at + c.len_utf8();
        }
        before = c;
    }
    found.push(text.get(start..).unwrap_or_default());
    found.retain(|piece| piece.chars().any(char::is_alphanumeric));
    found
}

/// Whether somebody is spoken to.
fn addresses(words: &[&str], languages: Languages) -> bool {
    (0..words.len()).any(|at| {
        let mark = lexicon().longest(words, at, &[Sense::Addressing], languages);
        mark.is_some()
    })
}

/// A figure, a weekday, a month, or how long it is.
fn names_time(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
        || lexicon().weekday(word).is_some()
        || lexicon().month(word).is_some()
        || lexicon().is(word, Sense::Week)
        || lexicon().is(word, Sense::Day)
}

/// How many kinds of turns of phrase of an absence there are.
fn kinds(body: &[Find]) -> usize {
    [
        Sign::Away,
        Sign::Return,
        Sign::Access,
        Sign::Urgent,
        Sign::Thanks,
    ]
    .iter()
    .filter(|sign| phrases::has(body, **sign))
    .count()
}

/// Whether a text speaks with us: it asks, or speaks of the lunch or its time.
fn converses(text: &str) -> bool {
    if text.contains(['?', '？', '¿']) {
        return true;
    }
    let finds = phrases::phrases().find(&phrases::fold(text));
    phrases::has(&finds, Sign::Matter)
}

fn is_receipt(witness: &Witness, text: &str) -> bool {
    if witness.answered || !witness.says_as_prefix(Sign::ReceiptSubject) {
        return false;
    }
    let body = phrases::phrases().find(&phrases::fold(bounded(text)));
    phrases::has(&body, Sign::ReceiptText) || text.trim().is_empty() || text.len() < 300
}

fn bounded(text: &str) -> &str {
    let mut end = text.len().min(TEXT_OCTETS_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}
