//! Submission against servers with bad habits: what was not accepted is never called accepted, and
//! what may have been is never called lost.

use crate::server::Server;
use postlunch::smtp::{
    ConnectError, Connection, Outcome, Patience, Refusal, SmtpAccount, Step, Submission, Submitter,
};
use postlunch::wire::WireError;
use postlunch::words::address::Address;
use postlunch::words::endpoint::{Endpoint, Login, Security};
use std::time::{Duration, Instant};

pub fn account(port: u16) -> SmtpAccount {
    SmtpAccount {
        endpoint: Endpoint {
            host: "127.0.0.1".to_owned(),
            port,
            security: Security::None,
            ca_pem: None,
        },
        login: Some(Login::password("lunch", "secret".to_owned().into())),
        helo_name: "lunch.example.com".to_owned(),
    }
}

fn hasty() -> Patience {
    let short = Duration::from_millis(400);
    Patience {
        connect: Duration::from_secs(3),
        command: short,
        data_start: short,
        data_block: short,
        final_dot: short,
        quit: short,
        rest_max: Duration::from_secs(10),
    }
}

pub fn letter() -> Submission {
    letter_to(
        "ben@example.com",
        b"Subject: lunch\r\n\r\n.hidden\r\n..\r\nBen\r\n",
    )
}

fn letter_to(recipient: &str, octets: &[u8]) -> Submission {
    Submission {
        envelope_from: Address::parse("lunch@example.com").unwrap(),
        recipient: Address::parse(recipient).unwrap(),
        octets: octets.to_vec().into(),
    }
}

async fn connected(name: &str) -> (Connection, Server) {
    let server = Server::playing(name).await;
    let opened = Connection::open(&account(server.port), &hasty()).await;
    (opened.unwrap_or_else(|e| panic!("{name}: {e}")), server)
}

/// What becomes of one letter, and what the server heard.
async fn fate(name: &str) -> (Outcome, String) {
    let (mut connection, server) = connected(name).await;
    let started = Instant::now();
    let outcome = connection.submit(&letter()).await;
    assert!(
        started.elapsed() < Duration::from_secs(3),
        "{name} took long"
    );
    if !matches!(outcome, Outcome::Accepted(_)) {
        assert!(!connection.is_usable(), "{name}: kept after {outcome:?}");
        let again = connection.submit(&letter()).await;
        assert!(matches!(again, Outcome::Transient(_)), "{name}: {again:?}");
    }
    drop(connection);
    (outcome, server.heard().await)
}

fn refusal(outcome: Outcome) -> Refusal {
    match outcome {
        Outcome::Transient(r) | Outcome::Permanent(r) | Outcome::InDoubt(r) => r,
        Outcome::Accepted(answer) => panic!("accepted: {answer}"),
    }
}

async fn refused_connection(name: &str, security: Security) -> (ConnectError, String) {
    let server = Server::playing(name).await;
    let mut account = account(server.port);
    account.endpoint.security = security;
    account.endpoint.host = "localhost".to_owned();
    let error = Connection::open(&account, &hasty()).await.expect_err(name);
    assert!(!error.remedy().is_empty());
    (error, server.heard().await)
}

#[tokio::test]
async fn two_letters_go_over_one_connection_octet_for_octet() {
    let (mut connection, server) = connected("smtp-good").await;
    for _ in 0..2 {
        let Outcome::Accepted(answer) = connection.submit(&letter()).await else {
            panic!("not accepted");
        };
        assert_eq!((answer.code, answer.words.as_str()), (250, "queued as 17"));
    }
    connection.quit().await;
    let heard = server.heard().await;
    let text = "Subject: lunch\n\n..hidden\n...\nBen\n.\n";
    assert_eq!(heard.matches(text).count(), 2, "{heard}");
}

