//! Markup: a sheet as the values from which `templates/layout.html` makes the HTML twin.
//!
//! Everything is text here; escaping is minijinja's, by the layout's name. The only addresses made
//! are `mailto:` (RFC 6068): no link of ours changes anything by being followed.

use super::Posting;
use super::blocks::{Block, Sheet};
use super::picture::Picture;
use crate::calendar::write::mailto;
use crate::fabric::own;
use crate::words::address::Address;
use minijinja::context;
use minijinja::value::Value;

/// The values that the layout names.
pub fn values(sheet: &Sheet, posting: &Posting, picture: Option<&Picture>) -> Value {
    let answer = Answer {
        picture,
        to: &posting.printed_to,
        end: posting.small_print_of_answers(),
        subject: format!("Re: {}", super::without_re(&sheet.subject)),
    };
    let put = |blocks: &[Block]| blocks.iter().map(|b| answer.block(b)).collect::<Vec<_>>();
    context! {
        language => posting.language.tag(),
        subject => sheet.subject.as_str(),
        preview => sheet.preview.as_str(),
        blocks => put(&sheet.blocks),
        small_print => put(&sheet.small_print),
    }
}

/// What the plain twin does not show.
pub fn only_in_html(sheet: &Sheet) -> Vec<String> {
    let labels = sheet.blocks.iter().filter_map(|block| match block {
        Block::Button { label, .. } => Some(label.clone()),
        Block::Threads { alt, .. } => Some(alt.clone()),
        _ => None,
    });
    std::iter::once(sheet.preview.clone())
        .chain(labels)
        .filter(|line| !line.is_empty())
        .collect()
}

/// Where an answer opened from the letter goes.
struct Answer<'a> {
    picture: Option<&'a Picture>,
    to: &'a Address,
    subject: String,
    end: String,
}

impl Answer<'_> {
    fn block(&self, block: &Block) -> Value {
        match block {
            Block::Paragraph(text) => context! { kind => "paragraph", text },
            Block::Heading(text) => context! { kind => "heading", text },
            Block::Prompt(text) => context! { kind => "prompt", text },
            Block::Quote { lines, by } => context! { kind => "quote", lines, by },
            Block::Answers(answers) => context! {
                kind => "answers",
                answers => answers.iter().map(|text| context! {
                    text, href => self.href(text)
                }).collect::<Vec<_>>(),
            },
            Block::Threads { alt, lines } => context! {
                kind => "threads",
                alt,
                picture => self.picture.map(|picture| context! {
                    cid => picture.cid.as_str(),
                    width => picture.width,
                    height => picture.height,
                }),
                lines => lines.iter().enumerate().map(|(at, text)| context! {
                    text, colour => own::colour(at).hex(),
                }).collect::<Vec<_>>(),
            },
            Block::Button { label, body } => context! {
                kind => "button", text => label, href => self.href(&body.join("\r\n")),
            },
        }
    }

    /// `mailto:lunch%2Btoken@example.com?subject=…&body=…`: the plus sign encoded, since some
    /// clients read it as a blank.
    fn href(&self, body: &str) -> String {
        let body = match self.end.as_str() {
            "" => body.to_owned(),
            end => format!("{body}\r\n\r\n{end}"),
        };
        format!(
            "{}?subject={}&body={}",
            mailto(self.to).replace('+', "%2B"),
            encoded(&self.subject),
            encoded(&body)
        )
    }
}

/// Percent-encodes all but RFC 3986's unreserved characters.
pub(super) fn encoded(text: &str) -> String {
    let mut out = String::new();
    for octet in text.bytes() {
        if octet.is_ascii_alphanumeric() || b"-._~".contains(&octet) {
            out.push(char::from(octet));
        } else {
            out.push_str(&format!("%{octet:02X}"));
        }
    }
    out
}
