//! Delivery status parts (RFC 3464): who was not reached, for how long, and why.
//!
//! Fields stand in groups parted by blank lines, the first about the message and each other about
//! one recipient. Reporters forget blank lines, fields and whole groups, so a group also begins
//! where a recipient comes a second time.

use crate::words::address::Address;

/// Most lines of status parts that are read.
const LINES_MAX: usize = 4_000;
/// Most groups that are kept.
const GROUPS_MAX: usize = 200;

/// What became of the mail to one recipient (RFC 3464 section 2.3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// It was given up.
    Failed,
    /// It is still tried.
    Delayed,
    /// It arrived, or was passed on to a system that does not report.
    Arrived,
}

/// What is said about one recipient.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RecipientStatus {
    /// Original-Recipient and Final-Recipient, each once.
    pub addresses: Vec<Address>,
    /// Action, or what the status code tells of it.
    pub action: Option<Action>,
    /// Enhanced status code (RFC 3463).
    pub status: Option<String>,
}

/// The groups about recipients.
pub(super) fn read(parts: &[String]) -> Vec<RecipientStatus> {
    let mut groups: Vec<Vec<(String, String)>> = Vec::new();
    for part in parts {
        groups.push(Vec::new());
        for line in part.lines().take(LINES_MAX) {
            if groups.len() > GROUPS_MAX {
                break;
            }
            take_line(line, &mut groups);
        }
    }
    groups.iter().filter_map(|group| recipient(group)).collect()
}

fn take_line(line: &str, groups: &mut Vec<Vec<(String, String)>>) {
    let Some(group) = groups.last_mut() else {
        return;
    };
    if line.trim().is_empty() {
        if !group.is_empty() {
            groups.push(Vec::new());
        }
        return;
    }
    if line.starts_with([' ', '\t']) {
        if let Some((_, value)) = group.last_mut() {
            value.push(' ');
            value.push_str(line.trim());
        }
        return;
    }
    let Some((name, value)) = line.split_once(':') else {
        return;
    };
    let field = (name.trim().to_ascii_lowercase(), value.trim().to_owned());
    let again = field.0 == "final-recipient" && group.iter().any(|(known, _)| *known == field.0);
    if again {
        groups.push(vec![field]);
    } else {
        group.push(field);
    }
}

fn recipient(group: &[(String, String)]) -> Option<RecipientStatus> {
    let field = |name: &str| {
        let found = group.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    };
    let mut found = RecipientStatus::default();
    for name in [
        "original-recipient",
        "final-recipient",
        "x-actual-recipient",
        "recipient",
    ] {
        let Some(value) = field(name) else { continue };
        let typed = value.split_once(';').map_or(value, |(_, address)| address);
        let address = super::places::addresses_in(typed).into_iter().next();
        if let Some(address) = address
            && !found.addresses.contains(&address)
            && (name != "x-actual-recipient" || found.addresses.is_empty())
        {
            found.addresses.push(address);
        }
    }
    let code = field("status").and_then(super::places::status_code);
    let diagnosis = field("diagnostic-code").unwrap_or_default();
    found.status = code.or_else(|| super::places::status_code(diagnosis));
    found.action = field("action").and_then(action).or_else(|| {
        let class = found.status.as_deref().and_then(|code| code.chars().next());
        let class = class.or_else(|| super::places::reply_class(diagnosis))?;
        match class {
            '2' => Some(Action::Arrived),
            '4' => Some(Action::Delayed),
            _ => Some(Action::Failed),
        }
    });
    let about_recipient = !found.addresses.is_empty() || field("action").is_some();
    about_recipient.then_some(found)
}

fn action(value: &str) -> Option<Action> {
    let lower = value.trim().to_ascii_lowercase();
    if lower.starts_with("fail") || lower.starts_with("undeliver") {
        Some(Action::Failed)
    } else if lower.starts_with("delay") {
        Some(Action::Delayed)
    } else if ["deliver", "relay", "expand"]
        .iter()
        .any(|known| lower.starts_with(known))
    {
        Some(Action::Arrived)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_recipient_keeps_an_action_of_its_own() {
        let part = "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; ana@x.org\nAction: delivered\nStatus: 2.0.0\n\nFinal-Recipient: rfc822;<ben@x.org>\nAction: failed (permanent)\nStatus: 5.1.1 (no such user)\nDiagnostic-Code: smtp; 550\n 5.1.1 gone\n";
        let read = read(&[part.to_owned()]);
        assert_eq!(read.len(), 2);
        assert_eq!(read[0].action, Some(Action::Arrived));
        assert_eq!(read[1].action, Some(Action::Failed));
        assert_eq!(read[1].status.as_deref(), Some("5.1.1"));
        assert_eq!(read[1].addresses[0].as_str(), "ben@x.org");
    }

    #[test]
    fn forgotten_blank_lines_and_actions_are_borne() {
        let part = "Reporting-MTA: dns; mx\nFinal-Recipient: rfc822; ana@x.org\nStatus: 4.4.1\nFinal-Recipient: rfc822; ben@x.org\nDiagnostic-Code: smtp; 550 no\n";
        let read = read(&[part.to_owned()]);
        let actions: Vec<_> = read.iter().map(|r| r.action).collect();
        assert_eq!(actions, [Some(Action::Delayed), Some(Action::Failed)]);
    }
}
