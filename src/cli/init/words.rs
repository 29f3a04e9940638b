//! The words of `postlunch init`.

use crate::cli::values;
use crate::config::Mode;
use crate::doctor::guess::Place;
use crate::words::address::Address;
use crate::words::endpoint::Security;
use chrono_tz::Tz;
use clap::Args;
use std::path::PathBuf;

/// `postlunch init`.
#[derive(Debug, Args)]
#[command(after_help = "\
In a terminal it asks for what is not given: an address, whose mailbox it is, a password
(not shown). Elsewhere --address and --password-file have to be given, and --operator for a
mailbox of postlunch's own. An existing configuration is never changed. Without --config it is
written to ~/.config/postlunch/config.toml, or as root to /etc/postlunch/config.toml.

Examples:
    postlunch init
    postlunch init --address lunch@example.com --operator ana@example.com \\
        --password-file - --imap mail.example.com --smtp mail.example.com:587/starttls")]
pub struct Init {
    /// The mailbox's address
    #[arg(long, value_name = "ADDRESS", value_parser = values::address)]
    pub address: Option<Address>,
    /// Whose mailbox it is: shared (postlunch's own, for everybody) or personal (yours)
    #[arg(long, value_name = "MODE", value_parser = mode)]
    pub mode: Option<Mode>,
    /// The name that letters bear
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Who gets a mail when something needs a person; in mode personal that is you
    #[arg(long, value_name = "ADDRESS", value_parser = values::address)]
    pub operator: Option<Address>,
    /// A file with the password in its first line; - for standard input
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// The user's name at the servers, unless it is the address
    #[arg(long, value_name = "NAME")]
    pub username: Option<String>,
    /// Where mail is read: HOST[:PORT][/tls|starttls|none]; guessed from the address
    #[arg(long, value_name = "SERVER", value_parser = imap)]
    pub imap: Option<Place>,
    /// Where mail is submitted, written the same way
    #[arg(long, value_name = "SERVER", value_parser = smtp)]
    pub smtp: Option<Place>,
    /// Certificates (PEM) to trust beside the system's
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// The time zone of the lunches, unless it is this machine's
    #[arg(long, value_name = "ZONE", value_parser = values::zone)]
    pub timezone: Option<Tz>,
    /// The folder of everything remembered
    #[arg(long, value_name = "DIR")]
    pub store: Option<PathBuf>,
    /// Do not try the servers
    #[arg(long)]
    pub no_check: bool,
}

fn mode(text: &str) -> Result<Mode, String> {
    match text {
        "shared" => Ok(Mode::Shared),
        "personal" => Ok(Mode::Personal),
        _ => Err("write shared or personal".to_owned()),
    }
}

/// Where mail is read.
///
/// # Errors
/// If it is not written as a server.
pub fn imap(text: &str) -> Result<Place, String> {
    place(text, [993, 143])
}

/// Where mail is submitted.
///
/// # Errors
/// If it is not written as a server.
pub fn smtp(text: &str) -> Result<Place, String> {
    place(text, [465, 587])
}

/// `HOST[:PORT][/SECURITY]`; what is not said is what is usual.
fn place(text: &str, [tls, starttls]: [u16; 2]) -> Result<Place, String> {
    let wrong = || format!("'{text}' is no server; write for example mail.example.com:{tls}/tls");
    let (rest, security) = match text.trim().split_once('/') {
        None => (text.trim(), None),
        Some((rest, "tls")) => (rest, Some(Security::Tls)),
        Some((rest, "starttls")) => (rest, Some(Security::StartTls)),
        Some((rest, "none")) => (rest, Some(Security::None)),
        Some(_) => return Err(wrong()),
    };
    let (host, port) = match rest.rsplit_once(':') {
        None => (rest, None),
        Some((host, port)) => (host, Some(port.parse::<u16>().map_err(|_| wrong())?)),
    };
    let is_name = |c: char| c.is_alphanumeric() || "-._".contains(c);
    if host.is_empty() || !host.chars().all(is_name) {
        return Err(wrong());
    }
    let security = security.unwrap_or(if port == Some(starttls) {
        Security::StartTls
    } else {
        Security::Tls
    });
    let usual = match security {
        Security::Tls => tls,
        Security::StartTls | Security::None => starttls,
    };
    Ok(Place {
        host: host.to_owned(),
        port: port.unwrap_or(usual),
        security,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_written_as_short_as_it_can_be() {
        let read = |text| imap(text).map(|p| (p.host, p.port, p.security.as_str()));
        let at = |port, security| Ok(("mail.example.com".to_owned(), port, security));
        assert_eq!(read("mail.example.com"), at(993, "tls"));
        assert_eq!(read("mail.example.com:143"), at(143, "starttls"));
        assert_eq!(read("mail.example.com/starttls"), at(143, "starttls"));
        assert_eq!(read("mail.example.com:9993"), at(9993, "tls"));
        assert_eq!(read("mail.example.com:1143/none"), at(1143, "none"));
        for wrong in [
            "",
            "mail.example.com:",
            "a b",
            "x/ssl",
            "x:99999",
            "https://x",
        ] {
            assert!(imap(wrong).is_err(), "{wrong}");
        }
        assert_eq!(smtp("x:587").map(|p| p.security), Ok(Security::StartTls));
    }
}
