//! The doctor: tries a configuration against this machine and the real servers, and says what to
//! mend.
//!
//! Each check gives findings: how bad it is, what it means, what to do. What can be found amiss is
//! listed in `finding`, and `catalogue` makes `docs/troubleshooting.md` of it. Nothing is changed, except that
//! the two folders which the daemon needs are made where they are missing, as the daemon itself would
//! do, and that one mail goes to the mailbox itself and is taken away again (`round_trip`).

pub mod catalogue;
mod disk;
pub mod dns;
mod faults;
mod finding;
pub mod guess;
mod house;
mod inbox;
pub mod provider;
mod reach;
mod round_trip;
mod sender;
mod store;
mod usage;

pub use disk::{FreeSpace, free_space};
pub use finding::{Code, Finding, Level};
pub use house::unusable;
pub use usage::looks_like_a_role;

use crate::clock::Clock;
use crate::config::Config;
use crate::daemon::accounts;
use crate::imap::{ImapAccount, ImapError, Mailbox, Session};
use crate::reading::message::Message;
use crate::smtp::{self, SmtpAccount, Submitter};
use dns::NameServers;
use faults::{INBOX, SUBMISSION};
use round_trip::Course;
use std::time::Duration;

/// What the doctor works with.
#[derive(Clone, Debug)]
pub struct Instruments {
    /// How long each step of a server may take; somebody sits before it.
    pub patience: Duration,
    /// How long the doctor's own mail may take from submission to the mailbox.
    pub arrival: Duration,
    /// How long its copy may take to the folder of sent mail.
    pub copy: Duration,
    /// Whether it sends that mail.
    pub round_trip: bool,
    /// Who is asked about the sender's domain.
    pub names: NameServers,
    /// How free space is asked for.
    pub free_space: FreeSpace,
}

impl Instruments {
    /// Those of this machine.
    pub fn of_system() -> Self {
        Self {
            patience: Duration::from_secs(20),
            arrival: Duration::from_secs(45),
            copy: Duration::from_secs(3),
            round_trip: true,
            names: NameServers::of_system(),
            free_space,
        }
    }
}

/// Runs all checks and tells each finding as soon as it is there. Bounded in time by the
/// instruments.
pub async fn examine(config: &Config, with: &Instruments, mut tell: impl FnMut(Finding)) {
    tell(house::clock(Clock::Wall.now()));
    let mut tell_all = |findings: Vec<Finding>| findings.into_iter().for_each(&mut tell);
    tell_all(house::configuration(config));
    tell_all(vec![house::letters(config)]);
    tell_all(vec![disk::check(&config.store.path, with.free_space)]);
    tell_all(store::check(config, with.patience).await);
    tell_all(provider::check(config));
    let mailbox = enter_inbox(config, with, &mut tell_all).await;
    let submitter = enter_submission(config, with, &mut tell_all).await;
    let mut came_back = None;
    if let (Some(mut mailbox), Some(mut submitter)) = (mailbox, submitter) {
        if with.round_trip {
            let made = mailbox.round_trip(config, with, &mut submitter).await;
            match made {
                Ok((findings, message)) => {
                    tell_all(findings);
                    came_back = message;
                }
                Err(error) => tell_all(vec![faults::imap(&error, &config.imap.login)]),
            }
            submitter.rest().await;
        }
        mailbox.session.logout().await;
    }
    tell_all(sender::check(config, &with.names, came_back.as_ref()).await);
}

/// The mailbox, once everything in it was looked at.
struct Entered {
    session: Session,
    inbox: Mailbox,
    sent: Option<Mailbox>,
}

impl Entered {
    async fn round_trip(
        &mut self,
        config: &Config,
        with: &Instruments,
        submitter: &mut Submitter,
    ) -> Result<(Vec<Finding>, Option<Message>), ImapError> {
        let course = Course {
            config,
            inbox: &self.inbox,
            sent: self.sent.as_ref(),
            arrival: with.arrival,
            copy: with.copy,
        };
        course.make(&mut self.session, submitter).await
    }
}

