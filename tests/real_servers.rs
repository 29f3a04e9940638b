//! On real Dovecot and Postfix, brought up by `scripts/test-on-real-servers` (feature
//! `real-servers`). Without them every test here fails and says so: none is skipped in silence.
//! The stories are those of `tests/story.rs`, with the release binary and ordinary mailboxes; they
//! share the mailboxes, so one plays after the other.

#[allow(
    dead_code,
    reason = "each test program uses its own part of the theatre"
)]
mod support;

use lettre::address::Envelope;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{SmtpTransport, Transport};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use support::ALICE;
use support::house::{House, told};
use support::script::BEGINNING;
use support::season;
use support::theatre::Theatre;
use support::trials::{self, Played};

/// Longest wait for any answer, and for any mail to arrive.
const PATIENCE: Duration = Duration::from_secs(15);

fn port(name: &str) -> u16 {
    told(name).parse().expect("a port number")
}

fn address(account: &str) -> String {
    format!("{account}@{}", told("DOMAIN"))
}

fn password(account: &str) -> String {
    told(&format!("PASSWORD_{}", account.to_uppercase()))
}

fn connect(port_name: &str) -> TcpStream {
    let stream = TcpStream::connect((told("HOST"), port(port_name))).expect("a listening server");
    stream
        .set_read_timeout(Some(PATIENCE))
        .expect("a time limit");
    stream
}

/// The first line that a server says by itself.
fn greeting(port_name: &str) -> String {
    let mut line = String::new();
    let mut reader = BufReader::new(connect(port_name));
    reader.read_line(&mut line).expect("a greeting");
    line
}

/// Submits over STARTTLS, trusting the servers' own CA.
fn submit(account: &str, recipient: &str, message: &str) {
    let pem = std::fs::read(told("CA")).expect("the CA's certificate");
    let certificate = Certificate::from_pem(&pem).expect("a certificate");
    let tls = TlsParameters::builder(told("HOST"))
        .add_root_certificate(certificate)
        .build_rustls()
        .expect("TLS parameters");
    let submission = SmtpTransport::builder_dangerous(told("HOST"))
        .port(port("SMTP_PORT"))
        .tls(Tls::Required(tls))
        .credentials(Credentials::new(address(account), password(account)))
        .timeout(Some(PATIENCE))
        .build();
    let sender = address(account).parse().expect("an address");
    let recipient = recipient.parse().expect("an address");
    let envelope = Envelope::new(Some(sender), vec![recipient]).expect("an envelope");
    let accepted = submission.send_raw(&envelope, message.as_bytes());
    assert!(accepted.expect("an answer").is_positive());
}

/// One IMAP session over TLS, in plain commands.
struct Session {
    stream: BufReader<StreamOwned<ClientConnection, TcpStream>>,
    commands: u32,
}

impl Session {
    fn open(account: &str, roots: RootCertStore) -> std::io::Result<Self> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("TLS versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from(told("HOST")).expect("a server name");
        let tls = ClientConnection::new(Arc::new(config), name).expect("a TLS client");
        let mut session = Self {
            stream: BufReader::new(StreamOwned::new(tls, connect("IMAP_PORT"))),
            commands: 0,
        };
        let mut line = String::new();
        session.stream.read_line(&mut line)?;
        assert!(line.starts_with("* OK"), "{line}");
        let (user, password) = (address(account), password(account));
        session.command(&format!("LOGIN {user} {password}"));
        Ok(session)
    }

    fn trusting_the_servers_ca(account: &str) -> Self {
        let mut roots = RootCertStore::empty();
        let certificate = CertificateDer::from_pem_file(told("CA")).expect("the CA's certificate");
        roots.add(certificate).expect("a fitting certificate");
        Self::open(account, roots).expect("a session")
    }

    /// Everything the server says to a command that must succeed.
    fn command(&mut self, text: &str) -> String {
        self.commands += 1;
        let tag = format!("t{} ", self.commands);
        write!(self.stream.get_mut(), "{tag}{text}\r\n").expect("sent");
        let mut said = String::new();
        loop {
            let mut line = String::new();
            let octets = self.stream.read_line(&mut line).expect("an answer");
            assert!(octets > 0, "the server hung up");
            if let Some(outcome) = line.strip_prefix(&tag) {
                assert!(outcome.starts_with("OK"), "{text}: {outcome}");
                return said;
            }
            said.push_str(&line);
        }
    }