#[tokio::test]
async fn a_refusal_says_where_and_for_how_long() {
    for (later, never, step) in [
        ("smtp-mail-4xx", "smtp-mail-5xx", Step::Mail),
        ("smtp-rcpt-4xx", "smtp-rcpt-5xx", Step::Rcpt),
        ("smtp-data-4xx", "smtp-data-5xx", Step::Data),
        ("smtp-dot-4xx", "smtp-dot-5xx", Step::Dot),
    ] {
        let outcome = fate(later).await.0;
        assert!(
            matches!(outcome, Outcome::Transient(_)),
            "{later}: {outcome:?}"
        );
        let refused = refusal(outcome);
        assert_eq!((refused.step, refused.answer.unwrap().code), (step, 451));
        let (outcome, heard) = fate(never).await;
        assert!(heard.ends_with("QUIT\n"), "{never}: {heard}");
        assert!(
            matches!(outcome, Outcome::Permanent(_)),
            "{never}: {outcome:?}"
        );
        let refused = refusal(outcome);
        assert_eq!(refused.step, step);
        let status = refused.answer.unwrap().status.unwrap();
        assert_eq!(status.to_string(), "5.1.1");
    }
}

#[tokio::test]
async fn what_breaks_before_the_final_dot_can_be_sent_again() {
    for (name, step) in [
        ("smtp-mail-drop", Step::Mail),
        ("smtp-mail-silent", Step::Mail),
        ("smtp-rcpt-drop", Step::Rcpt),
        ("smtp-rcpt-silent", Step::Rcpt),
        ("smtp-data-drop", Step::Data),
        ("smtp-data-silent", Step::Data),
    ] {
        let outcome = fate(name).await.0;
        assert!(
            matches!(outcome, Outcome::Transient(_)),
            "{name}: {outcome:?}"
        );
        assert_eq!(refusal(outcome).step, step, "{name}");
    }
}

#[tokio::test]
async fn what_breaks_after_the_final_dot_is_in_doubt() {
    for name in [
        "smtp-dot-drop",
        "smtp-dot-silent",
        "smtp-dot-garbled",
        "smtp-dot-354",
        "smtp-dot-half",
    ] {
        let outcome = fate(name).await.0;
        assert!(
            matches!(outcome, Outcome::InDoubt(_)),
            "{name}: {outcome:?}"
        );
    }
}

#[tokio::test]
async fn without_354_no_text_goes_out() {
    let (outcome, heard) = fate("smtp-354-missing").await;
    assert!(matches!(outcome, Outcome::Transient(_)), "{outcome:?}");
    assert!(!heard.contains("Subject"), "{heard}");
}

#[tokio::test]
async fn a_letter_that_breaks_off_half_way_was_not_sent() {
    let (mut connection, server) = connected("smtp-text-drop").await;
    let much = letter_to("ben@example.com", &b"0123456789\r\n".repeat(8_000));
    let outcome = connection.submit(&much).await;
    // Either the break was noticed while writing (safe to send again) or only at the end.
    match outcome {
        Outcome::Transient(r) => assert_eq!(r.step, Step::Text),
        Outcome::InDoubt(r) => assert_eq!(r.step, Step::Dot),
        other => panic!("{other:?}"),
    }
    drop(connection);
    server.heard().await;
}

#[tokio::test]
async fn a_late_reply_never_answers_for_the_next_letter() {
    let server = Server::playing_all(&["smtp-late", "smtp-once"], None).await;
    let mut submitter = Submitter::new(account(server.port), hasty());
    let first = submitter.submit(&letter()).await.unwrap();
    assert!(matches!(first, Outcome::Transient(_)), "{first:?}");
    let next = letter_to("ben@example.com", b"Subject: the next\r\n\r\n");
    // The second script runs only once the first has ended, on a connection of its own.
    let mut patient = Submitter::new(account(server.port), Patience::default());
    let second = patient.submit(&next).await.unwrap();
    assert!(matches!(second, Outcome::Accepted(_)), "{second:?}");
    drop((submitter, patient));
    let heard = server.heard().await;
    assert_eq!(heard.matches("Subject: the next").count(), 1, "{heard}");
}

#[tokio::test]
async fn an_abandoned_submission_takes_its_connection_along() {
    let server = Server::playing_all(&["smtp-late", "smtp-once"], None).await;
    let mut submitter = Submitter::new(account(server.port), Patience::default());
    let cut = tokio::time::timeout(Duration::from_millis(200), submitter.submit(&letter())).await;
    assert!(cut.is_err(), "{cut:?}");
    let second = submitter.submit(&letter()).await.unwrap();
    assert!(matches!(second, Outcome::Accepted(_)), "{second:?}");
    submitter.rest().await;
    server.heard().await;
}

