//! Reading a mailbox on servers with bad habits: a failure never looks like "no mail", every wait
//! ends, and nothing that is not ours is touched.

use crate::server::Server;
use chrono::NaiveDate;
use postlunch::imap::{Fetched, ImapAccount, ImapError, Mailbox, Moved, Patience, Session, Woke};
use postlunch::wire::WireError;
use postlunch::words::endpoint::{Endpoint, Login, Security};
use std::future::pending;
use std::time::{Duration, Instant};

pub fn account(port: u16) -> ImapAccount {
    ImapAccount {
        endpoint: Endpoint {
            host: "127.0.0.1".to_owned(),
            port,
            security: Security::None,
            ca_pem: None,
        },
        login: Login::password("lunch", "secret".to_owned().into()),
    }
}

pub fn hasty() -> Patience {
    Patience {
        connect: Duration::from_secs(3),
        command: Duration::from_millis(400),
        transfer: Duration::from_millis(1_500),
        idle_max: Duration::from_millis(300),
        poll: Duration::from_millis(40),
        logout: Duration::from_millis(100),
    }
}

async fn logged_in(name: &str) -> (Session, Server) {
    let server = Server::playing(name).await;
    let session = Session::connect(&account(server.port), &hasty()).await;
    (session.unwrap_or_else(|e| panic!("{name}: {e}")), server)
}

async fn at_inbox(name: &str) -> (Session, Server) {
    let (mut session, server) = logged_in(name).await;
    let selected = session.select(&Mailbox::named("INBOX")).await.unwrap();
    assert_eq!(
        (selected.uid_validity, selected.uid_next, selected.exists),
        (7, Some(10), 3)
    );
    (session, server)
}

async fn refused_session(name: &str, security: Security) -> (ImapError, String) {
    let server = Server::playing(name).await;
    let mut account = account(server.port);
    account.endpoint.security = security;
    let error = Session::connect(&account, &hasty()).await.expect_err(name);
    assert!(!error.remedy().is_empty());
    (error, server.heard().await)
}

fn done() -> Mailbox {
    Mailbox::named("Postlunch/Done")
}

const CLOSED: ImapError = ImapError::Wire(WireError::Closed);

fn is_silence(e: &ImapError) -> bool {
    matches!(e, ImapError::Wire(WireError::Silent { .. }))
}

#[tokio::test]
async fn a_refused_search_is_an_error_and_the_session_lives_on() {
    let (mut session, server) = at_inbox("imap-search-no").await;
    let error = session.search_from(4).await.unwrap_err();
    assert!(
        matches!(&error, ImapError::Refused { code, .. } if code == "SERVERBUG"),
        "{error}"
    );
    assert!(!error.ends_connection() && session.is_open());
    session.noop().await.unwrap();
    session.logout().await;
    server.heard().await;
}

#[tokio::test]
async fn a_search_without_its_end_is_an_error() {
    for name in ["imap-search-eof", "imap-search-partial"] {
        let (mut session, _server) = at_inbox(name).await;
        assert_eq!(session.search_from(4).await, Err(CLOSED), "{name}");
        assert!(!session.is_open());
    }
    for (name, expected) in [
        ("imap-search-broken-number", ImapError::Garbled),
        ("imap-garbage", ImapError::Garbled),
        ("imap-other-tag", ImapError::OutOfStep),
        (
            "imap-bye-in-command",
            ImapError::Bye {
                words: "shutting down".to_owned(),
            },
        ),
    ] {
        let (mut session, _server) = at_inbox(name).await;
        assert_eq!(session.search_from(4).await, Err(expected), "{name}");
    }
}

#[tokio::test]
async fn what_lies_below_is_dropped_and_the_rest_sorted() {
    let (mut session, server) = at_inbox("imap-search-star").await;
    assert_eq!(session.search_from(8).await.unwrap(), [8, 9, 12]);
    assert_eq!(session.search_from(13).await.unwrap(), [0; 0]);
    drop(session);
    server.heard().await;
}

