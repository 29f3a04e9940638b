//! Answers to our own letters as mail clients write them: marks, wrappers, attribution lines,
//! header blocks, device lines, encodings. Made by us after how each client is seen to write; no
//! mail of anybody's is copied.

use regex::Regex;

/// A letter of ours as the person got it.
pub struct Sent {
    pub text: String,
    pub html: String,
}

/// Where the person writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Above the quote.
    Top,
    /// Below it.
    Below,
    /// Under each prompt, as the client parts quote and answer.
    Inline,
    /// Under each prompt, inside the quoted block or in another colour only.
    Unmarked,
}

/// What the person typed: words, or answers under the lines that begin so.
#[derive(Clone, Debug)]
pub struct Typed {
    pub words: String,
    pub under: Vec<(String, String)>,
}

/// Which of the twins the mail holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Both,
    Plain,
    Html,
}

/// How a client marks the quote in plain text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Marks {
    /// `> ` before each line of the plain twin.
    Angle,
    /// The same, format=flowed with space-stuffing.
    Flowed,
    /// No mark, made from the HTML, with the targets of links.
    Bare,
    /// No mark, the plain twin as it is.
    BareText,
}

#[derive(Clone, Copy)]
pub enum Encoding {
    QuotedPrintable,
    Base64,
    EightBit,
}

pub struct Client {
    pub name: &'static str,
    pub marks: Marks,
    /// Directly above the quote in plain text; `\n` as written.
    pub introduction: &'static str,
    /// Between the words and that, such as a device line.
    pub own_line: &'static str,
    /// HTML: around the words, above the quote, and what opens and closes the quote. Empty: none.
    pub html: Option<Html>,
    pub charset: &'static str,
    pub encoding: Encoding,
}

pub struct Html {
    pub words: (&'static str, &'static str),
    pub own_line: &'static str,
    pub open: &'static str,
    pub quote: (&'static str, &'static str),
    pub close: &'static str,
}

/// The mail's bytes.
pub fn answer(client: &Client, sent: &Sent, layout: &Layout, typed: &Typed, form: Form) -> Vec<u8> {
    let plain = plain(client, sent, layout, typed);
    let flowed = if client.marks == Marks::Flowed {
        "; format=flowed"
    } else {
        ""
    };
    let plain = part(client, &format!("text/plain{flowed}"), &plain);
    let head = "From: Ben Smith <ben@example.com>\nTo: Ana via Lunch <lunch@example.com>\nSubject: Re: One on one peer review feedback lunch: Ben & Ana\nDate: Wed, 25 Nov 2026 09:12:00 +0100\nMessage-ID: <answer@mail.example.com>\nMIME-Version: 1.0\n";
    let html = client
        .html
        .as_ref()
        .map(|html| part(client, "text/html", &html_body(html, sent, layout, typed)));
    let mail = match (form, html) {
        (Form::Html, Some(html)) => format!("{head}{html}"),
        (Form::Both, Some(html)) => format!(
            "{head}Content-Type: multipart/alternative; boundary=\"=_b1\"\n\n--=_b1\n{plain}\n--=_b1\n{html}\n--=_b1--\n"
        ),
        _ => format!("{head}{plain}"),
    };
    mail.replace('\n', "\r\n").into_bytes()
}

fn plain(client: &Client, sent: &Sent, layout: &Layout, typed: &Typed) -> String {
    let text = match client.marks {
        Marks::Bare => flat(&sent.html),
        _ => sent.text.clone(),
    };
    let mut quote = String::new();
    for line in text.lines() {
        match client.marks {
            Marks::Angle => quote.push_str(format!("> {line}").trim_end()),
            Marks::Flowed => quote.push_str(format!("> {}", line.trim_end()).trim_end()),
            _ => quote.push_str(line),
        }
        quote.push('\n');
        let under = typed
            .under
            .iter()
            .find(|(prompt, _)| line.contains(prompt.as_str()));
        if let Some((_, answer)) = under {
            match layout {
                Layout::Inline => quote.push_str(&format!("\n{answer}\n\n")),
                Layout::Unmarked if matches!(client.marks, Marks::Angle | Marks::Flowed) => {
                    for line in answer.lines() {
                        quote.push_str(&format!("> {line}\n"));
                    }
                }
                Layout::Unmarked => quote.push_str(&format!("{answer}\n")),
                _ => {}
            }
        }
    }
    let own = if client.own_line.is_empty() {
        String::new()
    } else {
        format!("\n{}\n", client.own_line)
    };
    match layout {
        Layout::Below => format!("{}\n{quote}\n{}\n{own}", client.introduction, typed.words),
        _ => format!("{}\n{own}\n{}\n{quote}", typed.words, client.introduction),
    }
}

