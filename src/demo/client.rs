//! Mail as people's clients show and write it: quoting on top, below, inline, in HTML.
//!
//! Only what the demo needs to be honest: the daemon gets the same octets from here as from a
//! browser or a phone.

use crate::lunch::act::PartStat;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use data_encoding::{BASE64, BASE64_MIME};
use mail_parser::{Address, MessageParser, MimeHeaders};

/// Longest line that is written as it is, in octets; 998 is what mail allows.
const LINE_OCTETS_MAX: usize = 900;

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
    /// Pictures that the HTML shows: Content-ID, and the picture as an address that holds it.
    pub pictures: Vec<(String, String)>,
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
            pictures: pictures(&message),
            calendar: calendar
                .and_then(|part| part.text_contents())
                .map(str::to_owned),
            date: message
                .date()
                .and_then(|d| DateTime::from_timestamp(d.to_timestamp(), 0)),
        })
    }
}

/// Pictures of a kind that every browser shows, and that a Content-ID names.
fn pictures(message: &mail_parser::Message<'_>) -> Vec<(String, String)> {
    let inline = message.attachments().filter_map(|part| {
        let kind = part.content_type()?;
        if kind.ctype() != "image" || kind.subtype() != Some("png") {
            return None;
        }
        let held = BASE64.encode(part.contents());
        let id = part.content_id()?.to_owned();
        Some((id, format!("data:image/png;base64,{held}")))
    });
    inline.collect()
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
    /// Nobody writes: the mailbox answers for somebody who is away (RFC 3834).
    Away,
}

/// Who writes, when, and the how many-th mail of theirs it is.
#[derive(Clone, Copy, Debug)]
pub struct Writer<'a> {
    /// Name.
    pub name: &'a str,
    /// Address.
    pub address: &'a str,
    /// When.
    pub now: DateTime<Utc>,
    /// Where the clock on their wall hangs.
    pub zone: Tz,
    /// Makes the Message-ID.
    pub number: u32,
}

impl Writer<'_> {
    /// The header that every mail has, without the end of the header.
    fn head(&self, to: &str, subject: &str) -> String {
        let date = self
            .now
            .with_timezone(&self.zone)
            .format("%a, %d %b %Y %H:%M:%S %z");
        format!(
            "From: {} <{}>\r\nTo: {}\r\nSubject: {}\r\nDate: {date}\r\n\
             Message-ID: <reply-{}@{}>\r\nMIME-Version: 1.0\r\n",
            self.name,
            self.address,
            one_line(to),
            one_line(subject),
            self.number,
            self.address.rsplit('@').next().unwrap_or("example.com"),
        )
    }
}

/// What a header field can take.
fn one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

fn threaded(mail: &Mail) -> String {
    let id = one_line(&mail.message_id);
    format!("In-Reply-To: <{id}>\r\nReferences: <{id}>\r\n")
}

/// Lines end with CRLF, whatever they ended with before, and nothing is in them that no mail can carry.
fn octets(mail: &str) -> Vec<u8> {
    let lines = mail.replace("\r\n", "\n").replace(['\r', '\0'], "\n");
    lines.replace('\n', "\r\n").into_bytes()
}

/// A text part with the end of its header: as it is, or in base64 where a line is longer than mail
/// may have it (RFC 5322 section 2.1.1).
fn part(kind: &str, text: &str) -> String {
    let fits = text.split('\n').all(|line| line.len() <= LINE_OCTETS_MAX);
    let (encoding, coded) = if fits {
        ("8bit", text.to_owned())
    } else {
        let coded = BASE64_MIME.encode(&octets(text));
        ("base64", coded.trim_end().to_owned())
    };
    format!("Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{coded}")
}

/// Writes a mail of its own, as a client does that follows a `mailto:` link (RFC 6068).
pub fn fresh(writer: Writer, to: &str, subject: &str, words: &str) -> Vec<u8> {
    let head = writer.head(to, subject);
    octets(&format!("{head}{}", plain(&format!("{words}\n"))))
}

