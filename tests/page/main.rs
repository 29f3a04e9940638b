//! The demo's page without a browser: a newcomer's way by its forms, and what it turns away.

mod visitor;

use postlunch::demo::client::{Mail, Writer, reply};
use postlunch::demo::page::suggestions::suggestions;
use postlunch::lunch::act::Answering;
use postlunch::reading::message::Message;
use postlunch::reading::{Context, read};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use visitor::{HOSTILE, Seen, Visitor, unescaped};

/// The title of the step that comes next, and where its link leads, if it has one.
fn step(page: &Seen) -> (String, Option<String>) {
    let now = page.between("<div class=\"now\">", "</div>");
    let (_, rest) = now.split_once("<h2>").expect("a title");
    let (title, _) = rest.split_once("</h2>").expect("its end");
    let link = now.split_once("class=\"button main\" href=\"");
    let link = link.map(|(_, rest)| rest.split('"').next().expect("a link"));
    (unescaped(title), link.map(unescaped))
}

/// Goes on as the step says, and returns its title.
fn go_on(visitor: &Visitor) -> String {
    let page = visitor.get("/");
    let (title, link) = step(&page);
    match (title.as_str(), link) {
        ("Answer as Ben", Some(letter)) => _ = visitor.say(&letter, 0),
        ("Answer as Cara", Some(letter)) => _ = visitor.say(&letter, 3),
        ("Write notes as Ben", Some(letter)) => _ = visitor.say(&letter, 0),
        ("Write notes as Ana", Some(letter)) => _ = visitor.say(&letter, 1),
        (_, Some(link)) => _ = visitor.get(&link),
        (_, None) => {
            let now = page.between("<div class=\"now\">", "</div>");
            let (_, rest) = now.split_once("name=\"until\" value=\"").expect("a button");
            let until = rest.split('"').next().expect("its value");
            visitor.submit(&page, "/clock", &[("until", until)]);
        }
    }
    title
}

#[test]
fn a_newcomers_way_from_the_invitation_to_a_summary() {
    let visitor = Visitor::enter();
    let mut way = Vec::new();
    while way.last().is_none_or(|last| last != "That is all of it") {
        let page = visitor.get("/");
        let told = page.between("<p class=\"count\">", "</p>");
        assert!(
            told.contains("10"),
            "all ten are told from the start: {told}"
        );
        way.push(go_on(&visitor));
        assert!(way.len() < 20, "{way:?}");
    }
    assert_eq!(
        way,
        [
            "Read Ben's invitation",
            "Answer as Ben",
            "Answer as Cara",
            "Look at Ben's calendar entry",
            "Skip to the lunch",
            "Write notes as Ben",
            "Write notes as Ana",
            "Read what one told the other",
            "Skip to the month's end",
            "Read a summary",
            "That is all of it",
        ]
    );
    let page = visitor.get("/");
    assert_eq!(page.body.matches("<li class=\"done\"").count(), 10);
    assert!(page.body.contains("Ana and Ben: one lunch, on 7 January."));
    assert!(page.body.contains("<path class=\"held\""), "a thread");
    let cara = page.between("aria-label=\"Cara's inbox\"", "</section>");
    assert_eq!(
        cara.matches("class=\"entry").count(),
        3,
        "asked, no, and one kind line"
    );
    assert!(page.body.contains("A no, for good"), "what was understood");
    // The notes of one are in the other's inbox and in a summary, word for word.
    let summary = page
        .body
        .split("href=\"")
        .filter_map(|rest| rest.split('"').next())
        .map(unescaped)
        .filter(|href| href.starts_with("/mail/"))
        .map(|href| visitor.get(&format!("{href}?view=text")))
        .find(|mail| mail.body.contains("GOOD MOMENTS"));
    let summary = unescaped(&summary.expect("a summary").body);
    assert!(
        summary.contains("and sat on your hands") || summary.contains("read the error out loud")
    );
}

