//! Mail providers: where their servers are, how to log in there, and what has to be switched on.
//!
//! Known by the domain of an address, by the names of servers, or by where a domain's mail goes
//! (MX). `docs/providers.md` tells more; a test holds its table to this one.

use super::faults::SUBMISSION;
use super::finding::{Code, Finding};
use crate::config::Config;
use crate::words::endpoint::Security;

/// One provider.
#[derive(Debug, PartialEq, Eq)]
pub struct Provider {
    /// What people call it.
    pub name: &'static str,
    /// Domains of its addresses.
    pub domains: &'static [&'static str],
    /// What the names of its servers end in; mail exchangers too.
    pub hosts: &'static [&'static str],
    /// Host and port where mail is read, always by TLS.
    pub imap: (&'static str, u16),
    /// Host, port and protection where mail is submitted.
    pub smtp: (&'static str, u16, Security),
    /// What to log in with.
    pub login: &'static str,
    /// What else there is to know; nothing where it is empty.
    pub advice: &'static str,
    /// Whether a password will not do.
    pub wants_token: bool,
}

const TLS: Security = Security::Tls;
const STARTTLS: Security = Security::StartTls;

/// The plain case: a password of the mailbox, nothing to switch on.
const PLAIN: Provider = Provider {
    name: "",
    domains: &[],
    hosts: &[],
    imap: ("", 993),
    smtp: ("", 465, TLS),
    login: "the mailbox's own password",
    advice: "",
    wants_token: false,
};

/// All that are known.
pub const PROVIDERS: &[Provider] = &[
    Provider {
        name: "Gmail",
        domains: &["gmail.com", "googlemail.com"],
        hosts: &["gmail.com", "google.com", "googlemail.com"],
        imap: ("imap.gmail.com", 993),
        smtp: ("smtp.gmail.com", 465, TLS),
        login: "an app password (Google account, Security, two-step sign-in, App passwords; a Workspace admin may have to allow it)",
        advice: "its calendar may take a partner's answer for itself instead of mailing it; answers by mail always arrive",
        ..PLAIN
    },
    Provider {
        name: "Microsoft 365",
        domains: &[],
        hosts: &["office365.com", "mail.protection.outlook.com"],
        imap: ("outlook.office365.com", 993),
        smtp: ("smtp.office365.com", 587, STARTTLS),
        login: "an access token (XOAUTH2): passwords no longer work for IMAP",
        advice: "an admin has to switch on IMAP and authenticated SMTP for the mailbox; if calendar answers come as links, set ImapUseProtocolDefaults=false and ImapForceICalForCalendarRetrievalOption=true by Set-CASMailbox",
        wants_token: true,
    },
    Provider {
        name: "Outlook.com",
        domains: &["outlook.com", "hotmail.com", "live.com", "msn.com"],
        hosts: &[
            "imap-mail.outlook.com",
            "smtp-mail.outlook.com",
            "olc.protection.outlook.com",
        ],
        imap: ("outlook.office365.com", 993),
        smtp: ("smtp-mail.outlook.com", 587, STARTTLS),
        login: "an access token (XOAUTH2): passwords no longer work",
        advice: "switch on IMAP in the settings of Outlook on the web",
        wants_token: true,
    },
    Provider {
        name: "iCloud",
        domains: &["icloud.com", "me.com", "mac.com"],
        hosts: &["mail.me.com", "icloud.com"],
        imap: ("imap.mail.me.com", 993),
        smtp: ("smtp.mail.me.com", 587, STARTTLS),
        login: "an app-specific password (account.apple.com, Sign-In and Security); the IMAP user name is often the part before the @",
        ..PLAIN
    },
    Provider {
        name: "Fastmail",
        domains: &["fastmail.com", "fastmail.fm"],
        hosts: &["fastmail.com", "messagingengine.com"],
        imap: ("imap.fastmail.com", 993),
        smtp: ("smtp.fastmail.com", 465, TLS),
        login: "an app password with access to IMAP and SMTP (Settings, Privacy & Security)",
        ..PLAIN
    },
    Provider {
        name: "Yahoo",
        domains: &["yahoo.com", "yahoo.de", "yahoo.fr", "yahoo.co.uk"],
        hosts: &["mail.yahoo.com", "yahoodns.net"],
        imap: ("imap.mail.yahoo.com", 993),
        smtp: ("smtp.mail.yahoo.com", 465, TLS),
        login: "an app password (Account security, Generate app password)",
        ..PLAIN
    },
    Provider {
        name: "GMX",
        domains: &["gmx.net", "gmx.de", "gmx.at", "gmx.ch"],
        hosts: &["gmx.net"],
        imap: ("imap.gmx.net", 993),
        smtp: ("mail.gmx.net", 465, TLS),
        advice: "switch on POP3 and IMAP in the settings of its web page first",
        ..PLAIN
    },
    Provider {
        name: "WEB.DE",
        domains: &["web.de"],
        hosts: &["web.de"],
        imap: ("imap.web.de", 993),
        smtp: ("smtp.web.de", 587, STARTTLS),
        advice: "switch on POP3 and IMAP in the settings of its web page first",
        ..PLAIN
    },
    Provider {
        name: "Zoho",
        domains: &["zoho.com", "zohomail.com"],
        hosts: &["zoho.com"],
        imap: ("imap.zoho.com", 993),
        smtp: ("smtp.zoho.com", 465, TLS),
        login: "an app password where two-factor sign-in is on",
        advice: "switch on IMAP access in the settings of Zoho Mail first",
        ..PLAIN
    },
    Provider {
        name: "mailbox.org",
        domains: &["mailbox.org"],
        hosts: &["mailbox.org"],
        imap: ("imap.mailbox.org", 993),
        smtp: ("smtp.mailbox.org", 465, TLS),
        ..PLAIN
    },
    Provider {
        name: "Posteo",
        domains: &["posteo.de", "posteo.net"],
        hosts: &["posteo.de"],
        imap: ("posteo.de", 993),
        smtp: ("posteo.de", 465, TLS),
        ..PLAIN
    },
    Provider {
        name: "Migadu",
        hosts: &["migadu.com"],
        imap: ("imap.migadu.com", 993),
        smtp: ("smtp.migadu.com", 465, TLS),
        ..PLAIN
    },
    Provider {
        name: "Infomaniak",
        domains: &["ik.me"],
        hosts: &["infomaniak.com", "infomaniak.ch"],
        imap: ("mail.infomaniak.com", 993),
        smtp: ("mail.infomaniak.com", 465, TLS),
        login: "a device password made for the mailbox",
        ..PLAIN
    },
];

impl Provider {
    /// By the domain of an address.
    pub fn of_domain(domain: &str) -> Option<&'static Self> {
        let domain = domain.to_ascii_lowercase();
        PROVIDERS
            .iter()
            .find(|provider| provider.domains.contains(&domain.as_str()))
    }

    /// By the name of a server, or of a mail exchanger.
    pub fn of_host(host: &str) -> Option<&'static Self> {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let fits = |end: &str| {
            let front = host.strip_suffix(end);
            front.is_some_and(|front| front.is_empty() || front.ends_with('.'))
        };
        PROVIDERS
            .iter()
            .find(|provider| provider.hosts.iter().any(|end| fits(end)))
    }
}

