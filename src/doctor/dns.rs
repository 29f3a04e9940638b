//! Questions to the name servers: TXT, MX and SRV records.
//!
//! The system's own look-up tells addresses only. A whole resolver (hickory) would bring some
//! sixty crates for three hints, so `simple-dns` writes and reads the packets, and the servers of
//! `/etc/resolv.conf` are asked over UDP, by TCP where the answer is too long for that. What they say
//! is a hint and never trusted further: no answer here decides about anybody's mail.

use crate::clock::random;
use simple_dns::rdata::RData;
use simple_dns::{CLASS, Name, Packet, PacketFlag, QTYPE, Question, RCODE, TYPE};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use thiserror::Error;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

/// How long one server may take for one answer.
const ANSWER: Duration = Duration::from_secs(2);

/// How often each server is asked; UDP may lose a question.
const TRIES: usize = 2;

/// Most servers asked.
const SERVERS_MAX: usize = 3;

/// Largest answer taken, in octets.
const ANSWER_OCTETS_MAX: usize = 16 * 1024;

/// Most records taken of one answer.
const RECORDS_MAX: usize = 50;

/// Why there is no answer. A name without such records is an empty list and no error.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DnsError {
    /// No name server is known, or none answers.
    #[error("no name server answers")]
    Silent,
    /// The question cannot be asked, or the server will not answer it.
    #[error("the name server answers {0}")]
    Refused(String),
}

/// The name servers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameServers(Vec<SocketAddr>);

/// Where a service is (RFC 2782, RFC 6186).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// The host.
    pub host: String,
    /// The port.
    pub port: u16,
}

impl NameServers {
    /// Those of this machine.
    pub fn of_system() -> Self {
        let text = std::fs::read_to_string("/etc/resolv.conf").unwrap_or_default();
        Self::of_text(&text)
    }

    /// These.
    pub const fn these(servers: Vec<SocketAddr>) -> Self {
        Self(servers)
    }

    /// Those that a `resolv.conf` names.
    fn of_text(text: &str) -> Self {
        let servers = text.lines().filter_map(|line| {
            let mut words = line.split_whitespace();
            if words.next() != Some("nameserver") {
                return None;
            }
            let address = words.next()?.split('%').next()?;
            let address: IpAddr = address.parse().ok()?;
            Some(SocketAddr::new(address, 53))
        });
        Self(servers.take(SERVERS_MAX).collect())
    }

    /// The texts at a name, each joined from its pieces.
    ///
    /// # Errors
    /// If no server answers.
    pub async fn texts(&self, name: &str) -> Result<Vec<String>, DnsError> {
        let read = |data: &RData<'_>| match data {
            RData::TXT(text) => String::try_from(text.clone()).ok(),
            _ => None,
        };
        self.ask(name, TYPE::TXT, read).await
    }

    /// Where mail for a domain goes, the first choice first.
    ///
    /// # Errors
    /// If no server answers.
    pub async fn exchangers(&self, domain: &str) -> Result<Vec<String>, DnsError> {
        let read = |data: &RData<'_>| match data {
            RData::MX(to) => Some((to.preference, to.exchange.to_string())),
            _ => None,
        };
        let mut found = self.ask(domain, TYPE::MX, read).await?;
        found.sort();
        Ok(found.into_iter().map(|(_, host)| host).collect())
    }

    /// Where a service of a domain is, the first choice first; an offer of "nowhere" is left out.
    ///
    /// # Errors
    /// If no server answers.
    pub async fn services(&self, name: &str) -> Result<Vec<Service>, DnsError> {
        let read = |data: &RData<'_>| match data {
            RData::SRV(at) => Some((at.priority, at.port, at.target.to_string())),
            _ => None,
        };
        let mut found = self.ask(name, TYPE::SRV, read).await?;
        found.sort();
        let found = found.into_iter().map(|(_, port, host)| Service {
            host: host.trim_end_matches('.').to_owned(),
            port,
        });
        Ok(found.filter(|service| !service.host.is_empty()).collect())
    }

    async fn ask<T>(
        &self,
        name: &str,
        what: TYPE,
        read: impl Fn(&RData<'_>) -> Option<T>,
    ) -> Result<Vec<T>, DnsError> {
        for _ in 0..TRIES {
            for server in &self.0 {
                let id = u16::from_be_bytes(random().map_err(|_| DnsError::Silent)?);
                let question = question(id, name, what)?;
                let answer = timeout(ANSWER, exchange(*server, id, &question)).await;
                let Ok(Some(octets)) = answer else { continue };
                let Ok(packet) = Packet::parse(&octets) else {
                    continue;
                };
                return match packet.rcode() {
                    RCODE::NoError | RCODE::NameError => Ok(packet
                        .answers
                        .iter()
                        .take(RECORDS_MAX)
                        .filter_map(|record| read(&record.rdata))
                        .collect()),
                    other => Err(DnsError::Refused(format!("{other:?}"))),
                };
            }
        }
        Err(DnsError::Silent)
    }
}

