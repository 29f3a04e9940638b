//! `preview --coming`: the mails to come, asked of the daemon, or of the store where none runs.

use crate::cli::args::Common;
use crate::cli::ending::Failure;
use crate::cli::{orders, place, show};
use crate::control::ControlError;
use crate::daemon::coming;
use crate::daemon::request::{ComingLine, Reply, Request};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use std::collections::BTreeSet;
use std::time::Duration;

/// How long playing a big house forward may take.
const LIMIT: Duration = Duration::from_secs(300);

/// What the list takes for granted.
const ASSUMED: &str = "nobody answers, and nothing else changes";

/// Tells what would go out.
pub(super) async fn coming(common: &Common, within: TimeDelta) -> Result<(), Failure> {
    let seconds = within.num_seconds();
    let config = place::load(common.config.as_deref())?;
    let request = Request::Coming { seconds };
    let (reply, daemon) = match orders::ask_the_daemon(&config, &request, LIMIT).await {
        Ok(reply) => (reply, true),
        Err(ControlError::NotRunning(_)) => {
            let told = coming::without_a_daemon(&config, within);
            let told = told.map_err(|error| Failure {
                code: error.exit_code(),
                message: error.to_string(),
            })?;
            (told, false)
        }
        Err(error) => return Err(error.into()),
    };
    let Reply::Coming {
        now,
        until,
        hold,
        mails,
        more,
    } = reply
    else {
        return Err(match reply {
            Reply::Refused { message } => Failure::failed(message),
            _ => ControlError::Unreadable.into(),
        });
    };
    if common.json {
        return show::json(&json!({
            "now": now,
            "until": until,
            "assumes": ASSUMED,
            "daemon": daemon,
            "hold": hold,
            "mails": mails,
            "more": more,
        }));
    }
    let mut text = told(&mails, until);
    let mut add = |line: &str| {
        text.push_str(line);
        text.push('\n');
    };
    if more {
        add("There are more; look less far ahead to see them all.");
    }
    if hold {
        add("Sending is on hold: nothing goes out before `postlunch resume`.");
    }
    if !daemon {
        add("No daemon runs: this is what it would send if it ran all the time.");
    }
    show::print(&text)
}

fn told(mails: &[ComingLine], until: DateTime<Utc>) -> String {
    let until = show::moment(until);
    if mails.is_empty() {
        return format!("No mail would go out until {until}, if {ASSUMED}.\n");
    }
    let rows: Vec<Vec<String>> = mails
        .iter()
        .map(|mail| {
            let at = if mail.waiting {
                "waiting".to_owned()
            } else {
                show::moment(mail.at)
            };
            vec![at, mail.kind.clone(), mail.to.clone(), mail.subject.clone()]
        })
        .collect();
    let people: BTreeSet<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
    let counted = |number: usize, one: &str, many: &str| {
        format!("{number} {}", if number == 1 { one } else { many })
    };
    format!(
        "{}{} to {} until {until}, if {ASSUMED}.\n",
        show::columns(&rows, ""),
        counted(mails.len(), "mail", "mails"),
        counted(people.len(), "person", "people"),
    )
}