/// The body of our HTML, its boxes taken apart as clients do when they part a quote.
fn body(html: &str) -> String {
    let body = html
        .split_once("<body")
        .and_then(|(_, rest)| rest.split_once('>'));
    let body = body.map_or(html, |(_, rest)| rest);
    let body = body.split("</body>").next().unwrap_or(body);
    let gone = Regex::new(r#"(?s)<!--.*?-->|<div style="display:none.*?</div>|</?div[^>]*>"#)
        .expect("a pattern");
    gone.replace_all(body, "").into_owned()
}

fn flat(html: &str) -> String {
    let link = Regex::new(r#"(?s)<a [^>]*href="([^"]*)"[^>]*>(.*?)</a>"#).expect("a pattern");
    let text = link.replace_all(&body(html), "$2\u{1}$1\u{2}").into_owned();
    let text = text
        .replace('\n', " ")
        .replace("<br>", "\n")
        .replace("</p>", "\n\n");
    let tags = Regex::new("<[^>]*>").expect("a pattern");
    let text = tags.replace_all(&text, "").into_owned();
    let text = text.replace('\u{1}', "<").replace('\u{2}', ">");
    let text = text
        .replace("&nbsp;", " ")
        .replace("&#x27;", "'")
        .replace("&quot;", "\"");
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&");
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    lines.join("\n")
}

fn escaped(text: &str) -> String {
    let text = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    text.replace('\n', "<br>\n")
}

fn html_body(client: &Html, sent: &Sent, layout: &Layout, typed: &Typed) -> String {
    let mut quote = body(&sent.html);
    let said = |text: &str| format!("{}{}{}", client.words.0, escaped(text), client.words.1);
    for (prompt, answer) in &typed.under {
        let Some(at) = quote.find(prompt.as_str()) else {
            continue;
        };
        let end = quote[at..]
            .find("</p>")
            .map_or(quote.len(), |end| at + end + 4);
        let inserted = match layout {
            Layout::Inline => format!("{}{}{}", client.quote.1, said(answer), client.quote.0),
            Layout::Unmarked => format!(
                "<p><span style=\"color:#c00000\">{}</span></p>",
                escaped(answer)
            ),
            _ => continue,
        };
        quote.insert_str(end, &inserted);
    }
    let quote = format!(
        "{}{}{quote}{}{}",
        client.open, client.quote.0, client.quote.1, client.close
    );
    let words = if typed.words.is_empty() {
        "<div><br></div>".to_owned()
    } else {
        said(&typed.words)
    };
    let own = client.own_line;
    let body = match layout {
        Layout::Below => format!("{quote}{words}{own}"),
        _ => format!("{words}{own}{quote}"),
    };
    format!("<html><head><meta charset=\"utf-8\"></head><body>{body}</body></html>")
}

fn part(client: &Client, kind: &str, text: &str) -> String {
    let plain = |c: char| u32::from(c) < 256 || matches!(c, '’' | '–');
    let charset = if text.chars().all(plain) {
        client.charset
    } else {
        "utf-8"
    };
    let octets: Vec<u8> = match charset {
        "utf-8" => text.as_bytes().to_vec(),
        _ => text
            .chars()
            .map(|c| match c {
                '’' => 0x92,
                '–' => 0x96,
                c => u8::try_from(u32::from(c)).unwrap_or(b'?'),
            })
            .collect(),
    };
    let (name, body) = match client.encoding {
        Encoding::QuotedPrintable => ("quoted-printable", quoted_printable(&octets)),
        Encoding::Base64 => ("base64", base64(&octets)),
        Encoding::EightBit if charset == "utf-8" => ("8bit", text.to_owned()),
        Encoding::EightBit => ("quoted-printable", quoted_printable(&octets)),
    };
    format!(
        "Content-Type: {kind}; charset={charset}\nContent-Transfer-Encoding: {name}\n\n{body}\n"
    )
}

fn quoted_printable(octets: &[u8]) -> String {
    let mut out = String::new();
    let mut column = 0;
    for (at, octet) in octets.iter().enumerate() {
        let last = matches!(octets.get(at + 1), None | Some(b'\n'));
        let piece = match octet {
            b'\n' => {
                out.push('\n');
                column = 0;
                continue;
            }
            b'=' => "=3D".to_owned(),
            b' ' if last => "=20".to_owned(),
            b' '..=b'~' => char::from(*octet).to_string(),
            other => format!("={other:02X}"),
        };
        if column + piece.len() > 75 {
            out.push_str("=\n");
            column = 0;
        }
        column += piece.len();
        out.push_str(&piece);
    }
    out
}

fn base64(octets: &[u8]) -> String {
    let encoded = data_encoding::BASE64.encode(octets);
    let lines: Vec<&str> = encoded
        .as_bytes()
        .chunks(76)
        .map(|c| std::str::from_utf8(c).unwrap_or_default())
        .collect();
    lines.join("\n")
}
