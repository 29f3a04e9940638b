//! What a mail is taken for, in words: each act, with what came along.

use crate::lunch::act::{
    AcceptTerms, Act, Answering, Held, PartStat, Permission, Reschedule, Scope,
};
use crate::lunch::decide::step::is_relaying;
use crate::lunch::notes::{Notes, Polarity, Section, Words};
use crate::reading::{Bounce, CalendarAnswer, Context, Reading};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

/// A line of the verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// What an act is.
    Said(String),
    /// What came along with it.
    Detail(String),
    /// Words of the writer.
    Words(String),
}

/// Every act of a reading.
pub fn items(reading: &Reading, context: &Context) -> Vec<Item> {
    items_about(reading, context, None)
}

/// The same, where the letter that is answered is known by its name: a yes to a board is no leave to quote.
pub fn items_about(reading: &Reading, context: &Context, letter: Option<&str>) -> Vec<Item> {
    let mut items = Vec::new();
    let mut calendar = reading.calendar.as_ref();
    for act in &reading.acts {
        tell(act, context, letter, &mut items);
        let by_calendar = matches!(act, Act::CalendarReply { .. } | Act::CalendarCounter { .. });
        if let Some(answer) = calendar.take_if(|_| by_calendar) {
            answered(answer, &mut items);
        }
    }
    if let Some(bounce) = &reading.bounce {
        bounced(bounce, &mut items);
    }
    items
}

/// A letter of ours, with its article.
pub const fn asked_by(answering: Answering) -> &'static str {
    match answering {
        Answering::Invitation => "an invitation",
        Answering::Reminder => "a reminder",
        Answering::FollowUp => "a follow-up",
        Answering::Receipt => "a receipt",
        Answering::Exchange => "an exchange",
        Answering::Summary => "a summary",
        Answering::Question => "a question of ours",
        Answering::Proposal => "a proposed goal",
        Answering::Permission => "a request to quote",
    }
}

/// Whether it is for the partner, as it stands, in answer to a letter that passes words on.
fn is_passed_on(act: &Act, letter: Option<&str>, context: &Context) -> bool {
    let words = match act {
        Act::Accept(terms) => *terms == AcceptTerms::default(),
        Act::Unclear | Act::Question | Act::Permission(_) | Act::Other => true,
        Act::Decline => context.answering == Some(Answering::Exchange),
        _ => false,
    };
    words && is_relaying(letter, context.answering)
}

/// A no, by what was asked.
const fn refused(answering: Option<Answering>) -> &'static str {
    match answering {
        None | Some(Answering::Invitation) => "A no, for good: no more mail from this inviter.",
        Some(Answering::Reminder) => "A no to this lunch: it is left out, and the next one comes.",
        Some(Answering::FollowUp) => "Nothing to write this time.",
        Some(Answering::Proposal) => "Not yet: the goal stays open.",
        Some(
            Answering::Receipt
            | Answering::Exchange
            | Answering::Summary
            | Answering::Question
            | Answering::Permission,
        ) => "A no to what was asked or told.",
    }
}

/// An answer to whether words may be shown, by where.
const fn granted(given: Permission, board: Option<bool>) -> &'static str {
    match (given, board) {
        (Permission::Refused, Some(true)) => "A no: no cards go to that board.",
        (_, Some(true)) => "A yes: cards of their lunches go to that board.",
        (Permission::Named, Some(false)) => "A yes: their words may stand on the partner's board.",
        (_, Some(false)) => "A no: none of their words go to the partner's board.",
        (Permission::Named, None) => "Leave to quote, with the name.",
        (Permission::Unnamed, None) => "Leave to quote, without the name.",
        (Permission::Refused, None) => "No leave to quote.",
    }
}