#[test]
fn whoever_says_no_where_a_yes_was_meant_is_told_how_to_go_on() {
    let visitor = Visitor::enter();
    for name in ["Ben", "Cara"] {
        let page = visitor.get("/");
        let inbox = page.between(&format!("aria-label=\"{name}'s inbox\""), "</section>");
        let (_, rest) = inbox.split_once("href=\"").expect("a letter");
        let letter = unescaped(rest.split('"').next().expect("its place"));
        visitor.say(&letter, 3);
    }
    let page = visitor.get("/");
    let (title, link) = step(&page);
    assert_eq!(title, "Let somebody ask somebody else");
    assert_eq!(link.as_deref(), Some("/#invite"));
    let fields = [("from", "Cara"), ("to", "Dan"), ("note", "Lunch?")];
    let page = visitor.submit(&page, "/invite", &fields);
    assert_eq!(step(&page).0, "Answer as Dan");
    assert!(page.body.contains("Cara has invited Dan."));
    let dan = page.between("aria-label=\"Dan's inbox\"", "</section>");
    assert!(dan.contains("Cara via Lunch"), "{dan}");
    // Nobody whom Ana would ask again: the daemon refuses, and the page says so.
    let fields = [("from", "Ana"), ("to", "Ben"), ("note", "")];
    let page = visitor.submit(&page, "/invite", &fields);
    let told = page.between("class=\"notice trouble\"", "</section>");
    assert!(
        told.contains("<p>This invitation cannot be sent from here.</p>"),
        "{told}"
    );
    let page = visitor.submit(&page, "/again", &[]);
    assert_eq!(step(&page).0, "Read Ben's invitation");
}

#[test]
fn whoever_wants_no_notes_is_led_to_the_lunch_and_no_further() {
    let visitor = Visitor::enter();
    let form = visitor.get("/mail/0");
    let fields = [("words", "Yes, but no notes"), ("habit", "phone")];
    visitor.submit(&form, "/reply/0", &fields);
    visitor.say("/mail/1", 3);
    let mut way = Vec::new();
    while way.last().is_none_or(|last| last != "That is all of it") {
        way.push(go_on(&visitor));
        assert!(way.len() < 9, "{way:?}");
    }
    let rest = [
        "Look at Ben's calendar entry",
        "Skip to the lunch",
        "That is all of it",
    ];
    assert_eq!(way, rest);
}

#[test]
fn whoever_is_not_ready_yet_is_asked_again() {
    let visitor = Visitor::enter();
    visitor.say("/mail/0", 2);
    let page = visitor.get("/");
    assert_eq!(step(&page).0, "Answer as Cara");
    assert!(page.body.contains("Say yes this time"));
    visitor.say("/mail/1", 3);
    assert_eq!(go_on(&visitor), "Wait until the letter comes back");
    let page = visitor.get("/");
    assert_eq!(step(&page).0, "Answer as Ben once more");
    let told = page.between("<p class=\"count\">", "</p>");
    assert_eq!(told, "Step 4 of 11", "what was done stays done");
    assert!(page.between("<time>", "</time>").contains("March 2027"));
    let (_, link) = step(&page);
    visitor.say(&link.expect("the letter that came back"), 0);
    let page = visitor.get("/");
    assert_eq!(step(&page).0, "Look at Ben's calendar entry");
}

/// The newest letter in somebody's inbox whose subject holds this.
fn newest(visitor: &Visitor, name: &str, subject: &str) -> String {
    let page = visitor.get("/");
    let inbox = page.between(&format!("aria-label=\"{name}'s inbox\""), "</section>");
    let mut entries = inbox.split("<a class=\"entry").skip(1);
    let found = entries.find(|entry| {
        let entry = unescaped(entry);
        entry.contains("href=\"/mail/") && entry.contains(subject)
    });
    let found = found.unwrap_or_else(|| panic!("no '{subject}' to {name}: {inbox}"));
    let (_, rest) = found.split_once("href=\"").expect("a link");
    unescaped(rest.split('"').next().expect("its end"))
}

