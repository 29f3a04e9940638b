//! An embedded mail server: SMTP submission and IMAP4rev1 on real loopback sockets.
//!
//! It serves the demo, the tests and fault tests; a client cannot tell it from a server. All mail
//! lives in memory, ports are free ones on 127.0.0.1, with TLS only where it is given a certificate. It promises the
//! semantics that lose mail when misread (UIDs, UIDVALIDITY, replies after the final dot) and can
//! be told to go wrong at any step. It is not for the open network.

pub mod fault;
pub mod post_office;

mod delivery;
mod habits;
mod header;
mod imap_session;
mod premises;
mod sasl;
mod submission;
mod tls;

pub use fault::{Fault, FaultPoint, Trouble};
pub use habits::Habits;
pub use post_office::{Account, Handover, Mailbox, Message, PostOffice};

use crate::clock::Clock;
use crate::words::address::{Address, AddressError};
use crate::words::confidential::Confidential;
use premises::{Premises, SentCopy};
use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_rustls::rustls::ServerConfig;

/// Whether the server files a copy of what is submitted in the sender's `Sent` mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum SentCopies {
    /// It does not, as most servers.
    #[default]
    None,
    /// At once, before SMTP answers.
    Filed,
    /// After this time.
    Delayed(Duration),
}

/// How the sandbox is set up. `SandboxOptions::default()` is a modern server without accounts.
#[derive(Clone, Debug)]
pub struct SandboxOptions {
    /// Addresses, which are logins too, with their secrets (password and bearer token alike).
    pub accounts: Vec<(String, Confidential<String>)>,
    /// Whether passwords are taken; else bearer tokens only, as Microsoft does.
    pub passwords: bool,
    /// Addresses that are taken at RCPT and answered with a delivery status notification.
    pub bouncing: Vec<String>,
    /// Whether submitted mail is copied to `Sent`.
    pub sent_copies: SentCopies,
    /// Whether every account has a `Sent` mailbox from the start.
    pub with_sent: bool,
    /// Whether `lunch+detail@` reaches `lunch@` (RFC 5233); refused at RCPT otherwise.
    pub subaddressing: bool,
    /// Whether IDLE is offered (RFC 2177).
    pub idle: bool,
    /// Whether MOVE is offered (RFC 6851).
    pub move_: bool,
    /// Whether UIDPLUS is offered (RFC 4315).
    pub uidplus: bool,
    /// Between the levels of a mailbox name: `/` as Cyrus has it, `.` as Dovecot.
    pub delimiter: char,
    /// Biggest message taken over SMTP or APPEND, in octets.
    pub message_octets_max: usize,
    /// The time in headers and INTERNALDATE.
    pub clock: Clock,
    /// What it does beside the standards.
    pub habits: Habits,
    /// The certificate of two more ports, which speak TLS from the start.
    pub tls: Option<Arc<ServerConfig>>,
}

impl Default for SandboxOptions {
    fn default() -> Self {
        Self {
            accounts: Vec::new(),
            passwords: true,
            bouncing: Vec::new(),
            sent_copies: SentCopies::None,
            with_sent: true,
            subaddressing: true,
            idle: true,
            move_: true,
            uidplus: true,
            delimiter: '/',
            message_octets_max: 25 * 1024 * 1024,
            clock: Clock::Wall,
            habits: Habits::default(),
            tls: None,
        }
    }
}

impl SandboxOptions {
    /// The usual options with these accounts.
    pub fn with_accounts(accounts: &[(&str, &str)]) -> Self {
        let owned = accounts
            .iter()
            .map(|(a, s)| ((*a).to_owned(), Confidential::new((*s).to_owned())));
        Self {
            accounts: owned.collect(),
            ..Self::default()
        }
    }
}

