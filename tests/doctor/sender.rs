//! What the world can know of the sender, asked of a name server on loopback.

use crate::house::{House, options};
use postlunch::doctor::dns::{NameServers, Service};
use simple_dns::rdata::{MX, RData, SRV, TXT};
use simple_dns::{CLASS, Name, Packet, ResourceRecord};
use std::net::SocketAddr;
use tokio::net::UdpSocket;
use tokio::task::JoinHandle;

/// A name server that knows these records: name, kind, value.
pub async fn name_server(records: &'static [(&str, &str, &str)]) -> (NameServers, JoinHandle<()>) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
    let address: SocketAddr = socket.local_addr().expect("an address");
    let serving = tokio::spawn(async move {
        let mut octets = [0; 1500];
        while let Ok((length, client)) = socket.recv_from(&mut octets).await {
            let question = Packet::parse(&octets[..length]).expect("a question");
            let mut reply = Packet::new_reply(question.id());
            let asked = &question.questions[0];
            let kind = format!("{:?}", asked.qtype);
            let name = asked.qname.to_string();
            for (at, what, value) in records {
                if *at == name && kind.contains(what) {
                    reply.answers.push(record(at, what, value));
                }
            }
            reply.questions = question.questions.clone();
            let reply = reply.build_bytes_vec().expect("a reply");
            socket.send_to(&reply, client).await.expect("sent");
        }
    });
    (NameServers::these(vec![address]), serving)
}

fn record(at: &'static str, what: &str, value: &'static str) -> ResourceRecord<'static> {
    let name = |text: &'static str| Name::new(text).expect("a name");
    let data = match what {
        "TXT" => RData::TXT(TXT::new().with_string(value).expect("a text")),
        "MX" => RData::MX(MX {
            preference: 10,
            exchange: name(value),
        }),
        _ => RData::SRV(SRV {
            priority: 0,
            weight: 1,
            port: 993,
            target: name(value),
        }),
    };
    ResourceRecord::new(name(at), CLASS::IN, 60, data)
}

#[tokio::test]
async fn records_are_read_and_their_absence_is_no_error() {
    let (names, serving) = name_server(&[
        ("acme.org", "TXT", "v=spf1 mx -all"),
        ("acme.org", "MX", "aspmx.l.google.com"),
        ("_imaps._tcp.acme.org", "SRV", "imap.acme.org"),
    ])
    .await;
    let texts = names.texts("acme.org").await.expect("an answer");
    assert_eq!(texts, ["v=spf1 mx -all"]);
    let exchangers = names.exchangers("acme.org").await.expect("an answer");
    assert_eq!(exchangers, ["aspmx.l.google.com"]);
    let services = names
        .services("_imaps._tcp.acme.org")
        .await
        .expect("an answer");
    let expected = Service {
        host: "imap.acme.org".to_owned(),
        port: 993,
    };
    assert_eq!(services, [expected]);
    assert!(
        names
            .texts("elsewhere.org")
            .await
            .expect("an answer")
            .is_empty()
    );
    serving.abort();
}

async fn visit(records: &'static [(&str, &str, &str)]) -> crate::house::Visit {
    let (names, serving) = name_server(records).await;
    let mut house = House::with(postlunch::sandbox::SandboxOptions::with_accounts(&[(
        "lunch@acme.org",
        crate::house::SECRET,
    )]))
    .await;
    house.with.names = names;
    let text = house.text().replace("lunch@example.com", "lunch@acme.org");
    let config = postlunch::config::Config::parse(&text, "test.toml").expect("usable");
    let mut findings = Vec::new();
    postlunch::doctor::examine(&config, &house.with, |f| findings.push(f)).await;
    house.sandbox.stop().await;
    serving.abort();
    crate::house::Visit(findings)
}

#[tokio::test]
async fn a_domain_without_spf_and_dmarc_is_told() {
    let visit = visit(&[]).await;
    assert!(visit.wrong().is_empty(), "{visit:#?}");
    let (means, remedy) = visit.told("no-spf");
    assert!(
        means.contains("acme.org") && remedy.contains("v=spf1"),
        "{remedy}"
    );
    let (_, remedy) = visit.told("no-dmarc");
    assert!(remedy.contains("_dmarc.acme.org"), "{remedy}");
}

#[tokio::test]
async fn a_domain_with_both_is_well() {
    let visit = visit(&[
        ("acme.org", "TXT", "v=spf1 mx -all"),
        ("_dmarc.acme.org", "TXT", "v=DMARC1; p=quarantine"),
    ])
    .await;
    assert!(
        visit.says("acme.org says by SPF who may send"),
        "{visit:#?}"
    );
    assert!(visit.says("DMARC policy (p=quarantine)"), "{visit:#?}");
}

#[tokio::test]
async fn what_the_own_server_found_is_told() {
    let mut good = options();
    good.habits.authentication_results = Some("mx.example.com; spf=pass; dkim=pass".to_owned());
    let house = House::with(good).await;
    let visit = house.visit().await;
    let found = visit
        .0
        .iter()
        .find(|f| f.means.contains("spf=pass, dkim=pass"));
    let advice = found.and_then(|f| f.remedy.as_deref()).unwrap_or_default();
    assert!(
        advice.contains("trusted_authserv_id = \"mx.example.com\""),
        "{visit:#?}"
    );
    house.sandbox.stop().await;
    let mut bad = options();
    bad.habits.authentication_results = Some("mx.example.com; dmarc=fail".to_owned());
    let house = House::with(bad).await;
    let visit = house.visit().await;
    assert!(visit.told("not-authentic").0.contains("dmarc=fail"));
    house.sandbox.stop().await;
}
