//! Mail as people's clients show and write it: quoting on top, below, inline, in HTML.
//!
//! Only what the demo needs to be honest: the daemon gets the same octets from here as from a
//! browser or a phone.

use chrono::{DateTime, Utc};
use mail_parser::{Address, MessageParser, MimeHeaders};

/// A mail as somebody sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// From, as displayed.
    pub from: String,
    /// Where a reply goes.
    pub reply_to: String,
    /// Subject.
    pub subject: String,
    /// Message-ID without brackets.
    pub message_id: String,
    /// The plain text.
    pub text: String,
    /// The HTML, if any.
    pub html: Option<String>,
    /// The iCalendar part, if any.
    pub calendar: Option<String>,
    /// Date.
    pub date: Option<DateTime<Utc>>,
}

impl Mail {
    /// Reads a delivered message.
    pub fn read(octets: &[u8]) -> Option<Self> {
        let message = MessageParser::default().parse(octets)?;
        let one = |address: Option<&Address<'_>>| {
            let found = address.and_then(|a| a.first());
            found.map(|a| {
                let name = a.name.as_deref().unwrap_or_default();
                (
                    name.to_owned(),
                    a.address.as_deref().unwrap_or_default().to_owned(),
                )
            })
        };
        let (name, address) = one(message.from())?;
        let reply_to = one(message.reply_to()).map_or_else(|| address.clone(), |(_, a)| a);
        let calendar = message.attachments().find(|part| {
            part.content_type()
                .is_some_and(|t| t.ctype() == "text" && t.subtype() == Some("calendar"))
        });
        Some(Self {
            from: if name.is_empty() {
                address.clone()
            } else {
                format!("{name} <{address}>")
            },
            reply_to,
            subject: message.subject().unwrap_or_default().to_owned(),
            message_id: message.message_id().unwrap_or_default().to_owned(),
            text: message
                .body_text(0)
                .unwrap_or_default()
                .replace("\r\n", "\n"),
            html: message.body_html(0).map(|html| html.into_owned()),
            calendar: calendar
                .and_then(|part| part.text_contents())
                .map(str::to_owned),
            date: message
                .date()
                .and_then(|d| DateTime::from_timestamp(d.to_timestamp(), 0)),
        })
    }
}

/// How somebody's client writes a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Habit {
    /// A web mailer: words on top, the whole letter quoted below, text and HTML.
    Webmail,
    /// A phone: words on top, a client line, the letter quoted below.
    Phone,
    /// An old hand: answers between the quoted lines, each under its prompt, in order.
    Inline,
    /// Words only.
    Bare,
}

/// Writes a reply from `name <address>` to a mail.
pub fn reply(
    mail: &Mail,
    name: &str,
    address: &str,
    words: &str,
    habit: Habit,
    now: DateTime<Utc>,
    number: u32,
) -> Vec<u8> {
    let subject = if mail.subject.starts_with("Re: ") {
        mail.subject.clone()
    } else {
        format!("Re: {}", mail.subject)
    };
    let date = now.format("%a, %d %b %Y %H:%M:%S +0000");
    let attribution = format!(
        "On {}, {} wrote:",
        now.format("%a, %d %b %Y at %H:%M"),
        mail.from
    );
    let head = format!(
        "From: {name} <{address}>\r\nTo: {}\r\nSubject: {subject}\r\nDate: {date}\r\n\
         Message-ID: <reply-{number}@{}>\r\nIn-Reply-To: <{id}>\r\nReferences: <{id}>\r\nMIME-Version: 1.0\r\n",
        mail.reply_to,
        address.rsplit('@').next().unwrap_or("example.com"),
        id = mail.message_id,
    );
    let body = match habit {
        Habit::Bare => plain(&format!("{words}\n")),
        Habit::Phone => {
            let quoted = quote(&mail.text);
            plain(&format!(
                "{words}\n\nSent from my phone\n\n{attribution}\n\n{quoted}"
            ))
        }
        Habit::Inline => plain(&format!(
            "{attribution}\n\n{}",
            interleave(&mail.text, words)
        )),
        Habit::Webmail => webmail(mail, words, &attribution, number),
    };
    format!("{head}{body}")
        .replace("\r\n", "\n")
        .replace('\n', "\r\n")
        .into_bytes()
}

fn plain(text: &str) -> String {
    format!(
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}"
    )
}

fn quote(text: &str) -> String {
    text.lines()
        .map(|line| {
            if line.is_empty() {
                ">\n".to_owned()
            } else {
                format!("> {line}\n")
            }
        })
        .collect()
}

/// Puts the paragraphs of `words` behind the numbered prompts of the quoted letter.
fn interleave(text: &str, words: &str) -> String {
    let mut answers = words.split("\n\n");
    let mut out = String::new();
    for line in text.lines() {
        out.push_str(&quote(line));
        if line.is_empty() {
            out.push_str(">\n");
        }
        let prompt = ["1. ", "2. ", "3. "]
            .iter()
            .any(|number| line.starts_with(number));
        if let (true, Some(answer)) = (prompt, if prompt { answers.next() } else { None }) {
            out.push_str(&format!("\n{answer}\n\n"));
        }
    }
    out
}

fn webmail(mail: &Mail, words: &str, attribution: &str, number: u32) -> String {
    let boundary = format!("=_web_{number}");
    let below = quote(&mail.text);
    let html = mail
        .html
        .clone()
        .unwrap_or_else(|| format!("<pre>{}</pre>", escape(&mail.text)));
    let paragraphs: String = words
        .lines()
        .map(|line| {
            format!(
                "<div>{}</div>",
                if line.is_empty() {
                    "<br>".to_owned()
                } else {
                    escape(line)
                }
            )
        })
        .collect();
    format!(
        "Content-Type: multipart/alternative; boundary=\"{boundary}\"\r\n\r\n\
         --{boundary}\r\nContent-Type: text/plain; charset=\"UTF-8\"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
         {words}\n\n{attribution}\n\n{below}\r\n\
         --{boundary}\r\nContent-Type: text/html; charset=\"UTF-8\"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
         <div dir=\"ltr\">{paragraphs}</div><br><div class=\"gmail_quote\"><div dir=\"ltr\" class=\"gmail_attr\">{}<br></div>\
         <blockquote class=\"gmail_quote\" style=\"margin:0px 0px 0px 0.8ex\">{html}</blockquote></div>\r\n\
         --{boundary}--\r\n",
        escape(attribution)
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
