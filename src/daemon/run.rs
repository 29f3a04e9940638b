//! Start and stop: the parts are built from the configuration, joined, and taken down in order.

use crate::clock::Clock;
use crate::config::Config;
use crate::control;
use crate::daemon::accounts;
use crate::daemon::commands;
use crate::daemon::conductor::Conductor;
use crate::daemon::decider::{Decider, DeciderError};
use crate::daemon::inbox::{Folders, Inbox};
use crate::daemon::letters::{self, LettersError};
use crate::daemon::migration::migrate;
use crate::daemon::ownership::Ownership;
use crate::daemon::request::{Reply, Request};
use crate::daemon::room;
use crate::daemon::settings::Settings;
use crate::daemon::submission::Submitting;
use crate::daemon::thread::{AskError, Desk};
use crate::daemon::vitals::Vitals;
use crate::imap;
use crate::keyring::{KeyringError, Purpose, StoreKey};
use crate::maillog;
use crate::smtp;
use crate::store::{Options, Store, StoreError};
use crate::words::address::Address;
use chrono::{DateTime, Utc};
use std::io;
use std::net::IpAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;
use thiserror::Error;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinSet;

/// How a run differs from the usual one.
#[derive(Clone, Debug, Default)]
pub struct RunOptions {
    /// Run on a hand-driven clock that starts there (or where the last rehearsal stopped).
    pub rehearsal: Option<DateTime<Utc>>,
    /// In a rehearsal off loopback: the only addresses written to.
    pub recipients: Vec<Address>,
}

