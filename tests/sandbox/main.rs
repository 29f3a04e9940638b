//! The sandbox, driven as the daemon drives a server: lettre for SMTP, async-imap for IMAP.
//!
//! Here are the clients and the whole story once; `submission` and `mailboxes` go into each port.

mod mailboxes;
mod submission;

use async_imap::extensions::idle::IdleResponse;
use async_imap::imap_proto::{AttributeValue, MailboxDatum, Response as Line, Status};
use chrono::TimeZone;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::Response;
use postlunch::clock::Clock;
use postlunch::sandbox::{
    Fault, FaultPoint, PostOffice, Sandbox, SandboxError, SandboxOptions, SentCopies, Trouble,
};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

const LUNCH: &str = "lunch@example.com";
const BEN: &str = "ben@example.com";
const GONE: &str = "gone@example.com";
const SECRET: &str = "secret";
const LETTER: &str = "From: lunch@example.com\r\nTo: ben@example.com\r\nSubject: Lunch?\r\n\
                      Message-ID: <one@example.com>\r\n\r\nHello Ben\r\n.one dot\r\n..two dots\r\n";

type SmtpError = lettre::transport::smtp::Error;
type Session = async_imap::Session<TcpStream>;

fn limit() -> Duration {
    Duration::from_secs(10)
}

/// No step of a test may hang.
async fn soon<T>(step: impl Future<Output = T>) -> T {
    tokio::time::timeout(limit(), step)
        .await
        .expect("a step of the test hung")
}

fn options() -> SandboxOptions {
    SandboxOptions {
        bouncing: vec![GONE.to_owned()],
        ..SandboxOptions::with_accounts(&[(LUNCH, SECRET), (BEN, SECRET)])
    }
}

async fn sandbox() -> Sandbox {
    Sandbox::start(options()).await.expect("a sandbox")
}

async fn dial(sandbox: &Sandbox) -> Result<AsyncSmtpConnection, SmtpError> {
    let id = ClientId::Domain("daemon.example.com".to_owned());
    let port = ("127.0.0.1", sandbox.smtp_port());
    soon(AsyncSmtpConnection::connect_tokio1(
        port,
        Some(limit()),
        &id,
        None,
        None,
    ))
    .await
}

async fn submitter(sandbox: &Sandbox) -> AsyncSmtpConnection {
    let mut smtp = dial(sandbox).await.expect("a greeting");
    let credentials = Credentials::new(LUNCH.to_owned(), SECRET.to_owned());
    soon(smtp.auth(&[Mechanism::Plain], &credentials))
        .await
        .expect("a login");
    smtp
}

async fn send(
    smtp: &mut AsyncSmtpConnection,
    to: &str,
    text: &[u8],
) -> Result<Response, SmtpError> {
    let from = LUNCH.parse().ok();
    let eight = MailParameter::Body(MailBodyParameter::EightBitMime);
    soon(smtp.command(Mail::new(from, vec![eight]))).await?;
    soon(smtp.command(Rcpt::new(to.parse().expect("an address"), vec![]))).await?;
    soon(smtp.command(Data)).await?;
    soon(smtp.message(text)).await
}

async fn knock(sandbox: &Sandbox) -> async_imap::Client<TcpStream> {
    let address = ("127.0.0.1", sandbox.imap_port());
    let stream = soon(TcpStream::connect(address)).await.expect("a port");
    let mut client = async_imap::Client::new(stream);
    soon(client.read_response())
        .await
        .expect("a greeting")
        .expect("a greeting");
    client
}

async fn reader(sandbox: &Sandbox, address: &str) -> Session {
    let client = knock(sandbox).await;
    let login = client.login(address, SECRET);
    soon(login).await.map_err(|(e, _)| e).expect("a login")
}

async fn inbox(sandbox: &Sandbox, address: &str) -> Session {
    let mut session = reader(sandbox, address).await;
    soon(session.select("INBOX")).await.expect("an inbox");
    session
}

async fn uids(session: &mut Session, query: &str) -> Vec<u32> {
    let found = soon(session.uid_search(query)).await.expect("a search");
    let mut uids: Vec<u32> = found.into_iter().collect();
    uids.sort_unstable();
    uids
}

/// One untagged response.
#[derive(Debug, PartialEq)]
enum Heard {
    Exists(u32),
    Expunge(u32),
    Bye,
    Fetch(Fetched),
    List { attributes: String, name: String },
    Other(String),
}

#[derive(Debug, Default, PartialEq)]
struct Fetched {
    seq: u32,
    uid: Option<u32>,
    flags: Vec<String>,
    date: String,
    text: String,
}

