//! Bounds: what of a mail is looked at at all, cut before anything is parsed.

use super::{OCTETS_MAX, PART_OCTETS_MAX};
use memchr::{memchr, memchr_iter, memmem, memrchr};
use std::borrow::Cow;

/// Octets of a part in which its header is looked for.
const PART_HEADER_OCTETS_MAX: usize = 8 * 1024;
/// Most delimiters of parts.
const DELIMITERS_MAX: usize = 5_000;
/// How many lines of two dashes that do not go on as a boundary begins count as much as one.
const LOOK_ALIKES: usize = 20;
/// Most octets of the header section that are looked at.
const HEADER_OCTETS_MAX: usize = 128 * 1024;
/// Most MIME boundaries that are followed; what comes after is left out.
const BOUNDARIES_MAX: usize = 40;
/// A line that names a nested message is shorter, its end included.
const NESTED_OCTETS_MAX: usize = 60;

/// The octets to be parsed: cut where one of the bounds is met.
pub(crate) fn bounded(bytes: &[u8]) -> Cow<'_, [u8]> {
    let bytes = bytes.get(..OCTETS_MAX).unwrap_or(bytes);
    let bytes = before_boundary_flood(bytes);
    let bytes = before_delimiter_flood(bytes);
    let header_end = header_section(bytes);
    if header_end <= HEADER_OCTETS_MAX && bytes.len() <= PART_OCTETS_MAX {
        return Cow::Borrowed(bytes);
    }
    let (header, body) = bytes.split_at_checked(header_end).unwrap_or((bytes, &[]));
    let mut kept = whole_lines(header, HEADER_OCTETS_MAX).to_vec();
    let whole = is_wrapping(header);
    let mut from = 0;
    let ends = memmem::find_iter(body, b"\n--").map(|at| at + 1);
    for end in ends.chain(std::iter::once(body.len())) {
        let part = body.get(from..end).unwrap_or_default();
        let head = part.get(..PART_OCTETS_MAX).unwrap_or(part);
        if head.len() == part.len() || whole || is_wrapping(part) {
            kept.extend_from_slice(part);
        } else {
            kept.extend_from_slice(head);
            kept.push(b'\n');
        }
        from = end;
    }
    Cow::Owned(kept)
}

/// Whether a header, or a part with its header, is of what has to be whole to be opened.
fn is_wrapping(bytes: &[u8]) -> bool {
    let head = bytes.get(..PART_HEADER_OCTETS_MAX).unwrap_or(bytes);
    let head = head.to_ascii_lowercase();
    let marks: [&[u8]; 4] = [b"pkcs7-mime", b".p7m", b"ms-tnef", b"winmail.dat"];
    marks.iter().any(|mark| memmem::find(&head, mark).is_some())
}

/// As many lines as there is room for.
fn whole_lines(bytes: &[u8], octets_max: usize) -> &[u8] {
    let Some(head) = bytes.get(..octets_max).filter(|_| bytes.len() > octets_max) else {
        return bytes;
    };
    let end = memrchr(b'\n', head).map_or(0, |at| at + 1);
    head.get(..end).unwrap_or_default()
}

/// Where the header section ends: the first empty line.
fn header_section(bytes: &[u8]) -> usize {
    let starts = std::iter::once(0).chain(memchr_iter(b'\n', bytes).map(|at| at + 1));
    for start in starts {
        let line = bytes.get(start..).unwrap_or_default();
        if line.starts_with(b"\n") || line.starts_with(b"\r\n") {
            return start;
        }
    }
    bytes.len()
}

/// Where boundary parameters end: their values follow.
fn boundaries(bytes: &[u8]) -> impl Iterator<Item = usize> {
    [b"y=", b"Y="].into_iter().flat_map(|end| {
        let found = memmem::find_iter(bytes, end).filter(|at| ends_with(bytes, *at, b"boundar"));
        found.map(|at| at + 2).take(BOUNDARIES_MAX + 1)
    })
}

/// Everything up to the line with one boundary parameter too many.
fn before_boundary_flood(bytes: &[u8]) -> &[u8] {
    let nested = memmem::find_iter(bytes, b": ").filter(|at| names_message(bytes, *at));
    let nested = nested.take(BOUNDARIES_MAX + 1);
    let mut places: Vec<usize> = boundaries(bytes).chain(nested).collect();
    places.sort_unstable();
    let Some(flood) = places.get(BOUNDARIES_MAX) else {
        return bytes;
    };
    let before = bytes.get(..*flood).unwrap_or_default();
    let start = memrchr(b'\n', before).map_or(0, |at| at + 1);
    bytes.get(..start).unwrap_or_default()
}

/// Whether the colon at a place stands in a short line that names a nested message.
fn names_message(bytes: &[u8], colon: usize) -> bool {
    const NAME: &[u8] = b"content-type";
    const KIND: &[u8] = b": message";
    let behind = bytes.get(colon..).unwrap_or_default();
    let kind = behind.get(..KIND.len());
    if !kind.is_some_and(|kind| kind.eq_ignore_ascii_case(KIND)) || !ends_with(bytes, colon, NAME) {
        return false;
    }
    let start = colon - NAME.len();
    let opens = start == 0 || bytes.get(start - 1) == Some(&b'\n');
    let octets = memchr(b'\n', behind).map_or(behind.len(), |at| at + 1);
    opens && NAME.len() + octets < NESTED_OCTETS_MAX
}

/// Everything up to the line that is one delimiter of parts too many, or looks too much like one.
fn before_delimiter_flood(bytes: &[u8]) -> &[u8] {
    let dashed = memmem::find_iter(bytes, b"\n--");
    let mut begun = [false; 256];
    for at in boundaries(bytes) {
        let value = bytes.get(at..).unwrap_or_default();
        let value = value.strip_prefix(b"\"").unwrap_or(value);
        let first = value
            .first()
            .and_then(|octet| begun.get_mut(usize::from(*octet)));
        if let Some(first) = first {
            *first = true;
        }
    }
    let mut seen = 0;
    for at in dashed {
        let octet = bytes.get(at + 3);
        let delimits = octet.and_then(|octet| begun.get(usize::from(*octet)));
        seen += if delimits == Some(&true) {
            LOOK_ALIKES
        } else {
            1
        };
        if seen > DELIMITERS_MAX * LOOK_ALIKES {
            return bytes.get(..=at).unwrap_or_default();
        }
    }
    bytes
}

/// Whether octets end with these at a place, in capitals or not.
fn ends_with(octets: &[u8], at: usize, wanted: &[u8]) -> bool {
    let end = at
        .checked_sub(wanted.len())
        .and_then(|from| octets.get(from..at));
    end.is_some_and(|end| end.eq_ignore_ascii_case(wanted))
}
