//! Machines: our own letters coming back, bounces, reports and automatic absences.
//!
//! The marks are those of RFC 3464, 3834, 8098 and of what servers really send, many of which
//! follow none of them. X-Auto-Response-Suppress is no mark: people's clients set it too.

use crate::lunch::act::Act;
use crate::reading::language::{Languages, Sense, lexicon};
use crate::reading::message::Message;
use crate::reading::phrase::tokens;
use crate::reading::visible::{self, Own};
use crate::reading::{Bounce, Context, Reading, when};
use crate::words::address::Address;

/// Most lines of a bounce's text that are searched.
const LINES_MAX: usize = 400;
/// Most recipients of a bounce that are taken.
const RECIPIENTS_MAX: usize = 50;

/// What comes before calendar answers: our own letter, a bounce, a report.
pub fn own_or_report(message: &Message, context: &Context) -> Option<Reading> {
    let report = message.report_type.as_deref();
    let has = |end: &str| message.part_types.iter().any(|kind| kind.ends_with(end));
    if report == Some("disposition-notification") || has("/disposition-notification") {
        return Some(other("a read receipt", message));
    }
    if report == Some("feedback-report") || has("/feedback-report") {
        return Some(other("a complaint report of a mail provider", message));
    }
    if let Some(reading) = bounce(message, report, has("delivery-status")) {
        return Some(reading);
    }
    // Some lists strip our mark; then our address and the mark of RFC 3834 tell together.
    let by_us = message
        .from
        .as_ref()
        .is_some_and(|from| context.own_addresses.contains(&from.address));
    let automatic = message
        .first("auto-submitted")
        .is_some_and(|value| value.to_ascii_lowercase().starts_with("auto"));
    let own = message.postlunch_id.is_some() || (by_us && automatic);
    own.then(|| other("one of our own letters coming back", message))
}

fn other(reason: &str, message: &Message) -> Reading {
    Reading::by_machine(
        Act::Other,
        reason,
        visible::body_text(message).trim().to_owned(),
    )
}

fn bounce(message: &Message, report: Option<&str>, has_status: bool) -> Option<Reading> {
    let by_daemon = message.from.as_ref().is_none_or(|from| {
        let local = from.address.local().to_ascii_lowercase();
        ["mailer-daemon", "postmaster", "maildaemon", "mail-daemon"]
            .iter()
            .any(|known| local.starts_with(known))
    });
    let subject = subject_is(message, Sense::BounceSubject);
    let failed_header = message.first("x-failed-recipients");
    let null_path = has_null_path(message);
    let by_form = has_status || report == Some("delivery-status") || failed_header.is_some();
    if !(by_form || by_daemon || subject || null_path) {
        return None; // most mail: its text need not be searched
    }
    let status = message.delivery_status.join("\n\n");
    let text = visible::body_text(message);
    let head = head_of(&text);
    let says = text_says(&head, Sense::BounceText);
    let by_sender = message.from.is_some() && by_daemon;
    let by_text = (subject || says) && (by_daemon || null_path) || (subject && says);
    if !(by_form || by_sender || by_text) {
        return None;
    }
    let fields = status_fields(&status);
    let field = |name: &str| {
        fields
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v.as_str())
    };
    let actions: Vec<String> = fields
        .iter()
        .filter(|(name, _)| name == "action")
        .map(|(_, value)| value.to_ascii_lowercase())
        .collect();
    let failed = actions.iter().any(|action| action.starts_with("fail"));
    let delayed = actions.iter().any(|action| action.starts_with("delay"));
    if !actions.is_empty() && !failed && !delayed {
        return Some(other("a notice that a mail was delivered", message));
    }
    let code = field("status")
        .and_then(status_code)
        .or_else(|| status_code(&head));
    let delay_said = subject_is(message, Sense::DelayText) || text_says(&head, Sense::DelayText);
    let permanent = if failed {
        Some(true)
    } else if delayed || delay_said {
        Some(false)
    } else if let Some(code) = &code {
        Some(code.starts_with('5'))
    } else {
        (failed_header.is_some() || subject || says).then_some(true)
    };
    let bounce = Bounce {
        recipients: recipients(message, &fields, &head),
        permanent,
        status: code,
    };
    let act = Act::Bounce {
        permanent: permanent.unwrap_or(false),
    };
    let reason = if permanent == Some(false) {
        "a notice that a mail is delayed"
    } else {
        "a bounce"
    };
    let mut reading = Reading::by_machine(act, reason, String::new());
    reading.bounce = Some(bounce);
    Some(reading)
}

/// The `name: value` lines of delivery status parts (RFC 3464 section 2.1), names in lower case.
fn status_fields(status: &str) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in status.lines().take(LINES_MAX * 4) {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    fields
}

/// An enhanced status code (RFC 3463) in a text: `5.1.1`, `#5.1.1`, also behind a reply code.
fn status_code(text: &str) -> Option<String> {
    let words = text.split(|c: char| !(c.is_ascii_digit() || c == '.'));
    for word in words.take(4_000) {
        let word = word.trim_matches('.');
        let parts: Vec<&str> = word.split('.').collect();
        if let [class, subject, detail] = parts.as_slice()
            && matches!(*class, "2" | "4" | "5")
            && (1..=3).contains(&subject.len())
            && (1..=3).contains(&detail.len())
        {
            return Some(word.to_owned());
        }
    }
    None
}