    /// Waits until a mail with that Message-ID is in the folder, and gives all of it.
    fn wait_for(&mut self, folder: &str, message_id: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            self.command(&format!("SELECT {folder}"));
            let found = self.command(&format!("UID SEARCH HEADER Message-ID \"{message_id}\""));
            let uid = found.split_whitespace().nth(2).map(str::to_owned);
            if let Some(uid) = uid {
                return self.command(&format!("UID FETCH {uid} BODY.PEEK[]"));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("{message_id} did not arrive in {folder} in {PATIENCE:?}");
    }
}

#[test]
fn the_servers_greet() {
    assert!(greeting("SMTP_PORT").starts_with("220 "));
    assert!(greeting("SMTP_PLAIN_PORT").starts_with("220 "));
    assert!(greeting("IMAP_STARTTLS_PORT").starts_with("* OK "));
}

#[test]
fn a_submitted_mail_arrives_and_its_copy_is_in_sent() {
    let _mailboxes = mailboxes();
    let (ana, ben) = ("lunch", "bob");
    let message_id = format!("arrives-{}@{}", std::process::id(), told("DOMAIN"));
    let (from, to) = (address(ana), address(ben).replace('@', "+token@"));
    let message = format!(
        "From: {from}\r\nTo: {to}\r\nSubject: Lunch\r\nMessage-ID: <{message_id}>\r\n\r\nThursday?\r\n"
    );
    submit(ana, &to, &message);
    let mail = Session::trusting_the_servers_ca(ben).wait_for("INBOX", &message_id);
    assert!(mail.contains("Thursday?"), "{mail}");
    assert!(mail.contains(&format!("Delivered-To: {to}")), "{mail}");
    assert_ne!(told("SENT_COPIES"), "no");
    Session::trusting_the_servers_ca(ana).wait_for("Sent", &message_id);
}

#[test]
fn servers_that_we_have_no_reason_to_trust_are_refused() {
    let Err(refusal) = Session::open("lunch", RootCertStore::empty()) else {
        panic!("a session without a trusted certificate");
    };
    assert!(refusal.to_string().contains("UnknownIssuer"), "{refusal}");
}

/// The mailboxes, for one story at a time.
fn mailboxes() -> MutexGuard<'static, ()> {
    static TAKEN: Mutex<()> = Mutex::new(());
    TAKEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The undisturbed play; two tests need it, one plays it. Take the mailboxes first.
fn undisturbed() -> &'static Played {
    static PLAYED: OnceLock<Played> = OnceLock::new();
    PLAYED.get_or_init(|| trials::whole_story(Theatre::real("real-story", BEGINNING).open()))
}

#[test]
fn half_a_year_of_lunches_told_once_and_to_nobody_else() {
    let _mailboxes = mailboxes();
    assert!(!undisturbed().durations.is_empty());
}

#[test]
fn what_grows_in_half_a_year_goes_to_those_it_is_for() {
    let _mailboxes = mailboxes();
    season::play(Theatre::real("real-season", BEGINNING).open());
}

/// Another seed by `POSTLUNCH_TEST_SEED`.
#[test]
fn ten_kills_change_nothing() {
    let _mailboxes = mailboxes();
    let seed = std::env::var("POSTLUNCH_TEST_SEED").map_or(1, |seed| seed.parse().expect("a seed"));
    assert_ne!(
        told("SENT_COPIES"),
        "no",
        "a mail in doubt is looked for in Sent"
    );
    let theatre = || Theatre::real("real-kills", BEGINNING);
    trials::killed(theatre, undisturbed(), seed);
}

#[test]
fn an_absence_that_says_yes_is_no_answer() {
    let _mailboxes = mailboxes();
    trials::an_absence_is_no_answer(Theatre::real("real-absence", BEGINNING).open());
}

#[test]
fn a_stranger_on_bobs_address_changes_nothing() {
    let _mailboxes = mailboxes();
    trials::a_stranger_changes_nothing(Theatre::real("real-stranger", BEGINNING).open());
}

#[test]
fn what_is_not_ours_stays_unread_where_it_was() {
    let _mailboxes = mailboxes();
    trials::what_is_not_ours_is_not_touched(Theatre::real("real-others", BEGINNING));
}

#[test]
fn an_invitation_that_bounces_is_told() {
    let _mailboxes = mailboxes();
    trials::a_bounce_is_told(Theatre::real("real-bounce", BEGINNING).open());
}

#[test]
fn from_ones_own_mailbox_the_story_is_the_same() {
    let _mailboxes = mailboxes();
    let theatre = Theatre::personal_real("real-own", BEGINNING, "subaddress");
    trials::the_story_in_ones_own_mailbox(theatre, || {
        let mut alice = Session::trusting_the_servers_ca("alice");
        alice.command("SELECT INBOX");
        alice.command("STORE 1:* +FLAGS (\\Seen)");
        alice.command("STORE 1:2 +FLAGS (\\Flagged $Holiday)");
    });
}

#[test]
fn from_ones_own_plain_mailbox_the_story_is_the_same() {
    let _mailboxes = mailboxes();
    let theatre = Theatre::personal_real("real-plain", BEGINNING, "plain");
    trials::the_story_in_ones_own_mailbox(theatre, || ());
}

#[test]
fn from_ones_own_mailbox_a_bounce_is_told() {
    let _mailboxes = mailboxes();
    let theatre = Theatre::personal_real("real-own-bounce", BEGINNING, "subaddress");
    trials::a_bounce_is_told(theatre.open());
}

