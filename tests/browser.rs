//! The demo in a real browser: a newcomer's way by clicking only, the keyboard, and pictures.
//!
//! `scripts/test-in-a-browser` brings the browser. The pictures are in `target/tmp/demo-page`.

#[path = "browser/devtools.rs"]
mod devtools;
#[allow(dead_code, reason = "the visitor without a browser uses more of it")]
#[path = "page/visitor.rs"]
mod visitor;

use devtools::Browser;
use std::io::ErrorKind;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;
use visitor::{HOSTILE, Visitor};

/// An answer to a click may take so long on a busy machine.
const PROMPT: Duration = Duration::from_secs(10);

/// Everything that can be clicked or typed into and is there to be seen.
const CONTROLS: &str = "[...document.querySelectorAll('a[href], button, input:not([type=hidden]), \
    select, textarea, summary')].filter(e => e.checkVisibility())";

fn pictures() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("demo-page");
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// The page as it is, in two widths and both schemes; nothing may stick out at the side.
fn depict(browser: &mut Browser, name: &str) {
    for (form, width) in [("desktop", 1280), ("phone", 390), ("small-phone", 360)] {
        for scheme in ["light", "dark"] {
            browser.look(width, scheme);
            browser.picture(&pictures().join(format!("{name}-{form}-{scheme}.png")));
        }
        let room = "document.documentElement.scrollWidth <= document.documentElement.clientWidth";
        assert_eq!(browser.value(room), true, "{name} is too wide on a {form}");
        // Nor out of its card, where it would be cut off.
        let held = "[...document.querySelectorAll('.card select, .card input, .card textarea, .card button')]\
                    .every(e => e.getBoundingClientRect().right \
                    <= e.closest('.card').getBoundingClientRect().right + 1)";
        assert_eq!(
            browser.value(held),
            true,
            "{name} runs out of a card on a {form}"
        );
        // Nor may anything unseen stretch it.
        let end = "Math.abs(document.documentElement.scrollHeight - Math.max(innerHeight, \
                   document.body.getBoundingClientRect().bottom + scrollY)) < 2";
        assert_eq!(browser.value(end), true, "{name} goes on below its end");
    }
    browser.look(1280, "light");
}

const NEXT: &str = "document.querySelector('.now .main')";

fn title(browser: &mut Browser) -> String {
    browser.text("document.querySelector('.now h2').textContent")
}

/// Clicks the suggested answer of that name, and sends it.
fn say(browser: &mut Browser, label: &str) {
    let chip =
        format!("[...document.querySelectorAll('.chip')].find(c => c.textContent == '{label}')");
    browser.click(&chip);
    browser.click("document.querySelector('.reply button.main')");
}

#[test]
fn a_newcomers_way_by_clicking_only() {
    let visitor = Visitor::enter();
    let address = format!("http://127.0.0.1:{}/", visitor.port);
    let mut browser = Browser::start();
    browser.look(1280, "light");
    browser.go(&address);
    depict(&mut browser, "1-inboxes");
    let mut way = Vec::new();
    loop {
        let step = title(&mut browser);
        assert!(!way.contains(&step), "{step} again after {way:?}");
        way.push(step.clone());
        if step == "That is all of it" {
            break;
        }
        browser.click(NEXT);
        match step.as_str() {
            "Read Ben's invitation" => depict(&mut browser, "2-invitation"),
            "Answer as Ben" => {
                // By a line of the letter itself, in its frame.
                let line = "document.querySelector('iframe').contentDocument.querySelector('a')";
                browser.click(line);
                assert_eq!(browser.text("document.activeElement.id"), "words");
                assert_eq!(browser.text("document.activeElement.value"), "Yes");
                depict(&mut browser, "3-reply");
                browser.click("document.querySelector('.reply button.main')");
                assert_eq!(
                    browser.text("document.querySelector('.said').textContent"),
                    "A yes."
                );
                depict(&mut browser, "4-understood");
            }
            "Answer as Cara" => say(&mut browser, "A no"),
            "Look at Ben's calendar entry" => {
                browser.click("document.querySelector('button[value=accept]')");
                let said = browser.text("document.querySelector('.said').textContent");
                assert!(said.contains("accepts"), "{said}");
            }
            "Skip to the lunch" => depict(&mut browser, "5-after-lunch"),
            "Write notes as Ben" => say(&mut browser, "Notes by number"),
            "Write notes as Ana" => {
                say(&mut browser, "Notes between the lines");
                depict(&mut browser, "6-notes-understood");
            }
            "Read a summary" => depict(&mut browser, "7-summary"),
            _ => {}
        }
    }
    assert_eq!(way.len(), 11, "{way:?}");
    browser.click("document.querySelector('.brand')");
    browser.click("document.querySelector('button[value=fortnight]')");
    depict(&mut browser, "8-woven");
    browser
        .click("[...document.querySelectorAll('a')].find(a => a.textContent == 'Try any reply')");
    browser.call("Input.insertText", serde_json::json!({ "text": "" }));
    browser.value("document.getElementById('words').focus()");
    let pasted = "Sure, why not!\n\nBen\n\n-- \nBen Smith, Platform Team\n\n\
                  On Mon, 4 Jan 2027, Ana via Lunch wrote:\n> Shall we have lunch every other week?\n";
    browser.call("Input.insertText", serde_json::json!({ "text": pasted }));
    browser.click("document.querySelector('.reply button.main')");
    assert_eq!(
        browser.text("document.querySelector('.said').textContent"),
        "A yes."
    );
    depict(&mut browser, "9-any-reply");
    assert!(browser.complaints.is_empty(), "{:#?}", browser.complaints);
    // The summary's picture comes in the mail itself, and is shown from there.
    let within = |asked: &str| asked == "about:blank" || asked.starts_with("data:image/png;");
    let foreign = |asked: &&String| !asked.starts_with(&address) && !within(asked);
    let foreign: Vec<&String> = browser.addresses.iter().filter(foreign).collect();
    assert!(foreign.is_empty(), "nothing from elsewhere: {foreign:?}");
    assert!(browser.slowest < PROMPT, "{:?}", browser.slowest);
    println!("the slowest click took {:?}", browser.slowest);
}

