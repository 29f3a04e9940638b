//! The sandbox, driven as the daemon drives a server: lettre for SMTP, async-imap for IMAP.

use super::*;
use async_imap::extensions::idle::IdleResponse;
use async_imap::imap_proto::{AttributeValue, MailboxDatum, Response as Line, Status};
use chrono::TimeZone;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::Response;
use std::time::Instant;

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

fn field(bytes: &[u8], name: &str) -> Option<String> {
    header::values(bytes, name).into_iter().next()
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
async fn a_detail_reaches_the_account_and_shows_in_delivered_to() {
    let sandbox = sandbox().await;
    let mut smtp = submitter(&sandbox).await;
    let to = "lunch+1ab-tok@example.com";
    send(&mut smtp, to, LETTER.as_bytes()).await.expect("taken");
    let [message] = &sandbox.mailbox(LUNCH, "inbox")[..] else {
        panic!("one message was due")
    };
    assert_eq!(field(&message.bytes, "Delivered-To").as_deref(), Some(to));
    assert_eq!(sandbox.delivered()[0].recipient, to);

    let plain = SandboxOptions {
        subaddressing: false,
        ..options()
    };
    let without = Sandbox::start(plain).await.expect("a sandbox");
    let mut smtp = submitter(&without).await;
    let refused = send(&mut smtp, to, LETTER.as_bytes()).await.unwrap_err();
    assert!(refused.is_permanent(), "{refused}");
}

#[tokio::test]
async fn who_is_not_there_is_refused_at_rcpt_and_strangers_need_a_login() {
    let sandbox = sandbox().await;
    let mut smtp = submitter(&sandbox).await;
    let refused = send(&mut smtp, "nobody@example.com", b"x")
        .await
        .unwrap_err();
    assert!(refused.is_permanent() && refused.to_string().contains("5.1.1"));
    let mut stranger = dial(&sandbox).await.expect("a greeting");
    let refused = send(&mut stranger, BEN, b"x").await.unwrap_err();
    assert!(refused.to_string().contains("5.7.0"), "{refused}");
    for mechanism in [Mechanism::Plain, Mechanism::Login, Mechanism::Xoauth2] {
        let wrong = Credentials::new(LUNCH.to_owned(), "guess".to_owned());
        let mut smtp = dial(&sandbox).await.expect("a greeting");
        assert!(soon(smtp.auth(&[mechanism], &wrong)).await.is_err());
        let right = Credentials::new(LUNCH.to_owned(), SECRET.to_owned());
        let mut smtp = dial(&sandbox).await.expect("a greeting");
        let welcome = soon(smtp.auth(&[mechanism], &right))
            .await
            .expect("a login");
        assert!(welcome.has_code(235));
    }
    let elsewhere = send(
        &mut smtp_after_reset(smtp).await,
        "eve@other.example",
        b"x\r\n",
    )
    .await;
    assert!(
        elsewhere.expect("taken").has_code(250),
        "other domains are only noted"
    );
    assert_eq!(sandbox.delivered().len(), 1);
}

/// lettre leaves a refused envelope open.
async fn smtp_after_reset(mut smtp: AsyncSmtpConnection) -> AsyncSmtpConnection {
    let reset = lettre::transport::smtp::commands::Rset;
    soon(smtp.command(reset)).await.expect("a reset");
    smtp
}

#[tokio::test]
async fn an_account_that_bounces_takes_the_mail_and_a_report_comes_back() {
    let sandbox = sandbox().await;
    let mut smtp = submitter(&sandbox).await;
    send(&mut smtp, GONE, LETTER.as_bytes())
        .await
        .expect("taken");
    let [report] = &sandbox.mailbox(LUNCH, "INBOX")[..] else {
        panic!("one report was due")
    };
    assert_eq!(field(&report.bytes, "Return-Path").as_deref(), Some("<>"));
    let parsed = mail_parser::MessageParser::default().parse(&*report.bytes);
    let parsed = parsed.expect("a message");
    let status = parsed.parts.iter().find_map(|part| {
        let is_status = mail_parser::MimeHeaders::content_type(part)
            .is_some_and(|t| t.subtype() == Some("delivery-status"));
        is_status.then(|| String::from_utf8_lossy(part.contents()).into_owned())
    });
    let status = status.expect("a delivery-status part");
    assert!(status.contains("Final-Recipient: rfc822; gone@example.com"));
    assert!(status.contains("Action: failed") && status.contains("Status: 5.1.1"));
    let original = parsed.parts.iter().find_map(|part| part.message());
    let original = original.and_then(|m| m.message_id().map(str::to_owned));
    assert_eq!(original.as_deref(), Some("one@example.com"));

    let mut smtp = submitter(&sandbox).await;
    soon(smtp.command(Mail::new(None, vec![])))
        .await
        .expect("a null sender");
    soon(smtp.command(Rcpt::new(GONE.parse().unwrap(), vec![])))
        .await
        .expect("taken");
    soon(smtp.command(Data)).await.expect("354");
    soon(smtp.message(LETTER.as_bytes())).await.expect("taken");
    assert_eq!(
        sandbox.mailbox(LUNCH, "INBOX").len(),
        1,
        "a bounce is not bounced"
    );
}

#[tokio::test]
async fn each_smtp_step_can_be_refused_and_works_the_next_time() {
    let sandbox = sandbox().await;
    let later = || Trouble::refuse(451, "4.3.0 Try later");
    let steps = [
        FaultPoint::Mail,
        FaultPoint::Rcpt("Ben@example.com".to_owned()),
        FaultPoint::Data,
        FaultPoint::Dot,
    ];
    for step in steps {
        sandbox.refuse(trouble(step.clone(), later()));
        let mut smtp = submitter(&sandbox).await;
        let before = sandbox.delivered().len();
        let error = send(&mut smtp, BEN, LETTER.as_bytes()).await.unwrap_err();
        assert!(error.is_transient(), "{step:?}: {error}");
        assert_eq!(
            sandbox.delivered().len(),
            before,
            "{step:?}: nothing was taken"
        );
        let mut again = smtp_after_reset(smtp).await;
        send(&mut again, BEN, LETTER.as_bytes())
            .await
            .expect("taken the next time");
    }
    for step in [FaultPoint::SmtpConnect, FaultPoint::Ehlo] {
        sandbox.refuse(trouble(step, later()));
        assert!(dial(&sandbox).await.is_err());
    }
    sandbox.refuse(trouble(FaultPoint::Auth, later()));
    let mut smtp = dial(&sandbox).await.expect("a greeting");
    let right = Credentials::new(LUNCH.to_owned(), SECRET.to_owned());
    assert!(soon(smtp.auth(&[Mechanism::Plain], &right)).await.is_err());
    assert_eq!(sandbox.look(PostOffice::faults_met), 7);
}

#[tokio::test]
async fn a_reply_lost_after_the_dot_leaves_the_letter_delivered() {
    let sandbox = sandbox().await;
    sandbox.refuse(trouble(FaultPoint::AfterDot, Trouble::Drop));
    let mut smtp = submitter(&sandbox).await;
    let unknown = send(&mut smtp, BEN, LETTER.as_bytes()).await.unwrap_err();
    assert!(!unknown.is_transient() && !unknown.is_permanent());
    assert_eq!(sandbox.mailbox(BEN, "INBOX").len(), 1);

    sandbox.refuse(trouble(FaultPoint::Dot, Trouble::Drop));
    let mut smtp = submitter(&sandbox).await;
    send(&mut smtp, BEN, LETTER.as_bytes()).await.unwrap_err();
    assert_eq!(
        sandbox.mailbox(BEN, "INBOX").len(),
        1,
        "this one was not taken"
    );

    let wait = Duration::from_millis(60);
    sandbox.refuse(trouble(FaultPoint::AfterDot, Trouble::Delay(wait)));
    let mut smtp = submitter(&sandbox).await;
    let asked = Instant::now();
    send(&mut smtp, BEN, LETTER.as_bytes())
        .await
        .expect("late but taken");
    assert!(asked.elapsed() >= wait);
}

#[tokio::test]
async fn silence_is_silence_until_the_connection_is_cut() {
    let sandbox = sandbox().await;
    sandbox.refuse(trouble(FaultPoint::AfterDot, Trouble::Silence));
    let mut smtp = submitter(&sandbox).await;
    {
        let mut sending = std::pin::pin!(send(&mut smtp, BEN, LETTER.as_bytes()));
        let delivered = sandbox.wait_for(|o| o.handovers().len() == 1, limit());
        tokio::select! {
            _ = &mut sending => panic!("silence was broken"),
            seen = delivered => seen.expect("the letter was taken"),
        }
        let patience = tokio::time::timeout(Duration::from_millis(50), &mut sending).await;
        assert!(patience.is_err(), "silence was broken");
        sandbox.cut_connections();
        assert!(soon(sending).await.is_err(), "cut means cut");
    }
    let mut again = submitter(&sandbox).await;
    send(&mut again, BEN, LETTER.as_bytes())
        .await
        .expect("the ports stay open");
}

#[tokio::test]
async fn what_is_not_proper_mail_is_refused_at_the_dot() {
    let sandbox = sandbox().await;
    let mut smtp = submitter(&sandbox).await;
    let long = [
        b"Subject: x\r\n\r\n".to_vec(),
        vec![b'x'; 999],
        b"\r\n".to_vec(),
    ]
    .concat();
    for (text, word) in [
        (long.as_slice(), "998"),
        (b"Subject: x\r\n\r\na\nb\r\n", "lone"),
        (b"Subject: x\r\n\r\na\0b\r\n", "NUL"),
    ] {
        let refused = send(&mut smtp, BEN, text).await.unwrap_err();
        assert!(
            refused.is_permanent() && refused.to_string().contains(word),
            "{refused}"
        );
    }
    let small = SandboxOptions {
        message_octets_max: 100,
        ..options()
    };
    let small = Sandbox::start(small).await.expect("a sandbox");
    let mut smtp = submitter(&small).await;
    let refused = send(&mut smtp, BEN, LETTER.as_bytes()).await.unwrap_err();
    assert!(refused.to_string().contains("5.3.4"), "{refused}");
    let size = vec![MailParameter::Size(101)];
    let refused = soon(smtp.command(Mail::new(LUNCH.parse().ok(), size))).await;
    assert!(refused.unwrap_err().to_string().contains("5.3.4"));
    assert_eq!(small.delivered(), []);
}

#[tokio::test]
async fn copies_of_what_was_sent_are_filed_as_ordered() {
    for copies in [
        SentCopies::None,
        SentCopies::Filed,
        SentCopies::Delayed(Duration::from_millis(40)),
    ] {
        let ordered = SandboxOptions {
            sent_copies: copies,
            ..options()
        };
        let sandbox = Sandbox::start(ordered).await.expect("a sandbox");
        let mut smtp = submitter(&sandbox).await;
        send(&mut smtp, BEN, LETTER.as_bytes())
            .await
            .expect("taken");
        let at_once = sandbox.mailbox(LUNCH, "Sent").len();
        assert_eq!(at_once, usize::from(copies == SentCopies::Filed));
        if copies == SentCopies::None {
            continue;
        }
        let filed = |o: &PostOffice| !o.messages(LUNCH, "Sent").is_empty();
        sandbox.wait_for(filed, limit()).await.expect("a copy");
        let mut lunch = reader(&sandbox, LUNCH).await;
        let listed = ask(&mut lunch, "LIST \"\" \"*\"").await;
        let sent = listed.untagged.iter().find_map(|l| match l {
            Heard::List { attributes, name } => attributes.contains("Sent").then_some(name),
            _ => None,
        });
        assert_eq!(
            sent.map(String::as_str),
            Some("Sent"),
            "SPECIAL-USE tells which it is"
        );
        soon(lunch.select("Sent")).await.expect("Sent");
        let found = uids(&mut lunch, "HEADER Message-ID <one@example.com>").await;
        assert_eq!(found, [1]);
    }
}

#[tokio::test]
async fn five_thousand_messages_are_found_and_fetched_quickly() {
    let sandbox = sandbox().await;
    let filler = "All work and no lunch makes for a dull month.\r\n".repeat(40);
    for n in 1..=5_000 {
        let text = outside(n) + &filler;
        sandbox.deliver(LUNCH, text).expect("delivered");
    }
    let mut lunch = inbox(&sandbox, LUNCH).await;
    let begun = Instant::now();
    let found = uids(&mut lunch, "UID 1:*").await;
    assert_eq!((found.len(), found[4_999]), (5_000, 5_000));
    let whole = ask(&mut lunch, "UID FETCH 1:* (UID BODY.PEEK[])").await;
    assert_eq!(whole.fetched().len(), 5_000);
    let last = whole.fetched()[4_999];
    assert!(last.text.contains("Subject: Number 5000\r\n") && last.uid == Some(5_000));
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(8), "it took {took:?}");
}

