//! Which characters are letters or figures, remembered page by page.
//!
//! The standard library searches its tables for each character of most scripts, and a text is
//! split into words several times.

use std::sync::OnceLock;

/// Characters of one page.
const PAGE: u32 = 256;
/// Pages that are remembered: all that mails are written in.
const PAGES: usize = 512;

/// One bit for each character of a page.
type Page = [u64; 4];

static KNOWN: [OnceLock<Page>; PAGES] = [const { OnceLock::new() }; PAGES];

/// The same as `char::is_alphanumeric`.
pub(super) fn is_alphanumeric(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric();
    }
    let (number, place) = (u32::from(c) / PAGE, u32::from(c) % PAGE);
    let known = usize::try_from(number).ok().and_then(|at| KNOWN.get(at));
    let bits = known.and_then(|page| {
        let page = page.get_or_init(|| page_of(number));
        page.get(place as usize / 64)
    });
    bits.map_or_else(|| c.is_alphanumeric(), |bits| bits >> (place % 64) & 1 == 1)
}

fn page_of(number: u32) -> Page {
    let mut page = Page::default();
    for place in 0..PAGE {
        let is_letter = char::from_u32(number * PAGE + place).is_some_and(char::is_alphanumeric);
        if let Some(bits) = page.get_mut(place as usize / 64) {
            *bits |= u64::from(is_letter) << (place % 64);
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_what_the_standard_library_says() {
        for c in '\0'..='\u{30000}' {
            assert_eq!(is_alphanumeric(c), c.is_alphanumeric(), "{c:?}");
        }
    }
}
