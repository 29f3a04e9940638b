//! The way to a server: its name, the connection, the certificate and how long that will hold.

use super::faults;
use super::finding::{Code, Finding};
use crate::clock::Clock;
use crate::wire::{TlsFault, Wire, WireError};
use crate::words::endpoint::{Endpoint, Security};
use chrono::{DateTime, TimeDelta, Utc};
use std::net::IpAddr;
use std::time::Duration;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

/// A certificate that ends within so many days deserves a look.
const SOON_DAYS: i64 = 14;

/// How far ahead a certificate is tried, in days.
const AHEAD_DAYS: [i64; 4] = [30, 90, 180, 365];

/// Most addresses of a name that are told.
const ADDRESSES_TOLD: usize = 4;

/// How long one of the usual ports is tried.
const KNOCK: Duration = Duration::from_secs(3);

/// Looks up the name and shakes hands; `Err` where there is no way to the server, with what was
/// found until then. After STARTTLS the log-in finds the same faults.
pub(super) async fn check(
    subject: &'static str,
    endpoint: &Endpoint,
    patience: Duration,
) -> Result<Vec<Finding>, Vec<Finding>> {
    let mut findings = Vec::new();
    if endpoint.host.parse::<IpAddr>().is_err() {
        match name(endpoint, patience).await {
            Ok(means) => findings.push(Finding::ok(subject, means)),
            Err(error) => return Err(vec![faults::wire(subject, &error)]),
        }
    }
    if endpoint.security != Security::Tls {
        return Ok(findings);
    }
    match Wire::open(endpoint, patience).await {
        Ok(wire) => findings.push(certificate(subject, endpoint, &wire, Clock::Wall.now())),
        Err(error) => {
            let mut finding = faults::wire(subject, &error);
            advise_port(&mut finding, endpoint).await;
            findings.push(finding);
            return Err(findings);
        }
    }
    Ok(findings)
}

/// What the name stands for.
async fn name(endpoint: &Endpoint, patience: Duration) -> Result<String, WireError> {
    let host = &endpoint.host;
    let unresolved = |why: String| WireError::Unresolved {
        host: host.clone(),
        why,
    };
    let found = timeout(patience, lookup_host((host.as_str(), endpoint.port)))
        .await
        .map_err(|_| WireError::Silent { limit: patience })?
        .map_err(|error| unresolved(error.to_string()))?;
    let mut addresses: Vec<String> = Vec::new();
    for address in found.map(|address| address.ip().to_string()) {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    if addresses.is_empty() {
        return Err(unresolved("the list is empty".to_owned()));
    }
    let more = addresses.len().saturating_sub(ADDRESSES_TOLD);
    addresses.truncate(ADDRESSES_TOLD);
    let more = match more {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Ok(format!("{host} is {}{more}", addresses.join(", ")))
}

/// How long the certificate that was shown will hold.
fn certificate(
    subject: &'static str,
    endpoint: &Endpoint,
    wire: &Wire,
    now: DateTime<Utc>,
) -> Finding {
    let holds = |days: &i64| {
        let fault = wire.certificate_fault(endpoint, now + TimeDelta::days(*days));
        fault != Some(TlsFault::Expired)
    };
    if !holds(&SOON_DAYS) {
        let left = (1..=SOON_DAYS).take_while(holds).last().unwrap_or(0);
        return expires_soon(subject, endpoint, left);
    }
    let days = AHEAD_DAYS.iter().take_while(|days| holds(days)).last();
    let days = days.unwrap_or(&SOON_DAYS);
    Finding::ok(
        subject,
        format!(
            "{endpoint} shows a good certificate for {}, which holds for another {days} days or more",
            endpoint.host
        ),
    )
}

pub(super) fn expires_soon(subject: &'static str, endpoint: &Endpoint, days: i64) -> Finding {
    let left = match days {
        0 => "within a day".to_owned(),
        1 => "in 1 day".to_owned(),
        days => format!("in {days} days"),
    };
    Finding::warning(
        Code::TlsExpiresSoon,
        subject,
        format!("the certificate of {endpoint} expires {left}"),
        "have it renewed; once it has expired nothing is read or sent",
    )
}

/// Where the configured port does not do, says which of the usual ones answers.
pub(super) async fn advise_port(finding: &mut Finding, endpoint: &Endpoint) {
    let is_about_the_port = matches!(
        finding.code,
        Some(Code::Unreachable | Code::TlsNone | Code::NotAMailServer | Code::WireBroken)
    );
    if !is_about_the_port {
        return;
    }
    let usual: [(u16, &str); 2] = match finding.subject {
        faults::INBOX => [(993, "tls"), (143, "starttls")],
        _ => [(465, "tls"), (587, "starttls")],
    };
    for (port, security) in usual.into_iter().filter(|(port, _)| *port != endpoint.port) {
        let knocked = timeout(KNOCK, TcpStream::connect((endpoint.host.as_str(), port))).await;
        if matches!(knocked, Ok(Ok(_))) {
            let remedy = finding.remedy.get_or_insert_default();
            remedy.push_str(&format!(
                "\nport {port} answers there: try port = {port} with security = \"{security}\""
            ));
            return;
        }
    }
}
