//! TLS against an authority of our own: the good certificate is taken, every bad one is refused
//! by its name, and no password is said before.

use crate::authority::{Authority, GOOD};
use crate::{imap, server::Server, smtp};
use postlunch::imap::{ImapError, Session};
use postlunch::smtp::{ConnectError, Connection, Outcome, Patience};
use postlunch::wire::{TlsFault, WireError};
use postlunch::words::endpoint::{Endpoint, Security};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio_rustls::rustls::ServerConfig;

fn endpoint(port: u16, security: Security, ca_pem: Option<Vec<u8>>) -> Endpoint {
    Endpoint {
        host: "localhost".to_owned(),
        port,
        security,
        ca_pem,
    }
}

#[tokio::test]
async fn imap_takes_a_good_certificate_at_once_or_by_starttls() {
    for (name, security) in [
        ("imap-tls", Security::Tls),
        ("imap-starttls", Security::StartTls),
    ] {
        let authority = Authority::new();
        let server = Server::playing_tls(name, authority.server("localhost", GOOD)).await;
        let mut account = imap::account(server.port);
        account.endpoint = endpoint(server.port, security, Some(authority.pem()));
        let session = Session::connect(&account, &imap::hasty()).await;
        let session = session.unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(session.can("IDLE"), security == Security::StartTls);
        assert!(
            !session.can("STARTTLS"),
            "what was told in plain text is forgotten"
        );
        drop(session);
        server.heard().await;
    }
}

#[tokio::test]
async fn smtp_takes_a_good_certificate_at_once_or_by_starttls() {
    for (name, security) in [
        ("smtp-tls", Security::Tls),
        ("smtp-starttls", Security::StartTls),
    ] {
        let authority = Authority::new();
        let server = Server::playing_tls(name, authority.server("localhost", GOOD)).await;
        let mut account = smtp::account(server.port);
        account.endpoint = endpoint(server.port, security, Some(authority.pem()));
        let connection = Connection::open(&account, &Patience::default()).await;
        let mut connection = connection.unwrap_or_else(|e| panic!("{name}: {e}"));
        let outcome = connection.submit(&smtp::letter()).await;
        assert!(matches!(outcome, Outcome::Accepted(_)), "{outcome:?}");
        drop(connection);
        server.heard().await;
    }
}

/// The fault that both protocols name for a server with these settings.
async fn fault(settings: &ServerConfig, ca_pem: Option<Vec<u8>>) -> TlsFault {
    let server = Server::playing_tls("imap-tls", settings.clone()).await;
    let mut account = imap::account(server.port);
    account.endpoint = endpoint(server.port, Security::Tls, ca_pem.clone());
    let error = Session::connect(&account, &imap::hasty())
        .await
        .unwrap_err();
    let ImapError::Wire(WireError::Tls { fault: by_imap, .. }) = error else {
        panic!("{error}");
    };
    let server = Server::playing_tls("smtp-tls", settings.clone()).await;
    let mut account = smtp::account(server.port);
    account.endpoint = endpoint(server.port, Security::Tls, ca_pem);
    let error = Connection::open(&account, &Patience::default())
        .await
        .unwrap_err();
    assert!(error.needs_a_person());
    let ConnectError::Wire(WireError::Tls { fault: by_smtp, .. }) = error else {
        panic!("{error}");
    };
    assert_eq!(by_imap, by_smtp);
    by_imap
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let authority = Authority::new();
    let settings = authority.server("mail.example.test", GOOD);
    let fault = fault(&settings, Some(authority.pem())).await;
    assert!(matches!(&fault, TlsFault::OtherName { .. }), "{fault}");
    assert!(fault.to_string().contains("mail.example.test"), "{fault}");
}

#[tokio::test]
async fn a_certificate_from_an_unknown_authority_is_refused() {
    let settings = Authority::new().server("localhost", GOOD);
    // Another name, and the same name with another key.
    for other in [Authority::named("Somebody Else"), Authority::new()] {
        let fault = fault(&settings, Some(other.pem())).await;
        assert_eq!(fault, TlsFault::UnknownIssuer);
    }
}

#[tokio::test]
async fn an_authority_that_serves_by_itself_is_named() {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    let issuer = CertifiedIssuer::self_signed(params, key).expect("an authority");
    let authority = Authority::of(issuer);
    let fault = fault(&authority.as_server(), Some(authority.pem())).await;
    assert_eq!(fault, TlsFault::AuthorityItself);
}

#[tokio::test]
async fn a_certificate_outside_its_time_is_refused() {
    let authority = Authority::new();
    let past = authority.server("localhost", 2000..2001);
    assert_eq!(fault(&past, Some(authority.pem())).await, TlsFault::Expired);
    let future = authority.server("localhost", 2900..3000);
    assert_eq!(
        fault(&future, Some(authority.pem())).await,
        TlsFault::NotYetValid
    );
}

#[tokio::test]
async fn a_file_without_a_certificate_is_named() {
    let server = Server::playing("imap-tls-refused").await;
    let mut account = imap::account(server.port);
    account.endpoint = endpoint(server.port, Security::Tls, Some(b"no certificate".to_vec()));
    let error = Session::connect(&account, &imap::hasty())
        .await
        .unwrap_err();
    let ImapError::Wire(WireError::Tls { fault, .. }) = &error else {
        panic!("{error}");
    };
    assert!(matches!(fault, TlsFault::NoRoots(_)), "{fault}");
    assert!(error.remedy().contains("ca_file"));
}

#[tokio::test]
async fn a_plain_port_is_told_from_a_bad_certificate() {
    let authority = Authority::new();
    let server = Server::playing("smtp-turned-away").await;
    let mut account = smtp::account(server.port);
    account.endpoint = endpoint(server.port, Security::Tls, Some(authority.pem()));
    let error = Connection::open(&account, &Patience::default())
        .await
        .unwrap_err();
    let ConnectError::Wire(WireError::Tls { fault, .. }) = error else {
        panic!("{error}");
    };
    assert_eq!(fault, TlsFault::NotTls);
    assert!(fault.remedy().contains("587"));
}
