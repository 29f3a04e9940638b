//! What would change a verdict: found by trying.
//!
//! The mail is judged again without each of its sentences, and as an answer to each other letter;
//! where the verdict becomes another, that is told. What trying cannot show is told in a sentence.

use crate::lunch::act::{Act, Answering};
use crate::reading::message::Message;
use crate::reading::verdict::asked_by;
use crate::reading::visible::{Own, Part, Shown};
use crate::reading::{Context, Reading, judge};
use crate::words::clean::cut_at_word;
use std::ops::Range;

/// Most sentences that are tried one by one.
const SENTENCES_MAX: usize = 24;
/// Most sentences that are told.
const TOLD_MAX: usize = 3;
/// The letters that are answered most.
const LETTERS: [Answering; 4] = [
    Answering::Invitation,
    Answering::Reminder,
    Answering::FollowUp,
    Answering::Receipt,
];
/// How much of a sentence is told, in characters.
const SENTENCE_CHARS_MAX: usize = 48;

/// One line for each thing that would change it; never empty.
pub fn changes(
    message: &Message,
    reading: &Reading,
    context: &Context,
    shown: &Shown,
) -> Vec<String> {
    if reading.is_machine() {
        return vec!["nothing written in it: a program's mail is no answer".to_owned()];
    }
    let mut told = Vec::new();
    if let Some(answer) = &reading.calendar {
        let button = matches!(
            reading.weightiest(),
            Some(Act::CalendarReply { .. } | Act::CalendarCounter { .. })
        );
        if !button && answer.comment.is_some() {
            told.push("without the comment, what the calendar says would count".to_owned());
        }
    } else {
        let trial = Trial {
            message,
            context,
            kind: reading.kind(),
        };
        told.extend(trial.without_a_sentence(&shown.own));
        told.extend(trial.to_another_letter(&shown.own));
    }
    told.extend(hint(reading, context.answering).map(str::to_owned));
    let mut below = shown.lines.iter();
    let quotes = below.any(|line| line.part == Part::Quote);
    let amid = below.any(|line| line.part == Part::Own);
    let hard = amid || shown.own.doubt.is_some() || reading.kind() == "unclear";
    if quotes && hard && context.originals.is_empty() {
        let sent = "with the letter that it quotes (--original) the quote is found by its words";
        told.push(sent.to_owned());
    }
    if told.is_empty() {
        told.push("no sentence of it alone, and no other letter that it might answer".to_owned());
    }
    told
}

struct Trial<'a> {
    message: &'a Message,
    context: &'a Context<'a>,
    /// What it is now.
    kind: &'static str,
}

impl Trial<'_> {
    fn kind_of(&self, own: &Own, context: &Context) -> &'static str {
        let judged = judge::judge(self.message, own, context);
        Reading::by_person(judged.acts, judged.reason, own.text()).kind()
    }

    /// The sentences without any one of which it would be something else. Of a single sentence the
    /// clauses are tried.
    fn without_a_sentence(&self, own: &Own) -> Vec<String> {
        let mut pieces = pieces(own, ends_sentence);
        if pieces.len() == 1 {
            pieces = self::pieces(own, ends_clause);
        }
        if !(2..=SENTENCES_MAX).contains(&pieces.len()) {
            return Vec::new();
        }
        let changed = pieces.iter().filter_map(|(passage, range)| {
            let kind = self.kind_of(&without(own, *passage, range), self.context);
            let text = own.passages.get(*passage)?.text.get(range.clone())?;
            let text = cut_at_word(text.trim(), SENTENCE_CHARS_MAX);
            (kind != self.kind).then(|| format!("without “{text}” it would be {kind}"))
        });
        changed.take(TOLD_MAX).collect()
    }

    /// What it would be as an answer to another letter, unless it is known which one it answers.
    fn to_another_letter(&self, own: &Own) -> Option<String> {
        if self.context.answering.is_some() {
            return None;
        }
        let mut kinds: Vec<(&str, Vec<&str>)> = Vec::new();
        for answering in LETTERS {
            let context = Context {
                answering: Some(answering),
                ..self.context.clone()
            };
            let kind = self.kind_of(own, &context);
            match kinds.iter_mut().find(|(known, _)| *known == kind) {
                _ if kind == self.kind => {}
                Some((_, letters)) => letters.push(asked_by(answering)),
                None => kinds.push((kind, vec![asked_by(answering)])),
            }
        }
        let told: Vec<String> = kinds
            .into_iter()
            .map(|(kind, letters)| format!("{} it would be {kind}", listed(&letters)))
            .collect();
        (!told.is_empty()).then(|| format!("to {} (--answering)", told.join(", to ")))
    }
}