#[tokio::test]
async fn a_connection_knows_that_it_was_abandoned() {
    let server = Server::playing("smtp-late").await;
    let patient = Connection::open(&account(server.port), &Patience::default()).await;
    let mut connection = patient.unwrap();
    let cut = tokio::time::timeout(Duration::from_millis(100), connection.submit(&letter())).await;
    assert!(cut.is_err() && !connection.is_usable(), "{cut:?}");
    tokio::time::sleep(Duration::from_millis(700)).await;
    let outcome = connection.submit(&letter()).await;
    assert!(matches!(outcome, Outcome::Transient(_)), "{outcome:?}");
    assert!(!server.heard().await.contains("RCPT"));
}

#[tokio::test]
async fn replies_that_nobody_asked_for_are_not_believed() {
    let (outcome, heard) = fate("smtp-unasked").await;
    assert!(matches!(outcome, Outcome::Transient(_)), "{outcome:?}");
    assert!(!heard.contains("Subject"), "{heard}");
}

#[tokio::test]
async fn a_kept_connection_is_asked_before_it_is_used_again() {
    let restless = Patience {
        rest_max: Duration::ZERO,
        ..hasty()
    };
    let server = Server::playing("smtp-rests").await;
    let mut submitter = Submitter::new(account(server.port), restless);
    for _ in 0..2 {
        let outcome = submitter.submit(&letter()).await.unwrap();
        assert!(matches!(outcome, Outcome::Accepted(_)), "{outcome:?}");
    }
    server.heard().await;

    let server = Server::playing_all(&["smtp-gone-meanwhile", "smtp-once"], None).await;
    let mut submitter = Submitter::new(account(server.port), restless);
    for _ in 0..2 {
        let outcome = submitter.submit(&letter()).await.unwrap();
        assert!(matches!(outcome, Outcome::Accepted(_)), "{outcome:?}");
    }
    server.heard().await;
}

#[tokio::test]
async fn a_door_that_does_not_open_is_named() {
    let (error, _) = refused_connection("smtp-turned-away", Security::None).await;
    assert!(matches!(error, ConnectError::TurnedAway { .. }), "{error}");
    let (error, _) = refused_connection("smtp-not-smtp", Security::None).await;
    assert_eq!(error, ConnectError::NotSmtp);
    let (error, _) = refused_connection("smtp-silent-greeting", Security::None).await;
    assert!(
        matches!(error, ConnectError::Wire(WireError::Silent { .. })),
        "{error}"
    );
    let (error, _) = refused_connection("smtp-endless-line", Security::None).await;
    assert!(
        matches!(error, ConnectError::Wire(WireError::TooLong { .. })),
        "{error}"
    );
    let (error, _) = refused_connection("smtp-ehlo-refused", Security::None).await;
    assert!(matches!(error, ConnectError::EhloRefused { .. }), "{error}");
}

#[tokio::test]
async fn a_reply_without_end_is_cut_off() {
    let server = Server::playing("smtp-endless-reply").await;
    let error = Connection::open(&account(server.port), &hasty())
        .await
        .unwrap_err();
    assert_eq!(error, ConnectError::NotSmtp);
}

#[tokio::test]
async fn nobody_at_the_port_is_unreachable() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let error = Connection::open(&account(port), &hasty())
        .await
        .unwrap_err();
    assert!(
        matches!(error, ConnectError::Wire(WireError::Unreachable { .. })),
        "{error}"
    );
}

#[tokio::test]
async fn plain_text_leaves_this_machine_for_nowhere() {
    let mut account = account(25);
    // Documentation address (RFC 5737): it must be refused before anybody dials it.
    account.endpoint.host = "192.0.2.1".to_owned();
    let error = Connection::open(&account, &hasty()).await.unwrap_err();
    assert!(
        matches!(error, ConnectError::Wire(WireError::NotLoopback { .. })),
        "{error}"
    );
    assert!(error.needs_a_person() && error.remedy().contains("tls"));
}