/// Answers a calendar entry as a calendar does (RFC 6047, RFC 5546 section 3.2.3); `None` if there is
/// no entry that could be answered.
pub fn calendar_answer(mail: &Mail, writer: Writer, answer: PartStat) -> Option<Vec<u8>> {
    let (said, partstat) = match answer {
        PartStat::Accepted => ("Accepted", "ACCEPTED"),
        PartStat::Declined => ("Declined", "DECLINED"),
        PartStat::Tentative => ("Tentative", "TENTATIVE"),
        PartStat::Delegated | PartStat::Other => return None,
    };
    let unfolded = mail
        .calendar
        .as_ref()?
        .replace("\r\n", "\n")
        .replace("\n ", "");
    let (_, event) = unfolded.split_once("BEGIN:VEVENT\n")?;
    let (event, _) = event.split_once("END:VEVENT")?;
    let kept = [
        "UID",
        "SEQUENCE",
        "ORGANIZER",
        "DTSTART",
        "DTEND",
        "RECURRENCE-ID",
        "SUMMARY",
    ];
    let echoed: String = event
        .lines()
        .filter(|line| kept.contains(&line.split([':', ';']).next().unwrap_or_default()))
        .map(|line| format!("{line}\n"))
        .collect();
    let head = writer.head(&mail.reply_to, &format!("{said}: {}", mail.subject));
    let boundary = format!("=_calendar_{}", writer.number);
    Some(octets(&format!(
        "{head}{}Content-Type: multipart/alternative; boundary=\"{boundary}\"\n\n\
         --{boundary}\nContent-Type: text/plain; charset=\"UTF-8\"\n\n{} has {} this invitation.\n\
         --{boundary}\nContent-Type: text/calendar; charset=\"UTF-8\"; method=REPLY\n\
         Content-Transfer-Encoding: 8bit\n\n\
         BEGIN:VCALENDAR\nPRODID:-//a calendar//EN\nVERSION:2.0\nMETHOD:REPLY\nBEGIN:VEVENT\n{echoed}\
         DTSTAMP:{}\nATTENDEE;PARTSTAT={partstat};CN={}:mailto:{}\nEND:VEVENT\nEND:VCALENDAR\n\
         --{boundary}--\n",
        threaded(mail),
        writer.name,
        said.to_lowercase(),
        writer.now.format("%Y%m%dT%H%M%SZ"),
        writer.name,
        writer.address,
    )))
}

/// Writes a reply to a mail.
pub fn reply(mail: &Mail, writer: Writer, words: &str, habit: Habit) -> Vec<u8> {
    let re = if habit == Habit::Away {
        "Automatic reply: "
    } else {
        "Re: "
    };
    let subject = if mail.subject.starts_with(re) {
        mail.subject.clone()
    } else {
        format!("{re}{}", mail.subject)
    };
    let written = mail.date.unwrap_or(writer.now);
    let attribution = format!(
        "On {}, {} wrote:",
        written
            .with_timezone(&writer.zone)
            .format("%a, %d %b %Y at %H:%M"),
        mail.from
    );
    let head = format!(
        "{}{}",
        writer.head(&mail.reply_to, &subject),
        threaded(mail)
    );
    let body = match habit {
        Habit::Bare => plain(&format!("{words}\n")),
        Habit::Away => format!(
            "Auto-Submitted: auto-replied\r\nX-Auto-Response-Suppress: All\r\n{}",
            plain(&format!("{words}\n"))
        ),
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
        Habit::Webmail => webmail(mail, words, &attribution, writer.number),
    };
    octets(&format!("{head}{body}"))
}

fn plain(text: &str) -> String {
    part("text/plain; charset=utf-8", text)
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

/// Puts the paragraphs of `words` behind the numbered prompts of the quoted letter; what is left over
/// stands below it.
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
    for answer in answers {
        out.push_str(&format!("\n{answer}\n"));
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
    let above = part(
        "text/plain; charset=\"UTF-8\"",
        &format!("{words}\n\n{attribution}\n\n{below}"),
    );
    let dressed = part(
        "text/html; charset=\"UTF-8\"",
        &format!(
            "<div dir=\"ltr\">{paragraphs}</div><br><div class=\"gmail_quote\">\
             <div dir=\"ltr\" class=\"gmail_attr\">{}<br></div>\
             <blockquote class=\"gmail_quote\" style=\"margin:0px 0px 0px 0.8ex\">{html}</blockquote></div>",
            escape(attribution)
        ),
    );
    format!(
        "Content-Type: multipart/alternative; boundary=\"{boundary}\"\r\n\r\n\
         --{boundary}\r\n{above}\r\n--{boundary}\r\n{dressed}\r\n--{boundary}--\r\n"
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