/// What is known of the provider of this configuration.
pub(super) fn check(config: &Config) -> Vec<Finding> {
    let Some(provider) = Provider::of_host(&config.imap.login.host) else {
        return Vec::new();
    };
    let mut findings = vec![known(provider)];
    let smtp = &config.smtp.login;
    let (host, port, security) = provider.smtp;
    let differs = (smtp.port, smtp.security) != (port, security);
    if smtp.host.eq_ignore_ascii_case(host) && differs && security == STARTTLS {
        findings.push(wrong_port(provider));
    }
    findings
}

/// The provider, with what to switch on there.
pub(super) fn known(provider: &Provider) -> Finding {
    let name = provider.name;
    if provider.wants_token {
        return Finding::warning(
            Code::Provider,
            "provider",
            format!("{name} wants {}", provider.login),
            "give token_command a command that prints one, in place of the password; docs/providers.md has examples",
        );
    }
    let told = Finding::ok(
        "provider",
        format!("{name}; log in with {}", provider.login),
    );
    match provider.advice {
        "" => told,
        advice => told.advising(advice),
    }
}

fn wrong_port(provider: &Provider) -> Finding {
    let (host, port, security) = provider.smtp;
    Finding::warning(
        Code::Provider,
        SUBMISSION,
        format!("{} takes submissions at {host}:{port} only", provider.name),
        format!(
            "write in [smtp]: port = {port} and security = \"{}\"",
            security.as_str()
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_known_by_address_server_and_exchanger() {
        let name = |provider: Option<&Provider>| provider.map(|provider| provider.name);
        assert_eq!(name(Provider::of_domain("GMail.com")), Some("Gmail"));
        assert_eq!(name(Provider::of_host("imap.gmail.com")), Some("Gmail"));
        let exchanger = "example-com.mail.protection.outlook.com.";
        assert_eq!(name(Provider::of_host(exchanger)), Some("Microsoft 365"));
        let personal = "outlook-com.olc.protection.outlook.com";
        assert_eq!(name(Provider::of_host(personal)), Some("Outlook.com"));
        assert_eq!(name(Provider::of_host("notgmail.com")), None);
        assert_eq!(name(Provider::of_domain("example.com")), None);
    }

    #[test]
    fn every_provider_is_found_by_its_own_servers() {
        for provider in PROVIDERS {
            for host in [provider.imap.0, provider.smtp.0] {
                let found = Provider::of_host(host).map(|found| found.name);
                let shared = provider.name == "Outlook.com" && host == "outlook.office365.com";
                assert!(found == Some(provider.name) || shared, "{host}: {found:?}");
            }
        }
    }
}