fn tell(act: &Act, context: &Context, letter: Option<&str>, items: &mut Vec<Item>) {
    let proposal = context.answering == Some(Answering::Proposal);
    let board = match letter {
        Some("board-confirm") => Some(true),
        Some("board-ask" | "receipt-board-leave") => Some(false),
        _ => None,
    };
    let said = match act {
        act if is_passed_on(act, letter, context) => {
            "Words for the partner, who gets them as they are.".to_owned()
        }
        Act::Accept(_) if proposal => "A yes: they see it so too, and it is reached.".to_owned(),
        Act::Accept(_) => "A yes.".to_owned(),
        Act::Decline => refused(context.answering).to_owned(),
        Act::Later { until } => match until {
            Some(until) => format!("Not now: asked again on {}.", day(*until)),
            None => "Not now, and no date said: asked again after a while.".to_owned(),
        },
        Act::Unclear => "Nothing sure: a careful person would ask back, and so do we.".to_owned(),
        Act::Question => "A question: it goes to the partner, and changes nothing.".to_owned(),
        Act::Notes(_) => "Notes after a lunch:".to_owned(),
        Act::Held(held) => match held {
            Held::Met => "They met.".to_owned(),
            Held::NotMet => "They did not meet.".to_owned(),
            Held::SaidNotWritten => "They met; it was said, and stays unwritten.".to_owned(),
            Held::NothingThisTime => "They met; nothing to write this time.".to_owned(),
        },
        Act::Skip => "This lunch is left out; the next one comes.".to_owned(),
        Act::Reschedule(wish) => moved(wish),
        Act::Pause { until } => match until {
            Some(until) => format!("A pause until {}.", day(*until)),
            None => "A pause, and no end said.".to_owned(),
        },
        Act::Resume => {
            "On with the lunches: a pause is over; where they have ended, the other is asked."
                .to_owned()
        }
        Act::End => "These lunches end.".to_owned(),
        Act::Stop => "All mail to them ends, from anybody here.".to_owned(),
        Act::Permission(given) => granted(*given, board).to_owned(),
        Act::Correction { section, words } => match (section, words) {
            (Some(section), Some(_)) => format!("Another answer to {}:", prompt(*section)),
            (Some(section), None) => format!("The answer to {} is taken away.", prompt(*section)),
            (None, _) => "Something of the notes is to change; they are asked what.".to_owned(),
        },
        Act::Command { name, arguments } => {
            let colon = if arguments.is_empty() { "." } else { ":" };
            format!("The command `{}`{colon}", name.name())
        }
        Act::CalendarReply {
            partstat,
            occurrence,
        } => {
            let word = match partstat {
                PartStat::Accepted => "accepts",
                PartStat::Declined => "declines",
                PartStat::Tentative => "accepts tentatively",
                PartStat::Delegated => "names somebody else for",
                PartStat::Other => "says neither yes nor no to",
            };
            let what = occurrence.map_or_else(
                || "every lunch of the series".to_owned(),
                |start| format!("the lunch of {}", local(start, context)),
            );
            format!("Their calendar {word} {what}.")
        }
        Act::CalendarCounter { start, occurrence } => {
            let start = start.map(|start| format!(" {}", local(start, context)));
            let start = start.unwrap_or_else(|| " another time".to_owned());
            let old = occurrence.map(|old| format!(", instead of {}", local(old, context)));
            format!("Their calendar proposes{start}{}.", old.unwrap_or_default())
        }
        Act::Bounce { permanent: true } => "Our letter did not arrive, and will not.".to_owned(),
        Act::Bounce { permanent: false } => "Our letter is delayed, or may be.".to_owned(),
        Act::AutoReply { away_until } => match away_until {
            Some(until) => format!("A machine answers for somebody away until {}.", day(*until)),
            None => "A machine answers for somebody.".to_owned(),
        },
        Act::Other => "Nothing that asks for anything.".to_owned(),
    };
    items.push(Item::Said(said));
    match act {
        Act::Accept(given) => terms(given, items),
        Act::Notes(notes) => noted(notes, items),
        Act::Reschedule(wish) => place(wish.location.as_deref(), items),
        Act::Correction {
            words: Some(words), ..
        } => items.push(Item::Words(words.reveal().clone())),
        Act::Command { arguments, .. } if !arguments.is_empty() => {
            items.push(Item::Words(arguments.clone()));
        }
        _ => {}
    }
}

fn terms(terms: &AcceptTerms, items: &mut Vec<Item>) {
    let mut tell = |text: String| items.push(Item::Detail(text));
    match terms.rhythm_weeks {
        Some(1) => tell("every week".to_owned()),
        Some(weeks) => tell(format!("every {weeks} weeks")),
        None => {}
    }
    if terms.once {
        tell("once, to try it".to_owned());
    }
    if terms.no_notes {
        tell("lunches without notes".to_owned());
    }
    if let Some(start) = terms.start {
        tell(format!("first on {}", moment(start)));
    }
    if terms.day_open {
        tell("which day or time suits is not clear".to_owned());
    }
    place(terms.location.as_deref(), items);
}

fn place(location: Option<&str>, items: &mut Vec<Item>) {
    if let Some(location) = location {
        items.push(Item::Detail(format!("place: {location}")));
    }
}

