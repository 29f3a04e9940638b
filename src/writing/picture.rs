//! Pictures: the one quiet picture that a letter may hold, as an inline PNG (RFC 2392 names it).

use crate::fabric::drawing::PictureError;
use crate::fabric::own;
use crate::lunch::letter::{Body, Letter};
use data_encoding::BASE64;

/// So many pixels for one of the page, so that it is sharp on any screen.
const SCALE: u32 = 2;

/// A picture within a letter.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// Content-ID, without brackets.
    pub cid: String,
    /// PNG.
    pub octets: Vec<u8>,
    /// Width on the page, in pixels.
    pub width: u32,
    /// Height on the page, in pixels.
    pub height: u32,
}

impl Picture {
    /// The same as an address that holds it (RFC 2397), for looking at a letter outside of a mail.
    pub fn data(&self) -> String {
        format!("data:image/png;base64,{}", BASE64.encode(&self.octets))
    }
}

/// The letter's picture; `None` where it has none.
pub(super) fn of(letter: &Letter, letter_id: &str) -> Result<Option<Picture>, PictureError> {
    let weave = match &letter.body {
        Body::Summary(harvest) => &harvest.weave,
        Body::Fabric(weave) => weave,
        _ => return Ok(None),
    };
    let Some(drawing) = own::draw(weave) else {
        return Ok(None);
    };
    let id: String = letter_id
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    Ok(Some(Picture {
        cid: format!("threads.{id}@postlunch"),
        octets: drawing.png(SCALE)?,
        width: drawing.width,
        height: drawing.height,
    }))
}
