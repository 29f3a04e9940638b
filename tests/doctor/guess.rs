//! Where the servers of an address are guessed to be.

use crate::authority::{Authority, GOOD, with_tls};
use crate::house::options;
use crate::sender::name_server;
use postlunch::doctor::dns::NameServers;
use postlunch::doctor::guess::{Ports, guess};
use postlunch::sandbox::Sandbox;
use postlunch::words::endpoint::Security;

/// Ports where nobody is.
const NOWHERE: Ports = Ports {
    imap: [1, 1],
    smtp: [1, 1],
};

#[tokio::test]
async fn a_provider_is_known_by_its_address_or_by_where_mail_goes() {
    let nobody = NameServers::default();
    let found = guess("gmail.com", &nobody, NOWHERE).await.expect("known");
    assert_eq!(found.imap.host, "imap.gmail.com");
    let (names, serving) =
        name_server(&[("acme.org", "MX", "acme-org.mail.protection.outlook.com")]).await;
    let found = guess("acme.org", &names, NOWHERE).await.expect("known");
    assert_eq!(found.provider.map(|p| p.name), Some("Microsoft 365"));
    assert_eq!(
        (found.smtp.port, found.smtp.security),
        (587, Security::StartTls)
    );
    assert!(
        found.why.contains("mail for acme.org goes to"),
        "{}",
        found.why
    );
    serving.abort();
}

#[tokio::test]
async fn a_domain_that_says_it_itself_is_believed() {
    let (names, serving) = name_server(&[
        ("_imaps._tcp.acme.org", "SRV", "in.acme.org"),
        ("_submissions._tcp.acme.org", "SRV", "out.acme.org"),
    ])
    .await;
    let found = guess("acme.org", &names, NOWHERE).await.expect("told");
    assert_eq!(
        (found.imap.host.as_str(), found.smtp.host.as_str()),
        ("in.acme.org", "out.acme.org")
    );
    serving.abort();
}

#[tokio::test]
async fn else_the_usual_names_are_tried_and_tls_comes_first() {
    let settings = Authority::new().server("localhost", GOOD);
    let sandbox = Sandbox::start(with_tls(options(), settings))
        .await
        .expect("starts");
    let (smtp, imap) = sandbox.tls_ports().expect("it has a certificate");
    let ports = Ports {
        imap: [imap, sandbox.imap_port()],
        smtp: [smtp, sandbox.smtp_port()],
    };
    let found = guess("localhost", &NameServers::default(), ports)
        .await
        .expect("found");
    assert_eq!(
        (found.imap.port, found.imap.security),
        (imap, Security::Tls)
    );
    assert_eq!(
        (found.smtp.port, found.smtp.security),
        (smtp, Security::Tls)
    );
    assert!(found.imap.host.ends_with("localhost"), "{found:?}");
    let none = guess("localhost", &NameServers::default(), NOWHERE).await;
    assert_eq!(none, None);
    sandbox.stop().await;
}
