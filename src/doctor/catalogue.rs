//! Everything that can be found amiss, with an example of each: `docs/troubleshooting.md`.
//!
//! The examples are made by the very functions that make the findings, so the page says what
//! `check` says. A test holds the page to this, and this to the list of codes.

use super::finding::{Code, Finding};
use super::provider::PROVIDERS;
use super::{disk, faults, house, inbox, provider, reach, round_trip, sender, store, usage};
use crate::config::{Config, ConfigError, PasswordError};
use crate::control::ControlError;
use crate::daemon::accounts::AccountError;
use crate::daemon::letters::LettersError;
use crate::imap::{ImapError, Mailbox};
use crate::keyring::KeyringError;
use crate::smtp::{Answer, ConnectError, Refusal, Step};
use crate::store::StoreError;
use crate::wire::{TlsFault, WireError};
use crate::words::endpoint::{Endpoint, Security};
use chrono::{DateTime, TimeDelta};
use faults::{INBOX, SUBMISSION};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What stands above the list.
const OPENING: &str = "\
# Troubleshooting

`postlunch check` tries a configuration against this machine and your mail servers, and says of each
thing whether it is as it should be, deserves a look (*warning*) or keeps postlunch from running (*WRONG*),
what that means and what to do. With `--json` each finding has a `code`; below stands every code with an
example, in the doctor's own words. Exit code 0: it can run like this; 1: something is wrong; 78: the
configuration cannot be read at all.

It sends one mail, to the mailbox itself, and takes it away again; the daemon leaves that mail alone.
`--no-mail` leaves it out. Passwords are never printed.

How a running daemon is doing is told by `postlunch status` ([status](status.md)); what your provider wants, by
[providers](providers.md).
";

/// The sections: where a list of codes begins, and its heading.
const SECTIONS: [(Code, &str); 6] = [
    (Code::Configuration, "This machine"),
    (Code::NameUnknown, "The way to the servers"),
    (Code::NoPassword, "Logging in"),
    (Code::NoIdle, "The mailbox"),
    (Code::SubmissionRefused, "The round trip"),
    (Code::NoSpf, "Sender and provider"),
];

/// The page.
pub fn page() -> String {
    let mut page = OPENING.to_owned();
    for sample in samples() {
        let Some(code) = sample.code else { continue };
        if let Some((_, heading)) = SECTIONS.iter().find(|(first, _)| *first == code) {
            page.push_str(&format!("\n## {heading}\n"));
        }
        // The subject's column is for a screen; here the lines are kept short.
        let mark = match sample.level {
            super::Level::Wrong => "WRONG",
            _ => "warning",
        };
        let means = sample.means.replace('\n', "\n        ");
        page.push_str(&format!(
            "\n### {code}\n\n    {mark}  {}: {means}\n",
            sample.subject
        ));
        if let Some(remedy) = &sample.remedy {
            let remedy = remedy.replace('\n', "\n    -> ");
            page.push_str(&format!("    -> {remedy}\n"));
        }
    }
    page
}

/// An example of each finding, in the order of `Code::ALL`.
pub fn samples() -> Vec<Finding> {
    let mut all = house_samples();
    all.extend(way_samples());
    all.extend(login_samples());
    all.extend(mailbox_samples());
    all.extend(trip_samples());
    all.extend(sender_samples());
    all
}

const STORE: &str = "/var/lib/postlunch/store";
const SOCKET: &str = "/run/postlunch/control.sock";

fn house_samples() -> Vec<Finding> {
    let path = Path::new(STORE);
    let socket = Path::new(SOCKET);
    let denied = || io::Error::from(io::ErrorKind::PermissionDenied);
    let key = KeyringError::KeyFile {
        path: "/var/lib/postlunch/store.key".into(),
        why: "the store key is missing; put its backup back there; for a new store, move the old store's folder away".to_owned(),
    };
    let letters = LettersError::Unreadable {
        path: "letters/en/invitation.txt".into(),
        why: "line 3: unknown word {{ nobody }}".to_owned(),
    };
    let mistaken = Config::parse("[mail]\nadress = \"lunch@example.com\"\n", "config.toml");
    let mistaken = mistaken.err().map(|error: ConfigError| error.to_string());
    let first = mistaken.unwrap_or_default();
    let first = first.split("\n\n").next().unwrap_or_default().to_owned();
    vec![
        house::unusable(&first),
        house::doubtful(
            "imap-password holds a secret and other users can read it (mode 0644); run: chmod 600 imap-password",
        ),
        house::clock(DateTime::UNIX_EPOCH),
        store::bad_key(&key),
        store::unwritable(path, &denied()),
        store::of_other_user(path, 998),
        store::broken(&StoreError::JournalMissing(path.to_owned())),
        store::second_daemon(path, "4711", socket),
        store::other_daemon(socket, path),
        store::silent(&ControlError::Silent(Duration::from_secs(20))),
        store::not_running(),
        disk::full(path, 12 << 10),
        disk::check(path, |_| Some(300 << 20)),
        house::bad_letter(&letters),
    ]
}

fn endpoint() -> Endpoint {
    Endpoint {
        host: "mail.example.com".to_owned(),
        port: 993,
        security: Security::Tls,
        ca_pem: None,
    }
}