#[tokio::test]
async fn searches_mean_what_they_say() {
    let noon = chrono::Utc.with_ymd_and_hms(2026, 10, 5, 12, 0, 0);
    let clock = Clock::by_hand(noon.single().expect("a time"));
    let ordered = SandboxOptions {
        clock: clock.clone(),
        ..options()
    };
    let sandbox = Sandbox::start(ordered).await.expect("a sandbox");
    for n in 1..=3 {
        sandbox.deliver(LUNCH, outside(n)).expect("delivered");
        clock.advance_to(clock.now() + chrono::TimeDelta::days(1));
    }
    let mut lunch = inbox(&sandbox, LUNCH).await;
    soon(lunch.run_command_and_check_ok("UID STORE 2 +FLAGS (\\Seen $Lunch)"))
        .await
        .expect("stored");
    for (query, expected) in [
        ("ALL", &[1, 2, 3][..]),
        ("UID 2:*", &[2, 3]),
        ("UID 9:*", &[3]),
        ("2", &[2]),
        ("UNSEEN", &[1, 3]),
        ("KEYWORD $Lunch", &[2]),
        ("UNSEEN UID 2:3", &[3]),
        ("HEADER Message-ID <2@outside.example>", &[2]),
        ("HEADER X-None \"\"", &[]),
        ("FROM cara SUBJECT \"number 3\"", &[3]),
        ("SINCE 6-Oct-2026", &[2, 3]),
        ("NOT SINCE 6-Oct-2026", &[1]),
        ("OR UID 1 BODY \"hi 3\"", &[1, 3]),
        ("SENTON 5-Oct-2026 SEEN", &[2]),
    ] {
        assert_eq!(uids(&mut lunch, query).await, expected, "{query}");
    }
    let dates = ask(&mut lunch, "UID FETCH 2 (INTERNALDATE RFC822.SIZE)").await;
    assert_eq!(dates.first().date, "06-Oct-2026 12:00:00 +0000");
    let head = "UID FETCH 3 (BODY.PEEK[HEADER.FIELDS (Subject Message-ID)])";
    let head = ask(&mut lunch, head).await.first().text.clone();
    assert_eq!(
        head,
        "Subject: Number 3\r\nMessage-ID: <3@outside.example>\r\n\r\n"
    );
    let part = ask(&mut lunch, "UID FETCH 3 BODY.PEEK[TEXT]<1.3>").await;
    assert_eq!(part.first().text, "i 3");
}

