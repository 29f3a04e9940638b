//! Documents: a member's record and pack as files, to be attached to a letter.
//!
//! `docs/export.md` tells what stands in each; fields are only ever added. What people wrote is
//! written out word for word and never acts: not as a formula, not as markup.

mod calendar;
mod csv;
mod json;
mod markdown;
mod pack;

use super::Templates;
use super::templates::TemplateError;
use crate::lunch::letter::{Body, Letter};

/// A file attached to a letter.
#[derive(Clone, PartialEq, Eq)]
pub struct Document {
    /// Its name.
    pub name: &'static str,
    /// Its media type.
    pub kind: &'static str,
    /// What stands in it.
    pub text: String,
}

/// The documents that belong to a letter.
pub(super) fn of(letter: &Letter, templates: &Templates) -> Result<Vec<Document>, TemplateError> {
    let Body::Report { record, pack } = &letter.body else {
        return Ok(Vec::new());
    };
    let mut documents = vec![
        Document {
            name: "record.md",
            kind: "text/markdown; charset=utf-8",
            text: markdown::record(record),
        },
        Document {
            name: "record.json",
            kind: "application/json",
            text: json::record(record),
        },
        Document {
            name: "record.csv",
            kind: "text/csv; charset=utf-8; header=present",
            text: csv::record(record),
        },
    ];
    if record
        .pairings
        .iter()
        .any(|pairing| !pairing.lunches.is_empty())
    {
        documents.push(Document {
            name: "lunches.ics",
            kind: "text/calendar; charset=utf-8",
            text: calendar::record(record),
        });
    }
    if !pack.is_empty() {
        documents.push(Document {
            name: "for-a-promotion.html",
            kind: "text/html; charset=utf-8",
            text: pack::html(pack, templates)?,
        });
        documents.push(Document {
            name: "for-a-promotion.md",
            kind: "text/markdown; charset=utf-8",
            text: pack::markdown(pack),
        });
    }
    Ok(documents)
}
