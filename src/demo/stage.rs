//! The stage: a sandbox mail server, the real daemon on a hand-driven clock, and the people.
//!
//! The daemon runs as it would anywhere: over SMTP and IMAP on loopback sockets, with a store of
//! its own in a folder that goes when the stage does.

use crate::clock::random;
use crate::config::{Config, ConfigError, Surroundings};
use crate::daemon::conductor::ClockError;
use crate::daemon::glance::{AskError, Couple, Kind};
use crate::daemon::incoming::Background;
use crate::daemon::request::{Reply, Request};
use crate::daemon::{Daemon, RunError, RunOptions};
use crate::demo::client::{Habit, Mail, Writer, reply};
use crate::sandbox::{Message, Sandbox, SandboxError, SandboxOptions};
use crate::smtp::{ConnectError, Outcome, Patience, SmtpAccount, Submission, Submitter};
use crate::words::address::{Address, AddressError};
use crate::words::confidential::Confidential;
use crate::words::endpoint::{Endpoint, Login, Security};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::{Europe, Tz};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;
use thiserror::Error;

/// Why the demo could not go on.
#[derive(Debug, Error)]
pub enum StageError {
    /// See `SandboxError`.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// See `ConfigError`.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// See `RunError`.
    #[error(transparent)]
    Run(#[from] RunError),
    /// See `ClockError`.
    #[error(transparent)]
    Clock(#[from] ClockError),
    /// See `AskError`.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// See `ConnectError`.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// See `AddressError`.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// Somebody's mail was not taken.
    #[error("the mail server did not take the mail: {0}")]
    NotTaken(String),
    /// The system gives no random octets.
    #[error("the system gives no random octets: {0}")]
    Random(std::io::Error),
    /// The folder for the store.
    #[error("{}: {source}; set TMPDIR to a folder that can be written to", path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// The system's own words.
        source: std::io::Error,
    },
    /// The daemon refused a command.
    #[error("{0}")]
    Refused(String),
    /// A letter that the story needs did not come.
    #[error("{who} waited for {what} in vain")]
    Missing {
        /// Who waited.
        who: String,
        /// For what.
        what: String,
    },
    /// Something happened that never may.
    #[error("a promise was broken: {0}; please report it")]
    Broken(String),
}

impl StageError {
    /// The error as a sentence of its own.
    pub fn told(&self) -> String {
        let text = self.to_string();
        let mut chars = text.chars();
        let first = chars.next().map(char::to_uppercase);
        let mut sentence: String = first.into_iter().flatten().chain(chars).collect();
        if !sentence.ends_with(['.', '!', '?']) {
            sentence.push('.');
        }
        sentence
    }
}

/// Somebody on the stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Player {
    /// First name.
    pub name: &'static str,
    /// Address.
    pub address: &'static str,
}

/// Ana, who starts it.
pub const ANA: Player = Player {
    name: "Ana",
    address: "ana@example.com",
};
/// Ben, who says yes.
pub const BEN: Player = Player {
    name: "Ben",
    address: "ben@example.com",
};
/// Cara, who says no.
pub const CARA: Player = Player {
    name: "Cara",
    address: "cara@example.com",
};
/// Dan, a colleague.
pub const DAN: Player = Player {
    name: "Dan",
    address: "dan@example.com",
};

/// All of them.
pub const PLAYERS: [Player; 4] = [ANA, BEN, CARA, DAN];

/// Where it plays.
pub const ZONE: Tz = Europe::Berlin;

/// The daemon's own mailbox.
pub const HOUSE: &str = "lunch@example.com";

/// The stage.
pub struct Stage {
    sandbox: Sandbox,
    daemon: Daemon,
    folder: Folder,
    /// Everybody's password.
    secret: String,
    read: BTreeMap<&'static str, usize>,
    told: usize,
    replies: u32,
}