/// Types words into the reply to a letter; what the daemon understood, as the overview tells it.
fn understood(visitor: &Visitor, letter: &str, words: &str) -> String {
    let form = visitor.get(letter);
    let action = letter.replace("/mail/", "/reply/");
    visitor.submit(&form, &action, &[("words", words), ("habit", "phone")]);
    let page = visitor.get("/");
    let verdicts = page.between("<ul class=\"verdicts\">", "</ul>");
    let (_, newest) = verdicts.split_once("<br>").expect("a verdict");
    unescaped(newest.split("</a>").next().expect("its end"))
}

#[test]
fn what_was_understood_is_told_by_what_was_asked() {
    let visitor = Visitor::enter();
    let mut way = Vec::new();
    while way
        .last()
        .is_none_or(|last| last != "Skip to the month's end")
    {
        way.push(go_on(&visitor));
    }
    // Both summaries are there, though each comes on a morning of its own.
    for name in ["Ana", "Ben"] {
        newest(&visitor, name, "Your lunches in January");
    }
    let exchange = newest(&visitor, "Ben", "what Ana told you");
    assert_eq!(
        understood(&visitor, &exchange, "Thank you. I have told Dan so."),
        "Words for the partner, who gets them as they are."
    );
    let summary = newest(&visitor, "Ana", "Your lunches in January");
    understood(&visitor, &summary, "board: dan+board@example.com");
    let asked = newest(&visitor, "Ana", "board");
    assert_eq!(
        understood(&visitor, &asked, "Yes"),
        "A yes: cards of their lunches go to that board."
    );
    let request = newest(&visitor, "Ben", "Lunch with Ana");
    let told = understood(&visitor, &request, "resume");
    assert!(told.starts_with("On with the lunches"), "{told}");
}

#[test]
fn buttons_of_letter_and_calendar_answer_too() {
    let visitor = Visitor::enter();
    let (_, letter) = step(&visitor.get("/"));
    let letter = letter.expect("Ben's invitation");
    let frame = visitor.get(&letter.replace("/mail/", "/letter/"));
    assert!(!frame.body.contains("mailto:"), "all lead to a form");
    assert!(
        frame
            .head
            .contains("sandbox allow-same-origin allow-top-navigation")
    );
    let link = frame.between("target=\"_top\" href=\"", "#words\"");
    let form = visitor.get(link);
    assert_eq!(form.typed(), "Yes");
    let action = letter.replace("/mail/", "/reply/");
    let answer = visitor.submit(&form, &action, &[("words", "Yes")]);
    assert!(answer.body.contains("by a button of the letter"));
    assert!(
        answer.body.contains("<p class=\"said\">A yes.</p>"),
        "{}",
        answer.body
    );
    let entry = answer
        .body
        .split("<a class=\"entry")
        .find(|one| one.contains("▦"));
    let (_, rest) = entry
        .expect("an entry")
        .split_once("href=\"")
        .expect("a place");
    let entry = unescaped(rest.split('"').next().expect("its place"));
    let mail = visitor.get(&entry);
    assert!(
        mail.body.contains("every other week"),
        "the card says how often"
    );
    let action = entry.replace("/mail/", "/calendar/");
    let answer = visitor.submit(&mail, &action, &[("answer", "accept")]);
    assert!(
        answer
            .body
            .contains("Their calendar accepts every lunch of the series.")
    );
    assert!(visitor.get(&entry).body.contains("accepted it."));
    let answer = visitor.submit(&mail, &action, &[("answer", "decline")]);
    assert!(answer.body.contains("Their calendar declines"));
    assert!(
        !answer.body.contains("No letter went out"),
        "it ends their lunches"
    );
}

