//! Reading mail: searches, fetches, two sessions at once, old servers, and every fault.

use super::*;

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
    let mut idle = inbox(&sandbox, LUNCH).await.idle();
    soon(idle.init()).await.expect("IDLE");
    sandbox.recreate_mailbox(LUNCH, "INBOX").expect("made anew");
    {
        let (news, _stop) = idle.wait_with_timeout(limit());
        let news = soon(news).await.expect("BYE");
        assert!(matches!(news, IdleResponse::NewData(_)));
    }
    assert!(soon(idle.done()).await.is_err(), "the idle one is closed");
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
    let fetch = FaultPoint::ImapReply("FETCH".to_owned());
    sandbox.refuse(trouble(fetch, Trouble::BreakOff));
    let half = try_ask(&mut lunch, "UID FETCH 1 BODY.PEEK[]").await;
    assert!(half.is_none(), "it ends inside the literal");

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