/// The mailbox server from name to folders; `None` where there is no use in going on.
async fn enter_inbox(
    config: &Config,
    with: &Instruments,
    tell: &mut impl FnMut(Vec<Finding>),
) -> Option<Entered> {
    let account = match accounts::imap(config).await {
        Ok(account) => account,
        Err(error) => {
            tell(vec![faults::account(INBOX, &error)]);
            return None;
        }
    };
    match look_inside(config, &account, with, tell).await {
        Ok(entered) => entered,
        Err(error) => {
            tell(vec![faults::imap(&error, &config.imap.login)]);
            None
        }
    }
}

async fn look_inside(
    config: &Config,
    account: &ImapAccount,
    with: &Instruments,
    tell: &mut impl FnMut(Vec<Finding>),
) -> Result<Option<Entered>, ImapError> {
    match reach::check(INBOX, &account.endpoint, with.patience).await {
        Ok(findings) => tell(findings),
        Err(findings) => {
            tell(findings);
            return Ok(None);
        }
    }
    let mut session = match inbox::connect(config, account, with.patience).await {
        Ok((session, finding)) => {
            tell(vec![finding]);
            session
        }
        Err(mut finding) => {
            reach::advise_port(&mut finding, &account.endpoint).await;
            tell(vec![finding]);
            return Ok(None);
        }
    };
    tell(inbox::abilities(&session));
    let mut is_usable = true;
    match inbox::mailbox(&mut session, config).await {
        Ok(findings) => {
            is_usable &= findings.iter().all(|f| f.level != Level::Wrong);
            tell(findings);
        }
        Err(finding) => {
            is_usable = false;
            tell(vec![finding]);
        }
    }
    for path in [&config.imap.done, &config.imap.review] {
        let found = inbox::folder(&mut session, path).await;
        is_usable &= found.is_ok();
        let (folder, finding) = match found {
            Ok((folder, finding)) => (Some(folder), finding),
            Err(finding) => (None, finding),
        };
        tell(vec![finding]);
        if let Some(folder) = folder.filter(|_| *path == config.imap.done) {
            tell(inbox::used_before(&mut session, &folder, config).await?);
        }
    }
    let (sent, finding) = inbox::sent(&mut session, config).await;
    tell(vec![finding]);
    if !is_usable {
        session.logout().await;
        return Ok(None);
    }
    let mailbox = Mailbox::at_levels(&config.imap.mailbox, session.delimiter());
    match usage::check(&mut session, config, &mailbox, sent.as_ref()).await {
        Ok(finding) => tell(vec![finding]),
        Err(error) if error.ends_connection() => return Err(error),
        Err(_) => {} // a server that will not search says nothing of its mailbox
    }
    Ok(Some(Entered {
        session,
        inbox: mailbox,
        sent,
    }))
}

/// The submission server from name to log-in; nothing is sent.
async fn enter_submission(
    config: &Config,
    with: &Instruments,
    tell: &mut impl FnMut(Vec<Finding>),
) -> Option<Submitter> {
    let account: SmtpAccount = match accounts::smtp(config).await {
        Ok(account) => account,
        Err(error) => {
            tell(vec![faults::account(SUBMISSION, &error)]);
            return None;
        }
    };
    match reach::check(SUBMISSION, &account.endpoint, with.patience).await {
        Ok(findings) => tell(findings),
        Err(findings) => {
            tell(findings);
            return None;
        }
    }
    let patience = smtp::Patience {
        connect: with.patience,
        command: with.patience,
        data_start: with.patience,
        data_block: with.patience,
        final_dot: with.patience * 3,
        ..smtp::Patience::default()
    };
    let endpoint = account.endpoint.clone();
    let submitter = Submitter::new(account, patience);
    let login = &config.smtp.login;
    match submitter.connect().await {
        Ok(connection) => {
            connection.quit().await;
            let means = format!(
                "logged in at {}:{} as {}",
                login.host, login.port, login.username
            );
            tell(vec![Finding::ok(SUBMISSION, means)]);
            Some(submitter)
        }
        Err(error) => {
            let mut finding = faults::smtp(&error, login);
            reach::advise_port(&mut finding, &endpoint).await;
            tell(vec![finding]);
            None
        }
    }
}