/// "a, b or c".
fn listed(names: &[&str]) -> String {
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

/// What its writer could have said otherwise.
fn hint(reading: &Reading, answering: Option<Answering>) -> Option<&'static str> {
    match reading.weightiest()? {
        Act::Unclear => Some(settles(answering)),
        Act::Later { until: None } => Some("a date would say when to ask again: \"in May\""),
        Act::Pause { until: None } => Some("a date would say until when: \"until January\""),
        Act::End => Some("`stop` would end all mail, not these lunches alone"),
        Act::CalendarReply { .. } | Act::CalendarCounter { .. } => {
            Some("a comment that says something else than the button would be asked about")
        }
        Act::Reschedule(wish) if wish.start.is_none() && wish.location.is_none() => {
            Some("a day and a time would move it: \"Thursday 12:30\"")
        }
        _ => None,
    }
}

/// The short answers that the letter itself asks for, or our question about the answer to it.
const fn settles(answering: Option<Answering>) -> &'static str {
    match answering {
        Some(Answering::FollowUp) => {
            "a few words under a prompt (1, 2, 3) would settle it, or: we didn't meet, said, not written, nothing this time"
        }
        Some(Answering::Reminder) => {
            "one plain line of the writer's would settle it: skip, move to Friday 12:30, pause until May, end"
        }
        Some(Answering::Receipt | Answering::Exchange) => {
            "the words that shall stand there would settle it: \"2. It was Monday's planning\""
        }
        Some(Answering::Summary) => {
            "one plain line of the writer's would settle it: quote 1, report, no summaries"
        }
        Some(Answering::Permission) => {
            "one plain word of the writer's would settle it: yes, yes without my name, no"
        }
        Some(Answering::Proposal) => "one plain word of the writer's would settle it: yes, not yet",
        Some(Answering::Invitation | Answering::Question) | None => {
            "one plain word of the writer's would settle it: yes, no, later"
        }
    }
}

/// A sentence ends behind a full stop and its like, and with its line.
fn ends_sentence(c: char, next: Option<char>) -> bool {
    c == '\n' || (matches!(c, '.' | '!' | '?' | '…') && next.is_none_or(char::is_whitespace))
}

fn ends_clause(c: char, next: Option<char>) -> bool {
    ends_sentence(c, next) || (matches!(c, ',' | ';' | ':' | '–') && next == Some(' '))
}

/// Where each sentence stands: in which passage, and where in it.
fn pieces(own: &Own, ends: impl Fn(char, Option<char>) -> bool) -> Vec<(usize, Range<usize>)> {
    let mut found = Vec::new();
    for (number, passage) in own.passages.iter().enumerate() {
        let mut start = 0;
        let mut chars = passage.text.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let end = at + c.len_utf8();
            let last = chars.peek().is_none();
            if !last && !ends(c, chars.peek().map(|(_, next)| *next)) {
                continue;
            }
            let says = |c: char| c.is_alphanumeric() || !(c.is_ascii() || c.is_whitespace());
            let piece = passage.text.get(start..end).unwrap_or_default();
            if piece.contains(says) {
                found.push((number, start..end));
            }
            start = end;
        }
    }
    found
}

fn without(own: &Own, passage: usize, range: &Range<usize>) -> Own {
    let mut left = own.clone();
    if let Some(passage) = left.passages.get_mut(passage)
        && passage.text.get(range.clone()).is_some()
    {
        passage.text.replace_range(range.clone(), "");
        passage.text = passage.text.trim().to_owned();
    }
    left.passages.retain(|passage| !passage.text.is_empty());
    left
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::visible;

    fn told(mail: &str, answering: Option<Answering>) -> String {
        let context = Context {
            answering,
            ..Context::new(chrono::DateTime::UNIX_EPOCH, chrono_tz::UTC)
        };
        let message = Message::parse(mail.as_bytes());
        let reading = crate::reading::read(&message, &context);
        let shown = visible::shown(&message, &context);
        changes(&message, &reading, &context, &shown).join("\n")
    }

    #[test]
    fn the_sentence_that_decides_is_found_by_leaving_it_out() {
        let mail = "From: ben@x.org\n\nWhat a week. Please end these lunches. Have a good day!\n";
        let told = told(mail, Some(Answering::Reminder));
        assert!(
            told.contains("without “Please end these lunches.” it would be"),
            "{told}"
        );
        assert!(!told.contains("--answering"), "{told}");
    }

    #[test]
    fn another_letter_makes_another_verdict() {
        let told = told("From: ben@x.org\n\nno thanks\n", None);
        assert!(told.contains("to a reminder it would be skip"), "{told}");
    }

    #[test]
    fn what_would_settle_it_is_what_the_letter_asks_for() {
        let mail = "From: ben@x.org\n\nHm\n";
        let to = |letter| told(mail, Some(letter));
        assert!(to(Answering::FollowUp).contains("under a prompt"));
        assert!(to(Answering::Reminder).contains("skip, move to"));
        assert!(to(Answering::Summary).contains("no summaries"));
        assert!(to(Answering::Permission).contains("without my name"));
        assert!(!to(Answering::FollowUp).contains("yes, no, later"));
        assert!(to(Answering::Invitation).contains("yes, no, later"));
    }

    #[test]
    fn names_are_listed_as_one_says_them() {
        assert_eq!(listed(&["a"]), "a");
        assert_eq!(listed(&["a", "b", "c"]), "a, b or c");
    }
}