#[test]
fn other_sites_and_other_names_are_turned_away() {
    let visitor = Visitor::enter();
    let port = visitor.port;
    for host in [
        "Host: evil.example\r\n".to_owned(),
        format!("Host: evil.example:{port}\r\n"),
        format!("Host: 127.0.0.1:{port}\r\nHost: evil.example\r\n"),
        format!("Host: 127.0.0.1:{}\r\n", port ^ 1),
    ] {
        let seen = visitor.ask("GET", "/", &host, "");
        assert!([400, 403].contains(&seen.status), "{host}: {}", seen.status);
        assert!(!seen.body.contains("Ana"), "{host}");
    }
    let local = format!("Host: localhost:{port}\r\n");
    assert_eq!(visitor.ask("GET", "/", &local, "").status, 200);
    let page = visitor.get("/");
    let token = page.form("/clock")[0].1.clone();
    let clock = page.between("<time>", "</time>").to_owned();
    let own = format!("Origin: http://127.0.0.1:{port}\r\n");
    let turned_away = [
        ("no token", own.clone(), ""),
        (
            "another token",
            own.clone(),
            "0123456789abcdef0123456789abcdef",
        ),
        (
            "another site",
            "Origin: http://evil.example\r\n".to_owned(),
            &token,
        ),
        ("a hidden site", "Origin: null\r\n".to_owned(), &token),
        (
            "another port",
            "Origin: http://127.0.0.1:1\r\n".to_owned(),
            &token,
        ),
        (
            "cross-site",
            format!("{own}Sec-Fetch-Site: cross-site\r\n"),
            &token,
        ),
        (
            "same-site",
            format!("{own}Sec-Fetch-Site: same-site\r\n"),
            &token,
        ),
    ];
    for (what, more, token) in &turned_away {
        let seen = visitor.post("/clock", more, &[("token", token), ("until", "fortnight")]);
        assert_eq!(seen.status, 403, "{what}");
    }
    assert_eq!(
        visitor.get("/").between("<time>", "</time>"),
        clock,
        "nothing moved"
    );
    assert_eq!(visitor.try_get("/clock").status, 405, "no link moves it");
    let fields = [("token", token.as_str()), ("until", "fortnight")];
    assert_eq!(visitor.post("/clock", &own, &fields).status, 303);
    assert_ne!(visitor.get("/").between("<time>", "</time>"), clock);
}

#[test]
fn every_answer_says_what_a_browser_may_do_with_it() {
    let visitor = Visitor::enter();
    for path in [
        "/",
        "/mail/0",
        "/letter/0",
        "/style.css",
        "/try",
        "/mail/999",
        "/nowhere",
    ] {
        let seen = visitor.try_get(path);
        let head = seen.head.to_ascii_lowercase();
        for field in [
            "content-security-policy: default-src 'none'; ",
            "x-content-type-options: nosniff",
            "cache-control: no-store",
            "referrer-policy: same-origin",
            "cross-origin-resource-policy: same-origin",
        ] {
            assert!(head.contains(field), "{path}: {field} in {head}");
        }
        assert_eq!(head.matches("content-security-policy").count(), 1, "{path}");
        for outside in ["http://", "https://", "src=\"//", "@import", "url("] {
            let own = seen.body.replace("http://www.w3.org/", "");
            assert!(!own.contains(outside), "{path}: {outside}");
        }
        assert!(
            !seen.body.contains(" style=") || path == "/letter/0",
            "{path}"
        );
        assert!(
            !seen.body.contains("<script>") && !seen.body.contains(" onclick"),
            "{path}"
        );
    }
    assert_eq!(visitor.try_get("/mail/999").status, 404);
}

