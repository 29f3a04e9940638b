//! The mail servers of a theatre: the sandbox in this process, or real ones started by the script.

use super::{ALICE, BOB, CARA, DAN, LUNCH};
use postlunch::sandbox::{Sandbox, SandboxOptions, SentCopies};
use postlunch::words::endpoint::{Endpoint, Security};
use std::collections::BTreeMap;
use tokio::runtime::Runtime;

/// Where mail is read and submitted, and who may log in.
pub struct House {
    /// IMAP.
    pub imap: Endpoint,
    /// Submission.
    pub smtp: Endpoint,
    /// Where mail from outside arrives: a port that asks for no login. The sandbox has none.
    pub outside: Option<Endpoint>,
    /// Passwords by address.
    pub passwords: BTreeMap<String, String>,
    /// An address that is taken, and bounces.
    pub gone: String,
    /// The certificate authority's file.
    pub ca_file: Option<String>,
    /// The sandbox, if it is one.
    pub sandbox: Option<Sandbox>,
}

impl House {
    /// A sandbox of its own, with copies of sent mail.
    pub fn sandbox(runtime: &Runtime) -> Self {
        Self::sandbox_with(
            runtime,
            SandboxOptions {
                sent_copies: SentCopies::Filed,
                ..SandboxOptions::default()
            },
        )
    }

    /// A sandbox that can do little: no IDLE, no MOVE, no UIDPLUS, no copies of sent mail.
    pub fn austere(runtime: &Runtime) -> Self {
        Self::sandbox_with(
            runtime,
            SandboxOptions {
                idle: false,
                move_: false,
                uidplus: false,
                with_sent: false,
                delimiter: '.',
                ..SandboxOptions::default()
            },
        )
    }

    fn sandbox_with(runtime: &Runtime, manners: SandboxOptions) -> Self {
        let gone = "gone@example.test";
        let people = [LUNCH, ALICE.address, BOB.address, CARA.address, DAN.address];
        let accounts = people.map(|address| (address, "sandbox"));
        let options = SandboxOptions {
            bouncing: vec![gone.to_owned()],
            accounts: SandboxOptions::with_accounts(&accounts).accounts,
            ..manners
        };
        let sandbox = runtime
            .block_on(Sandbox::start(options))
            .expect("a sandbox");
        let endpoint = |port| Endpoint {
            host: "127.0.0.1".to_owned(),
            port,
            security: Security::None,
            ca_pem: None,
        };
        Self {
            imap: endpoint(sandbox.imap_port()),
            smtp: endpoint(sandbox.smtp_port()),
            outside: None,
            passwords: people.map(|a| (a.to_owned(), "sandbox".to_owned())).into(),
            gone: gone.to_owned(),
            ca_file: None,
            sandbox: Some(sandbox),
        }
    }

    /// The servers that `scripts/real-servers` has started.
    pub fn real() -> Self {
        let host = told("HOST");
        let ca_pem = Some(std::fs::read(told("CA")).expect("the CA's certificate"));
        let endpoint = |port: &str, security| Endpoint {
            host: host.clone(),
            port: told(port).parse().expect("a port number"),
            security,
            ca_pem: ca_pem.clone(),
        };
        let password = |address: &'static str| {
            let account = address.split('@').next().expect("an account");
            let password = told(&format!("PASSWORD_{}", account.to_uppercase()));
            (address.to_owned(), password)
        };
        let people = [LUNCH, ALICE.address, BOB.address, CARA.address, DAN.address];
        Self {
            imap: endpoint("IMAP_PORT", Security::Tls),
            smtp: endpoint("SMTP_PORT", Security::StartTls),
            outside: Some(endpoint("SMTP_PLAIN_PORT", Security::None)),
            passwords: people.map(password).into(),
            gone: told("GONE"),
            ca_file: Some(told("CA")),
            sandbox: None,
        }
    }

    /// The daemon's configuration.
    pub fn configuration(&self) -> String {
        let ca = self
            .ca_file
            .as_ref()
            .map_or_else(String::new, |file| format!("ca_file = \"{file}\"\n"));
        let server = |section: &str, endpoint: &Endpoint| {
            format!(
                "[{section}]\nhost = \"{}\"\nport = {}\nsecurity = \"{}\"\npassword_file = \"password\"\n{ca}",
                endpoint.host,
                endpoint.port,
                endpoint.security.as_str(),
            )
        };
        format!(
            "[mail]\naddress = \"{LUNCH}\"\nname = \"Lunch\"\n\
             [operator]\naddress = \"operator@example.test\"\ncontact = \"Cleo in IT\"\n\
             {}{}\
             [store]\npath = \"store\"\nkey_file = \"store.key\"\n\
             [lunch]\ntimezone = \"Europe/Berlin\"\n\
             [policy]\nmails_per_person_per_day = 50\n\
             [control]\nsocket = \"control.sock\"\n",
            server("imap", &self.imap),
            server("smtp", &self.smtp),
        )
    }
}

/// What the script says about the servers.
pub fn told(name: &str) -> String {
    std::env::var(format!("POSTLUNCH_TEST_{name}")).unwrap_or_else(|_| {
        panic!("POSTLUNCH_TEST_{name} is not set; remedy: run scripts/test-on-real-servers")
    })
}