/// A folder that goes when it is dropped.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        // Nothing of worth is in it, and a folder left behind harms nobody.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Stage {
    /// Puts everything up; the clock stands at `start`.
    ///
    /// # Errors
    /// If no port or no folder can be had.
    pub async fn set(start: DateTime<Utc>) -> Result<Self, StageError> {
        let accounts = [HOUSE, ANA.address, BEN.address, CARA.address, DAN.address];
        // Not a known one: any site that is open in a browser may send octets to a loopback port.
        let secret = hexadecimal::<16>().map_err(StageError::Random)?;
        let accounts = accounts.map(|address| (address, secret.as_str()));
        let sandbox = Sandbox::start(SandboxOptions::with_accounts(&accounts)).await?;
        let folder = folder()?;
        let text = format!(
            "[mail]\naddress = \"{HOUSE}\"\nname = \"Lunch\"\n\
             [operator]\naddress = \"cleo@example.com\"\ncontact = \"Cleo in IT\"\n\
             [imap]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"none\"\npassword = \"{secret}\"\n\
             [smtp]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"none\"\npassword = \"{secret}\"\n\
             [store]\npath = \"store\"\nkey_file = \"store.key\"\n\
             [lunch]\ntimezone = \"{ZONE}\"\n\
             [policy]\nmails_per_person_per_day = 50\n",
            sandbox.imap_port(),
            sandbox.smtp_port(),
        );
        let origin = folder.0.join("config.toml");
        let config = Config::parse_in(&text, &origin, &Surroundings::default())?;
        let options = RunOptions {
            rehearsal: Some(start),
            recipients: Vec::new(),
        };
        let daemon = Daemon::start(&config, &options)?;
        let stage = Self {
            sandbox,
            daemon,
            folder,
            secret,
            read: BTreeMap::new(),
            told: 0,
            replies: 0,
        };
        // The first look marks what is there before anybody writes.
        stage.daemon.conductor().settle(Duration::ZERO).await?;
        Ok(stage)
    }

    /// The time on the stage.
    ///
    /// # Errors
    /// If the daemon has stopped.
    pub async fn now(&self) -> Result<DateTime<Utc>, StageError> {
        match self.daemon.ask(Request::Status).await {
            Reply::Status(status) => Ok(status.now),
            other => Err(StageError::Refused(format!("{other:?}"))),
        }
    }

    /// Asks the daemon, as a command does.
    pub async fn ask(&self, request: Request) -> Reply {
        self.daemon.ask(request).await
    }

    /// Ana's `postlunch invite`, for example. Returns the subjects.
    ///
    /// # Errors
    /// If it is refused.
    pub async fn invite(
        &mut self,
        from: Player,
        to: &[Player],
        note: &str,
    ) -> Result<Vec<String>, StageError> {
        self.replies += 1;
        let line = |player: &Player| format!("{} <{}>", player.name, player.address);
        let request = Request::Invite {
            from: Some(line(&from)),
            to: to.iter().map(line).collect(),
            note: (!note.is_empty()).then(|| note.to_owned()),
            dry_run: false,
            id: format!("demo-{}", self.replies),
        };
        let invitations = match self.daemon.ask(request).await {
            Reply::Invited { invitations } => invitations,
            Reply::Refused { message } => return Err(StageError::Refused(message)),
            other => return Err(StageError::Refused(format!("{other:?}"))),
        };
        self.pump().await?;
        let refused = invitations.iter().find_map(|made| made.refused.clone());
        match refused {
            Some(why) => Err(StageError::Refused(why)),
            None => Ok(invitations.into_iter().map(|made| made.subject).collect()),
        }
    }

    /// Everything in somebody's inbox, oldest first.
    pub fn inbox(&self, player: Player) -> Vec<Mail> {
        let messages = self.sandbox.mailbox(player.address, "INBOX");
        messages
            .iter()
            .filter_map(|message| Mail::read(&message.bytes))
            .collect()
    }

    /// What has come since the last call.
    pub fn unread(&mut self, player: Player) -> Vec<Mail> {
        let all = self.inbox(player);
        let before = self.read.insert(player.address, all.len()).unwrap_or(0);
        all.into_iter().skip(before).collect()
    }

    /// The latest mail whose subject begins or ends so.
    ///
    /// # Errors
    /// If there is none.
    pub fn latest(&self, player: Player, subject: &str) -> Result<Mail, StageError> {
        let found = self
            .inbox(player)
            .into_iter()
            .rev()
            .find(|mail| mail.subject.contains(subject));
        found.ok_or_else(|| StageError::Missing {
            who: player.name.to_owned(),
            what: format!("\"{subject}\""),
        })
    }

    /// Every letter that was handed over for somebody on the stage since the last call, in the
    /// order of handing over.
    pub fn arrived(&mut self) -> Vec<(Player, Mail)> {
        let all = self.sandbox.delivered();
        let before = std::mem::replace(&mut self.told, all.len());
        let letters = all.iter().skip(before).filter_map(|handover| {
            let player = PLAYERS
                .into_iter()
                .find(|player| player.address.eq_ignore_ascii_case(&handover.recipient))?;
            Some((player, Mail::read(&handover.bytes)?))
        });
        letters.collect()
    }

    /// Somebody answers a mail, and the daemon reads it. Returns the octets of the answer.
    ///
    /// # Errors
    /// If the daemon does not read or answer.
    pub async fn reply(
        &mut self,
        player: Player,
        mail: &Mail,
        words: &str,
        habit: Habit,
    ) -> Result<Vec<u8>, StageError> {
        let writer = self.writer(player).await?;
        let octets = reply(mail, writer, words, habit);
        self.send(player, &mail.reply_to, &octets).await?;
        Ok(octets)
    }

    /// Somebody about to write.
    ///
    /// # Errors
    /// If the daemon has stopped.
    pub async fn writer(&mut self, player: Player) -> Result<Writer<'static>, StageError> {
        self.replies += 1;
        Ok(Writer {
            name: player.name,
            address: player.address,
            now: self.now().await?,
            zone: ZONE,
            number: self.replies,
        })
    }

    /// Somebody's mail goes out over SMTP, logged in as they are, and the daemon reads it by IMAP.
    ///
    /// # Errors
    /// If the server does not take it, or the daemon does not read or answer.
    pub async fn send(
        &mut self,
        player: Player,
        to: &str,
        octets: &[u8],
    ) -> Result<(), StageError> {
        let account = SmtpAccount {
            endpoint: Endpoint {
                host: "127.0.0.1".to_owned(),
                port: self.sandbox.smtp_port(),
                security: Security::None,
                ca_pem: None,
            },
            login: Some(Login::password(
                player.address,
                Confidential::new(self.secret.clone()),
            )),
            helo_name: "example.com".to_owned(),
        };
        let submission = Submission {
            envelope_from: Address::parse(player.address)?,
            recipient: Address::parse(to)?,
            octets: Confidential::new(octets.to_vec()),
        };
        let mut submitter = Submitter::new(account, Patience::default());
        let outcome = submitter.submit(&submission).await?;
        submitter.rest().await;
        match outcome {
            Outcome::Accepted(_) => self.pump().await,
            Outcome::Transient(no) | Outcome::Permanent(no) | Outcome::InDoubt(no) => {
                Err(StageError::NotTaken(no.reason))
            }
        }
    }

    /// Somebody from outside writes to somebody.
    ///
    /// # Errors
    /// If nobody has that address.
    pub fn receive(&self, to: &str, octets: &[u8]) -> Result<(), StageError> {
        Ok(self.sandbox.deliver(to, octets)?)
    }

    /// What is in somebody's inbox as octets, oldest first.
    pub fn messages(&self, player: Player) -> Vec<Message> {
        self.sandbox.mailbox(player.address, "INBOX")
    }

    /// What the daemon would have at hand if these octets came in now; `None` if they are not for it.
    ///
    /// # Errors
    /// If the daemon fails.
    pub async fn background(&self, octets: &[u8]) -> Result<Option<Background>, StageError> {
        Ok(self.daemon.background(octets).await?)
    }

    /// Everybody's lunches.
    ///
    /// # Errors
    /// If the daemon fails.
    pub async fn couples(&self) -> Result<Vec<Couple>, StageError> {
        Ok(self.daemon.couples().await?)
    }

    /// What kind of letter each of these is, by Message-ID.
    ///
    /// # Errors
    /// If the daemon fails.
    pub async fn kinds(&self, ids: Vec<String>) -> Result<Vec<Option<Kind>>, StageError> {
        Ok(self.daemon.kinds(ids).await?)
    }

    /// Moves the clock to the next thing that is due. Returns whether there was one.
    ///
    /// # Errors
    /// As `pump`.
    pub async fn next(&self) -> Result<bool, StageError> {
        self.next_before(DateTime::<Utc>::MAX_UTC).await
    }

    /// The same, unless nothing is due until then.
    ///
    /// # Errors
    /// As `pump`.
    pub async fn next_before(&self, end: DateTime<Utc>) -> Result<bool, StageError> {
        let conductor = self.daemon.conductor();
        let due = conductor.next_due().await?;
        let due = due.is_some_and(|due| due < end);
        if due {
            conductor.next(Duration::ZERO).await?;
        }
        Ok(due)
    }

    /// Reads what has come, and hands over what is due.
    ///
    /// # Errors
    /// If the daemon does not read or mail is not taken.
    pub async fn pump(&self) -> Result<(), StageError> {
        let now = self.now().await?;
        self.daemon
            .conductor()
            .advance_to(now, Duration::ZERO)
            .await?;
        Ok(())
    }

    /// Lets the time pass.
    ///
    /// # Errors
    /// As `pump`.
    pub async fn pass(&self, time: TimeDelta) -> Result<(), StageError> {
        let target = self.now().await? + time;
        self.daemon
            .conductor()
            .advance_to(target, Duration::ZERO)
            .await?;
        Ok(())
    }

    /// Lets the time pass until a moment.
    ///
    /// # Errors
    /// As `pump`.
    pub async fn pass_until(&self, moment: DateTime<Utc>) -> Result<(), StageError> {
        self.daemon
            .conductor()
            .advance_to(moment, Duration::ZERO)
            .await?;
        Ok(())
    }

    /// The folder of the store, while the stage stands.
    pub fn folder(&self) -> &Path {
        &self.folder.0
    }

    /// Takes everything down.
    ///
    /// # Errors
    /// If a part of the daemon had failed.
    pub async fn strike(self) -> Result<(), StageError> {
        self.daemon.stop().await?;
        self.sandbox.stop().await;
        Ok(())
    }
}

fn folder() -> Result<Folder, StageError> {
    let parent = std::env::temp_dir();
    let made = hexadecimal::<8>().and_then(|name| {
        let path = parent.join(format!("postlunch-demo-{name}"));
        std::fs::create_dir(&path)?;
        Ok(Folder(path))
    });
    made.map_err(|source| StageError::Folder {
        path: parent,
        source,
    })
}

/// So many random octets, as text.
///
/// # Errors
/// If the system gives none.
pub fn hexadecimal<const OCTETS: usize>() -> std::io::Result<String> {
    let octets = random::<OCTETS>()?;
    Ok(octets.iter().map(|octet| format!("{octet:02x}")).collect())
}