#[test]
fn hostile_words_are_shown_and_do_nothing() {
    let visitor = Visitor::enter();
    let hostile = "Yes!</textarea><script>alert(1)</script><img src=x onerror=alert(2)> & \"so\" it's\r\n\
                   .\r\nSubject: x\r\n\r\n{{ around.token }} \u{202e}\u{0}";
    let page = visitor.get("/mail/0");
    let fields = [("words", hostile), ("habit", "webmail")];
    let answer = visitor.submit(&page, "/reply/0", &fields);
    let mut seen = vec![answer];
    let trial = visitor.get("/try");
    let fields = [("words", hostile), ("answering", "invitation")];
    seen.push(visitor.submit(&trial, "/try", &fields));
    seen.push(visitor.get("/"));
    for number in 0..8 {
        for path in ["/mail/", "/letter/"] {
            seen.push(visitor.try_get(&format!("{path}{number}")));
        }
    }
    for page in &seen {
        let raw = page
            .body
            .replace("<script src=\"/page.js\" defer></script>", "");
        assert!(!raw.contains("<script"), "{raw}");
        assert!(!raw.contains("<img src=x"), "{raw}");
    }
    let first = &seen[0].body;
    assert!(first.contains("&lt;script&gt;"), "it is shown: {first}");
    assert!(
        seen[1].body.contains("{{ around.token }}"),
        "and not filled in"
    );
    // One long line, as people type on a phone.
    let page = visitor.get("/mail/1");
    let long = "Sounds lovely, count me in! ".repeat(60);
    for habit in ["webmail", "phone", "bare"] {
        let fields = [("words", long.as_str()), ("habit", habit)];
        let answer = visitor.submit(&page, "/reply/1", &fields);
        assert!(answer.body.contains("<span class=\"own\">"), "{habit}");
    }
    let long = "yes ".repeat(100_000);
    let page = visitor.get("/mail/1");
    let token = page.form("/reply/1")[0].1.clone();
    let fields = [
        ("token", token.as_str()),
        ("words", long.as_str()),
        ("habit", "bare"),
    ];
    let refused = visitor.post("/reply/1", "", &fields);
    assert_eq!(refused.status, 413);
    assert!(refused.body.contains("That is too long"));
    let fields = [("words", "  "), ("habit", "bare")];
    let page = visitor.submit(&page, "/reply/1", &fields);
    assert!(page.body.contains("There is nothing in it yet"));
}

/// What it would do in a browser: `tests/browser.rs`.
#[test]
fn a_foreign_mail_is_shown_in_a_frame_that_can_do_nothing() {
    let visitor = Visitor::enter_after("ben@example.com", HOSTILE.as_bytes());
    let inbox = visitor.get("/");
    let (before, _) = inbox.body.split_once("mallory").unwrap_or_else(|| {
        inbox
            .body
            .split_once("&lt;script&gt;owned()")
            .expect("it came")
    });
    let place = before.rsplit("href=\"").next().expect("a link");
    let place = unescaped(place.split('"').next().expect("its end"));
    for view in ["", "?view=text", "?view=head", "?press=0"] {
        let page = visitor.get(&format!("{place}{view}"));
        let own = page
            .body
            .replace("<script src=\"/page.js\" defer></script>", "");
        for harm in ["<script", "<img src=x", "onload=", "javascript:", "<base"] {
            let shown = own.replace("&quot;", "\"");
            assert!(!own.contains(harm), "{view}: {harm} in {shown}");
        }
        assert!(!own.contains("class=\"chip\""), "nothing to answer it with");
    }
    let page = visitor.get(&place);
    let frame = page.between("<iframe class=\"letter\"", "></iframe>");
    let (_, allowed) = frame.split_once(" sandbox=\"").expect("a sandbox");
    let allowed = allowed.trim_end_matches('"');
    assert_eq!(
        allowed,
        "allow-same-origin allow-top-navigation-by-user-activation"
    );
    let letter = visitor.get(&place.replace("/mail/", "/letter/"));
    assert!(letter.body.contains("hello, a foreign mail"));
    assert!(!letter.body.contains("<iframe"), "browsers connect first");
    let policy = letter
        .head
        .lines()
        .find_map(|line| line.strip_prefix("content-security-policy: "))
        .expect("a policy");
    let parts: Vec<&str> = policy.split("; ").collect();
    for part in [
        "default-src 'none'",
        "img-src data:",
        "form-action 'none'",
        "base-uri 'none'",
        &format!("sandbox {allowed}"),
    ] {
        assert!(parts.contains(&part), "{part} in {policy}");
    }
    assert!(!policy.contains("script-src") && !policy.contains("allow-scripts"));
    assert!(!page.body.contains("action=\"/reply/"), "nobody answers it");
    let token = page.form("/clock")[0].1.clone();
    let fields = [("token", token.as_str()), ("words", "Who are you?")];
    let path = place.replace("/mail/", "/reply/");
    assert_eq!(visitor.post(&path, "", &fields).status, 404);
}