fn recipients(message: &Message, fields: &[(String, String)], head: &str) -> Vec<Address> {
    let mut found: Vec<Address> = Vec::new();
    let mut add = |text: &str| {
        let bare = text.trim().trim_matches(['<', '>', '"', ' ', ':', ';']);
        if let Ok(address) = Address::parse(bare)
            && found.len() < RECIPIENTS_MAX
            && !found.contains(&address)
        {
            found.push(address);
        }
    };
    for name in ["original-recipient", "final-recipient"] {
        for (_, value) in fields.iter().filter(|(n, _)| n == name) {
            add(value
                .split_once(';')
                .map_or(value.as_str(), |(_, address)| address));
        }
    }
    for value in message.all("x-failed-recipients") {
        value.split(',').take(RECIPIENTS_MAX).for_each(&mut add);
    }
    if found.is_empty() {
        // qmail: `<ben@x>:`; Exim: an indented address alone on its line.
        let mut add = |text: &str| {
            if let Ok(address) = Address::parse(text.trim().trim_matches(['<', '>', ':', ' ']))
                && found.len() < RECIPIENTS_MAX
                && !found.contains(&address)
            {
                found.push(address);
            }
        };
        for line in head.lines() {
            let line = line.trim();
            if line.contains('@') && !line.contains(' ') {
                add(line);
            }
        }
        if found.is_empty()
            && let Some(returned) = message.returned.first()
        {
            found.extend(returned.recipients.iter().take(RECIPIENTS_MAX).cloned());
        }
    }
    found
}

/// What stands above the returned mail.
fn head_of(text: &str) -> String {
    let lines = text.lines().take(LINES_MAX);
    let head: Vec<&str> = lines
        .take_while(|line| {
            let lower = line.trim_start().to_ascii_lowercase();
            !lower.starts_with("--- below this line")
                && !lower.contains("copy of the message")
                && !lower.starts_with("--- original message")
                && !lower.starts_with("return-path:")
        })
        .collect();
    head.join("\n")
}

/// Whether the subject begins with a phrase of the sense. "Re:" in front makes it a person's.
fn subject_is(message: &Message, sense: Sense) -> bool {
    let tokens = tokens(message.subject.as_str());
    let words: Vec<&str> = tokens
        .iter()
        .filter(|t| t.is_word)
        .map(|t| &*t.text)
        .collect();
    lexicon()
        .longest(&words, 0, &[sense], Languages::ALL)
        .is_some()
        || message.subject.as_str().starts_with("自动回复")
        || message.subject.as_str().starts_with("自動返信")
}

fn text_says(text: &str, sense: Sense) -> bool {
    let tokens = tokens(text.get(..6_000).unwrap_or(text));
    let words: Vec<&str> = tokens
        .iter()
        .filter(|t| t.is_word)
        .map(|t| &*t.text)
        .take(600)
        .collect();
    !lexicon().marks(&words, &[sense], Languages::ALL).is_empty()
}

/// An empty return path, where the server wrote one.
fn has_null_path(message: &Message) -> bool {
    message
        .first("return-path")
        .is_some_and(|path| matches!(path.trim(), "<>" | "< >" | ""))
}

/// What comes behind calendar answers: automatic replies and everything else that is automatic.
pub fn absence(message: &Message, own: &Own, context: &Context) -> Option<Reading> {
    let value = |name: &str| {
        message
            .first(name)
            .map(|v| v.to_ascii_lowercase())
            .unwrap_or_default()
    };
    let submitted = value("auto-submitted");
    let submitted = submitted.split([';', ' ']).next().unwrap_or_default();
    let precedences = [value("precedence"), value("x-precedence")];
    let by_precedence = precedences
        .iter()
        .any(|p| matches!(p.trim(), "bulk" | "junk" | "auto_reply" | "auto-reply"));
    let marks = [
        "x-autoreply",
        "x-autorespond",
        "x-autoresponder",
        "x-autoreply-from",
        "x-mail-autoreply",
        "x-autogenerated",
        "x-fc-machinegenerated",
        "x-apple-criteria",
        "x-apple-action",
        "x-autoresponse",
    ];
    let by_mark = marks.iter().any(|name| {
        message
            .first(name)
            .is_some_and(|v| !matches!(v.to_ascii_lowercase().trim(), "no" | "false"))
    });
    let by_class = value("x-post-messageclass").contains("autoresponder")
        || message
            .all("delivered-to")
            .any(|v| v.eq_ignore_ascii_case("autoresponder"))
        || value("x-ms-exchange-generated-message-source").contains("mailbox rules agent")
        || message.first("x-ms-exchange-inbox-rules-loop").is_some();
    let by_subject = subject_is(message, Sense::AbsenceSubject);
    let generated = !submitted.is_empty() && submitted != "no";
    let reason = if generated {
        "it is marked as automatic (Auto-Submitted)"
    } else if by_precedence || by_mark || by_class {
        "a header marks it as automatic"
    } else if has_null_path(message) {
        "its return path is empty"
    } else if by_subject {
        "its subject begins as automatic replies do"
    } else {
        return None;
    };
    let text = own.text();
    let away_until = away_until(&text, context);
    Some(Reading::by_machine(
        Act::AutoReply { away_until },
        reason,
        text,
    ))
}

/// The first day back: "until Friday 5 February", "back on 8 February".
fn away_until(text: &str, context: &Context) -> Option<chrono::NaiveDate> {
    let senses = [Sense::Until, Sense::AbsenceText];
    for line in text.lines().take(60) {
        let tokens = tokens(line);
        let words: Vec<&str> = tokens
            .iter()
            .filter(|t| t.is_word)
            .map(|t| &*t.text)
            .take(80)
            .collect();
        for mark in lexicon().marks(&words, &senses, Languages::ALL) {
            let behind: Vec<&str> = words.iter().copied().skip(mark.at).take(9).collect();
            let date = when::find(&behind, context).date;
            if let Some(date) = date.filter(|date| *date > when::today(context)) {
                return Some(date);
            }
        }
    }
    None
}