#[tokio::test]
async fn starttls_is_required_where_it_is_configured() {
    for name in ["smtp-starttls-missing", "smtp-starttls-refused"] {
        let (error, heard) = refused_connection(name, Security::StartTls).await;
        assert_eq!(error, ConnectError::NoStartTls, "{name}");
        assert!(!heard.contains("AUTH"), "{heard}");
    }
    let (error, heard) = refused_connection("smtp-starttls-slipped", Security::StartTls).await;
    assert_eq!(error, ConnectError::Wire(WireError::SlippedIn));
    assert!(!heard.contains("AUTH"), "{heard}");
}

#[tokio::test]
async fn a_refused_login_says_whether_to_wait() {
    let (error, _) = refused_connection("smtp-auth-refused", Security::None).await;
    assert!(error.needs_a_person(), "{error}");
    assert!(error.remedy().contains("password"));
    let (error, _) = refused_connection("smtp-auth-later", Security::None).await;
    assert!(matches!(error, ConnectError::AuthRefused { .. }) && !error.needs_a_person());
    let (error, heard) = refused_connection("smtp-auth-unknown", Security::None).await;
    assert_eq!(
        error,
        ConnectError::NoMechanism {
            offered: "GSSAPI NTLM".to_owned()
        }
    );
    assert!(!heard.contains("AUTH"), "{heard}");
}

#[tokio::test]
async fn auth_login_serves_where_plain_is_missing() {
    let (outcome, _) = fate("smtp-auth-login").await;
    assert!(matches!(outcome, Outcome::Accepted(_)), "{outcome:?}");
}

#[tokio::test]
async fn a_server_of_few_words_is_understood() {
    let (outcome, _) = fate("smtp-odd-words").await;
    assert!(matches!(outcome, Outcome::Accepted(_)), "{outcome:?}");
}

#[tokio::test]
async fn a_stale_access_token_is_a_refused_login() {
    let server = Server::playing("smtp-token-refused").await;
    let mut account = account(server.port);
    account.login = Some(Login::access_token("lunch", "stale".to_owned().into()));
    let error = Connection::open(&account, &hasty()).await.unwrap_err();
    let ConnectError::AuthRefused { answer } = error else {
        panic!("{error}");
    };
    assert_eq!(answer.code, 535);
    server.heard().await;
}

#[tokio::test]
async fn what_an_old_server_cannot_carry_is_refused_for_that_person_only() {
    let server = Server::playing("smtp-plain-old").await;
    let mut account = account(server.port);
    account.login = None;
    let mut connection = Connection::open(&account, &hasty()).await.unwrap();
    for (letter, word) in [
        (letter_to("jürgen@bücher.de", b"a\r\n"), "SMTPUTF8"),
        (letter_to("ben@example.com", "ü\r\n".as_bytes()), "8BITMIME"),
        (letter_to("ben@example.com", b"a\n.\nb\r\n"), "CRLF"),
    ] {
        let outcome = connection.submit(&letter).await;
        assert!(matches!(outcome, Outcome::Permanent(_)), "{outcome:?}");
        assert!(refusal(outcome).reason.contains(word));
    }
    // The others still get theirs, over the same connection.
    let outcome = connection.submit(&letter()).await;
    assert!(matches!(outcome, Outcome::Accepted(_)), "{outcome:?}");
    drop(connection);
    server.heard().await;
}

#[tokio::test]
async fn letters_beyond_ascii_go_where_the_server_takes_them() {
    let (mut connection, server) = connected("smtp-utf8").await;
    let large = letter_to("ben@example.com", &b"0123456789\r\n".repeat(10_000));
    let outcome = connection.submit(&large).await;
    assert!(refusal(outcome).reason.contains("larger"));
    let outcome = connection
        .submit(&letter_to("jürgen@bücher.de", "ü\r\n".as_bytes()))
        .await;
    assert!(matches!(outcome, Outcome::Accepted(_)), "{outcome:?}");
    drop(connection);
    server.heard().await;
}