#[test]
fn a_pasted_reply_is_taken_apart() {
    let visitor = Visitor::enter();
    let page = visitor.get("/try");
    let pasted = "Sure, why not!\n\nBen\n\nOn Mon, 4 Jan 2027, Ana via Lunch wrote:\n> Shall we?\n";
    let fields = [("words", pasted), ("answering", "invitation")];
    let seen = visitor.submit(&page, "/try", &fields);
    for shown in [
        "</span>Sure, why not!</span>",
        "<span class=\"quote\">&gt; Shall we?</span>",
        "<span class=\"introduction\">On Mon",
        "<p class=\"said\">A yes.</p>",
        "<dt>Because</dt>",
        "<dt>What would change it</dt>",
    ] {
        assert!(seen.body.contains(shown), "{shown} in {}", seen.body);
    }
    assert_eq!(seen.typed(), pasted, "and stays in the box");
    let whole = "From: Ben <ben@example.com>\nSubject: Automatic reply: Lunch\n\
                 Auto-Submitted: auto-replied\n\nI am away until 18 January.\n";
    let fields = [("words", whole), ("answering", "invitation")];
    let seen = visitor.submit(&page, "/try", &fields);
    assert!(seen.body.contains("A program wrote this"), "{}", seen.body);
    // The examples are what their buttons say.
    for (example, said) in ["A yes.", "A no", "Notes", "A machine answers"]
        .iter()
        .enumerate()
    {
        let page = visitor.get(&format!("/try?say={example}"));
        let (words, answering) = (page.typed(), page.chosen("answering"));
        let fields = [("words", words.as_str()), ("answering", &answering)];
        let seen = visitor.submit(&page, "/try", &fields);
        let verdict = seen.between("<p class=\"said\">", "</p>");
        assert!(verdict.starts_with(said), "{example}: {verdict}");
        if example < 3 {
            assert!(seen.body.contains("<span class=\"quote\">"), "{example}");
            assert!(seen.body.contains("<span class=\"own\">"), "{example}");
        }
    }
}

