//! Habits that servers in the wild have, for telling whether they are noticed.

use super::header;
use super::post_office::INBOX;
use std::sync::Arc;

/// What the server does beside the standards. The default is none of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Habits {
    /// As Exchange may: mail gets another Message-ID, and a calendar part becomes a link.
    pub rewrites: bool,
    /// Mail is put into this folder instead of the INBOX; "Junk" is marked as the one for spam.
    pub filters_into: Option<&'static str>,
    /// Mail to `lunch+detail@` is taken and never seen again.
    pub loses_details: bool,
    /// Mailboxes can only be read, whatever command opens them.
    pub read_only: bool,
    /// What the server says in Authentication-Results of all that it delivers.
    pub authentication_results: Option<String>,
}

impl Habits {
    /// Where incoming mail goes, and what has become of it by then.
    pub(super) fn on_delivery(&self, number: u64, bytes: &Arc<[u8]>) -> (&'static str, Arc<[u8]>) {
        let folder = self.filters_into.unwrap_or(INBOX);
        let mut bytes = bytes.clone();
        if self.rewrites {
            bytes = rewritten(number, &bytes);
        }
        (folder, bytes)
    }

    /// What the last server writes above everything else.
    pub(super) fn stamped(&self, whole: Arc<[u8]>) -> Arc<[u8]> {
        match &self.authentication_results {
            None => whole,
            Some(results) => {
                let field = format!("Authentication-Results: {results}\r\n");
                Arc::from([field.as_bytes(), &whole[..]].concat())
            }
        }
    }
}

fn rewritten(number: u64, bytes: &[u8]) -> Arc<[u8]> {
    let (head, body) = header::split(bytes);
    let mut whole = Vec::new();
    for field in header::fields(head) {
        if header::name(field).eq_ignore_ascii_case(b"Message-ID") {
            whole.extend(format!("Message-ID: <{number}@exchange.invalid>\r\n").into_bytes());
        } else {
            whole.extend_from_slice(field);
        }
    }
    whole.extend_from_slice(b"\r\n");
    let body = String::from_utf8_lossy(body);
    let link = "text/html\r\n\r\n<a href=\"https://mail.invalid/item\">See it on the web</a>";
    let body = match (body.find("text/calendar"), body.find("END:VCALENDAR")) {
        (Some(begin), Some(end)) if begin < end => {
            let before = body.get(..begin).unwrap_or_default();
            let behind = body.get(end + "END:VCALENDAR".len()..).unwrap_or_default();
            format!("{before}{link}{behind}")
        }
        _ => body.into_owned(),
    };
    whole.extend(body.into_bytes());
    Arc::from(whole)
}
