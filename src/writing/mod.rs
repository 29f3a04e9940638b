//! Writing: a `Letter` becomes the final bytes of a mail.
//!
//! One source for each letter, `templates/<language>/<kind>.txt`, is rendered once and dressed
//! twice, as plain text and as HTML, so the twins cannot drift. Pure: date, Message-ID and reply
//! addresses are given (`Posting`); the same letter and posting always give the same bytes.
//! What people wrote is a value, never a template, and no error of this room shows it.

mod blocks;
mod documents;
mod english;
mod facts;
mod harvest;
mod mail;
mod markup;
mod picture;
pub mod plain;
pub mod samples;
mod templates;

pub use documents::Document;
pub use picture::Picture;
pub use templates::{TemplateError, Templates};

use crate::fabric::drawing::PictureError;

use crate::lunch::letter::Letter;
use crate::words::address::{Address, NameAddr};
use crate::words::clean::CleanLine;
use crate::words::message_id::MessageId;
use chrono::{DateTime, Utc};
use thiserror::Error;

/// The language of a letter: one folder of templates and one file of phrases each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Language {
    /// English
    #[default]
    English,
}

impl Language {
    /// Its folder under `templates/`, and the `lang` of the HTML (BCP 47).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
        }
    }
}

/// Who runs this, as the small print tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct House {
    /// What the program is called among its guests, such as `Lunch`.
    pub name: CleanLine,
    /// Who could see the notes with effort, and whom to ask: `Cleo in IT <cleo@example.com>`.
    pub operator: NameAddr,
    /// Whose own mailbox it is that writes; `None` if it is one of the program's own.
    pub owner: Option<NameAddr>,
}

/// What the daemon adds to a letter to make it a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posting {
    /// From, such as `Ana via Lunch <lunch@example.com>`.
    pub from: NameAddr,
    /// Reply-To: the mailbox with the letter's token.
    pub reply_to: Address,
    /// The address that the letter prints and its buttons write to: that of Reply-To, but for a letter
    /// that is there to be handed on.
    pub printed_to: Address,
    /// Where List-Unsubscribe sends its `stop`.
    pub stop_to: Address,
    /// Message-ID
    pub message_id: MessageId,
    /// In-Reply-To: what is being answered.
    pub in_reply_to: Option<MessageId>,
    /// References, the oldest first.
    pub references: Vec<MessageId>,
    /// Subject of the thread that an answering letter belongs to, with or without `Re:`. Letters
    /// whose template says `Re: …` take it over; `None` leaves the template's own.
    pub thread_subject: Option<String>,
    /// Date
    pub date: DateTime<Utc>,
    /// X-Postlunch-Id; it also seeds the MIME boundaries.
    pub letter_id: String,
    /// The short reference in the small print: the token's detail.
    pub reference: String,
    /// Who runs this.
    pub house: House,
    /// In which language.
    pub language: Language,
}

impl Posting {
    /// What a mail opened from the letter begins with, so that its answer finds back: nothing where
    /// the address itself tells, else the letter's reference below a signature's dashes.
    fn small_print_of_answers(&self) -> String {
        if self.printed_to.local().contains(&self.reference) {
            return String::new();
        }
        format!("-- \r\nLetter {}", self.reference)
    }
}

/// A mail, ready to be kept and sent as it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Written {
    /// The message (RFC 5322), lines ended by CRLF.
    pub bytes: Vec<u8>,
    /// The plain twin, lines ended by `\n`; for finding quotes in answers.
    pub text: String,
    /// The HTML twin.
    pub html: String,
    /// Subject, decoded.
    pub subject: String,
    /// Lines that only the HTML holds (labels of buttons, the hidden preview line); they too may
    /// come back as a quote.
    pub only_in_html: Vec<String>,
    /// The picture that the HTML shows by its Content-ID.
    pub picture: Option<Picture>,
    /// What is attached: name, media type and text.
    pub documents: Vec<Document>,
}

impl Written {
    /// The HTML twin with its picture inside, to be looked at outside of a mail.
    pub fn html_alone(&self) -> String {
        match &self.picture {
            Some(picture) => {
                let cid = format!("cid:{}", picture.cid);
                self.html.replace(&cid, &picture.data())
            }
            None => self.html.clone(),
        }
    }
}

/// Shows sizes only: a letter holds what people wrote.
impl std::fmt::Debug for Written {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Written({} octets)", self.bytes.len())
    }
}

/// Why a letter could not be written. Never holds what the letter says.
#[derive(Debug, Error)]
pub enum WritingError {
    /// An operator's template fails for this letter.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// An address that mail servers without SMTPUTF8 (RFC 6531) would not take, or a malformed one.
    #[error(
        "the address in the {field} field cannot be mailed to: use one whose part before the '@' is plain ASCII"
    )]
    Address {
        /// Which field.
        field: &'static str,
    },
    /// See `PictureError`.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// A date that RFC 5322 cannot write.
    #[error("the letter's date lies before 1970 or after 9999: set the clock")]
    Date,
    /// lettre would not build the message.
    #[error("the message could not be built: {0}")]
    Build(String),
}

/// Writes one letter.
///
/// # Errors
/// If an override fails on this letter's values, or an address or the date cannot stand in a mail.
pub fn write(
    letter: &Letter,
    posting: &Posting,
    templates: &Templates,
) -> Result<Written, WritingError> {
    let sheet = sheet(letter, posting, templates)?;
    let text = plain::dress(&sheet);
    let picture = picture::of(letter, &posting.letter_id)?;
    let html = templates.html(&sheet, posting, picture.as_ref())?;
    let documents = documents::of(letter, templates)?;
    let contents = mail::Contents {
        subject: &sheet.subject,
        text: &text,
        html: &html,
        picture: picture.as_ref(),
        documents: &documents,
    };
    let bytes = mail::assemble(letter, posting, contents)?;
    Ok(Written {
        picture,
        documents,
        bytes,
        text,
        html,
        only_in_html: markup::only_in_html(&sheet),
        subject: sheet.subject,
    })
}

/// Only the subject that [`write()`] would give a letter.
///
/// # Errors
/// If an override fails on this letter's values.
pub fn subject(
    letter: &Letter,
    posting: &Posting,
    templates: &Templates,
) -> Result<String, WritingError> {
    Ok(sheet(letter, posting, templates)?.subject)
}

fn sheet(
    letter: &Letter,
    posting: &Posting,
    templates: &Templates,
) -> Result<blocks::Sheet, TemplateError> {
    let mut sheet = templates.sheet(letter, posting)?;
    if let (Some(thread), true) = (&posting.thread_subject, sheet.subject.starts_with("Re: ")) {
        sheet.subject = format!("Re: {}", without_re(CleanLine::new(thread).as_str()));
    }
    Ok(sheet)
}

/// A subject without its `Re:`s, in either case.
fn without_re(subject: &str) -> &str {
    let mut rest = subject.trim();
    while let Some((head, tail)) = rest.split_once(':') {
        if !head.trim().eq_ignore_ascii_case("re") {
            break;
        }
        rest = tail.trim_start();
    }
    rest
}

#[cfg(test)]
mod tests;