/// What `postlunch check` says of a house with its configuration changed: its exit code, the names
/// of what is amiss, and all of it.
fn checked(house: &House, change: impl Fn(String) -> String) -> (Option<i32>, Vec<String>, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let put = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("written");
    };
    let account = house.mailbox().split('@').next().expect("an account");
    put("password", &password(account));
    put("config.toml", &change(house.configuration()));
    let program = std::env::var("POSTLUNCH_TEST_BINARY")
        .unwrap_or_else(|_| env!("CARGO_BIN_EXE_postlunch").to_owned());
    let output = std::process::Command::new(program)
        .args(["check", "--json", "--config", "config.toml"])
        .current_dir(folder.path())
        .output()
        .expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        !text.contains(&password(account)),
        "a password is never printed"
    );
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let findings = json["findings"].as_array().expect("findings");
    let codes = findings.iter().filter_map(|f| f["code"].as_str());
    // Without a key the file of the password is readable by its group on some machines, and other
    // stories may have been played in this mailbox before.
    let beside = ["no-daemon", "configuration-doubtful", "used-before"];
    let codes = codes.filter(|code| !beside.contains(code));
    (
        output.status.code(),
        codes.map(str::to_owned).collect(),
        text,
    )
}

#[test]
fn the_doctor_finds_real_servers_well_and_leaves_nothing() {
    let _mailboxes = mailboxes();
    for house in [House::real(), House::real().owned_by(ALICE, "subaddress")] {
        let (code, amiss, text) = checked(&house, |same| same);
        assert_eq!(code, Some(0), "{text}");
        let amiss: Vec<_> = amiss
            .iter()
            .filter(|code| *code != "used-before" && !code.starts_with("looks-"))
            .collect();
        // The servers file copies for the shared mailbox alone, and the doctor tells.
        let known: &[&str] = match house.owner {
            None => &[],
            Some(_) => &["sent-not-filed"],
        };
        assert_eq!(amiss, known, "{text}");
        for words in [
            "came back after",
            "Message-ID was kept",
            "calendar part was kept",
        ] {
            assert!(text.contains(words), "{words} in {text}");
        }
        let account = house.mailbox().split('@').next().expect("an account");
        let mut session = Session::trusting_the_servers_ca(account);
        for folder in ["INBOX", "Sent"] {
            session.command(&format!("SELECT {folder}"));
            let found = session.command("UID SEARCH HEADER X-Postlunch-Check postlunchcheck");
            assert_eq!(found.trim(), "* SEARCH", "{folder} of {account}");
        }
    }
}

#[test]
fn the_doctor_names_what_is_wrong_with_real_servers() {
    let _mailboxes = mailboxes();
    let house = House::real();
    let port = |name: &str| format!("port = {}\n", told(name));
    let other = |from: &str, to: &str| {
        let (from, to) = (from.to_owned(), to.to_owned());
        move |text: String| text.replacen(&from, &to, 1)
    };
    let wrong_password =
        |text: String| text.replace("password_file = \"password\"", "password = \"guess\"");
    let (code, amiss, text) = checked(&house, wrong_password);
    assert_eq!(
        (code, amiss),
        (Some(1), vec!["login-refused".to_owned(); 2]),
        "{text}"
    );
    assert!(
        text.contains("check username and password") && !text.contains("guess"),
        "{text}"
    );
    // Plain IMAP where TLS is expected, nobody at all, submission where mail should be read.
    let imap = port("IMAP_PORT");
    for (instead, named) in [
        (port("IMAP_STARTTLS_PORT"), "tls-none"),
        ("port = 1\n".to_owned(), "unreachable"),
        (port("SMTP_PORT"), "tls-none"),
    ] {
        let (code, amiss, text) = checked(&house, other(&imap, &instead));
        assert_eq!((code, amiss), (Some(1), vec![named.to_owned()]), "{text}");
    }
    // An authority that nobody told us of.
    let ca = format!("ca_file = \"{}\"\n", told("CA"));
    let (code, amiss, text) = checked(&house, |text| text.replace(&ca, ""));
    assert_eq!(
        (code, amiss),
        (Some(1), vec!["tls-untrusted".to_owned(); 2]),
        "{text}"
    );
    assert!(text.contains("ca_file"), "{text}");
    // A folder that cannot be made: its name is too long for Dovecot.
    let done = format!("[imap]\ndone = \"{}\"\n", "x".repeat(300));
    let (code, amiss, text) = checked(&house, other("[imap]\n", &done));
    assert_eq!(
        (code, amiss),
        (Some(1), vec!["folder".to_owned()]),
        "{text}"
    );
    // An address whose mail comes into another mailbox.
    let elsewhere = format!("address = \"{}\"", address("bob"));
    let own = format!("address = \"{}\"", house.mailbox());
    let (code, amiss, text) = checked(&house, |text| {
        let text = text.replacen(&own, &elsewhere, 1);
        let login = format!("[imap]\nusername = \"{}\"\n", house.mailbox());
        text.replacen("[imap]\n", &login, 1)
    });
    assert_eq!((code, amiss.len()), (Some(1), 1), "{text}");
    let may_not = ["round-trip-lost", "submission-refused"].contains(&amiss[0].as_str());
    assert!(may_not, "{text}");
}