fn heard(line: &Line<'_>) -> Heard {
    match line {
        Line::Expunge(seq) => Heard::Expunge(*seq),
        Line::Data {
            status: Status::Bye,
            ..
        } => Heard::Bye,
        Line::MailboxData(MailboxDatum::Exists(n)) => Heard::Exists(*n),
        Line::MailboxData(MailboxDatum::List(list)) => Heard::List {
            attributes: format!("{:?}", list.name_attributes),
            name: list.name.clone().into_owned(),
        },
        Line::Fetch(seq, values) => {
            let mut fetched = Fetched {
                seq: *seq,
                ..Fetched::default()
            };
            for value in values {
                match value {
                    AttributeValue::Uid(uid) => fetched.uid = Some(*uid),
                    AttributeValue::Flags(flags) => {
                        fetched.flags = flags.iter().map(ToString::to_string).collect();
                    }
                    AttributeValue::InternalDate(date) => fetched.date = date.to_string(),
                    AttributeValue::BodySection { data, .. } => {
                        let data = data.as_deref().unwrap_or_default();
                        fetched.text = String::from_utf8_lossy(data).into_owned();
                    }
                    _ => {}
                }
            }
            Heard::Fetch(fetched)
        }
        other => Heard::Other(format!("{other:?}")),
    }
}

/// All that a command brought: its untagged responses, and status and code of its tagged line.
struct Told {
    untagged: Vec<Heard>,
    status: &'static str,
    code: String,
}

/// Runs a command to its tagged line; none if the connection ended before it.
async fn try_ask(session: &mut Session, command: &str) -> Option<Told> {
    let id = soon(session.run_command(command)).await.ok()?;
    let mut untagged = Vec::new();
    loop {
        let line = soon(session.read_response()).await.ok()??;
        match line.parsed() {
            Line::Done {
                tag,
                status,
                outcome,
            } if *tag == id => {
                let status = match status {
                    Status::Ok => "OK",
                    Status::No => "NO",
                    _ => "BAD",
                };
                let code = outcome.code.as_ref().map(|c| format!("{c:?}"));
                return Some(Told {
                    untagged,
                    status,
                    code: code.unwrap_or_default(),
                });
            }
            other => untagged.push(heard(other)),
        }
    }
}

async fn ask(session: &mut Session, command: &str) -> Told {
    try_ask(session, command).await.expect("an answer")
}

impl Told {
    fn fetched(&self) -> Vec<&Fetched> {
        let lines = self.untagged.iter().filter_map(|l| match l {
            Heard::Fetch(fetched) => Some(fetched),
            _ => None,
        });
        lines.collect()
    }

    /// The first message told of.
    fn first(&self) -> &Fetched {
        self.fetched().into_iter().next().expect("a FETCH response")
    }

    fn expunged(&self) -> Vec<u32> {
        let lines = self.untagged.iter().filter_map(|l| match l {
            Heard::Expunge(seq) => Some(*seq),
            _ => None,
        });
        lines.collect()
    }
}

fn trouble(when: FaultPoint, what: Trouble) -> Fault {
    Fault {
        when,
        what,
        times: Some(1),
    }
}

fn outside(n: usize) -> String {
    format!(
        "From: Cara <cara@outside.example>\r\nTo: lunch@example.com\r\nSubject: Number {n}\r\n\
         Message-ID: <{n}@outside.example>\r\nDate: Mon, 5 Oct 2026 12:00:00 +0000\r\n\r\nHi {n}\r\n"
    )
}

/// The first header field of this name, which must not be folded.
fn field(bytes: &[u8], name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let header = text.split("\r\n\r\n").next().unwrap_or_default();
    let mut lines = header.lines().filter_map(|l| l.split_once(": "));
    let (_, value) = lines.find(|(n, _)| n.eq_ignore_ascii_case(name))?;
    Some(value.to_owned())
}