fn moved(wish: &Reschedule) -> String {
    let which = match wish.scope {
        Some(Scope::All) => "This lunch and all later ones move",
        Some(Scope::One) => "This lunch alone moves",
        None => "This lunch moves",
    };
    match (wish.start, &wish.location) {
        (Some(start), _) => format!("{which} to {}.", moment(start)),
        (None, Some(_)) => format!("{which}, at its time, to another place."),
        (None, None) => format!("{which}, and no time is said for it."),
    }
}

/// First the words that no prompt could be found for, then each prompt with what stands under it;
/// one with nothing only where the others are known.
fn noted(notes: &Notes, items: &mut Vec<Item>) {
    let more = |items: &mut Vec<Item>, name: &str, words: &Words| {
        items.push(Item::Detail(name.to_owned()));
        items.push(Item::Words(words.reveal().clone()));
    };
    let placed = Section::ALL
        .into_iter()
        .any(|section| notes.section(section).is_some());
    let unplaced = if placed {
        "Under no prompt, and kept as written"
    } else {
        "Under no prompt: which one they answer is not said, so they are kept as written"
    };
    let mut name = unplaced;
    for words in &notes.unplaced {
        more(items, name, words);
        name = "and";
    }
    for section in Section::ALL {
        match notes.section(section) {
            Some(words) => more(items, prompt(section), words),
            None if placed && notes.unplaced.is_empty() => {
                items.push(Item::Detail(format!("{}: nothing", prompt(section))));
            }
            None => {}
        }
    }
    for seen in &notes.observations {
        let way = match seen.polarity {
            Polarity::Helps => "of that, what helps",
            Polarity::Hinders => "of that, what hinders",
            Polarity::Both => "of that, what helps and hinders",
        };
        more(items, way, &seen.words);
    }
    if let Some(words) = &notes.achieved {
        more(items, "A goal of the partner's, called reached", words);
    }
}

fn bounced(bounce: &Bounce, items: &mut Vec<Item>) {
    for recipient in &bounce.recipients {
        items.push(Item::Detail(format!("to {recipient}")));
    }
    if let Some(status) = &bounce.status {
        items.push(Item::Detail(format!("status {status}")));
    }
}

fn answered(answer: &CalendarAnswer, items: &mut Vec<Item>) {
    items.push(Item::Detail(format!("UID {}", answer.uid)));
    if let Some(comment) = &answer.comment {
        items.push(Item::Detail("with the comment".to_owned()));
        items.push(Item::Words(comment.reveal().clone()));
    }
}

const fn prompt(section: Section) -> &'static str {
    match section {
        Section::Best => "1. Best moment",
        Section::Worst => "2. Worst moment",
        Section::Focus => "3. Focused improvement point",
    }
}

fn day(date: NaiveDate) -> String {
    date.format("%A %-d %B %Y").to_string()
}

fn moment(moment: NaiveDateTime) -> String {
    moment.format("%A %-d %B %Y, %H:%M").to_string()
}

fn local(start: DateTime<Utc>, context: &Context) -> String {
    moment(start.with_timezone(&context.zone).naive_local())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(act: &Act, answering: Answering, letter: &str) -> String {
        let context = Context {
            answering: Some(answering),
            ..Context::new(DateTime::UNIX_EPOCH, chrono_tz::UTC)
        };
        let mut items = Vec::new();
        tell(act, &context, Some(letter), &mut items);
        match items.into_iter().next() {
            Some(Item::Said(text)) => text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_answer_is_told_by_what_was_asked() {
        let yes = Act::Permission(Permission::Named);
        let told = |letter| said(&yes, Answering::Permission, letter);
        assert!(told("permission").starts_with("Leave to quote"));
        assert!(told("board-confirm").contains("cards of their lunches"));
        assert!(told("board-ask").contains("the partner's board"));
        let resumed = said(&Act::Resume, Answering::Receipt, "receipt-ended");
        assert!(resumed.contains("the other is asked"), "{resumed}");
        let thanks = said(&Act::Other, Answering::Exchange, "exchange");
        assert!(thanks.starts_with("Words for the partner"), "{thanks}");
        let thanks = said(&Act::Other, Answering::Receipt, "receipt-notes");
        assert_eq!(thanks, "Nothing that asks for anything.");
        let no = said(&Act::Decline, Answering::Reminder, "reminder");
        assert!(!no.contains("for good"), "{no}");
    }
}