#[tokio::test]
async fn unknown_lines_are_stepped_over() {
    let (mut session, _server) = at_inbox("imap-search-odd-lines").await;
    assert_eq!(session.search_from(0).await.unwrap(), [2]);
}

#[tokio::test]
async fn a_silent_server_is_noticed_at_every_step() {
    for name in ["imap-silent-greeting", "imap-login-silent"] {
        let started = Instant::now();
        let (error, _) = refused_session(name, Security::None).await;
        assert!(is_silence(&error), "{name}: {error}");
        assert!(started.elapsed() < Duration::from_secs(3));
    }
    let (mut session, _server) = at_inbox("imap-silent-search").await;
    assert!(is_silence(&session.search_from(4).await.unwrap_err()));
    assert_eq!(
        session.noop().await,
        Err(CLOSED),
        "the wire is dropped whole"
    );
    let (session, _server) = logged_in("imap-logout-mute").await;
    let started = Instant::now();
    session.logout().await;
    assert!(started.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn an_abandoned_command_never_answers_for_the_next() {
    let (mut session, _server) = at_inbox("imap-late-answer").await;
    let cut = tokio::time::timeout(Duration::from_millis(50), session.search_from(4)).await;
    assert!(cut.is_err());
    assert!(!session.is_open());
    tokio::time::sleep(Duration::from_millis(150)).await;
    assert_eq!(session.search_from(4).await, Err(ImapError::OutOfStep));
}

#[tokio::test]
async fn half_a_fetch_is_none() {
    let (mut session, _server) = at_inbox("imap-fetch-between").await;
    assert_eq!(session.fetch_heads(&[4, 5]).await, Err(CLOSED));
    let (mut session, _server) = at_inbox("imap-fetch-no").await;
    let error = session.fetch_heads(&[4, 5]).await.unwrap_err();
    assert!(matches!(error, ImapError::Refused { .. }), "{error}");
    let (mut session, _server) = at_inbox("imap-fetch-in-literal").await;
    assert_eq!(session.fetch_heads(&[4]).await, Err(CLOSED));
}

#[tokio::test]
async fn heads_come_in_order_with_all_that_is_known() {
    let (mut session, server) = at_inbox("imap-fetch-heads").await;
    let heads = session.fetch_heads(&[6, 4, 5, 9]).await.unwrap();
    let [four, six] = heads.as_slice() else {
        panic!("{heads:?}");
    };
    assert_eq!(
        (four.uid, four.size, four.header.reveal().as_slice()),
        (4, Some(40), &b"A: 4"[..])
    );
    assert_eq!(
        four.internal_date.unwrap().to_rfc3339(),
        "2026-01-05T12:30:00+01:00"
    );
    assert_eq!((six.uid, six.internal_date), (6, None));
    assert_eq!(six.flags, ["\\Seen", "$Forwarded"]);
    drop(session);
    let heard = server.heard().await;
    assert!(
        !heard.contains("STORE") && heard.contains("PEEK"),
        "{heard}"
    );
}

#[tokio::test]
async fn no_message_is_too_large_to_go_on() {
    let (mut session, _server) = at_inbox("imap-fetch-huge-header").await;
    let heads = session.fetch_heads(&[4]).await.unwrap();
    assert_eq!(
        (heads.len(), heads[0].header.reveal().len()),
        (1, 256 * 1024)
    );
    session.noop().await.unwrap();

    let (mut session, server) = at_inbox("imap-fetch-too-large").await;
    let fetched = session.fetch(4, 10_000_000).await.unwrap();
    assert_eq!(fetched, Fetched::TooLarge { size: 26_214_400 });
    session.noop().await.unwrap();
    drop(session);
    assert!(!server.heard().await.contains("BODY"));

    let (mut session, _server) = at_inbox("imap-fetch-liar").await;
    let fetched = session.fetch(4, 1_000).await.unwrap();
    assert_eq!(fetched, Fetched::TooLarge { size: 10 });
    session.noop().await.unwrap();
}

#[tokio::test]
async fn a_message_is_fetched_as_it_is_or_is_gone() {
    let (mut session, _server) = at_inbox("imap-fetch-whole").await;
    let fetched = session.fetch(4, 1_000).await.unwrap();
    assert_eq!(
        fetched,
        Fetched::Whole(b"A: b\r\n\r\np7 OK fake )(\r\n".to_vec().into())
    );
    let (mut session, _server) = at_inbox("imap-fetch-gone").await;
    assert_eq!(session.fetch(4, 1_000).await.unwrap(), Fetched::Gone);
}

#[tokio::test]
async fn what_breaks_the_parser_ends_one_connection_only() {
    let (mut session, _server) = logged_in("imap-parser-panic").await;
    let error = session.select(&Mailbox::named("INBOX")).await.unwrap_err();
    assert_eq!(error, ImapError::Garbled);
    assert!(!session.is_open());
    let (mut session, _server) = at_inbox("imap-fetch-deep").await;
    assert_eq!(session.fetch_heads(&[4]).await, Err(ImapError::Garbled));
}

#[tokio::test]
async fn a_quoted_message_is_read_without_its_escapes() {
    let (mut session, _server) = at_inbox("imap-fetch-quoted").await;
    let fetched = session.fetch(4, 1_000).await.unwrap();
    assert_eq!(fetched, Fetched::Whole(br#"A: "\b""#.to_vec().into()));
}

#[tokio::test]
async fn a_mailbox_of_many_messages_is_searched_in_no_time() {
    let (mut session, server) = at_inbox("imap-search-many").await;
    let found = session.search_from(4).await.unwrap();
    assert_eq!((found.len(), found.last()), (700, Some(&703)));
    drop(session);
    server.heard().await;
}

#[tokio::test]
async fn lines_and_literals_without_measure_end_the_connection() {
    let (mut session, _server) = at_inbox("imap-literal-absurd").await;
    let error = session.fetch_heads(&[4]).await.unwrap_err();
    assert!(
        matches!(error, ImapError::Wire(WireError::TooLong { .. })),
        "{error}"
    );
    let server = Server::playing("imap-endless-line").await;
    let slow = Patience {
        command: Duration::from_secs(10),
        ..hasty()
    };
    let mut session = Session::connect(&account(server.port), &slow)
        .await
        .unwrap();
    session.select(&Mailbox::named("INBOX")).await.unwrap();
    let error = session.search_from(1).await.unwrap_err();
    assert!(
        matches!(error, ImapError::Wire(WireError::TooLong { .. })),
        "{error}"
    );
}

#[tokio::test]
async fn idle_wakes_for_news() {
    let (mut session, server) = at_inbox("imap-idle-news").await;
    let woke = session.idle(Duration::from_secs(5), pending()).await;
    assert_eq!(woke, Ok(Woke::News));
    // Nobody looked yet, so there are news still, without asking the server again.
    let woke = session.idle(Duration::from_secs(5), pending()).await;
    assert_eq!(woke, Ok(Woke::News));
    drop(session);
    server.heard().await;
}

#[tokio::test]
async fn news_that_came_during_a_search_are_not_slept_over() {
    let (mut session, server) = at_inbox("imap-news-in-between").await;
    assert_eq!(session.search_from(4).await.unwrap(), [0; 0]);
    assert_eq!(
        session.idle(Duration::from_secs(5), pending()).await,
        Ok(Woke::News)
    );
    assert_eq!(session.search_from(4).await.unwrap(), [10]);
    assert_eq!(
        session.idle(Duration::from_millis(50), pending()).await,
        Ok(Woke::Quiet)
    );
    drop(session);
    server.heard().await;
}

#[tokio::test]
async fn only_growth_is_news() {
    let (mut session, server) = at_inbox("imap-exists-again").await;
    let woke = session.idle(Duration::from_millis(100), pending()).await;
    assert_eq!(woke, Ok(Woke::Quiet));
    let woke = session.idle(Duration::from_secs(5), pending()).await;
    assert_eq!(woke, Ok(Woke::News), "one went, one came");
    drop(session);
    server.heard().await;
}

#[tokio::test]
async fn a_session_never_prints_what_it_read() {
    let (mut session, _server) = at_inbox("imap-fetch-in-literal").await;
    session.fetch_heads(&[4]).await.unwrap_err();
    let (mut other, _server) = at_inbox("imap-fetch-whole").await;
    let fetched = other.fetch(4, 1_000).await.unwrap();
    let printed = format!("{session:?}{other:?}{fetched:?}");
    assert!(
        !printed.contains("fake") && !printed.contains("A: b"),
        "{printed}"
    );
    assert!(!printed.contains("secret"), "{printed}");
}

#[tokio::test]
async fn keepalives_do_not_prolong_idle() {
    let (mut session, server) = at_inbox("imap-idle-chatty").await;
    let started = Instant::now();
    let woke = session.idle(Duration::from_secs(3_600), pending()).await;
    assert_eq!(woke, Ok(Woke::Quiet));
    let took = started.elapsed();
    assert!(
        took >= Duration::from_millis(300) && took < Duration::from_secs(2),
        "{took:?}"
    );
    drop(session);
    server.heard().await;
}

#[tokio::test]
async fn a_lost_connection_in_idle_is_no_quiet_time() {
    for (name, expected) in [
        ("imap-idle-closed", CLOSED),
        (
            "imap-idle-bye",
            ImapError::Bye {
                words: "too long".to_owned(),
            },
        ),
    ] {
        let (mut session, _server) = at_inbox(name).await;
        let woke = session.idle(Duration::from_secs(5), pending()).await;
        assert_eq!(woke, Err(expected), "{name}");
    }
    for name in ["imap-idle-mute", "imap-idle-no-leave"] {
        let (mut session, _server) = at_inbox(name).await;
        let woke = session.idle(Duration::from_millis(50), pending()).await;
        assert!(is_silence(&woke.unwrap_err()), "{name}");
    }
}

#[tokio::test]
async fn without_idle_the_mailbox_is_looked_at_now_and_then() {
    for name in ["imap-idle-refused", "imap-no-idle"] {
        let (mut session, server) = at_inbox(name).await;
        let woke = session.idle(Duration::from_secs(5), pending()).await;
        assert_eq!(woke, Ok(Woke::News), "{name}");
        drop(session);
        server.heard().await;
    }
    let (mut session, _server) = at_inbox("imap-idle-refused-late").await;
    let woke = session.idle(Duration::from_millis(10), pending()).await;
    assert_eq!(woke, Ok(Woke::Quiet));
}

#[tokio::test]
async fn the_caller_can_end_the_wait() {
    let (mut session, server) = at_inbox("imap-idle-called").await;
    let call = tokio::time::sleep(Duration::from_millis(30));
    assert_eq!(
        session.idle(Duration::from_secs(5), call).await,
        Ok(Woke::Called)
    );
    drop(session);
    server.heard().await;
}

#[tokio::test]
async fn a_door_that_does_not_open_is_named() {
    let (error, _) = refused_session("imap-bye-greeting", Security::None).await;
    assert_eq!(
        error,
        ImapError::TurnedAway {
            words: "too many connections".to_owned()
        }
    );
    let (error, _) = refused_session("imap-not-imap", Security::None).await;
    assert_eq!(error, ImapError::Garbled);
}

#[tokio::test]
async fn a_refused_login_says_whether_to_wait() {
    let (error, _) = refused_session("imap-login-no", Security::None).await;
    assert!(
        matches!(error, ImapError::LoginRefused { passing: false, .. }),
        "{error}"
    );
    assert!(error.needs_a_person() && error.remedy().contains("password"));
    let (error, _) = refused_session("imap-login-limit", Security::None).await;
    assert!(
        matches!(error, ImapError::LoginRefused { passing: true, .. }),
        "{error}"
    );
    assert!(!error.needs_a_person());
}

#[tokio::test]
async fn no_password_is_said_where_the_server_forbids_it() {
    let (error, heard) = refused_session("imap-login-disabled", Security::None).await;
    assert_eq!(error, ImapError::NoMechanism);
    assert!(!heard.contains("secret"), "{heard}");
    let (session, _server) = logged_in("imap-login-plain").await;
    assert_eq!(session.delimiter(), None);
}

#[tokio::test]
async fn a_password_beyond_ascii_travels_whole() {
    let server = Server::playing("imap-login-literal").await;
    let mut account = account(server.port);
    account.login = Login::password("lunch", "a\"\\ßé".to_owned().into());
    Session::connect(&account, &hasty()).await.unwrap();
    assert!(server.heard().await.contains("a\"\\ßé"));
}

#[tokio::test]
async fn a_stale_access_token_is_a_refused_login() {
    let server = Server::playing("imap-token-refused").await;
    let mut account = account(server.port);
    account.login = Login::access_token("lunch", "stale".to_owned().into());
    let error = Session::connect(&account, &hasty()).await.unwrap_err();
    assert!(
        matches!(error, ImapError::LoginRefused { passing: false, .. }),
        "{error}"
    );
    server.heard().await;
}

#[tokio::test]
async fn starttls_is_required_where_it_is_configured() {
    for name in [
        "imap-starttls-missing",
        "imap-starttls-refused",
        "imap-starttls-preauth",
    ] {
        let (error, heard) = refused_session(name, Security::StartTls).await;
        assert_eq!(error, ImapError::NoStartTls, "{name}");
        assert!(!heard.contains("secret"), "{heard}");
    }
    let (error, heard) = refused_session("imap-starttls-slipped", Security::StartTls).await;
    assert_eq!(error, ImapError::Wire(WireError::SlippedIn));
    assert!(!heard.contains("secret"), "{heard}");
}

#[tokio::test]
async fn a_mailbox_is_selected_only_with_numbers_that_hold() {
    let (mut session, server) = logged_in("imap-select-no").await;
    let error = session
        .select(&Mailbox::named("Nowhere"))
        .await
        .unwrap_err();
    assert!(matches!(error, ImapError::Refused { .. }), "{error}");
    assert_eq!(
        session.search_from(1).await,
        Err(ImapError::NothingSelected)
    );
    session.noop().await.unwrap();
    drop(session);
    server.heard().await;
    let (mut session, _server) = logged_in("imap-select-no-uidvalidity").await;
    let error = session.select(&Mailbox::named("INBOX")).await.unwrap_err();
    assert!(matches!(error, ImapError::NoUidValidity { .. }), "{error}");
}

#[tokio::test]
async fn a_message_moves_as_well_as_the_server_can() {
    for (name, expected) in [
        ("imap-move", Moved::Away),
        ("imap-no-move", Moved::Away),
        ("imap-no-move-no-uidplus", Moved::Flagged),
    ] {
        let (mut session, server) = at_inbox(name).await;
        assert_eq!(session.move_to(4, &done()).await, Ok(expected), "{name}");
        drop(session);
        let heard = server.heard().await;
        let plain = heard
            .lines()
            .any(|l| l.ends_with(" EXPUNGE") || l.ends_with(" CLOSE"));
        assert!(!plain, "{name} dropped what others flagged:\n{heard}");
    }
    let (mut session, _server) = at_inbox("imap-move-no").await;
    let error = session.move_to(4, &done()).await.unwrap_err();
    assert!(
        matches!(&error, ImapError::Refused { code, .. } if code == "TRYCREATE"),
        "{error}"
    );
    let (mut session, server) = at_inbox("imap-no-move-copy-no").await;
    session.move_to(4, &done()).await.unwrap_err();
    drop(session);
    assert!(!server.heard().await.contains("STORE"));
}

#[tokio::test]
async fn our_mailboxes_are_made_where_the_server_wants_them() {
    let (mut session, server) = logged_in("imap-folder-below-inbox").await;
    let made = session.ensure_folder("Postlunch/Done").await.unwrap();
    assert_eq!(made.as_wire(), "INBOX.Postlunch.Done");
    drop(session);
    server.heard().await;
    let (mut session, server) = logged_in("imap-folder-there").await;
    assert_eq!(
        session.ensure_folder("Postlunch/Done").await.unwrap(),
        done()
    );
    drop(session);
    assert!(!server.heard().await.contains("CREATE"));
}

#[tokio::test]
async fn the_mailbox_of_sent_mail_is_found_by_its_use_and_not_its_name() {
    let (mut session, _server) = logged_in("imap-special-use").await;
    let sent = session.sent_mailbox().await.unwrap().unwrap();
    assert_eq!(sent.as_wire(), "Gesendete Objekte");
    let (mut session, _server) = logged_in("imap-special-use-refused").await;
    let sent = session.sent_mailbox().await.unwrap().unwrap();
    assert_eq!(sent.to_string(), "Sent");
}

#[tokio::test]
async fn what_lies_in_another_mailbox_is_counted() {
    let (mut session, _server) = logged_in("imap-status").await;
    let done = Mailbox::named("Postlunch/Done");
    assert_eq!(session.count(&done).await, Ok(21));
    let error = session.count(&done).await.unwrap_err();
    assert!(!error.ends_connection(), "{error}");
}

#[tokio::test]
async fn what_may_be_changed_in_a_mailbox_is_known() {
    let (mut session, _server) = logged_in("imap-select-read-only").await;
    let inbox = Mailbox::named("INBOX");
    let selected = session.select(&inbox).await.unwrap();
    assert!(!selected.writable && selected.keeps_deleted);
    let selected = session.select(&inbox).await.unwrap();
    assert!(selected.writable && !selected.keeps_deleted);
}

#[tokio::test]
async fn a_message_is_added_or_refused_whole() {
    let (mut session, server) = at_inbox("imap-append").await;
    let review = Mailbox::named("Postlunch/Review");
    assert_eq!(session.append(&review, b"A: b\r\n").await, Ok(Some(55)));
    drop(session);
    server.heard().await;
    let (mut session, server) = at_inbox("imap-append-no").await;
    let error = session.append(&review, b"A: b\r\n").await.unwrap_err();
    assert!(matches!(error, ImapError::Refused { .. }), "{error}");
    session.noop().await.unwrap();
    drop(session);
    assert!(!server.heard().await.contains("A: b"));
}

#[tokio::test]
async fn a_look_elsewhere_comes_back() {
    let sent = Mailbox::named("Sent");
    let (mut session, server) = at_inbox("imap-find-sent").await;
    let found = session.find_by_header(&sent, "Message-ID", "<a@b>").await;
    assert_eq!(found, Ok(vec![17]));
    session.move_to(4, &done()).await.unwrap();
    drop(session);
    server.heard().await;

    let (mut session, _server) = at_inbox("imap-find-renumbered").await;
    let error = session.find_by_header(&sent, "Message-ID", "<a@b>").await;
    assert_eq!(
        error,
        Err(ImapError::Renumbered {
            mailbox: "INBOX".to_owned()
        })
    );
    let moved = session.move_to(4, &done()).await;
    assert_eq!(
        moved,
        Err(ImapError::NothingSelected),
        "4 is another message now"
    );

    let (mut session, server) = at_inbox("imap-find-missing").await;
    let error = session
        .find_by_header(&sent, "Message-ID", "<a@b>")
        .await
        .unwrap_err();
    assert!(matches!(error, ImapError::Refused { .. }), "{error}");
    drop(session);
    server.heard().await;
}

#[tokio::test]
async fn what_is_old_in_our_own_mailbox_is_cleared_by_number() {
    let (mut session, server) = at_inbox("imap-expunge-older").await;
    let before = NaiveDate::from_ymd_opt(2026, 3, 9).unwrap();
    assert_eq!(session.expunge_older(&done(), before).await, Ok(4));
    drop(session);
    server.heard().await;
}