/// Why the daemon does not run.
#[derive(Debug, Error)]
pub enum RunError {
    /// The store or its key.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store key.
    #[error(transparent)]
    Key(#[from] KeyringError),
    /// The operator's templates.
    #[error("a letter of [templates] path cannot be used: {0}")]
    Letters(#[from] LettersError),
    /// A file or folder.
    #[error("{path}: {source}; give the daemon's user leave there, or name another [store] path")]
    File {
        /// Which.
        path: PathBuf,
        /// The system's own words.
        source: io::Error,
    },
    /// A rehearsal that could write to anybody.
    #[error(
        "a rehearsal on {host} could write to real people; name who may get its mail with --recipients"
    )]
    RehearsalAtLarge {
        /// The mail server's host.
        host: String,
    },
    /// The control socket.
    #[error(transparent)]
    Control(#[from] control::ControlError),
    /// The decider failed.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// The decider could not start.
    #[error(transparent)]
    Decider(#[from] DeciderError),
    /// The operating system refused a thread, a signal handler or a timer.
    #[error("the operating system refused: {0}")]
    System(io::Error),
}

impl RunError {
    /// Whether it passes once there is room on the disk.
    pub const fn is_full(&self) -> bool {
        match self {
            Self::Store(error) => error.is_full(),
            Self::Decider(error) | Self::Ask(AskError::Decider(error)) => error.is_full(),
            _ => false,
        }
    }

    /// 78 where a person has to act first, 1 where trying again may help.
    pub fn exit_code(&self) -> u8 {
        let needs_a_person = match self {
            Self::Store(error) => error.needs_a_person(),
            Self::Control(error) => error.needs_a_person(),
            Self::Key(_) | Self::Letters(_) | Self::RehearsalAtLarge { .. } | Self::File { .. } => {
                true
            }
            _ => false,
        };
        if needs_a_person { 78 } else { 1 }
    }
}

/// A running daemon.
pub struct Daemon {
    conductor: Conductor,
    vitals: Vitals,
    stop: watch::Sender<bool>,
    tasks: JoinSet<Result<(), AskError>>,
    thread: std::thread::JoinHandle<()>,
}

impl Daemon {
    /// Opens the store and starts all parts. Mail servers need not be reachable.
    ///
    /// # Errors
    /// If key, store or templates cannot be used.
    pub fn start(config: &Config, options: &RunOptions) -> Result<Self, RunError> {
        Parts::open(config, options)?.start(config)
    }
}

/// What is ready before anything runs.
struct Parts {
    decider: Decider,
    clock: Clock,
}

impl Parts {
    fn open(config: &Config, options: &RunOptions) -> Result<Self, RunError> {
        let recipients = recipients(config, options)?;
        let (templates, _) = letters::load(config.templates.path.as_deref())?;
        let store = open_store(config, options.rehearsal.is_some())?;
        let clock = match options.rehearsal {
            Some(start) => Clock::by_hand(start),
            None => Clock::Wall,
        };
        let mut settings = Settings::new(config, store.token_key(), recipients);
        if is_at_home(config, &clock) {
            settings.haste = HASTE;
        }
        let mut decider = Decider::new(store, settings, templates, clock.clone())?;
        decider.resume_clock()?;
        decider.doubt_the_claimed()?;
        decider.blame_the_last()?;
        for warning in &config.warnings {
            maillog::warning(warning);
        }
        Ok(Self { decider, clock })
    }

    fn start(self, config: &Config) -> Result<Daemon, RunError> {
        let Self { decider, clock } = self;
        let rehearsal = clock.is_by_hand();
        let store = decider.ledger.store.path().to_owned();
        let (desk, thread) = Desk::start(decider).map_err(RunError::System)?;
        let (wishes, wished) = mpsc::channel(16);
        let (stop, stopped) = watch::channel(false);
        let (queued, vitals) = (
            Arc::new(Notify::new()),
            Vitals::new(&store, &config.imap.review),
        );
        let conductor = Conductor {
            desk: desk.clone(),
            clock: clock.clone(),
            queued: queued.clone(),
            wishes: wishes.clone(),
        };
        let inbox = Inbox {
            desk: desk.clone(),
            login: imap_login(config),
            folders: folders(config),
            patience: imap::Patience::default(),
            vitals: vitals.clone(),
            sifts: Ownership::of(config).sifts(),
            retention: config.policy.retention,
            queued: queued.clone(),
            seen: AtomicU64::new(0),
        };
        let submitting = Submitting {
            desk,
            login: smtp_login(config),
            patience: smtp::Patience::default(),
            vitals: vitals.clone(),
            queued,
            spacing: spacing(config, &clock),
            wishes,
            stop: stopped.clone(),
        };
        let mut tasks = JoinSet::new();
        let mut inbox_stop = stopped.clone();
        tasks.spawn(async move {
            tokio::select! {
                ended = inbox.run(wished) => ended,
                _ = inbox_stop.wait_for(|stop| *stop) => Ok(()),
            }
        });
        tasks.spawn(submitting.run());
        if !rehearsal {
            tasks.spawn(conductor.clone().run(stopped));
        }
        maillog::started(env!("CARGO_PKG_VERSION"), rehearsal);
        Ok(Daemon {
            conductor,
            vitals,
            stop,
            tasks,
            thread,
        })
    }
}

impl Daemon {
    /// Carries out a request, as the control socket does.
    pub async fn ask(&self, request: Request) -> Reply {
        commands::carry_out(request, &self.conductor, &self.vitals).await
    }

    /// The conductor, for moving a rehearsal's clock.
    pub const fn conductor(&self) -> &Conductor {
        &self.conductor
    }

    /// Stops: a submission under way is finished, everything decided is durable already.
    ///
    /// # Errors
    /// If a part had failed.
    pub async fn stop(mut self) -> Result<(), RunError> {
        maillog::stopping();
        let _ = self.stop.send(true);
        let mut failed = None;
        while let Some(ended) = self.tasks.join_next().await {
            if let Ok(Err(error)) = ended {
                failed = Some(error);
            }
        }
        drop(self.conductor);
        let thread = self.thread;
        // The thread ends once the last way to it is gone; waiting for it must not block others.
        let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        match failed {
            Some(error) => Err(error.into()),
            None => Ok(()),
        }
    }
}

/// Runs until SIGTERM, SIGINT or SIGHUP, answering commands on the control socket.
///
/// # Errors
/// If the daemon cannot start, or a part of it fails.
pub async fn run(config: &Config, options: &RunOptions) -> Result<(), RunError> {
    let Some(parts) = open_when_there_is_room(config, options).await? else {
        return Ok(());
    };
    // The store's lock is held by now, so a socket that is left is nobody's; and nothing runs yet,
    // should somebody else's daemon answer there.
    let listener = control::Listener::bind(&config.control.socket)?;
    let mut daemon = parts.start(config)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(RunError::System)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(RunError::System)?;
    // A closed terminal ends it as gently as the others.
    let mut hangup = signal(SignalKind::hangup()).map_err(RunError::System)?;
    let (conductor, vitals) = (daemon.conductor.clone(), daemon.vitals.clone());
    let handler = move |value: serde_json::Value| {
        let (conductor, vitals) = (conductor.clone(), vitals.clone());
        async move { answer(value, &conductor, &vitals).await }
    };
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(listener.serve(handler, async move {
        let _ = ended.await;
    }));
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
    let watchdog = tokio::spawn(pet_the_watchdog(daemon.conductor.desk.clone()));
    let failed = tokio::select! {
        _ = terminate.recv() => None,
        _ = interrupt.recv() => None,
        _ = hangup.recv() => None,
        Some(ended) = daemon.tasks.join_next() => ended.ok().and_then(Result::err),
    };
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
    watchdog.abort();
    let _ = watchdog.await;
    let _ = end.send(());
    let _ = serving.await;
    let stopped = daemon.stop().await;
    match failed {
        Some(error) => Err(error.into()),
        None => stopped,
    }
}

/// Opens all that a daemon needs. On a full disk it waits for room, since a supervisor could only
/// start it again and again; `status` says why. `None` if it was told to stop meanwhile.
async fn open_when_there_is_room(
    config: &Config,
    options: &RunOptions,
) -> Result<Option<Parts>, RunError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(RunError::System)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(RunError::System)?;
    loop {
        let full = match Parts::open(config, options) {
            Err(error) if error.is_full() => error.to_string(),
            other => return other.map(Some),
        };
        maillog::waits("the start", &full);
        let _ = sd_notify::notify(&[
            sd_notify::NotifyState::Ready,
            sd_notify::NotifyState::Status(&full),
        ]);
        let refuse = move |_| {
            let message = full.clone();
            let refused = Reply::Refused { message };
            async move { serde_json::to_value(refused).unwrap_or_default() }
        };
        let listener = control::Listener::bind(&config.control.socket)?;
        let serving = listener.serve(refuse, tokio::time::sleep(room::LOOK_AGAIN));
        tokio::select! {
            () = serving => {}
            _ = terminate.recv() => return Ok(None),
            _ = interrupt.recv() => return Ok(None),
        }
    }
}

async fn answer(
    value: serde_json::Value,
    conductor: &Conductor,
    vitals: &Vitals,
) -> serde_json::Value {
    let reply = match serde_json::from_value::<Request>(value) {
        Ok(request) => commands::carry_out(request, conductor, vitals).await,
        Err(error) => Reply::Refused {
            message: format!("not a request this version knows ({error}); use its own `postlunch`"),
        },
    };
    serde_json::to_value(reply).unwrap_or_default()
}

/// Tells systemd that the decider answers, a third of its limit apart.
async fn pet_the_watchdog(desk: Desk) {
    let Some(limit) = sd_notify::watchdog_enabled() else {
        return;
    };
    loop {
        tokio::time::sleep(limit / 3).await;
        // On a full disk it waits, which no restart would mend.
        let answered = desk.ask(|d| d.next_turn()).await;
        if answered.is_err_and(|error| !error.passes()) {
            return;
        }
        let _ = sd_notify::notify(&[sd_notify::NotifyState::Watchdog]);
    }
}

/// Whom a rehearsal may write to: anybody on loopback, else only who was named.
fn recipients(
    config: &Config,
    options: &RunOptions,
) -> Result<Option<std::collections::BTreeSet<Address>>, RunError> {
    if options.rehearsal.is_none() {
        return Ok(None);
    }
    let host = &config.smtp.login.host;
    if options.recipients.is_empty() && !is_loopback(host) {
        return Err(RunError::RehearsalAtLarge { host: host.clone() });
    }
    let named: std::collections::BTreeSet<_> = options.recipients.iter().cloned().collect();
    Ok((!named.is_empty()).then_some(named))
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Journal segments kept beside the one being written. Each begins with the whole state, so older
/// ones are history only.
const SEGMENTS_KEPT: usize = 3;

/// Folder, key and options of the store: the real one, or the rehearsal's beside it. A key is made
/// only for a store that does not exist yet.
///
/// # Errors
/// If a folder cannot be made, or the key is missing or wrong.
pub fn store_of(
    config: &Config,
    rehearsal: bool,
) -> Result<(PathBuf, StoreKey, Options), RunError> {
    let (path, key_file, options) = place_of(config, rehearsal)?;
    let key = if Store::is_new(&path) && !key_file.exists() {
        StoreKey::create(&key_file)?
    } else {
        StoreKey::read(&key_file)?
    };
    Ok((path, key, options))
}

/// Folder, key file and options of the store; the folders exist.
pub(super) fn place_of(
    config: &Config,
    rehearsal: bool,
) -> Result<(PathBuf, PathBuf, Options), RunError> {
    let (real, real_key) = (&config.store.path, &config.store.key_file);
    let (path, key_file, purpose) = if rehearsal {
        (beside(real), beside(real_key), Purpose::Rehearsal)
    } else {
        (real.clone(), real_key.clone(), Purpose::Real)
    };
    for folder in [Some(path.as_path()), key_file.parent()]
        .into_iter()
        .flatten()
    {
        private_folder(folder).map_err(|source| RunError::File {
            path: folder.to_owned(),
            source,
        })?;
    }
    Ok((path, key_file, Options::new(purpose)))
}

/// Where a rehearsal keeps what the real run keeps at `path`.
pub fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-rehearsal");
    PathBuf::from(name)
}

/// Makes a folder that only the daemon's user can look into, and those above it.
fn private_folder(folder: &Path) -> io::Result<()> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

fn open_store(config: &Config, rehearsal: bool) -> Result<Store, RunError> {
    let (path, key, options) = store_of(config, rehearsal)?;
    let mut store = Store::open(&path, &key, options)?;
    migrate(&mut store)?;
    store.retire(SEGMENTS_KEPT)?;
    Ok(store)
}

fn folders(config: &Config) -> Folders {
    Folders {
        inbox: config.imap.mailbox.clone(),
        done: config.imap.done.clone(),
        review: config.imap.review.clone(),
        sent: config.imap.sent.clone(),
    }
}

/// How much sooner a rehearsal on loopback looks for a mail in doubt: at 0, 0.2 and 2 seconds, so
/// that the clock, which waits for it, goes on within its own limit.
const HASTE: i32 = 150;

/// A rehearsal on loopback need not be slow for anybody's sake.
fn is_at_home(config: &Config, clock: &Clock) -> bool {
    clock.is_by_hand() && is_loopback(&config.smtp.login.host)
}

fn spacing(config: &Config, clock: &Clock) -> Duration {
    if is_at_home(config, clock) {
        return Duration::ZERO;
    }
    Duration::from_secs(60) / u32::from(config.smtp.per_minute.max(1))
}

fn imap_login(config: &Config) -> crate::daemon::inbox::Login {
    let config = Arc::new(config.clone());
    Arc::new(move || {
        let config = config.clone();
        Box::pin(async move {
            accounts::imap(&config)
                .await
                .map_err(|error| error.to_string())
        })
    })
}

fn smtp_login(config: &Config) -> crate::daemon::submission::Login {
    let config = Arc::new(config.clone());
    Arc::new(move || {
        let config = config.clone();
        Box::pin(async move {
            accounts::smtp(&config)
                .await
                .map_err(|error| error.to_string())
        })
    })
}
