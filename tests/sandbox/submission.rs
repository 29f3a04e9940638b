//! Handing mail in: who may, to whom, what is refused, what comes back, and every fault.

use super::*;

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
