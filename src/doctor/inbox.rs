//! What the doctor asks of the mailbox server: log-in, abilities, flags, folders, sent mail.

use super::faults::{self, INBOX};
use super::finding::{Code, Finding};
use crate::config::Config;
use crate::imap::{ImapAccount, ImapError, Mailbox, Patience, Session};
use crate::store::Store;
use std::time::Duration;

/// What a server may lack, and what the daemon does instead.
const ABILITIES: [(&str, Code, &str, &str); 4] = [
    (
        "IDLE",
        Code::NoIdle,
        "answers are noticed once a minute instead of at once",
        "nothing has to be done; if the server is yours, switch IDLE on",
    ),
    (
        "MOVE",
        Code::NoMove,
        "handled mail is copied and then deleted instead of moved",
        "nothing has to be done; a newer server does it in one step",
    ),
    (
        "UIDPLUS",
        Code::NoUidplus,
        "what is to be removed is only flagged as deleted, and stays until somebody expunges it",
        "have a mail program expunge (compact) the folders now and then, or use a newer server",
    ),
    (
        "SPECIAL-USE",
        Code::NoSpecialUse,
        "it may not say which folder holds sent mail",
        "name that folder in [imap] sent",
    ),
];

/// Logs in.
pub(super) async fn connect(
    config: &Config,
    account: &ImapAccount,
    patience: Duration,
) -> Result<(Session, Finding), Finding> {
    let limits = Patience {
        connect: patience,
        command: patience,
        transfer: patience * 3,
        ..Patience::default()
    };
    let login = &config.imap.login;
    match Session::connect(account, &limits).await {
        Ok(session) => {
            let means = format!(
                "logged in at {}:{} as {}",
                login.host, login.port, login.username
            );
            Ok((session, Finding::ok(INBOX, means)))
        }
        Err(error) => Err(faults::imap(&error, login)),
    }
}

/// What the server can do; one finding for all that is there, one for each that is not.
pub(super) fn abilities(session: &Session) -> Vec<Finding> {
    let names = ABILITIES.iter().map(|(name, ..)| *name);
    let (has, lacks): (Vec<&str>, Vec<&str>) = names.partition(|name| session.can(name));
    let mut findings = Vec::new();
    if !has.is_empty() {
        let means = format!("the server has {}", has.join(", "));
        findings.push(Finding::ok("abilities", means));
    }
    findings.extend(lacks.into_iter().map(lacking));
    findings
}

/// What it costs that the server lacks an ability.
pub(super) fn lacking(name: &str) -> Finding {
    let known = ABILITIES.iter().find(|(ability, ..)| *ability == name);
    let (code, cost, remedy) = known.map_or((Code::NoIdle, "", ""), |(_, code, cost, remedy)| {
        (*code, *cost, *remedy)
    });
    let means = format!("the server has no {name}: {cost}");
    Finding::warning(code, "abilities", means, remedy)
}

/// The mailbox that mail comes into, and what may be done there.
pub(super) async fn mailbox(
    session: &mut Session,
    config: &Config,
) -> Result<Vec<Finding>, Finding> {
    let name = &config.imap.mailbox;
    let mailbox = Mailbox::at_levels(name, session.delimiter());
    let selected = match session.select(&mailbox).await {
        Ok(selected) => selected,
        Err(error) => return Err(no_mailbox(name, &error)),
    };
    let mails = match selected.exists {
        1 => "1 mail".to_owned(),
        mails => format!("{mails} mails"),
    };
    let mut findings = Vec::new();
    if !selected.writable {
        findings.push(read_only(name));
    } else if !selected.keeps_deleted && !session.can("MOVE") {
        findings.push(no_deleted_flag(name));
    } else {
        let means = format!("{name} can be read and changed ({mails} in it)");
        findings.push(Finding::ok("mailbox", means));
    }
    Ok(findings)
}

pub(super) fn no_mailbox(name: &str, error: &ImapError) -> Finding {
    Finding::wrong(
        Code::Mailbox,
        "mailbox",
        format!("{name}: {error}"),
        "correct [imap] mailbox; it is the folder that mail comes into, usually INBOX",
    )
}

