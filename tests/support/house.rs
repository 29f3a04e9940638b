//! The mail servers of a theatre: the sandbox in this process, or real ones started by the script.

use super::{ALICE, BOB, CARA, DAN, LUNCH, Person};
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
    /// Whose own mailbox the daemon reads; `None` if it has one of its own.
    pub owner: Option<Person>,
    /// Where answers go: `subaddress` or `plain`.
    pub reply_to: &'static str,
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
            owner: None,
            reply_to: "subaddress",
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
            owner: None,
            reply_to: "subaddress",
            sandbox: None,
        }
    }

    /// The same, with the daemon in somebody's own mailbox.
    pub const fn owned_by(mut self, owner: Person, reply_to: &'static str) -> Self {
        self.owner = Some(owner);
        self.reply_to = reply_to;
        self
    }

    /// The mailbox that the daemon reads.
    pub fn mailbox(&self) -> &'static str {
        self.owner.map_or(LUNCH, |owner| owner.address)
    }

    fn identity(&self) -> String {
        match self.owner {
            None => format!(
                "[mail]\naddress = \"{LUNCH}\"\nname = \"Lunch\"\n\
                 [operator]\naddress = \"operator@example.test\"\ncontact = \"Cleo in IT\"\n"
            ),
            Some(owner) => format!(
                "[mail]\naddress = \"{}\"\nname = \"{}\"\nmode = \"personal\"\nreply_to = \"{}\"\n",
                owner.address, owner.full_name, self.reply_to
            ),
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
            "{}{}{}\
             [store]\npath = \"store\"\nkey_file = \"store.key\"\n\
             [lunch]\ntimezone = \"Europe/Berlin\"\n\
             [policy]\nmails_per_person_per_day = 50\nmax_pairings = 2\nfabric = true\n\
             [control]\nsocket = \"control.sock\"\n",
            self.identity(),
            server("imap", &self.imap),
            server("smtp", &self.smtp),
        )
    }
}

/// The configuration of a company's lunches on a sandbox, with further lines of `[policy]`.
pub fn company(sandbox: &Sandbox, policy: &str) -> String {
    let server = |section: &str, port: u16| {
        format!(
            "[{section}]\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"none\"\npassword_file = \"password\"\n"
        )
    };
    format!(
        "[mail]\naddress = \"{LUNCH}\"\nname = \"Lunch\"\n\
         [operator]\naddress = \"cleo@example.test\"\ncontact = \"Cleo\"\n{}{}\
         [store]\npath = \"store\"\nkey_file = \"store.key\"\n\
         [lunch]\ntimezone = \"Europe/Berlin\"\n\
         [policy]\nmails_per_person_per_day = 50\n{policy}\
         [control]\nsocket = \"control.sock\"\n",
        server("imap", sandbox.imap_port()),
        server("smtp", sandbox.smtp_port()),
    )
}

/// What the script says about the servers.
pub fn told(name: &str) -> String {
    std::env::var(format!("POSTLUNCH_TEST_{name}")).unwrap_or_else(|_| {
        panic!("POSTLUNCH_TEST_{name} is not set; remedy: run scripts/test-on-real-servers")
    })
}