/// Why the sandbox could not do something.
#[derive(Debug, Error)]
pub enum SandboxError {
    /// An account or recipient is malformed.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// No port could be had.
    #[error("the sandbox gets no port on 127.0.0.1: {0}")]
    Port(#[from] std::io::Error),
    /// Mail for somebody who is not there.
    #[error("nobody in the sandbox takes mail for {0}; give the account in SandboxOptions")]
    NoSuchAccount(String),
    /// A mailbox that is not there.
    #[error("{0} has no mailbox {1} in the sandbox")]
    NoSuchMailbox(String, String),
    /// What was waited for did not happen.
    #[error("the sandbox waited {0:?} and it did not happen")]
    Late(Duration),
}

/// A running mail server. It ends with [`Sandbox::stop`] or when it is dropped.
pub struct Sandbox {
    premises: Arc<Premises>,
    smtp_port: u16,
    imap_port: u16,
    tls_ports: Option<(u16, u16)>,
    tasks: JoinSet<()>,
}

impl Sandbox {
    /// Opens both ports and starts serving.
    ///
    /// # Errors
    /// If an account's address is malformed, or no port can be had.
    pub async fn start(options: SandboxOptions) -> Result<Self, SandboxError> {
        let mut office = PostOffice::default();
        let with_sent = options.with_sent || options.sent_copies != SentCopies::None;
        for (address, secret) in &options.accounts {
            office.open_account(Address::parse(address)?, secret.clone(), with_sent);
        }
        let smtp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let imap = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let (smtp_port, imap_port) = (smtp.local_addr()?.port(), imap.local_addr()?.port());
        let tls = options.tls.clone();
        let (copies_in, copies_out) = mpsc::unbounded_channel();
        let premises = Arc::new(Premises::new(office, options, copies_in));
        let mut tasks = JoinSet::new();
        tasks.spawn(receive(smtp, premises.clone(), submission::serve));
        tasks.spawn(receive(imap, premises.clone(), imap_session::serve));
        tasks.spawn(file_copies(copies_out, premises.clone()));
        let mut tls_ports = None;
        if let Some(settings) = tls {
            let mut ports = Vec::new();
            for plain in [smtp_port, imap_port] {
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
                ports.push(listener.local_addr()?.port());
                let serve = tls::in_front_of(settings.clone(), plain);
                tasks.spawn(receive(listener, premises.clone(), serve));
            }
            tls_ports = ports.first().copied().zip(ports.last().copied());
        }
        Ok(Self {
            premises,
            smtp_port,
            imap_port,
            tls_ports,
            tasks,
        })
    }

    /// The submission port on 127.0.0.1.
    pub const fn smtp_port(&self) -> u16 {
        self.smtp_port
    }

    /// The IMAP port on 127.0.0.1.
    pub const fn imap_port(&self) -> u16 {
        self.imap_port
    }

    /// The ports of submission and IMAP by TLS, where it has a certificate.
    pub const fn tls_ports(&self) -> Option<(u16, u16)> {
        self.tls_ports
    }

    /// The messages in a mailbox, by ascending UID; none where there is no such mailbox.
    pub fn mailbox(&self, address: &str, mailbox: &str) -> Vec<Message> {
        self.look(|office| office.messages(address, mailbox).to_vec())
    }

    /// The UIDs of the messages in a mailbox whose bodies anybody has fetched, in whole or in part.
    pub fn bodies_shown(&self, address: &str, mailbox: &str) -> BTreeSet<u32> {
        self.premises.shown(address, mailbox)
    }

    /// All that was handed in over SMTP, oldest first, one for each recipient.
    pub fn delivered(&self) -> Vec<Handover> {
        self.look(|office| office.handovers().to_vec())
    }

    /// Looks at everything at one moment. Keep it short: the server waits meanwhile.
    pub fn look<T>(&self, look: impl FnOnce(&PostOffice) -> T) -> T {
        self.premises.look(look)
    }

    /// Delivers a message as if somebody had mailed it from outside, without SMTP. The return path
    /// is the address in From, unless the message brings a Return-Path of its own. Lone LFs become
    /// CRLF.
    ///
    /// # Errors
    /// If the address is malformed or nobody here has it.
    pub fn deliver(&self, to: &str, bytes: impl AsRef<[u8]>) -> Result<(), SandboxError> {
        let to = Address::parse(to)?;
        if self.premises.deliver(&to, bytes.as_ref()) {
            Ok(())
        } else {
            Err(SandboxError::NoSuchAccount(to.as_str().to_owned()))
        }
    }

