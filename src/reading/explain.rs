//! `explain`: a reading as JSON, the contract of DESIGN section 4 that tests and operators use.
//!
//! Fields are only ever added; those that do not apply are null. It shows what somebody wrote,
//! so it is for whoever holds the mail anyway.

use crate::lunch::act::{AcceptTerms, Act, Held, PartStat, Permission, Reschedule, Scope};
use crate::lunch::notes::{Notes, Observation, Polarity, Section, Words};
use crate::reading::message::Message;
use crate::reading::{CalendarAnswer, Reading};
use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

/// The whole object.
pub fn explain(message: &Message, reading: &Reading) -> Value {
    let acts: Vec<Value> = reading.acts.iter().map(act).collect();
    let find = |name: &str| -> Value {
        acts.iter()
            .map(|act| act.get(name).cloned().unwrap_or(Value::Null))
            .find(|value| !value.is_null())
            .unwrap_or(Value::Null)
    };
    let notes = reading.notes();
    let auto_reply = reading.acts.iter().find_map(|act| match act {
        Act::AutoReply { away_until } => Some(json!({ "away_until": date(*away_until) })),
        _ => None,
    });
    let bounce = reading.bounce.as_ref().map(|bounce| {
        let recipients: Vec<&str> = bounce.recipients.iter().map(|a| a.as_str()).collect();
        json!({ "recipients": recipients, "permanent": bounce.permanent, "status": bounce.status })
    });
    json!({
        "kind": reading.kind(),
        "reason": reading.reason,
        "reply_text": reading.reply_text.reveal(),
        "notes": notes.map(prompts),
        "observations": notes.map(observations),
        "achieved": notes.and_then(|n| n.achieved.as_ref()).map(words),
        "unplaced": notes.map(unplaced),
        "reschedule": find("reschedule"),
        "pause_until": find("pause_until"),
        "terms": find("terms"),
        "command": find("command"),
        "calendar": reading.calendar.as_ref().map(calendar),
        "bounce": bounce,
        "auto_reply": auto_reply,
        "message_id": message.message_id.as_ref().map(|id| id.as_str()),
        "from": message.from.as_ref().map(|from| from.address.as_str()),
        "in_reply_to": message.in_reply_to.first().map(|id| id.as_str()),
        "acts": acts,
    })
}

fn act(act: &Act) -> Value {
    let mut fields = Map::new();
    fields.insert("kind".to_owned(), json!(act.kind()));
    let mut put = |name: &str, value: Value| {
        fields.insert(name.to_owned(), value);
    };
    match act {
        Act::Accept(given) => put("terms", terms(given)),
        Act::Later { until } => put("until", date(*until)),
        Act::Notes(notes) => put("notes", prompts(notes)),
        Act::Held(held) => {
            let (said, met) = match held {
                Held::Met => ("met", true),
                Held::NotMet => ("not met", false),
                Held::SaidNotWritten => ("said, not written", true),
                Held::NothingThisTime => ("nothing this time", true),
            };
            put("held", json!(said));
            put("met", json!(met));
        }
        Act::Reschedule(wish) => put("reschedule", reschedule(wish)),
        Act::Pause { until } => put("pause_until", date(*until)),
        Act::Permission(given) => {
            let name = match given {
                Permission::Named => "named",
                Permission::Unnamed => "unnamed",
                Permission::Refused => "refused",
            };
            put("permission", json!(name));
        }
        Act::Correction { section, words: to } => {
            put("section", json!(section.map(section_name)));
            put("words", json!(to.as_ref().map(words)));
        }
        Act::Command { name, arguments } => {
            put(
                "command",
                json!({ "name": name.name(), "arguments": arguments }),
            );
        }
        Act::CalendarReply {
            partstat,
            occurrence,
        } => {
            put("partstat", json!(partstat_name(*partstat)));
            put("recurrence_id", moment(*occurrence));
        }
        Act::CalendarCounter { start, occurrence } => {
            put("start", moment(*start));
            put("recurrence_id", moment(*occurrence));
        }
        Act::Bounce { permanent } => put("permanent", json!(permanent)),
        Act::AutoReply { away_until } => put("away_until", date(*away_until)),
        Act::Decline
        | Act::Unclear
        | Act::Question
        | Act::Skip
        | Act::Resume
        | Act::End
        | Act::Stop
        | Act::Other => {}
    }
    Value::Object(fields)
}

fn words(words: &Words) -> &str {
    words.reveal()
}

fn prompts(notes: &Notes) -> Value {
    json!({
        "best": notes.best.as_ref().map(words),
        "worst": notes.worst.as_ref().map(words),
        "focus": notes.focus.as_ref().map(words),
        "observations": observations(notes),
        "achieved": notes.achieved.as_ref().map(words),
        "unplaced": unplaced(notes),
    })
}

fn observations(notes: &Notes) -> Value {
    let pick = |wanted: Polarity| -> Vec<&str> {
        let is_it = |o: &&Observation| o.polarity == wanted || o.polarity == Polarity::Both;
        let matching = notes.observations.iter().filter(is_it);
        matching.map(|o| words(&o.words)).collect()
    };
    json!({ "helps": pick(Polarity::Helps), "hinders": pick(Polarity::Hinders) })
}

fn unplaced(notes: &Notes) -> Value {
    json!(notes.unplaced.iter().map(words).collect::<Vec<_>>())
}

fn terms(terms: &AcceptTerms) -> Value {
    json!({
        "rhythm_weeks": terms.rhythm_weeks,
        "once": terms.once,
        "no_notes": terms.no_notes,
        "day_open": terms.day_open,
        "start": local(terms.start),
        "location": terms.location,
    })
}

fn reschedule(wish: &Reschedule) -> Value {
    let scope = wish.scope.map(|scope| match scope {
        Scope::One => "one",
        Scope::All => "all",
    });
    json!({ "start": local(wish.start), "location": wish.location, "scope": scope })
}

fn calendar(answer: &CalendarAnswer) -> Value {
    let items: Vec<Value> = answer
        .items
        .iter()
        .map(|item| {
            json!({
                "uid": item.uid,
                "partstat": partstat_name(item.partstat),
                "recurrence_id": moment(item.recurrence_id),
                "start": moment(item.start),
            })
        })
        .collect();
    json!({
        "method": answer.method.name(),
        "uid": answer.uid,
        "partstat": partstat_name(answer.partstat),
        "recurrence_id": moment(answer.recurrence_id),
        "start": moment(answer.start),
        "comment": answer.comment.as_ref().map(words),
        "items": items,
    })
}

const fn section_name(section: Section) -> &'static str {
    match section {
        Section::Best => "best",
        Section::Worst => "worst",
        Section::Focus => "focus",
    }
}

const fn partstat_name(partstat: PartStat) -> &'static str {
    match partstat {
        PartStat::Accepted => "ACCEPTED",
        PartStat::Declined => "DECLINED",
        PartStat::Tentative => "TENTATIVE",
        PartStat::Delegated => "DELEGATED",
        PartStat::Other => "NEEDS-ACTION",
    }
}

fn local(moment: Option<NaiveDateTime>) -> Value {
    json!(moment.map(|m| m.format("%Y-%m-%dT%H:%M:%S").to_string()))
}

fn date(date: Option<NaiveDate>) -> Value {
    json!(date.map(|d| d.format("%Y-%m-%d").to_string()))
}

fn moment(moment: Option<DateTime<Utc>>) -> Value {
    json!(moment.map(|m| m.to_rfc3339_opts(SecondsFormat::Secs, true)))
}
