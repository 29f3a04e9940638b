//! What the doctor asks of the mail servers: the inbox with its folders, and submission.

use super::{Finding, PATIENCE};
use crate::config::Config;
use crate::daemon::accounts;
use crate::imap::{self, ImapError, Mailbox, Session};
use crate::smtp::{self, Submitter};

/// What a server may lack, and what that costs. In its absence the daemon does it otherwise.
const ABILITIES: [(&str, &str); 3] = [
    (
        "IDLE",
        "answers are noticed once a minute instead of at once",
    ),
    ("MOVE", "mail is moved by copying and deleting"),
    ("UIDPLUS", "what is moved is looked for by its Message-ID"),
];

/// The inbox: login, abilities, folders. Without a login there is nothing more to say.
pub(super) async fn inbox(config: &Config) -> Vec<Finding> {
    let mut session = match connect(config).await {
        Ok(session) => session,
        Err(finding) => return vec![finding],
    };
    let login = &config.imap.login;
    let means = format!(
        "logged in at {}:{} as {}",
        login.host, login.port, login.username
    );
    let mut findings = vec![Finding::ok("inbox", means), abilities(&session)];
    findings.push(mailbox(&mut session, config).await);
    for path in [&config.imap.done, &config.imap.review] {
        findings.push(folder(&mut session, path).await);
    }
    findings.push(sent(&mut session, config).await);
    session.logout().await;
    findings
}

async fn connect(config: &Config) -> Result<Session, Finding> {
    let account = match accounts::imap(config).await {
        Ok(account) => account,
        Err(error) => return Err(unready("inbox", &error.to_string())),
    };
    let patience = imap::Patience {
        connect: PATIENCE,
        command: PATIENCE,
        ..imap::Patience::default()
    };
    Session::connect(&account, &patience)
        .await
        .map_err(|error| wrong("inbox", &error))
}

fn wrong(subject: &'static str, error: &ImapError) -> Finding {
    Finding::wrong(subject, error.to_string(), error.remedy())
}

/// An error that carries its remedy behind a semicolon.
pub(super) fn unready(subject: &'static str, told: &str) -> Finding {
    let (means, remedy) = told
        .rsplit_once("; ")
        .unwrap_or((told, "mend it and check again"));
    Finding::wrong(subject, means, remedy)
}

fn abilities(session: &Session) -> Finding {
    let (has, lacks): (Vec<_>, Vec<_>) = ABILITIES
        .iter()
        .partition(|(ability, _)| session.can(ability));
    if lacks.is_empty() {
        let names: Vec<&str> = has.iter().map(|(name, _)| *name).collect();
        return Finding::ok("abilities", format!("the server has {}", names.join(", ")));
    }
    let told: Vec<String> = lacks
        .iter()
        .map(|(name, cost)| format!("no {name}: {cost}"))
        .collect();
    Finding::warning(
        "abilities",
        format!("the server has {}", told.join("; ")),
        "nothing has to be done; a newer server would be quicker",
    )
}

async fn mailbox(session: &mut Session, config: &Config) -> Finding {
    let name = &config.imap.mailbox;
    let mailbox = Mailbox::at_levels(name, session.delimiter());
    match session.select(&mailbox).await {
        Ok(selected) => {
            let means = format!("{name} can be read ({} mails in it)", selected.exists);
            Finding::ok("mailbox", means)
        }
        Err(error) => wrong("mailbox", &error),
    }
}

async fn folder(session: &mut Session, path: &str) -> Finding {
    match session.ensure_folder(path).await {
        Ok(folder) => Finding::ok("folder", format!("{folder} is there")),
        Err(error) => Finding::wrong(
            "folder",
            format!("{path}: {error}"),
            "make it in your mail program, or name another in [imap]",
        ),
    }
}

async fn sent(session: &mut Session, config: &Config) -> Finding {
    let cost = "after a crash a mail whose fate is unknown is sent again, with the same Message-ID";
    if let Some(name) = &config.imap.sent {
        let mailbox = Mailbox::at_levels(name, session.delimiter());
        return match session.select(&mailbox).await {
            Ok(_) => Finding::ok("sent mail", format!("{name} can be read")),
            Err(error) => Finding::wrong(
                "sent mail",
                format!("{name}: {error}"),
                "correct [imap] sent",
            ),
        };
    }
    match session.sent_mailbox().await {
        Ok(Some(mailbox)) => Finding::ok("sent mail", format!("the server keeps it in {mailbox}")),
        Ok(None) => Finding::warning(
            "sent mail",
            format!("the server names no folder for it, so {cost}"),
            "if your provider files sent mail, name the folder in [imap] sent",
        ),
        Err(error) => wrong("sent mail", &error),
    }
}

/// Submission: connection and login; nothing is sent.
pub(super) async fn submission(config: &Config) -> Finding {
    let account = match accounts::smtp(config).await {
        Ok(account) => account,
        Err(error) => return unready("submission", &error.to_string()),
    };
    let patience = smtp::Patience {
        connect: PATIENCE,
        command: PATIENCE,
        ..smtp::Patience::default()
    };
    let login = &config.smtp.login;
    match Submitter::new(account, patience).connect().await {
        Ok(connection) => {
            connection.quit().await;
            let means = format!(
                "logged in at {}:{} as {}",
                login.host, login.port, login.username
            );
            Finding::ok("submission", means)
        }
        Err(error) => Finding::wrong("submission", error.to_string(), error.remedy()),
    }
}