    /// Puts a message into a mailbox as a mail program does by APPEND, without flags. The mailbox is
    /// made if it is not there.
    ///
    /// # Errors
    /// If the address is malformed or nobody here has it.
    pub fn file(
        &self,
        address: &str,
        mailbox: &str,
        bytes: impl AsRef<[u8]>,
    ) -> Result<(), SandboxError> {
        let key = Address::parse(address)?.key().to_owned();
        if self.premises.file(&key, mailbox, bytes.as_ref()) {
            Ok(())
        } else {
            Err(SandboxError::NoSuchAccount(address.to_owned()))
        }
    }

    /// Waits until `happened` holds; it is asked at once and after each change.
    ///
    /// # Errors
    /// If it does not hold within `limit` of real time.
    pub async fn wait_for(
        &self,
        happened: impl Fn(&PostOffice) -> bool,
        limit: Duration,
    ) -> Result<(), SandboxError> {
        let mut bell = self.premises.listen();
        let wait = async {
            while !self.look(&happened) {
                if bell.changed().await.is_err() {
                    return;
                }
            }
        };
        let waited = tokio::time::timeout(limit, wait).await;
        waited.map_err(|_| SandboxError::Late(limit))
    }

    /// Orders a trouble.
    pub fn refuse(&self, fault: Fault) {
        self.premises.change(|office| office.faults.order(fault));
    }

    /// Takes back all ordered troubles.
    pub fn behave(&self) {
        self.premises.change(|office| office.faults.clear());
    }

    /// Closes all connections of this moment without a word; the ports stay open.
    pub fn cut_connections(&self) {
        self.premises.cut_connections();
    }

    /// Throws a mailbox away and makes an empty one of that name, with a new UIDVALIDITY. Sessions
    /// that have it open get BYE.
    ///
    /// # Errors
    /// If there is no such account or mailbox.
    pub fn recreate_mailbox(&self, address: &str, mailbox: &str) -> Result<(), SandboxError> {
        let key = Address::parse(address)?.key().to_owned();
        self.premises.change(|office| {
            let account = office
                .accounts
                .get_mut(&key)
                .ok_or_else(|| SandboxError::NoSuchAccount(address.to_owned()))?;
            if !account.remove_mailbox(mailbox) {
                let (address, mailbox) = (address.to_owned(), mailbox.to_owned());
                return Err(SandboxError::NoSuchMailbox(address, mailbox));
            }
            office.create_mailbox(&key, mailbox);
            Ok(())
        })
    }

    /// Closes both ports and all connections; nothing of them is left when it returns.
    pub async fn stop(mut self) {
        self.premises.close();
        while self.tasks.join_next().await.is_some() {}
    }
}

/// Takes connections until the sandbox stops; the conversations end with it.
async fn receive<F>(
    listener: TcpListener,
    premises: Arc<Premises>,
    serve: impl Fn(Arc<Premises>, TcpStream) -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let mut conversations = JoinSet::new();
    loop {
        tokio::select! {
            () = premises.closed() => return conversations.shutdown().await,
            arrived = listener.accept() => {
                let Ok((stream, _)) = arrived else { continue };
                // Small replies should go out at once; without it they merely go later.
                let _ = stream.set_nodelay(true);
                let mut cut = premises.cut_listener();
                let conversation = serve(premises.clone(), stream);
                conversations.spawn(async move {
                    tokio::select! {
                        () = conversation => {}
                        _ = cut.changed() => {}
                    }
                });
            }
            Some(_) = conversations.join_next() => {}
        }
    }
}

/// Files the senders' copies when they are due; all wait equally long, so their order stays.
async fn file_copies(mut due: mpsc::UnboundedReceiver<SentCopy>, premises: Arc<Premises>) {
    let work = async {
        while let Some(copy) = due.recv().await {
            tokio::time::sleep_until(copy.due).await;
            premises.file_sent_copy(&copy);
        }
    };
    tokio::select! {
        () = work => {}
        () = premises.closed() => {}
    }
}