/// The label says what it is, so the reading has to say the same.
#[test]
fn each_suggested_answer_is_understood_as_what_it_is_called() {
    let letter = |subject: &str| {
        Mail {
        from: "Lunch <lunch@example.com>".to_owned(),
        reply_to: "lunch@example.com".to_owned(),
        subject: subject.to_owned(),
        message_id: "letter@example.com".to_owned(),
        text: "Hi Ben,\n\nHow was it?\n\n1. Ana's best moment so far\n\n\n\n2. Ana's worst moment so far\
               \n\n\n\n3. Ana's focused improvement point: what helps or hinders?\n\n\n\nThank you.\n"
            .to_owned(),
        html: None,
        pictures: Vec::new(),
        calendar: None,
        date: None,
    }
    };
    let now = "2027-01-04T09:00:00Z".parse().expect("a moment");
    let mut kinds = Vec::new();
    let all = [
        ("Ben", Answering::Invitation, ""),
        ("Ben", Answering::Reminder, ""),
        ("Ben", Answering::FollowUp, ""),
        ("Ana", Answering::FollowUp, ""),
        ("Ben", Answering::Receipt, ""),
        ("Ben", Answering::Receipt, "receipt-notes"),
        ("Ben", Answering::Exchange, ""),
        ("Ben", Answering::Summary, ""),
        ("Ben", Answering::Question, ""),
        ("Ben", Answering::Permission, "permission"),
        ("Ben", Answering::Receipt, "pass-it-on"),
    ];
    for (name, answering, kind) in all {
        for suggestion in suggestions(name, answering, kind) {
            let writer = Writer {
                name,
                address: "ben@example.com",
                now,
                zone: chrono_tz::Europe::Berlin,
                number: 1,
            };
            let mail = letter("Lunch");
            let octets = reply(&mail, writer, suggestion.words, suggestion.habit);
            let originals = [mail.text.clone()];
            let context = Context {
                answering: Some(answering),
                originals: &originals,
                lunch: "2027-01-07T12:30:00".parse().ok(),
                ..Context::new(now, chrono_tz::Europe::Berlin)
            };
            let reading = read(&Message::parse(&octets), &context);
            if let Some(notes) = reading.notes() {
                let all = notes.best.is_some() && notes.worst.is_some() && notes.focus.is_some();
                assert!(
                    all && notes.unplaced.is_empty(),
                    "{suggestion:?}: {notes:?}"
                );
            }
            kinds.push((suggestion.label, reading.kind()));
        }
    }
    let meant = |label: &str, kind: &str| match label {
        "A yes" | "An awkward yes" => kind == "accept",
        "A no" => matches!(kind, "decline" | "permission"),
        "Not now" => kind == "later",
        "An out-of-office" => kind == "auto-reply",
        "Move it" => kind == "reschedule",
        "Skip it" => kind == "skip",
        "A pause" => kind == "pause",
        "End it" => kind == "end",
        "A correction" => kind == "correction",
        "Said, not written" | "We didn't meet" => kind == "held",
        "Thanks" => kind == "other",
        "Take a point out" => kind == "correction",
        "Yes, by name" | "Yes, unnamed" => kind == "permission",
        "A goal"
        | "A goal reached"
        | "No summaries"
        | "Take it back"
        | "Don't wait"
        | "Take it as a goal"
        | "Ask to quote one"
        | "All that is kept"
        | "My threads"
        | "A moment put by"
        | "A page for the table"
        | "A board"
        | "Invite one more" => kind == "command",
        notes => notes.starts_with("Notes") && kind == "notes",
    };
    let wrong: Vec<_> = kinds
        .iter()
        .filter(|(label, kind)| !meant(label, kind))
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    assert!(kinds.len() > 30);
}

/// The program itself: prints its address, goes on where no browser can be opened, ends on Ctrl-C,
/// and leaves nothing behind.
#[test]
fn the_command_shows_the_page_and_nothing_of_it_stays() {
    // A plain terminal; a desktop where nothing can open a browser; a service that is ended.
    for (display, signal) in [("", "INT"), (":99", "INT"), ("", "TERM")] {
        let folder = tempfile::tempdir().expect("a folder");
        let mut program = Command::new(env!("CARGO_BIN_EXE_postlunch"))
            .arg("demo")
            .env("TMPDIR", folder.path())
            .env("PATH", folder.path())
            .env("DISPLAY", display)
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("WSL_DISTRO_NAME")
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut lines = BufReader::new(program.stdout.take().expect("its output")).lines();
        let first = lines.next().expect("a line").expect("text");
        let address = first
            .strip_prefix("The demo is at http://")
            .expect("an address");
        let second = lines.next().expect("a line").expect("text");
        assert!(second.starts_with("Open it in your browser"), "{second}");
        let host = address.trim_end_matches('/');
        assert!(host.starts_with("127.0.0.1:"), "{host}");
        let mut stream = TcpStream::connect(host).expect("somebody listens");
        write!(
            stream,
            "GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        )
        .expect("asked");
        let mut page = String::new();
        stream.read_to_string(&mut page).expect("answered");
        assert!(page.contains("Read Ben&#x27;s invitation"), "{page}");
        // A browser keeps a connection open and says nothing on it.
        let idle = TcpStream::connect(host).expect("somebody listens");
        let stages = || folder.path().read_dir().expect("a folder").count();
        assert_eq!(stages(), 1, "the stage");
        let told = Command::new("kill")
            .args([format!("-{signal}"), program.id().to_string()])
            .status();
        assert!(told.expect("kill").success());
        assert!(program.wait().expect("it ends").success());
        assert_eq!(stages(), 0, "nothing stays");
        drop(idle);
    }
}