pub(super) fn read_only(name: &str) -> Finding {
    Finding::wrong(
        Code::MailboxReadOnly,
        "mailbox",
        format!("{name} can only be read: nothing could be moved out of it"),
        "give this login the right to change the mailbox, or log in as its owner",
    )
}

pub(super) fn no_deleted_flag(name: &str) -> Finding {
    Finding::wrong(
        Code::NoDeletedFlag,
        "mailbox",
        format!("mail in {name} can be neither moved nor flagged as deleted"),
        "give this login the rights to delete and expunge there (ACL: t and e)",
    )
}

/// One of the two folders that the daemon needs; made where it is missing.
pub(super) async fn folder(
    session: &mut Session,
    path: &str,
) -> Result<(Mailbox, Finding), Finding> {
    match session.ensure_folder(path).await {
        Ok(folder) => {
            let finding = Finding::ok("folder", format!("{folder} is there"));
            Ok((folder, finding))
        }
        Err(error) => Err(no_folder(path, &error)),
    }
}

pub(super) fn no_folder(path: &str, error: &ImapError) -> Finding {
    Finding::wrong(
        Code::Folder,
        "folder",
        format!("{path} is not there and cannot be made: {error}"),
        "make it in your mail program, or name another in [imap] done and review",
    )
}

/// A store that is new, beside a folder that somebody's daemon has filled already: two of them may
/// read the same mailbox, or the store was lost.
///
/// # Errors
/// If the connection is lost.
pub(super) async fn used_before(
    session: &mut Session,
    done: &Mailbox,
    config: &Config,
) -> Result<Vec<Finding>, ImapError> {
    if !Store::is_new(&config.store.path) {
        return Ok(Vec::new());
    }
    match session.count(done).await {
        Ok(0) => Ok(Vec::new()),
        Ok(mails) => Ok(vec![filled(&done.to_string(), mails)]),
        Err(error) if error.ends_connection() => Err(error),
        Err(_) => Ok(Vec::new()),
    }
}

pub(super) fn filled(done: &str, mails: u32) -> Finding {
    let lie = if mails == 1 { "mail lies" } else { "mails lie" };
    Finding::warning(
        Code::UsedBefore,
        "folder",
        format!(
            "{mails} handled {lie} in {done}, but there is no store here yet: a rehearsal left them, the store was moved, or another daemon reads this mailbox"
        ),
        "unless it was a rehearsal: name the store that was used in [store] path, and stop the other daemon; two on one mailbox take each other's mail",
    )
}

/// The folder of sent mail, if there is one.
pub(super) async fn sent(session: &mut Session, config: &Config) -> (Option<Mailbox>, Finding) {
    if let Some(name) = &config.imap.sent {
        let mailbox = Mailbox::at_levels(name, session.delimiter());
        return match session.count(&mailbox).await {
            Ok(_) => (
                Some(mailbox),
                Finding::ok("sent mail", format!("{name} can be read")),
            ),
            Err(error) => (None, sent_unreadable(name, &error)),
        };
    }
    match session.sent_mailbox().await {
        Ok(Some(mailbox)) => {
            let finding = Finding::ok("sent mail", format!("the server keeps it in {mailbox}"));
            (Some(mailbox), finding)
        }
        Ok(None) => (None, sent_unknown()),
        Err(error) => (None, faults::imap(&error, &config.imap.login)),
    }
}

pub(super) fn sent_unknown() -> Finding {
    Finding::warning(
        Code::SentUnknown,
        "sent mail",
        "the server names no folder for it, so after a crash a mail whose fate is unknown is sent again, with the same Message-ID",
        "if your provider files sent mail, name the folder in [imap] sent",
    )
}

pub(super) fn sent_unreadable(name: &str, error: &ImapError) -> Finding {
    Finding::wrong(
        Code::SentUnreadable,
        "sent mail",
        format!("{name}: {error}"),
        "correct [imap] sent, or leave it out",
    )
}