#[tokio::test]
async fn a_letter_is_sent_wakes_idle_is_read_and_moved() {
    let sandbox = sandbox().await;
    let mut ben = inbox(&sandbox, BEN).await;
    soon(ben.create("Lunches")).await.expect("a new mailbox");
    let mut idle = ben.idle();
    soon(idle.init()).await.expect("IDLE");
    let mut smtp = submitter(&sandbox).await;
    let asked = Instant::now();
    {
        let (news, _stop) = idle.wait_with_timeout(limit());
        let (sent, woken) = tokio::join!(send(&mut smtp, BEN, LETTER.as_bytes()), soon(news));
        assert!(sent.expect("taken").has_code(250));
        assert!(matches!(woken.expect("news"), IdleResponse::NewData(_)));
    }
    assert!(asked.elapsed() < Duration::from_secs(1), "IDLE was late");
    let mut ben = soon(idle.done()).await.expect("DONE");

    assert_eq!(uids(&mut ben, "UNSEEN").await, [1]);
    let peeked = ask(&mut ben, "UID FETCH 1 (UID FLAGS BODY.PEEK[])").await;
    let text = peeked.first().text.clone();
    assert!(text.ends_with("Hello Ben\r\n.one dot\r\n..two dots\r\n\r\n"));
    assert_eq!(
        field(text.as_bytes(), "Return-Path").as_deref(),
        Some("<lunch@example.com>")
    );
    assert_eq!(field(text.as_bytes(), "Delivered-To").as_deref(), Some(BEN));
    assert!(text.contains("Received: from daemon.example.com"));
    assert!(!peeked.first().flags.contains(&"\\Seen".to_owned()));
    assert_eq!(uids(&mut ben, "UNSEEN").await, [1], "PEEK marks nothing");
    let read = ask(&mut ben, "UID FETCH 1 BODY[]").await;
    assert_eq!(read.first().flags, ["\\Seen"]);
    assert_eq!(uids(&mut ben, "UNSEEN").await, [0u32; 0]);

    let moved = ask(&mut ben, "UID MOVE 1 Lunches").await;
    assert_eq!((moved.status, moved.expunged()), ("OK", vec![1]));
    assert_eq!(sandbox.mailbox(BEN, "INBOX"), []);
    assert_eq!(sandbox.mailbox(BEN, "Lunches").len(), 1);
    soon(ben.logout()).await.expect("goodbye");
    soon(smtp.quit()).await.expect("goodbye");
    soon(sandbox.stop()).await;
}

#[tokio::test]
async fn waiting_ends_in_time_and_a_stopped_sandbox_is_gone() {
    let sandbox = sandbox().await;
    let never = sandbox.wait_for(|_| false, Duration::from_millis(20)).await;
    assert!(matches!(never, Err(SandboxError::Late(_))));
    assert!(matches!(
        sandbox.deliver("nobody@example.com", "x"),
        Err(SandboxError::NoSuchAccount(_))
    ));
    let mut lunch = inbox(&sandbox, LUNCH).await;
    let port = sandbox.smtp_port();
    soon(sandbox.stop()).await;
    assert!(try_ask(&mut lunch, "NOOP").await.is_none());
    assert!(soon(TcpStream::connect(("127.0.0.1", port))).await.is_err());
    let short_lived = Sandbox::start(options()).await.expect("a sandbox");
    soon(short_lived.stop()).await;
}

#[tokio::test]
async fn nobody_waits_for_a_delayed_acknowledgement() {
    let sandbox = sandbox().await;
    let mut smtp = submitter(&sandbox).await;
    let mut ben = inbox(&sandbox, BEN).await;
    let begun = Instant::now();
    for _ in 0..20 {
        send(&mut smtp, BEN, LETTER.as_bytes())
            .await
            .expect("taken");
        ask(&mut ben, "NOOP").await;
    }
    // Both clients write in two pieces; a delayed acknowledgement between them costs 40 ms each.
    assert!(begun.elapsed() < Duration::from_millis(800));
    assert_eq!(uids(&mut ben, "ALL").await.len(), 20);
}

#[tokio::test]
async fn nonsense_is_answered_and_does_no_harm() {
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
    let sandbox = sandbox().await;
    let smtp = TcpStream::connect(("127.0.0.1", sandbox.smtp_port())).await;
    let mut smtp = BufReader::new(smtp.expect("a port")).lines();
    soon(smtp.next_line()).await.expect("a greeting");
    let long = "x".repeat(20_000);
    for nonsense in [
        "",
        " ",
        "\u{e9}\0",
        "MAIL",
        "RCPT TO:<",
        "DATA",
        "AUTH",
        "AUTH PLAIN =",
        &long,
    ] {
        let line = format!("{nonsense}\r\n");
        let written = smtp.get_mut().write_all(line.as_bytes());
        soon(written).await.expect("written");
        let reply = soon(smtp.next_line())
            .await
            .expect("read")
            .expect("a reply");
        assert!(reply.starts_with('5'), "{nonsense:?}: {reply}");
    }
    let imap = TcpStream::connect(("127.0.0.1", sandbox.imap_port())).await;
    let mut imap = BufReader::new(imap.expect("a port")).lines();
    soon(imap.next_line()).await.expect("a greeting");
    for nonsense in [
        "",
        "LOGIN",
        "UID",
        "FETCH 0 ALL",
        "SELECT INBOX",
        "SEARCH \u{e9}",
        &long,
    ] {
        let line = format!("t1 {nonsense}\r\n");
        let written = imap.get_mut().write_all(line.as_bytes());
        soon(written).await.expect("written");
        let reply = soon(imap.next_line())
            .await
            .expect("read")
            .expect("a reply");
        assert!(reply.starts_with("t1 BAD"), "{nonsense:?}: {reply}");
    }
    let mut ben = inbox(&sandbox, BEN).await;
    assert_eq!(ask(&mut ben, "NOOP").await.status, "OK");
}
