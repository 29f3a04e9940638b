//! Where the servers of an address probably are: for `init`, which asks before it believes it.
//!
//! First what is known of the provider, by the address's domain or by where its mail goes; then what
//! the domain itself says (RFC 6186); then the usual names, tried.

use super::dns::NameServers;
use super::provider::Provider;
use crate::wire::{Wire, WireError};
use crate::words::endpoint::{Endpoint, Security};
use std::time::Duration;
use tokio::task::JoinSet;

/// How long the usual names may take, all tried at once.
const TRY: Duration = Duration::from_secs(5);

/// A server, and how it is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The protection.
    pub security: Security,
}

/// Both servers, and why these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guess {
    /// Where mail is read.
    pub imap: Place,
    /// Where mail is submitted.
    pub smtp: Place,
    /// The provider, if it is one that is known.
    pub provider: Option<&'static Provider>,
    /// Where the guess comes from, in a few words.
    pub why: String,
}

/// The ports that are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ports {
    /// IMAP by TLS, and by STARTTLS.
    pub imap: [u16; 2],
    /// Submission by TLS, and by STARTTLS.
    pub smtp: [u16; 2],
}

impl Ports {
    /// Those of the standards (RFC 8314).
    pub const USUAL: Self = Self {
        imap: [993, 143],
        smtp: [465, 587],
    };
}

/// Guesses; `None` where nothing is known and nothing answers.
pub async fn guess(domain: &str, names: &NameServers, ports: Ports) -> Option<Guess> {
    if let Some(provider) = Provider::of_domain(domain) {
        return Some(of(provider, format!("{domain} is {}", provider.name)));
    }
    let exchangers = names.exchangers(domain).await.unwrap_or_default();
    let known = exchangers.iter().find_map(|host| Provider::of_host(host));
    if let Some(provider) = known {
        let why = format!("mail for {domain} goes to {}", provider.name);
        return Some(of(provider, why));
    }
    let told = (
        service(
            names,
            domain,
            &[
                ("_imaps._tcp", Security::Tls),
                ("_imap._tcp", Security::StartTls),
            ],
        )
        .await,
        service(
            names,
            domain,
            &[
                ("_submissions._tcp", Security::Tls),
                ("_submission._tcp", Security::StartTls),
            ],
        )
        .await,
    );
    if let (Some(imap), Some(smtp)) = told {
        return Some(Guess {
            imap,
            smtp,
            provider: None,
            why: format!("{domain} says so itself"),
        });
    }
    let bare = domain.to_owned();
    let hosts = |first: &str| {
        [
            format!("{first}.{domain}"),
            format!("mail.{domain}"),
            bare.clone(),
        ]
    };
    let (imap, smtp) = (hosts("imap"), hosts("smtp"));
    let (imap, smtp) = tokio::join!(
        first_that_answers(&imap, ports.imap),
        first_that_answers(&smtp, ports.smtp),
    );
    Some(Guess {
        imap: imap?,
        smtp: smtp?,
        provider: None,
        why: "these names answer".to_owned(),
    })
}

fn of(provider: &'static Provider, why: String) -> Guess {
    let (host, port) = provider.imap;
    let imap = Place {
        host: host.to_owned(),
        port,
        security: Security::Tls,
    };
    let (host, port, security) = provider.smtp;
    let smtp = Place {
        host: host.to_owned(),
        port,
        security,
    };
    Guess {
        imap,
        smtp,
        provider: Some(provider),
        why,
    }
}

async fn service(names: &NameServers, domain: &str, kinds: &[(&str, Security)]) -> Option<Place> {
    for (kind, security) in kinds {
        let found = names.services(&format!("{kind}.{domain}")).await;
        if let Some(service) = found.ok().and_then(|found| found.into_iter().next()) {
            return Some(Place {
                host: service.host,
                port: service.port,
                security: *security,
            });
        }
    }
    None
}

/// The first of the hosts that answers, TLS from the start before STARTTLS.
async fn first_that_answers(hosts: &[String], [tls, starttls]: [u16; 2]) -> Option<Place> {
    let mut tried = JoinSet::new();
    let mut rank = 0_usize;
    for (port, security) in [(tls, Security::Tls), (starttls, Security::StartTls)] {
        for host in hosts {
            let place = Place {
                host: host.clone(),
                port,
                security,
            };
            let own = rank;
            tried.spawn(async move { answers(&place).await.then_some((own, place)) });
            rank += 1;
        }
    }
    let mut found = Vec::new();
    while let Some(ended) = tried.join_next().await {
        found.extend(ended.ok().flatten());
    }
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().next().map(|(_, place)| place)
}

/// Whether there is a server; one whose certificate is not liked is there all the same.
async fn answers(place: &Place) -> bool {
    let endpoint = Endpoint {
        host: place.host.clone(),
        port: place.port,
        security: place.security,
        ca_pem: None,
    };
    match Wire::open(&endpoint, TRY).await {
        Ok(_) | Err(WireError::Tls { .. }) => true,
        Err(_) => false,
    }
}