fn question(id: u16, name: &str, what: TYPE) -> Result<Vec<u8>, DnsError> {
    let refused = |error: simple_dns::SimpleDnsError| DnsError::Refused(error.to_string());
    let mut packet = Packet::new_query(id);
    packet.set_flags(PacketFlag::RECURSION_DESIRED);
    let name = Name::new(name).map_err(refused)?;
    packet.questions.push(Question::new(
        name,
        QTYPE::TYPE(what),
        CLASS::IN.into(),
        false,
    ));
    packet.build_bytes_vec().map_err(refused)
}

/// Asks one server once; `None` where it has nothing that can be read.
async fn exchange(server: SocketAddr, id: u16, question: &[u8]) -> Option<Vec<u8>> {
    let own: SocketAddr = match server {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(own).await.ok()?;
    // Connected: what others send to this port is dropped by the system.
    socket.connect(server).await.ok()?;
    socket.send(question).await.ok()?;
    let mut octets = vec![0; ANSWER_OCTETS_MAX];
    loop {
        let length = socket.recv(&mut octets).await.ok()?;
        let answer = octets.get(..length)?;
        let Ok(packet) = Packet::parse(answer) else {
            // Cut off in the middle of a record, as a rule.
            return over_tcp(server, question).await;
        };
        if packet.id() != id {
            continue;
        }
        if packet.has_flags(PacketFlag::TRUNCATION) {
            return over_tcp(server, question).await;
        }
        return Some(answer.to_vec());
    }
}

async fn over_tcp(server: SocketAddr, question: &[u8]) -> Option<Vec<u8>> {
    let mut stream = TcpStream::connect(server).await.ok()?;
    let length = u16::try_from(question.len()).ok()?;
    stream.write_all(&length.to_be_bytes()).await.ok()?;
    stream.write_all(question).await.ok()?;
    let length = usize::from(stream.read_u16().await.ok()?);
    if length > ANSWER_OCTETS_MAX {
        return None;
    }
    let mut octets = vec![0; length];
    stream.read_exact(&mut octets).await.ok()?;
    Some(octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_of_the_machine_are_read() {
        let text = "# by hand\nsearch example.com\nnameserver 192.0.2.1\nnameserver fe80::1%eth0\n\
                    nameserver no\noptions edns0\n";
        let NameServers(found) = NameServers::of_text(text);
        let expected: [SocketAddr; 2] = [
            "192.0.2.1:53".parse().expect("an address"),
            "[fe80::1]:53".parse().expect("an address"),
        ];
        assert_eq!(found, expected);
    }

    #[tokio::test]
    async fn without_a_server_nobody_answers() {
        let nobody = NameServers::default();
        assert_eq!(nobody.texts("example.com").await, Err(DnsError::Silent));
    }
}