/// Tab reaches all there is, in the order of the page; Enter goes on.
#[test]
fn everything_can_be_done_by_the_keyboard() {
    let visitor = Visitor::enter();
    let address = format!("http://127.0.0.1:{}/", visitor.port);
    let mut browser = Browser::start();
    for (page, width) in [("", 1280), ("mail/0", 1280), ("try", 1280), ("", 360)] {
        browser.look(width, "light");
        browser.go(&format!("{address}{page}"));
        browser.value("document.activeElement.blur()");
        let all = browser.value(&format!("window.left = new Set({CONTROLS}); left.size"));
        let all = all.as_u64().expect("a number");
        browser.key("Tab");
        let first = browser.text("document.activeElement.textContent");
        assert_eq!(first, "Skip to the content", "/{page}");
        let seen = "document.activeElement.getBoundingClientRect().left >= 0";
        assert_eq!(browser.value(seen), true, "it shows once it has the focus");
        for _ in 0..all + 30 {
            browser.value("left.delete(document.activeElement)");
            browser.key("Tab");
        }
        let missed = browser.text("[...left].map(e => e.outerHTML).join('\\n')");
        assert_eq!(missed, "", "/{page} at {width}");
        let unnamed = browser.text(&format!(
            "{CONTROLS}.filter(e => !(e.labels && e.labels.length) && !e.textContent.trim() && \
             !e.getAttribute('aria-label')).map(e => e.outerHTML).join('\\n')"
        ));
        assert_eq!(unnamed, "", "/{page}: each has a name");
    }
    browser.look(1280, "light");
    browser.go(&address);
    browser.value("document.activeElement.blur()");
    for _ in 0..30 {
        browser.key("Tab");
        if browser.value(&format!("document.activeElement === {NEXT}")) == true {
            break;
        }
    }
    browser.leaving(|browser| browser.key("Enter"));
    assert_eq!(title(&mut browser), "Answer as Ben");
    assert!(browser.complaints.is_empty(), "{:#?}", browser.complaints);
}

/// Every way that HTML has to run, load or send something, in a mail to Ben.
#[test]
fn a_foreign_mail_runs_loads_and_sends_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("no waiting");
    let port = listener.local_addr().expect("its address").port();
    let mail = HOSTILE.replace("PORT", &port.to_string()).into_bytes();
    let visitor = Visitor::enter_after("ben@example.com", mail.leak());
    let address = format!("http://127.0.0.1:{}/", visitor.port);
    let mut browser = Browser::start();
    browser.look(1280, "light");
    browser.go(&address);
    let clock = browser.text("document.querySelector('time').textContent");
    browser.click(
        "[...document.querySelectorAll('a.entry')].find(a => a.textContent.includes('owned'))",
    );
    let place = browser.text("location.pathname");
    let letter = "document.querySelector('iframe.letter').contentDocument";
    let shown = browser.text(&format!("{letter}.body.innerText"));
    assert!(shown.contains("hello, a foreign mail"), "{shown}");
    depict(&mut browser, "10-a-foreign-mail");
    // Whoever presses everything in it gets nowhere.
    for thing in ["button", "a[href^='javascript']"] {
        browser.press(&format!("{letter}.querySelector(\"{thing}\")"));
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!(browser.text("location.pathname"), place, "{thing}");
    }
    assert_eq!(browser.value("window.owned === undefined"), true);
    let inside = format!("{letter}.defaultView.owned === undefined");
    assert_eq!(browser.value(&inside), true);
    let asked = listener.accept();
    let nobody = |error: &std::io::Error| error.kind() == ErrorKind::WouldBlock;
    assert!(asked.as_ref().is_err_and(nobody), "it loaded something");
    browser.go(&address);
    let after = browser.text("document.querySelector('time').textContent");
    assert_eq!(after, clock, "its form did nothing");
}

/// Without JavaScript the way is the same, only a letter scrolls in a frame of a guessed height.
#[test]
fn it_works_without_javascript() {
    let visitor = Visitor::enter();
    let address = format!("http://127.0.0.1:{}/", visitor.port);
    let mut browser = Browser::start();
    browser.look(1280, "light");
    browser.call(
        "Emulation.setScriptExecutionDisabled",
        serde_json::json!({ "value": true }),
    );
    browser.go(&address);
    browser.click(NEXT);
    browser.click(NEXT);
    say(&mut browser, "An awkward yes");
    let said = browser.text("document.querySelector('.said').textContent");
    assert_eq!(said, "A yes.");
    let height = "document.querySelectorAll('script').length";
    assert_eq!(browser.value(height), 1, "the page is the same");
}
