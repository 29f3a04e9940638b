//! Whose mailbox it is: the signs that a person works in it, against the configured mode.
//!
//! The program sends nothing without its mark and never flags a mail as answered. Where either is
//! found, somebody writes from here by hand. Only header fields that show this are fetched.

use super::finding::{Code, Finding};
use crate::clock::Clock;
use crate::config::{Config, Mode};
use crate::daemon::routing::CHECK_FIELD;
use crate::imap::{ImapError, Mailbox, Session};
use crate::reading::message::Message;
use crate::words::address::Address;
use chrono::Days;

/// How far back is looked, in days.
const LOOKED_BACK: u64 = 30;

/// Most sent mails looked at, the latest.
const SENT_MAX: usize = 100;

/// So many signs make it somebody's own; one may be an operator's answer.
const SIGNS: usize = 3;

/// What a mailbox of the program's own is usually called.
const ROLES: [&str; 14] = [
    "lunch",
    "lunches",
    "postlunch",
    "feedback",
    "peer",
    "team",
    "office",
    "hello",
    "info",
    "hr",
    "people",
    "bot",
    "robot",
    "mail",
];

/// Compares what is found with the configured mode; the mailbox that is selected is left.
///
/// # Errors
/// If the connection is lost.
pub(super) async fn check(
    session: &mut Session,
    config: &Config,
    inbox: &Mailbox,
    sent: Option<&Mailbox>,
) -> Result<Finding, ImapError> {
    let since = Clock::Wall.now().date_naive();
    let since = since
        .checked_sub_days(Days::new(LOOKED_BACK))
        .unwrap_or(since);
    let mut by_hand = 0;
    if let Some(sent) = sent {
        session.select(sent).await?;
        let mut uids = session.search_from_since(1, since).await?;
        let latest = uids.split_off(uids.len().saturating_sub(SENT_MAX));
        let fields = ["X-Postlunch-Id", CHECK_FIELD, "Auto-Submitted"];
        for head in session.fetch_fields(&latest, &fields).await? {
            let head = Message::parse(head.header.reveal());
            let is_machine = fields.iter().any(|field| head.first(field).is_some());
            by_hand += usize::from(!is_machine);
        }
    }
    session.select(inbox).await?;
    let answered = session.search_answered_since(since).await?.len();
    Ok(judge(config, by_hand, answered))
}

/// Whether an address is named like a mailbox of the program's own.
pub fn looks_like_a_role(address: &Address) -> bool {
    ROLES.contains(&address.local().to_ascii_lowercase().as_str())
}

fn judge(config: &Config, by_hand: usize, answered: usize) -> Finding {
    let address = &config.mail.address;
    let is_personal = by_hand + answered >= SIGNS;
    match config.mail.mode {
        Mode::Shared if is_personal => looks_personal(by_hand, answered),
        Mode::Personal if by_hand + answered == 0 && looks_like_a_role(address) => {
            looks_shared(address.as_str())
        }
        Mode::Shared => Finding::ok("mode", "shared: nobody else writes from this mailbox"),
        Mode::Personal => Finding::ok(
            "mode",
            format!("personal: only {address} invites, and nothing but answers is touched"),
        ),
    }
}

pub(super) fn looks_personal(by_hand: usize, answered: usize) -> Finding {
    let mails = |count: usize| match count {
        1 => "1 mail was".to_owned(),
        count => format!("{count} mails were"),
    };
    Finding::warning(
        Code::LooksPersonal,
        "mode",
        format!(
            "this looks like somebody's own mailbox: {} sent by hand and {} answered in {LOOKED_BACK} days, but the mode is \"shared\"",
            mails(by_hand),
            mails(answered)
        ),
        "set mode = \"personal\" in [mail] if it is yours, or give postlunch a mailbox of its own",
    )
}

pub(super) fn looks_shared(address: &str) -> Finding {
    Finding::warning(
        Code::LooksShared,
        "mode",
        format!(
            "nobody seems to write from {address} by hand, but the mode is \"personal\": only that address can invite"
        ),
        "set mode = \"shared\" in [mail] if the mailbox is postlunch's own",
    )
}