#[tokio::test]
async fn a_recreated_mailbox_has_a_new_validity_and_ends_open_sessions() {
    let sandbox = sandbox().await;
    sandbox.deliver(LUNCH, outside(1)).expect("delivered");
    let mut lunch = reader(&sandbox, LUNCH).await;
    let before = soon(lunch.select("INBOX")).await.expect("an inbox");
    assert_eq!((before.exists, before.uid_next), (1, Some(2)));
    sandbox.recreate_mailbox(LUNCH, "INBOX").expect("made anew");
    let farewell = ask(&mut lunch, "NOOP").await;
    assert!(
        farewell.untagged.contains(&Heard::Bye),
        "the session is told"
    );
    assert!(try_ask(&mut lunch, "NOOP").await.is_none(), "and closed");
    let mut lunch = reader(&sandbox, LUNCH).await;
    let after = soon(lunch.select("INBOX")).await.expect("an inbox");
    assert_eq!((after.exists, after.uid_next), (0, Some(1)));
    assert!(after.uid_validity > before.uid_validity);
    assert!(sandbox.recreate_mailbox(LUNCH, "Nowhere").is_err());
}

#[tokio::test]
async fn a_second_session_sees_what_the_first_one_does() {
    let sandbox = sandbox().await;
    for n in 1..=3 {
        sandbox.deliver(LUNCH, outside(n)).expect("delivered");
    }
    let mut one = inbox(&sandbox, LUNCH).await;
    let mut two = inbox(&sandbox, LUNCH).await;
    ask(&mut one, "UID STORE 3 +FLAGS (\\Flagged)").await;
    let news = ask(&mut two, "NOOP").await;
    assert_eq!(
        (news.first().seq, news.first().flags.clone()),
        (3, vec!["\\Flagged".to_owned()])
    );
    ask(&mut one, "UID STORE 1 +FLAGS.SILENT (\\Deleted)").await;
    assert_eq!(ask(&mut one, "EXPUNGE").await.expunged(), [1]);
    let held = ask(&mut two, "FETCH 3 (UID)").await;
    assert_eq!(
        held.expunged(),
        [0u32; 0],
        "numbers stay while numbers are used"
    );
    assert_eq!(held.first().uid, Some(3));
    sandbox.deliver(LUNCH, outside(4)).expect("delivered");
    let news = ask(&mut two, "NOOP").await;
    assert_eq!(
        (news.expunged(), news.untagged.contains(&Heard::Exists(3))),
        (vec![1], true)
    );
    assert_eq!(uids(&mut two, "ALL").await, [2, 3, 4]);
    let quiet = ask(&mut two, "NOOP").await;
    assert!(quiet.untagged.is_empty(), "told once is enough");
}

