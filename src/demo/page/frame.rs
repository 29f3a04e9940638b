//! A letter's HTML as it is shown: as it was sent, in a frame, with its mailto links leading to a
//! reply form of ours.

use crate::demo::client::Mail;
use percent_encoding::percent_decode_str;

/// How a link to write a mail begins in the HTML of a letter.
const LINK: &str = "href=\"mailto:";

/// What a `mailto:` link asks to be written (RFC 6068).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Press {
    /// To whom.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// The words already there.
    pub body: String,
}

/// Each `mailto:` link of a letter, in order.
pub fn presses(mail: &Mail) -> Vec<Press> {
    let html = mail.html.as_deref().unwrap_or_default();
    let links = html.split(LINK).skip(1);
    links
        .map(|rest| press(&unescaped(rest.split('"').next().unwrap_or_default())))
        .collect()
}

fn press(link: &str) -> Press {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let (to, fields) = link.split_once('?').unwrap_or((link, ""));
    let mut press = Press {
        to: decoded(to),
        ..Press::default()
    };
    for field in fields.split('&') {
        match field.split_once('=') {
            Some((name, value)) if name.eq_ignore_ascii_case("subject") => {
                press.subject = decoded(value);
            }
            Some((name, value)) if name.eq_ignore_ascii_case("body") => {
                press.body = decoded(value).replace("\r\n", "\n");
            }
            _ => {}
        }
    }
    press
}

/// An attribute's value as it is meant.
fn unescaped(text: &str) -> String {
    let named = [
        ("&#x2f;", "/"),
        ("&#x27;", "'"),
        ("&quot;", "\""),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
    ];
    named
        .iter()
        .fold(text.to_owned(), |text, (name, c)| text.replace(name, c))
}

/// The HTML for the frame of letter `number`. What it may do, the policy that goes with it says
/// (`guard`); only frames inside it are taken out here, since browsers open a connection for one
/// before they ask the policy.
pub fn html(mail: &Mail, number: usize) -> String {
    let mut html = without_frames(mail.html.as_deref().unwrap_or_default());
    for (id, picture) in &mail.pictures {
        html = html.replace(&format!("\"cid:{id}\""), &format!("\"{picture}\""));
    }
    let mut parts = html.split(LINK);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for (at, rest) in parts.enumerate() {
        let (_, rest) = rest.split_once('"').unwrap_or(("", rest));
        out.push_str(&format!(
            "target=\"_top\" href=\"/mail/{number}?press={at}#words\"{rest}"
        ));
    }
    out
}

fn without_frames(html: &str) -> String {
    let lower = html.to_ascii_lowercase();
    let mut out = String::new();
    let mut done = 0;
    for (at, _) in lower.match_indices("<iframe") {
        out.push_str(html.get(done..at).unwrap_or_default());
        out.push_str("<no-");
        done = at + 1;
    }
    out.push_str(html.get(done..).unwrap_or_default());
    out
}

/// About how high it is at the width of a page, for browsers that may not measure it.
pub fn height(mail: &Mail) -> usize {
    let rows: usize = mail.text.lines().map(|line| 1 + line.len() / 72).sum();
    (rows * 22 + 90).clamp(220, 2_000)
}
