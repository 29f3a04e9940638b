//! A house for the doctor to visit: a folder, a sandbox, a configuration.

use postlunch::config::Config;
use postlunch::doctor::dns::NameServers;
use postlunch::doctor::{Code, Finding, Instruments, Level, catalogue, examine};
use postlunch::sandbox::{Sandbox, SandboxOptions};
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

pub const LUNCH: &str = "lunch@example.com";
pub const SECRET: &str = "s3cret-Of-The-House";

/// Instruments for a test: nobody outside is asked, and nothing takes long.
pub fn instruments() -> Instruments {
    Instruments {
        patience: Duration::from_secs(10),
        arrival: Duration::from_secs(2),
        copy: Duration::from_millis(900),
        names: NameServers::default(),
        ..Instruments::of_system()
    }
}

/// Options with the mailbox and one colleague.
pub fn options() -> SandboxOptions {
    SandboxOptions::with_accounts(&[(LUNCH, SECRET), ("ana@example.com", SECRET)])
}

/// What the configuration says; a test changes what it is about.
pub struct Plan {
    pub host: &'static str,
    pub security: &'static str,
    pub imap: u16,
    pub smtp: u16,
    /// The line that gives the password.
    pub password: String,
    /// Lines below `[mail]`.
    pub mail: String,
    /// Lines below `[imap]`.
    pub inbox: String,
    /// Sections more.
    pub more: String,
}

pub struct House {
    pub folder: TempDir,
    pub sandbox: Sandbox,
    pub plan: Plan,
    pub with: Instruments,
}

impl House {
    pub async fn with(options: SandboxOptions) -> Self {
        let sandbox = Sandbox::start(options).await.expect("starts");
        let plan = Plan {
            host: "127.0.0.1",
            security: "none",
            imap: sandbox.imap_port(),
            smtp: sandbox.smtp_port(),
            password: format!("password = \"{SECRET}\""),
            mail: String::new(),
            inbox: String::new(),
            more: String::new(),
        };
        Self {
            folder: tempfile::tempdir().expect("folder"),
            sandbox,
            plan,
            with: instruments(),
        }
    }

    /// A house whose sandbox speaks TLS; `pem` is the authority that is trusted.
    pub async fn with_tls(options: SandboxOptions, pem: &[u8]) -> Self {
        let mut house = Self::with(options).await;
        let (smtp, imap) = house.sandbox.tls_ports().expect("it has a certificate");
        house.plan.host = "localhost";
        house.plan.security = "tls";
        (house.plan.smtp, house.plan.imap) = (smtp, imap);
        let file = house.folder.path().join("ca.pem");
        std::fs::write(&file, pem).expect("written");
        house.plan.inbox = format!("ca_file = \"{}\"\n", file.display());
        house
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn text(&self) -> String {
        let folder = self.path().display();
        let Plan {
            host,
            security,
            imap,
            smtp,
            password,
            mail,
            inbox,
            more,
        } = &self.plan;
        format!(
            "[mail]\naddress = \"{LUNCH}\"\n{mail}\
             [operator]\naddress = \"ops@example.com\"\n\
             [imap]\nhost = \"{host}\"\nport = {imap}\nsecurity = \"{security}\"\n\
             {password}\n{inbox}\
             [smtp]\nport = {smtp}\nsecurity = \"{security}\"\n\
             [store]\npath = \"{folder}/store\"\n\
             [lunch]\ntimezone = \"UTC\"\n\
             [control]\nsocket = \"{folder}/control.sock\"\n{more}"
        )
    }

    pub fn config(&self) -> Config {
        Config::parse(&self.text(), "test.toml").expect("a good configuration")
    }

    pub async fn visit(&self) -> Visit {
        let mut findings = Vec::new();
        examine(&self.config(), &self.with, |finding| findings.push(finding)).await;
        let visit = Visit(findings);
        visit.is_documented();
        visit
    }
}

/// What the doctor found.
#[derive(Debug)]
pub struct Visit(pub Vec<Finding>);

impl Visit {
    /// Nothing is found that the documents do not tell of, and no secret is told.
    fn is_documented(&self) {
        let page = catalogue::page();
        for finding in &self.0 {
            assert_eq!(
                finding.code.is_none(),
                finding.level <= Level::Skipped,
                "{finding:?}"
            );
            if let Some(code) = finding.code {
                assert!(page.contains(&format!("\n### {code}\n")), "{code}");
                assert!(finding.remedy.as_ref().is_some_and(|r| !r.is_empty()));
            }
            let told = format!("{finding:?}{}", finding.as_text());
            assert!(!told.contains(SECRET), "{told}");
        }
    }

    pub fn codes(&self) -> Vec<&'static str> {
        self.0
            .iter()
            .filter_map(|f| f.code)
            .map(Code::as_str)
            .collect()
    }

    /// Names of all that is wrong.
    pub fn wrong(&self) -> Vec<&'static str> {
        let wrong = self.0.iter().filter(|f| f.level == Level::Wrong);
        wrong.filter_map(|f| f.code).map(Code::as_str).collect()
    }

    /// The finding of that name.
    pub fn named(&self, code: &str) -> &Finding {
        let found = self
            .0
            .iter()
            .find(|f| f.code.is_some_and(|c| c.as_str() == code));
        found.unwrap_or_else(|| panic!("nothing named {code} in {:#?}", self.0))
    }

    /// What a finding means, and its remedy.
    pub fn told(&self, code: &str) -> (&str, &str) {
        let finding = self.named(code);
        (
            &finding.means,
            finding.remedy.as_deref().unwrap_or_default(),
        )
    }

    /// Whether something is said so.
    pub fn says(&self, words: &str) -> bool {
        self.0.iter().any(|f| f.means.contains(words))
    }
}