#[tokio::test]
async fn uidplus_tells_the_new_uids() {
    let sandbox = sandbox().await;
    for n in 1..=2 {
        sandbox.deliver(LUNCH, outside(n)).expect("delivered");
    }
    let mut lunch = inbox(&sandbox, LUNCH).await;
    let missing = ask(&mut lunch, "UID COPY 2 Archive").await;
    assert!(missing.code == "TryCreate");
    soon(lunch.create("Archive")).await.expect("made");
    soon(lunch.subscribe("Archive")).await.expect("subscribed");
    assert!(lunch.create("Archive").await.is_err(), "there is one");
    let copied = ask(&mut lunch, "UID COPY 2 Archive").await;
    let validity = sandbox.look(|o| o.mailbox(LUNCH, "Archive").map(|m| m.uid_validity));
    let expected = validity.map(|v| format!("CopyUid({v}, [Uid(2)], [Uid(1)])"));
    assert_eq!(Some(copied.code), expected);
    soon(lunch.append(
        "Archive",
        Some("(\\Seen)"),
        None,
        b"Subject: kept\r\n\r\nx\r\n",
    ))
    .await
    .expect("filed");
    assert_eq!(sandbox.mailbox(LUNCH, "Archive")[1].uid, 2);
    ask(&mut lunch, "UID STORE 1:2 +FLAGS (\\Deleted)").await;
    assert_eq!(ask(&mut lunch, "UID EXPUNGE 2").await.expunged(), [2]);
    let counted = soon(lunch.status("Archive", "(MESSAGES UIDNEXT UNSEEN)")).await;
    let counted = counted.expect("counted");
    assert_eq!(
        (counted.exists, counted.uid_next, counted.unseen),
        (2, Some(3), Some(1))
    );
    let left: Vec<u32> = sandbox
        .mailbox(LUNCH, "INBOX")
        .iter()
        .map(|m| m.uid)
        .collect();
    assert_eq!(left, [1]);
}