fn way_samples() -> Vec<Finding> {
    let at = endpoint().to_string();
    let tls = |fault| {
        let endpoint = at.clone();
        faults::wire(INBOX, &WireError::Tls { endpoint, fault })
    };
    let names = vec!["mx1.example.net".to_owned()];
    vec![
        faults::wire(
            INBOX,
            &WireError::Unresolved {
                host: "mial.example.com".to_owned(),
                why: "Name or service not known".to_owned(),
            },
        ),
        faults::wire(
            INBOX,
            &WireError::Unreachable {
                endpoint: "mail.example.com:994".to_owned(),
                why: "Connection refused".to_owned(),
            },
        ),
        faults::wire(SUBMISSION, &WireError::Closed),
        tls(TlsFault::OtherName { names }),
        tls(TlsFault::UnknownIssuer),
        tls(TlsFault::AuthorityItself),
        tls(TlsFault::Expired),
        reach::expires_soon(INBOX, &endpoint(), 9),
        tls(TlsFault::NotYetValid),
        tls(TlsFault::Revoked),
        tls(TlsFault::NotTls),
        tls(TlsFault::NoRoots(
            "the system has none, and no ca_file is set".to_owned(),
        )),
        tls(TlsFault::Handshake("peer is incompatible".to_owned())),
    ]
}

fn login_samples() -> Vec<Finding> {
    let Some(config) = sample_config() else {
        return Vec::new();
    };
    let (imap, smtp) = (&config.imap.login, &config.smtp.login);
    let words = |text: &str| text.to_owned();
    let password = PasswordError::File {
        path: "/etc/postlunch/imap-password".into(),
        why: words("No such file or directory (os error 2)"),
    };
    let answer = Answer {
        code: 535,
        status: None,
        words: words("authentication failed"),
    };
    vec![
        faults::imap(&ImapError::Garbled, imap),
        faults::imap(
            &ImapError::TurnedAway {
                words: words("too many connections"),
            },
            imap,
        ),
        faults::imap(&ImapError::NoStartTls, imap),
        faults::account(INBOX, &AccountError::Password(password)),
        faults::imap(&ImapError::NoMechanism, imap),
        faults::smtp(&ConnectError::AuthRefused { answer }, smtp),
        faults::imap(
            &ImapError::LoginRefused {
                words: words("too many logins"),
                passing: true,
            },
            imap,
        ),
    ]
}

fn mailbox_samples() -> Vec<Finding> {
    let refused = |command, words: &str| ImapError::Refused {
        command,
        code: String::new(),
        words: words.to_owned(),
    };
    let mut all: Vec<Finding> = ["IDLE", "MOVE", "UIDPLUS", "SPECIAL-USE"]
        .map(inbox::lacking)
        .into();
    all.extend([
        inbox::no_mailbox("INBOX", &refused("SELECT", "no such mailbox")),
        inbox::read_only("INBOX"),
        inbox::no_deleted_flag("INBOX"),
        inbox::no_folder("Postlunch/Done", &refused("CREATE", "permission denied")),
        inbox::sent_unknown(),
        inbox::sent_unreadable("Sent", &refused("STATUS", "no such mailbox")),
        round_trip::not_filed("Sent"),
        usage::looks_personal(12, 7),
        usage::looks_shared("lunch@example.com"),
        inbox::filled("Postlunch/Done", 21),
    ]);
    all
}

fn trip_samples() -> Vec<Finding> {
    let Some(config) = sample_config() else {
        return Vec::new();
    };
    let inbox = Mailbox::named("INBOX");
    let refusal = |step, code, reason: &str, words: &str| Refusal {
        step,
        answer: Some(Answer {
            code,
            status: None,
            words: words.to_owned(),
        }),
        reason: reason.to_owned(),
    };
    let foreign = refusal(
        Step::Mail,
        553,
        "refused with 553",
        "sender address rejected",
    );
    let later = refusal(Step::Rcpt, 451, "put off with 451", "try again later");
    vec![
        round_trip::refused(&foreign),
        round_trip::put_off(&later),
        round_trip::too_long("the-feedback-lunches-of-the-whole-company@example.com"),
        round_trip::no_subaddress(&config, "is refused (550 5.1.1 no such user)"),
        round_trip::lost("lunch@example.com", "does not arrive within 45 s", &inbox),
        round_trip::spam("Junk"),
        round_trip::elsewhere("Notifications", &inbox),
        round_trip::message_id_changed(),
        round_trip::calendar_lost(),
        round_trip::clock_differs(TimeDelta::minutes(-7)),
        round_trip::left_behind(),
    ]
}

fn sender_samples() -> Vec<Finding> {
    let mut all = vec![
        sender::no_spf("example.com"),
        sender::no_dmarc("example.com"),
        sender::not_authentic("mx.example.com", "dkim=fail"),
    ];
    let wants_token = PROVIDERS.iter().find(|provider| provider.wants_token);
    all.extend(wants_token.map(provider::known));
    all
}

/// The configuration that the examples are about.
fn sample_config() -> Option<Config> {
    let text = "[mail]\naddress = \"lunch@example.com\"\n[operator]\naddress = \"you@example.com\"\n\
                [imap]\nhost = \"mail.example.com\"\npassword = \"-\"\n[lunch]\ntimezone = \"UTC\"\n";
    Config::parse(text, PathBuf::from("config.toml")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_one_example_in_its_place() {
        let codes: Vec<Option<Code>> = samples().iter().map(|sample| sample.code).collect();
        let all: Vec<Option<Code>> = Code::ALL.iter().map(|code| Some(*code)).collect();
        assert_eq!(codes, all);
        let mut names: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
    }

    #[test]
    fn every_example_says_what_to_do() {
        for sample in samples() {
            assert!(
                sample.remedy.is_some_and(|r| r.len() > 10),
                "{:?}",
                sample.code
            );
            assert!(sample.means.len() > 10, "{:?}", sample.code);
        }
    }
}