#[tokio::test]
async fn an_old_server_offers_neither_idle_nor_move_nor_uidplus() {
    let plain = SandboxOptions {
        idle: false,
        move_: false,
        uidplus: false,
        delimiter: '.',
        ..options()
    };
    let sandbox = Sandbox::start(plain).await.expect("a sandbox");
    sandbox.deliver(LUNCH, outside(1)).expect("delivered");
    let mut lunch = inbox(&sandbox, LUNCH).await;
    let offers = soon(lunch.capabilities()).await.expect("offers");
    for name in ["IDLE", "MOVE", "UIDPLUS"] {
        assert!(!offers.has_str(name), "{name}");
    }
    for command in ["IDLE", "UID MOVE 1 Sent", "UID EXPUNGE 1"] {
        assert_eq!(ask(&mut lunch, command).await.status, "BAD", "{command}");
    }
    let copied = ask(&mut lunch, "UID COPY 1 Sent").await;
    assert!(copied.status == "OK" && copied.code.is_empty());
    let unknown = ask(&mut lunch, "FROBNICATE 1").await;
    assert_eq!(unknown.status, "BAD", "an unknown command keeps its tag");
}

/// SASL for async-imap.
struct Sasl(&'static str);
impl async_imap::Authenticator for Sasl {
    type Response = String;
    fn process(&mut self, challenge: &[u8]) -> String {
        if challenge.is_empty() {
            self.0.to_owned()
        } else {
            String::new()
        }
    }
}

#[tokio::test]
async fn logins_work_by_plain_and_token_and_fail_when_wrong() {
    let sandbox = sandbox().await;
    for (mechanism, said, right) in [
        ("PLAIN", "\0lunch@example.com\0secret", true),
        ("PLAIN", "\0lunch@example.com\0guess", false),
        (
            "XOAUTH2",
            "user=lunch@example.com\x01auth=Bearer secret\x01\x01",
            true,
        ),
        (
            "XOAUTH2",
            "user=lunch@example.com\x01auth=Bearer old\x01\x01",
            false,
        ),
    ] {
        let client = knock(&sandbox).await;
        let login = soon(client.authenticate(mechanism, Sasl(said))).await;
        assert_eq!(login.is_ok(), right, "{mechanism} {said:?}");
    }
    assert!(
        soon(knock(&sandbox).await.login(LUNCH, "guess"))
            .await
            .is_err()
    );
    sandbox.refuse(trouble(
        FaultPoint::ImapLogin,
        Trouble::refuse(0, "[UNAVAILABLE] Later"),
    ));
    assert!(
        soon(knock(&sandbox).await.login(LUNCH, SECRET))
            .await
            .is_err()
    );
    assert!(
        soon(knock(&sandbox).await.login(LUNCH, SECRET))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn each_imap_step_can_go_wrong() {
    let sandbox = sandbox().await;
    sandbox.deliver(LUNCH, outside(1)).expect("delivered");
    let no = || Trouble::refuse(0, "[SERVERBUG] Not today");
    let at = |name: &str| FaultPoint::ImapCommand(name.to_owned());
    let mut lunch = inbox(&sandbox, LUNCH).await;
    sandbox.refuse(trouble(at("UID SEARCH"), no()));
    assert_eq!(ask(&mut lunch, "UID SEARCH ALL").await.status, "NO");
    sandbox.refuse(trouble(at("IDLE"), no()));
    assert_eq!(ask(&mut lunch, "IDLE").await.status, "NO");
    let reply = FaultPoint::ImapReply("FETCH".to_owned());
    sandbox.refuse(trouble(reply.clone(), no()));
    let told = ask(&mut lunch, "UID FETCH 1 (UID)").await;
    assert_eq!(
        (told.fetched().len(), told.status),
        (1, "NO"),
        "data, then NO"
    );

    sandbox.refuse(trouble(reply, Trouble::Drop));
    let id = soon(lunch.run_command("UID FETCH 1 (UID)"))
        .await
        .expect("sent");
    let data = soon(lunch.read_response())
        .await
        .expect("read")
        .expect("the data");
    assert!(matches!(data.parsed(), Line::Fetch(..)));
    let end = soon(lunch.read_response()).await;
    assert!(
        !matches!(end, Ok(Some(_))),
        "{id:?} must stay without its tagged line"
    );

    let mut lunch = inbox(&sandbox, LUNCH).await;
    sandbox.refuse(trouble(
        FaultPoint::ImapReply("MOVE".to_owned()),
        Trouble::Drop,
    ));
    assert!(try_ask(&mut lunch, "UID MOVE 1 Sent").await.is_none());
    assert_eq!(
        sandbox.mailbox(LUNCH, "Sent").len(),
        1,
        "moved, but nobody heard"
    );

    let mut lunch = inbox(&sandbox, LUNCH).await;
    sandbox.refuse(trouble(at("NOOP"), Trouble::Silence));
    soon(lunch.run_command("NOOP")).await.expect("sent");
    let heard = tokio::time::timeout(Duration::from_millis(50), lunch.read_response()).await;
    assert!(heard.is_err(), "silence was broken");
    sandbox.refuse(trouble(
        FaultPoint::ImapConnect,
        Trouble::refuse(0, "Too many guests"),
    ));
    let mut client = knock(&sandbox).await;
    assert!(!matches!(soon(client.read_response()).await, Ok(Some(_))));
    assert!(
        soon(knock(&sandbox).await.login(LUNCH, SECRET))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn news_kept_back_during_idle_are_there_on_asking() {
    let sandbox = sandbox().await;
    let mut idle = inbox(&sandbox, LUNCH).await.idle();
    soon(idle.init()).await.expect("IDLE");
    sandbox.refuse(trouble(FaultPoint::ImapPush, Trouble::Silence));
    sandbox.deliver(LUNCH, outside(1)).expect("delivered");
    let kept = |o: &PostOffice| o.faults_met() == 1;
    sandbox
        .wait_for(kept, limit())
        .await
        .expect("a push to keep back");
    let mut lunch = soon(idle.done()).await.expect("DONE");
    assert_eq!(uids(&mut lunch, "UID 1:*").await, [1]);
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
    let port = sandbox.smtp_port();
    soon(sandbox.stop()).await;
    assert!(soon(TcpStream::connect(("127.0.0.1", port))).await.is_err());
}
